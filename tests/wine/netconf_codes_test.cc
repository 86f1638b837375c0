/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration on a door that fails on command: every number that a function of IP Helper is documented to
 * return has its code and its text, whatever fails leaves things as they were, and nothing is leaked.
 */
#include <winsock2.h>

#include <windows.h>

#include <gtest/gtest.h>
#include <winerror.h>

#include <functional>
#include <string>
#include <vector>

#include "support/netconf_handle.h"
#include "wine/netconf_door.h"

namespace
{

struct Operation {
    std::string name;
    std::vector<std::string> calls; /* of the door, that make it fail */
    std::function<int(vnic *, vnic_error *)> run;
};

struct Number {
    uint32_t number;
    int code;
};

/* What means the same everywhere. */
const std::vector<Number> general = {
    {ERROR_ACCESS_DENIED, VNIC_EPERM},
    {ERROR_NETWORK_ACCESS_DENIED, VNIC_EPERM},
    {ERROR_PRIVILEGE_NOT_HELD, VNIC_EPERM},
    {ERROR_NOT_ENOUGH_MEMORY, VNIC_ENOMEM},
    {ERROR_OUTOFMEMORY, VNIC_ENOMEM},
    {ERROR_NO_SYSTEM_RESOURCES, VNIC_ENOMEM},
    {ERROR_CALL_NOT_IMPLEMENTED, VNIC_ENOTSUP},
    {ERROR_NOT_SUPPORTED, VNIC_ENOTSUP},
    {ERROR_GEN_FAILURE, VNIC_EOS},
};

vnic_prefix parse(const char *text)
{
    vnic_prefix p;

    EXPECT_EQ(0, vnic_prefix_parse(text, &p)) << text;
    return p;
}

const vnic_prefix v4 = parse("10.9.0.1/24"), v6 = parse("fd09::1/64"), there = parse("10.9.5.5/24");

int get_info(vnic *dev, vnic_error *err)
{
    vnic_info info = {};

    info.size = sizeof info;
    return vnic_get_info(dev, &info, err);
}

int get_stats(vnic *dev, vnic_error *err)
{
    vnic_stats stats = {};

    stats.size = sizeof stats;
    return vnic_get_stats(dev, &stats, err);
}

int get_dns(vnic *dev, vnic_error *err)
{
    char text[512];

    return netconf_get_dns(dev, text, sizeof text, err);
}

const std::vector<Operation> operations = {
    {"info", {"get_if_entry"}, get_info},
    {"stats", {"get_if_entry"}, get_stats},
    {"mtu", {"set_ip_interface"}, [](vnic *d, vnic_error *e) { return vnic_set_mtu(d, 1400, e); }},
    {"metric",
     {"set_ip_interface"},
     [](vnic *d, vnic_error *e) { return vnic_set_metric(d, 9, e); }},
    {"link-local",
     {"get_ip_interface", "set_ip_interface", "get_unicast_table"},
     [](vnic *d, vnic_error *e) { return netconf_set_link_local(d, 0, e); }},
    {"add IPv4",
     {"init_unicast", "create_unicast"},
     [](vnic *d, vnic_error *e) { return vnic_add_address(d, &v4, e); }},
    {"add IPv6",
     {"init_unicast", "create_unicast"},
     [](vnic *d, vnic_error *e) { return vnic_add_address(d, &v6, e); }},
    {"remove",
     {"init_unicast", "delete_unicast"},
     [](vnic *d, vnic_error *e) { return vnic_remove_address(d, &there, e); }},
    {"list",
     {"get_if_entry", "get_unicast_table"},
     [](vnic *d, vnic_error *e) { return vnic_get_addresses(d, nullptr, 0, e); }},
    {"dns",
     {"set_dns"},
     [](vnic *d, vnic_error *e) { return vnic_set_dns(d, "1.1.1.1 fd00::53", e); }},
    {"get dns", {"get_dns"}, get_dns},
    {"wait", {"get_ip_interface"}, netconf_wait},
    {"name",
     {"com_begin", "connections_open", "connections_enum", "connections_next", "connection_rename"},
     [](vnic *d, vnic_error *e) { return vnic_set_name(d, "other", e); }},
};

int no_link(void *user, uint32_t up)
{
    *static_cast<int *>(user) += up != 0 ? 1 : -1;
    return 0;
}

class NetconfCodes : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        door::reset();
        open(0);
        ASSERT_EQ(0, vnic_add_address(dev, &there, &err)) << err.text;
        EXPECT_EQ(std::vector<std::string>{"10.9.5.5/24"}, door::state().addresses);
    }
    void TearDown() override
    {
        EXPECT_EQ(0, door::state().tables);
        EXPECT_EQ(0, door::state().objects);
        netconf_free(dev);
    }
    void open(uint32_t created)
    {
        netconf_link link = {no_link, &links_up};

        if (dev != nullptr)
            netconf_free(dev);
        dev = netconf_new(door::luid, door::interface_guid(), VNIC_TUN, created, &link);
    }
    /* Everything that can be set. */
    static std::string snapshot()
    {
        const door::State &s = door::state();
        std::string text = s.name;

        for (int i = 0; i < 2; i++)
            text += " " + std::to_string(s.mtu[i]) + " " + std::to_string(s.metric[i]) + " " +
                    std::to_string(s.dad[i]) + " " +
                    std::string(s.servers[i].begin(), s.servers[i].end()) + " " +
                    std::string(s.search[i].begin(), s.search[i].end());
        for (const std::string &a : s.addresses)
            text += " " + a;
        return text;
    }
    /* How texts write a number of Windows. */
    static std::string shown(uint32_t number)
    {
        char text[16];

        (void)snprintf(text, sizeof text, number > INT32_MAX ? "0x%08lX" : "%lu",
                       static_cast<unsigned long>(number));
        return std::string("Windows error ") + text;
    }
    void expect_failure(const Operation &op, const std::string &call, const Number &n, int nth)
    {
        std::string was = snapshot();
        std::string where =
            op.name + ", " + call + " " + std::to_string(nth) + " with " + std::to_string(n.number);

        err = {};
        door::fail(call, n.number, nth);
        int rc = op.run(dev, &err);
        ASSERT_TRUE(door::has_failed()) << where;
        door::fail("", 0);
        EXPECT_EQ(n.code, rc) << where << ": " << err.text;
        EXPECT_EQ(n.code, err.code) << where;
        EXPECT_EQ(n.number, static_cast<uint32_t>(err.os_code)) << where;
        EXPECT_EQ(VNIC_OS_WIN32, err.os_domain) << where;
        EXPECT_NE(std::string::npos, std::string(err.text).find(shown(n.number))) << err.text;
        EXPECT_EQ(std::string::npos, std::string(err.text).find("without a name")) << err.text;
        EXPECT_STRNE("", err.operation) << where;
        if (op.name != "link-local")
            EXPECT_EQ(was, snapshot()) << where;
    }

    vnic *dev = nullptr;
    vnic_error err = {};
    int links_up = 0;
};

