/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The adapter is removed or disabled while somebody holds, waits for or is about to send packets. The rings
 * are this process's memory and stay until the session ends, whatever becomes of the adapter.
 */
#include <atomic>

#include "ring_fixture.h"

namespace rings
{

class RingRemoval : public Ring
{
  protected:
    /* Every call says so from now on, however often. */
    void expect_closed()
    {
        for (int i = 0; i < 2; i++) {
            struct vnic_packet p = exact(100);

            EXPECT_EQ(VNIC_ECLOSED, recv_now());
            EXPECT_EQ(VNIC_ECLOSED, send(packet(1), VNIC_FOREVER));
            EXPECT_EQ(VNIC_ECLOSED, vnic_acquire_many(dev, &p, 1, VNIC_FOREVER));
            EXPECT_EQ(VNIC_ECLOSED, vnic_reserve_many(dev, &p, 1, VNIC_FOREVER));
            EXPECT_EQ(VNIC_ECLOSED, vnic_wait(dev, VNIC_READABLE | VNIC_WRITABLE, VNIC_FOREVER));
        }
    }
    static struct vnic_packet exact(uint32_t len)
    {
        struct vnic_packet p = {};

        p.len = len;
        p.flags = VNIC_PACKET_EXACT;
        return p;
    }
};

TEST_F(RingRemoval, LeavesViewsReadable)
{
    struct vnic_packet p[2] = {};

    open();
    push(1);
    push(2);
    ASSERT_EQ(2, vnic_acquire_many(dev, p, 2, VNIC_NOWAIT));
    ring_remove(adapter);
    expect_closed();
    EXPECT_EQ(packet(2), Bytes(p[1].data, p[1].data + p[1].len));
    EXPECT_EQ(0, vnic_release_many(dev, &p[1], 1));
    EXPECT_EQ(0, ring_device_set_up(dev, 0));
    EXPECT_EQ(packet(1), Bytes(p[0].data, p[0].data + p[0].len));
    EXPECT_TRUE(ring_has_session(adapter));
    EXPECT_EQ(0, vnic_release_many(dev, &p[0], 1));
    EXPECT_FALSE(ring_has_session(adapter));
}

TEST_F(RingRemoval, BetweenReservingAndCommittingIsTold)
{
    struct vnic_packet p[2] = {exact(100), exact(100)};

    open();
    ASSERT_EQ(2, vnic_reserve_many(dev, p, 2, VNIC_NOWAIT));
    for (struct vnic_packet &one : p) {
        Bytes bytes = packet(1);
        memcpy(one.data, bytes.data(), bytes.size());
    }
    ring_remove(adapter);
    /* The first one goes where a packet goes that was sent a moment earlier. */
    EXPECT_EQ(1, vnic_commit_many(dev, &p[0], 1, VNIC_FOREVER));
    EXPECT_EQ(VNIC_ECLOSED, send(packet(2), VNIC_FOREVER));
    EXPECT_EQ(VNIC_ECLOSED, vnic_commit_many(dev, &p[1], 1, VNIC_FOREVER));
    EXPECT_EQ(0, vnic_release_many(dev, &p[1], 1));
    EXPECT_EQ(0u, ring_out(adapter));
    expect_closed();
}

TEST_F(RingRemoval, EndsEveryKindOfWait)
{
    int rc[2] = {};

    for (int with_handle = 0; with_handle < 2; with_handle++) {
        ring_adapter_free(adapter);
        adapter = ring_adapter_new();
        open();
        (void)fill();
        if (with_handle)
            ASSERT_GE(vnic_wait_handle(dev), 0);
        {
            Beside receiver([&] {
                struct vnic_packet p = {};
                rc[0] = vnic_acquire_many(dev, &p, 1, VNIC_FOREVER);
            });
            Beside sender([&] {
                struct vnic_packet p = exact(1000);
                rc[1] = vnic_reserve_many(dev, &p, 1, VNIC_FOREVER);
            });
            wait_for_waiters(2);
            ring_remove(adapter);
        }
        EXPECT_EQ(VNIC_ECLOSED, rc[0]);
        EXPECT_EQ(VNIC_ECLOSED, rc[1]);
        expect_closed();
        vnic_close(dev);
        dev = nullptr;
    }
}

TEST_F(RingRemoval, WakesWhoSleepsOnTheHandle)
{
    std::atomic<bool> awake{false};

    open();
    intptr_t handle = vnic_wait_handle(dev);
    Beside sleeper([&] { awake = is_signalled(handle, kLongMs); });
    ring_remove(adapter);
    sleeper.join();
    EXPECT_TRUE(awake);
    expect_closed();
    EXPECT_TRUE(is_signalled(handle, 0));
}

/* In the middle of a stream both ways, at any place of the paths. */
TEST_F(RingRemoval, EndsAStream)
{
    for (int round = 0; round < 20; round++) {
        std::atomic<bool> done{false};
        std::atomic<uint32_t> received{0};
        int last_received = 0, last_sent = 0;

        ring_adapter_free(adapter);
        adapter = ring_adapter_new();
        open();
        if (round % 2)
            ASSERT_GE(vnic_wait_handle(dev), 0);
        {
            Beside driver([&] {
                Bytes p = packet(1, 700);
                while (!done) {
                    (void)ring_push(adapter, p.data(), 700);
                    (void)pop();
                }
            });
            Beside receiver([&] {
                uint8_t buf[2000];
                do {
                    last_received = vnic_recv_timeout(dev, buf, sizeof buf, kLongMs);
                    received++;
                } while (last_received > 0);
            });
            Beside sender([&] {
                Bytes p = packet(2, 900);
                do {
                    last_sent = send(p, kLongMs);
                } while (last_sent > 0);
            });
            while (received < 50)
                std::this_thread::yield();
            ring_remove(adapter);
            receiver.join();
            sender.join();
            done = true;
        }
        EXPECT_EQ(VNIC_ECLOSED, last_received);
        EXPECT_EQ(VNIC_ECLOSED, last_sent);
        vnic_close(dev);
        dev = nullptr;
    }
}

} /* namespace rings */
