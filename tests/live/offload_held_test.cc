/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments that wait in the handle until somebody has room for them: nothing is lost, and whoever waits is
 * told. And what cannot be split for the caller.
 */
#include "live/offload_views.h"

using namespace wire;

namespace
{

class OffloadHeld : public OffloadViews
{
};

INSTANTIATE_TEST_SUITE_P(engine, OffloadHeld, ::testing::ValuesIn(engines()), engine_name);

/* ---- Segments that are held ---------------------------------------------------------------------- */

/* More segments than any batch has room for, taken by all calls in turn. */
TEST_P(OffloadHeld, ALongSuperPacketIsTakenInAnyPortions)
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

TEST_P(OffloadHeld, TheRestIsThereForWhoeverWaits)
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
TEST_P(OffloadHeld, TheWaitHandleKnowsWhatIsHeldAlready)
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

TEST_P(OffloadHeld, AnInterruptKeepsThem)
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

TEST_P(OffloadHeld, AShutdownEndsThem)
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

TEST_P(OffloadHeld, ATooSmallBufferLosesOneSegment)
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
    ASSERT_EQ(10, vnic_recv_many(dev, pkts.data(), 10, 20000));
    for (size_t i = 0; i < 10; i++) {
        bool is_small = i == 3 || i == 9;
        EXPECT_EQ(is_small ? VNIC_EMSGSIZE : 0, pkts[i].status) << i;
        EXPECT_EQ(is_small ? 0u : 1040u, pkts[i].len) << i;
        EXPECT_TRUE(is_small || is_equal(pkts[i], expected[i])) << i;
    }
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv(dev, buf.data(), 1039));
    take_one(0, expected[11]);
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv_timeout(dev, buf.data(), 20, 20000));
    const struct vnic_iovec iov[2] = {{buf.data(), 39}, {buf.data() + 39, 1000}};
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recvv(dev, iov, 2, 20000));
    take_one(1, expected[14]);
    EXPECT_EQ(5u, stats().queue_rx_cut);
}

/* ---- Super-packets as they are ------------------------------------------------------------------- */

TEST_P(OffloadHeld, ARawPacketIsNothingWithoutItsFields)
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
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_timeout(dev, buf.data(), buf.size(), 20000));
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(dev, iov, 2, 20000));
    EXPECT_EQ(static_cast<int>(VNIC_MAX_PACKET), vnic_recv_size(dev));
    p.data = buf.data();
    p.cap = 1500;
    ASSERT_EQ(1, vnic_recv_many(dev, &p, 1, 20000)) << "none of those calls took it";
    EXPECT_EQ(VNIC_EMSGSIZE, p.status);
    EXPECT_EQ(0u, p.len);
    p.cap = VNIC_MAX_PACKET;
    ASSERT_EQ(1, vnic_recv_many(dev, &p, 1, 20000));
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
