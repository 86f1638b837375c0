/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Super-packets in Ethernet frames, with and without VLAN tags: what the kernel gives is split, what is
 * sent is merged, and the kernel takes it.
 */
#include "live/offload_fixture.h"
#include "support/super_sender.h"
#include "support/two_networks.h"

using namespace wire;
using live::Config;
using live::must_open;
using live::PacketSocket;

namespace
{

const Flow flows[] = {{4, 6}, {6, 6}, {4, 17}, {6, 17}};
const size_t segment = 1000, segments = 8;

/* IEEE 802.1Q: EtherType 8100, priority and VLAN 5. */
const Bytes no_tag, one_tag = packets::hex("8100 6005");

uint32_t type_of(const Flow &flow)
{
    return flow.family == 4 ? 0x0800 : 0x86DD;
}

class OffloadTagged : public wire::OffloadTest, public ::testing::WithParamInterface<const char *>
{
  protected:
    bool has_ipv6() const override
    {
        return false;
    }
    void SetUp() override
    {
        OffloadTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        Config cfg("given", VNIC_TAP, VNIC_NO_LINK_LOCAL);
        cfg.offload = VNIC_OFFLOAD_SPLIT;
        cfg.engine = GetParam();
        dev = must_open(cfg);
        ASSERT_NE(nullptr, dev);
    }
    void TearDown() override
    {
        vnic_close(dev);
        OffloadTest::TearDown();
    }
    struct vnic_stats stats() const
    {
        return stats_of(dev);
    }

    vnic *dev = nullptr;
};

std::string name_of(const ::testing::TestParamInfo<const char *> &info)
{
    return info.param;
}

INSTANTIATE_TEST_SUITE_P(engine, OffloadTagged, ::testing::ValuesIn(engines()), name_of);

TEST_P(OffloadTagged, WhatTheKernelGivesIsSplit)
{
    SuperSender sender("given");
    uint64_t super_packets = 0;

    for (const Bytes &tag : {no_tag, one_tag}) {
        for (const Flow &flow : flows) {
            SCOPED_TRACE(std::to_string(flow.family) + " " + std::to_string(flow.protocol));
            std::vector<Bytes> expected;
            std::vector<struct vnic_packet> views(segments);

            sender.send_frame(flow, tag, 0, segment * segments, segment, &expected);
            ASSERT_EQ(static_cast<int>(segments),
                      vnic_acquire_many(dev, views.data(), segments, 20000));
            for (size_t i = 0; i < segments; i++) {
                EXPECT_EQ(expected[i], Bytes(views[i].data, views[i].data + views[i].len));
            }
            EXPECT_EQ(0, vnic_release_many(dev, views.data(), segments));
            EXPECT_EQ(++super_packets, stats().queue_rx_super);
        }
    }
}

TEST_P(OffloadTagged, WhatIsSentIsMergedAndTaken)
{
    PacketSocket kernel("given");
    uint64_t super_packets = 0;

    for (const Bytes &tag : {no_tag, one_tag}) {
        for (const Flow &flow : flows) {
            SCOPED_TRACE(std::to_string(flow.family) + " " + std::to_string(flow.protocol));
            std::vector<Bytes> frames;
            std::vector<struct vnic_packet> pkts(segments);
            StreamReader reader(flow);

            for (size_t i = 0; i < segments; i++) {
                frames.push_back(
                    packets::ethernet(type_of(flow), packet_of(flow, i * segment, segment), tag));
            }
            for (size_t i = 0; i < segments; i++) {
                pkts[i].data = frames[i].data();
                pkts[i].len = static_cast<uint32_t>(frames[i].size());
            }
            ASSERT_EQ(static_cast<int>(segments),
                      vnic_send_many(dev, pkts.data(), segments, VNIC_FOREVER));
            EXPECT_EQ(++super_packets, stats().queue_tx_super);
            /* The kernel takes the tag out of the frame before it shows it. */
            Bytes frame = kernel.recv(20000);
            ASSERT_GT(frame.size(), 14u);
            EXPECT_EQ(type_of(flow), packets::get16(frame, 12));
            EXPECT_EQ("", reader.take(frame.data() + 14, frame.size() - 14));
            EXPECT_EQ(segment * segments, reader.got());
        }
    }
    EXPECT_EQ(0u, stats().queue_tx_refused);
}

}