TEST_F(NetconfCodes, WhatIsSaidEverywhere)
{
    for (const Operation &op : operations)
        for (const std::string &call : op.calls)
            for (Number n : general) {
                /* Where a family is not there, it has no servers, and the other one is enough to
                 * be waited for: that is no failure. */
                if ((op.name == "get dns" || op.name == "wait") && n.number == ERROR_NOT_SUPPORTED)
                    continue;
                bool is_com = call.compare(0, 3, "com") == 0 || call.compare(0, 3, "con") == 0;

                /* COM has the same numbers in another dress, which is taken off. */
                if (is_com) {
                    uint32_t plain = n.number;
                    err = {};
                    door::fail(call, static_cast<uint32_t>(HRESULT_FROM_WIN32(plain)));
                    EXPECT_EQ(n.code, op.run(dev, &err)) << call << " " << plain << err.text;
                    EXPECT_EQ(plain, static_cast<uint32_t>(err.os_code)) << call;
                    EXPECT_EQ(0, door::state().objects) << call;
                    EXPECT_EQ("door", door::state().name);
                } else {
                    expect_failure(op, call, n, 1);
                }
            }
}

/* ---- What single operations are told ------------------------------------------------------------ */

TEST_F(NetconfCodes, WhatIsSaidOfOne)
{
    const struct {
        const char *name, *call;
        int nth;
        Number number;
    } cases[] = {
        {"mtu", "set_ip_interface", 1, {ERROR_INVALID_PARAMETER, VNIC_EINVAL}},
        {"mtu", "set_ip_interface", 2, {ERROR_INVALID_PARAMETER, VNIC_EINVAL}},
        {"metric", "set_ip_interface", 2, {ERROR_INVALID_PARAMETER, VNIC_EINVAL}},
        {"metric", "set_ip_interface", 1, {ERROR_PROC_NOT_FOUND, VNIC_ENOTSUP}},
        {"add IPv4", "create_unicast", 1, {ERROR_OBJECT_ALREADY_EXISTS, VNIC_EEXIST}},
        {"add IPv6", "create_unicast", 1, {ERROR_ALREADY_EXISTS, VNIC_EEXIST}},
        {"add IPv4", "create_unicast", 1, {ERROR_INVALID_PARAMETER, VNIC_EADDR}},
        {"add IPv6", "create_unicast", 1, {ERROR_NOT_FOUND, VNIC_ENOTSUP}},
        {"add IPv4", "create_unicast", 1, {ERROR_PROC_NOT_FOUND, VNIC_ENOTSUP}},
        {"remove", "delete_unicast", 1, {ERROR_NOT_FOUND, VNIC_EADDR}},
        {"remove", "delete_unicast", 1, {ERROR_INVALID_PARAMETER, VNIC_EADDR}},
        {"remove", "delete_unicast", 1, {ERROR_PROC_NOT_FOUND, VNIC_ENOTSUP}},
        {"dns", "set_dns", 1, {ERROR_INVALID_PARAMETER, VNIC_EINVAL}},
        {"dns", "set_dns", 2, {ERROR_INVALID_PARAMETER, VNIC_EINVAL}},
        {"dns", "set_dns", 2, {ERROR_FILE_NOT_FOUND, VNIC_EOS}},
        {"link-local", "set_ip_interface", 1, {ERROR_PROC_NOT_FOUND, VNIC_ENOTSUP}},
        {"name", "connections_open", 1, {static_cast<uint32_t>(REGDB_E_CLASSNOTREG), VNIC_ENOTSUP}},
        {"name", "connections_open", 1, {static_cast<uint32_t>(E_NOINTERFACE), VNIC_ENOTSUP}},
        {"name", "connections_enum", 1, {static_cast<uint32_t>(E_NOTIMPL), VNIC_ENOTSUP}},
    };

    for (const auto &c : cases)
        for (const Operation &op : operations)
            if (op.name == c.name)
                expect_failure(op, c.call, c.number, c.nth);
}

