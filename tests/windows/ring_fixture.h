/* SPDX-License-Identifier: Apache-2.0 */
/* An adapter, a handle on it, and packets that tell which they are. */
#ifndef VNIC_TESTS_RING_FIXTURE_H
#define VNIC_TESTS_RING_FIXTURE_H

#include <winsock2.h>

#include <iphlpapi.h>

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "ring_device.h"
#include "support/inside.h"

namespace rings
{

using Bytes = std::vector<uint8_t>;

/* Far longer than any thread switch: for what must come. */
constexpr int kLongMs = 20000;
constexpr uint32_t kCapacity = 0x20000;

/* An interface that every machine has, and one that none has. */
inline uint64_t loopback()
{
    constexpr uint64_t kType = uint64_t{24} << 48;
    NET_LUID luid = {};

    EXPECT_EQ(0u, ConvertInterfaceIndexToLuid(1, &luid));
    EXPECT_EQ(kType, luid.Value & (uint64_t{0xFFFF} << 48));
    return luid.Value;
}
constexpr uint64_t kNobody = uint64_t{53} << 48 | 0xABCDu << 24;

/* A packet that begins like IPv4 and has a number in it. */
inline Bytes packet(uint32_t number, size_t len = 100)
{
    Bytes p(len);

    for (size_t i = 0; i < len; i++) {
        p[i] = static_cast<uint8_t>(i + number);
    }
    p[0] = 0x45;
    if (len >= 24) {
        memcpy(&p[20], &number, 4);
    }
    return p;
}

inline uint32_t number_of(const uint8_t *data)
{
    uint32_t number;

    memcpy(&number, data + 20, 4);
    return number;
}

class Ring : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        adapter = ring_adapter_new();
    }
    void TearDown() override
    {
        vnic_close(dev);
        EXPECT_FALSE(ring_has_session(adapter));
        ring_adapter_free(adapter);
    }
    void open(vnic_wakeup *wakeup = nullptr)
    {
        dev = ring_device_open(adapter, kCapacity, wakeup);
        ASSERT_NE(nullptr, dev);
    }
    void push(uint32_t number, size_t len = 100)
    {
        Bytes p = packet(number, len);

        ASSERT_TRUE(ring_push(adapter, p.data(), static_cast<uint32_t>(p.size())));
    }
    /* Receives the packet with this number, waiting for it. */
    void expect_recv(uint32_t number, size_t len = 100)
    {
        Bytes buf(65536);
        int rc = vnic_recv_timeout(dev, buf.data(), buf.size(), kLongMs);

        ASSERT_EQ(static_cast<int>(len), rc);
        buf.resize(len);
        EXPECT_EQ(packet(number, len), buf);
    }
    int recv_now()
    {
        uint8_t buf[2048];

        return vnic_recv_timeout(dev, buf, sizeof buf, VNIC_NOWAIT);
    }
    int send(const Bytes &p, int timeout_ms = VNIC_NOWAIT)
    {
        return vnic_send_timeout(dev, p.data(), p.size(), timeout_ms);
    }
    /* Sends until the ring is full; returns how many went. */
    uint32_t fill(size_t len = 1000)
    {
        uint32_t n = 0;

        while (send(packet(n, len)) > 0) {
            n++;
        }
        return n;
    }
    /* What the driver gets next; empty: nothing. */
    Bytes pop()
    {
        Bytes buf(65536);

        buf.resize(ring_pop(adapter, buf.data(), 65536));
        return buf;
    }
    void wait_for_waiters(unsigned n)
    {
        while (inside_waiters(dev) < n) {
            std::this_thread::yield();
        }
    }
    static bool is_signalled(intptr_t handle, int ms)
    {
        return WaitForSingleObject(reinterpret_cast<HANDLE>(handle), static_cast<DWORD>(ms)) ==
               WAIT_OBJECT_0;
    }
    static bool becomes(intptr_t handle, bool signalled)
    {
        ULONGLONG end = GetTickCount64() + kLongMs;

        while (is_signalled(handle, 0) != signalled) {
            if (GetTickCount64() > end) {
                return false;
            }
            Sleep(1);
        }
        return true;
    }

    struct ring_adapter *adapter = nullptr;
    vnic *dev = nullptr;
};

/* A thread that is joined when it goes out of scope. */
class Beside
{
  public:
    explicit Beside(std::function<void()> run) : thread(std::move(run))
    {
    }
    ~Beside()
    {
        join();
    }
    void join()
    {
        if (thread.joinable()) {
            thread.join();
        }
    }

  private:
    std::thread thread;
};

} /* namespace rings */

#endif
