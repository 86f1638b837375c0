/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>

#include "support/covers.h"
#include "support/packets.h"
#include "vnic/packet.h"

using namespace packets;

/* A copy on the heap of exactly the length, so that AddressSanitizer sees a read behind the end. */
static int parse(const Bytes &b, uint32_t layer, vnic_parsed *p)
{
    std::unique_ptr<uint8_t[]> copy(new uint8_t[b.size()]);
    if (!b.empty()) {
        memcpy(copy.get(), b.data(), b.size());
    }
    return vnic_parse(copy.get(), b.size(), layer, p);
}

struct ParseCase {
    const char *name;
    uint32_t layer;
    Bytes packet;
    int rc;
    uint32_t layers;
    uint32_t l3_offset, l3_len, l4_offset, l4_len, payload_offset, payload_len;
};

static const Bytes tag5 = hex("8100 2005");
static const Bytes qinq = hex("88a8 0007 8100 2005");

static const ParseCase parse_cases[] = {
    {"TCP", VNIC_TUN, ipv4(6, tcp(hex("01 02 03"))), VNIC_OK, VNIC_HAS_IPV4 | VNIC_HAS_TCP, 0, 20,
     20, 20, 40, 3},
    {"TCP with options", VNIC_TUN, ipv4(6, tcp(hex("01"), v4_a, v4_b, hex("02040594"))), VNIC_OK,
     VNIC_HAS_IPV4 | VNIC_HAS_TCP, 0, 20, 20, 24, 44, 1},
    {"UDP behind IPv4 options", VNIC_TUN,
     ipv4(17, udp(hex("01 02")), v4_a, v4_b, hex("01 01 01 00")), VNIC_OK,
     VNIC_HAS_IPV4 | VNIC_HAS_UDP | VNIC_HAS_OPTIONS, 0, 24, 24, 8, 32, 2},
    {"loose source route", VNIC_TUN, ipv4(17, udp({}), v4_a, v4_b, hex("83 07 04 0a090003 00")),
     VNIC_OK, VNIC_HAS_IPV4 | VNIC_HAS_UDP | VNIC_HAS_OPTIONS | VNIC_HAS_ROUTING, 0, 28, 28, 8, 36,
     0},
    {"option longer than the options", VNIC_TUN, ipv4(17, udp({}), v4_a, v4_b, hex("07 09 04 00")),
     VNIC_EINVAL, VNIC_HAS_IPV4 | VNIC_HAS_OPTIONS, 0, 24, 0, 0, 24, 8},
    {"option of length 1", VNIC_TUN, ipv4(17, udp({}), v4_a, v4_b, hex("07 01 04 00")), VNIC_EINVAL,
     VNIC_HAS_IPV4 | VNIC_HAS_OPTIONS, 0, 24, 0, 0, 24, 8},
    {"option without length", VNIC_TUN, ipv4(17, udp({}), v4_a, v4_b, hex("01 01 01 07")),
     VNIC_EINVAL, VNIC_HAS_IPV4 | VNIC_HAS_OPTIONS, 0, 24, 0, 0, 24, 8},
    {"ICMP", VNIC_TUN, ipv4(1, icmp(8, hex("0001 0002 aabb"))), VNIC_OK,
     VNIC_HAS_IPV4 | VNIC_HAS_ICMP, 0, 20, 20, 8, 28, 2},
    {"ICMP number in IPv6 is unknown", VNIC_TUN, ipv6(1, hex("0800 0000")), VNIC_OK, VNIC_HAS_IPV6,
     0, 40, 0, 0, 40, 4},
    {"ICMPv6 number in IPv4 is unknown", VNIC_TUN, ipv4(58, hex("8000 0000")), VNIC_OK,
     VNIC_HAS_IPV4, 0, 20, 0, 0, 20, 4},
    {"unknown protocol", VNIC_TUN, ipv4(47, hex("00000800")), VNIC_OK, VNIC_HAS_IPV4, 0, 20, 0, 0,
     20, 4},
    {"first fragment", VNIC_TUN, ipv4(17, udp(Bytes(16)), v4_a, v4_b, {}, 0x2000), VNIC_OK,
     VNIC_HAS_IPV4 | VNIC_HAS_UDP | VNIC_HAS_FRAGMENT, 0, 20, 20, 8, 28, 16},
    {"later fragment", VNIC_TUN, ipv4(17, Bytes(4), v4_a, v4_b, {}, 0x0003), VNIC_OK,
     VNIC_HAS_IPV4 | VNIC_HAS_FRAGMENT, 0, 20, 0, 0, 20, 4},
    {"ICMPv6", VNIC_TUN, ipv6(58, icmp6(128, hex("0001 0002"))), VNIC_OK,
     VNIC_HAS_IPV6 | VNIC_HAS_ICMPV6, 0, 40, 40, 4, 44, 4},
    {"IPv6 with hop-by-hop, destination options and authentication", VNIC_TUN,
     ipv6(0, hex("3c 00 0104 00000000") + hex("33 00 0104 00000000") +
                 hex("11 01 0000 00000001 00000001") + udp(hex("01"), v6_a, v6_b)),
     VNIC_OK, VNIC_HAS_IPV6 | VNIC_HAS_UDP | VNIC_HAS_OPTIONS, 0, 68, 68, 8, 76, 1},
    {"IPv6 routing header", VNIC_TUN, ipv6(43, hex("11 00 0400 00000000") + udp({}, v6_a, v6_b)),
     VNIC_OK, VNIC_HAS_IPV6 | VNIC_HAS_UDP | VNIC_HAS_OPTIONS | VNIC_HAS_ROUTING, 0, 48, 48, 8, 56,
     0},
    {"IPv6 first fragment", VNIC_TUN,
     ipv6(44, hex("11 00 0001 00001234") + udp(Bytes(8), v6_a, v6_b)), VNIC_OK,
     VNIC_HAS_IPV6 | VNIC_HAS_UDP | VNIC_HAS_OPTIONS | VNIC_HAS_FRAGMENT, 0, 48, 48, 8, 56, 8},
    {"IPv6 later fragment", VNIC_TUN, ipv6(44, hex("3c 00 0008 00001234") + Bytes(4)), VNIC_OK,
     VNIC_HAS_IPV6 | VNIC_HAS_OPTIONS | VNIC_HAS_FRAGMENT, 0, 48, 0, 0, 48, 4},
    {"IPv6 no next header", VNIC_TUN, ipv6(59, {}), VNIC_OK, VNIC_HAS_IPV6, 0, 40, 0, 0, 40, 0},
    {"IPv6 ESP ends the walk", VNIC_TUN, ipv6(50, Bytes(12)), VNIC_OK, VNIC_HAS_IPV6, 0, 40, 0, 0,
     40, 12},
    {"IPv6 extension longer than the packet", VNIC_TUN, ipv6(60, hex("3a 04 0104 00000000")),
     VNIC_EINVAL, VNIC_HAS_IPV6, 0, 40, 0, 0, 40, 8},
    {"IPv6 extension header missing", VNIC_TUN, ipv6(60, hex("3a 00")), VNIC_EINVAL, VNIC_HAS_IPV6,
     0, 40, 0, 0, 40, 2},
    {"UDP longer than its packet", VNIC_TUN, ipv4(17, hex("03e8 07d0 0009 0000")), VNIC_EINVAL,
     VNIC_HAS_IPV4, 0, 20, 0, 0, 20, 8},
    {"UDP shorter than its header", VNIC_TUN, ipv4(17, hex("03e8 07d0 0007 0000")), VNIC_EINVAL,
     VNIC_HAS_IPV4, 0, 20, 0, 0, 20, 8},
    {"UDP shorter than its packet", VNIC_TUN, ipv4(17, hex("03e8 07d0 0009 0000 01 0203")), VNIC_OK,
     VNIC_HAS_IPV4 | VNIC_HAS_UDP, 0, 20, 20, 8, 28, 1},
    {"no room for UDP", VNIC_TUN, ipv4(17, hex("03e8 07d0")), VNIC_EINVAL, VNIC_HAS_IPV4, 0, 20, 0,
     0, 20, 4},
    {"no room for ICMP", VNIC_TUN, ipv4(1, hex("0800 0000")), VNIC_EINVAL, VNIC_HAS_IPV4, 0, 20, 0,
     0, 20, 4},
    {"no room for TCP", VNIC_TUN, ipv4(6, Bytes(19)), VNIC_EINVAL, VNIC_HAS_IPV4, 0, 20, 0, 0, 20,
     19},
    {"TCP header length 16", VNIC_TUN,
     ipv4(6, hex("03e8 07d0 00000001 00000002 4018 ffff 0000 0000")), VNIC_EINVAL, VNIC_HAS_IPV4, 0,
     20, 0, 0, 20, 20},
    {"TCP header longer than its packet", VNIC_TUN,
     ipv4(6, hex("03e8 07d0 00000001 00000002 6018 ffff 0000 0000")), VNIC_EINVAL, VNIC_HAS_IPV4, 0,
     20, 0, 0, 20, 20},
    {"TCP without payload", VNIC_TUN, ipv4(6, tcp({})), VNIC_OK, VNIC_HAS_IPV4 | VNIC_HAS_TCP, 0,
     20, 20, 20, 40, 0},
    {"IPv6 mobility header", VNIC_TUN, ipv6(135, hex("3b 00 0000 00000000")), VNIC_OK,
     VNIC_HAS_IPV6 | VNIC_HAS_OPTIONS, 0, 48, 0, 0, 48, 0},
    {"option of length 2 at the very end", VNIC_TUN,
     ipv4(17, udp({}), v4_a, v4_b, hex("01 01 07 02")), VNIC_OK,
     VNIC_HAS_IPV4 | VNIC_HAS_UDP | VNIC_HAS_OPTIONS, 0, 24, 24, 8, 32, 0},
    {"one byte, neither 4 nor 6", VNIC_TUN, hex("50"), VNIC_EINVAL, 0, 0, 0, 0, 0, 0, 1},
    {"frame that ends behind its tag", VNIC_TAP, ethernet(0x88CC, {}, tag5), VNIC_OK,
     VNIC_HAS_ETHERNET | VNIC_HAS_VLAN, 0, 0, 0, 0, 18, 0},
    {"neither 4 nor 6", VNIC_TUN, hex("50 00"), VNIC_EINVAL, 0, 0, 0, 0, 0, 0, 2},
    {"header length below 20", VNIC_TUN, hex("4400 0014 0000 0000 4011 0000 0a090001 0a090002"),
     VNIC_EINVAL, 0, 0, 0, 0, 0, 0, 20},
    {"total length below the header", VNIC_TUN,
     hex("4500 0013 0000 0000 4011 0000 0a090001 0a090002"), VNIC_EINVAL, 0, 0, 0, 0, 0, 0, 20},
    {"nothing", VNIC_TUN, {}, VNIC_EMSGSIZE, 0, 0, 0, 0, 0, 0, 0},
    {"cut IPv4 header", VNIC_TUN, hex("4500 0014 0000"), VNIC_EMSGSIZE, 0, 0, 0, 0, 0, 0, 6},
    {"cut IPv4 options", VNIC_TUN, hex("4600 0018 0000 0000 4011 0000 0a090001 0a090002"),
     VNIC_EMSGSIZE, 0, 0, 0, 0, 0, 0, 20},
    {"cut IPv6 header", VNIC_TUN, hex("6000 0000 0000"), VNIC_EMSGSIZE, 0, 0, 0, 0, 0, 0, 6},
    {"frame", VNIC_TAP, ethernet(0x0800, ipv4(17, udp(hex("01")))), VNIC_OK,
     VNIC_HAS_ETHERNET | VNIC_HAS_IPV4 | VNIC_HAS_UDP, 14, 20, 34, 8, 42, 1},
    {"frame with one tag and padding", VNIC_TAP,
     ethernet(0x86DD, ipv6(17, udp(hex("01"), v6_a, v6_b)), tag5) + Bytes(9), VNIC_OK,
     VNIC_HAS_ETHERNET | VNIC_HAS_VLAN | VNIC_HAS_IPV6 | VNIC_HAS_UDP, 18, 40, 58, 8, 66, 1},
    {"frame with two tags", VNIC_TAP, ethernet(0x0800, ipv4(17, udp({})), qinq), VNIC_OK,
     VNIC_HAS_ETHERNET | VNIC_HAS_VLAN | VNIC_HAS_IPV4 | VNIC_HAS_UDP, 22, 20, 42, 8, 50, 0},
    {"frame with three tags stops at the third", VNIC_TAP, ethernet(0x0800, Bytes(4), qinq + tag5),
     VNIC_OK, VNIC_HAS_ETHERNET | VNIC_HAS_VLAN, 0, 0, 0, 0, 22, 8},
    {"cut tag", VNIC_TAP, mac_b + mac_a + hex("8100 20"), VNIC_EMSGSIZE, VNIC_HAS_ETHERNET, 0, 0, 0,
     0, 14, 1},
    {"cut Ethernet header", VNIC_TAP, mac_b + mac_a + hex("08"), VNIC_EMSGSIZE, 0, 0, 0, 0, 0, 0,
     13},
    {"frame whose IP is of another version", VNIC_TAP, ethernet(0x86DD, ipv4(17, udp(Bytes(20)))),
     VNIC_EINVAL, VNIC_HAS_ETHERNET, 0, 0, 0, 0, 14, 48},
    {"frame of IPv4 type with IPv6", VNIC_TAP, ethernet(0x0800, ipv6(59, {})), VNIC_EINVAL,
     VNIC_HAS_ETHERNET, 0, 0, 0, 0, 14, 40},
    {"unknown EtherType", VNIC_TAP, ethernet(0x88CC, hex("0207")), VNIC_OK, VNIC_HAS_ETHERNET, 0, 0,
     0, 0, 14, 2},
    {"ARP with padding", VNIC_TAP,
     ethernet(0x0806, hex("0001 0800 06 04 0001") + mac_a + v4_a + Bytes(6) + v4_b + Bytes(18)),
     VNIC_OK, VNIC_HAS_ETHERNET | VNIC_HAS_ARP, 14, 28, 0, 0, 42, 0},
    {"ARP of another hardware", VNIC_TAP, ethernet(0x0806, hex("0006 0800 08 04 0001") + Bytes(24)),
     VNIC_OK, VNIC_HAS_ETHERNET, 0, 0, 0, 0, 14, 32},
    {"cut ARP of another hardware", VNIC_TAP,
     ethernet(0x0806, hex("0006 0800 08 04 0001") + Bytes(23)), VNIC_EMSGSIZE, VNIC_HAS_ETHERNET, 0,
     0, 0, 0, 14, 31},
    {"ARP with wrong lengths", VNIC_TAP, ethernet(0x0806, hex("0001 0800 06 05 0001")), VNIC_EINVAL,
     VNIC_HAS_ETHERNET, 0, 0, 0, 0, 14, 8},
    {"cut ARP", VNIC_TAP, ethernet(0x0806, hex("0001 0800 06 04 0001") + mac_a), VNIC_EMSGSIZE,
     VNIC_HAS_ETHERNET, 0, 0, 0, 0, 14, 14},
    {"cut ARP header", VNIC_TAP, ethernet(0x0806, hex("0001 0800")), VNIC_EMSGSIZE,
     VNIC_HAS_ETHERNET, 0, 0, 0, 0, 14, 4},
};