TEST_F(NetconfCodes, NamesOfConnections)
{
    const Number numbers[] = {{ERROR_DUP_NAME, VNIC_EEXIST},
                              {ERROR_FILE_EXISTS, VNIC_EEXIST},
                              {ERROR_ALREADY_EXISTS, VNIC_EEXIST},
                              {ERROR_INVALID_NAME, VNIC_ENAME},
                              {ERROR_INVALID_PARAMETER, VNIC_ENAME}};

    for (const Number &n : numbers) {
        door::fail("connection_rename", static_cast<uint32_t>(HRESULT_FROM_WIN32(n.number)));
        EXPECT_EQ(n.code, vnic_set_name(dev, "other", &err)) << err.text;
        EXPECT_EQ(n.number, static_cast<uint32_t>(err.os_code));
        EXPECT_STREQ("name", err.field);
    }
    /* The caller's thread uses COM its own way: that is neither changed nor ended. */
    door::fail("com_begin", static_cast<uint32_t>(RPC_E_CHANGED_MODE));
    EXPECT_EQ(0, vnic_set_name(dev, "second", &err)) << err.text;
    EXPECT_EQ("second", door::state().name);
    /* A connection that tells nothing is another one. */
    door::fail("connection_properties", static_cast<uint32_t>(E_FAIL), 1);
    EXPECT_EQ(0, vnic_set_name(dev, "third", &err)) << err.text;
    EXPECT_EQ("third", door::state().name);
    /* The adapter's own: that it could not tell is why, and not that it is not shown. */
    const Number untold[] = {{ERROR_NOT_ENOUGH_MEMORY, VNIC_ENOMEM},
                             {ERROR_ACCESS_DENIED, VNIC_EPERM},
                             {ERROR_GEN_FAILURE, VNIC_EOS}};
    for (const Number &n : untold) {
        door::fail("connection_properties", static_cast<uint32_t>(HRESULT_FROM_WIN32(n.number)), 2);
        EXPECT_EQ(n.code, vnic_set_name(dev, "fourth", &err)) << err.text;
        EXPECT_EQ(n.number, static_cast<uint32_t>(err.os_code));
    }
    EXPECT_EQ("third", door::state().name);
}

