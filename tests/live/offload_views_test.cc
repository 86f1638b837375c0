/* SPDX-License-Identifier: Apache-2.0 */
/* Views of segments: all right at the same time, none touches another, and they may be sent. */
#include "live/offload_views.h"

#include <random>

using namespace wire;
using live::PacketSocket;

namespace
{

INSTANTIATE_TEST_SUITE_P(engine, OffloadViews, ::testing::ValuesIn(engines()), engine_name);

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
        int got = vnic_acquire_many(dev, views.data() + n, static_cast<int>(300 - n), 20000);
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
        ASSERT_EQ(1, vnic_acquire_many(dev, &view, 1, 20000));
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
    while ((rc = vnic_acquire_many(dev, views.data() + n, 1300 - n, 20000)) > 0) {
        n += rc;
    }
    EXPECT_EQ(VNIC_ENOBUFS, rc);
    EXPECT_EQ(1024, n);
    for (size_t i = static_cast<size_t>(n); i < expected.size(); i++) {
        ASSERT_EQ(0, vnic_release_many(dev, &views[i - 1024], 1));
        ASSERT_EQ(1, vnic_acquire_many(dev, &views[i], 1, 20000)) << i;
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
        int n = vnic_acquire_many(dev, views.data(), 64, 20000);
        ASSERT_EQ(offload == VNIC_OFFLOAD_RAW ? 1 : 40, n);
        ASSERT_EQ(n, vnic_commit_many(dev, views.data(), n, VNIC_FOREVER));
        while (reader.got() < 40000) {
            Bytes packet = kernel.recv(20000);
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
    ASSERT_EQ(8, vnic_acquire_many(dev, views.data(), 8, 20000));
    ASSERT_EQ(0, vnic_set_up(dev, 0, nullptr));
    EXPECT_EQ(VNIC_EDOWN, vnic_commit_many(dev, views.data(), 8, VNIC_NOWAIT));
    ASSERT_EQ(0, vnic_set_up(dev, 1, nullptr));
    EXPECT_EQ(8, vnic_packets_unsent(views.data(), 8));
    EXPECT_EQ(8, vnic_commit_many(dev, views.data(), 8, VNIC_NOWAIT));
}

}
