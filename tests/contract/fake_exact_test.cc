/* SPDX-License-Identifier: Apache-2.0 */
/* Exact packets on the fake backend, which has a place for each from the moment it is reserved. */
#include "contract/fake_fixture.h"

namespace contract
{

class FakeExact : public Fake
{
  protected:
    /* Reserves one for packet(id) and writes it. */
    struct vnic_packet reserve(uint8_t id)
    {
        Bytes bytes = packet(id);
        struct vnic_packet v = {};

        v.len = static_cast<uint32_t>(bytes.size());
        v.flags = VNIC_PACKET_EXACT;
        EXPECT_EQ(1, vnic_reserve_many(dev.get(), &v, 1, 0));
        std::memcpy(v.data, bytes.data(), bytes.size());
        return v;
    }
    int commit(struct vnic_packet &v)
    {
        return vnic_commit_many(dev.get(), &v, 1, 0);
    }
    /* The next packet of the peer is packet(id). */
    void expect_peer(uint8_t id)
    {
        Bytes bytes = packet(id);
        uint8_t buf[2048];

        ASSERT_EQ(size, vnic_recv_timeout(peer.get(), buf, sizeof buf, 0));
        EXPECT_EQ(0, std::memcmp(bytes.data(), buf, bytes.size())) << int{id};
    }
    void expect_peer_quiet()
    {
        EXPECT_EQ(VNIC_EAGAIN, recv(peer));
    }
};

TEST_F(FakeExact, OthersWaitBehindWhatIsReserved)
{
    open();
    open_peer();
    struct vnic_packet a = reserve(1), b = reserve(2);
    EXPECT_EQ(size, send(dev, packet(3)));
    expect_peer_quiet();
    /* Committed out of turn, it leaves in turn. */
    EXPECT_EQ(1, commit(b));
    expect_peer_quiet();
    EXPECT_EQ(1, commit(a));
    expect_peer(1);
    expect_peer(2);
    expect_peer(3);
    expect_peer_quiet();
    EXPECT_EQ(3u, stats(dev).tx_packets);
    EXPECT_EQ(3u, stats(dev).queue_tx_packets);
}

TEST_F(FakeExact, GivingBackLetsOthersGo)
{
    open();
    open_peer();
    struct vnic_packet a = reserve(1), b = reserve(2), c = reserve(3);
    EXPECT_EQ(1, commit(b));
    EXPECT_EQ(0, vnic_release_many(dev.get(), &a, 1));
    expect_peer(2);
    EXPECT_EQ(size, send(dev, packet(4)));
    c.len = 0;
    EXPECT_EQ(1, commit(c));
    expect_peer(4);
    expect_peer_quiet();
    EXPECT_FALSE(inside_views_are_out(dev.get()));
}

/* The backend itself knows of neither, and could send still. */
TEST_F(FakeExact, ShutdownAndInterruptAreToldWhoCommits)
{
    VNIC_COVERS("vnic_commit_many", "VNIC_ECLOSED VNIC_EINTERRUPTED");
    open();
    open_peer();
    struct vnic_packet a = reserve(1);
    EXPECT_EQ(0, vnic_interrupt(dev.get()));
    EXPECT_EQ(VNIC_EINTERRUPTED, commit(a));
    EXPECT_EQ(VNIC_EINTERRUPTED, a.status);
    EXPECT_EQ(0, vnic_clear_interrupt(dev.get()));
    EXPECT_EQ(0, vnic_shutdown(dev.get()));
    EXPECT_EQ(VNIC_ECLOSED, commit(a));
    EXPECT_EQ(VNIC_ECLOSED, a.status);
    EXPECT_EQ(0, vnic_release_many(dev.get(), &a, 1));
    expect_peer_quiet();
}

TEST_F(FakeExact, ReservedOnesTakeRoom)
{
    VNIC_COVERS("vnic_reserve_many", "VNIC_ETIMEDOUT VNIC_EAGAIN");
    open();
    open_peer();
    struct vnic_packet v[6] = {};
    for (struct vnic_packet &p : v) {
        p.len = static_cast<uint32_t>(size);
        p.flags = VNIC_PACKET_EXACT;
    }
    EXPECT_EQ(5, vnic_reserve_many(dev.get(), v, 6, 20000));
    EXPECT_EQ(VNIC_EAGAIN, vnic_reserve_many(dev.get(), v + 5, 1, 0));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_reserve_many(dev.get(), v + 5, 1, 10));
    EXPECT_EQ(VNIC_EAGAIN, send(dev, packet()));
    EXPECT_EQ(VNIC_EAGAIN, vnic_wait(dev.get(), VNIC_WRITABLE, 0));
    for (int i = 0; i < 5; i++) {
        std::memcpy(v[i].data, packet(static_cast<uint8_t>(i)).data(), static_cast<size_t>(size));
    }
    EXPECT_EQ(5, vnic_commit_many(dev.get(), v, 5, 0));
    EXPECT_EQ(VNIC_EAGAIN, vnic_reserve_many(dev.get(), v + 5, 1, 0));
    int rc = 0;
    Beside waiter([&] { rc = vnic_reserve_many(dev.get(), v + 5, 1, 20000); });
    ASSERT_TRUE(wait_for_waiters(dev.get(), 1));
    expect_peer(0);
    waiter.join();
    EXPECT_EQ(1, rc);
    EXPECT_EQ(0, vnic_release_many(dev.get(), v + 5, 1));
}

