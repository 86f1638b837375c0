/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that are two events, and the event that follows several of them. */
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

extern "C" {
#include "core/os.h"
#include "os/windows/win_watch.h"
}

namespace
{

/* Far longer than any thread switch: for what must come. */
constexpr DWORD kLong = 20000;

bool is_signalled(HANDLE handle, DWORD ms)
{
    return WaitForSingleObject(handle, ms) == WAIT_OBJECT_0;
}

/* Until the event is as it should be; a level that is late is right, one that stays wrong is not. */
bool becomes(HANDLE handle, bool signalled)
{
    ULONGLONG end = GetTickCount64() + kLong;

    while (is_signalled(handle, 0) != signalled) {
        if (GetTickCount64() > end) {
            return false;
        }
        Sleep(1);
    }
    return true;
}

HANDLE handle_of(intptr_t number)
{
    return reinterpret_cast<HANDLE>(number);
}

class Signals : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        for (auto &s : signals) {
            ASSERT_EQ(0, vnic__signal_init(&s));
            pointers.push_back(&s);
        }
    }
    void TearDown() override
    {
        for (auto &s : signals) {
            vnic__signal_destroy(&s);
        }
    }

    struct vnic__signal signals[VNIC__SIGNAL_MAX];
    std::vector<const struct vnic__signal *> pointers;
};

TEST_F(Signals, AreTwoEventsThatAreOpposites)
{
    for (int i = 0; i < 3; i++) {
        EXPECT_FALSE(is_signalled(handle_of(signals[0].handle), 0));
        EXPECT_TRUE(is_signalled(handle_of(signals[0].trigger), 0));
        vnic__signal_set(&signals[0]);
        vnic__signal_set(&signals[0]);
        EXPECT_TRUE(is_signalled(handle_of(signals[0].handle), 0));
        EXPECT_FALSE(is_signalled(handle_of(signals[0].trigger), 0));
        vnic__signal_clear(&signals[0]);
        vnic__signal_clear(&signals[0]);
    }
}

TEST_F(Signals, KeepTheLastError)
{
    SetLastError(1234);
    vnic__signal_set(&signals[0]);
    vnic__signal_clear(&signals[0]);
    EXPECT_EQ(1234u, GetLastError());
}

TEST_F(Signals, AGroupFollowsEachOfThem)
{
    struct vnic__signal_group group;

    vnic__signal_set(&signals[3]);
    ASSERT_EQ(0, vnic__signal_group_init(&group, pointers.data(), VNIC__SIGNAL_MAX));
    HANDLE handle = handle_of(group.handle);
    EXPECT_TRUE(becomes(handle, true));
    vnic__signal_clear(&signals[3]);
    EXPECT_TRUE(becomes(handle, false));
    for (auto &s : signals) {
        vnic__signal_set(&s);
        EXPECT_TRUE(is_signalled(handle, kLong));
        EXPECT_TRUE(is_signalled(handle, 0)) << "it is a level";
        vnic__signal_clear(&s);
        EXPECT_TRUE(becomes(handle, false));
    }
    vnic__signal_set(&signals[0]);
    vnic__signal_set(&signals[7]);
    EXPECT_TRUE(becomes(handle, true));
    vnic__signal_clear(&signals[0]);
    /* The thread that follows has nothing to wait for but the other one; it says no too early never. */
    for (int i = 0; i < 20; i++) {
        EXPECT_TRUE(is_signalled(handle, 0));
        Sleep(1);
    }
    vnic__signal_clear(&signals[7]);
    EXPECT_TRUE(becomes(handle, false));
    vnic__signal_group_destroy(&group);
}

/* However many threads set and clear, the group ends up as the signals are. */
TEST_F(Signals, AGroupIsRightAfterARace)
{
    struct vnic__signal_group group;

    ASSERT_EQ(0, vnic__signal_group_init(&group, pointers.data(), 4));
    HANDLE handle = handle_of(group.handle);
    for (int round = 0; round < 20; round++) {
        bool last = round % 2 == 1;
        std::vector<std::thread> threads;

        for (int i = 0; i < 4; i++) {
            threads.emplace_back([this, i, last] {
                for (int n = 0; n < 50; n++) {
                    vnic__signal_set(&signals[i]);
                    vnic__signal_clear(&signals[i]);
                }
                if (last && i == 2) {
                    vnic__signal_set(&signals[i]);
                }
            });
        }
        for (auto &t : threads) {
            t.join();
        }
        ASSERT_TRUE(becomes(handle, last)) << "round " << round;
        vnic__signal_clear(&signals[2]);
        ASSERT_TRUE(becomes(handle, false)) << "round " << round;
    }
    vnic__signal_group_destroy(&group);
}

