/* SPDX-License-Identifier: Apache-2.0 */
/* Packets through the rings of a session, copied and lent; sessions that end under their users. */
#include "ring_fixture.h"

namespace rings
{

using RingPackets = Ring;
using RingViews = Ring;
using RingSession = Ring;

TEST_F(RingPackets, AreReceivedInOrderAndWhole)
{
    open();
    EXPECT_EQ(VNIC_EAGAIN, recv_now());
    push(1);
    push(2, 65535);
    push(3, 20);
    expect_recv(1);
    expect_recv(2, 65535);
    expect_recv(3, 20);
    EXPECT_EQ(VNIC_EAGAIN, recv_now());
    EXPECT_EQ(0u, ring_out(adapter));
}

TEST_F(RingPackets, ThatAreTooLongForTheRoomAreConsumedAndReported)
{
    uint8_t buf[100];

    open();
    push(1, 101);
    push(2, 100);
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(100, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(2u, number_of(buf));
    EXPECT_EQ(0u, ring_out(adapter));
}

TEST_F(RingPackets, AreReceivedIntoPieces)
{
    uint8_t buf[100];
    struct vnic_iovec iov[3] = {{buf, 7}, {buf + 7, 0}, {buf + 7, 93}};

    open();
    push(5);
    EXPECT_EQ(100, vnic_recvv(dev, iov, 3, VNIC_NOWAIT));
    EXPECT_EQ(packet(5), Bytes(buf, buf + 100));
}

TEST_F(RingPackets, AreSentInOrderAndWhole)
{
    open();
    EXPECT_EQ(100, send(packet(1)));
    EXPECT_EQ(65535, send(packet(2, 65535)));
    Bytes p = packet(3, 50);
    struct vnic_iovec iov[3] = {{nullptr, 0}, {p.data(), 1}, {p.data() + 1, 49}};
    EXPECT_EQ(50, vnic_sendv(dev, iov, 3, VNIC_NOWAIT));
    EXPECT_EQ(packet(1), pop());
    EXPECT_EQ(packet(2, 65535), pop());
    EXPECT_EQ(p, pop());
    EXPECT_EQ(0u, ring_out(adapter));
}

TEST_F(RingPackets, MustBeIp)
{
    Bytes p = packet(1);

    open();
    for (int version : {0, 3, 5, 7, 15}) {
        p[0] = static_cast<uint8_t>(version << 4);
        EXPECT_EQ(VNIC_EINVAL, send(p));
    }
    p[0] = 0x60;
    EXPECT_EQ(100, send(p));
    EXPECT_EQ(p, pop());
    EXPECT_TRUE(pop().empty());
}

TEST_F(RingPackets, AFullRingIsEagainUntilItHasRoom)
{
    open();
    uint32_t n = fill();
    EXPECT_GT(n, 100u);
    EXPECT_EQ(VNIC_EAGAIN, send(packet(n, 1000)));
    EXPECT_EQ(VNIC_ETIMEDOUT, send(packet(n, 1000), 20));
    EXPECT_EQ(packet(0, 1000), pop());
    EXPECT_EQ(1000, send(packet(n, 1000), kLongMs));
    for (uint32_t i = 1; i <= n; i++) {
        EXPECT_EQ(packet(i, 1000), pop());
    }
    EXPECT_TRUE(pop().empty());
}

TEST_F(RingPackets, ABlockedSenderGoesOnWhenThereIsRoom)
{
    int rc = 0;

    open();
    uint32_t n = fill();
    Beside sender([&] { rc = send(packet(n, 1000), VNIC_FOREVER); });
    wait_for_waiters(1);
    EXPECT_EQ(packet(0, 1000), pop());
    sender.join();
    EXPECT_EQ(1000, rc);
}

TEST_F(RingViews, ComeBackInAnyOrderAndFromAnyThread)
{
    struct vnic_packet pkts[16] = {};

    open();
    for (int round = 0; round < 200; round++) {
        for (uint32_t i = 0; i < 16; i++) {
            push(i, 900);
        }
        ASSERT_EQ(16, vnic_acquire_many(dev, pkts, 16, VNIC_NOWAIT));
        for (uint32_t i = 0; i < 16; i++) {
            ASSERT_EQ(900u, pkts[i].len);
            ASSERT_EQ(i, number_of(pkts[i].data));
        }
        EXPECT_EQ(16u, ring_out(adapter));
        Beside other([&] {
            for (int i = 0; i < 16; i += 2) {
                EXPECT_EQ(0, vnic_release_many(dev, &pkts[(i * 5 + 3) % 16], 1));
            }
        });
        for (int i = 1; i < 16; i += 2) {
            EXPECT_EQ(0, vnic_release_many(dev, &pkts[(i * 5 + 3) % 16], 1));
        }
        other.join();
        ASSERT_EQ(0u, ring_out(adapter));
    }
}

TEST_F(RingViews, MayBeWrittenToAndSent)
{
    struct vnic_packet p = {};

    open();
    push(1);
    ASSERT_EQ(1, vnic_acquire_many(dev, &p, 1, VNIC_NOWAIT));
    EXPECT_EQ(p.len, p.cap);
    EXPECT_EQ(0u, p.headroom);
    memset(p.data, 0x46, p.len);
    EXPECT_EQ(100, vnic_send(dev, p.data, p.len));
    EXPECT_EQ(0, vnic_release_many(dev, &p, 1));
    EXPECT_EQ(Bytes(100, 0x46), pop());
}

/* The slots themselves: core's use of them is the contract suite's. */
TEST_F(RingViews, AreReservedCommittedAndTakenBack)
{
    struct vnic__view views[3];
    const uint32_t lens[3] = {100, 61, 65535};
    uintptr_t tokens[3];

    open();
    const struct vnic__backend *b = inside_backend(dev);
    ASSERT_EQ(3, b->reserve(dev, views, lens, 3));
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(lens[i], views[i].cap);
        EXPECT_EQ(0u, views[i].headroom);
        Bytes p = packet(static_cast<uint32_t>(i), lens[i]);
        memcpy(views[i].data, p.data(), p.size());
        tokens[i] = views[i].token;
    }
    EXPECT_EQ(1, b->commit(dev, &tokens[2], 1));
    EXPECT_TRUE(pop().empty()) << "it has to wait for those in front of it";
    EXPECT_EQ(1, b->commit(dev, &tokens[0], 1));
    EXPECT_EQ(packet(0), pop());
    b->cancel(dev, &tokens[1], 1);
    Bytes p = pop();
    EXPECT_EQ(61u, p.size());
    EXPECT_EQ(4, p[0] >> 4) << "the driver would end the session for anything else";
    EXPECT_EQ(0, p[10] + p[11]) << "no host takes a header with this checksum";
    EXPECT_EQ(packet(2, 65535), pop());
    EXPECT_EQ(0u, ring_out(adapter));
}

TEST_F(RingViews, CannotBeReservedInAFullRingOrCommittedWhenTheyAreNoIp)
{
    struct vnic__view views[2];
    const uint32_t lens[2] = {60000, 60000}, too_long = 65536;
    uintptr_t token;

    open();
    const struct vnic__backend *b = inside_backend(dev);
    const uint32_t too_short = 39;
    EXPECT_EQ(VNIC_EMSGSIZE, b->reserve(dev, views, &too_long, 1));
    EXPECT_EQ(VNIC_ENOBUFS, b->reserve(dev, views, &too_short, 1));
    EXPECT_EQ(2, b->reserve(dev, views, lens, 2));
    struct vnic__view more;
    EXPECT_EQ(VNIC_EAGAIN, b->reserve(dev, &more, lens, 1));
    token = views[0].token;
    views[0].data[0] = 0x50;
    EXPECT_EQ(VNIC_EINVAL, b->commit(dev, &token, 1));
    views[0].data[0] = 0x60;
    EXPECT_EQ(1, b->commit(dev, &token, 1));
    EXPECT_EQ(60000u, pop().size());
}

TEST_F(RingSession, EndsWhenItGoesDownAndStartsAgain)
{
    open();
    push(1);
    EXPECT_EQ(0, ring_device_set_up(dev, 0));
    EXPECT_FALSE(ring_has_session(adapter));
    EXPECT_EQ(VNIC_EAGAIN, recv_now());
    EXPECT_EQ(VNIC_EDOWN, send(packet(1)));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_wait(dev, VNIC_WRITABLE, 20));
    EXPECT_EQ(0, ring_device_set_up(dev, 0));
    EXPECT_EQ(0, ring_device_set_up(dev, 1));
    EXPECT_EQ(2u, ring_sessions(adapter));
    push(7);
    expect_recv(7);
    EXPECT_EQ(100, send(packet(1)));
}

