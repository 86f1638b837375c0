/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that bound a merge, and odd packets among good ones. */
#include "merge_fixture.h"

using namespace merging;

static Seg sized(size_t payload)
{
    Seg s;
    s.payload = payload;
    return s;
}

static Seg raw_packet(const Bytes &raw)
{
    Seg s;
    s.raw = raw;
    return s;
}

/* Every kind only with its own feature. */
TEST(MergeLimits, Features)
{
    static const uint32_t feature[] = {VNIC_F_TSO4, VNIC_F_TSO6, VNIC_F_USO4, VNIC_F_USO6};
    for (Kind made : all_kinds) {
        vnic_merge_rules rules = default_rules();
        rules.features = feature[made];
        Plan plan(rules);
        for (Kind kind : all_kinds) {
            plan.run(train(kind, 2));
            EXPECT_EQ(kind == made ? "0+1" : "0 1", plan.shape()) << made << " " << kind;
            plan.check();
        }
        rules.features = 0;
        plan.set_rules(rules);
        plan.run(train(made, 2));
        EXPECT_EQ("0 1", plan.shape());
    }
}

/* The length counts from the IP header on, also in frames. */
TEST(MergeLimits, LongestPacket)
{
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        for (Kind kind : all_kinds) {
            std::vector<Seg> list = train(kind, 4, sized(700));
            for (Seg &s : list) {
                s.eth = layer == VNIC_TUN ? Bytes() : ethernet(s.v6() ? 0x86DD : 0x0800, {});
            }
            vnic_merge_rules rules = default_rules(layer);
            const size_t three = list[0].header() - list[0].eth.size() + 2100;
            rules.max_len = static_cast<uint32_t>(three);
            Plan plan(rules);
            plan.run(list);
            EXPECT_EQ("0+1+2 3", plan.shape()) << kind;
            plan.check();
            rules.max_len--;
            plan.set_rules(rules);
            plan.run(list);
            EXPECT_EQ("0+1 2+3", plan.shape()) << kind;
            plan.check();
            rules.max_len -= 699; /* room for two and not a byte more */
            plan.set_rules(rules);
            plan.run(list);
            EXPECT_EQ("0+1 2+3", plan.shape()) << kind;
            rules.max_len--;
            plan.set_rules(rules);
            plan.run(list);
            EXPECT_EQ("0 1 2 3", plan.shape()) << kind;
        }
    }
}

TEST(MergeLimits, Almost64KiB)
{
    for (Kind kind : all_kinds) {
        vnic_merge_rules rules = default_rules();
        rules.udp_segments = 128;
        Plan plan(rules);
        const size_t in_one = (65535 - train(kind, 1)[0].header()) / 1000;
        EXPECT_EQ(2, plan.run(train(kind, in_one + 2, sized(1000))));
        EXPECT_EQ(in_one, plan.members(0).size());
        plan.check();
    }
}

TEST(MergeLimits, AllOfAPlan)
{
    Plan plan(default_rules());
    EXPECT_EQ(1, plan.run(train(TCP4, VNIC_MERGE_MAX)));
    EXPECT_EQ(static_cast<size_t>(VNIC_MERGE_MAX), plan.members(0).size());
    plan.check();
    EXPECT_EQ(VNIC_MERGE_MAX / 64, plan.run(train(UDP6, VNIC_MERGE_MAX)));
    plan.check();
}

TEST(MergeLimits, DatagramsInOne)
{
    for (uint32_t most : {2u, 3u, 64u, 128u}) {
        vnic_merge_rules rules = default_rules();
        rules.udp_segments = most;
        Plan plan(rules);
        EXPECT_EQ(2, plan.run(train(UDP4, most + 1)));
        EXPECT_EQ(most, plan.members(0).size());
        plan.check();
        EXPECT_EQ(1, plan.run(train(TCP4, most + 1)));
    }
}

/* As many flows as packets, and half as many: every chain of the table is walked. */
TEST(MergeLimits, ManyFlows)
{
    Plan plan(default_rules());
    for (Kind kind : all_kinds) {
        for (uint32_t flows : {256u, 128u, 100u}) {
            std::vector<Seg> list = train(kind, VNIC_MERGE_MAX);
            for (uint32_t i = 0; i < list.size(); i++) {
                list[i].sport = 5000 + i % flows;
                list[i].seq = 1000 + i / flows * 100;
            }
            EXPECT_EQ(static_cast<int>(flows), plan.run(list));
            for (int i = 0; i < plan.n; i++) {
                EXPECT_EQ(i, plan.members(i)[0]);
            }
            plan.check();
        }
    }
}

