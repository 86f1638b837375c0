/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses on the real kernel. */
#include <algorithm>
#include <arpa/inet.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "addr_monitor.h"
#include "conf_fixture.h"
#include "live_device.h"
#include "support/covers.h"

namespace
{

using Lines = std::vector<std::string>;

class LiveAddr : public ConfTest
{
  protected:
    bool ip_shows(const std::string &text)
    {
        return ip_says("addr show dev vx").find(text) != std::string::npos;
    }

    /* Writes a sysctl of this namespace; false where /proc/sys cannot be written. */
    bool sysctl(const std::string &path, const std::string &value)
    {
        return run_command("echo " + value + " > /proc/sys/net/" + path, &output) == 0;
    }
};

LiveDevice::Setup with_addresses(const char *addresses, uint32_t flags = 0)
{
    return [=](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->addresses = addresses;
        cfg->flags |= flags;
    };
}

bool has(const Lines &lines, const std::string &line)
{
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

TEST_F(LiveAddr, SeveralWithPeersAndBroadcast)
{
    LiveDevice dev(with_addresses("10.9.0.1/24 10.9.0.2/24 10.9.1.1/32 peer 10.9.1.2 "
                                  "10.9.2.1/24 broadcast 10.9.2.254 10.9.3.1/24 broadcast none "
                                  "10.9.4.1/31 fd09::1/64 fd0a::1/128 peer fd0a::2"));
    ASSERT_EQ(dev.code, 0) << dev.err.text;

    EXPECT_TRUE(ip_shows("inet 10.9.0.1/24 brd 10.9.0.255")) << output;
    EXPECT_TRUE(ip_shows("inet 10.9.0.2/24 brd 10.9.0.255")) << output;
    EXPECT_TRUE(ip_shows("inet 10.9.1.1 peer 10.9.1.2/32 scope")) << output;
    EXPECT_TRUE(ip_shows("inet 10.9.2.1/24 brd 10.9.2.254")) << output;
    EXPECT_TRUE(ip_shows("inet 10.9.3.1/24 scope")) << output;
    EXPECT_TRUE(ip_shows("inet 10.9.4.1/31 scope")) << output;
    EXPECT_TRUE(ip_shows("inet6 fd09::1/64")) << output;
    EXPECT_TRUE(ip_shows("inet6 fd0a::1 peer fd0a::2/128")) << output;
    Lines list = dev.addresses();
    for (const char *wanted : {"10.9.0.1/24", "10.9.0.2/24", "10.9.1.1/32 peer 10.9.1.2",
                               "10.9.2.1/24 broadcast 10.9.2.254", "10.9.3.1/24 broadcast none",
                               "10.9.4.1/31", "fd09::1/64", "fd0a::1/128 peer fd0a::2"}) {
        EXPECT_TRUE(has(list, wanted)) << wanted << " is not listed";
    }
}

TEST_F(LiveAddr, AddAndRemove)
{
    LiveDevice dev(with_addresses(nullptr));
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};

    for (const char *text : {"10.9.0.1/24", "fd09::1/64", "10.9.1.1/32 peer 10.9.1.2"}) {
        SCOPED_TRACE(text);
        struct vnic_prefix prefix = prefix_of(text);
        ASSERT_EQ(vnic_add_address(dev, &prefix, &err), 0) << err.text;
        EXPECT_TRUE(has(dev.addresses(), text));
        EXPECT_EQ(vnic_add_address(dev, &prefix, &err), VNIC_EEXIST);
        EXPECT_NE(std::string(err.text).find(std::string(text).substr(0, 6)), std::string::npos)
            << err.text;
        EXPECT_EQ(vnic_remove_address(dev, &prefix, &err), 0) << err.text;
        EXPECT_FALSE(has(dev.addresses(), text));
        EXPECT_EQ(vnic_remove_address(dev, &prefix, &err), VNIC_EADDR);
    }
    VNIC_COVERS("vnic_add_address", "VNIC_EEXIST");
    VNIC_COVERS("vnic_remove_address", "VNIC_EADDR");
}

TEST_F(LiveAddr, RemovingLooksAtAddressAndLength)
{
    LiveDevice dev(with_addresses("10.9.1.1/32 peer 10.9.1.2 10.9.1.1/32 peer 10.9.1.3"));
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_prefix wrong = prefix_of("10.9.1.1/24"),
                       exact = prefix_of("10.9.1.1/32 peer 10.9.1.3");
    struct vnic_prefix plain = prefix_of("10.9.1.1/32");

    EXPECT_EQ(vnic_remove_address(dev, &wrong, &err), VNIC_EADDR);
    EXPECT_EQ(vnic_remove_address(dev, &exact, &err), 0) << err.text;
    EXPECT_TRUE(has(dev.addresses(), "10.9.1.1/32 peer 10.9.1.2"));
    EXPECT_EQ(vnic_remove_address(dev, &plain, &err), 0)
        << "the peer need not be told: " << err.text;
    EXPECT_FALSE(has(dev.addresses(), "10.9.1.1/32 peer 10.9.1.2"));
}

TEST_F(LiveAddr, ReplaceAllDoesNotTouchWhatStays)
{
    AddrMonitor monitor;
    LiveDevice dev(
        with_addresses("10.9.0.1/24 10.9.5.1/24 fd09::1/64 fd09:1::1/64", VNIC_NO_LINK_LOCAL));
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_prefix wanted[] = {prefix_of("10.9.5.1/24"), prefix_of("fd09:1::1/64"),
                                   prefix_of("10.9.6.1/24"), prefix_of("fd09:2::1/64")};
    Lines events = monitor.events_until("add fd09:1::1");
    ASSERT_TRUE(has(events, "add fd09::1"));

    ASSERT_EQ(vnic_set_addresses(dev, wanted, 4, &err), 0) << err.text;
    events = monitor.events_until("add fd09:2::1");
    EXPECT_TRUE(has(events, "del 10.9.0.1"));
    EXPECT_TRUE(has(events, "del fd09::1"));
    EXPECT_TRUE(has(events, "add 10.9.6.1"));
    for (const std::string &event : events) {
        EXPECT_EQ(event.find("10.9.5.1"), std::string::npos) << event;
        EXPECT_EQ(event.find("fd09:1::1"), std::string::npos) << event;
    }
    ASSERT_EQ(vnic_set_addresses(dev, wanted, 4, &err), 0) << err.text;
    events = monitor.events_until("");
    EXPECT_TRUE(events.empty()) << "the same again must do nothing: " << events.front();
    Lines list = dev.addresses();
    EXPECT_EQ(std::count_if(list.begin(), list.end(),
                            [](const std::string &line) { return line.find("kernel") != 0; }),
              4);
    ASSERT_EQ(vnic_set_addresses(dev, nullptr, 0, &err), 0) << err.text;
    for (const std::string &line : dev.addresses()) {
        EXPECT_EQ(line.find("kernel fe80::"), 0u) << line;
    }
}

/* The kernel would take 10.9.0.2 along with its primary address. */
TEST_F(LiveAddr, ASecondaryAddressOutlivesItsPrimary)
{
    LiveDevice dev(with_addresses("10.9.0.1/24 10.9.0.2/24"));
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_prefix wanted = prefix_of("10.9.0.2/24");

    if (!sysctl("ipv4/conf/vx/promote_secondaries", "0") ||
        !sysctl("ipv4/conf/all/promote_secondaries", "0")) {
        GTEST_SKIP() << "the kernel of this machine lacks a writable /proc/sys here: " << output;
    }
    AddrMonitor monitor;
    ASSERT_EQ(vnic_set_addresses(dev, &wanted, 1, &err), 0) << err.text;
    Lines events = monitor.events_until("del 10.9.0.1");
    EXPECT_FALSE(has(events, "del 10.9.0.2"));
    EXPECT_TRUE(ip_shows("inet 10.9.0.2/24 brd 10.9.0.255 scope global vx")) << output;
    ASSERT_EQ(run_command("cat /proc/sys/net/ipv4/conf/vx/promote_secondaries", &output), 0);
    EXPECT_EQ(output, "0\n") << "the setting is as before";
}

TEST_F(LiveAddr, Ipv6IsUsableAtOnce)
{
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        LiveDevice dev([=](struct vnic_config *cfg) {
            cfg->name = "vx";
            cfg->layer = layer;
            cfg->addresses = "fd09::1/64";
        });
        ASSERT_EQ(dev.code, 0) << dev.err.text;
        struct sockaddr_in6 self = {};
        int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        self.sin6_family = AF_INET6;
        ASSERT_EQ(inet_pton(AF_INET6, "fd09::1", &self.sin6_addr), 1);
        EXPECT_EQ(bind(fd, reinterpret_cast<struct sockaddr *>(&self), sizeof self), 0)
            << strerror(errno);
        close(fd);
        std::string says = ip_says("-6 addr show dev vx scope global");
        EXPECT_EQ(says.find("tentative"), std::string::npos) << says;
    }
}