TEST_F(FakeExact, WhatIsNoPacketStaysReserved)
{
    open();
    open_peer();
    struct vnic_packet v = reserve(1);
    std::memset(v.data, 0, v.len);
    EXPECT_EQ(VNIC_EINVAL, commit(v));
    EXPECT_EQ(1u, stats(dev).tx_errors);
    std::memcpy(v.data, packet(1).data(), v.len);
    EXPECT_EQ(1, commit(v));
    expect_peer(1);
}

TEST_F(FakeExact, DownAndRemoved)
{
    VNIC_COVERS("vnic_reserve_many", "VNIC_EDOWN VNIC_ECLOSED");
    open();
    open_peer();
    struct vnic_packet v = reserve(1), w = {};
    w.len = 50;
    w.flags = VNIC_PACKET_EXACT;
    ASSERT_EQ(0, vnic_set_up(dev.get(), 0, &err)) << err.text;
    EXPECT_EQ(VNIC_EDOWN, vnic_reserve_many(dev.get(), &w, 1, 0));
    EXPECT_EQ(VNIC_EDOWN, commit(v));
    ASSERT_EQ(0, vnic_set_up(dev.get(), 1, &err)) << err.text;
    EXPECT_EQ(1, commit(v));
    expect_peer(1);
    v = reserve(2);
    EXPECT_EQ(0, vnic_fake_remove(dev.get()));
    EXPECT_EQ(VNIC_ECLOSED, vnic_reserve_many(dev.get(), &w, 1, 0));
    EXPECT_EQ(VNIC_ECLOSED, commit(v));
    EXPECT_EQ(0, vnic_release_many(dev.get(), &v, 1));
}

TEST_F(FakeExact, CloseEndsWhatIsReserved)
{
    open();
    open_peer();
    struct vnic_packet v = reserve(1);
    EXPECT_EQ(size, send(dev, packet(2)));
    EXPECT_EQ(1u, v.len > 0);
    dev.reset();
    /* What was sent behind it was accepted, so it arrives. */
    expect_peer(2);
    EXPECT_EQ(VNIC_ECLOSED, recv(peer));
}

TEST_F(FakeExact, OneOfTwoHandlesGoes)
{
    struct vnic_config cfg;
    vnic *raw = nullptr;
    open();
    open_peer();
    vnic_config_init(&cfg);
    cfg.backend = "fake";
    cfg.flags = VNIC_BORROW;
    ASSERT_EQ(0, vnic_adopt(vnic_native_handle(dev.get()), &cfg, &raw, &err)) << err.text;
    Handle other(raw);
    struct vnic_packet mine = reserve(1);
    dev.swap(other);
    (void)reserve(2);
    dev.swap(other);
    struct vnic_packet last = reserve(3);
    EXPECT_EQ(1, commit(mine));
    EXPECT_EQ(1, commit(last));
    expect_peer(1);
    expect_peer_quiet();
    other.reset();
    expect_peer(3);
}

TEST_F(FakeExact, ThePeerTakesThePool)
{
    open();
    open_peer();
    struct vnic_packet v = {};
    v.len = static_cast<uint32_t>(size);
    v.flags = VNIC_PACKET_EXACT;
    ASSERT_EQ(1, vnic_reserve_many(peer.get(), &v, 1, 0));
    EXPECT_EQ(static_cast<uint32_t>(size), v.cap);
    std::memcpy(v.data, packet().data(), v.len);
    EXPECT_EQ(1, vnic_commit_many(peer.get(), &v, 1, 0));
    EXPECT_EQ(size, recv(dev));
}

} /* namespace contract */
