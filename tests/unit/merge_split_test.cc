/* SPDX-License-Identifier: Apache-2.0 */
/* Merging and splitting undo each other: chosen cases; random ones are in segment_round_trip_test.cc. */
#include "merge_fixture.h"

using namespace merging;

/* All segments of a super-packet, with complete or with partial checksums. */
static std::vector<Packet> split_all(Bytes super, vnic_packet p, uint32_t layer, uint32_t flags)
{
    std::vector<Packet> list;
    vnic_split split;
    p.data = super.data();
    int n = vnic_split_begin(&split, &p, layer, flags);
    EXPECT_GT(n, 0);
    for (int i = 0; i < n; i++) {
        Packet one;
        memset(&one.p, 0, sizeof one.p);
        one.bytes.resize(static_cast<size_t>(vnic_split_size(&split)));
        one.p.data = one.bytes.data();
        one.p.cap = static_cast<uint32_t>(one.bytes.size());
        EXPECT_EQ(1, vnic_split_copy(&split, &one.p));
        one.bytes.resize(one.p.len);
        one.p.data = nullptr;
        list.push_back(one);
    }
    return list;
}

/* A super-packet as a system gives it. */
static Packet super_of(Seg s, size_t size)
{
    static const uint8_t types[] = {VNIC_GSO_TCPV4, VNIC_GSO_TCPV6, VNIC_GSO_UDP_L4,
                                    VNIC_GSO_UDP_L4};
    s.csum = VNIC_CSUM_PARTIAL;
    Packet super = packet_of(s);
    super.p.gso_type = types[s.kind];
    super.p.gso_size = static_cast<uint16_t>(size);
    super.p.hdr_len = static_cast<uint16_t>(s.header());
    return super;
}

/* Merges packets that must become one. */
static Bytes merge_all(std::vector<Packet> &list, uint32_t layer, vnic_packet *ret)
{
    vnic_merge_rules rules = default_rules(layer);
    vnic_merge *merge = nullptr;
    std::vector<vnic_packet> raw;
    Bytes out(70000);
    rules.udp_segments = 128;
    EXPECT_EQ(0, vnic_merge_create(&rules, &merge));
    for (Packet &one : list) {
        one.p.data = one.bytes.data();
        raw.push_back(one.p);
    }
    EXPECT_EQ(1, vnic_merge_plan(merge, raw.data(), static_cast<int>(raw.size())));
    memset(ret, 0, sizeof *ret);
    ret->data = out.data();
    ret->cap = static_cast<uint32_t>(out.size());
    EXPECT_GT(vnic_merge_copy(merge, 0, ret), 0);
    out.resize(ret->len);
    vnic_merge_destroy(merge);
    return out;
}

static void expect_round_trip(const Seg &s, size_t size, uint32_t layer, uint32_t flags)
{
    Packet super = super_of(s, size);
    super.p.len = static_cast<uint32_t>(super.bytes.size());
    std::vector<Packet> list = split_all(super.bytes, super.p, layer, flags);
    vnic_packet back;
    EXPECT_EQ((s.payload + size - 1) / size, list.size());
    EXPECT_EQ(super.bytes, merge_all(list, layer, &back));
    EXPECT_EQ(super.p.gso_type, back.gso_type);
    EXPECT_EQ(super.p.gso_size, back.gso_size);
    EXPECT_EQ(super.p.hdr_len, back.hdr_len);
    EXPECT_EQ(super.p.csum, back.csum);
    EXPECT_EQ(super.p.csum_start, back.csum_start);
    EXPECT_EQ(super.p.csum_offset, back.csum_offset);
}

TEST(MergeSplit, MergingUndoesSplitting)
{
    static const struct {
        size_t payload, size;
        uint8_t flags;
    } cases[] = {
        {2, 1, 0x10},       {101, 100, 0x18},   {200, 100, 0x11},
        {2900, 1448, 0x19}, {64000, 600, 0x50}, {65000, 1448, 0x10},
    };
    for (Kind kind : all_kinds) {
        for (const auto &c : cases) {
            for (uint32_t flags : {0u, VNIC_SPLIT_PARTIAL}) {
                Seg s;
                s.kind = kind;
                s.payload = c.payload;
                s.flags = c.flags;
                s.id = 0xFFFE;
                s.fragment = flags == 0 ? 0 : 0x4000;
                SCOPED_TRACE(std::to_string(kind) + ", " + std::to_string(c.payload));
                expect_round_trip(s, c.size, VNIC_TUN, flags);
                s.eth = ethernet(s.v6() ? 0x86DD : 0x0800, {}, hex("8100 2005"));
                expect_round_trip(s, c.size, VNIC_TAP, flags);
            }
        }
    }
}

TEST(MergeSplit, SplittingUndoesMerging)
{
    for (Kind kind : all_kinds) {
        for (size_t n : {2u, 3u, 64u}) {
            for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
                Seg like;
                like.payload = 333;
                like.id = 0x1234;
                like.eth = layer == VNIC_TUN
                               ? Bytes()
                               : ethernet(kind == TCP6 || kind == UDP6 ? 0x86DD : 0x0800, {});
                std::vector<Seg> list = train(kind, n, like);
                std::vector<Packet> packets;
                vnic_packet merged;
                list.back().payload = 5;
                list.back().flags = 0x18;
                for (const Seg &s : list) {
                    packets.push_back(packet_of(s));
                }
                Bytes whole = merge_all(packets, layer, &merged);
                std::vector<Packet> back = split_all(whole, merged, layer, 0);
                ASSERT_EQ(n, back.size());
                for (size_t i = 0; i < n; i++) {
                    EXPECT_EQ(bytes_of(list[i]), back[i].bytes) << kind << " " << i;
                }
            }
        }
    }
}