TEST_F(LiveAddr, Ipv6Disabled)
{
    if (!sysctl("ipv6/conf/default/disable_ipv6", "1")) {
        GTEST_SKIP() << "the kernel of this machine lacks a writable /proc/sys here: " << output;
    }
    {
        LiveDevice v4(with_addresses("10.9.0.1/24"));
        EXPECT_EQ(v4.code, 0) << "without an IPv6 address it is no error: " << v4.err.text;
        struct vnic_error err = {};
        struct vnic_prefix prefix = prefix_of("fd09::1/64");
        EXPECT_EQ(vnic_add_address(v4, &prefix, &err), VNIC_ENOTSUP);
        VNIC_COVERS("vnic_add_address", "VNIC_ENOTSUP");
        EXPECT_NE(std::string(err.text).find("disable_ipv6"), std::string::npos) << err.text;
        EXPECT_EQ(vnic_set_addresses(v4, &prefix, 1, &err), VNIC_ENOTSUP);
        VNIC_COVERS("vnic_set_addresses", "VNIC_ENOTSUP");
        EXPECT_TRUE(has(v4.addresses(), "10.9.0.1/24")) << "a failed replacement changes nothing";
        LiveDevice no_ll([](struct vnic_config *cfg) {
            cfg->name = "vy";
            cfg->flags |= VNIC_NO_LINK_LOCAL;
        });
        EXPECT_EQ(no_ll.code, 0) << no_ll.err.text;
    }
    LiveDevice v6(with_addresses("10.9.0.1/24 fd09::1/64"));
    EXPECT_EQ(v6.code, VNIC_ENOTSUP);
    EXPECT_STREQ(v6.err.field, "addresses");
    EXPECT_NE(std::string(v6.err.text).find("disable_ipv6"), std::string::npos) << v6.err.text;
    EXPECT_NE(std::string(v6.err.text).find("fd09::1"), std::string::npos) << v6.err.text;
    EXPECT_EQ(ip("link show vx"), 1) << "nothing is left: " << output;
}

