/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of configuration: a network of their own with IPv6, and `ip` to look at it from outside. */
#ifndef VNIC_TESTS_CONF_FIXTURE_H
#define VNIC_TESTS_CONF_FIXTURE_H

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "support/netns_fixture.h"

/* Runs a command line in the thread's namespaces: its exit status, and what it printed. */
inline int run_command(const std::string &command, std::string *ret_output = nullptr)
{
    FILE *pipe = popen((command + " 2>&1").c_str(), "re");
    if (!pipe) {
        return -1;
    }
    std::string output;
    char buf[4096];
    for (size_t n; (n = fread(buf, 1, sizeof buf, pipe)) > 0;) {
        output.append(buf, n);
    }
    int status = pclose(pipe);
    if (ret_output) {
        *ret_output = output;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class ConfTest : public live::NetnsTest
{
  protected:
    void SetUp() override
    {
        live::NetnsTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        std::string problem = live::emulator_problem();
        if (!problem.empty()) {
            GTEST_SKIP() << problem;
        }
        live::allow_ipv6();
        ASSERT_EQ(ip("link set lo up"), 0) << output;
    }

    /* `ip …` in the test's namespace; what it printed is in `output`. */
    int ip(const std::string &args)
    {
        return run_command("ip " + args, &output);
    }

    /* What `ip …` prints. */
    std::string ip_says(const std::string &args)
    {
        EXPECT_EQ(ip(args), 0) << "ip " << args << ": " << output;
        return output;
    }

    /* A descriptor of a new namespace beside the test's own; the thread stays where it is. */
    int new_namespace()
    {
        int back = here();
        EXPECT_EQ(unshare(CLONE_NEWNET), 0) << strerror(errno);
        int there = here();
        EXPECT_EQ(setns(back, CLONE_NEWNET), 0) << strerror(errno);
        close(back);
        return there;
    }

    /* A command line inside the namespace of a descriptor. */
    int run_in(int nsfd, const std::string &command)
    {
        int back = here();
        EXPECT_EQ(setns(nsfd, CLONE_NEWNET), 0) << strerror(errno);
        int status = run_command(command, &output);
        EXPECT_EQ(setns(back, CLONE_NEWNET), 0) << strerror(errno);
        close(back);
        return status;
    }

    std::string output;
};

#endif
