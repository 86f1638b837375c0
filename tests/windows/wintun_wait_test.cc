/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for the rings, with and without a wait handle; nothing is lost or doubled. */
#include <atomic>

#include "ring_fixture.h"

namespace rings
{

using RingWait = Ring;
using RingHandle = Ring;

TEST_F(RingWait, LookingAheadLosesNothing)
{
    open();
    EXPECT_EQ(VNIC_EAGAIN, vnic_wait(dev, VNIC_READABLE, VNIC_NOWAIT));
    push(1);
    push(2);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(VNIC_READABLE, vnic_wait(dev, VNIC_READABLE, VNIC_NOWAIT));
    }
    expect_recv(1);
    EXPECT_EQ(VNIC_READABLE, vnic_wait(dev, VNIC_READABLE, VNIC_NOWAIT));
    struct vnic_packet p = {};
    ASSERT_EQ(1, vnic_acquire_many(dev, &p, 1, VNIC_NOWAIT));
    EXPECT_EQ(2u, number_of(p.data));
    EXPECT_EQ(0, vnic_release_many(dev, &p, 1));
    EXPECT_EQ(VNIC_EAGAIN, vnic_wait(dev, VNIC_READABLE, VNIC_NOWAIT));
}

TEST_F(RingWait, FindsPacketsThatNobodyWasWokenFor)
{
    int rc = 0;

    open();
    Beside reader([&] {
        uint8_t buf[200];
        rc = vnic_recv_timeout(dev, buf, sizeof buf, VNIC_FOREVER);
    });
    wait_for_waiters(1);
    Bytes p = packet(1);
    ASSERT_TRUE(ring_push_quietly(adapter, p.data(), 100));
    reader.join();
    EXPECT_EQ(100, rc);
}

TEST_F(RingWait, IsWritableAgainAfterTheRingWasFull)
{
    open();
    EXPECT_EQ(VNIC_WRITABLE, vnic_wait(dev, VNIC_WRITABLE, VNIC_NOWAIT));
    (void)fill();
    (void)pop();
    EXPECT_EQ(VNIC_WRITABLE, vnic_wait(dev, VNIC_WRITABLE, kLongMs));
    EXPECT_EQ(1000, send(packet(1, 1000)));
    EXPECT_EQ(VNIC_WRITABLE, vnic_wait(dev, VNIC_WRITABLE, VNIC_NOWAIT));
}

TEST_F(RingWait, SendersAreInterrupted)
{
    open();
    (void)fill();
    for (int i = 0; i < 2; i++) {
        int rc = 0;
        Beside sender([&] { rc = send(packet(1, 1000), VNIC_FOREVER); });
        wait_for_waiters(1);
        EXPECT_EQ(0, i == 0 ? vnic_interrupt(dev) : vnic_shutdown(dev));
        sender.join();
        EXPECT_EQ(i == 0 ? VNIC_EINTERRUPTED : VNIC_ECLOSED, rc);
        EXPECT_EQ(0, vnic_clear_interrupt(dev));
    }
}

/* Numbers one to n come out once each and in order, whatever stops the receiver in between. */
void receive_all(vnic *dev, uint32_t n, bool by_handle)
{
    uint8_t buf[2048];
    uint32_t next = 1;
    intptr_t handle = by_handle ? vnic_wait_handle(dev) : 0;

    while (next <= n) {
        int rc = vnic_recv_timeout(dev, buf, sizeof buf, by_handle ? VNIC_NOWAIT : kLongMs);

        if (rc == VNIC_EAGAIN && by_handle) {
            ASSERT_EQ(WAIT_OBJECT_0,
                      WaitForSingleObject(reinterpret_cast<HANDLE>(handle), kLongMs));
            continue;
        }
        if (rc == VNIC_EINTERRUPTED) {
            std::this_thread::yield();
            continue;
        }
        ASSERT_GT(rc, 0);
        ASSERT_EQ(next, number_of(buf));
        next++;
    }
}

TEST_F(RingWait, InterruptsLoseAndDoubleNothing)
{
    constexpr uint32_t kPackets = 20000;

    for (bool by_handle : {false, true}) {
        std::atomic<bool> done{false};

        open();
        Beside driver([&] {
            for (uint32_t i = 1; i <= kPackets;) {
                Bytes p = packet(i, 60 + i % 500);
                if (ring_push(adapter, p.data(), static_cast<uint32_t>(p.size()))) {
                    i++;
                } else {
                    std::this_thread::yield();
                }
                if (i % 97 == 0) {
                    Sleep(0);
                }
            }
        });
        Beside interrupter([&] {
            while (!done) {
                EXPECT_EQ(0, vnic_interrupt(dev));
                std::this_thread::yield();
                EXPECT_EQ(0, vnic_clear_interrupt(dev));
                Sleep(1);
            }
        });
        receive_all(dev, kPackets, by_handle);
        done = true;
        interrupter.join();
        driver.join();
        EXPECT_EQ(VNIC_EAGAIN, recv_now());
        vnic_close(dev);
        dev = nullptr;
    }
}

/* A sender that blocks on a small ring, and a driver that takes slowly. */
TEST_F(RingWait, BlockedSendersLoseNothing)
{
    constexpr uint32_t kPackets = 3000;

    open();
    Beside sender([&] {
        for (uint32_t i = 1; i <= kPackets; i++) {
            ASSERT_EQ(1400, send(packet(i, 1400), VNIC_FOREVER));
        }
    });
    for (uint32_t next = 1; next <= kPackets;) {
        Bytes p = pop();

        if (p.empty()) {
            std::this_thread::yield();
            continue;
        }
        ASSERT_EQ(packet(next, 1400), p);
        next++;
    }
}