TEST_F(LiveAddr, Ipv6NeedsAnMtuOf1280)
{
    LiveDevice dev([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->mtu = 1279;
    });
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_prefix prefix = prefix_of("fd09::1/64");
    int code = vnic_add_address(dev, &prefix, &err);

    EXPECT_LT(code, 0);
    EXPECT_NE(std::string(err.text).find("1280"), std::string::npos) << err.text;
    EXPECT_EQ(vnic_set_mtu(dev, 1280, &err), 0) << err.text;
    EXPECT_EQ(vnic_add_address(dev, &prefix, &err), 0) << err.text;
    EXPECT_EQ(vnic_set_mtu(dev, 1279, &err), VNIC_EINVAL) << "it would lose its address";
}

TEST_F(LiveAddr, AddressesThatNoInterfaceCanHave)
{
    LiveDevice dev(with_addresses(nullptr));
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};

    for (const char *text : {"224.0.0.1/24", "ff02::1/64", "0.0.0.0/0", "::/0"}) {
        struct vnic_prefix prefix = prefix_of(text);
        EXPECT_EQ(vnic_add_address(dev, &prefix, &err), VNIC_EADDR) << text;
        EXPECT_EQ(vnic_set_addresses(dev, &prefix, 1, &err), VNIC_EADDR) << text;
    }
    VNIC_COVERS("vnic_add_address", "VNIC_EADDR");
    VNIC_COVERS("vnic_set_addresses", "VNIC_EADDR");
    struct vnic_prefix twice[] = {prefix_of("10.9.0.1/24"), prefix_of("10.9.0.1/24")};
    EXPECT_EQ(vnic_set_addresses(dev, twice, 2, &err), VNIC_EEXIST);
    VNIC_COVERS("vnic_set_addresses", "VNIC_EEXIST");
}

TEST_F(LiveAddr, TheKernelsOwnAreMarkedAndStay)
{
    LiveDevice dev(with_addresses("fe80::99/64 fd09::1/64"));
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_prefix wanted = prefix_of("10.9.0.1/24");

    Lines list = dev.addresses();
    EXPECT_TRUE(has(list, "fe80::99/64")) << "a person's link-local address is not the kernel's";
    EXPECT_EQ(
        std::count_if(list.begin(), list.end(),
                      [](const std::string &line) { return line.find("kernel fe80::") == 0; }),
        1);
    ASSERT_EQ(vnic_set_addresses(dev, &wanted, 1, &err), 0) << err.text;
    list = dev.addresses();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_TRUE(has(list, "10.9.0.1/24"));
    EXPECT_EQ(
        std::count_if(list.begin(), list.end(),
                      [](const std::string &line) { return line.find("kernel fe80::") == 0; }),
        1);
}

