/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces inside another network namespace, while the caller stays outside. */
#include "live/live_open.h"

#include <linux/nsfs.h>

#include <memory>

using namespace live;

namespace
{

/* Each test is in one namespace (`start`) and knows another (`other`). */
class LiveNetns : public NetnsTest
{
  protected:
    void SetUp() override
    {
        NetnsTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        start = here();
        ASSERT_EQ("", enter_new_network());
        other = here();
        VNIC_SKIP_IF_NOT_EMULATED(ioctl(other, NS_GET_NSTYPE), "NS_GET_NSTYPE");
        ASSERT_EQ(0, setns(start, CLONE_NEWNET)) << strerror(errno);
    }
    void TearDown() override
    {
        if (start >= 0) {
            close(start);
            close(other);
        }
        NetnsTest::TearDown();
    }
    /* What fn says inside the other namespace. */
    template <typename Fn> auto inside(Fn fn)
    {
        EXPECT_EQ(0, setns(other, CLONE_NEWNET)) << strerror(errno);
        auto result = fn();
        EXPECT_EQ(0, setns(start, CLONE_NEWNET)) << strerror(errno);
        return result;
    }

    int start = -1, other = -1;
};

TEST_F(LiveNetns, CreatedInsideByDescriptorAndUsedFromOutside)
{
    struct stat net_before, net_after;
    ASSERT_EQ(0, stat("/proc/thread-self/ns/net", &net_before));
    Config cfg("in", VNIC_TUN, VNIC_NONBLOCK);
    cfg.netns_fd = other;
    cfg.addresses = "10.9.0.1/24";
    cfg.mtu = 1400;
    vnic *dev = must_open(cfg);
    ASSERT_NE(nullptr, dev);
    ASSERT_EQ(0, stat("/proc/thread-self/ns/net", &net_after));
    EXPECT_EQ(net_before.st_ino, net_after.st_ino) << "the caller never moves";
    EXPECT_FALSE(exists("in"));
    EXPECT_TRUE(inside([] { return exists("in"); }));
    EXPECT_EQ(1400, inside([] { return mtu_of("in"); }));
    EXPECT_EQ(1400, vnic_recv_size(dev));

    auto kernel = inside([] { return std::make_unique<PacketSocket>("in"); });
    packets::Bytes packet = packets::ipv4(17, packets::udp({1, 2, 3}));
    uint8_t buf[2048];
    EXPECT_EQ(static_cast<int>(packet.size()), vnic_send(dev, packet.data(), packet.size()));
    EXPECT_EQ(packet, kernel->recv(20000));
    ASSERT_TRUE(kernel->send(packet));
    EXPECT_EQ(static_cast<int>(packet.size()), vnic_recv_timeout(dev, buf, sizeof buf, 20000));
    kernel.reset();
    vnic_close(dev);
    EXPECT_FALSE(inside([] { return exists("in"); }));
    EXPECT_GE(fcntl(other, F_GETFD), 0) << "the caller's descriptor stays the caller's";
}

TEST_F(LiveNetns, CreatedInsideByPath)
{
    std::string path = "/proc/self/fd/" + std::to_string(other);
    Config cfg("in", VNIC_TAP, VNIC_MULTI_QUEUE);
    cfg.netns = path.c_str();
    vnic *dev = must_open(cfg);
    ASSERT_NE(nullptr, dev);
    EXPECT_TRUE(inside([] { return exists("in"); }));
    vnic *second = nullptr;
    EXPECT_EQ(0, vnic_open_queue(dev, &second, nullptr));
    EXPECT_EQ(2u, inside([] { return tun_attributes("in")[IFLA_TUN_NUM_QUEUES]; }));
    EXPECT_FALSE(exists("in"));
    vnic_close(second);
    vnic_close(dev);
}

TEST_F(LiveNetns, WhatIsNoNamespace)
{
    VNIC_COVERS("vnic_open", "VNIC_ENETNS");
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int mount_ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    Config cfg("in");

    for (const char *path : {"/run/netns/no-such-namespace", "/dev/null", "/proc/self/ns/mnt"}) {
        cfg.netns = path;
        struct vnic_error err = must_fail(cfg);
        EXPECT_EQ(VNIC_ENETNS, err.code) << path << ": " << err.text;
        EXPECT_STREQ("netns", err.field);
    }
    cfg.netns = nullptr;
    for (int fd : {null_fd, mount_ns, 999}) {
        cfg.netns_fd = fd;
        struct vnic_error err = must_fail(cfg);
        EXPECT_EQ(VNIC_ENETNS, err.code) << err.text;
        EXPECT_STREQ("netns_fd", err.field);
    }
    EXPECT_FALSE(exists("in"));
    close(null_fd);
    close(mount_ns);
}

TEST_F(LiveNetns, FailuresInsideTellTheSameAsOutside)
{
    ASSERT_TRUE(inside([] { return make_persistent("taken", IFF_TAP | IFF_NO_PI); }));
    Config cfg("taken");
    cfg.netns_fd = other;
    struct vnic_error err = must_fail(cfg);
    EXPECT_EQ(VNIC_EKIND, err.code) << err.text;
    EXPECT_STREQ("layer", err.field);
    cfg.layer = VNIC_TAP;
    cfg.flags = VNIC_EXCLUSIVE;
    EXPECT_EQ(VNIC_EEXIST, must_fail(cfg).code);
    cfg.flags = VNIC_UNSET;
    vnic_close(must_open(cfg));
    EXPECT_TRUE(inside([] { return exists("taken"); }));
}

TEST_F(LiveNetns, AnInterfaceThatIsMovedKeepsReceiving)
{
    vnic *dev = must_open(Config("move", VNIC_TUN, VNIC_NONBLOCK));
    ASSERT_EQ(0, move_link("move", other));
    EXPECT_FALSE(exists("move"));
    inside([] { return set_up("move", true); });
    auto kernel = inside([] { return std::make_unique<PacketSocket>("move"); });
    packets::Bytes packet = packets::ipv4(17, packets::udp(packets::Bytes(1400, 1)));
    std::vector<uint8_t> buf(VNIC_MAX_PACKET);

    for (size_t cap : {packet.size(), packet.size() - 1, packet.size(), buf.size()}) {
        ASSERT_TRUE(kernel->send(packet));
        EXPECT_EQ(cap < packet.size() ? VNIC_EMSGSIZE : static_cast<int>(packet.size()),
                  vnic_recv_timeout(dev, buf.data(), cap, 20000));
    }
    kernel.reset();
    /* Another one of that name, where ours was, must not be taken for it. */
    vnic *twin = must_open(Config("move"));
    EXPECT_EQ(0, vnic_set_mtu(twin, 68, nullptr));
    EXPECT_GE(vnic_recv_size(dev), 1500);
    vnic_close(twin);
    vnic_close(dev);
    EXPECT_FALSE(inside([] { return exists("move"); }));
}

}