/* All kinds with the same ports, in turn: a flow has one protocol and one family. */
TEST(MergeLimits, KindsBesideEachOther)
{
    std::vector<Seg> list;
    for (uint32_t i = 0; i < 3; i++) {
        for (Kind kind : all_kinds) {
            list.push_back(train(kind, 3)[i]);
        }
    }
    Plan plan(default_rules());
    plan.run(list);
    EXPECT_EQ("0+4+8 1+5+9 2+6+10 3+7+11", plan.shape());
    plan.check();
    for (size_t i = 0; i < list.size(); i += 4) {
        std::swap(list[i + 1], list[i + 2]); /* of one family beside each other */
    }
    plan.run(list);
    EXPECT_EQ("0+4+8 1+5+9 2+6+10 3+7+11", plan.shape());
    plan.check();
}

/* Every byte of the addresses and ports tells flows apart. */
TEST(MergeLimits, AddressesBesideEachOther)
{
    for (Kind kind : all_kinds) {
        std::vector<Seg> list = train(kind, 2);
        const size_t from = list[0].v6() ? 8 : 12, to = list[0].l4() + 4;
        for (size_t at = from; at < to; at++) {
            std::vector<Seg> all;
            for (const Seg &s : list) {
                Bytes b = bytes_of(s);
                b[at] ^= 1;
                EXPECT_EQ(0, vnic_checksum_set(b.data(), b.size(), VNIC_TUN));
                all.push_back(s);
                all.push_back(raw_packet(b));
            }
            Plan plan(default_rules());
            plan.run(all);
            EXPECT_EQ("0+2 1+3", plan.shape()) << kind << " " << at;
        }
    }
}

/* What belongs to no flow of TCP or UDP ends no merge, and nothing behind its end is read. */
TEST(MergeLimits, OtherPackets)
{
    const Bytes whole4 = bytes_of(train(TCP4, 1)[0]), whole6 = bytes_of(train(UDP6, 1)[0]);
    std::vector<Bytes> others = {
        ipv4(1, icmp(8, hex("0001 0002 aabb"))),
        ipv6(58, icmp6(128, hex("0001 0002"))),
        ipv6(59, {}),
        ipv6(60, hex("06 ff 0104 00000000") + Bytes(8)),
        ipv4(6, Bytes(3)),
        ipv4(47, Bytes(30)),
        ipv6(60, hex("06 00 0104 00000000 03e807")),
        hex("50 00 00"),
        hex("44 00 0018 0000 0000 4006 0000 0a090001 0a090002 00000000"),
    };
    for (size_t len = 1; len < whole4.size(); len++) {
        others.emplace_back(whole4.begin(),
                            whole4.begin() + static_cast<long>(std::min<size_t>(len, 23)));
    }
    for (size_t len = 1; len < 44; len++) {
        others.emplace_back(whole6.begin(), whole6.begin() + static_cast<long>(len));
    }
    for (const Bytes &other : others) {
        std::vector<Seg> list = train(TCP4, 2);
        list.insert(list.begin() + 1, raw_packet(other));
        Plan plan(default_rules());
        plan.run(list);
        EXPECT_EQ("0+2 1", plan.shape());
        plan.check();
    }
}

/* Cut packets of the flow itself are not overtaken, as soon as their ports can be seen. */
TEST(MergeLimits, CutPackets)
{
    for (Kind kind : all_kinds) {
        for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
            Seg like;
            like.eth = layer == VNIC_TAP
                           ? ethernet(kind == TCP6 || kind == UDP6 ? 0x86DD : 0x0800, {})
                           : Bytes();
            like.next = 60;
            like.ext = layer == VNIC_TAP ? hex("00 00 0104 00000000") : Bytes();
            std::vector<Seg> list = train(kind, 2, like);
            const Bytes whole = bytes_of(list[1]);
            list.insert(list.begin() + 1, Seg());
            for (size_t len = 1; len < whole.size(); len++) {
                list[1] = raw_packet(Bytes(whole.begin(), whole.begin() + static_cast<long>(len)));
                Plan plan(default_rules(layer));
                plan.run(list);
                EXPECT_EQ(len < list[0].l4() + 4 ? "0+2 1" : "0 1 2", plan.shape()) << len;
                plan.check();
            }
        }
    }
}

