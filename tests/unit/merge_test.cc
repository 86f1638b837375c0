/* SPDX-License-Identifier: Apache-2.0 */
/* Which packets become one: each rule of vnic_merge_plan() as a row, for all kinds that it concerns. */
#include <functional>

#include "merge_fixture.h"

using namespace merging;

static const Bytes eth4 = ethernet(0x0800, {});
static const Bytes eth6 = ethernet(0x86DD, {});
static const Bytes options_8 = hex("0100 0502 0000 0000");

struct MergeCase {
    const char *name;
    const char *shape;
    std::vector<Kind> kinds;
    size_t n;
    std::function<void(std::vector<Seg> &)> change;
    uint32_t layer = VNIC_TUN;
};

using List = std::vector<Seg> &;

static void use_ethernet(List l)
{
    for (Seg &s : l) {
        s.eth = s.v6() ? eth6 : eth4;
    }
}

static void use_extension(List l, uint8_t next, const Bytes &ext)
{
    for (Seg &s : l) {
        s.next = next;
        s.ext = ext;
    }
}

static const MergeCase merge_cases[] = {
    {"a train", "0+1+2+3", all_kinds, 4, [](List) {}},
    {"one packet", "0", all_kinds, 1, [](List) {}},
    {"the last one shorter", "0+1+2", all_kinds, 3, [](List l) { l[2].payload = 1; }},
    {"nothing behind a shorter one", "0+1 2", all_kinds, 3,
     [](List l) {
         l[1].payload = 99;
         l[2].seq--;
     }},
    {"a longer one begins anew", "0 1+2", all_kinds, 3,
     [](List l) {
         l[0].payload = 99;
         l[0].seq++;
     }},
    {"odd sizes", "0+1+2+3", all_kinds, 4,
     [](List l) {
         for (size_t i = 0; i < l.size(); i++) {
             l[i].seq -= static_cast<uint32_t>(i * 23);
             l[i].payload = 77;
         }
     }},
    {"other ports between", "0+2 1+3", all_kinds, 4,
     [](List l) {
         l[1].sport = l[3].sport = 1001;
         l[3].id = l[1].id + 1;
         l[3].seq = l[1].seq + 100;
         l[2].id = 1;
         l[2].seq = l[0].seq + 100;
     }},

    {"sequence numbers wrap", "0+1+2", tcp_kinds, 3,
     [](List l) {
         for (Seg &s : l) {
             s.seq += 0xFFFFFF9C - 1000u;
         }
     }},
    {"a gap", "0 1", tcp_kinds, 2, [](List l) { l[1].seq++; }},
    {"a repetition", "0 1", tcp_kinds, 2, [](List l) { l[1].seq = l[0].seq; }},
    {"prepended", "1+0", tcp_kinds, 2,
     [](List l) {
         std::swap(l[0], l[1]);
         std::swap(l[0].id, l[1].id);
     }},
    {"prepended, appended, prepended", "3+1+0+2", tcp_kinds, 4,
     [](List l) {
         l[0].seq = 1200;
         l[1].seq = 1100;
         l[2].seq = 1300;
         l[3].seq = 1000;
     }},
    {"prepended to a shorter one", "1+0 2", tcp_kinds, 3,
     [](List l) {
         l[0].seq = 1100;
         l[0].payload = 50;
         l[1].seq = 1000;
         l[2].seq = 1150;
         l[2].payload = 50;
     }},
    {"no shorter one is prepended", "0 1", tcp_kinds, 2,
     [](List l) {
         l[0].seq = 1050;
         l[1].seq = 1000;
         l[1].payload = 50;
     }},
    {"no longer one is prepended to two", "0+1 2", tcp_kinds, 3,
     [](List l) {
         l[2].payload = 101;
         l[2].seq = 1000 - 101;
     }},
    {"prepending before PSH", "1+0 2", tcp_kinds, 3,
     [](List l) {
         l[0].seq = 1100;
         l[0].flags = 0x18;
         l[1].seq = 1000;
     }},
    {"PSH is not prepended", "0 1", tcp_kinds, 2,
     [](List l) {
         std::swap(l[0], l[1]);
         l[1].flags = 0x18;
     }},
    {"FIN is not prepended", "0 1", tcp_kinds, 2,
     [](List l) {
         std::swap(l[0], l[1]);
         l[1].flags = 0x11;
     }},
    {"UDP is not prepended, the order is the input's", "0+1", udp_kinds, 2,
     [](List l) { std::swap(l[0].seq, l[1].seq); }},

    {"PSH ends a merge", "0+1 2", tcp_kinds, 3, [](List l) { l[1].flags = 0x18; }},
    {"FIN ends a merge", "0+1 2", tcp_kinds, 3, [](List l) { l[1].flags = 0x11; }},
    {"FIN and PSH on the last", "0+1+2", tcp_kinds, 3, [](List l) { l[2].flags = 0x19; }},
    {"ECE in all", "0+1+2", tcp_kinds, 3,
     [](List l) { l[0].flags = l[1].flags = l[2].flags = 0x50; }},
    {"ECE in one", "0 1", tcp_kinds, 2, [](List l) { l[1].flags = 0x50; }},
    {"CWR", "0 1 2", tcp_kinds, 3, [](List l) { l[0].flags = l[1].flags = 0x90; }},
    {"SYN", "0 1", tcp_kinds, 2, [](List l) { l[0].flags = l[1].flags = 0x12; }},
    {"RST", "0 1", tcp_kinds, 2, [](List l) { l[0].flags = l[1].flags = 0x14; }},
    {"URG", "0 1", tcp_kinds, 2, [](List l) { l[0].flags = l[1].flags = 0x30; }},
    {"a bit in front of the flags", "0 1", tcp_kinds, 2,
     [](List l) { l[0].reserved = l[1].reserved = 1; }},
    {"no ACK", "0 1", tcp_kinds, 2, [](List l) { l[0].flags = l[1].flags = 0; }},
    {"another acknowledgement", "0 1+2", tcp_kinds, 3, [](List l) { l[1].ack = l[2].ack = 78; }},
    {"another window", "0 1", tcp_kinds, 2, [](List l) { l[1].window++; }},
    {"another urgent pointer", "0 1", tcp_kinds, 2, [](List l) { l[1].urgent++; }},
    {"another time stamp", "0 1", tcp_kinds, 2, [](List l) { l[1].options[11]++; }},
    {"no options", "0+1", tcp_kinds, 2, [](List l) { l[0].options = l[1].options = {}; }},
    {"options in one", "0 1", tcp_kinds, 2, [](List l) { l[1].options = {}; }},
    {"40 bytes of options", "0+1", tcp_kinds, 2,
     [](List l) { l[0].options = l[1].options = Bytes(40, 1); }},
    {"a pure ACK is not overtaken", "0 1 2", tcp_kinds, 3,
     [](List l) {
         l[1].payload = 0;
         l[2].seq = 1100;
     }},
    {"an empty datagram is not overtaken", "0 1 2", udp_kinds, 3, [](List l) { l[1].payload = 0; }},
    {"SYN is not overtaken", "0 1 2", tcp_kinds, 3,
     [](List l) {
         l[1].flags = 0x12;
         l[2].seq = 1100;
     }},
    {"nothing is prepended over a pure ACK", "0 1 2", tcp_kinds, 3,
     [](List l) {
         l[0].seq = 1100;
         l[1].payload = 0;
         l[2].seq = 1000;
     }},
    {"only the youngest of a flow grows", "0 1+2 3", tcp_kinds, 4,
     [](List l) {
         l[1].ack = l[2].ack = 78;
         l[3].seq = 1100;
     }},

    {"another type of service", "0 1", all_kinds, 2, [](List l) { l[1].tos = 3; }},
    {"another TTL", "0 1", all_kinds, 2, [](List l) { l[1].ttl = 63; }},
    {"another flow label", "0 1", v6_kinds, 2, [](List l) { l[1].label = 0x12344; }},
    {"identifications with DF do not matter", "0+1+2", v4_kinds, 3,
     [](List l) {
         l[1].id = 0;
         l[2].id = 0x8000;
     }},
    {"identifications without DF count", "0+1 2", v4_kinds, 3,
     [](List l) {
         l[0].fragment = l[1].fragment = l[2].fragment = 0;
         l[2].id++;
     }},
    {"identifications without DF wrap", "0+1+2", v4_kinds, 3,
     [](List l) {
         for (Seg &s : l) {
             s.fragment = 0;
             s.id = (s.id + 0xFFFF) & 0xFFFF;
         }
     }},
    {"identifications when prepending",
     "1+0 2",
     {TCP4},
     3,
     [](List l) {
         l[0].fragment = l[1].fragment = l[2].fragment = 0;
         l[0].seq = 1100;
         l[0].id = 0;
         l[1].seq = 1000;
         l[1].id = 0xFFFF;
         l[2].seq = 900;
         l[2].id = 0;
     }},
    {"DF in one", "0 1", v4_kinds, 2, [](List l) { l[1].fragment = 0; }},
    {"the reserved bit", "0 1", v4_kinds, 2,
     [](List l) { l[0].fragment = l[1].fragment = 0xC000; }},
    {"IPv4 options", "0 1 2", v4_kinds, 3,
     [](List l) { l[1].ip_options = l[2].ip_options = hex("01010100"); }},
    {"IPv4 options of zeros", "0 1", v4_kinds, 2,
     [](List l) { l[0].ip_options = l[1].ip_options = Bytes(4); }},
    {"IPv4 options are not overtaken", "0 1 2", v4_kinds, 3,
     [](List l) {
         l[1].ip_options = hex("01010100");
         l[2].seq = 1100;
         l[2].id = 1;
     }},
    {"a fragment ends all merges", "0 1 2", v4_kinds, 3,
     [](List l) {
         l[1].fragment = 0x2000;
         l[1].sport = 7;
         l[2].seq = 1100;
         l[2].id = 1;
     }},
    {"a later fragment ends all merges", "0 1 2", v4_kinds, 3,
     [](List l) {
         l[1].fragment = 0x0001;
         l[2].seq = 1100;
         l[2].id = 1;
     }},
    {"an IPv6 fragment ends all merges", "0 1 2", v6_kinds, 3,
     [](List l) {
         l[1].next = 44;
         l[1].ext = hex("0000 0001 00000007");
         l[2].seq = 1100;
     }},
    {"hop-by-hop options", "0+1", v6_kinds, 2,
     [](List l) { use_extension(l, 0, hex("00 00 0502 0000 0100")); }},
    {"destination options", "0+1", v6_kinds, 2,
     [](List l) { use_extension(l, 60, hex("00 01 010c 00000000 00000000 00000000")); }},
    {"other destination options", "0 1", v6_kinds, 2,
     [](List l) {
         use_extension(l, 60, hex("00 00 1e04 00000000"));
         l[1].ext[7] = 1;
     }},
    {"a routing header", "0 1", v6_kinds, 2,
     [](List l) { use_extension(l, 43, hex("00 00 0400 00000000")); }},
    {"a routing header is not overtaken", "0 1 2", v6_kinds, 3,
     [](List l) {
         l[1].next = 43;
         l[1].ext = hex("00 00 0400 00000000");
         l[2].seq = 1100;
     }},
    {"headers of 256 bytes",
     "0+1",
     {UDP6},
     2,
     [](List l) {
         use_extension(l, 60, Bytes(208));
         l[0].ext[1] = l[1].ext[1] = 25;
     }},
    {"headers of more than 256 bytes",
     "0 1",
     {UDP6},
     2,
     [](List l) {
         use_extension(l, 60, Bytes(216));
         l[0].ext[1] = l[1].ext[1] = 26;
     }},

    {"frames", "0+1+2", all_kinds, 3, use_ethernet, VNIC_TAP},
    {"frames with two tags", "0+1", all_kinds, 2,
     [](List l) {
         for (Seg &s : l) {
             s.eth = ethernet(s.v6() ? 0x86DD : 0x0800, {}, hex("88a8 0007 8100 2005"));
         }
     },
     VNIC_TAP},
    {"frames with three tags", "0 1", all_kinds, 2,
     [](List l) {
         for (Seg &s : l) {
             s.eth = ethernet(s.v6() ? 0x86DD : 0x0800, {}, hex("88a8 0007 8100 2005 8100 0001"));
         }
     },
     VNIC_TAP},
    {"another tag", "0 1", all_kinds, 2,
     [](List l) {
         l[0].eth = ethernet(l[0].v6() ? 0x86DD : 0x0800, {}, hex("8100 2005"));
         l[1].eth = ethernet(l[0].v6() ? 0x86DD : 0x0800, {}, hex("8100 2006"));
     },
     VNIC_TAP},
    {"another source", "0 1", all_kinds, 2,
     [](List l) {
         use_ethernet(l);
         l[1].eth[11]++;
     },
     VNIC_TAP},
    {"tags with the same addresses beside each other", "0+2 1+3", all_kinds, 4,
     [](List l) {
         for (size_t i = 0; i < l.size(); i++) {
             Bytes tag = hex("8100 2000");
             tag[3] = static_cast<uint8_t>(i % 2);
             l[i].eth = ethernet(l[i].v6() ? 0x86DD : 0x0800, {}, tag);
             l[i].seq = 1000 + static_cast<uint32_t>(i / 2 * 100);
         }
     },
     VNIC_TAP},
    {"an EtherType that is not the packet's", "0 1", v4_kinds, 2,
     [](List l) { l[0].eth = l[1].eth = eth6; }, VNIC_TAP},
    {"Ethernet padding is no payload", "0 1 2", all_kinds, 3,
     [](List l) {
         use_ethernet(l);
         l[1].trailer = Bytes(3);
     },
     VNIC_TAP},
    {"bytes behind the packet", "0 1", all_kinds, 2, [](List l) { l[1].trailer = Bytes(1); }},
    {"a tag that is not in the frame", "0 1", all_kinds, 2, [](List l) { l[1].vlan_tci = 5; }},

    {"super-packets pass and are not overtaken", "0 1 2", all_kinds, 3,
     [](List l) { l[1].gso_type = l[1].udp() ? VNIC_GSO_UDP_L4 : VNIC_GSO_TCPV4; }},
    {"partial checksums", "0+1+2", all_kinds, 3,
     [](List l) { l[0].csum = l[1].csum = l[2].csum = VNIC_CSUM_PARTIAL; }},
    {"what is known of checksums is mixed", "0+1+2+3", all_kinds, 4,
     [](List l) {
         l[0].csum = VNIC_CSUM_PARTIAL;
         l[1].csum = VNIC_CSUM_UNKNOWN;
         l[2].csum = VNIC_CSUM_TRUSTED;
     }},
    {"a partial checksum that begins elsewhere", "0 1", all_kinds, 2,
     [](List l) {
         l[1].csum = VNIC_CSUM_PARTIAL;
         l[1].csum_start = 0;
     }},
    {"a partial checksum that goes elsewhere", "0 1", all_kinds, 2,
     [](List l) {
         l[1].csum = VNIC_CSUM_PARTIAL;
         l[1].csum_offset = 2;
     }},
    {"right checksums", "0+1+2", all_kinds, 3,
     [](List l) { l[0].csum = l[1].csum = l[2].csum = VNIC_CSUM_UNKNOWN; }},
    {"a wrong one first", "0 1+2", all_kinds, 3,
     [](List l) {
         l[0].csum = VNIC_CSUM_UNKNOWN;
         l[0].wrong = static_cast<int>(l[0].header());
     }},
    {"a wrong one in the middle is not overtaken", "0+1 2 3", all_kinds, 4,
     [](List l) {
         l[2].csum = VNIC_CSUM_UNKNOWN;
         l[2].wrong = static_cast<int>(l[2].header()) + 99;
     }},
    {"an unknown word about the checksum", "0 1", all_kinds, 2,
     [](List l) { l[0].csum = l[1].csum = 4; }},
    {"a wrong header checksum", "0 1 2", v4_kinds, 3, [](List l) { l[1].wrong = 10; }},
    {"a wrong header checksum first", "0 1+2", v4_kinds, 3, [](List l) { l[0].wrong = 10; }},
    {"UDP whose length is not the packet's", "0 1", udp_kinds, 2,
     [](List l) { l[1].wrong = static_cast<int>(l[1].l4()) + 4; }},
    {"TCP with a header of 12 bytes", "0 1", tcp_kinds, 2,
     [](List l) {
         l[0].options = l[1].options = options_8;
         l[0].wrong = l[1].wrong = static_cast<int>(l[1].l4()) + 12;
         l[1].seq = l[0].seq + 116; /* as if that were its header */
     }},
};

static std::string trouble(const MergeCase &c, Kind kind)
{
    return std::string(c.name) + ", kind " + std::to_string(kind);
}

TEST(Merge, Rules)
{
    for (const MergeCase &c : merge_cases) {
        for (Kind kind : c.kinds) {
            SCOPED_TRACE(trouble(c, kind));
            std::vector<Seg> list = train(kind, c.n);
            c.change(list);
            Plan plan(default_rules(c.layer));
            plan.run(list);
            EXPECT_EQ(c.shape, plan.shape());
            plan.check();
        }
    }
}