TEST_F(LiveAddr, MoreThanThereIsRoomFor)
{
    std::string text;
    for (int i = 1; i <= 300; i++) {
        text += "10." + std::to_string(i / 200) + "." + std::to_string(i % 200) + ".1/24 ";
    }
    LiveDevice dev(with_addresses(text.c_str(), VNIC_NO_LINK_LOCAL));
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_prefix few[3] = {};
    struct vnic_error err = {};

    EXPECT_EQ(vnic_get_addresses(dev, nullptr, 0, &err), 300) << err.text;
    EXPECT_EQ(vnic_get_addresses(dev, few, 2, &err), 300) << err.text;
    EXPECT_EQ(few[1].family, VNIC_IPV4);
    EXPECT_EQ(few[2].family, 0) << "no more than asked for";
}

/* Packets that the interface sends within so many milliseconds: their ICMPv6 types, or the version. */
std::vector<int> capture(vnic *dev, int ms)
{
    std::vector<int> types;
    uint8_t buf[2048];
    int n;

    while ((n = vnic_recv_timeout(dev, buf, sizeof buf, ms)) > 0) {
        if (n > 48 && buf[0] >> 4 == 6) {
            /* MLD reports have a hop-by-hop header of 8 bytes before them. */
            int at = buf[6] == 0 ? 48 : 40;
            types.push_back(buf[6] == 58 || buf[6] == 0 ? buf[at] : 0);
        } else if (n >= 41 && buf[0] >> 4 == 6) {
            types.push_back(buf[40]);
        }
    }
    return types;
}

constexpr int kRouterSolicitation = 133; /* RFC 4861 section 4.1 */

TEST_F(LiveAddr, NoLinkLocalAndNoRouterSolicitations)
{
    LiveDevice usual(with_addresses("fd09::1/64"));
    ASSERT_EQ(usual.code, 0) << usual.err.text;
    LiveDevice quiet([](struct vnic_config *cfg) {
        cfg->name = "vy";
        cfg->addresses = "fd0a::1/64";
        cfg->flags |= VNIC_NO_LINK_LOCAL;
    });
    ASSERT_EQ(quiet.code, 0) << quiet.err.text;

    EXPECT_EQ(quiet.addresses(), Lines{"fd0a::1/64"});
    EXPECT_EQ(ip_says("addr show dev vy").find("fe80"), std::string::npos) << output;
    std::vector<int> types = capture(quiet, 1500);
    EXPECT_EQ(std::count(types.begin(), types.end(), kRouterSolicitation), 0);
    types = capture(usual, 100);
    EXPECT_GE(std::count(types.begin(), types.end(), kRouterSolicitation), 1)
        << "without the flag the kernel asks for routers: else this test proves nothing";
}

/* A second handle of an interface that is in use: only then does it have a link-local address. */
TEST_F(LiveAddr, NoLinkLocalOnAnInterfaceThatHasOne)
{
    LiveDevice first(with_addresses(nullptr, VNIC_MULTI_QUEUE));
    ASSERT_EQ(first.code, 0) << first.err.text;
    Lines at_first = first.addresses();
    ASSERT_EQ(at_first.size(), 1u);
    {
        /* ::1 is refused by the kernel when all else is done: the link-local address comes back. */
        LiveDevice fails(
            with_addresses("10.9.7.1/24 ::1/128", VNIC_NO_LINK_LOCAL | VNIC_MULTI_QUEUE));
        EXPECT_EQ(fails.code, VNIC_EADDR);
        VNIC_COVERS("vnic_open", "VNIC_EADDR");
        EXPECT_EQ(first.addresses(), at_first);
        EXPECT_EQ(ip_says("-d link show vx").find("addrgenmode none"), std::string::npos) << output;
    }
    LiveDevice quiet(with_addresses("10.9.0.1/24", VNIC_NO_LINK_LOCAL | VNIC_MULTI_QUEUE));
    ASSERT_EQ(quiet.code, 0) << quiet.err.text;
    EXPECT_EQ(first.addresses(), Lines{"10.9.0.1/24"});
    EXPECT_NE(ip_says("-d link show vx").find("addrgenmode none"), std::string::npos) << output;
}

/* Below 1280 bytes an interface has no IPv6 that could be told: it comes, with defaults, as the MTU rises. */
TEST_F(LiveAddr, NoLinkLocalWhereTheMtuHadKeptIpv6Away)
{
    LiveDevice first([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->mtu = 1000;
        cfg->flags |= VNIC_MULTI_QUEUE;
    });
    ASSERT_EQ(first.code, 0) << first.err.text;
    EXPECT_EQ(first.addresses(), Lines{});
    LiveDevice quiet([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->mtu = 1400;
        cfg->flags |= VNIC_MULTI_QUEUE | VNIC_NO_LINK_LOCAL;
    });
    ASSERT_EQ(quiet.code, 0) << quiet.err.text;
    EXPECT_EQ(first.addresses(), Lines{});
    EXPECT_NE(ip_says("-d link show vx").find("addrgenmode none"), std::string::npos) << output;
}

}