/* Also a fragment that is too short for ports. */
TEST(MergeLimits, TinyFragment)
{
    std::vector<Seg> list = train(UDP4, 2);
    list.insert(list.begin() + 1, raw_packet(ipv4(17, Bytes(3), v4_a, v4_b, {}, 1)));
    Plan plan(default_rules());
    plan.run(list);
    EXPECT_EQ("0 1 2", plan.shape());
}

/* The field of the checksum of packet 1 of 3 is set to a value that splitting would not give. */
static void expect_alone(Kind kind, size_t field, uint32_t value)
{
    std::vector<Seg> list = train(kind, 3);
    Bytes b = bytes_of(list[1]);
    put16(b, field, value);
    list[1] = raw_packet(b);
    for (uint32_t csum : {VNIC_CSUM_UNKNOWN, VNIC_CSUM_VALID, VNIC_CSUM_TRUSTED}) {
        list[1].csum = static_cast<int>(csum);
        Plan plan(default_rules());
        plan.run(list);
        EXPECT_EQ("0 1 2", plan.shape()) << kind;
        plan.check();
    }
}

TEST(MergeLimits, ChecksumsThatSplittingDoesNotGive)
{
    expect_alone(UDP4, 26, 0);
    expect_alone(UDP6, 46, 0);
    expect_alone(TCP4, 36, 0xFFFF);
    expect_alone(TCP6, 56, 0xFFFF);
    expect_alone(TCP4, 10, 0xFFFF);
    expect_alone(UDP4, 10, 0xFFFF);
}

/* A header checksum of 0 is right if it is what comes out, and 0xFFFF is not although it adds up. */
TEST(MergeLimits, HeaderChecksumZero)
{
    std::vector<Seg> list = train(TCP4, 2);
    Bytes b = bytes_of(list[0]);
    list[0].id = list[1].id = get16(b, 10);
    for (Seg &s : list) {
        EXPECT_EQ(0u, get16(bytes_of(s), 10));
    }
    Plan plan(default_rules());
    plan.run(list);
    EXPECT_EQ("0+1", plan.shape());
    plan.check();
    b = bytes_of(list[0]);
    put16(b, 10, 0xFFFF);
    list[0] = raw_packet(b);
    plan.run(list);
    EXPECT_EQ("0 1", plan.shape());
}

TEST(MergeLimits, EmptyPacketsArePassedOver)
{
    vnic_merge_rules rules = default_rules();
    vnic_merge *merge = nullptr;
    vnic_packet pkts[3] = {};
    const uint16_t *index = nullptr;
    Bytes a = bytes_of(train(TCP4, 2)[0]), b = bytes_of(train(TCP4, 2)[1]);
    ASSERT_EQ(0, vnic_merge_create(&rules, &merge));
    pkts[0].data = a.data();
    pkts[0].len = static_cast<uint32_t>(a.size());
    pkts[2].data = b.data();
    pkts[2].len = static_cast<uint32_t>(b.size());
    EXPECT_EQ(1, vnic_merge_plan(merge, pkts, 3));
    EXPECT_EQ(2, vnic_merge_members(merge, 0, &index));
    EXPECT_EQ(0, index[0]);
    EXPECT_EQ(2, index[1]);
    EXPECT_EQ(0, vnic_merge_plan(merge, pkts + 1, 1));
    EXPECT_EQ(0, vnic_merge_plan(merge, pkts, 0));
    EXPECT_EQ(0, vnic_merge_plan(merge, nullptr, 0));
    /* Nothing is kept from one plan to the next. */
    EXPECT_EQ(1, vnic_merge_plan(merge, pkts, 1));
    EXPECT_EQ(1, vnic_merge_plan(merge, pkts + 2, 1));
    EXPECT_EQ(1, vnic_merge_members(merge, 0, &index));
    vnic_merge_destroy(merge);
    vnic_merge_destroy(nullptr);
}
