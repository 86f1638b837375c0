/* SPDX-License-Identifier: Apache-2.0 */
/* State of a device that an earlier or another user left: reset, matched or refused. */
#include "live/live_open.h"

#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/sockios.h>

using namespace live;

namespace
{

class LiveState : public NetnsTest
{
  protected:
    void SetUp() override
    {
        NetnsTest::SetUp();
        if (!IsSkipped()) {
            struct ethtool_value value = {ETHTOOL_GTXCSUM, 0};
            struct ifreq ifr = request_for("lo");
            ifr.ifr_data = reinterpret_cast<char *>(&value);
            VNIC_SKIP_IF_NOT_EMULATED(if_ioctl(SIOCETHTOOL, &ifr), "SIOCETHTOOL");
        }
    }
};

bool has_checksum_offload(const std::string &name)
{
    struct ethtool_value value = {ETHTOOL_GTXCSUM, 0};
    struct ifreq ifr = request_for(name);

    ifr.ifr_data = reinterpret_cast<char *>(&value);
    return if_ioctl(SIOCETHTOOL, &ifr) == 0 && value.data != 0;
}

/* A persistent device with everything that a user can leave behind. */
void leave_traces(const char *name, unsigned flags)
{
    int fd = raw_tun(name, flags);

    ASSERT_GE(fd, 0) << strerror(errno);
    EXPECT_EQ(0, ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6));
    EXPECT_TRUE(set_int(fd, TUNSETVNETHDRSZ, 12));
    EXPECT_TRUE(set_int(fd, TUNSETVNETLE, 1));
    EXPECT_TRUE(set_int(fd, TUNSETSNDBUF, 5000));
    if (flags & IFF_TAP) {
        /* Nothing passes: the filter accepts no byte of any frame. The kernel keeps the pointer, and
         * the program stays readable there: so it will be put on later queues. */
        static struct sock_filter drop = {BPF_RET | BPF_K, 0, 0, 0};
        struct sock_fprog program = {1, &drop};
        EXPECT_EQ(0, ioctl(fd, TUNATTACHFILTER, &program));
        /* struct tun_filter: flags 0, one address. */
        const uint16_t one = 1;
        uint8_t filter[10] = {0, 0, 0, 0, 2, 0, 0, 0, 0, 0x77};
        memcpy(filter + 2, &one, 2);
        EXPECT_GE(ioctl(fd, TUNSETTXFILTER, filter), 0);
    }
    EXPECT_EQ(0, ioctl(fd, TUNSETPERSIST, 1));
    EXPECT_TRUE(has_checksum_offload(name));
    close(fd);
}

void expect_fresh(const char *name, vnic *dev)
{
    int fd = static_cast<int>(vnic_native_handle(dev));

    EXPECT_FALSE(has_checksum_offload(name));
    EXPECT_EQ(10, get_int(fd, TUNGETVNETHDRSZ));
    EXPECT_EQ(0, get_int(fd, TUNGETVNETLE));
    EXPECT_EQ(INT32_MAX, get_int(fd, TUNGETSNDBUF));
}

TEST_F(LiveState, TheOnlyQueueOfATunStartsFresh)
{
    leave_traces("old", IFF_TUN | IFF_VNET_HDR);
    vnic *dev = must_open(Config("old"));

    ASSERT_NE(nullptr, dev);
    expect_fresh("old", dev);
    EXPECT_EQ(1u, tun_attributes("old")[IFLA_TUN_PERSIST]);
    vnic_close(dev);
}

TEST_F(LiveState, TheOnlyQueueOfATapStartsFreshAndReceivesEverything)
{
    leave_traces("old", IFF_TAP | IFF_VNET_HDR);
    vnic *dev = must_open(Config("old", VNIC_TAP, VNIC_KEEP_HEADER));
    ASSERT_NE(nullptr, dev);
    expect_fresh("old", dev);

    PacketSocket kernel("old");
    packets::Bytes frame = packets::ethernet(0x88B5, packets::Bytes(60, 7));
    uint8_t buf[2048];
    ASSERT_TRUE(kernel.send(frame, 0x88B5));
    EXPECT_EQ(static_cast<int>(frame.size() + 4), vnic_recv_timeout(dev, buf, sizeof buf, 20000));
    vnic_close(dev);
}

TEST_F(LiveState, TheOnlyQueueOfAMultiQueueDevice)
{
    leave_traces("old", IFF_TUN | IFF_VNET_HDR | IFF_MULTI_QUEUE);
    vnic *dev = must_open(Config("old", VNIC_TUN, VNIC_MULTI_QUEUE | VNIC_VNET_HDR));

    ASSERT_NE(nullptr, dev);
    expect_fresh("old", dev);
    vnic_close(dev);
}

TEST_F(LiveState, OtherQueuesWithOffloadsAreRefused)
{
    VNIC_COVERS("vnic_open", "VNIC_EBUSY");
    unsigned flags = IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE;
    int other = raw_tun("shared", flags);
    ASSERT_GE(other, 0);
    ASSERT_EQ(0, ioctl(other, TUNSETOFFLOAD, TUN_F_CSUM));

    struct vnic_error err = must_fail(Config("shared", VNIC_TUN, VNIC_MULTI_QUEUE));
    EXPECT_EQ(VNIC_EBUSY, err.code) << err.text;
    EXPECT_NE(nullptr, strstr(err.text, "offload")) << err.text;
    EXPECT_TRUE(has_checksum_offload("shared")) << "refusing changes nothing";
    EXPECT_EQ(1u, tun_attributes("shared")[IFLA_TUN_NUM_QUEUES]);
    close(other);
}

