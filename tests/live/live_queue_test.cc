/* SPDX-License-Identifier: Apache-2.0 */
/* Several queues of one interface: adding, limits, detaching and attaching, names and namespaces. */
#include "live/live_open.h"

using namespace live;
using packets::ipv4;

namespace
{

class LiveQueue : public NetnsTest
{
};

vnic *add_queue(vnic *dev)
{
    struct vnic_error err = {};
    vnic *q = nullptr;

    EXPECT_EQ(0, vnic_open_queue(dev, &q, &err)) << err.text;
    return q;
}

TEST_F(LiveQueue, QueuesShareTheInterface)
{
    vnic *a = must_open(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE | VNIC_NONBLOCK));
    vnic *b = add_queue(a);

    ASSERT_NE(nullptr, b);
    EXPECT_EQ(2u, tun_attributes("mq")[IFLA_TUN_NUM_QUEUES]);
    EXPECT_NE(vnic_native_handle(a), vnic_native_handle(b));
    EXPECT_EQ("mq", name_of(b));
    EXPECT_EQ(vnic_recv_size(a), vnic_recv_size(b));
    vnic_close(a);
    EXPECT_TRUE(exists("mq")) << "it goes with its last handle";
    vnic *c = add_queue(b);
    EXPECT_EQ(2u, tun_attributes("mq")[IFLA_TUN_NUM_QUEUES]);
    vnic_close(b);
    vnic_close(c);
    EXPECT_FALSE(exists("mq"));
}

TEST_F(LiveQueue, ASingleQueueStaysSingle)
{
    VNIC_COVERS("vnic_open_queue", "VNIC_ENOTSUP");
    vnic *dev = must_open(Config("one"));
    vnic *q = nullptr;
    struct vnic_error err = {};

    EXPECT_EQ(VNIC_ENOTSUP, vnic_open_queue(dev, &q, &err));
    EXPECT_EQ(nullptr, q);
    EXPECT_EQ(VNIC_ENOTSUP, vnic_detach_queue(dev, nullptr));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_attach_queue(dev, nullptr));
    vnic_close(dev);
}

TEST_F(LiveQueue, TheLimitIs256)
{
    VNIC_COVERS("vnic_open_queue", "VNIC_ELIMIT");
    VNIC_COVERS("vnic_open", "VNIC_ELIMIT");
    std::vector<vnic *> all = {must_open(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE))};
    struct vnic_error err = {};
    vnic *q = nullptr;

    while (all.size() < 256) {
        q = add_queue(all[0]);
        ASSERT_NE(nullptr, q);
        all.push_back(q);
    }
    EXPECT_EQ(VNIC_ELIMIT, vnic_open_queue(all[0], &q, &err));
    EXPECT_EQ(E2BIG, err.os_code);
    EXPECT_NE(nullptr, strstr(err.text, "256"));
    EXPECT_EQ(VNIC_ELIMIT, must_fail(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE)).code);
    EXPECT_EQ(256u, tun_attributes("mq")[IFLA_TUN_NUM_QUEUES]);
    for (vnic *dev : all) {
        vnic_close(dev);
    }
    EXPECT_FALSE(exists("mq"));
}

TEST_F(LiveQueue, DetachingAndAttaching)
{
    vnic *a = must_open(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE | VNIC_NONBLOCK));
    vnic *b = add_queue(a);
    uint8_t buf[2048];

    EXPECT_EQ(0, vnic_detach_queue(b, nullptr));
    EXPECT_EQ(0, vnic_detach_queue(b, nullptr)) << "detached already";
    EXPECT_EQ(1u, tun_attributes("mq")[IFLA_TUN_NUM_QUEUES]);
    EXPECT_EQ(1u, tun_attributes("mq")[IFLA_TUN_NUM_DISABLED_QUEUES]);
    VNIC_COVERS("vnic_recv", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_send", "VNIC_EDETACHED");
    EXPECT_EQ(VNIC_EDETACHED, vnic_recv(b, buf, sizeof buf));
    packets::Bytes packet = ipv4(17, packets::udp({1, 2, 3}));
    EXPECT_EQ(VNIC_EDETACHED, vnic_send(b, packet.data(), packet.size()));
    EXPECT_EQ(VNIC_EDETACHED, vnic_wait(b, VNIC_READABLE, 0));

    /* Everything goes to the queue that is left, whatever its flow. */
    PacketSocket kernel("mq");
    for (uint32_t port = 1; port <= 20; port++) {
        packets::Bytes p = ipv4(17, packets::udp({1}, packets::v4_a, packets::v4_b, port));
        ASSERT_TRUE(kernel.send(p));
        EXPECT_EQ(static_cast<int>(p.size()), vnic_recv_timeout(a, buf, sizeof buf, 20000));
    }
    EXPECT_EQ(0, vnic_attach_queue(b, nullptr));
    EXPECT_EQ(0, vnic_attach_queue(b, nullptr)) << "attached already";
    EXPECT_EQ(2u, tun_attributes("mq")[IFLA_TUN_NUM_QUEUES]);
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv(b, buf, sizeof buf));
    EXPECT_EQ(static_cast<int>(packet.size()), vnic_send(b, packet.data(), packet.size()));
    vnic_close(a);
    vnic_close(b);
}

