/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the link, and that they find the interface after it was renamed or moved. */
#include <cstdint>
#include <fcntl.h>
#include <net/if.h>
#include <string>
#include <sys/resource.h>

#include "conf_fixture.h"
#include "live_device.h"
#include "support/covers.h"

namespace
{

class LiveLink : public ConfTest
{
};

void set_name_x(struct vnic_config *cfg)
{
    cfg->name = "vx";
}

void set_tap(struct vnic_config *cfg)
{
    cfg->name = "vx";
    cfg->layer = VNIC_TAP;
}

TEST_F(LiveLink, OpensUpAndTellsWhatItIs)
{
    LiveDevice dev([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->mtu = 1400;
        cfg->alias = "a «text»";
        cfg->tx_queue_len = 321;
    });
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_info info = dev.info();

    EXPECT_STREQ(info.name, "vx");
    EXPECT_STREQ(info.alias, "a «text»");
    EXPECT_STREQ(info.backend, "linux");
    EXPECT_EQ(info.if_index, if_nametoindex("vx"));
    EXPECT_EQ(info.layer, VNIC_TUN);
    EXPECT_EQ(info.mtu, 1400u);
    EXPECT_EQ(info.tx_queue_len, 321u);
    EXPECT_EQ(info.n_queues, 1u);
    EXPECT_EQ(info.owner_uid, VNIC_UNSET);
    EXPECT_EQ(info.vnet_hdr_len, 0u);
    EXPECT_EQ(info.flags, VNIC_IF_UP | VNIC_IF_RUNNING | VNIC_IF_CARRIER);
    std::string says = ip_says("-d link show vx");
    EXPECT_NE(says.find("mtu 1400"), std::string::npos) << says;
    EXPECT_NE(says.find("qlen 321"), std::string::npos) << says;
    EXPECT_NE(says.find("a «text»"), std::string::npos) << says;
}

TEST_F(LiveLink, UpAndDown)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};

    ASSERT_EQ(vnic_set_up(dev, 0, &err), 0) << err.text;
    EXPECT_EQ(ip_says("link show vx").find(",UP"), std::string::npos) << output;
    EXPECT_EQ(dev.info().flags & (VNIC_IF_UP | VNIC_IF_RUNNING), 0u);
    ASSERT_EQ(vnic_set_up(dev, 1, &err), 0) << err.text;
    EXPECT_NE(ip_says("link show vx").find(",UP"), std::string::npos) << output;
}

TEST_F(LiveLink, MtuHasLimits)
{
    LiveDevice tun(set_name_x);
    ASSERT_EQ(tun.code, 0) << tun.err.text;
    struct vnic_error err = {};

    EXPECT_EQ(vnic_set_mtu(tun, 65535, &err), 0) << err.text;
    EXPECT_EQ(tun.info().mtu, 65535u);
    EXPECT_EQ(vnic_set_mtu(tun, 68, &err), 0) << err.text;
    EXPECT_EQ(tun.info().mtu, 68u);
    EXPECT_EQ(vnic_set_mtu(tun, 67, &err), VNIC_EINVAL);
    EXPECT_EQ(vnic_set_mtu(tun, 65536, &err), VNIC_EINVAL);
    VNIC_COVERS("vnic_set_mtu", "VNIC_EINVAL");
    EXPECT_STREQ(err.field, "mtu");
    EXPECT_EQ(tun.info().mtu, 68u);
}

TEST_F(LiveLink, MtuOfATapLeavesRoomForTheHeader)
{
    LiveDevice tap(set_tap);
    ASSERT_EQ(tap.code, 0) << tap.err.text;
    struct vnic_error err = {};

    EXPECT_EQ(vnic_set_mtu(tap, 65521, &err), 0) << err.text;
    EXPECT_EQ(vnic_set_mtu(tap, 65522, &err), VNIC_EINVAL);
    EXPECT_EQ(tap.info().mtu, 65521u);
}