TEST_F(LiveState, OtherQueuesWithAnotherHeaderAreRefused)
{
    VNIC_COVERS("vnic_open", "VNIC_EKIND");
    int pi = raw_tun("pi", IFF_TUN | IFF_MULTI_QUEUE);
    int vnet = raw_tun("vnet", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE | IFF_VNET_HDR);
    int plain = raw_tun("plain", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE);
    const uint32_t mq = VNIC_MULTI_QUEUE;
    ASSERT_TRUE(pi >= 0 && vnet >= 0 && plain >= 0);

    for (const char *name : {"pi", "vnet"}) {
        struct vnic_error err = must_fail(Config(name, VNIC_TUN, mq));
        EXPECT_EQ(VNIC_EKIND, err.code) << err.text;
        EXPECT_STREQ("flags", err.field);
    }
    EXPECT_EQ(VNIC_EKIND, must_fail(Config("plain", VNIC_TUN, mq | VNIC_VNET_HDR)).code);
    EXPECT_EQ(VNIC_EKIND, must_fail(Config("plain", VNIC_TUN, mq | VNIC_KEEP_HEADER)).code);
    /* What matches is welcome. */
    vnic_close(must_open(Config("pi", VNIC_TUN, mq | VNIC_KEEP_HEADER)));
    vnic_close(must_open(Config("vnet", VNIC_TUN, mq | VNIC_VNET_HDR)));
    vnic_close(must_open(Config("plain", VNIC_TUN, mq)));
    for (int fd : {pi, vnet, plain}) {
        close(fd);
    }
}

TEST_F(LiveState, AFilterOfOtherQueuesThatKeepsUsOutIsTold)
{
    int other = raw_tun("shared", IFF_TAP | IFF_MULTI_QUEUE);
    static struct sock_filter pass = {BPF_RET | BPF_K, 0, 0, 0xFFFF};
    struct sock_fprog program = {1, &pass};
    ASSERT_EQ(0, ioctl(other, TUNATTACHFILTER, &program));
    struct vnic_error err =
        must_fail(Config("shared", VNIC_TAP, VNIC_MULTI_QUEUE | VNIC_KEEP_HEADER));
    EXPECT_EQ(VNIC_EBUSY, err.code) << err.text;
    EXPECT_NE(nullptr, strstr(err.text, "filter")) << err.text;
    EXPECT_TRUE(exists("shared"));

    vnic *dev = must_adopt(other, VNIC_BORROW), *q = nullptr;
    EXPECT_EQ(VNIC_EOS, vnic_open_queue(dev, &q, &err)) << err.text;
    EXPECT_NE(nullptr, strstr(err.text, "filter")) << err.text;
    ASSERT_EQ(0, vnic_detach_queue(dev, &err));
    EXPECT_EQ(VNIC_EOS, vnic_attach_queue(dev, &err)) << err.text;
    ASSERT_EQ(0, ioctl(other, TUNDETACHFILTER, 0)) << "works on a detached queue";
    EXPECT_EQ(0, vnic_attach_queue(dev, &err)) << err.text;
    vnic_close(dev);
    close(other);
}

TEST_F(LiveState, WhatAllQueuesShareIsLeftAlone)
{
    int other = raw_tun("shared", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE);
    ASSERT_GE(other, 0);
    ASSERT_TRUE(set_int(other, TUNSETSNDBUF, 5000));

    Config cfg("shared", VNIC_TUN, VNIC_MULTI_QUEUE);
    cfg.sndbuf = 7000;
    struct vnic_error err = must_fail(cfg);
    EXPECT_EQ(VNIC_EBUSY, err.code);
    EXPECT_STREQ("sndbuf", err.field);
    EXPECT_EQ(5000, get_int(other, TUNGETSNDBUF));
    err = must_fail(Config("shared", VNIC_TUN, VNIC_MULTI_QUEUE | VNIC_NO_CARRIER));
    EXPECT_EQ(VNIC_EBUSY, err.code);
    vnic_close(must_open(Config("shared", VNIC_TUN, VNIC_MULTI_QUEUE)));
    EXPECT_EQ(5000, get_int(other, TUNGETSNDBUF));
    close(other);
}

TEST_F(LiveState, HeaderSizeAndByteOrderOfOtherQueuesAreTaken)
{
    int other = raw_tun("shared", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE | IFF_VNET_HDR);
    ASSERT_GE(other, 0);
    ASSERT_TRUE(set_int(other, TUNSETVNETHDRSZ, 24));
    ASSERT_TRUE(set_int(other, TUNSETVNETLE, 1));
    vnic *dev = must_open(Config("shared", VNIC_TUN, VNIC_MULTI_QUEUE | VNIC_VNET_HDR));
    ASSERT_NE(nullptr, dev);
    EXPECT_EQ(24, get_int(other, TUNGETVNETHDRSZ));

    PacketSocket kernel("shared");
    packets::Bytes packet = packets::ipv4(17, packets::udp({1, 2, 3}));
    ASSERT_EQ(static_cast<int>(packet.size()), vnic_send(dev, packet.data(), packet.size()));
    EXPECT_EQ(packet, kernel.recv(20000));
    close(other);
    uint8_t buf[2048];
    ASSERT_TRUE(kernel.send(packet));
    EXPECT_EQ(static_cast<int>(packet.size()), vnic_recv_timeout(dev, buf, sizeof buf, 20000));
    EXPECT_EQ(0, memcmp(buf, packet.data(), packet.size()));
    vnic_close(dev);
}

}
