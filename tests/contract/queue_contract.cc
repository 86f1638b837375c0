/* SPDX-License-Identifier: Apache-2.0 */
/* Several queues of one interface. */
#include "contract/contract.h"

namespace contract
{

static Handle add_queue(vnic *dev)
{
    vnic *raw = nullptr;
    struct vnic_error err;

    EXPECT_EQ(0, vnic_open_queue(dev, &raw, &err)) << err.text;
    return Handle(raw);
}

static struct vnic_config with_queues(struct vnic_config cfg)
{
    cfg.flags |= VNIC_MULTI_QUEUE;
    return cfg;
}

static uint32_t queues_of(vnic *dev)
{
    struct vnic_info info;
    struct vnic_error err;

    info.size = sizeof info;
    EXPECT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    return info.n_queues;
}

TEST_P(Contract, EveryFlowStaysOnOneQueue)
{
    open(with_queues(config()));
    Handle second = add_queue(d());
    EXPECT_EQ(2u, queues_of(d()));
    std::vector<int> queue_of(32, -1);
    for (int round = 0; round < 3; round++) {
        for (uint32_t flow = 0; flow < 32; flow++) {
            far_send(packet(100, flow));
            uint8_t buf[2048];
            int on[2] = {vnic_recv_timeout(d(), buf, sizeof buf, 0),
                         vnic_recv_timeout(second.get(), buf, sizeof buf, 0)};
            ASSERT_TRUE((on[0] == 100) != (on[1] == 100)) << on[0] << " " << on[1];
            int got = on[0] == 100 ? 0 : 1;
            EXPECT_TRUE(queue_of[flow] == -1 || queue_of[flow] == got);
            queue_of[flow] = got;
        }
    }
    /* 32 flows on one of two queues by chance: once in two thousand million runs. */
    EXPECT_NE(queue_of, std::vector<int>(32, 0));
    EXPECT_NE(queue_of, std::vector<int>(32, 1));
}

TEST_P(Contract, EveryQueueSends)
{
    open(with_queues(config()));
    Handle second = add_queue(d());
    Bytes a = packet(100, 1), b = packet(100, 2);
    EXPECT_EQ(100, vnic_send(d(), a.data(), a.size()));
    expect_far(a);
    EXPECT_EQ(100, vnic_send(second.get(), b.data(), b.size()));
    expect_far(b);
}

TEST_P(Contract, InterfaceLivesAsLongAsOneQueue)
{
    open(with_queues(config()));
    Handle second = add_queue(d()), third = add_queue(second.get());
    EXPECT_EQ(3u, queues_of(third.get()));
    dev.reset();
    second.reset();
    EXPECT_EQ(1u, queues_of(third.get()));
    far_send(packet(100));
    uint8_t buf[2048];
    EXPECT_EQ(100, vnic_recv_timeout(third.get(), buf, sizeof buf, 20000));
    EXPECT_EQ(0, vnic_set_mtu(third.get(), 1400, &err)) << err.text;
}

TEST_P(Contract, InterruptIsOfTheQueueShutdownAllOfTheInterface)
{
    open(with_queues(config()));
    Handle second = add_queue(d());
    uint8_t buf[2048];
    EXPECT_EQ(0, vnic_interrupt(d()));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(second.get(), buf, sizeof buf, 0));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_recv_timeout(d(), buf, sizeof buf, 0));
    int rc = 0;
    Beside blocked([&] { rc = vnic_recv(second.get(), buf, sizeof buf); });
    ASSERT_TRUE(wait_for_waiters(second.get(), 1));
    EXPECT_EQ(0, vnic_shutdown_all(d()));
    blocked.join();
    EXPECT_EQ(VNIC_ECLOSED, rc);
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(d(), buf, sizeof buf));
}

TEST_P(Contract, QueuesShareTheWakeup)
{
    Wakeup w = make_wakeup();
    struct vnic_config cfg = with_queues(config());
    cfg.wakeup = w.get();
    open(cfg);
    Handle second = add_queue(d());
    uint8_t buf[2048];
    EXPECT_EQ(0, vnic_wakeup_trigger(w.get(), 3));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_recv(second.get(), buf, sizeof buf));
}