TEST_F(LiveLink, RenamesWhileUp)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    int code = vnic_set_name(dev, "other", &err);

    if (code == VNIC_EBUSY) {
        VNIC_COVERS("vnic_set_name", "VNIC_EBUSY");
        GTEST_SKIP() << "the kernel of this machine lacks renaming while up (Linux 6.2)";
    }
    ASSERT_EQ(code, 0) << err.text;
    EXPECT_EQ(dev.name(), "other");
    EXPECT_EQ(ip("link show vx"), 1);
    EXPECT_EQ(vnic_set_mtu(dev, 1300, &err), 0) << err.text;
    EXPECT_NE(ip_says("link show other").find("mtu 1300"), std::string::npos) << output;
}

TEST_F(LiveLink, RenameRefused)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};

    EXPECT_EQ(vnic_set_name(dev, "lo", &err), VNIC_EEXIST);
    VNIC_COVERS("vnic_set_name", "VNIC_EEXIST");
    EXPECT_STREQ(err.field, "name");
    EXPECT_NE(std::string(err.text).find("lo"), std::string::npos) << err.text;
    EXPECT_EQ(vnic_set_name(dev, "sixteen-letters!", &err), VNIC_ENAME);
    VNIC_COVERS("vnic_set_name", "VNIC_ENAME");
    EXPECT_EQ(dev.name(), "vx");
}

TEST_F(LiveLink, FollowsARenameFromOutside)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};

    ASSERT_EQ(ip("link set vx down"), 0) << output;
    ASSERT_EQ(ip("link set vx name elsewhere"), 0) << output;
    /* Somebody else takes the old name: it must not be touched. */
    ASSERT_EQ(ip("tuntap add vx mode tun"), 0) << output;
    EXPECT_EQ(dev.name(), "elsewhere");
    EXPECT_EQ(vnic_set_mtu(dev, 1234, &err), 0) << err.text;
    struct vnic_prefix prefix = prefix_of("10.9.0.1/24");
    EXPECT_EQ(vnic_add_address(dev, &prefix, &err), 0) << err.text;
    EXPECT_NE(ip_says("addr show elsewhere").find("mtu 1234"), std::string::npos) << output;
    EXPECT_NE(output.find("10.9.0.1/24"), std::string::npos) << output;
    EXPECT_NE(ip_says("addr show vx").find("mtu 1500"), std::string::npos) << output;
    EXPECT_EQ(output.find("10.9.0.1/24"), std::string::npos) << output;
    EXPECT_EQ(vnic_set_name(dev, "vy", &err), 0) << err.text;
    EXPECT_EQ(dev.name(), "vy");
}

