/* SPDX-License-Identifier: Apache-2.0 */
/* Signals of the process neither end a wait nor prolong it, and their handlers may interrupt. */
#include <pthread.h>
#include <signal.h>

#include <atomic>

#include "contract/contract.h"

namespace contract
{

static std::atomic<int> signals_seen;

static void count_signal(int)
{
    signals_seen++;
}

/* Handles SIGUSR1 without SA_RESTART, so that system calls end with EINTR. */
class SignalHandler
{
  public:
    explicit SignalHandler(void (*handler)(int))
    {
        struct sigaction action = {};

        action.sa_handler = handler;
        sigaction(SIGUSR1, &action, &before);
    }
    ~SignalHandler()
    {
        sigaction(SIGUSR1, &before, nullptr);
    }

  private:
    struct sigaction before;
};

/* Sends signals to a thread until it goes out of scope. */
class Storm
{
  public:
    explicit Storm(pthread_t target)
        : sender([this, target] {
              while (!stop) {
                  pthread_kill(target, SIGUSR1);
                  std::this_thread::sleep_for(std::chrono::microseconds(300));
              }
          })
    {
    }
    ~Storm()
    {
        stop = true;
        sender.join();
    }

  private:
    std::atomic<bool> stop{false};
    Beside sender;
};

TEST_P(Contract, SignalsAreInvisible)
{
    SignalHandler handler(count_signal);
    open();
    signals_seen = 0;
    {
        Storm storm(pthread_self());
        uint8_t buf[2048];
        struct vnic_packet v = {};
        int64_t start = now_ms();
        EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(d(), buf, sizeof buf, 100));
        EXPECT_EQ(VNIC_ETIMEDOUT, vnic_wait(d(), VNIC_READABLE, 100));
        EXPECT_EQ(VNIC_ETIMEDOUT, vnic_acquire_many(d(), &v, 1, 100));
        int64_t took = now_ms() - start;
        EXPECT_GE(took, 297);
        /* Not re-armed by each of the hundreds of signals. */
        EXPECT_LT(took, 20000);
        /* On a busy machine the other thread may have had no time yet. */
        while (signals_seen <= 10 && now_ms() - start < 20000) {
            EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(d(), buf, sizeof buf, 10));
        }
        for (uint32_t i = 0; i < 100; i++) {
            far_send(packet(100, i));
            expect_recv(packet(100, i));
            Bytes p = packet(120, i);
            ASSERT_EQ(120, vnic_send(d(), p.data(), p.size()));
        }
        EXPECT_EQ(0, vnic_set_mtu(d(), 1400, &err)) << err.text;
    }
    EXPECT_GT(signals_seen, 10);
}

static std::atomic<vnic *> handler_target;
static vnic_wakeup *handler_wakeup;

static void interrupt_target(int)
{
    vnic_interrupt(handler_target);
}

static void shut_target_down(int)
{
    vnic_shutdown(handler_target);
}

static void trigger_wakeup(int)
{
    vnic_wakeup_trigger(handler_wakeup, 5);
}

TEST_P(Contract, SignalHandlersMayStop)
{
    const struct {
        void (*handler)(int);
        int code;
    } cases[] = {{interrupt_target, VNIC_EINTERRUPTED},
                 {trigger_wakeup, VNIC_EINTERRUPTED},
                 {shut_target_down, VNIC_ECLOSED}};
    Wakeup w = make_wakeup();
    struct vnic_config cfg = config();
    cfg.wakeup = w.get();
    open(cfg);
    handler_target = d();
    handler_wakeup = w.get();
    for (const auto &c : cases) {
        SignalHandler handler(c.handler);
        pthread_t self = pthread_self();
        Beside ctrl_c([&] {
            EXPECT_TRUE(wait_for_waiters(d(), 1));
            pthread_kill(self, SIGUSR1);
        });
        uint8_t buf[2048];
        EXPECT_EQ(c.code, vnic_recv(d(), buf, sizeof buf));
        ctrl_c.join();
        EXPECT_EQ(0, vnic_clear_interrupt(d()));
        EXPECT_EQ(0, vnic_wakeup_clear(w.get()));
    }
}

} /* namespace contract */