TEST(Parse, Table)
{
    for (const ParseCase &c : parse_cases) {
        SCOPED_TRACE(c.name);
        vnic_parsed p;
        EXPECT_EQ(parse(c.packet, c.layer, &p), c.rc);
        EXPECT_EQ(p.layers, c.layers);
        EXPECT_EQ(p.l3_offset, c.l3_offset);
        EXPECT_EQ(p.l3_len, c.l3_len);
        EXPECT_EQ(p.l4_offset, c.l4_offset);
        EXPECT_EQ(p.l4_len, c.l4_len);
        EXPECT_EQ(p.payload_offset, c.payload_offset);
        EXPECT_EQ(p.payload_len, c.payload_len);
    }
}

TEST(Parse, FieldsOfTcp)
{
    vnic_parsed p;
    Bytes b = ipv4(6, tcp(hex("01")), v4_a, v4_b, {}, 0x4000);
    b[1] = 0xB8;
    ASSERT_EQ(vnic_parse_ip(b.data(), b.size(), &p), VNIC_OK);
    EXPECT_EQ(p.ethertype, VNIC_ETHERTYPE_IPV4);
    EXPECT_EQ(p.ip_version, 4);
    EXPECT_EQ(p.ip_proto, 6);
    EXPECT_EQ(p.ip_ttl, 64);
    EXPECT_EQ(p.ip_tos, 0xB8);
    EXPECT_EQ(p.frag_id, 0x1234u);
    EXPECT_EQ(p.frag_more, 0);
    EXPECT_EQ(p.src_port, 1000);
    EXPECT_EQ(p.dst_port, 2000);
    EXPECT_EQ(p.tcp_flags, 0x18);
    EXPECT_EQ(p.packet_len, b.size());
}

