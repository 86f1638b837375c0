/* SPDX-License-Identifier: Apache-2.0 */
/* Several at once on the ring to the driver, senders that are stopped, and a driver that sleeps on. */
#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>

#include "ring_fixture.h"

extern "C" {
#include "core/os.h"
}

namespace rings
{

/* What goes out in place of a packet that was taken back, and as a nudge. */
bool is_filler(const Bytes &p)
{
    return p.size() >= 20 && p[0] == 0x45 && p[9] == 255 && p[10] + p[11] == 0;
}

class RingSenders : public Ring
{
  protected:
    const struct vnic__backend *slots() const
    {
        return inside_backend(dev);
    }
    /* A packet of one of the threads. */
    static Bytes of(uint8_t thread, uint32_t number)
    {
        Bytes p = packet(number, 60 + number * 7 % 900);

        p[1] = thread;
        p[9] = 17;
        return p;
    }
    /* Until there may be room; false: that took far too long. */
    bool wait_for_room()
    {
        int64_t deadline = vnic__now_ns() + int64_t{kLongMs} * 1000000;

        return slots()->wait(dev, VNIC_WRITABLE, deadline) >= 0 && vnic__now_ns() < deadline;
    }
    void write_all(uint8_t thread, uint32_t n)
    {
        for (uint32_t i = 0; i < n;) {
            Bytes p = of(thread, i);
            struct vnic_iovec iov = {p.data(), p.size()};
            int rc = slots()->write(dev, &iov, 1);

            ASSERT_TRUE(rc == VNIC_EAGAIN || rc == static_cast<int>(p.size())) << rc;
            i += rc > 0 ? 1 : 0;
            ASSERT_TRUE(rc > 0 || wait_for_room());
        }
    }
    /* Three at a time: the last is committed before the first, and the second taken back elsewhere. */
    void reserve_all(uint8_t thread, uint32_t n)
    {
        for (uint32_t i = 0; i < n;) {
            const Bytes p = of(thread, i), behind = of(thread, i + 1);
            const uint32_t lens[3] = {static_cast<uint32_t>(p.size()), 60,
                                      static_cast<uint32_t>(behind.size())};
            struct vnic__view views[3];
            int got = slots()->reserve(dev, views, lens, 3);
            if (got == VNIC_EAGAIN) {
                ASSERT_TRUE(wait_for_room());
                continue;
            }
            ASSERT_GT(got, 0);
            bool both = got == 3 && i + 1 < n;
            if (both)
                ASSERT_NO_FATAL_FAILURE(commit(views[2], behind));
            ASSERT_NO_FATAL_FAILURE(commit(views[0], p));
            for (int k = 1; k < (both ? 2 : got); k++)
                take_back(views[k].token);
            i += both ? 2 : 1;
        }
    }
    void commit(const struct vnic__view &view, const Bytes &p)
    {
        memcpy(view.data, p.data(), p.size());
        ASSERT_EQ(1, slots()->commit(dev, &view.token, 1));
    }
    void take_back(uintptr_t token)
    {
        std::lock_guard<std::mutex> hold(lock);
        unwanted.push_back(token);
    }
    void take_back_all(const std::atomic<bool> &done)
    {
        for (bool last = false; !last;) {
            uintptr_t token = 0;

            last = done;
            {
                std::lock_guard<std::mutex> hold(lock);
                if (!unwanted.empty()) {
                    token = unwanted.front();
                    unwanted.pop_front();
                    last = false;
                }
            }
            if (token != 0)
                slots()->cancel(dev, &token, 1);
            else
                std::this_thread::yield();
        }
    }

    std::mutex lock;
    std::deque<uintptr_t> unwanted;
};

/* The slots themselves: they hold more than the one sender that core lets a program have. */
TEST_F(RingSenders, AtOnceLoseDoubleAndDamageNothing)
{
    constexpr uint32_t kPackets = 4000;
    constexpr uint8_t kThreads = 3;
    std::atomic<bool> done{false};
    uint32_t next[kThreads] = {};
    uint32_t taken = 0;

    open();
    {
        Beside first([&] { write_all(0, kPackets); });
        Beside second([&] { write_all(1, kPackets); });
        Beside third([&] { reserve_all(2, kPackets); });
        Beside canceller([&] { take_back_all(done); });
        ULONGLONG end = GetTickCount64() + 10 * kLongMs;

        while (taken < kThreads * kPackets && GetTickCount64() < end) {
            Bytes p = pop();

            if (p.empty())
                std::this_thread::yield();
            if (p.empty() || is_filler(p))
                continue;
            uint8_t thread = p[1];
            ASSERT_LT(thread, kThreads);
            ASSERT_EQ(of(thread, next[thread]), p);
            next[thread]++;
            taken++;
        }
        third.join();
        done = true;
    }
    EXPECT_EQ(kThreads * kPackets, taken);
    for (Bytes p = pop(); !p.empty(); p = pop())
        EXPECT_TRUE(is_filler(p));
    EXPECT_EQ(0u, ring_out(adapter));
}

struct vnic_packet exact(uint32_t len)
{
    struct vnic_packet p = {};