TEST_F(RingSession, WaitersStayThroughDownAndUp)
{
    for (bool with_handle : {false, true}) {
        int rc = 0, writable = 0;

        open();
        if (with_handle) {
            ASSERT_GE(vnic_wait_handle(dev), 0);
        }
        Beside reader([&] {
            uint8_t buf[200];
            rc = vnic_recv_timeout(dev, buf, sizeof buf, kLongMs);
        });
        wait_for_waiters(1);
        EXPECT_EQ(0, ring_device_set_up(dev, 0));
        Beside sender([&] { writable = vnic_wait(dev, VNIC_WRITABLE, kLongMs); });
        wait_for_waiters(2);
        EXPECT_EQ(0, ring_device_set_up(dev, 1));
        sender.join();
        EXPECT_EQ(VNIC_WRITABLE, writable);
        push(1);
        reader.join();
        EXPECT_EQ(100, rc);
        vnic_close(dev);
        dev = nullptr;
    }
}

TEST_F(RingSession, LivesAsLongAsItsViews)
{
    struct vnic_packet p[2] = {};

    open();
    push(1);
    push(2);
    ASSERT_EQ(2, vnic_acquire_many(dev, p, 2, VNIC_NOWAIT));
    EXPECT_EQ(0, ring_device_set_up(dev, 0));
    EXPECT_TRUE(ring_has_session(adapter));
    EXPECT_EQ(VNIC_EDOWN, send(packet(1)));
    EXPECT_EQ(1u, number_of(p[0].data));
    EXPECT_EQ(0, vnic_release_many(dev, &p[1], 1));
    EXPECT_TRUE(ring_has_session(adapter));
    EXPECT_EQ(0, vnic_release_many(dev, &p[0], 1));
    EXPECT_FALSE(ring_has_session(adapter));
    EXPECT_EQ(0, ring_device_set_up(dev, 1));
    EXPECT_EQ(2u, ring_sessions(adapter));
}

