/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over queues, wakeups, wait handles and the end of handles on Linux. */
#include <unistd.h>

#include "fault_state.h"
#include "fault_sweep.h"

namespace
{

class QueueSweep : public fault::Namespaces
{
  protected:
    void open(uint32_t flags = VNIC_MULTI_QUEUE, intptr_t netns_fd = -1)
    {
        vnic_config cfg;
        vnic_error err;
        vnic_config_init(&cfg);
        cfg.backend = "linux";
        cfg.name = "fault0";
        cfg.flags = flags;
        cfg.sndbuf = 100000;
        cfg.netns_fd = netns_fd;
        ASSERT_EQ(vnic_wakeup_create(&wakeup_, nullptr), 0);
        cfg.wakeup = wakeup_;
        ASSERT_EQ(vnic_open(&cfg, &dev_, &err), 0) << err.text;
    }

    void close()
    {
        vnic_close(other_);
        vnic_close(dev_);
        vnic_wakeup_destroy(wakeup_);
        dev_ = other_ = nullptr;
        wakeup_ = nullptr;
    }

    void sweep(const char *name, const char *function, std::function<void()> before,
               std::function<int(vnic_error *)> act, bool explains = true)
    {
        fault::sweep_all({name, function, std::move(before), std::move(act), [this] { close(); },
                          explains, [this] { return links(); }, true});
    }

    vnic *dev_ = nullptr, *other_ = nullptr;
    vnic_wakeup *wakeup_ = nullptr;
};

TEST_F(QueueSweep, OpenQueue)
{
    sweep(
        "open_queue", "vnic_open_queue", [this] { open(); },
        [this](vnic_error *err) { return vnic_open_queue(dev_, &other_, err); });
    sweep(
        "open_queue in another namespace, with headers", "vnic_open_queue",
        [this] { open(VNIC_MULTI_QUEUE | VNIC_VNET_HDR, there_); },
        [this](vnic_error *err) { return vnic_open_queue(dev_, &other_, err); });
}

TEST_F(QueueSweep, OpenQueues)
{
    sweep(
        "open_queues", "vnic_open_queues", [this] { open(); },
        [this](vnic_error *err) {
            vnic *two[2] = {nullptr, nullptr};
            int rc = vnic_open_queues(dev_, two, 2, err);
            EXPECT_TRUE(rc == 0 || (two[0] == nullptr && two[1] == nullptr));
            vnic_close(two[1]);
            other_ = two[0];
            return rc;
        });
}

TEST_F(QueueSweep, DetachAndAttach)
{
    sweep(
        "detach_queue", "vnic_detach_queue", [this] { open(); },
        [this](vnic_error *err) { return vnic_detach_queue(dev_, err); });
    sweep(
        "attach_queue", "vnic_attach_queue",
        [this] {
            open();
            ASSERT_EQ(vnic_detach_queue(dev_, nullptr), 0);
        },
        [this](vnic_error *err) { return vnic_attach_queue(dev_, err); });
}

TEST_F(QueueSweep, WaitHandleAndWakeup)
{
    sweep(
        "wait_handle", "vnic_wait_handle", [this] { open(); },
        [this](vnic_error *) { return static_cast<int>(vnic_wait_handle(dev_)); }, false);
    sweep(
        "wakeup_create", "vnic_wakeup_create", [] {},
        [this](vnic_error *err) { return vnic_wakeup_create(&wakeup_, err); });
}

/* Ending cannot fail: whatever the system says, nothing stays behind. */
TEST_F(QueueSweep, CloseAndRelease)
{
    sweep(
        "close", "vnic_open", [this] { open(); },
        [this](vnic_error *) {
            vnic_close(dev_);
            dev_ = nullptr;
            return 0;
        });
    sweep(
        "shutdown and close", "vnic_open",
        [this] {
            open();
            ASSERT_GE(vnic_wait_handle(dev_), 0);
        },
        [this](vnic_error *) {
            (void)vnic_shutdown(dev_);
            vnic_close(dev_);
            dev_ = nullptr;
            return 0;
        });
    sweep(
        "release", "vnic_release", [this] { open(); },
        [this](vnic_error *) {
            intptr_t fd = -1;
            int rc = vnic_release(dev_, &fd);
            dev_ = nullptr;
            ::close(static_cast<int>(fd));
            return rc;
        },
        false);
}

}
