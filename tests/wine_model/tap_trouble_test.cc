/* SPDX-License-Identifier: Apache-2.0 */
/* What the TAP-Windows6 backend does when the device, the machine or other threads get in its way. */
#include <atomic>
#include <chrono>
#include <thread>

#include "tap_fixture.h"

using namespace model;

namespace
{

/* Reads are with the driver when the handle is closed: cancelled and waited for before memory goes. */
TEST_F(TapModel, CloseWithPendingReadsAndWrites)
{
    must_open();
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 0));
    EXPECT_GT(model::tap_pending_reads(adapter_), 1u) << "only one read is in flight";
    model::tap_faults().slow_writes = true;
    Bytes frame = numbered(0);
    EXPECT_EQ(static_cast<int>(frame.size()), vnic_send(dev_.get(), frame.data(), frame.size()));
    EXPECT_EQ(1u, model::tap_pending_writes(adapter_));
    dev_.reset();
    EXPECT_EQ(0u, model::tap_pending_reads(adapter_));
}

/* Then closing the device ends what is in flight, and the buffers are not given up for lost. */
TEST_F(TapModel, CloseWhenNothingCanBeCancelled)
{
    for (DWORD error : {ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_HANDLE}) {
        must_open();
        EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 0));
        EXPECT_EQ(8u, model::tap_pending_reads(adapter_));
        model::tap_faults().cancel_error = error;
        dev_.reset();
        EXPECT_EQ(0u, model::tap_pending_reads(adapter_));
        EXPECT_EQ("", model::end_machine()) << error;
        model::tap_faults().cancel_error = 0;
    }
}

/* Going to sleep aborts what is pending (995): reads are asked for again, and nothing is told. */
TEST_F(TapModel, SleepIsSurvived)
{
    must_open();
    for (uint32_t n = 0; n < 5; n++) {
        std::atomic<int> got{0};
        contract::Beside receiver(
            [this, &got] { got = vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 20000); });
        ASSERT_TRUE(contract::wait_for_waiters(dev_.get(), 1));
        model::tap_abort_all(adapter_);
        /* Until the reads are with the driver again, frames wait there. */
        ASSERT_TRUE(model::tap_give(adapter_, numbered(n)));
        receiver.join();
        EXPECT_EQ(static_cast<int>(numbered(n).size()), got);
        EXPECT_EQ(n, number_of(buf_));
    }
}

/*
 * What a thread asked for ends with it. Threads that each receive once, as those of a pool do: nothing
 * is lost, and the device is not taken for one that was asleep.
 */
TEST_F(TapModel, ReadsOfThreadsThatEnded)
{
    must_open();
    EXPECT_EQ(1, model::tap_opened(adapter_));
    for (uint32_t n = 0; n < 50; n++) {
        std::atomic<DWORD> id{0};
        std::atomic<int> got{0};
        uint8_t early[2000];
        if (n % 2 != 0)
            ASSERT_TRUE(model::tap_give(adapter_, numbered(n)));
        contract::Beside receiver([this, &id, &got, &early] {
            id = GetCurrentThreadId();
            got = vnic_recv_timeout(dev_.get(), early, sizeof early, 0);
        });
        receiver.join();
        model::tap_end_thread(adapter_, id);
        if (n % 2 != 0) {
            ASSERT_EQ(static_cast<int>(numbered(n).size()), got);
            EXPECT_EQ(n, number_of(early));
            continue;
        }
        ASSERT_EQ(VNIC_EAGAIN, got);
        ASSERT_TRUE(model::tap_give(adapter_, numbered(n)));
        ASSERT_GT(vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 10000), 0);
        EXPECT_EQ(n, number_of(buf_));
        model::tap_end_thread(adapter_, GetCurrentThreadId());
    }
    /* And many in a row that find nothing. */
    for (int n = 0; n < 50; n++) {
        std::atomic<DWORD> id{0};
        contract::Beside receiver([this, &id] {
            uint8_t none[64];
            id = GetCurrentThreadId();
            EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev_.get(), none, sizeof none, 0));
        });
        receiver.join();
        EXPECT_EQ(8u, model::tap_pending_reads(adapter_))
            << "asked later than at once, round " << n;
        model::tap_end_thread(adapter_, id);
    }
    EXPECT_EQ(1, model::tap_opened(adapter_)) << "opened anew for nothing";
    EXPECT_TRUE(adapter_->connected);
}