TEST_F(NetconfCodes, AConnectionThatTheFolderDoesNotShow)
{
    door::hide_connection();
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_name(dev, "other", &err));
    EXPECT_EQ(static_cast<int>(ERROR_NOT_FOUND), err.os_code);
    EXPECT_NE(std::string::npos, std::string(err.text).find("does not show this adapter"))
        << err.text;
}

/* An address that another interface has is refused by Windows with the same number. */
TEST_F(NetconfCodes, WhoHasAnAddressAlready)
{
    vnic_prefix longer = parse("10.9.5.5/16");

    EXPECT_EQ(VNIC_EEXIST, vnic_add_address(dev, &longer, &err));
    EXPECT_NE(std::string::npos, std::string(err.text).find("the interface has")) << err.text;
    door::fail("create_unicast", ERROR_OBJECT_ALREADY_EXISTS);
    EXPECT_EQ(VNIC_EEXIST, vnic_add_address(dev, &v4, &err));
    EXPECT_NE(std::string::npos, std::string(err.text).find("of this computer")) << err.text;
}

/* ---- An interface that is gone, late, or has one family ----------------------------------------- */

TEST_F(NetconfCodes, AnInterfaceThatIsGoneIsClosed)
{
    for (const Operation &op : operations) {
        door::reset();
        ASSERT_EQ(0, vnic_add_address(dev, &there, &err)) << err.text;
        door::remove();
        if (op.name == "wait" || op.name.find("dns") != std::string::npos)
            continue; /* waiting is for what is not there yet; DNS is by GUID, and the door has one */
        err = {};
        EXPECT_EQ(VNIC_ECLOSED, op.run(dev, &err)) << op.name << ": " << err.text;
        EXPECT_EQ(VNIC_ECLOSED, err.code) << op.name;
        EXPECT_NE(std::string::npos, std::string(err.text).find("removed")) << err.text;
    }
}

TEST_F(NetconfCodes, ALateFamilyIsWaitedFor)
{
    open(1);
    door::set_family(4, true, 5);
    door::set_family(6, true, 9);
    EXPECT_EQ(0, netconf_wait(dev, &err)) << err.text;
    EXPECT_EQ(0, vnic_set_mtu(dev, 1400, &err)) << err.text;
    EXPECT_EQ(1400u, door::state().mtu[0]);
    EXPECT_EQ(1400u, door::state().mtu[1]);

    door::set_family(6, true, 9);
    EXPECT_EQ(0, vnic_add_address(dev, &v6, &err)) << err.text;
    EXPECT_EQ("fd09::1/64", door::state().addresses.back());

    door::set_family(4, true, 9);
    door::set_family(6, false);
    EXPECT_EQ(0, vnic_set_mtu(dev, 1300, &err)) << err.text;
    EXPECT_EQ(1300u, door::state().mtu[0]);
}

TEST_F(NetconfCodes, AnInterfaceThatNeverComesEndsTheWait)
{
    door::set_family(4, false);
    door::set_family(6, false);
    EXPECT_EQ(VNIC_EOS, netconf_wait(dev, &err));
    EXPECT_EQ(static_cast<int>(ERROR_NOT_FOUND), err.os_code);
    EXPECT_NE(std::string::npos, std::string(err.text).find("in time")) << err.text;
}

