/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of a real Linux TUN through the test iphlpapi.dll: what the library sets is what Linux
 * has, and what Wine's own queries read back.
 */
#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <gtest/gtest.h>
#include <iphlpapi.h>
#include <netioapi.h>

#include <string>
#include <vector>

#include "support/covers.h"
#include "support/netconf_handle.h"
#include "wine/linux_calls.h"

namespace
{

/* Of the test that runs. Each has another one: Wine remembers interfaces by name, also when they are gone. */
const char *ifname;

/* The text of a file of /proc, or "". */
std::string proc(const std::string &path)
{
    char buf[4096];
    std::string text;
    int fd = lx_open(("/proc/" + path).c_str(), LX_O_RDONLY);
    intptr_t got;

    while (fd >= 0 && (got = lx_read(fd, buf, sizeof buf)) > 0)
        text.append(buf, static_cast<size_t>(got));
    if (fd >= 0)
        lx_close(fd);
    return text;
}

std::string conf6(const char *setting)
{
    std::string text = proc(std::string("sys/net/ipv6/conf/") + ifname + "/" + setting);

    return text.substr(0, text.find('\n'));
}

void write_conf6(const char *setting, const char *value)
{
    std::string path = std::string("/proc/sys/net/ipv6/conf/") + ifname + "/" + setting;
    int fd = lx_open(path.c_str(), LX_O_WRONLY);

    ASSERT_GE(fd, 0) << path;
    ASSERT_EQ(1, lx_write(fd, value, 1)) << path;
    lx_close(fd);
}

/* The line of /proc/net/if_inet6 that begins with this address, or "". */
std::string line6(const char *hex)
{
    std::string all = proc("net/if_inet6");
    size_t at = all.find(hex);

    return at == std::string::npos || all.find(ifname, at) > all.find('\n', at)
               ? ""
               : all.substr(at, all.find('\n', at) - at);
}

/* The first IPv4 address that Linux has there, in network order; 0: none. */
uint32_t linux_ipv4()
{
    const uint32_t siocgifaddr = 0x8915;
    lx_ifreq r = lx_request(ifname);
    uint32_t address = 0;

    if (lx_if_ioctl(siocgifaddr, &r) < 0)
        return 0;
    lx_fill(&address, r.u.bytes + 4, 4);
    return address;
}

int linux_mtu()
{
    lx_ifreq r = lx_request(ifname);

    return lx_if_ioctl(LX_SIOCGIFMTU, &r) < 0 ? -1 : r.u.number;
}

bool linux_is_up()
{
    lx_ifreq r = lx_request(ifname);

    return lx_if_ioctl(LX_SIOCGIFFLAGS, &r) >= 0 && (r.u.flags & LX_IFF_UP) != 0;
}

int bring_linux_up(void *, uint32_t up)
{
    return lx_if_set_up(ifname, static_cast<int>(up)) < 0 ? VNIC_EOS : 0;
}

vnic_prefix prefix(const char *text)
{
    vnic_prefix p;

    EXPECT_EQ(0, vnic_prefix_parse(text, &p)) << text;
    return p;
}

class Netconf : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        netconf_link link = {bring_linux_up, nullptr};

        static int number;
        name = "vnconf" + std::to_string(number++);
        ifname = name.c_str();
        tun = lx_tun_open(ifname, LX_IFF_TUN);
        ASSERT_GE(tun, 0) << "a TUN is needed: run inside tools/wine.sh --inside";
        ASSERT_EQ(NO_ERROR, ConvertInterfaceAliasToLuid(
                                std::wstring(name.begin(), name.end()).c_str(), &luid));
        ASSERT_EQ(NO_ERROR, ConvertInterfaceLuidToGuid(&luid, &guid));
        dev = netconf_new(luid.Value, &guid, VNIC_TUN, 1, &link);
    }
    void TearDown() override
    {
        if (dev != nullptr)
            netconf_free(dev);
        if (tun >= 0)
            lx_close(tun);
    }
    vnic_info info()
    {
        vnic_info now = {};

        now.size = sizeof now;
        EXPECT_EQ(0, vnic_get_info(dev, &now, &err)) << err.text;
        return now;
    }
    /* "10.9.0.1/24 fd09::1/64", those of the system's own in brackets. */
    std::string addresses()
    {
        vnic_prefix list[16];
        std::string text;
        int n = vnic_get_addresses(dev, list, 16, &err);

        EXPECT_GE(n, 0) << err.text;
        for (int i = 0; i < n; i++) {
            char one[VNIC_PREFIX_TEXT_MAX] = "";

            EXPECT_GE(vnic_prefix_format(&list[i], one, sizeof one), 0);
            bool own = (list[i].flags & VNIC_PREFIX_KERNEL) != 0;
            text +=
                (text.empty() ? "" : " ") + std::string(own ? "[" : "") + one + (own ? "]" : "");
        }
        return text;
    }
    /* The interface goes, as an adapter does that somebody uninstalls. */
    void remove()
    {
        lx_close(tun);
        tun = -1;
    }

    std::string name;
    int tun = -1;
    NET_LUID luid = {};
    GUID guid = {};
    vnic *dev = nullptr;
    vnic_error err = {};
};

