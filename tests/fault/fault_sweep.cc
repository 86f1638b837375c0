/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_sweep.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fault_ignored.h"
#include "fault_judge.h"
#include "fault_state.h"

namespace fault
{
namespace
{

/* A sweep ends; one that does not has an operation that does not get through. */
constexpr unsigned LIMIT = 2000;

/* Calls of one name that get every errno that suits them, in one sweep. */
constexpr unsigned FEW = 1;

/* "Nothing works any more" is about ending well, wherever it begins: not every beginning is tried. */
constexpr unsigned STRIDE = 3;

/* ---- What the headers promise ------------------------------------------------------------------- */

std::string read_headers()
{
    std::string text;
    for (const char *name : {"vnic/vnic.h", "vnic/fake.h", "vnic/segment.h", "vnic/windows.h"}) {
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

std::string tell(const Operation &op, const Hit &hit, unsigned nth, int rc, const vnic_error &err)
{
    std::ostringstream text;
    text << op.name << ", failure " << nth << " (" << hit.call << ", "
         << (hit.error ? error_name(hit.error) : "-") << "): " << rc << " "
         << vnic_error_name(rc < 0 ? rc : 0) << " [" << err.operation << "] [" << err.field << "] «"
         << err.text << "»";
    return text.str();
}

using Problems = std::vector<std::string>;

/* What was provoked so far: function and code. */
std::set<std::string> provoked;

void judge_failure(const Operation &op, Kind kind, const Hit &hit, int rc, const vnic_error &err,
                   Problems *ret)
{
    int general = general_code(hit, kind);
    provoked.insert(std::string(op.function) + " " + vnic_error_name(rc));
    if (documented_codes(op.function).count(vnic_error_name(rc)) == 0)
        ret->push_back(std::string(op.function) + "() does not document this code");
    if (is_never_seen(hit))
        ret->push_back("a signal must not be seen");
    if (general != 0 && rc != general)
        ret->push_back(std::string("the code should be ") + vnic_error_name(general));
    if (!op.explains)
        return;
    if (err.code != rc || err.operation[0] == 0 || strlen(err.text) < 10)
        ret->push_back("the error is not filled");
    if (kind == Kind::call && err.os_domain == CALL_DOMAIN && err.os_code != told_number(hit) &&
        !is_behind_another(hit))
        ret->push_back("os_code is " + std::to_string(err.os_code));
    if (kind == Kind::refusal && err.os_domain != VNIC_OS_NETLINK)
        ret->push_back("the error does not say that the kernel answered so");
}

void judge_success(const Operation &op, Kind kind, const Hit &hit, const vnic_error &err,
                   Problems *ret)
{
    if (err.code != 0)
        ret->push_back("the error is filled though nothing failed");
    if (!hit.hit || is_never_seen(hit))
        return;
    /* Reading needs no right, so that nothing was refused. */
    if (kind == Kind::refusal && hit.call.find("RTM_GET") != std::string::npos)
        return;
    if (why_ignored(op, hit) == nullptr)
        ret->push_back("the failure was swallowed, and that is not declared");
}

/* The lines that only one of two lists has. */
std::string differences(const std::string &before, const std::string &after)
{
    std::istringstream was(before), is(after);
    std::multiset<std::string> old;
    std::string line, text;
    while (std::getline(was, line))
        old.insert(line);
    while (std::getline(is, line)) {
        auto found = old.find(line);
        if (found != old.end())
            old.erase(found);
        else
            text += "\n      + " + line;
    }
    for (const auto &gone : old)
        text += "\n      - " + gone;
    return text;
}

std::string what_is(const Operation &op)
{
    return op.observe ? op.observe() : "";
}

/* One try. */
Hit attempt(const Operation &op, Kind kind, unsigned nth, unsigned variant)
{
    Problems problems;
    std::string held = list_holdings();
    op.before();
    if (::testing::Test::HasFatalFailure())
        return Hit();
    std::string was = what_is(op);
    vnic_error err;
    memset(&err, 0, sizeof err);
    arm(kind, nth, variant);
    int rc = op.act(&err);
    Hit hit = disarm();
    std::string is = what_is(op);
    if (rc < 0 && !hit.hit)
        problems.push_back("it fails by itself");
    else if (kind == Kind::calls_from)
        is =
            was; /* what could not be undone is not its fault; that it ends and leaves nothing is */
    else if (rc < 0)
        judge_failure(op, kind, hit, rc, err, &problems);
    else
        judge_success(op, kind, hit, err, &problems);
    bool lost = op.may_be_done && is_without_answer(hit);
    if (rc < 0 && !lost && is != was)
        problems.push_back("not as before:" + differences(was, is));
    op.after();
    std::string holds = list_holdings();
    if (holds != held)
        problems.push_back("something is left:" + differences(held, holds));
    for (const auto &problem : problems)
        ADD_FAILURE() << tell(op, hit, nth, rc, err) << "\n    " << problem;
    return hit;
}

const char *name_of(Kind kind)
{
    static const char *const names[] = {"allocations", "calls", "calls from", "requests"};
    return names[static_cast<int>(kind)];
}

}

void sweep(const Operation &op, Kind kind)
{
    std::map<std::string, unsigned> seen;
    unsigned tries = 0;
    if (documented_codes(op.function).empty())
        ADD_FAILURE() << op.function << " is not documented";
    unsigned step = kind == Kind::calls_from ? STRIDE : 1;
    for (unsigned nth = 1; nth <= LIMIT; nth += step) {
        /* Calls of one name are much alike: after the first few each has one errno, in turn. */
        Hit hit = attempt(op, kind, nth, nth);
        unsigned known = seen[hit.call]++;
        unsigned variants = known < FEW && kind == Kind::call ? hit.variants : 1;
        tries++;
        if (::testing::Test::HasFatalFailure())
            return;
        if (!hit.hit) {
            printf("  n %-11s %4u  tries %4u  %s\n", name_of(kind), hit.reached, tries, op.name);
            ::testing::Test::RecordProperty(std::string(name_of(kind)) + " of " + op.name,
                                            static_cast<int>(hit.reached));
            return;
        }
        for (unsigned variant = 1; variant < variants; variant++, tries++)
            (void)attempt(op, kind, nth, nth + variant);
    }
    ADD_FAILURE() << op.name << " still fails after " << LIMIT << " failures";
}

void expect_provoked(const char *function, const char *codes)
{
    std::istringstream list(codes);
    for (std::string code; list >> code;)
        EXPECT_EQ(provoked.count(std::string(function) + " " + code), 1u)
            << function << " " << code;
}

void sweep_all(const Operation &op)
{
    for (Kind kind : KINDS)
        sweep(op, kind);
}

}
