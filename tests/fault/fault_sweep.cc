/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_sweep.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fault_ignored.h"
#include "fault_state.h"

namespace fault
{
namespace
{

/* A sweep ends; one that does not has an operation that does not get through. */
constexpr unsigned LIMIT = 2000;

/* ---- What the headers promise ------------------------------------------------------------------- */

std::string read_headers()
{
    std::string text;
    for (const char *name : {"vnic/vnic.h", "vnic/fake.h"}) {
        std::ifstream file(std::string(VNIC_SOURCE_DIR "/include/") + name);
        std::stringstream all;
        all << file.rdbuf();
        text += all.str();
    }
    return text;
}

/* The codes in the @error lines of the block before a function's declaration. */
std::set<std::string> documented_codes(const std::string &function)
{
    static const std::string text = read_headers();
    std::set<std::string> codes;
    size_t at = text.find(" " + function + "(");
    /* Comments mention functions too; a declaration begins its line with VNIC_API. */
    while (at != std::string::npos && text.compare(text.rfind('\n', at) + 1, 8, "VNIC_API") != 0)
        at = text.find(" " + function + "(", at + 1);
    if (at == std::string::npos)
        return codes;
    size_t end = text.rfind("*/", at);
    for (size_t line = text.rfind("/**", end); (line = text.find("@error VNIC_", line)) < end;) {
        line += strlen("@error ");
        codes.insert(text.substr(line, text.find_first_of(" \n", line) - line));
    }
    return codes;
}

/* ---- Judging ------------------------------------------------------------------------------------- */

/* The code that an errno has wherever it comes from; 0: the operation decides. */
int general_code(const Hit &hit, Kind kind)
{
    if (kind == Kind::allocation)
        return VNIC_ENOMEM;
    if (kind == Kind::refusal)
        return VNIC_EPERM;
    switch (hit.error) {
    case EMFILE:
    case ENFILE:
        return VNIC_EMFILE;
    case ENOMEM:
    case ENOBUFS:
        return VNIC_ENOMEM;
    case EPERM:
    case EACCES:
        return hit.call == "thread_create" || hit.call == "epoll_add" ? 0 : VNIC_EPERM;
    default:
        return 0;
    }
}

std::string tell(const Operation &op, const Hit &hit, unsigned nth, int rc, const vnic_error &err)
{
    std::ostringstream text;
    text << op.name << ", failure " << nth << " (" << hit.call << ", "
         << (hit.error ? strerrorname_np(hit.error) : "-") << "): " << rc << " "
         << vnic_error_name(rc < 0 ? rc : 0) << " [" << err.operation << "] [" << err.field << "] «"
         << err.text << "»";
    return text.str();
}

void judge_failure(const Operation &op, Kind kind, const Hit &hit, int rc, const vnic_error &err)
{
    int general = general_code(hit, kind);
    EXPECT_TRUE(documented_codes(op.function).count(vnic_error_name(rc)))
        << op.function << "() does not document " << vnic_error_name(rc);
    EXPECT_NE(hit.error, EINTR) << "a signal must not be seen";
    if (general != 0)
        EXPECT_EQ(rc, general) << "not the code of this failure";
    if (!op.explains)
        return;
    EXPECT_EQ(err.code, rc);
    EXPECT_GT(strlen(err.operation), 0u);
    EXPECT_GT(strlen(err.text), 10u);
    if (kind == Kind::call && hit.call != "alloc" && err.os_domain == VNIC_OS_ERRNO)
        EXPECT_EQ(err.os_code, hit.error) << "another error than the one that happened";
    if (kind == Kind::refusal)
        EXPECT_EQ(err.os_domain, VNIC_OS_NETLINK);
}

void judge_success(const Operation &op, Kind kind, const Hit &hit)
{
    if (!hit.hit || hit.error == EINTR)
        return;
    /* Reading needs no right, so that nothing was refused. */
    if (kind == Kind::refusal && hit.call.find("RTM_GET") != std::string::npos)
        return;
    EXPECT_NE(why_ignored(op, hit), nullptr) << "the failure was swallowed and is not declared";
}

std::string what_is(const Operation &op)
{
    return op.observe ? op.observe() : "";
}

/* One try. Returns whether the planned failure was met. */
bool attempt(const Operation &op, Kind kind, unsigned nth, unsigned variant, Hit *ret_hit)
{
    std::string held = list_holdings();
    op.before();
    if (::testing::Test::HasFatalFailure())
        return false;
    std::string was = what_is(op);
    vnic_error err;
    memset(&err, 0, sizeof err);
    arm(kind, nth, variant);
    int rc = op.act(&err);
    Hit hit = disarm();
    std::string is = what_is(op);
    SCOPED_TRACE(tell(op, hit, nth, rc, err));
    if (rc < 0 && !hit.hit)
        ADD_FAILURE() << "it fails by itself";
    else if (rc < 0)
        judge_failure(op, kind, hit, rc, err);
    else
        judge_success(op, kind, hit);
    bool lost = op.may_be_done && hit.call == "recvmsg";
    if (rc < 0 && !lost)
        EXPECT_EQ(is, was) << "not as before";
    op.after();
    EXPECT_EQ(list_holdings(), held) << "something is left";
    *ret_hit = hit;
    return hit.hit;
}

const char *name_of(Kind kind)
{
    return kind == Kind::allocation ? "allocations" : kind == Kind::call ? "calls" : "requests";
}

}

void sweep(const Operation &op, Kind kind)
{
    ASSERT_FALSE(documented_codes(op.function).empty()) << op.function << " is not documented";
    unsigned tries = 0;
    for (unsigned nth = 1; nth <= LIMIT; nth++) {
        Hit hit;
        bool met = attempt(op, kind, nth, 0, &hit);
        tries++;
        if (::testing::Test::HasFatalFailure())
            return;
        for (unsigned variant = 1; met && variant < hit.variants; variant++, tries++) {
            Hit other;
            (void)attempt(op, kind, nth, variant, &other);
        }
        if (!met) {
            printf("  n %-11s %4u  tries %4u  %s\n", name_of(kind), nth - 1, tries, op.name);
            ::testing::Test::RecordProperty(std::string(name_of(kind)) + " of " + op.name,
                                            static_cast<int>(nth - 1));
            return;
        }
    }
    ADD_FAILURE() << op.name << " still fails after " << LIMIT << " failures";
}

void sweep_all(const Operation &op)
{
    sweep(op, Kind::allocation);
    sweep(op, Kind::call);
    sweep(op, Kind::refusal);
}

}