TEST_F(LiveLink, FollowsAMoveToAnotherNamespaceAndBack)
{
    LiveDevice dev([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->addresses = "10.9.0.1/24";
    });
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_stats stats = {};
    int there = new_namespace(), back = here();

    stats.size = sizeof stats;
    ASSERT_EQ(
        ip("link set vx netns /proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(there)),
        0)
        << output;
    /* A namesake where it was before. */
    ASSERT_EQ(ip("tuntap add vx mode tun"), 0) << output;
    EXPECT_EQ(dev.name(), "vx");
    struct vnic_prefix prefix = prefix_of("10.9.7.1/24");
    EXPECT_EQ(vnic_add_address(dev, &prefix, &err), 0) << err.text;
    EXPECT_EQ(vnic_set_up(dev, 1, &err), 0) << err.text;
    EXPECT_EQ(vnic_set_mtu(dev, 1333, &err), 0) << err.text;
    EXPECT_EQ(vnic_get_stats(dev, &stats, &err), 0) << err.text;
    EXPECT_EQ(dev.addresses().at(0), "10.9.7.1/24");
    EXPECT_EQ(dev.info().mtu, 1333u);
    ASSERT_EQ(run_in(there, "ip addr show vx"), 0) << output;
    EXPECT_NE(output.find("mtu 1333"), std::string::npos) << output;
    EXPECT_NE(output.find("10.9.7.1/24"), std::string::npos) << output;
    EXPECT_NE(ip_says("addr show vx").find("mtu 1500"), std::string::npos) << output;
    EXPECT_EQ(output.find("inet 10."), std::string::npos) << output;
    EXPECT_EQ(vnic_set_name(dev, "moved", &err), 0) << err.text;
    ASSERT_EQ(run_in(there, "ip link set moved netns /proc/" + std::to_string(getpid()) + "/fd/" +
                                std::to_string(back)),
              0)
        << output;
    EXPECT_EQ(vnic_set_mtu(dev, 1444, &err), 0) << err.text;
    EXPECT_EQ(dev.info().mtu, 1444u);
    EXPECT_NE(ip_says("link show moved").find("mtu 1444"), std::string::npos) << output;
    close(there);
    close(back);
}

TEST_F(LiveLink, MacOfATap)
{
    LiveDevice tap(set_tap);
    ASSERT_EQ(tap.code, 0) << tap.err.text;
    struct vnic_error err = {};
    const uint8_t mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};
    const uint8_t multicast[6] = {0x03, 0, 0, 0, 0, 1}, zero[6] = {};

    ASSERT_EQ(vnic_set_mac(tap, mac, &err), 0) << err.text;
    EXPECT_NE(ip_says("link show vx").find("02:00:5e:10:00:01"), std::string::npos) << output;
    EXPECT_EQ(memcmp(tap.info().mac, mac, 6), 0);
    EXPECT_EQ(vnic_set_mac(tap, multicast, &err), VNIC_EADDR);
    EXPECT_EQ(vnic_set_mac(tap, zero, &err), VNIC_EADDR);
    VNIC_COVERS("vnic_set_mac", "VNIC_EADDR");
}

TEST_F(LiveLink, ATunHasNoMac)
{
    LiveDevice tun(set_name_x);
    ASSERT_EQ(tun.code, 0) << tun.err.text;
    struct vnic_error err = {};
    const uint8_t mac[6] = {0x02, 0, 0, 0, 0, 1}, none[6] = {};

    EXPECT_EQ(vnic_set_mac(tun, mac, &err), VNIC_ENOTSUP);
    VNIC_COVERS("vnic_set_mac", "VNIC_ENOTSUP");
    EXPECT_EQ(memcmp(tun.info().mac, none, 6), 0);
    LiveDevice other([](struct vnic_config *cfg) { cfg->mac = "02:00:00:00:00:01"; });
    EXPECT_EQ(other.code, VNIC_ENOTSUP);
    EXPECT_STREQ(other.err.field, "mac");
}

TEST_F(LiveLink, AliasAndQueueLength)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};

    EXPECT_EQ(vnic_set_alias(dev, "branch office", &err), 0) << err.text;
    EXPECT_STREQ(dev.info().alias, "branch office");
    std::string longest(255, 'a');
    EXPECT_EQ(vnic_set_alias(dev, longest.c_str(), &err), 0) << err.text;
    EXPECT_EQ(dev.info().alias, longest);
    EXPECT_EQ(vnic_set_alias(dev, (longest + "a").c_str(), &err), VNIC_EINVAL);
    VNIC_COVERS("vnic_set_alias", "VNIC_EINVAL");
    EXPECT_EQ(vnic_set_alias(dev, "", &err), 0) << err.text;
    EXPECT_STREQ(dev.info().alias, "");
    EXPECT_EQ(vnic_set_tx_queue_len(dev, 7, &err), 0) << err.text;
    EXPECT_EQ(dev.info().tx_queue_len, 7u);
    EXPECT_EQ(vnic_set_tx_queue_len(dev, 1000001, &err), VNIC_EINVAL);
    VNIC_COVERS("vnic_set_tx_queue_len", "VNIC_EINVAL");
}