TEST_F(Netconf, InfoIsThatOfTheInterface)
{
    EXPECT_EQ(0, netconf_wait(dev, &err)) << err.text;
    vnic_info now = info();

    EXPECT_STREQ(ifname, now.name);
    EXPECT_STREQ("wintun", now.backend);
    EXPECT_EQ(static_cast<uint32_t>(lx_if_index(ifname)), now.if_index);
    EXPECT_EQ(luid.Value, now.luid);
    EXPECT_EQ(38u, strlen(now.guid));
    EXPECT_EQ('{', now.guid[0]);
    EXPECT_STREQ("9.9", now.driver_version);
    EXPECT_EQ(1500u, now.mtu);
    EXPECT_EQ(0u, now.metric);
    EXPECT_EQ(1u, now.n_queues);
    EXPECT_EQ(VNIC_UNSET, now.owner_uid);
    EXPECT_EQ(0u, now.flags & VNIC_IF_UP);

    char text[VNIC_NAME_SIZE];
    EXPECT_EQ(static_cast<int>(strlen(ifname)), vnic_get_name(dev, text, sizeof text));
    EXPECT_STREQ(ifname, text);
}

TEST_F(Netconf, UpAndDown)
{
    ASSERT_EQ(0, vnic_set_up(dev, 1, &err)) << err.text;
    EXPECT_TRUE(linux_is_up());
    EXPECT_EQ(VNIC_IF_UP | VNIC_IF_RUNNING, info().flags & (VNIC_IF_UP | VNIC_IF_RUNNING));
    ASSERT_EQ(0, vnic_set_up(dev, 0, &err)) << err.text;
    EXPECT_FALSE(linux_is_up());
    EXPECT_EQ(0u, info().flags & (VNIC_IF_UP | VNIC_IF_RUNNING));
}

TEST_F(Netconf, MtuIsThatOfBothFamilies)
{
    for (uint32_t mtu : {1400u, 9000u, 65535u, 1280u}) {
        ASSERT_EQ(0, vnic_set_mtu(dev, mtu, &err)) << mtu << ": " << err.text;
        EXPECT_EQ(static_cast<int>(mtu), linux_mtu());
        EXPECT_EQ(std::to_string(mtu), conf6("mtu"));
        EXPECT_EQ(mtu, info().mtu);
    }
}

/* Linux takes IPv6 off such an interface, in the midst of the call: the other family is what counts. */
TEST_F(Netconf, MtuTooSmallForIpv6IsThatOfIpv4)
{
    ASSERT_EQ(0, vnic_set_mtu(dev, 576, &err)) << err.text;
    EXPECT_EQ(576, linux_mtu());
    EXPECT_EQ(576u, info().mtu);
}

TEST_F(Netconf, WithoutIpv6TheMtuOfIpv4IsEnough)
{
    write_conf6("disable_ipv6", "1");
    ASSERT_EQ(0, vnic_set_mtu(dev, 1390, &err)) << err.text;
    EXPECT_EQ(1390, linux_mtu());
    EXPECT_EQ(1390u, info().mtu);
}

TEST_F(Netconf, MetricOfBothFamilies)
{
    ASSERT_EQ(0, vnic_set_metric(dev, 7, &err)) << err.text;
    EXPECT_EQ(7u, info().metric);
    ASSERT_EQ(0, vnic_set_metric(dev, 0, &err)) << err.text;
    EXPECT_EQ(0u, info().metric);
}

