/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a handle with offload gives of super-packets: views that are all right at the same time and do not
 * touch each other, and segments that wait in the handle until somebody has room for them.
 */
#include <poll.h>
#include <sys/epoll.h>

#include <random>

#include "live/live_open.h"
#include "support/super_sender.h"
#include "support/two_networks.h"

using namespace wire;
using live::Config;
using live::must_open;
using live::PacketSocket;

namespace
{

const Flow tcp4 = {4, 6}, tcp6 = {6, 6}, udp4 = {4, 17}, udp6 = {6, 17};

class OffloadViews : public live::NetnsTest, public ::testing::WithParamInterface<const char *>
{
  protected:
    void SetUp() override
    {
        NetnsTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        if (live::is_emulated()) {
            GTEST_SKIP() << "qemu-user does not implement PACKET_VNET_HDR";
        }
        live::allow_ipv6();
    }
    void TearDown() override
    {
        vnic_close(dev);
        NetnsTest::TearDown();
    }
    void open_tun(uint32_t offload, uint32_t flags = 0, uint32_t mtu = 1500)
    {
        Config cfg("given", VNIC_TUN, VNIC_NO_LINK_LOCAL | VNIC_NONBLOCK | flags);

        cfg.offload = offload;
        cfg.mtu = mtu;
        cfg.engine = GetParam();
        dev = must_open(cfg);
        ASSERT_NE(nullptr, dev);
    }
    struct vnic_stats stats() const
    {
        struct vnic_stats out = {};