TEST_F(LiveQueue, DetachingDropsWhatIsQueued)
{
    vnic *a = must_open(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE | VNIC_NONBLOCK));
    PacketSocket kernel("mq");
    uint8_t buf[2048];

    ASSERT_TRUE(kernel.send(ipv4(17, packets::udp({1}))));
    EXPECT_EQ(VNIC_READABLE, vnic_wait(a, VNIC_READABLE, 20000));
    EXPECT_EQ(0, vnic_detach_queue(a, nullptr));
    EXPECT_EQ(0, vnic_attach_queue(a, nullptr));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv(a, buf, sizeof buf));
    vnic_close(a);
}

TEST_F(LiveQueue, ADetachedQueueWhoseInterfaceIsRemoved)
{
    VNIC_COVERS("vnic_attach_queue", "VNIC_ECLOSED");
    vnic *a = must_open(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE | VNIC_NONBLOCK));
    uint8_t buf[64];

    EXPECT_EQ(0, vnic_detach_queue(a, nullptr));
    EXPECT_EQ(VNIC_EDETACHED, vnic_recv(a, buf, sizeof buf));
    ASSERT_EQ(0, delete_link("mq"));
    EXPECT_EQ(VNIC_ECLOSED, vnic_attach_queue(a, nullptr));
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(a, buf, sizeof buf));
    vnic_close(a);
}

TEST_F(LiveQueue, AQueueOfARemovedInterface)
{
    VNIC_COVERS("vnic_open_queue", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_detach_queue", "VNIC_ECLOSED");
    vnic *a = must_open(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE));
    vnic *q = nullptr;
    struct vnic_error err = {};

    ASSERT_EQ(0, delete_link("mq"));
    EXPECT_EQ(VNIC_ECLOSED, vnic_open_queue(a, &q, &err)) << err.text;
    EXPECT_FALSE(exists("mq")) << "asking for a queue must not make it again";
    EXPECT_EQ(VNIC_ECLOSED, vnic_detach_queue(a, &err)) << err.text;
    vnic_close(a);
}

TEST_F(LiveQueue, AQueueAfterRenaming)
{
    struct ifreq none = request_for("none");
    VNIC_SKIP_IF_NOT_EMULATED(if_ioctl(SIOCSIFNAME, &none), "SIOCSIFNAME");
    vnic *a = must_open(Config("old", VNIC_TUN, VNIC_MULTI_QUEUE));

    ASSERT_TRUE(set_up("old", false));
    ASSERT_TRUE(rename_to("old", "new"));
    vnic *b = add_queue(a);
    EXPECT_EQ("new", name_of(b));
    EXPECT_FALSE(exists("old"));
    vnic_close(a);
    vnic_close(b);
}

TEST_F(LiveQueue, AQueueInAnotherNamespace)
{
    int start = here();
    vnic *a = must_open(Config("far", VNIC_TUN, VNIC_MULTI_QUEUE));

    ASSERT_EQ("", enter_new_network());
    vnic *b = add_queue(a);
    ASSERT_NE(nullptr, b);
    EXPECT_FALSE(exists("far"));
    EXPECT_EQ("far", name_of(b));
    ASSERT_EQ(0, setns(start, CLONE_NEWNET)) << strerror(errno);
    EXPECT_EQ(2u, tun_attributes("far")[IFLA_TUN_NUM_QUEUES]);
    close(start);
    vnic_close(a);
    vnic_close(b);
}

TEST_F(LiveQueue, TheSendBufferHoldsForNewQueues)
{
    Config cfg("mq", VNIC_TUN, VNIC_MULTI_QUEUE);
    cfg.sndbuf = 123456;
    vnic *a = must_open(cfg);
    vnic *b = add_queue(a);

    EXPECT_EQ(123456, get_int(static_cast<int>(vnic_native_handle(a)), TUNGETSNDBUF));
    EXPECT_EQ(123456, get_int(static_cast<int>(vnic_native_handle(b)), TUNGETSNDBUF));
    vnic_close(a);
    vnic_close(b);
}

TEST_F(LiveQueue, OpenedTwiceByName)
{
    vnic *a = must_open(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE));
    vnic *b = must_open(Config("mq", VNIC_TUN, VNIC_MULTI_QUEUE));

    EXPECT_EQ(2u, tun_attributes("mq")[IFLA_TUN_NUM_QUEUES]);
    vnic_close(a);
    EXPECT_TRUE(exists("mq"));
    vnic_close(b);
    EXPECT_FALSE(exists("mq"));
}

}