    p.len = len;
    p.flags = VNIC_PACKET_EXACT;
    return p;
}

TEST_F(RingSenders, ShutDownBetweenReservingAndCommittingLeaveNoGap)
{
    struct vnic_packet p[3] = {exact(100), exact(200), exact(300)};

    open();
    ASSERT_EQ(3, vnic_reserve_many(dev, p, 3, VNIC_NOWAIT));
    for (struct vnic_packet &one : p) {
        Bytes bytes = packet(7, one.len);
        memcpy(one.data, bytes.data(), bytes.size());
    }
    ASSERT_EQ(1, vnic_commit_many(dev, &p[2], 1, VNIC_NOWAIT));
    EXPECT_EQ(0, vnic_shutdown(dev));
    EXPECT_EQ(VNIC_ECLOSED, vnic_commit_many(dev, p, 2, VNIC_FOREVER));
    EXPECT_EQ(VNIC_ECLOSED, p[0].status);
    EXPECT_EQ(3u, ring_out(adapter)) << "the last one waits for those in front of it";
    EXPECT_EQ(0, vnic_release_many(dev, p, 2));
    EXPECT_TRUE(is_filler(pop()));
    EXPECT_TRUE(is_filler(pop()));
    EXPECT_EQ(packet(7, 300), pop());
    EXPECT_EQ(0u, ring_out(adapter));
}

TEST_F(RingSenders, ClosedBetweenReservingAndCommittingLeaveNoSession)
{
    struct vnic_packet p = exact(100);

    open();
    ASSERT_EQ(1, vnic_reserve_many(dev, &p, 1, VNIC_NOWAIT));
    vnic_close(dev);
    dev = nullptr;
    EXPECT_FALSE(ring_has_session(adapter));
}

TEST_F(RingSenders, WhoseInterfaceGoesDownMayTakeBackWhatTheyReserved)
{
    struct vnic_packet p = exact(100);

    open();
    ASSERT_EQ(1, vnic_reserve_many(dev, &p, 1, VNIC_NOWAIT));
    p.data[0] = 0x45;
    EXPECT_EQ(0, ring_device_set_up(dev, 0));
    EXPECT_TRUE(ring_has_session(adapter));
    EXPECT_EQ(VNIC_EDOWN, vnic_commit_many(dev, &p, 1, VNIC_NOWAIT));
    EXPECT_EQ(0, vnic_release_many(dev, &p, 1));
    EXPECT_FALSE(ring_has_session(adapter));
}

/* ---- A driver that sleeps on ---------------------------------------------------------------------- */

class RingNudge : public RingSenders
{
  protected:
    /* Sends a packet that the driver is not told of, and expects it to come all the same. */
    void expect_to_come(const std::function<void()> &meanwhile)
    {
        Bytes got;

        Beside driver([&] {
            if (ring_sleep(adapter, kLongMs))
                got = pop();
        });
        while (!ring_sleeps(adapter))
            std::this_thread::yield();
        ring_lose_wakeup(adapter);
        EXPECT_EQ(100, send(packet(1)));
        meanwhile();
        driver.join();
        EXPECT_EQ(packet(1), got);
        EXPECT_TRUE(is_filler(pop()));
        EXPECT_TRUE(pop().empty());
    }
};

TEST_F(RingNudge, ComesFromACallThatWaits)
{
    int rc = 0;

    open();
    ring_device_lose_wakeups(dev);
    Beside reader([&] {
        uint8_t buf[200];
        rc = vnic_recv_timeout(dev, buf, sizeof buf, VNIC_FOREVER);
    });
    wait_for_waiters(1);
    expect_to_come([] {});
    push(1);
    reader.join();
    EXPECT_EQ(100, rc);
}

TEST_F(RingNudge, ComesFromTheHandlesThread)
{
    open();
    ring_device_lose_wakeups(dev);
    ASSERT_GE(vnic_wait_handle(dev), 0);
    expect_to_come([] {});
    expect_to_come([] {});
}

TEST_F(RingNudge, ComesFromCallsThatFindNothing)
{
    open();
    ring_device_lose_wakeups(dev);
    expect_to_come([this] {
        ULONGLONG end = GetTickCount64() + kLongMs;

        while (ring_sleeps(adapter) && GetTickCount64() < end) {
            EXPECT_EQ(VNIC_EAGAIN, recv_now());
            Sleep(1);
        }
    });
}

TEST_F(RingNudge, ComesOnceAPauseAndOnlyWhereItIsNeeded)
{
    uint8_t buf[100];

    for (bool loses : {false, true}) {
        open();
        if (loses)
            ring_device_lose_wakeups(dev);
        EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(dev, buf, sizeof buf, 300));
        EXPECT_TRUE(pop().empty()) << "nothing was sent";
        EXPECT_EQ(100, send(packet(1)));
        EXPECT_EQ(100, send(packet(2)));
        EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(dev, buf, sizeof buf, 1000));
        EXPECT_EQ(packet(1), pop());
        EXPECT_EQ(packet(2), pop());
        EXPECT_EQ(loses, is_filler(pop()));
        EXPECT_TRUE(pop().empty());
        vnic_close(dev);
        dev = nullptr;
    }
}

} /* namespace rings */
