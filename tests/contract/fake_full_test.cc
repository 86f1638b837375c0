/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of the fake backend that are full: one way drops, the other pushes back. */
#include "contract/fake_fixture.h"

namespace contract
{

TEST_F(Fake, FullDeviceQueueDropsAndCounts)
{
    open();
    open_peer();
    for (int i = 0; i < 8; i++) {
        EXPECT_EQ(size, send(peer, packet()));
    }
    EXPECT_EQ(3u, stats(dev).rx_dropped);
    EXPECT_EQ(5u, stats(dev).rx_packets);
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(size, recv(dev));
    }
    EXPECT_EQ(VNIC_EAGAIN, recv(dev));
    EXPECT_EQ(size, send(peer, packet()));
    EXPECT_EQ(size, recv(dev));
}

TEST_F(Fake, FullPeerQueuePushesBack)
{
    VNIC_COVERS("vnic_send", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_send_timeout", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_send_timeout", "VNIC_ETIMEDOUT");
    VNIC_COVERS("vnic_sendv", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_sendv", "VNIC_ETIMEDOUT");
    VNIC_COVERS("vnic_send_many", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_send_many", "VNIC_ETIMEDOUT");
    VNIC_COVERS("vnic_commit_many", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_commit_many", "VNIC_ETIMEDOUT");
    open();
    open_peer();
    Bytes p = packet();
    const struct vnic_iovec iov = {p.data(), p.size()};
    struct vnic_packet pkt = {}, view = {};
    pkt.data = p.data();
    pkt.len = view.len = size;
    ASSERT_EQ(1, vnic_reserve_many(dev.get(), &view, 1, 0));
    std::memcpy(view.data, p.data(), p.size());
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(size, send(dev, p));
    }
    EXPECT_EQ(VNIC_EAGAIN, send(dev, p));
    EXPECT_EQ(VNIC_ETIMEDOUT, send(dev, p, 10));
    EXPECT_EQ(VNIC_EAGAIN, vnic_sendv(dev.get(), &iov, 1, 0));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_sendv(dev.get(), &iov, 1, 10));
    EXPECT_EQ(VNIC_EAGAIN, vnic_send_many(dev.get(), &pkt, 1, 0));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_send_many(dev.get(), &pkt, 1, 10));
    EXPECT_EQ(VNIC_EAGAIN, vnic_commit_many(dev.get(), &view, 1, 0));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_commit_many(dev.get(), &view, 1, 10));
    EXPECT_EQ(VNIC_EAGAIN, vnic_wait(dev.get(), VNIC_WRITABLE, 0));
    EXPECT_EQ(0, vnic_set_nonblock(dev.get(), 1));
    EXPECT_EQ(VNIC_EAGAIN, vnic_send(dev.get(), p.data(), p.size()));
    EXPECT_EQ(0u, stats(dev).tx_dropped);
    /* Room wakes a waiter and a blocked sender. */
    int rc[2] = {0, 0};
    Beside waiter([&] { rc[0] = vnic_wait(dev.get(), VNIC_WRITABLE, 20000); });
    ASSERT_TRUE(wait_for_waiters(dev.get(), 1));
    EXPECT_EQ(size, recv(peer));
    waiter.join();
    EXPECT_EQ(VNIC_WRITABLE, rc[0]);
    EXPECT_EQ(size, send(dev, p));
    Beside sender([&] { rc[1] = send(dev, p, 20000); });
    ASSERT_TRUE(wait_for_waiters(dev.get(), 1));
    EXPECT_EQ(size, recv(peer));
    sender.join();
    EXPECT_EQ(size, rc[1]);
}