        out.size = sizeof out;
        EXPECT_EQ(0, vnic_get_stats(dev, &out, nullptr));
        return out;
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
            len = vnic_recv_timeout(dev, buf.data(), buf.size(), 5000);
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

std::string name_of(const ::testing::TestParamInfo<const char *> &info)
{
    return info.param;
}

INSTANTIATE_TEST_SUITE_P(engine, OffloadViews, ::testing::ValuesIn(engines()), name_of);

/* ---- Views --------------------------------------------------------------------------------------- */

bool is_equal(const struct vnic_packet &view, const Bytes &expected)
{
    return view.len == expected.size() && memcmp(view.data, expected.data(), view.len) == 0;
}

/* Everything that may be written to. */
void spoil(const struct vnic_packet &view)
{
    memset(view.data - view.headroom, 0xEE, view.headroom + size_t{view.cap});
}

TEST_P(OffloadViews, ManyAreRightAtOnceAndNoneReachesIntoAnother)
{
    std::vector<Bytes> expected;
    std::vector<struct vnic_packet> views(300);
    std::mt19937 dice(1);

    open_tun(VNIC_OFFLOAD_SPLIT);
    SuperSender sender("given");
    sender.send(tcp4, 0, 20000, 1000, &expected);
    sender.send(udp6, 0, 9000, 700, &expected);
    sender.send(tcp6, 0, 4000, 333, &expected);
    sender.send(udp4, 0, 500, 0, &expected);
    sender.send(tcp4, 20000, 40001, 1448, &expected);
    sender.send(udp4, 500, 3000, 1472, &expected);
    sender.send(tcp6, 4000, 60000, 1428, &expected);
    size_t n = 0;
    while (n < expected.size()) {
        int got = vnic_acquire_many(dev, views.data() + n, static_cast<int>(300 - n), 5000);
        ASSERT_GT(got, 0);
        n += static_cast<size_t>(got);
    }
    ASSERT_EQ(expected.size(), n);
    views.resize(n);
    for (size_t i = 0; i < n; i++) {
        EXPECT_EQ(0, views[i].status);
        EXPECT_TRUE(is_equal(views[i], expected[i])) << i;
        EXPECT_GE(views[i].headroom, 200) << i;
        EXPECT_GE(views[i].cap, views[i].len + 200) << i;
    }
    std::vector<size_t> order(n);
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
    }
    std::shuffle(order.begin(), order.end(), dice);
    for (size_t i = 0; i < n; i++) {
        ASSERT_TRUE(is_equal(views[order[i]], expected[order[i]])) << order[i];
        spoil(views[order[i]]);
        for (size_t k = i + 1; k < n; k++) {
            ASSERT_TRUE(is_equal(views[order[k]], expected[order[k]]))
                << order[i] << " reaches into " << order[k];
        }
        ASSERT_EQ(0, vnic_release_many(dev, &views[order[i]], 1));
    }
    EXPECT_EQ(6u, stats().queue_rx_super);
}

/* A VPN may change a view before it takes the next one: headers are not made from what it left there. */
TEST_P(OffloadViews, WhatIsWrittenToOneDoesNotShowInTheNext)
{
    std::vector<Bytes> expected;

    open_tun(VNIC_OFFLOAD_SPLIT);
    SuperSender sender("given");
    sender.send(tcp4, 0, 20000, 1000, &expected);
    sender.send(udp6, 0, 9000, 300, &expected);
    for (const Bytes &segment : expected) {
        struct vnic_packet view = {};
        ASSERT_EQ(1, vnic_acquire_many(dev, &view, 1, 5000));
        ASSERT_TRUE(is_equal(view, segment));
        spoil(view);
        ASSERT_EQ(0, vnic_release_many(dev, &view, 1));
    }
}

TEST_P(OffloadViews, WhenAllAreOutTheRestWaits)
{
    VNIC_COVERS("vnic_acquire_many", "VNIC_ENOBUFS");
    std::vector<Bytes> expected;
    std::vector<struct vnic_packet> views(1300);

    open_tun(VNIC_OFFLOAD_SPLIT);
    SuperSender sender("given");
    for (size_t i = 0; i < 12; i++) {
        sender.send(udp4, i * 20000, 20000, 200, &expected);
    }
    int n = 0, rc = 0;
    while ((rc = vnic_acquire_many(dev, views.data() + n, 1300 - n, 5000)) > 0) {
        n += rc;
    }
    EXPECT_EQ(VNIC_ENOBUFS, rc);
    EXPECT_EQ(1024, n);
    for (size_t i = static_cast<size_t>(n); i < expected.size(); i++) {
        ASSERT_EQ(0, vnic_release_many(dev, &views[i - 1024], 1));
        ASSERT_EQ(1, vnic_acquire_many(dev, &views[i], 1, 5000)) << i;
    }
    for (size_t i = expected.size() - 1024; i < expected.size(); i++) {
        ASSERT_TRUE(is_equal(views[i], expected[i])) << i;
    }
    /* Closing takes the rest back. */
}

/* Views may go straight back into the interface, where they become super-packets again. */
TEST_P(OffloadViews, ViewsAreCommitted)
{
    for (uint32_t offload : {VNIC_OFFLOAD_SPLIT, VNIC_OFFLOAD_RAW}) {
        std::vector<struct vnic_packet> views(64);
        open_tun(offload);
        SuperSender sender("given");
        PacketSocket kernel("given");
        StreamReader reader(tcp4);

        sender.send(tcp4, 0, 40000, 1000);
        int n = vnic_acquire_many(dev, views.data(), 64, 5000);
        ASSERT_EQ(offload == VNIC_OFFLOAD_RAW ? 1 : 40, n);
        ASSERT_EQ(n, vnic_commit_many(dev, views.data(), n, VNIC_FOREVER));
        while (reader.got() < 40000) {
            Bytes packet = kernel.recv(5000);
            ASSERT_FALSE(packet.empty());
            ASSERT_EQ("", reader.take(packet.data(), packet.size()));
        }
        EXPECT_EQ(1u, reader.packets());
        EXPECT_EQ(1u, stats().queue_tx_super);
        EXPECT_EQ(offload == VNIC_OFFLOAD_RAW ? 0u : 40u, stats().queue_tx_merged);
        EXPECT_EQ(VNIC_EINVAL, vnic_release_many(dev, views.data(), 1)) << "they are gone";
        vnic_close(dev);
        dev = nullptr;
    }
}

/* A view that is not sent stays the caller's. */
TEST_P(OffloadViews, ViewsThatAreNotSentAreKept)
{
    std::vector<struct vnic_packet> views(8);

    open_tun(VNIC_OFFLOAD_SPLIT);
    SuperSender sender("given");
    sender.send(tcp4, 0, 8000, 1000);
    ASSERT_EQ(8, vnic_acquire_many(dev, views.data(), 8, 5000));
    ASSERT_EQ(0, vnic_set_up(dev, 0, nullptr));
    EXPECT_EQ(VNIC_EDOWN, vnic_commit_many(dev, views.data(), 8, VNIC_NOWAIT));
    ASSERT_EQ(0, vnic_set_up(dev, 1, nullptr));
    EXPECT_EQ(8, vnic_packets_unsent(views.data(), 8));
    EXPECT_EQ(8, vnic_commit_many(dev, views.data(), 8, VNIC_NOWAIT));
}

/* ---- Segments that are held ---------------------------------------------------------------------- */

/* More segments than any batch has room for, taken by all calls in turn. */
TEST_P(OffloadViews, ALongSuperPacketIsTakenInAnyPortions)
{
    for (uint32_t flags : {0u, VNIC_PARTIAL_CHECKSUMS}) {
        std::vector<Bytes> expected;
        open_tun(VNIC_OFFLOAD_SPLIT, flags, 400);
        SuperSender sender("given");

        sender.send(tcp4, 0, 65000, 360, &expected);
        sender.send(udp4, 0, 6000, 372, &expected);
        sender.send(udp4, 6000, 300, 0, &expected);
        sender.send(udp4, 6300, 300, 0, &expected);
        ASSERT_GT(expected.size(), 190u);
        for (size_t i = 0; i < expected.size(); i++) {
            /* Calls that tell of partial checksums are left out where there may be some. */
            size_t turn = flags == 0 ? i : i % 2;
            take_one(turn, expected[i]);
            if (HasFatalFailure()) {
                return;
            }
        }
        expect_readable(dev, false);
        vnic_close(dev);
        dev = nullptr;
    }
}

TEST_P(OffloadViews, TheRestIsThereForWhoeverWaits)
{
    std::vector<Bytes> expected;
    std::vector<struct vnic_packet> views(7);

    open_tun(VNIC_OFFLOAD_SPLIT, 0, 400);
    SuperSender sender("given");
    expect_readable(dev, false);
    sender.send(tcp4, 0, 65000, 360, &expected);
    for (size_t at = 0; at < expected.size();) {
        expect_readable(dev, true);
        int n = vnic_acquire_many(dev, views.data(), 7, VNIC_NOWAIT);
        ASSERT_GT(n, 0);
        for (size_t i = 0; i < static_cast<size_t>(n); i++, at++) {
            ASSERT_TRUE(is_equal(views[i], expected[at])) << at;
        }
        ASSERT_EQ(0, vnic_release_many(dev, views.data(), n));
    }
    expect_readable(dev, false);
    EXPECT_EQ(VNIC_EAGAIN, vnic_acquire_many(dev, views.data(), 7, VNIC_NOWAIT));
    EXPECT_EQ(expected.size(), stats().queue_rx_packets);
}

/* The handle for foreign loops may be asked for late. */
TEST_P(OffloadViews, TheWaitHandleKnowsWhatIsHeldAlready)
{
    std::vector<Bytes> expected;

    open_tun(VNIC_OFFLOAD_SPLIT);
    SuperSender sender("given");
    sender.send(tcp4, 0, 5000, 1000, &expected);
    take_one(0, expected[0]);
    EXPECT_TRUE(polls(dev));
    for (size_t i = 1; i < expected.size(); i++) {
        EXPECT_TRUE(polls(dev)) << i;
        take_one(i, expected[i]);
    }
    EXPECT_FALSE(polls(dev));
}

TEST_P(OffloadViews, AnInterruptKeepsThem)
{
    std::vector<Bytes> expected;
    uint8_t buf[2000];
    struct vnic_packet p = {};

    open_tun(VNIC_OFFLOAD_SPLIT);
    SuperSender sender("given");
    sender.send(tcp4, 0, 9000, 1000, &expected);
    take_one(0, expected[0]);
    ASSERT_EQ(0, vnic_interrupt(dev));
    p.data = buf;
    p.cap = sizeof buf;
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_recv_many(dev, &p, 1, VNIC_FOREVER));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_acquire_many(dev, &p, 1, VNIC_FOREVER));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_wait(dev, VNIC_READABLE, VNIC_FOREVER));
    EXPECT_TRUE(polls(dev));
    ASSERT_EQ(0, vnic_clear_interrupt(dev));
    for (size_t i = 1; i < expected.size(); i++) {
        EXPECT_TRUE(polls(dev)) << i;
        take_one(i, expected[i]);
    }
    expect_readable(dev, false);
}