/* Who is meant stands there once, whether the system tells its name or not. */
TEST_F(NetconfCodes, ASentenceNamesTheInterfaceOnce)
{
    door::fail("get_ip_interface", ERROR_ACCESS_DENIED);
    EXPECT_EQ(VNIC_EPERM, netconf_wait(dev, &err));
    EXPECT_EQ(0u, std::string(err.text).find("cannot wait for door: permission")) << err.text;
    door::remove();
    door::fail("get_ip_interface", ERROR_ACCESS_DENIED);
    EXPECT_EQ(VNIC_EPERM, netconf_wait(dev, &err));
    EXPECT_EQ(0u, std::string(err.text).find("cannot wait for the interface: ")) << err.text;
}

/* Whatever is quoted, there is room for what is to be done, and no character is cut. */
TEST_F(NetconfCodes, LongNamesLeaveRoomForTheAdvice)
{
    std::string old_name, new_name;

    for (int i = 0; i < 60; i++) {
        old_name += "\xe9\x9a\xa7";
        new_name += "\xf0\x9f\x90\xa7";
    }
    ASSERT_EQ(0, vnic_set_name(dev, old_name.c_str(), &err)) << err.text;
    door::fail("connection_rename", static_cast<uint32_t>(HRESULT_FROM_WIN32(ERROR_DUP_NAME)));
    EXPECT_EQ(VNIC_EEXIST, vnic_set_name(dev, new_name.c_str(), &err));
    std::string text = err.text;
    EXPECT_NE(std::string::npos, text.find("choose another one")) << text;
    EXPECT_NE(std::string::npos, text.find("\xe9\x9a\xa7")) << text;
    EXPECT_NE(std::string::npos, text.find("\xf0\x9f\x90\xa7")) << text;
    EXPECT_EQ(std::string::npos, text.find('?')) << text;
}

TEST_F(NetconfCodes, OneFamilyIsEnough)
{
    vnic_info info = {};

    info.size = sizeof info;
    door::set_family(6, false);
    EXPECT_EQ(0, netconf_wait(dev, &err)) << err.text;
    EXPECT_EQ(0, vnic_set_mtu(dev, 1400, &err)) << err.text;
    EXPECT_EQ(0, vnic_set_metric(dev, 3, &err)) << err.text;
    ASSERT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    EXPECT_EQ(1400u, info.mtu);
    EXPECT_EQ(3u, info.metric);
    EXPECT_EQ(1500u, door::state().mtu[1]);
    EXPECT_EQ(VNIC_ENOTSUP, vnic_add_address(dev, &v6, &err));
    EXPECT_EQ(static_cast<int>(ERROR_NOT_FOUND), err.os_code);

    door::set_family(4, false);
    door::set_family(6, true);
    EXPECT_EQ(0, vnic_set_mtu(dev, 1300, &err)) << err.text;
    EXPECT_EQ(1300u, door::state().mtu[1]);
    EXPECT_EQ(VNIC_ENOTSUP, vnic_add_address(dev, &v4, &err));
}

/* Without an IPv6 that could have servers, those of IPv4 are all; named ones are missed. */
TEST_F(NetconfCodes, DnsOfOneFamily)
{
    for (uint32_t number : {ERROR_NOT_FOUND, ERROR_FILE_NOT_FOUND, ERROR_NOT_SUPPORTED}) {
        door::fail("set_dns", number, 2);
        EXPECT_EQ(0, vnic_set_dns(dev, "1.1.1.1", &err)) << err.text;
        EXPECT_EQ(L"1.1.1.1", door::state().servers[0]);
        door::fail("set_dns", number, 2);
        EXPECT_GT(0, vnic_set_dns(dev, "9.9.9.9 fd00::53", &err));
        EXPECT_EQ(L"1.1.1.1", door::state().servers[0]) << "as before";
    }
}

/* ---- Smaller rules ------------------------------------------------------------------------------ */

TEST_F(NetconfCodes, Ipv6KeepsItsLeastMtu)
{
    EXPECT_EQ(0, vnic_set_mtu(dev, 576, &err)) << err.text;
    EXPECT_EQ(576u, door::state().mtu[0]);
    EXPECT_EQ(1280u, door::state().mtu[1]);
}