TEST_F(Netconf, AddressesAreLinuxAddressesAndWorkAtOnce)
{
    vnic_prefix v4 = prefix("10.9.7.1/24"), v6 = prefix("fd09:7::1/64");

    write_conf6("dad_transmits", "1");
    ASSERT_EQ(0, vnic_add_address(dev, &v4, &err)) << err.text;
    ASSERT_EQ(0, vnic_add_address(dev, &v6, &err)) << err.text;
    EXPECT_EQ(0x0107090au, linux_ipv4());
    std::string line = line6("fd090007000000000000000000000001");
    ASSERT_FALSE(line.empty());
    /* "ADDRESS INDEX LENGTH SCOPE FLAGS NAME": not tentative (0x40), but permanent and without DAD. */
    EXPECT_NE(std::string::npos, line.find(" 40 00 82 ")) << line;
    EXPECT_EQ("10.9.7.1/24 fd09:7::1/64", addresses());

    EXPECT_EQ(VNIC_EEXIST, vnic_add_address(dev, &v4, &err));
    EXPECT_NE(std::string::npos, std::string(err.text).find("already")) << err.text;
    EXPECT_EQ(5010, err.os_code);
    EXPECT_EQ(VNIC_OS_WIN32, err.os_domain);

    ASSERT_EQ(0, vnic_remove_address(dev, &v4, &err)) << err.text;
    EXPECT_EQ(0u, linux_ipv4());
    EXPECT_EQ(VNIC_EADDR, vnic_remove_address(dev, &v4, &err));
    v6.prefix_len = 56;
    EXPECT_EQ(VNIC_EADDR, vnic_remove_address(dev, &v6, &err));
    v6.prefix_len = 64;
    ASSERT_EQ(0, vnic_remove_address(dev, &v6, &err)) << err.text;
    EXPECT_EQ("", addresses());
}

/* An adapter that was found keeps its detection of duplicates; one that we made does without. */
TEST_F(Netconf, DetectionOfDuplicatesComesBackWhereItWasFound)
{
    vnic_prefix a = prefix("fd09:8::1/64");

    write_conf6("dad_transmits", "1");
    ASSERT_EQ(0, vnic_add_address(dev, &a, &err)) << err.text;
    EXPECT_EQ("0", conf6("dad_transmits"));

    vnic *found = netconf_new(luid.Value, &guid, VNIC_TUN, 0, nullptr);
    vnic_prefix b = prefix("fd09:9::1/64");
    ASSERT_EQ(0, vnic_set_up(found, 1, &err)) << err.text;
    write_conf6("dad_transmits", "1");
    EXPECT_EQ(0, vnic_add_address(found, &b, &err)) << err.text;
    EXPECT_EQ("1", conf6("dad_transmits"));
    EXPECT_NE(std::string::npos, line6("fd090009000000000000000000000001").find(" 82 "));
    netconf_free(found);
}

TEST_F(Netconf, ReplacingKeepsWhatStays)
{
    vnic_prefix first[] = {prefix("10.9.7.1/24"), prefix("10.9.8.1/24"), prefix("fd09:7::1/64")};
    vnic_prefix second[] = {prefix("10.9.8.1/24"), prefix("10.9.9.1/24"), prefix("fd09:7::2/64")};

    ASSERT_EQ(0, vnic_set_addresses(dev, first, 3, &err)) << err.text;
    EXPECT_EQ("10.9.7.1/24 10.9.8.1/24 fd09:7::1/64", addresses());
    ASSERT_EQ(0, vnic_set_addresses(dev, second, 3, &err)) << err.text;
    EXPECT_EQ("10.9.8.1/24 10.9.9.1/24 fd09:7::2/64", addresses());
    ASSERT_EQ(0, vnic_set_addresses(dev, nullptr, 0, &err)) << err.text;
    EXPECT_EQ("", addresses());
}

TEST_F(Netconf, WhatWindowsDoesNotKeepIsRefusedByName)
{
    for (const char *text : {"10.9.0.1/32 peer 10.9.0.2", "10.9.0.1/24 broadcast 10.9.0.7",
                             "10.9.0.1/24 broadcast none"}) {
        vnic_prefix p = prefix(text);

        EXPECT_EQ(VNIC_ENOTSUP, vnic_add_address(dev, &p, &err)) << text;
        EXPECT_STREQ("addresses", err.field) << text;
    }
    vnic_prefix usual = prefix("10.9.0.1/24 broadcast 10.9.0.255");
    EXPECT_EQ(0, vnic_add_address(dev, &usual, &err)) << err.text;
    EXPECT_EQ("10.9.0.1/24", addresses());
}

TEST_F(Netconf, AnIpv6AddressWithoutIpv6SaysSo)
{
    vnic_prefix p = prefix("fd09::1/64");
    uint32_t mode = 0;

    write_conf6("disable_ipv6", "1");
    EXPECT_EQ(VNIC_ENOTSUP, vnic_add_address(dev, &p, &err));
    EXPECT_NE(std::string::npos, std::string(err.text).find("version of IP")) << err.text;
    EXPECT_EQ(VNIC_ENOTSUP, netconf_get_link_local(dev, &mode, &err));
}