TEST_P(OffloadViews, AShutdownEndsThem)
{
    std::vector<Bytes> expected;
    uint8_t buf[2000];
    struct vnic_packet p = {}, view = {};

    open_tun(VNIC_OFFLOAD_SPLIT);
    SuperSender sender("given");
    sender.send(tcp4, 0, 9000, 1000, &expected);
    take_one(0, expected[0]);
    ASSERT_EQ(1, vnic_acquire_many(dev, &view, 1, VNIC_NOWAIT));
    ASSERT_EQ(0, vnic_shutdown(dev));
    p.data = buf;
    p.cap = sizeof buf;
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv_many(dev, &p, 1, VNIC_FOREVER));
    EXPECT_EQ(VNIC_ECLOSED, vnic_acquire_many(dev, &p, 1, VNIC_FOREVER));
    EXPECT_EQ(VNIC_ECLOSED, vnic_wait(dev, VNIC_READABLE, VNIC_FOREVER));
    EXPECT_TRUE(polls(dev));
    EXPECT_TRUE(is_equal(view, expected[1])) << "a view outlives it";
    EXPECT_EQ(0, vnic_release_many(dev, &view, 1));
}

/* ---- Buffers that are too small ------------------------------------------------------------------ */

TEST_P(OffloadViews, ATooSmallBufferLosesOneSegment)
{
    VNIC_COVERS("vnic_recv vnic_recv_timeout vnic_recvv", "VNIC_EMSGSIZE");
    std::vector<Bytes> expected;
    std::vector<uint8_t> buf(20 * 2000);
    std::vector<struct vnic_packet> pkts(20);

    open_tun(VNIC_OFFLOAD_SPLIT);
    SuperSender sender("given");
    sender.send(tcp4, 0, 20000, 1000, &expected);
    for (size_t i = 0; i < 20; i++) {
        pkts[i].data = buf.data() + i * 2000;
        pkts[i].cap = i == 3 || i == 9 ? 1039 : 1040;
    }
    ASSERT_EQ(10, vnic_recv_many(dev, pkts.data(), 10, 5000));
    for (size_t i = 0; i < 10; i++) {
        bool is_small = i == 3 || i == 9;
        EXPECT_EQ(is_small ? VNIC_EMSGSIZE : 0, pkts[i].status) << i;
        EXPECT_EQ(is_small ? 0u : 1040u, pkts[i].len) << i;
        EXPECT_TRUE(is_small || is_equal(pkts[i], expected[i])) << i;
    }
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv(dev, buf.data(), 1039));
    take_one(0, expected[11]);
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv_timeout(dev, buf.data(), 20, 5000));
    const struct vnic_iovec iov[2] = {{buf.data(), 39}, {buf.data() + 39, 1000}};
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recvv(dev, iov, 2, 5000));
    take_one(1, expected[14]);
    EXPECT_EQ(5u, stats().queue_rx_cut);
}

