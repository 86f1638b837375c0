/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network of its own for every live test: the thread enters a fresh network namespace and leaves it
 * at the end, so that nothing a test makes can outlive it. As root directly, otherwise inside a user
 * namespace that is made once a process. Where neither is possible the test is skipped and says why.
 *
 * Every test also ends with the descriptors that it began with, or fails.
 */
#ifndef VNIC_TESTS_NETNS_FIXTURE_H
#define VNIC_TESTS_NETNS_FIXTURE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>
#include <string>

namespace live
{

/* Descriptors that are open now, but for the one that reads the list. */
inline std::set<int> open_descriptors()
{
    std::set<int> out;
    DIR *dir = opendir("/proc/self/fd");

    while (const struct dirent *entry = dir != nullptr ? readdir(dir) : nullptr) {
        if (entry->d_name[0] != '.' && std::stoi(entry->d_name) != dirfd(dir)) {
            out.insert(std::stoi(entry->d_name));
        }
    }
    if (dir != nullptr) {
        closedir(dir);
    }
    return out;
}

inline std::string write_text(const std::string &path, const std::string &text)
{
    int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);

    if (fd < 0) {
        return path + ": " + strerror(errno);
    }
    ssize_t put = write(fd, text.data(), text.size());
    std::string problem = put < 0 ? path + ": " + strerror(errno) : "";
    close(fd);
    return problem;
}

/* Becomes root of a user namespace, once; "" or why it cannot. */
inline std::string enter_user_namespace()
{
    static bool done = false;

    if (done) {
        return "";
    }
    std::string uid = std::to_string(geteuid()), gid = std::to_string(getegid());
    if (unshare(CLONE_NEWUSER) < 0) {
        return std::string("no user namespace: unshare: ") + strerror(errno);
    }
    (void)write_text("/proc/self/setgroups", "deny");
    std::string problem = write_text("/proc/self/uid_map", "0 " + uid + " 1");
    if (problem.empty()) {
        problem = write_text("/proc/self/gid_map", "0 " + gid + " 1");
    }
    done = problem.empty();
    return problem;
}

/* Enters a fresh network namespace; "" or why it cannot. */
inline std::string enter_new_network()
{
    if (geteuid() != 0) {
        std::string problem = enter_user_namespace();
        if (!problem.empty()) {
            return problem;
        }
    }
    if (unshare(CLONE_NEWNET) < 0) {
        return std::string("no network namespace: unshare: ") + strerror(errno);
    }
    /* IPv6 speaks unasked (router solicitations, MLD); tests that want it turn it on themselves. */
    (void)write_text("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
    (void)write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    return "";
}

/* Turns IPv6 on again for interfaces that are made from now on. */
inline void allow_ipv6()
{
    (void)write_text("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0");
    (void)write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "0");
}

/* Whether qemu-user runs this: it does not know the requests of namespaces, and every kernel since 4.11
 * does (ioctl_ns(2)). */
inline bool is_emulated()
{
    int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int rc = ioctl(fd, NS_GET_NSTYPE);
    bool emulated = rc < 0 && errno == ENOSYS;

    close(fd);
    return emulated;
}

/*
 * qemu-user turns the heads of rtnetlink requests round for machines of the other byte order, but not
 * the numbers in their attributes: the MTU, flags, IPv6 settings. "" where that does not matter.
 */
inline std::string emulator_problem()
{
    const uint16_t one = 1;
    uint8_t first;

    memcpy(&first, &one, 1);
    return first == 0 && is_emulated()
               ? "qemu-user does not implement numbers in rtnetlink requests"
               : "";
}

/* Ends a test where qemu-user cannot run what it needs; a real kernel never answers like this. */
#define VNIC_SKIP_IF_NOT_EMULATED(rc, what)                                                        \
    do {                                                                                           \
        if ((rc) < 0 && (errno == ENOSYS || errno == ENOPROTOOPT)) {                               \
            GTEST_SKIP() << "qemu-user does not implement " what;                                  \
        }                                                                                          \
    } while (0)

class NetnsTest : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        if (geteuid() != 0) {
            std::string problem = enter_user_namespace();
            if (!problem.empty()) {
                GTEST_SKIP() << problem;
            }
        }
        origin_ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        ASSERT_GE(origin_ns, 0) << strerror(errno);
        std::string problem = enter_new_network();
        if (!problem.empty()) {
            GTEST_SKIP() << problem;
        }
        int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
        if (tun < 0) {
            GTEST_SKIP() << "/dev/net/tun: " << strerror(errno);
        }
        close(tun);
        fds_at_start = open_descriptors();
        ready = true;
    }

    void TearDown() override
    {
        if (ready) {
            EXPECT_EQ(fds_at_start, open_descriptors()) << "descriptors leaked or closed";
        }
        if (origin_ns >= 0) {
            /* In a user namespace the way back may be barred; the next test gets a fresh network
             * all the same. */
            (void)setns(origin_ns, CLONE_NEWNET);
            close(origin_ns);
        }
    }

    /* A descriptor of the namespace that the test runs in; the caller closes it. */
    static int here()
    {
        return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    }

  private:
    int origin_ns = -1;
    bool ready = false;
    std::set<int> fds_at_start;
};

}

#endif