TEST_F(NetconfCodes, AMetricIsThatOfBothFamilies)
{
    vnic_info info = {};

    door::set_metrics(10, 20);
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    EXPECT_EQ(10u, info.metric);
    ASSERT_EQ(0, vnic_set_metric(dev, 5, &err)) << err.text;
    ASSERT_EQ(0, vnic_set_metric(dev, 6, &err)) << err.text;
    EXPECT_EQ(6u, door::state().metric[0]);
    EXPECT_EQ(6u, door::state().metric[1]);
}

/* What get_info tells of two families is not reason enough to leave them alone. */
TEST_F(NetconfCodes, OneValueForBothFamilies)
{
    vnic_info info = {};

    info.size = sizeof info;
    door::set_metrics(10, 20);
    ASSERT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    ASSERT_EQ(10u, info.metric);
    ASSERT_EQ(0, vnic_set_metric(dev, 10, &err)) << err.text;
    EXPECT_EQ(10u, door::state().metric[0]);
    EXPECT_EQ(10u, door::state().metric[1]);

    door::set_mtus(1400, 1500);
    ASSERT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    ASSERT_EQ(1400u, info.mtu);
    ASSERT_EQ(0, vnic_set_mtu(dev, 1400, &err)) << err.text;
    EXPECT_EQ(1400u, door::state().mtu[0]);
    EXPECT_EQ(1400u, door::state().mtu[1]);

    /* Nothing is touched that is as wanted: the call that would fail is not made. */
    door::fail("set_ip_interface", ERROR_ACCESS_DENIED);
    EXPECT_EQ(0, vnic_set_mtu(dev, 1400, &err)) << err.text;
    EXPECT_EQ(0, vnic_set_metric(dev, 10, &err)) << err.text;
    door::fail("", 0);
    ASSERT_EQ(0, vnic_set_mtu(dev, 1000, &err)) << err.text;
    EXPECT_EQ(1280u, door::state().mtu[1]);
    door::fail("set_ip_interface", ERROR_ACCESS_DENIED);
    EXPECT_EQ(0, vnic_set_mtu(dev, 1000, &err)) << err.text;

    for (const char *call : {"mtu", "metric"}) {
        door::fail("get_ip_interface", ERROR_NOT_ENOUGH_MEMORY, 3);
        EXPECT_EQ(VNIC_ENOMEM, strcmp(call, "mtu") == 0 ? vnic_set_mtu(dev, 1000, &err)
                                                        : vnic_set_metric(dev, 10, &err))
            << call;
    }
}

/* ---- DNS settings that somebody else made ------------------------------------------------------- */

TEST_F(NetconfCodes, DnsComesBackAsItWas)
{
    const std::wstring servers = L"fe80::1%7, 1.1.1.1;printer.local",
                       search = L"b\u00fccher.example a.b";
    std::wstring many;

    for (int i = 1; i <= 20; i++)
        many += (i > 1 ? L"," : L"") + (L"10.0.0." + std::to_wstring(i));
    for (const std::wstring &v4_servers : {many, servers, std::wstring(L"")}) {
        door::set_dns(0, v4_servers, search);
        door::set_dns(1, servers, L"other.example");
        door::fail("set_dns", ERROR_ACCESS_DENIED, 2);
        EXPECT_EQ(VNIC_EPERM, vnic_set_dns(dev, "9.9.9.9 fd00::53 search c.example", &err));
        EXPECT_EQ(v4_servers, door::state().servers[0]);
        EXPECT_EQ(servers, door::state().servers[1]);
        EXPECT_EQ(search, door::state().search[0]);
        EXPECT_EQ(L"other.example", door::state().search[1]);
    }
}

TEST_F(NetconfCodes, DnsThatIsTooLongToKeepIsLeftAlone)
{
    door::set_dns(0, std::wstring(2048, L'x'), L"");
    EXPECT_EQ(0, vnic_set_dns(dev, "9.9.9.9", &err)) << err.text;
    for (bool in_search : {false, true}) {
        std::wstring text(2049, L'x');
        door::set_dns(0, in_search ? L"" : text, in_search ? text : L"");
        EXPECT_EQ(VNIC_EOS, vnic_set_dns(dev, "9.9.9.9", &err));
        EXPECT_EQ(static_cast<int>(ERROR_MORE_DATA), err.os_code);
        EXPECT_NE(std::string::npos, std::string(err.text).find("too long")) << err.text;
        EXPECT_EQ(in_search ? L"" : text, door::state().servers[0]);
    }
}