TEST_P(Contract, DetachedQueueHasItsOwnCode)
{
    VNIC_COVERS("vnic_recv", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_recv_timeout", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_recvv", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_recv_many", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_acquire_many", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_wait", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_send", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_send_timeout", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_sendv", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_send_many", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_reserve_many", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_commit_many", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_set_carrier", "VNIC_EDETACHED");
    open(with_queues(config()));
    Handle second = add_queue(d());
    uint8_t buf[2048];
    Bytes p = packet(100);
    struct vnic_iovec iov = {buf, sizeof buf}, out = {p.data(), p.size()};
    struct vnic_packet pkt = {}, mine = {};
    mine.len = 100;
    ASSERT_EQ(1, vnic_reserve_many(second.get(), &mine, 1, 0));
    ASSERT_EQ(0, vnic_detach_queue(second.get(), &err)) << err.text;
    EXPECT_EQ(0, vnic_detach_queue(second.get(), &err)) << err.text;
    EXPECT_EQ(VNIC_EDETACHED, vnic_recv(second.get(), buf, sizeof buf));
    EXPECT_EQ(VNIC_EDETACHED, vnic_recv_timeout(second.get(), buf, sizeof buf, 100));
    EXPECT_EQ(VNIC_EDETACHED, vnic_recvv(second.get(), &iov, 1, 100));
    EXPECT_EQ(VNIC_EDETACHED, vnic_send(second.get(), p.data(), p.size()));
    EXPECT_EQ(VNIC_EDETACHED, vnic_send_timeout(second.get(), p.data(), p.size(), 100));
    EXPECT_EQ(VNIC_EDETACHED, vnic_sendv(second.get(), &out, 1, 100));
    EXPECT_EQ(VNIC_EDETACHED, vnic_wait(second.get(), VNIC_READABLE, 100));
    pkt.data = buf;
    pkt.cap = pkt.len = 100;
    EXPECT_EQ(VNIC_EDETACHED, vnic_recv_many(second.get(), &pkt, 1, 100));
    EXPECT_EQ(VNIC_EDETACHED, vnic_send_many(second.get(), &pkt, 1, 100));
    EXPECT_EQ(VNIC_EDETACHED, vnic_acquire_many(second.get(), &pkt, 1, 100));
    pkt.len = 100;
    EXPECT_EQ(VNIC_EDETACHED, vnic_reserve_many(second.get(), &pkt, 1, 100));
    EXPECT_EQ(VNIC_EDETACHED, vnic_commit_many(second.get(), &mine, 1, 100));
    EXPECT_EQ(VNIC_EDETACHED, vnic_set_carrier(second.get(), 1, &err));
    EXPECT_EQ(0, vnic_release_many(second.get(), &mine, 1));
    EXPECT_EQ(1u, queues_of(d()));
    /* All flows go to the queue that is left. */
    for (uint32_t flow = 0; flow < 8; flow++) {
        far_send(packet(100, flow));
        expect_recv(packet(100, flow));
    }
    ASSERT_EQ(0, vnic_attach_queue(second.get(), &err)) << err.text;
    EXPECT_EQ(0, vnic_attach_queue(second.get(), &err)) << err.text;
    EXPECT_EQ(2u, queues_of(d()));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(second.get(), buf, sizeof buf, 0));
    EXPECT_EQ(100, vnic_send(second.get(), p.data(), p.size()));
    expect_far(p);
}

TEST_P(Contract, DetachEndsABlockedCallAndDropsWhatWasQueued)
{
    open(with_queues(config()));
    uint8_t buf[2048];
    int rc = 0;
    Beside blocked([&] { rc = vnic_recv(d(), buf, sizeof buf); });
    ASSERT_TRUE(wait_for_waiters(d(), 1));
    ASSERT_EQ(0, vnic_detach_queue(d(), &err)) << err.text;
    blocked.join();
    EXPECT_EQ(VNIC_EDETACHED, rc);
    ASSERT_EQ(0, vnic_attach_queue(d(), &err)) << err.text;
    far_send(packet(100, 1));
    far_send(packet(100, 2));
    ASSERT_EQ(0, vnic_detach_queue(d(), &err)) << err.text;
    ASSERT_EQ(0, vnic_attach_queue(d(), &err)) << err.text;
    expect_quiet();
    far_send(packet(100, 3));
    expect_recv(packet(100, 3));
}

TEST_P(Contract, DetachedThenRemovedIsClosedOnAttach)
{
    VNIC_COVERS("vnic_attach_queue", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_detach_queue", "VNIC_ECLOSED");
    open(with_queues(config()));
    Handle second = add_queue(d());
    uint8_t buf[100];
    ASSERT_EQ(0, vnic_detach_queue(second.get(), &err)) << err.text;
    driver->remove(d());
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(d(), buf, sizeof buf));
    EXPECT_EQ(VNIC_ECLOSED, vnic_detach_queue(d(), &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_attach_queue(second.get(), &err));
    EXPECT_EQ(VNIC_ECLOSED, err.code);
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(second.get(), buf, sizeof buf));
}