TEST_F(RingHandle, IsALevelForPackets)
{
    open();
    intptr_t handle = vnic_wait_handle(dev);
    ASSERT_GE(handle, 0);
    EXPECT_EQ(handle, vnic_wait_handle(dev));
    EXPECT_FALSE(is_signalled(handle, 0));
    push(1);
    push(2);
    EXPECT_TRUE(is_signalled(handle, kLongMs));
    expect_recv(1);
    EXPECT_TRUE(is_signalled(handle, 0));
    expect_recv(2);
    EXPECT_FALSE(is_signalled(handle, 0));
    push(3);
    EXPECT_TRUE(is_signalled(handle, kLongMs));
    EXPECT_EQ(VNIC_READABLE, vnic_wait(dev, VNIC_READABLE, VNIC_NOWAIT));
    EXPECT_TRUE(is_signalled(handle, 0));
    struct vnic_packet p = {};
    ASSERT_EQ(1, vnic_acquire_many(dev, &p, 1, VNIC_NOWAIT));
    EXPECT_FALSE(is_signalled(handle, 0));
    EXPECT_EQ(0, vnic_release_many(dev, &p, 1));
}

TEST_F(RingHandle, IsThereForPacketsThatCameBefore)
{
    open();
    push(1);
    intptr_t handle = vnic_wait_handle(dev);
    EXPECT_TRUE(is_signalled(handle, 0));
    expect_recv(1);
    EXPECT_FALSE(is_signalled(handle, 0));
}

TEST_F(RingHandle, FollowsInterruptWakeupAndShutdown)
{
    vnic_wakeup *wakeup = nullptr;

    ASSERT_EQ(0, vnic_wakeup_create(&wakeup, nullptr));
    open(wakeup);
    intptr_t handle = vnic_wait_handle(dev);
    for (int i = 0; i < 20; i++) {
        EXPECT_EQ(0, vnic_interrupt(dev));
        EXPECT_TRUE(becomes(handle, true));
        EXPECT_EQ(0, vnic_clear_interrupt(dev));
        EXPECT_TRUE(becomes(handle, false));
        EXPECT_EQ(0, vnic_wakeup_trigger(wakeup, 1));
        EXPECT_TRUE(becomes(handle, true));
        EXPECT_EQ(0, vnic_wakeup_clear(wakeup));
        EXPECT_TRUE(becomes(handle, false));
    }
    EXPECT_EQ(0, vnic_shutdown(dev));
    EXPECT_TRUE(becomes(handle, true));
    vnic_wakeup_destroy(wakeup);
}

TEST_F(RingHandle, SeesRemovalForGood)
{
    open();
    intptr_t handle = vnic_wait_handle(dev);
    EXPECT_FALSE(is_signalled(handle, 0));
    ring_remove(adapter);
    EXPECT_TRUE(is_signalled(handle, kLongMs));
    EXPECT_EQ(VNIC_ECLOSED, recv_now());
    for (int i = 0; i < 20; i++) {
        EXPECT_TRUE(is_signalled(handle, 0));
        Sleep(1);
    }
}

/* No session, so no event of it: the handle's thread looks. */
TEST_F(RingHandle, SeesRemovalWhileItIsDown)
{
    open();
    intptr_t handle = vnic_wait_handle(dev);
    ring_device_set_luid(dev, loopback());
    EXPECT_EQ(0, ring_device_set_up(dev, 0));
    EXPECT_FALSE(is_signalled(handle, 1200));
    EXPECT_EQ(VNIC_EDOWN, send(packet(1)));
    ring_device_set_luid(dev, kNobody);
    EXPECT_TRUE(is_signalled(handle, kLongMs));
    EXPECT_EQ(VNIC_ECLOSED, recv_now());
    EXPECT_EQ(VNIC_ECLOSED, send(packet(1)));
    EXPECT_TRUE(is_signalled(handle, 0));
}

TEST_F(RingHandle, FollowsTheSessionThatComesAndGoes)
{
    open();
    intptr_t handle = vnic_wait_handle(dev);
    for (uint32_t i = 0; i < 20; i++) {
        push(i);
        EXPECT_TRUE(is_signalled(handle, kLongMs));
        EXPECT_EQ(0, ring_device_set_up(dev, 0));
        EXPECT_FALSE(is_signalled(handle, 0));
        EXPECT_EQ(0, ring_device_set_up(dev, 1));
        EXPECT_FALSE(is_signalled(handle, 0));
    }
}

/* A call that blocked before there was a handle is woken by what comes after. */
TEST_F(RingHandle, MayBeAskedForWhileACallWaits)
{
    for (uint32_t i = 0; i < 20; i++) {
        int rc = 0;

        open();
        Beside reader([&] {
            uint8_t buf[200];
            rc = vnic_recv_timeout(dev, buf, sizeof buf, VNIC_FOREVER);
        });
        wait_for_waiters(1);
        ASSERT_GE(vnic_wait_handle(dev), 0);
        push(i);
        reader.join();
        EXPECT_EQ(100, rc);
        vnic_close(dev);
        dev = nullptr;
    }
}

} /* namespace rings */