/* Something that packets come from: a counter behind a lock, and an auto-reset event. */
struct Source {
    Source()
    {
        vnic__mutex_init(&lock);
        event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    }
    ~Source()
    {
        CloseHandle(event);
        vnic__mutex_destroy(&lock);
    }
    void tell_locked() const
    {
        if (packets > 0) {
            vnic__win_watch_found(watch);
        } else {
            vnic__win_watch_quiet(watch);
        }
    }
    static void look(void *user)
    {
        auto *s = static_cast<Source *>(user);

        vnic__mutex_lock(&s->lock);
        s->looks++;
        s->tell_locked();
        vnic__mutex_unlock(&s->lock);
    }
    void put(bool wake)
    {
        vnic__mutex_lock(&lock);
        packets++;
        vnic__mutex_unlock(&lock);
        if (wake) {
            SetEvent(event);
        }
    }
    /* Takes all; returns how many. */
    int take()
    {
        vnic__mutex_lock(&lock);
        int n = packets;
        packets = 0;
        vnic__win_watch_quiet(watch);
        vnic__mutex_unlock(&lock);
        return n;
    }
    void start()
    {
        struct win_watch_plan plan = {};

        plan.source = event;
        plan.look = look;
        plan.user = this;
        vnic__mutex_lock(&lock);
        int rc = vnic__win_watch_new(&plan, &watch);
        vnic__mutex_unlock(&lock);
        ASSERT_EQ(0, rc);
    }

    struct vnic__mutex lock;
    HANDLE event;
    struct win_watch *watch = nullptr;
    int packets = 0;
    int looks = 0;
};

TEST(Watch, FollowsPackets)
{
    Source s;

    s.start();
    HANDLE handle = vnic__win_watch_event(s.watch);
    EXPECT_FALSE(is_signalled(handle, 0));
    for (int i = 0; i < 5; i++) {
        s.put(true);
        s.put(true);
        EXPECT_TRUE(is_signalled(handle, kLong));
        EXPECT_EQ(2, s.take());
        EXPECT_FALSE(is_signalled(handle, 0));
    }
    vnic__win_watch_free(s.watch);
}

TEST(Watch, FindsPacketsThatNobodyWasWokenFor)
{
    Source s;

    s.start();
    s.put(false);
    EXPECT_TRUE(is_signalled(vnic__win_watch_event(s.watch), kLong));
    vnic__win_watch_free(s.watch);
}

TEST(Watch, DoesNotLookWhilePacketsAreKnownToBeThere)
{
    Source s;

    s.start();
    s.put(true);
    ASSERT_TRUE(is_signalled(vnic__win_watch_event(s.watch), kLong));
    int looks = s.looks;
    for (int i = 0; i < 50; i++) {
        s.put(true);
        Sleep(1);
    }
    EXPECT_LE(s.looks, looks + 1);
    EXPECT_EQ(51, s.take());
    vnic__win_watch_free(s.watch);
}

/* What is taken away is not waited for any more, and what is given is. */
TEST(Watch, ChangesItsSource)
{
    Source s;
    HANDLE other = CreateEventW(nullptr, FALSE, FALSE, nullptr);

    s.start();
    for (int i = 0; i < 20; i++) {
        vnic__win_watch_set_source(s.watch, nullptr);
        SetEvent(s.event);
        EXPECT_TRUE(is_signalled(s.event, 0)) << "somebody else consumed it";
        vnic__win_watch_set_source(s.watch, other);
        s.put(false);
        SetEvent(other);
        EXPECT_TRUE(is_signalled(vnic__win_watch_event(s.watch), kLong));
        EXPECT_EQ(1, s.take());
    }
    vnic__win_watch_free(s.watch);
    CloseHandle(other);
}

/* A loop that sleeps on the event and takes everything gets everything. */
TEST(Watch, LosesNothingInARace)
{
    constexpr int kPackets = 5000;
    Source s;
    int got = 0;

    s.start();
    std::thread sender([&s] {
        for (int i = 0; i < kPackets; i++) {
            s.put(true);
            if (i % 64 == 0) {
                std::this_thread::yield();
            }
        }
    });
    while (got < kPackets && is_signalled(vnic__win_watch_event(s.watch), kLong)) {
        got += s.take();
    }
    sender.join();
    EXPECT_EQ(kPackets, got);
    vnic__win_watch_free(s.watch);
}

TEST(Watch, EndsWhenItIsFreedAtOnce)
{
    for (int i = 0; i < 200; i++) {
        Source s;

        s.start();
        s.put(true);
        vnic__win_watch_free(s.watch);
    }
    vnic__win_watch_free(nullptr);
}

} /* namespace */