TEST_F(RingSession, ThatWaitsForItsViewsIsUsedAgain)
{
    struct vnic_packet p = {};

    open();
    push(1);
    ASSERT_EQ(1, vnic_acquire_many(dev, &p, 1, VNIC_NOWAIT));
    EXPECT_EQ(0, ring_device_set_up(dev, 0));
    EXPECT_EQ(0, ring_device_set_up(dev, 1));
    EXPECT_EQ(1u, ring_sessions(adapter));
    EXPECT_EQ(0, vnic_release_many(dev, &p, 1));
    EXPECT_TRUE(ring_has_session(adapter));
    push(2);
    expect_recv(2);
}

TEST_F(RingSession, EndsWithTheHandleWhateverIsOut)
{
    struct vnic_packet p[3] = {};

    open();
    push(1);
    push(2);
    ASSERT_GE(vnic_wait_handle(dev), 0);
    ASSERT_EQ(1, vnic_acquire_many(dev, p, 1, VNIC_NOWAIT));
    vnic_close(dev);
    dev = nullptr;
    EXPECT_FALSE(ring_has_session(adapter));
}

TEST_F(RingSession, OfARemovedAdapterIsClosed)
{
    uint8_t buf[100];

    open();
    push(1);
    ASSERT_EQ(VNIC_READABLE | VNIC_WRITABLE, vnic_wait(dev, VNIC_READABLE | VNIC_WRITABLE, 0));
    ring_remove(adapter);
    EXPECT_EQ(100, vnic_recv(dev, buf, sizeof buf)) << "what was read ahead is not lost";
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(VNIC_ECLOSED, send(packet(1)));
    EXPECT_EQ(VNIC_ECLOSED, vnic_wait(dev, VNIC_WRITABLE, kLongMs));
}

TEST_F(RingSession, OfARemovedAdapterClosesTheSenderToo)
{
    open();
    ring_remove(adapter);
    EXPECT_EQ(VNIC_ECLOSED, send(packet(1), VNIC_FOREVER));
    EXPECT_EQ(VNIC_ECLOSED, recv_now());
}

TEST_F(RingSession, RemovalWakesWhoWaits)
{
    int received = 0, sent = 0;

    open();
    (void)fill();
    Beside reader([&] {
        uint8_t buf[100];
        received = vnic_recv_timeout(dev, buf, sizeof buf, VNIC_FOREVER);
    });
    Beside sender([&] { sent = send(packet(1, 1000), VNIC_FOREVER); });
    wait_for_waiters(2);
    ring_remove(adapter);
    reader.join();
    sender.join();
    EXPECT_EQ(VNIC_ECLOSED, received);
    EXPECT_EQ(VNIC_ECLOSED, sent);
}

/* Nothing tells who waits for an interface that is down, so it looks. */
TEST_F(RingSession, RemovalIsNoticedWhileItIsDown)
{
    uint8_t buf[100];

    open();
    ASSERT_EQ(0, ring_device_set_up(dev, 0));
    ring_device_set_luid(dev, loopback());
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(dev, buf, sizeof buf, 1200));
    ring_device_set_luid(dev, kNobody);
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv_timeout(dev, buf, sizeof buf, kLongMs));
}

TEST_F(RingSession, DamageIsAnErrorAndNoHang)
{
    int rc = 0;

    open();
    Beside reader([&] {
        uint8_t buf[100];
        rc = vnic_recv_timeout(dev, buf, sizeof buf, VNIC_FOREVER);
    });
    wait_for_waiters(1);
    ring_damage(adapter);
    reader.join();
    EXPECT_EQ(VNIC_EOS, rc);
    EXPECT_EQ(VNIC_EOS, recv_now());
    EXPECT_EQ(0, ring_device_set_up(dev, 0));
    EXPECT_EQ(0, ring_device_set_up(dev, 1));
    push(1);
    expect_recv(1);
}

} /* namespace rings */