TEST(Parse, FieldsOfTagsAndFragments)
{
    vnic_parsed p;
    Bytes b = ethernet(0x86DD, ipv6(44, hex("11 00 0009 cafe1234") + Bytes(8)), qinq) + Bytes(3);
    b[22] = 0x6A;
    b[23] = 0xB0;
    ASSERT_EQ(parse(b, VNIC_TAP, &p), VNIC_OK);
    EXPECT_EQ(p.vlan_count, 2);
    EXPECT_EQ(p.vlan_tci[0], 7);
    EXPECT_EQ(p.vlan_tci[1], 0x2005);
    EXPECT_EQ(p.ethertype, VNIC_ETHERTYPE_IPV6);
    EXPECT_EQ(p.ip_tos, 0xAB);
    EXPECT_EQ(p.ext_count, 1);
    EXPECT_EQ(p.ip_proto, 17);
    EXPECT_EQ(p.frag_id, 0xcafe1234u);
    EXPECT_EQ(p.frag_offset, 8u);
    EXPECT_EQ(p.frag_more, 1);
    EXPECT_EQ(p.packet_len, b.size() - 3);
}

TEST(Parse, FieldsOfIcmpAndArp)
{
    vnic_parsed p;
    Bytes b = ipv6(58, icmp6(135, Bytes(20)));
    ASSERT_EQ(parse(b, VNIC_TUN, &p), VNIC_OK);
    EXPECT_EQ(p.icmp_type, 135);
    EXPECT_EQ(p.icmp_code, 0);
    b = ethernet(0x0806, hex("0001 0800 06 04 0002") + mac_a + v4_a + mac_b + v4_b);
    ASSERT_EQ(parse(b, VNIC_TAP, &p), VNIC_OK);
    EXPECT_EQ(p.arp_op, 2);
}

