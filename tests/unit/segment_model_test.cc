/* SPDX-License-Identifier: Apache-2.0 */
/* The model of splitting and merging itself: packets written out by hand, and that it undoes itself. */
#include <gtest/gtest.h>

#include "../model/segment_seed.h"
#include "../model/stream_maker.h"
#include "../support/packets.h"
#include "vnic/packet.h"

using model::Packet;
using packets::hex;

namespace
{

const uint32_t kModelKinds = VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_USO4 | VNIC_F_USO6;

Packet super_of(const model::Bytes &data, uint8_t type, uint16_t start, uint16_t offset)
{
    Packet p;
    p.data = data;
    p.gso_type = type;
    p.gso_size = 2;
    p.hdr_len = static_cast<uint16_t>(data.size() - 5);
    p.csum = VNIC_CSUM_PARTIAL;
    p.csum_start = start;
    p.csum_offset = offset;
    return p;
}

/* Five bytes, two a segment: identification and sequence number wrap, CWR comes first, FIN and PSH last. */
const Packet kTcp =
    super_of(hex("4502 002d ffff 4000 4006 26b5 0a09 0001 0a09 0002 0050 9c40 ffff fffe"
                 "0000 0007 5099 0200 1434 0000 6162 6364 65"),
             VNIC_GSO_TCPV4 | VNIC_GSO_ECN, 20, 16);

/* Behind a destination options header; the checksum of the second datagram is 0, so 0xFFFF. */
const Packet kUdp = super_of(hex("6000 0000 0015 3c40 fd09 0000 0000 0000 0000 0000 0000 0001"
                                 "fd09 0000 0000 0000 0000 0000 0000 0002 1100 0104 0000 0000"
                                 "0009 03e8 000d fa34 7879 01d3 7a"),
                             VNIC_GSO_UDP_L4, 48, 6);

TEST(SegmentModel, SplitsTcpAsWrittenByHand)
{
    model::SplitResult r = model::split(kTcp, VNIC_TUN);
    ASSERT_EQ(model::Verdict::kMust, r.verdict);
    ASSERT_EQ(3u, r.packets.size());
    EXPECT_EQ(hex("4502 002a ffff 4000 4006 26b8 0a09 0001 0a09 0002 0050 9c40 ffff fffe"
                  "0000 0007 5090 0200 9b45 0000 6162"),
              r.packets[0]);
    EXPECT_EQ(hex("4502 002a 0000 4000 4006 26b8 0a09 0001 0a09 0002 0050 9c40 0000 0000"
                  "0000 0007 5010 0200 99c2 0000 6364"),
              r.packets[1]);
    EXPECT_EQ(hex("4502 0029 0001 4000 4006 26b8 0a09 0001 0a09 0002 0050 9c40 0000 0002"
                  "0000 0007 5019 0200 981c 0000 65"),
              r.packets[2]);
}

TEST(SegmentModel, SplitsUdpAsWrittenByHand)
{
    model::SplitResult r = model::split(kUdp, VNIC_TUN);
    const std::string addresses = "fd09 0000 0000 0000 0000 0000 0000 0001"
                                  "fd09 0000 0000 0000 0000 0000 0000 0002";
    ASSERT_EQ(model::Verdict::kMust, r.verdict);
    ASSERT_EQ(3u, r.packets.size());
    EXPECT_EQ(
        hex("6000 0000 0012 3c40" + addresses + "1100 0104 0000 0000 0009 03e8 000a 8959 7879"),
        r.packets[0]);
    EXPECT_EQ(
        hex("6000 0000 0012 3c40" + addresses + "1100 0104 0000 0000 0009 03e8 000a ffff 01d3"),
        r.packets[1]);
    EXPECT_EQ(hex("6000 0000 0011 3c40" + addresses + "1100 0104 0000 0000 0009 03e8 0009 87d4 7a"),
              r.packets[2]);
}

TEST(SegmentModel, RefusesWhatCannotBe)
{
    Packet p = kTcp;
    p.gso_size = 0;
    EXPECT_EQ(model::Verdict::kRefuse, model::split(p, VNIC_TUN).verdict);
    p = kTcp;
    p.csum_start = 24;
    EXPECT_EQ(model::Verdict::kRefuse, model::split(p, VNIC_TUN).verdict);
    p = kTcp;
    p.gso_type = VNIC_GSO_TCPV6;
    EXPECT_EQ(model::Verdict::kRefuse, model::split(p, VNIC_TUN).verdict);
    p = kTcp;
    p.data[6] = 0x20;
    EXPECT_EQ(model::Verdict::kRefuse, model::split(p, VNIC_TUN).verdict);
    p = kTcp;
    p.data.resize(39);
    EXPECT_EQ(model::Verdict::kRefuse, model::split(p, VNIC_TUN).verdict);
}

/* merge(split(x)) = x, greedily too: nothing that can be one packet stays two. */
TEST(SegmentModel, MergesWhatItSplit)
{
    uint32_t cases = model::run_cases(150);
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::Rules rules = {layer, kModelKinds, 65535, 128};
        model::StreamMaker maker(model::run_seed() + i, layer);
        Packet super = maker.mergeable_super(20);
        model::SplitResult r = model::split(super, layer);
        ASSERT_EQ(model::Verdict::kMust, r.verdict);
        std::vector<Packet> in;
        model::Groups all(1);
        for (const model::Bytes &b : r.packets) {
            all[0].push_back(static_cast<int>(in.size()));
            in.emplace_back();
            in.back().data = b;
        }
        EXPECT_EQ(all, model::merge_expected(in, rules));
        if (in.size() > 1) {
            EXPECT_EQ(super.data, model::build_merged(in, rules).data);
            EXPECT_EQ("", model::merge_fault(in, rules, all, {super}));
        }
    }
}

/* The judge of merges sees each kind of mistake. */
TEST(SegmentModel, FindsFaultsOfMerges)
{
    model::Rules rules = {VNIC_TUN, kModelKinds, 65535, 64};
    model::SplitResult r = model::split(kUdp, VNIC_TUN);
    std::vector<Packet> in(3);
    for (size_t i = 0; i < 3; i++) {
        in[i].data = r.packets[i];
    }
    const model::Groups all = {{0, 1, 2}};
    EXPECT_EQ("", model::merge_fault(in, rules, all, {kUdp}));
    EXPECT_NE("", model::merge_fault(in, rules, {{0, 1}}, {kUdp}));
    EXPECT_NE("", model::merge_fault(in, rules, {{1, 0, 2}}, {kUdp}));
    EXPECT_NE("", model::merge_fault(in, rules, {{0, 1, 2}, {2}}, {kUdp, in[2]}));
    EXPECT_NE("", model::merge_fault(in, rules, {{1}, {0}, {2}}, {in[1], in[0], in[2]}));
    Packet wrong = kUdp;
    wrong.gso_size = 3;
    EXPECT_NE("", model::merge_fault(in, rules, all, {wrong}));
    wrong = kUdp;
    wrong.data.back() ^= 1;
    EXPECT_NE("", model::merge_fault(in, rules, all, {wrong}));
    in[1].data.back() ^= 1;
    EXPECT_NE("", model::merge_fault(in, rules, all, {kUdp})) << "a bad checksum became a good one";
    in[1].data.back() ^= 1;
    rules.udp_segments = 2;
    EXPECT_NE("", model::merge_fault(in, rules, all, {kUdp}));
}

}