TEST_F(LiveLink, Carrier)
{
    LiveDevice dev([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->flags |= VNIC_NO_CARRIER;
    });
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};

    EXPECT_EQ(dev.info().flags & (VNIC_IF_UP | VNIC_IF_CARRIER), VNIC_IF_UP);
    EXPECT_NE(ip_says("link show vx").find("NO-CARRIER"), std::string::npos) << output;
    ASSERT_EQ(vnic_set_carrier(dev, 1, &err), 0) << err.text;
    EXPECT_EQ(dev.info().flags & VNIC_IF_CARRIER, VNIC_IF_CARRIER);
    EXPECT_EQ(ip_says("link show vx").find("NO-CARRIER"), std::string::npos) << output;
    ASSERT_EQ(vnic_set_carrier(dev, 0, &err), 0) << err.text;
    EXPECT_EQ(dev.info().flags & VNIC_IF_CARRIER, 0u);
}

TEST_F(LiveLink, OwnerAndGroupByValue)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_info info = {};

    EXPECT_EQ(dev.info().owner_uid, VNIC_UNSET);
    ASSERT_EQ(vnic_set_owner(dev, 0, &err), 0) << err.text;
    info = dev.info();
    EXPECT_EQ(info.owner_uid, 0u) << "zero is a user, not nobody";
    EXPECT_EQ(info.group_gid, VNIC_UNSET);
    ASSERT_EQ(vnic_set_group(dev, 0, &err), 0) << err.text;
    EXPECT_EQ(dev.info().group_gid, 0u);
    std::string map;
    ASSERT_EQ(run_command("cat /proc/self/uid_map", &map), 0);
    if (map.find("4294967295") != std::string::npos) {
        ASSERT_EQ(vnic_set_owner(dev, 1000, &err), 0) << err.text;
        ASSERT_EQ(vnic_set_group(dev, 2000, &err), 0) << err.text;
        EXPECT_EQ(dev.info().owner_uid, 1000u);
        EXPECT_EQ(dev.info().group_gid, 2000u);
        EXPECT_NE(ip_says("-d link show vx").find("user "), std::string::npos) << output;
    } else {
        EXPECT_EQ(vnic_set_owner(dev, 1000, &err), VNIC_EINVAL) << "not mapped here";
        EXPECT_NE(std::string(err.text).find("1000"), std::string::npos) << err.text;
        EXPECT_EQ(vnic_set_group(dev, 2000, &err), VNIC_EINVAL) << "not mapped here";
    }
}

TEST_F(LiveLink, AnIdThatTheUserNamespaceDoesNotHave)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};

    EXPECT_EQ(vnic_set_owner(dev, UINT32_MAX, &err), VNIC_EINVAL);
    VNIC_COVERS("vnic_set_owner", "VNIC_EINVAL");
    EXPECT_EQ(vnic_set_group(dev, UINT32_MAX, &err), VNIC_EINVAL);
    VNIC_COVERS("vnic_set_group", "VNIC_EINVAL");
}

TEST_F(LiveLink, PersistOnAndOff)
{
    struct vnic_error err = {};
    {
        LiveDevice dev(set_name_x);
        ASSERT_EQ(dev.code, 0) << dev.err.text;
        ASSERT_EQ(vnic_set_persist(dev, 1, &err), 0) << err.text;
        EXPECT_EQ(dev.info().flags & VNIC_IF_PERSIST, VNIC_IF_PERSIST);
    }
    EXPECT_EQ(ip("link show vx"), 0) << output;
    {
        LiveDevice dev(set_name_x);
        ASSERT_EQ(dev.code, 0) << dev.err.text;
        ASSERT_EQ(vnic_set_persist(dev, 0, &err), 0) << err.text;
        EXPECT_EQ(dev.info().flags & VNIC_IF_PERSIST, 0u);
    }
    EXPECT_EQ(ip("link show vx"), 1) << output;
}

