/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The third packet of a train is odd: it must not be taken for the next one, which it nearly is, and what
 * follows must not overtake it. (The first two packets of a train are looked at in another way.)
 */
#include <functional>

#include "merge_fixture.h"

using namespace merging;

struct OddCase {
    const char *name;
    std::vector<Kind> kinds;
    std::function<void(Seg &)> change;
};

/* Another value in the field of a checksum. */
static void set_field(Seg &s, size_t at, uint32_t value)
{
    Bytes b = bytes_of(s);
    put16(b, at, value);
    s.raw = b;
}

static const OddCase odd_cases[] = {
    {"longer", all_kinds, [](Seg &s) { s.payload++; }},
    {"empty", all_kinds, [](Seg &s) { s.payload = 0; }},
    {"bytes behind it", all_kinds, [](Seg &s) { s.trailer = Bytes(1); }},
    {"shorter, filled up", all_kinds,
     [](Seg &s) {
         s.payload = 90;
         s.trailer = Bytes(10);
     }},
    {"a sequence number too far", tcp_kinds, [](Seg &s) { s.seq++; }},
    {"acknowledgement", tcp_kinds, [](Seg &s) { s.ack++; }},
    {"window", tcp_kinds, [](Seg &s) { s.window++; }},
    {"urgent pointer", tcp_kinds, [](Seg &s) { s.urgent++; }},
    {"an option", tcp_kinds, [](Seg &s) { s.options[11]++; }},
    {"fewer options", tcp_kinds, [](Seg &s) { s.options.resize(8); }},
    {"SYN", tcp_kinds, [](Seg &s) { s.flags |= 0x02; }},
    {"RST", tcp_kinds, [](Seg &s) { s.flags |= 0x04; }},
    {"URG", tcp_kinds, [](Seg &s) { s.flags |= 0x20; }},
    {"ECE", tcp_kinds, [](Seg &s) { s.flags |= 0x40; }},
    {"CWR", tcp_kinds, [](Seg &s) { s.flags |= 0x80; }},
    {"no ACK", tcp_kinds, [](Seg &s) { s.flags = 0; }},
    {"a bit in front of the flags", tcp_kinds, [](Seg &s) { s.reserved = 1; }},
    {"type of service", all_kinds, [](Seg &s) { s.tos++; }},
    {"TTL", all_kinds, [](Seg &s) { s.ttl++; }},
    {"flow label", v6_kinds, [](Seg &s) { s.label++; }},
    {"no DF", v4_kinds, [](Seg &s) { s.fragment = 0; }},
    {"more fragments", v4_kinds, [](Seg &s) { s.fragment = 0x2000; }},
    {"reserved bit", v4_kinds, [](Seg &s) { s.fragment = 0xC000; }},
    {"IPv4 options", v4_kinds, [](Seg &s) { s.ip_options = Bytes(4); }},
    {"extension header", v6_kinds,
     [](Seg &s) {
         s.next = 60;
         s.ext = hex("00 00 0104 00000000");
     }},
    {"wrong IPv4 checksum", v4_kinds,
     [](Seg &s) { s.wrong = static_cast<int>(s.eth.size()) + 10; }},
    {"a length of UDP that is not the packet's", udp_kinds,
     [](Seg &s) { s.wrong = static_cast<int>(s.l4()) + 5; }},
    {"wrong checksum", all_kinds,
     [](Seg &s) {
         s.csum = VNIC_CSUM_UNKNOWN;
         s.wrong = static_cast<int>(s.header());
     }},
    {"no checksum", udp_kinds, [](Seg &s) { set_field(s, s.l4() + 6, 0); }},
    {"checksum 0xFFFF", tcp_kinds, [](Seg &s) { set_field(s, s.l4() + 16, 0xFFFF); }},
    {"a word about the checksum that is none", all_kinds, [](Seg &s) { s.csum = 4; }},
    {"partial from elsewhere", all_kinds,
     [](Seg &s) {
         s.csum = VNIC_CSUM_PARTIAL;
         s.csum_start = 0;
     }},
    {"partial to elsewhere", all_kinds,
     [](Seg &s) {
         s.csum = VNIC_CSUM_PARTIAL;
         s.csum_offset = 2;
     }},
    {"a super-packet", all_kinds,
     [](Seg &s) { s.gso_type = s.udp() ? VNIC_GSO_UDP_L4 : VNIC_GSO_TCPV4; }},
    {"a tag that is not in the frame", all_kinds, [](Seg &s) { s.vlan_tci = 1; }},
};

static void expect_odd(const OddCase &c, Kind kind, const Bytes &eth)
{
    Seg like;
    like.eth = eth;
    std::vector<Seg> list = train(kind, 4, like);
    c.change(list[2]);
    list[3].seq = list[2].raw.empty() ? list[1].seq + 100 : list[2].seq;
    Plan plan(default_rules(eth.empty() ? VNIC_TUN : VNIC_TAP));
    plan.run(list);
    ASSERT_GE(plan.n, 2);
    EXPECT_EQ((std::vector<int>{0, 1}), plan.members(0));
    EXPECT_EQ(2, plan.members(1)[0]);
    plan.check();
}

TEST(MergeTrain, OddOnes)
{
    for (const OddCase &c : odd_cases) {
        for (Kind kind : c.kinds) {
            SCOPED_TRACE(std::string(c.name) + ", kind " + std::to_string(kind));
            expect_odd(c, kind, Bytes());
            expect_odd(c, kind, ethernet(kind == TCP6 || kind == UDP6 ? 0x86DD : 0x0800, {}));
        }
    }
}

/* Without DF the identification must be the next one. */
TEST(MergeTrain, Identification)
{
    for (Kind kind : v4_kinds) {
        Seg like;
        like.fragment = 0;
        like.id = 0xFFFE;
        std::vector<Seg> list = train(kind, 4, like);
        Plan plan(default_rules());
        plan.run(list);
        EXPECT_EQ("0+1+2+3", plan.shape());
        plan.check();
        list[2].id = 7;
        plan.run(list);
        EXPECT_EQ("0+1 2 3", plan.shape());
        plan.check();
    }
}

/* A header checksum of 0xFFFF adds up where 0 is right, and is not what splitting gives. */
TEST(MergeTrain, HeaderChecksumZero)
{
    std::vector<Seg> list = train(UDP4, 3);
    const uint32_t zero = get16(bytes_of(list[2]), 10) + list[2].id;
    for (Seg &s : list) {
        s.id = zero;
        EXPECT_EQ(0u, get16(bytes_of(s), 10));
    }
    Plan plan(default_rules());
    plan.run(list);
    EXPECT_EQ("0+1+2", plan.shape());
    set_field(list[2], 10, 0xFFFF);
    plan.run(list);
    EXPECT_EQ("0+1 2", plan.shape());
}