TEST_F(NetconfCodes, DetectionOfDuplicatesIsPutBackAfterAFailureToo)
{
    open(0);
    ASSERT_EQ(0, vnic_set_up(dev, 1, &err)) << err.text;
    door::fail("create_unicast", ERROR_GEN_FAILURE);
    EXPECT_EQ(VNIC_EOS, vnic_add_address(dev, &v6, &err));
    EXPECT_EQ(1u, door::state().dad[1]);
    open(0);
    EXPECT_EQ(0, vnic_add_address(dev, &v4, &err)) << err.text;
    EXPECT_EQ(3u, door::state().dad[0]) << "set_up sees to the moment when the medium comes";
    open(1);
    EXPECT_EQ(0, vnic_add_address(dev, &v6, &err)) << err.text;
    EXPECT_EQ(0u, door::state().dad[1]);
    EXPECT_EQ("fd09::1/64", door::state().addresses.back());
}

TEST_F(NetconfCodes, AddressesOfTheSystemsOwn)
{
    vnic_prefix list[4];
    vnic_prefix known = parse("fe80::1/64"), apipa = parse("169.254.3.4/16");

    ASSERT_EQ(0, vnic_remove_address(dev, &there, &err)) << err.text;
    ASSERT_EQ(0, vnic_add_address(dev, &known, &err)) << err.text;
    ASSERT_EQ(0, vnic_add_address(dev, &apipa, &err)) << err.text;
    ASSERT_EQ(2, vnic_get_addresses(dev, list, 4, &err)) << err.text;
    EXPECT_EQ(VNIC_PREFIX_KERNEL, list[0].flags);
    EXPECT_EQ(VNIC_PREFIX_KERNEL, list[1].flags);
    ASSERT_EQ(0, netconf_set_link_local(dev, 0, &err)) << err.text;
    EXPECT_EQ(std::vector<std::string>{"169.254.3.4/16"}, door::state().addresses);
}

TEST_F(NetconfCodes, AnInterfaceThatAnAdministratorTookDown)
{
    door::set_administrative(false);
    EXPECT_EQ(0, vnic_set_up(dev, 1, &err)) << err.text;
    EXPECT_TRUE(door::state().up);
    EXPECT_EQ(1, links_up);
    EXPECT_EQ(0, vnic_set_up(dev, 0, &err)) << err.text;
    EXPECT_TRUE(door::state().up) << "only the flow of packets ends";
    EXPECT_EQ(0, links_up);

    for (Number n :
         {Number{ERROR_ACCESS_DENIED, VNIC_EPERM}, Number{ERROR_NOT_SUPPORTED, VNIC_ENOTSUP},
          Number{ERROR_INVALID_PARAMETER, VNIC_EOS},
          Number{ERROR_NOT_ENOUGH_MEMORY, VNIC_ENOMEM}}) {
        door::set_administrative(false);
        door::fail("set_if_entry", n.number);
        EXPECT_EQ(n.code, vnic_set_up(dev, 1, &err)) << err.text;
        EXPECT_EQ(n.number, static_cast<uint32_t>(err.os_code));
        EXPECT_EQ(0, links_up) << "what was brought up is down again";
    }
}

TEST_F(NetconfCodes, CountersAreTurnedRound)
{
    vnic_stats s = {};

    s.size = sizeof s;
    ASSERT_EQ(0, vnic_get_stats(dev, &s, &err)) << err.text;
    EXPECT_EQ(3u, s.rx_packets);
    EXPECT_EQ(3u, s.rx_bytes);
    EXPECT_EQ(4u, s.rx_dropped);
    EXPECT_EQ(5u, s.rx_errors);
    EXPECT_EQ(30u, s.tx_packets);
    EXPECT_EQ(30u, s.tx_bytes);
    EXPECT_EQ(40u, s.tx_dropped);
    EXPECT_EQ(110u, s.tx_errors);
}

}