TEST_F(LiveLink, EverySettingSaysThatTheInterfaceIsGone)
{
    LiveDevice dev(set_tap);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_info info = {};
    struct vnic_stats stats = {};
    struct vnic_prefix prefix = prefix_of("10.9.0.1/24");
    const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    char name[VNIC_NAME_SIZE];

    info.size = sizeof info;
    stats.size = sizeof stats;
    ASSERT_EQ(ip("link del vx"), 0) << output;
    EXPECT_EQ(vnic_get_info(dev, &info, &err), VNIC_ECLOSED);
    EXPECT_NE(std::string(err.text).find("removed"), std::string::npos) << err.text;
    EXPECT_EQ(vnic_get_stats(dev, &stats, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_get_name(dev, name, sizeof name), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_up(dev, 0, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_mtu(dev, 1300, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_name(dev, "vy", &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_mac(dev, mac, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_tx_queue_len(dev, 9, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_alias(dev, "x", &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_carrier(dev, 0, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_persist(dev, 1, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_owner(dev, 0, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_group(dev, 0, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_add_address(dev, &prefix, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_remove_address(dev, &prefix, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_set_addresses(dev, &prefix, 1, &err), VNIC_ECLOSED);
    EXPECT_EQ(vnic_get_addresses(dev, &prefix, 1, &err), VNIC_ECLOSED);
    VNIC_COVERS("vnic_get_info", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_get_stats", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_get_name", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_up", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_mtu", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_name", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_mac", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_tx_queue_len", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_alias", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_carrier", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_persist", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_owner", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_group", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_add_address", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_remove_address", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_addresses", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_get_addresses", "VNIC_ECLOSED");
}

/* Finding out in which namespace the interface is takes a descriptor for a moment. */
TEST_F(LiveLink, EverySettingSaysThatDescriptorsAreOut)
{
    LiveDevice dev(set_tap);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    struct vnic_info info = {};
    struct vnic_stats stats = {};
    struct vnic_prefix prefix = prefix_of("10.9.0.1/24");
    const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    struct rlimit old = {}, none = {};
    auto ignore = [](void *, const struct vnic_info *) { return 0; };

    info.size = sizeof info;
    stats.size = sizeof stats;
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
    none.rlim_max = old.rlim_max;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_EQ(vnic_get_info(dev, &info, &err), VNIC_EMFILE);
    EXPECT_NE(std::string(err.text).find("descriptor"), std::string::npos) << err.text;
    EXPECT_EQ(err.os_code, EMFILE);
    EXPECT_EQ(vnic_get_stats(dev, &stats, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_set_up(dev, 0, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_set_mtu(dev, 1300, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_set_name(dev, "vy", &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_set_mac(dev, mac, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_set_tx_queue_len(dev, 9, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_set_alias(dev, "x", &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_add_address(dev, &prefix, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_remove_address(dev, &prefix, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_set_addresses(dev, &prefix, 1, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_get_addresses(dev, &prefix, 1, &err), VNIC_EMFILE);
    EXPECT_EQ(vnic_list(nullptr, ignore, nullptr, &err), VNIC_EMFILE);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
    VNIC_COVERS("vnic_get_info", "VNIC_EMFILE");
    VNIC_COVERS("vnic_get_stats", "VNIC_EMFILE");
    VNIC_COVERS("vnic_set_up", "VNIC_EMFILE");
    VNIC_COVERS("vnic_set_mtu", "VNIC_EMFILE");
    VNIC_COVERS("vnic_set_name", "VNIC_EMFILE");
    VNIC_COVERS("vnic_set_mac", "VNIC_EMFILE");
    VNIC_COVERS("vnic_set_tx_queue_len", "VNIC_EMFILE");
    VNIC_COVERS("vnic_set_alias", "VNIC_EMFILE");
    VNIC_COVERS("vnic_add_address", "VNIC_EMFILE");
    VNIC_COVERS("vnic_remove_address", "VNIC_EMFILE");
    VNIC_COVERS("vnic_set_addresses", "VNIC_EMFILE");
    VNIC_COVERS("vnic_get_addresses", "VNIC_EMFILE");
    VNIC_COVERS("vnic_list", "VNIC_EMFILE");
    EXPECT_EQ(dev.info().mtu, 1500u);
}

}