TEST_F(Fake, StoppingASenderThatWaitsForRoom)
{
    open();
    open_peer();
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(size, send(dev, packet()));
    }
    const struct {
        std::function<void()> stop;
        int code;
    } stops[] = {{[this] { vnic_interrupt(dev.get()); }, VNIC_EINTERRUPTED},
                 {[this] { vnic_set_up(dev.get(), 0, nullptr); }, VNIC_EAGAIN},
                 {[this] { vnic_fake_remove(dev.get()); }, VNIC_ECLOSED}};
    for (const auto &s : stops) {
        int rc = 0;
        Beside sender([&] { rc = send(dev, packet(), s.code == VNIC_EAGAIN ? 50 : 20000); });
        ASSERT_TRUE(wait_for_waiters(dev.get(), 1));
        s.stop();
        sender.join();
        /* A sender that waits while the interface goes down goes on waiting, as on Linux. */
        EXPECT_EQ(s.code == VNIC_EAGAIN ? VNIC_EDOWN : s.code, rc);
        vnic_clear_interrupt(dev.get());
        (void)vnic_set_up(dev.get(), 1, nullptr);
    }
}

TEST_F(Fake, SendManyStopsWhenThereIsNoRoom)
{
    open();
    open_peer();
    std::vector<Bytes> all;
    std::vector<struct vnic_packet> pkts(8);
    for (uint8_t i = 0; i < 8; i++) {
        all.push_back(packet(i));
        pkts[i] = {};
        pkts[i].data = all[i].data();
        pkts[i].len = size;
        pkts[i].user = i;
    }
    EXPECT_EQ(5, vnic_send_many(dev.get(), pkts.data(), 8, 0));
    ASSERT_EQ(3, vnic_packets_unsent(pkts.data(), 8));
    for (uint64_t i = 0; i < 3; i++) {
        EXPECT_EQ(5 + i, pkts[i].user);
        EXPECT_EQ(VNIC_EAGAIN, pkts[i].status);
    }
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(size, recv(peer));
    }
    EXPECT_EQ(3, vnic_send_many(dev.get(), pkts.data(), 3, 0));
    for (uint8_t i = 5; i < 8; i++) {
        uint8_t buf[100];
        ASSERT_EQ(size, vnic_recv_timeout(peer.get(), buf, sizeof buf, 0));
        EXPECT_EQ(all[i], Bytes(buf, buf + size));
    }
}

TEST_F(Fake, WithoutAPeerPacketsAreGone)
{
    open();
    for (int i = 0; i < 10; i++) {
        EXPECT_EQ(size, send(dev, packet()));
    }
    EXPECT_EQ(10u, stats(dev).tx_packets);
    EXPECT_EQ(10u, stats(dev).tx_dropped);
    open_peer();
    EXPECT_EQ(VNIC_EAGAIN, recv(peer));
    EXPECT_EQ(size, send(dev, packet()));
    EXPECT_EQ(size, recv(peer));
}

TEST_F(Fake, ClosingThePeerMakesRoom)
{
    open();
    open_peer();
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(size, send(dev, packet()));
    }
    int rc = 0;
    Beside sender([&] { rc = send(dev, packet(), 20000); });
    ASSERT_TRUE(wait_for_waiters(dev.get(), 1));
    peer.reset();
    sender.join();
    EXPECT_EQ(size, rc);
}

TEST_F(Fake, ZeroQueueLengthDropsOneWayAndHoldsOneTheOther)
{
    open();
    open_peer();
    ASSERT_EQ(0, vnic_set_tx_queue_len(dev.get(), 0, &err)) << err.text;
    EXPECT_EQ(size, send(peer, packet()));
    EXPECT_EQ(VNIC_EAGAIN, recv(dev));
    EXPECT_EQ(1u, stats(dev).rx_dropped);
    EXPECT_EQ(size, send(dev, packet()));
    EXPECT_EQ(VNIC_EAGAIN, send(dev, packet()));
    EXPECT_EQ(size, recv(peer));
    ASSERT_EQ(0, vnic_set_tx_queue_len(dev.get(), 2, &err)) << err.text;
    EXPECT_EQ(size, send(dev, packet()));
    EXPECT_EQ(size, send(dev, packet()));
    EXPECT_EQ(VNIC_EAGAIN, send(dev, packet()));
}

} /* namespace contract */
