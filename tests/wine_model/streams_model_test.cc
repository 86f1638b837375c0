/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of packets on both backends while others interrupt, configure, stop and take the adapter away. */
#include <atomic>
#include <chrono>
#include <thread>

#include "device_fixture.h"

using namespace model;

namespace
{

class StreamsModel : public ModelDevice, public ::testing::WithParamInterface<const Kind *>
{
  protected:
    StreamsModel() : ModelDevice(*GetParam())
    {
    }

    /* The driver's side of receiving: so many numbered packets. */
    void give_all(uint32_t count, const std::atomic<bool> &done)
    {
        for (uint32_t n = 0; n < count && !done;)
            if (kind_.give(adapter_, numbered(n)))
                n++;
            else
                std::this_thread::yield();
    }

    /* What has left by now, in order from `next` on; how far that goes. */
    void take_rest(uint32_t *next)
    {
        for (Bytes packet; !(packet = kind_.take(adapter_, 0)).empty();)
            ASSERT_EQ((*next)++, number_of(packet.data()));
    }

    void disturb(const std::atomic<bool> &done, std::chrono::milliseconds pause)
    {
        while (!done) {
            (void)vnic_interrupt(dev_.get());
            std::this_thread::yield();
            (void)vnic_clear_interrupt(dev_.get());
            std::this_thread::sleep_for(pause);
        }
    }

    void receive_all(uint32_t count, std::atomic<uint32_t> *received)
    {
        vnic_packet views[8] = {};
        while (*received < count) {
            int rc = vnic_acquire_many(dev_.get(), views, 8, 10000);
            if (rc == VNIC_EINTERRUPTED)
                continue;
            if (rc <= 0)
                return;
            *received += static_cast<uint32_t>(rc);
            std::swap(views[0], views[rc - 1]);
            (void)vnic_release_many(dev_.get(), views, rc);
        }
    }

    void ask_and_configure(const std::atomic<bool> &done)
    {
        while (!done) {
            vnic_info info;
            info.size = sizeof info;
            EXPECT_EQ(0, vnic_get_info(dev_.get(), &info, nullptr));
            EXPECT_EQ(0, vnic_set_mtu(dev_.get(), 1400 + info.mtu % 2, nullptr));
        }
    }
};

TEST_P(StreamsModel, RemovedAdapterEndsEverything)
{
    must_open();
    std::atomic<int> got{0};
    contract::Beside receiver([this, &got] { got = vnic_recv(dev_.get(), buf_, sizeof buf_); });
    ASSERT_TRUE(contract::wait_for_waiters(dev_.get(), 1));
    kind_.pull(adapter_);
    receiver.join();
    EXPECT_EQ(VNIC_ECLOSED, got);
    Bytes packet = numbered(0);
    EXPECT_EQ(VNIC_ECLOSED, vnic_send(dev_.get(), packet.data(), packet.size()));
    EXPECT_EQ(VNIC_ECLOSED, vnic_wait(dev_.get(), VNIC_READABLE, 20000));
}

TEST_P(StreamsModel, RemovedAdapterSignalsTheHandle)
{
    must_open();
    intptr_t handle = vnic_wait_handle(dev_.get());
    ASSERT_GE(handle, 0);
    EXPECT_FALSE(contract::is_signalled(handle, 0));
    kind_.pull(adapter_);
    EXPECT_TRUE(contract::is_signalled(handle, 20000));
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 0));
}

/* Interrupts and clears at random times: every packet comes exactly once, in order. */
TEST_P(StreamsModel, NothingIsLostAtInterrupts)
{
    must_open();
    constexpr uint32_t COUNT = 3000;
    std::atomic<bool> done{false};
    contract::Beside driver([this, &done] { give_all(COUNT, done); });
    contract::Beside disturber([this, &done] { disturb(done, std::chrono::milliseconds(0)); });
    for (uint32_t n = 0; n < COUNT;) {
        int rc = vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 10000);
        if (rc == VNIC_EINTERRUPTED)
            continue;
        if (rc <= 0 || number_of(buf_) != n) {
            ADD_FAILURE() << "packet " << n << ": " << rc << " " << number_of(buf_);
            break;
        }
        n++;
    }
    done = true;
}

/* Shutdown while packets go out: what was accepted has left, nothing twice. */
TEST_P(StreamsModel, NothingIsDoubledAtShutdown)
{
    for (int round = 0; round < 20; round++) {
        must_open();
        std::atomic<uint32_t> sent{0};
        contract::Beside sender([this, &sent] {
            for (;;) {
                Bytes packet = numbered(sent);
                if (vnic_send(dev_.get(), packet.data(), packet.size()) < 0)
                    return;
                sent++;
            }
        });
        uint32_t next = 0;
        while (next < 200) {
            Bytes packet = kind_.take(adapter_, 20000);
            ASSERT_FALSE(packet.empty());
            ASSERT_EQ(next++, number_of(packet.data()));
        }
        (void)vnic_shutdown(dev_.get());
        sender.join();
        take_rest(&next);
        EXPECT_EQ(sent, next);
        dev_.reset();
    }
}

/* One receiver and one sender a handle, and threads that interrupt, configure and ask: the thread rules. */
TEST_P(StreamsModel, ThreadsUnderStress)
{
    must_open();
    constexpr uint32_t COUNT = 2000;
    std::atomic<bool> done{false};
    std::atomic<uint32_t> received{0};
    contract::Beside driver([this, &done] { give_all(COUNT, done); });
    contract::Beside taker([this, &done] {
        while (!done)
            (void)kind_.take(adapter_, 1);
    });
    contract::Beside receiver([this, &received] { receive_all(COUNT, &received); });
    contract::Beside asker([this, &done] { ask_and_configure(done); });
    contract::Beside disturber([this, &done] { disturb(done, std::chrono::milliseconds(1)); });
    Bytes packet = numbered(0);
    for (uint32_t n = 0; n < COUNT;) {
        int rc = vnic_send_timeout(dev_.get(), packet.data(), packet.size(), 10000);
        ASSERT_TRUE(rc > 0 || rc == VNIC_EINTERRUPTED) << rc;
        n += rc > 0 ? 1 : 0;
    }
    receiver.join();
    done = true;
    EXPECT_EQ(COUNT, received);
}

std::string name_of(const ::testing::TestParamInfo<const Kind *> &info)
{
    return info.param->layer == VNIC_TUN ? "wintun" : "tap";
}

INSTANTIATE_TEST_SUITE_P(both, StreamsModel, ::testing::Values(&wintun_kind, &tap_kind), name_of);

}