/* 16 extension headers are walked, a 17th is refused. */
TEST(Parse, ExtensionHeadersAreBounded)
{
    vnic_parsed p;
    Bytes chain;
    for (int i = 0; i < VNIC_PARSE_MAX_EXT - 1; i++) {
        chain = chain + hex("3c 00 0104 00000000");
    }
    EXPECT_EQ(parse(ipv6(60, chain + hex("3b 00 0104 00000000")), VNIC_TUN, &p), VNIC_OK);
    EXPECT_EQ(p.ext_count, VNIC_PARSE_MAX_EXT);
    chain = chain + hex("3c 00 0104 00000000") + hex("3b 00 0104 00000000");
    EXPECT_EQ(parse(ipv6(60, chain), VNIC_TUN, &p), VNIC_EINVAL);
}

/* RFC 2675: the length of 0 claims nothing; the data are all there is. */
TEST(Parse, Jumbogram)
{
    vnic_parsed p;
    Bytes b = ipv6(0, hex("3b 00 c204 00011170") + Bytes(100));
    put16(b, 4, 0);
    EXPECT_EQ(parse(b, VNIC_TUN, &p), VNIC_OK);
    EXPECT_EQ(p.packet_len, b.size());
    EXPECT_EQ(p.payload_len, 100u);
}