/* Without power everything is refused and what pends stays: the same device goes on afterwards. */
TEST_F(TapModel, ShortLossOfPowerKeepsTheDevice)
{
    must_open();
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 0));
    ASSERT_TRUE(model::tap_give(adapter_, numbered(7)));
    auto begin = std::chrono::steady_clock::now();
    auto took = [begin] { return std::chrono::steady_clock::now() - begin; };
    model::tap_faults().asleep = true;
    Bytes frame = numbered(0);
    EXPECT_EQ(VNIC_EAGAIN, vnic_send_timeout(dev_.get(), frame.data(), frame.size(), 0));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_send_timeout(dev_.get(), frame.data(), frame.size(), 300));
    model::tap_faults().asleep = false;
    EXPECT_EQ(static_cast<int>(frame.size()),
              vnic_send_timeout(dev_.get(), frame.data(), frame.size(), 10000));
    /* On a machine that is so slow it was no short loss. */
    if (took() > std::chrono::seconds(1))
        return;
    ASSERT_GT(vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 10000), 0);
    EXPECT_EQ(7u, number_of(buf_));
    EXPECT_EQ(1, model::tap_opened(adapter_)) << "opened anew for nothing";
}

/* When asking again does not help for a while the device is opened anew, which it survives. */
TEST_F(TapModel, LongRefusalOpensTheDeviceAnew)
{
    must_open();
    model::tap_faults().asleep = true;
    Bytes frame = numbered(0);
    std::atomic<bool> done{false};
    contract::Beside sender([this, &frame, &done] {
        EXPECT_EQ(static_cast<int>(frame.size()),
                  vnic_send_timeout(dev_.get(), frame.data(), frame.size(), 30000));
        done = true;
    });
    for (int n = 0; n < 3000 && model::tap_opened(adapter_) < 2; n++)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(2, model::tap_opened(adapter_));
    EXPECT_FALSE(done);
    model::tap_faults().asleep = false;
    sender.join();
    EXPECT_TRUE(adapter_->connected);
}

/* An error that stays is no endless loop within a call, and no storm of opening anew. */
TEST_F(TapModel, ReadsThatAreRefusedForGood)
{
    must_open();
    for (DWORD error : {ERROR_INVALID_PARAMETER, ERROR_NO_SYSTEM_RESOURCES}) {
        model::tap_faults().read_error = error;
        model::tap_abort_all(adapter_);
        int before = model::tap_opened(adapter_);
        EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 0)) << error;
        EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 300)) << error;
        EXPECT_LE(model::tap_opened(adapter_), before + 1) << error;
        model::tap_faults().read_error = 0;
        std::atomic<int> got{0};
        contract::Beside receiver(
            [this, &got] { got = vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 20000); });
        for (int n = 0; n < 2000 && model::tap_pending_reads(adapter_) == 0; n++)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        ASSERT_TRUE(model::tap_give(adapter_, numbered(3)));
        receiver.join();
        EXPECT_EQ(static_cast<int>(numbered(3).size()), got) << error;
    }
}

/* Somebody disables and enables the adapter, faster than anybody looks: it is taken over again. */
TEST_F(TapModel, AnAdapterThatWasStartedAnew)
{
    for (int up = 1; up >= 0; up--) {
        must_open();
        if (!up)
            ASSERT_EQ(0, vnic_set_up(dev_.get(), 0, &err_)) << err_.text;
        model::tap_start_anew(adapter_);
        std::atomic<int> got{0};
        contract::Beside receiver(
            [this, &got] { got = vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 30000); });
        for (int n = 0; n < 2000 && model::tap_opened(adapter_) < 2; n++)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        if (!up)
            EXPECT_EQ(0, vnic_set_up(dev_.get(), 1, &err_)) << err_.text;
        for (int n = 0; n < 2000 && !model::tap_give(adapter_, numbered(1)); n++)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        receiver.join();
        EXPECT_EQ(static_cast<int>(numbered(1).size()), got);
        EXPECT_TRUE(adapter_->connected);
        dev_.reset();
    }
}

/* The same, and another program was faster: it is not waited for for ever. */
TEST_F(TapModel, AnAdapterThatAnotherProgramTook)
{
    must_open();
    model::tap_start_anew(adapter_);
    model::tap_occupy(adapter_, true);
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 60000));
    model::tap_occupy(adapter_, false);
}

/* Nothing is in flight while an interface is down, so nothing tells that its adapter is gone. */
TEST_F(TapModel, RemovedWhileDown)
{
    must_open();
    ASSERT_EQ(0, vnic_set_up(dev_.get(), 0, &err_)) << err_.text;
    intptr_t handle = vnic_wait_handle(dev_.get());
    ASSERT_GE(handle, 0);
    std::atomic<int> got{0};
    contract::Beside receiver(
        [this, &got] { got = vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 30000); });
    ASSERT_TRUE(contract::wait_for_waiters(dev_.get(), 1));
    model::tap_pull(adapter_);
    receiver.join();
    EXPECT_EQ(VNIC_ECLOSED, got);
    EXPECT_TRUE(contract::is_signalled(handle, 10000));
}

}