TEST_F(Netconf, LinkLocalAddressesGoAndComeBack)
{
    uint32_t mode = 0;

    write_conf6("addr_gen_mode", "0");
    write_conf6("accept_ra", "1");
    ASSERT_EQ(0, vnic_set_up(dev, 1, &err)) << err.text;
    ASSERT_EQ(0, netconf_get_link_local(dev, &mode, &err)) << err.text;
    EXPECT_NE(0u, mode & 0xff);
    /* Linux makes it in its own time. */
    for (int i = 0; i < 500 && addresses().empty(); i++)
        Sleep(10);
    EXPECT_EQ(std::string("[fe80:"), addresses().substr(0, 6));
    ASSERT_EQ(0, netconf_set_link_local(dev, 0, &err)) << err.text;
    EXPECT_EQ("", addresses());
    EXPECT_EQ("1", conf6("addr_gen_mode"));
    EXPECT_EQ("0", conf6("accept_ra"));
    uint32_t none = 77;
    ASSERT_EQ(0, netconf_get_link_local(dev, &none, &err)) << err.text;
    EXPECT_EQ(0u, none);
    ASSERT_EQ(0, netconf_set_link_local(dev, mode, &err)) << err.text;
    EXPECT_EQ("0", conf6("addr_gen_mode"));
    EXPECT_EQ("1", conf6("accept_ra"));
}

TEST_F(Netconf, DnsServersAndDomains)
{
    char text[512];

    for (const char *dns : {"1.1.1.1 9.9.9.9 fd00::53 search corp.example,lab.example", "fd00::53",
                            "search corp.example", "9.9.9.9", ""}) {
        ASSERT_EQ(0, vnic_set_dns(dev, dns, &err)) << dns << ": " << err.text;
        ASSERT_EQ(0, netconf_get_dns(dev, text, sizeof text, &err)) << err.text;
        EXPECT_STREQ(dns, text);
    }
}

/* Wine has no folder of network connections: the documented way ends there, and says so. */
TEST_F(Netconf, RenamingNeedsTheFolderOfConnections)
{
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_name(dev, "other", &err));
    EXPECT_STREQ("name", err.field);
    EXPECT_NE(0, err.os_code);
    EXPECT_NE(std::string::npos, std::string(err.text).find("network connections")) << err.text;
}

TEST_F(Netconf, StatisticsAreThoseOfTheSystem)
{
    vnic_prefix p = prefix("10.9.7.1/24");
    vnic_stats stats = {};

    ASSERT_EQ(0, vnic_add_address(dev, &p, &err)) << err.text;
    ASSERT_EQ(0, vnic_set_up(dev, 1, &err)) << err.text;
    uint8_t packet[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 9, 7, 2, 10, 9, 7, 1};
    ASSERT_EQ(28, lx_write(tun, packet, sizeof packet));
    stats.size = sizeof stats;
    ASSERT_EQ(0, vnic_get_stats(dev, &stats, &err)) << err.text;
    EXPECT_EQ(1u, stats.tx_packets);
    EXPECT_EQ(28u, stats.tx_bytes);
}

TEST_F(Netconf, AnInterfaceThatIsGoneIsClosed)
{
    vnic_prefix p = prefix("10.9.7.1/24"), p6 = prefix("fd09::1/64");
    vnic_info now = {};
    vnic_stats stats = {};
    char text[VNIC_NAME_SIZE];
    uint32_t mode = 0;

    remove();
    now.size = sizeof now;
    stats.size = sizeof stats;
    EXPECT_EQ(VNIC_ECLOSED, vnic_get_info(dev, &now, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_get_stats(dev, &stats, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_get_name(dev, text, sizeof text));
    EXPECT_EQ(VNIC_ECLOSED, vnic_set_mtu(dev, 1400, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_set_metric(dev, 5, &err));
    VNIC_COVERS("vnic_set_metric", "VNIC_ECLOSED");
    EXPECT_EQ(VNIC_ECLOSED, vnic_set_up(dev, 1, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_set_name(dev, "other", &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_add_address(dev, &p, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_add_address(dev, &p6, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_remove_address(dev, &p, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_get_addresses(dev, nullptr, 0, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_set_dns(dev, "1.1.1.1", &err));
    VNIC_COVERS("vnic_set_dns", "VNIC_ECLOSED");
    EXPECT_EQ(VNIC_ECLOSED, netconf_get_link_local(dev, &mode, &err));
    EXPECT_NE(std::string::npos, std::string(err.text).find("removed")) << err.text;
}

}