/* Every way of cutting a packet is noticed, at every length, and what was before it is reported. */
TEST(Parse, EveryCutIsNoticed)
{
    VNIC_COVERS("vnic_parse", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_parse_ip", "VNIC_EMSGSIZE");
    const Bytes whole[] = {
        ipv4(6, tcp(hex("01 02"), v4_a, v4_b, hex("02040594"))),
        ipv4(17, udp(hex("01 02"))),
        ipv4(1, icmp(8, hex("0001 0002"))),
        ipv6(0,
             hex("2c 00 0104 00000000") + hex("11 00 0001 00001234") + udp(Bytes(8), v6_a, v6_b)),
        ipv6(58, icmp6(128, hex("0001 0002"))),
    };
    for (const Bytes &b : whole) {
        for (size_t len = 0; len < b.size(); len++) {
            vnic_parsed p;
            Bytes cut(b.begin(), b.begin() + static_cast<long>(len));
            EXPECT_EQ(parse(cut, VNIC_TUN, &p), VNIC_EMSGSIZE) << len << " of " << b.size();
            EXPECT_EQ(vnic_parse_ip(cut.data() ? cut.data() : b.data(), len, &p), VNIC_EMSGSIZE);
            EXPECT_LE(p.payload_offset + p.payload_len, len);
            EXPECT_EQ(parse(ethernet(get16(b, 0) >> 12 == 4 ? 0x0800 : 0x86DD, cut), VNIC_TAP, &p),
                      VNIC_EMSGSIZE);
        }
    }
}

TEST(Parse, BadArguments)
{
    VNIC_COVERS("vnic_parse", "VNIC_EINVAL");
    VNIC_COVERS("vnic_parse_ip", "VNIC_EINVAL");
    vnic_parsed p;
    Bytes b = ipv4(17, udp({}));
    EXPECT_EQ(vnic_parse(nullptr, 20, VNIC_TUN, &p), VNIC_EINVAL);
    EXPECT_EQ(vnic_parse(b.data(), b.size(), VNIC_TUN, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_parse(b.data(), b.size(), 0, &p), VNIC_EINVAL);
    EXPECT_EQ(vnic_parse(b.data(), b.size(), 3, &p), VNIC_EINVAL);
    EXPECT_EQ(vnic_parse_ip(nullptr, 20, &p), VNIC_EINVAL);
    EXPECT_EQ(vnic_parse_ip(b.data(), b.size(), nullptr), VNIC_EINVAL);
    if (sizeof(size_t) > 4) {
        EXPECT_EQ(vnic_parse(b.data(), static_cast<size_t>(-1), VNIC_TUN, &p), VNIC_EINVAL);
    }
}

/* Whatever the bytes are, the offsets that come back lie inside the data. */
TEST(Parse, OffsetsStayInsideForDamagedPackets)
{
    std::mt19937 random(1);
    for (int round = 0; round < 20000; round++) {
        const ParseCase &c = parse_cases[random() % (sizeof parse_cases / sizeof *parse_cases)];
        Bytes b = c.packet;
        for (int i = 0; i < 3 && !b.empty(); i++) {
            b[random() % b.size()] = static_cast<uint8_t>(random());
        }
        b.resize(b.size() - random() % (b.size() / 4 + 1));
        vnic_parsed p;
        parse(b, c.layer, &p);
        ASSERT_LE(static_cast<size_t>(p.payload_offset) + p.payload_len, b.size());
        ASSERT_LE(p.packet_len, b.size());
        ASSERT_LE(static_cast<size_t>(p.l3_offset) + p.l3_len, b.size());
        ASSERT_LE(static_cast<size_t>(p.l4_offset) + p.l4_len, b.size());
    }
}

TEST(Parse, LayoutIsPartOfTheAbi)
{
    EXPECT_EQ(sizeof(vnic_parsed), 72u);
    EXPECT_EQ(offsetof(vnic_parsed, ethertype), 40u);
    EXPECT_EQ(offsetof(vnic_parsed, reserved), 62u);
}