/* ---- Super-packets as they are ------------------------------------------------------------------- */

TEST_P(OffloadViews, ARawPacketIsNothingWithoutItsFields)
{
    VNIC_COVERS("vnic_recv vnic_recv_timeout vnic_recvv", "VNIC_EINVAL");
    std::vector<uint8_t> buf(VNIC_MAX_PACKET);
    const struct vnic_iovec iov[2] = {{buf.data(), 1000}, {buf.data() + 1000, 64000}};
    struct vnic_packet p = {};

    open_tun(VNIC_OFFLOAD_RAW);
    SuperSender sender("given");
    sender.send(tcp6, 0, 30000, 1428);
    sender.send(tcp6, 30000, 30000, 1428);
    EXPECT_EQ(VNIC_EINVAL, vnic_recv(dev, buf.data(), buf.size()));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_timeout(dev, buf.data(), buf.size(), 5000));
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(dev, iov, 2, 5000));
    EXPECT_EQ(static_cast<int>(VNIC_MAX_PACKET), vnic_recv_size(dev));
    p.data = buf.data();
    p.cap = 1500;
    ASSERT_EQ(1, vnic_recv_many(dev, &p, 1, 5000)) << "none of those calls took it";
    EXPECT_EQ(VNIC_EMSGSIZE, p.status);
    EXPECT_EQ(0u, p.len);
    p.cap = VNIC_MAX_PACKET;
    ASSERT_EQ(1, vnic_recv_many(dev, &p, 1, 5000));
    EXPECT_EQ(packet_of(tcp6, 30000, 30000, true), Bytes(p.data, p.data + p.len));
    EXPECT_EQ(VNIC_GSO_TCPV6, p.gso_type);
    EXPECT_EQ(1428, p.gso_size);
    EXPECT_EQ(60, p.hdr_len);
    EXPECT_EQ(VNIC_CSUM_PARTIAL, p.csum);
    EXPECT_EQ(40, p.csum_start);
    EXPECT_EQ(16, p.csum_offset);
    EXPECT_EQ(1u, stats().queue_rx_cut);
}

}
