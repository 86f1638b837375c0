/* SPDX-License-Identifier: Apache-2.0 */
/* A TUN that is given super-packets, and what its segments are compared with. */
#ifndef VNIC_TESTS_OFFLOAD_VIEWS_H
#define VNIC_TESTS_OFFLOAD_VIEWS_H

#include <poll.h>
#include <sys/epoll.h>

#include "live/offload_fixture.h"
#include "support/super_sender.h"
#include "support/two_networks.h"

namespace wire
{

const Flow tcp4 = {4, 6}, tcp6 = {6, 6}, udp4 = {4, 17}, udp6 = {6, 17};

class OffloadViews : public wire::OffloadTest, public ::testing::WithParamInterface<const char *>
{
  protected:
    void TearDown() override
    {
        vnic_close(dev);
        OffloadTest::TearDown();
    }
    void open_tun(uint32_t offload, uint32_t flags = 0, uint32_t mtu = 1500)
    {
        live::Config cfg("given", VNIC_TUN, VNIC_NO_LINK_LOCAL | VNIC_NONBLOCK | flags);

        cfg.offload = offload;
        cfg.mtu = mtu;
        cfg.engine = GetParam();
        dev = live::must_open(cfg);
        ASSERT_NE(nullptr, dev);
    }
    struct vnic_stats stats() const
    {
        return stats_of(dev);
    }
    /* Whether a foreign loop is told that something is there. */
    static bool polls(vnic *dev)
    {
        struct pollfd pfd = {static_cast<int>(vnic_wait_handle(dev)), POLLIN, 0};

        return poll(&pfd, 1, 0) == 1;
    }
    static bool epolls(vnic *dev)
    {
        int epoll = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event event = {};

        event.events = EPOLLIN;
        EXPECT_EQ(0,
                  epoll_ctl(epoll, EPOLL_CTL_ADD, static_cast<int>(vnic_wait_handle(dev)), &event));
        int n = epoll_wait(epoll, &event, 1, 0);
        close(epoll);
        return n == 1;
    }
    static void expect_readable(vnic *dev, bool is_readable)
    {
        EXPECT_EQ(is_readable ? VNIC_READABLE : VNIC_EAGAIN,
                  vnic_wait(dev, VNIC_READABLE, VNIC_NOWAIT));
        EXPECT_EQ(is_readable, polls(dev));
        EXPECT_EQ(is_readable, epolls(dev));
    }
    /* Takes one segment by one of the calls in turn, and compares it. */
    void take_one(size_t turn, const Bytes &expected)
    {
        std::vector<uint8_t> buf(VNIC_MAX_PACKET);
        struct vnic_packet p = {};
        int len = -1;

        p.data = buf.data();
        p.cap = VNIC_MAX_PACKET;
        switch (turn % 5) {
        case 0:
            len = vnic_recv(dev, buf.data(), buf.size());
            break;
        case 1: {
            /* Pieces whose bounds fall into the headers and the payload. */
            const struct vnic_iovec iov[3] = {
                {buf.data(), 13}, {buf.data() + 13, 60}, {buf.data() + 73, 2000}};
            len = vnic_recvv(dev, iov, 3, VNIC_NOWAIT);
            break;
        }
        case 2:
            len = vnic_recv_many(dev, &p, 1, VNIC_NOWAIT);
            len = len == 1 && p.status == 0 ? static_cast<int>(p.len) : len;
            break;
        case 3:
            len = vnic_recv_timeout(dev, buf.data(), buf.size(), 20000);
            break;
        default:
            len = vnic_acquire_many(dev, &p, 1, VNIC_NOWAIT);
            if (len == 1 && p.status == 0) {
                len = static_cast<int>(p.len);
                std::copy(p.data, p.data + p.len, buf.begin());
                EXPECT_EQ(0, vnic_release_many(dev, &p, 1));
            }
        }
        ASSERT_EQ(static_cast<int>(expected.size()), len) << "turn " << turn;
        buf.resize(expected.size());
        ASSERT_EQ(expected, buf) << "turn " << turn;
    }

    vnic *dev = nullptr;
};

inline bool is_equal(const struct vnic_packet &view, const Bytes &expected)
{
    return view.len == expected.size() && memcmp(view.data, expected.data(), view.len) == 0;
}

inline std::string engine_name(const ::testing::TestParamInfo<const char *> &info)
{
    return info.param;
}

}

#endif