TEST_P(Contract, SingleQueueInterfaceHasNoOther)
{
    VNIC_COVERS("vnic_open_queue", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_open_queue", "VNIC_EINVAL");
    VNIC_COVERS("vnic_detach_queue", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_detach_queue", "VNIC_EINVAL");
    VNIC_COVERS("vnic_attach_queue", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_attach_queue", "VNIC_EINVAL");
    open();
    vnic *raw = d();
    EXPECT_EQ(VNIC_ENOTSUP, vnic_open_queue(d(), &raw, &err));
    EXPECT_EQ(nullptr, raw);
    EXPECT_STREQ("VNIC_MULTI_QUEUE", err.field);
    EXPECT_EQ(VNIC_ENOTSUP, vnic_detach_queue(d(), &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_attach_queue(d(), &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_open_queue(nullptr, &raw, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_open_queue(d(), nullptr, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_detach_queue(nullptr, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_attach_queue(nullptr, &err));
    far_send(packet(100));
    expect_recv(packet(100));
}

TEST_P(Contract, OpenQueueAfterShutdownIsClosed)
{
    open(with_queues(config()));
    vnic *raw = nullptr;
    EXPECT_EQ(0, vnic_shutdown(d()));
    EXPECT_EQ(VNIC_ECLOSED, vnic_open_queue(d(), &raw, &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_detach_queue(d(), &err));
    EXPECT_EQ(VNIC_ECLOSED, vnic_attach_queue(d(), &err));
}

TEST_P(Contract, QueuesHaveALimit)
{
    VNIC_COVERS("vnic_open_queue", "VNIC_ELIMIT");
    open(with_queues(config()));
    std::vector<Handle> queues;
    vnic *raw = nullptr;
    int rc = 0;
    while (queues.size() < 300 && (rc = vnic_open_queue(d(), &raw, &err)) == 0) {
        queues.emplace_back(raw);
    }
    if (rc == VNIC_EMFILE) {
        GTEST_SKIP() << "this machine allows too few descriptors for 256 queues";
    }
    EXPECT_EQ(VNIC_ELIMIT, rc) << err.text;
    EXPECT_EQ(255u, queues.size());
    EXPECT_EQ(256u, queues_of(d()));
    for (uint32_t flow = 0; flow < 16; flow++) {
        far_send(packet(100, flow));
    }
    queues.clear();
    EXPECT_EQ(1u, queues_of(d()));
}

TEST_P(Contract, SeveralQueuesComeTogether)
{
    VNIC_COVERS("vnic_open_queues", "VNIC_EINVAL");
    open(with_queues(config()));
    vnic *raw[3] = {};
    ASSERT_EQ(0, vnic_open_queues(d(), raw, 3, &err)) << err.text;
    EXPECT_EQ(4u, queues_of(d()));
    for (vnic *q : raw) {
        Bytes p = packet(100, 1);
        EXPECT_EQ(100, vnic_send(q, p.data(), p.size()));
        expect_far(p);
        vnic_close(q);
    }
    EXPECT_EQ(1u, queues_of(d()));
    for (int n : {-1, 0, 256}) {
        EXPECT_EQ(VNIC_EINVAL, vnic_open_queues(d(), raw, n, &err));
        EXPECT_STREQ("n", err.field);
    }
    EXPECT_EQ(VNIC_EINVAL, vnic_open_queues(nullptr, raw, 1, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_open_queues(d(), nullptr, 1, &err));
}

TEST_P(Contract, SeveralQueuesOrNone)
{
    VNIC_COVERS("vnic_open_queues", "VNIC_ELIMIT");
    open(with_queues(config()));
    Handle second = add_queue(d());
    std::vector<vnic *> raw(255, d());
    int rc = vnic_open_queues(d(), raw.data(), 255, &err);
    if (rc == VNIC_EMFILE) {
        GTEST_SKIP() << "this machine allows too few descriptors for 256 queues";
    }
    EXPECT_EQ(VNIC_ELIMIT, rc) << err.text;
    EXPECT_EQ(std::vector<vnic *>(255, nullptr), raw);
    EXPECT_EQ(2u, queues_of(d()));
}

TEST_P(Contract, SeveralQueuesOfASingleQueueInterfaceOrAfterShutdown)
{
    VNIC_COVERS("vnic_open_queues", "VNIC_ENOTSUP VNIC_ECLOSED");
    open();
    vnic *raw[2] = {d(), d()};
    EXPECT_EQ(VNIC_ENOTSUP, vnic_open_queues(d(), raw, 2, &err));
    EXPECT_EQ(nullptr, raw[0]);
    EXPECT_EQ(nullptr, raw[1]);
    dev.reset();
    open(with_queues(config()));
    EXPECT_EQ(0, vnic_shutdown(d()));
    EXPECT_EQ(VNIC_ECLOSED, vnic_open_queues(d(), raw, 2, &err));
}

} /* namespace contract */
