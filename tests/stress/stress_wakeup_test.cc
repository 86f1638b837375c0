/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No lost wake-up: a call that blocks is woken by everything that happens before, while and after it
 * goes to sleep. Every wait has a limit that is far longer than the test, so that a lost wake-up is
 * VNIC_ETIMEDOUT and not a hang.
 */
#include <atomic>

#include "contract/contract.h"

namespace contract
{

static const int limit_ms = 30000;
static const int rounds = 3000;

class StressWakeup : public Contract
{
};

/* Waits for the other thread to reach a round; false: it never came. */
static bool wait_for_round(const std::atomic<int> &round, int wanted)
{
    int64_t end = now_ms() + limit_ms;

    while (round < wanted) {
        if (now_ms() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

/* A reader that acknowledges each interruption, and `stop` that causes it. */
static void play(vnic *dev, const std::function<void()> &stop, const std::function<void()> &clear)
{
    std::atomic<int> done{0};
    std::atomic<int> unexpected{0};
    Beside reader([&] {
        uint8_t buf[2048];
        for (int i = 1; i <= rounds && unexpected == 0; i++) {
            int rc = i % 2 ? vnic_recv_timeout(dev, buf, sizeof buf, limit_ms)
                           : vnic_wait(dev, VNIC_READABLE, limit_ms);
            if (rc != VNIC_EINTERRUPTED) {
                unexpected = rc == 0 ? 1 : rc;
            }
            clear();
            done = i;
        }
    });
    for (int i = 1; i <= rounds; i++) {
        /* Different distances to the moment when the reader goes to sleep. */
        for (int spin = 0; spin < (i * 7) % 400; spin++) {
            std::atomic_signal_fence(std::memory_order_seq_cst);
        }
        stop();
        if (!wait_for_round(done, i) || unexpected != 0) {
            break;
        }
    }
    reader.join();
    EXPECT_EQ(0, unexpected) << vnic_error_name(unexpected);
    EXPECT_EQ(rounds, done);
}

TEST_P(StressWakeup, InterruptsAreNeverLost)
{
    open();
    play(d(), [this] { vnic_interrupt(d()); }, [this] { vnic_clear_interrupt(d()); });
}

TEST_P(StressWakeup, SharedWakeupsAreNeverLost)
{
    Wakeup w = make_wakeup();
    struct vnic_config cfg = config();
    cfg.wakeup = w.get();
    open(cfg);
    play(d(), [&] { vnic_wakeup_trigger(w.get(), 1); }, [&] { vnic_wakeup_clear(w.get()); });
}

TEST_P(StressWakeup, PacketsAreNeverLost)
{
    open();
    std::atomic<bool> over{false};
    std::atomic<int> interrupts{0};
    /* Interrupts at random beside a ping-pong of packets: neither may swallow the other. */
    Beside disturber([&] {
        while (!over) {
            vnic_interrupt(d());
            interrupts++;
            std::this_thread::yield();
            vnic_clear_interrupt(d());
            std::this_thread::yield();
        }
    });
    Beside echo([&] {
        uint8_t buf[2048];
        for (int i = 0; i < rounds; i++) {
            int rc;
            do {
                rc = vnic_recv_timeout(d(), buf, sizeof buf, limit_ms);
            } while (rc == VNIC_EINTERRUPTED);
            if (rc < 0) {
                ADD_FAILURE() << "recv " << i << ": " << vnic_error_name(rc);
                return;
            }
            int len = rc;
            do {
                rc = vnic_send_timeout(d(), buf, static_cast<size_t>(len), limit_ms);
            } while (rc == VNIC_EINTERRUPTED);
            if (rc != len) {
                ADD_FAILURE() << "send " << i << ": " << vnic_error_name(rc);
                return;
            }
        }
    });
    for (int i = 0; i < rounds; i++) {
        Bytes p = packet(100, static_cast<uint32_t>(i));
        ASSERT_TRUE(driver->send(p));
        Bytes back = driver->recv(limit_ms);
        if (back != p) {
            ADD_FAILURE() << "round " << i << " came back with " << back.size() << " bytes";
            break;
        }
    }
    vnic_shutdown(d());
    over = true;
    echo.join();
    disturber.join();
    EXPECT_GT(interrupts, 0);
}

TEST_P(StressWakeup, ShutdownIsNeverLost)
{
    for (int i = 0; i < 60; i++) {
        Handle fresh;
        ASSERT_EQ(0, open_as(config(), &fresh)) << err.text;
        std::atomic<bool> started{false};
        int rc = 0;
        Beside reader([&] {
            uint8_t buf[2048];
            started = true;
            rc = vnic_recv_timeout(fresh.get(), buf, sizeof buf, limit_ms);
        });
        while (!started) {
            std::this_thread::yield();
        }
        for (int spin = 0; spin < i * 50; spin++) {
            std::atomic_signal_fence(std::memory_order_seq_cst);
        }
        vnic_shutdown(fresh.get());
        reader.join();
        EXPECT_EQ(VNIC_ECLOSED, rc);
    }
}

VNIC_CONTRACT(StressWakeup, tun_params);

} /* namespace contract */
