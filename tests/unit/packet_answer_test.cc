/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

#include <cstring>

#include "support/covers.h"
#include "support/packets.h"
#include "vnic/mac.h"
#include "vnic/packet.h"

using namespace packets;

static const Bytes echo_rest = hex("0001 0002 61 62 63");

/* A packet and what it must become; an empty answer means that it is left alone. */
struct EchoCase {
    const char *name;
    uint32_t layer;
    Bytes packet;
    int rc;
    Bytes answer;
};

static Bytes changed(Bytes b, size_t at, uint8_t value)
{
    b.at(at) = value;
    return b;
}

static const Bytes multicast_mac = hex("01 00 5e 00 00 01");
static const Bytes v6_all = hex("ff02 0000 0000 0000 0000 0000 0000 0001");
static const Bytes v6_none(16);
static const Bytes tag9 = hex("8100 0009");

static const EchoCase icmp_cases[] = {
    {"IPv4", VNIC_TUN, ipv4(1, icmp(8, echo_rest)), 1, ipv4(1, icmp(0, echo_rest), v4_b, v4_a)},
    {"IPv4 time to live", VNIC_TUN,
     [] {
         Bytes b = ipv4(1, icmp(8, echo_rest));
         b[8] = 3;
         put16(b, 10, 0);
         put16(b, 10, naive_checksum(Bytes(b.begin(), b.begin() + 20)));
         return b;
     }(),
     1, ipv4(1, icmp(0, echo_rest), v4_b, v4_a)},
    {"IPv4 with options", VNIC_TUN, ipv4(1, icmp(8, echo_rest), v4_a, v4_b, hex("01 01 01 00")), 1,
     ipv4(1, icmp(0, echo_rest), v4_b, v4_a, hex("01 01 01 00"))},
    {"IPv6", VNIC_TUN, ipv6(58, icmp6(128, echo_rest)), 1,
     ipv6(58, icmp6(129, echo_rest, v6_b, v6_a), v6_b, v6_a)},
    {"frame with tag and padding", VNIC_TAP,
     ethernet(0x0800, ipv4(1, icmp(8, echo_rest)), tag9) + Bytes(11, 0x77), 1,
     ethernet(0x0800, ipv4(1, icmp(0, echo_rest), v4_b, v4_a), tag9, mac_a, mac_b) +
         Bytes(11, 0x77)},
    {"IPv6 without data", VNIC_TUN, ipv6(58, icmp6(128, hex("0001 0002"))), 1,
     ipv6(58, icmp6(129, hex("0001 0002"), v6_b, v6_a), v6_b, v6_a)},
    {"frame IPv6", VNIC_TAP, ethernet(0x86DD, ipv6(58, icmp6(128, echo_rest))), 1,
     ethernet(0x86DD, ipv6(58, icmp6(129, echo_rest, v6_b, v6_a), v6_b, v6_a), {}, mac_a, mac_b)},
    {"reply", VNIC_TUN, ipv4(1, icmp(0, echo_rest)), 0, {}},
    {"IPv6 reply", VNIC_TUN, ipv6(58, icmp6(129, echo_rest)), 0, {}},
    {"unreachable", VNIC_TUN, ipv4(1, icmp(3, echo_rest)), 0, {}},
    {"UDP", VNIC_TUN, ipv4(17, udp(hex("01"))), 0, {}},
    {"another frame", VNIC_TAP, ethernet(0x88CC, hex("0102")), 0, {}},
    {"ICMPv6 echo without identifier", VNIC_TUN, ipv6(58, icmp6(128, hex("0001 00"))), 0, {}},
    {"code 1",
     VNIC_TUN,
     [] {
         Bytes m = icmp(8, echo_rest);
         m[1] = 1;
         put16(m, 2, 0);
         put16(m, 2, naive_checksum(m));
         return ipv4(1, m);
     }(),
     0,
     {}},
    {"to multicast", VNIC_TUN, ipv4(1, icmp(8, echo_rest), v4_a, hex("e1010101")), 0, {}},
    {"to broadcast", VNIC_TUN, ipv4(1, icmp(8, echo_rest), v4_a, hex("ffffffff")), 0, {}},
    {"from nowhere", VNIC_TUN, ipv4(1, icmp(8, echo_rest), hex("00000000"), v4_b), 0, {}},
    {"from multicast", VNIC_TUN, ipv4(1, icmp(8, echo_rest), hex("e1010101"), v4_b), 0, {}},
    {"IPv6 to all nodes",
     VNIC_TUN,
     ipv6(58, icmp6(128, echo_rest, v6_a, v6_all), v6_a, v6_all),
     0,
     {}},
    {"IPv6 from nowhere",
     VNIC_TUN,
     ipv6(58, icmp6(128, echo_rest, v6_none, v6_b), v6_none, v6_b),
     0,
     {}},
    {"to a multicast MAC",
     VNIC_TAP,
     ethernet(0x0800, ipv4(1, icmp(8, echo_rest)), {}, multicast_mac),
     0,
     {}},
    {"from a multicast MAC",
     VNIC_TAP,
     ethernet(0x0800, ipv4(1, icmp(8, echo_rest)), {}, mac_b, multicast_mac),
     0,
     {}},
    {"fragment", VNIC_TUN, ipv4(1, icmp(8, Bytes(12)), v4_a, v4_b, {}, 0x2000), 0, {}},
    {"source route",
     VNIC_TUN,
     ipv4(1, icmp(8, echo_rest), v4_a, v4_b, hex("89 07 04 0a090003 00")),
     0,
     {}},
    {"IPv6 routing header",
     VNIC_TUN,
     ipv6(43, hex("3a 00 0400 00000000") + icmp6(128, echo_rest)),
     0,
     {}},
    {"wrong ICMP checksum", VNIC_TUN, changed(ipv4(1, icmp(8, echo_rest)), 30, 1), VNIC_EINVAL, {}},
    {"wrong header checksum",
     VNIC_TUN,
     changed(ipv4(1, icmp(8, echo_rest)), 11, 1),
     VNIC_EINVAL,
     {}},
    {"wrong ICMPv6 checksum",
     VNIC_TUN,
     changed(ipv6(58, icmp6(128, echo_rest)), 48, 1),
     VNIC_EINVAL,
     {}},
};

TEST(EchoIcmp, Table)
{
    VNIC_COVERS("vnic_echo_icmp", "VNIC_EINVAL");
    for (const EchoCase &c : icmp_cases) {
        Bytes b = c.packet;
        EXPECT_EQ(vnic_echo_icmp(b.data(), b.size(), c.layer), c.rc) << c.name;
        EXPECT_EQ(b, c.rc == 1 ? c.answer : c.packet) << c.name;
    }
}

static const EchoCase udp_cases[] = {
    {"IPv4", VNIC_TUN, ipv4(17, udp(echo_rest)), 1,
     ipv4(17, udp(echo_rest, v4_b, v4_a, 2000, 1000), v4_b, v4_a)},
    {"IPv6", VNIC_TUN, ipv6(17, udp(echo_rest, v6_a, v6_b)), 1,
     ipv6(17, udp(echo_rest, v6_b, v6_a, 2000, 1000), v6_b, v6_a)},
    {"IPv4 without checksum", VNIC_TUN,
     [] {
         Bytes b = ipv4(17, udp(echo_rest));
         put16(b, 26, 0);
         return b;
     }(),
     1,
     [] {
         Bytes b = ipv4(17, udp(echo_rest, v4_b, v4_a, 2000, 1000), v4_b, v4_a);
         put16(b, 26, 0);
         return b;
     }()},
    {"frame", VNIC_TAP, ethernet(0x86DD, ipv6(17, udp(echo_rest, v6_a, v6_b))), 1,
     ethernet(0x86DD, ipv6(17, udp(echo_rest, v6_b, v6_a, 2000, 1000), v6_b, v6_a), {}, mac_a,
              mac_b)},
    {"TCP", VNIC_TUN, ipv4(6, tcp(echo_rest)), 0, {}},
    {"from port 0", VNIC_TUN, ipv4(17, udp(echo_rest, v4_a, v4_b, 0, 7)), 0, {}},
    {"to multicast",
     VNIC_TUN,
     ipv4(17, udp(echo_rest, v4_a, hex("e00000fb")), v4_a, hex("e00000fb")),
     0,
     {}},
    {"wrong checksum", VNIC_TUN, changed(ipv4(17, udp(echo_rest)), 30, 1), VNIC_EINVAL, {}},
    {"IPv6 without checksum",
     VNIC_TUN,
     [] {
         Bytes b = ipv6(17, udp(echo_rest, v6_a, v6_b));
         put16(b, 46, 0);
         return b;
     }(),
     VNIC_EINVAL,
     {}},
};

TEST(EchoUdp, Table)
{
    VNIC_COVERS("vnic_echo_udp", "VNIC_EINVAL");
    for (const EchoCase &c : udp_cases) {
        Bytes b = c.packet;
        EXPECT_EQ(vnic_echo_udp(b.data(), b.size(), c.layer), c.rc) << c.name;
        EXPECT_EQ(b, c.rc == 1 ? c.answer : c.packet) << c.name;
    }
}

TEST(EchoUdp, TimeToLiveIsNew)
{
    Bytes b = ipv4(17, udp(echo_rest));
    b[8] = 9;
    put16(b, 10, 0);
    put16(b, 10, naive_checksum(Bytes(b.begin(), b.begin() + 20)));
    ASSERT_EQ(vnic_echo_udp(b.data(), b.size(), VNIC_TUN), 1);
    EXPECT_EQ(b, ipv4(17, udp(echo_rest, v4_b, v4_a, 2000, 1000), v4_b, v4_a));
}

TEST(Echo, CutPackets)
{
    VNIC_COVERS("vnic_echo_icmp", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_echo_udp", "VNIC_EMSGSIZE");
    Bytes b = ipv4(1, icmp(8, echo_rest));
    EXPECT_EQ(vnic_echo_icmp(b.data(), b.size() - 1, VNIC_TUN), VNIC_EMSGSIZE);
    EXPECT_EQ(b, ipv4(1, icmp(8, echo_rest)));
    b = ipv4(17, udp(echo_rest));
    EXPECT_EQ(vnic_echo_udp(b.data(), b.size() - 1, VNIC_TUN), VNIC_EMSGSIZE);
    EXPECT_EQ(b, ipv4(17, udp(echo_rest)));
    EXPECT_EQ(vnic_echo_icmp(nullptr, 20, VNIC_TUN), VNIC_EINVAL);
    EXPECT_EQ(vnic_echo_udp(nullptr, 20, VNIC_TUN), VNIC_EINVAL);
}

/* ---- ARP */

static vnic_prefix prefix(const char *text)
{
    vnic_prefix p;
    EXPECT_EQ(vnic_prefix_parse(text, &p), VNIC_OK) << text;
    return p;
}

static Bytes arp(uint8_t op, const Bytes &sha, const Bytes &spa, const Bytes &tha, const Bytes &tpa)
{
    return hex("0001 0800 06 04 00") + Bytes{op} + sha + spa + tha + tpa;
}

static const Bytes broadcast_mac(6, 0xFF);
static const Bytes my_mac = hex("02 5e 00 00 00 07");
static const Bytes request =
    ethernet(0x0806, arp(1, mac_a, v4_a, Bytes(6), v4_b), {}, broadcast_mac) + Bytes(18);

struct NeighCase {
    const char *name;
    Bytes packet;
    const char *own;
    Bytes answer; /* empty: none */
};

static const NeighCase arp_cases[] = {
    {"request with padding", request, "10.9.0.2/24",
     ethernet(0x0806, arp(2, my_mac, v4_b, mac_a, v4_a), {}, mac_a, my_mac)},
    {"single address", request, "10.9.0.2",
     ethernet(0x0806, arp(2, my_mac, v4_b, mac_a, v4_a), {}, mac_a, my_mac)},
    {"with tag", ethernet(0x0806, arp(1, mac_a, v4_a, Bytes(6), v4_b), tag9, broadcast_mac),
     "10.9.0.0/24", ethernet(0x0806, arp(2, my_mac, v4_b, mac_a, v4_a), tag9, mac_a, my_mac)},
    {"probe for a single address",
     ethernet(0x0806, arp(1, mac_a, Bytes(4), Bytes(6), v4_b), {}, broadcast_mac), "10.9.0.2/32",
     ethernet(0x0806, arp(2, my_mac, v4_b, mac_a, Bytes(4)), {}, mac_a, my_mac)},
    {"probe in a network",
     ethernet(0x0806, arp(1, mac_a, Bytes(4), Bytes(6), v4_b), {}, broadcast_mac),
     "10.9.0.2/24",
     {}},
    {"announcement in a network",
     ethernet(0x0806, arp(1, mac_a, v4_a, Bytes(6), v4_a), {}, broadcast_mac),
     "10.9.0.2/24",
     {}},
    {"other address", request, "10.9.0.3", {}},
    {"other network", request, "10.9.1.0/24", {}},
    {"reply", ethernet(0x0806, arp(2, mac_a, v4_a, mac_b, v4_b)), "10.9.0.2/24", {}},
    {"sender with group address",
     ethernet(0x0806, arp(1, multicast_mac, v4_a, Bytes(6), v4_b), {}, broadcast_mac),
     "10.9.0.2/24",
     {}},
    {"frame from group address",
     ethernet(0x0806, arp(1, mac_a, v4_a, Bytes(6), v4_b), {}, broadcast_mac, multicast_mac),
     "10.9.0.2/24",
     {}},
    {"no ARP", ethernet(0x0800, ipv4(17, udp({}))), "10.9.0.2/24", {}},
};

TEST(AnswerArp, Table)
{
    for (const NeighCase &c : arp_cases) {
        uint8_t out[VNIC_ANSWER_MAX];
        vnic_prefix own = prefix(c.own);
        int n =
            vnic_answer_arp(c.packet.data(), c.packet.size(), &own, my_mac.data(), out, sizeof out);
        ASSERT_GE(n, 0) << c.name;
        EXPECT_EQ(Bytes(out, out + n), c.answer) << c.name;
    }
}

TEST(AnswerArp, BadArguments)
{
    VNIC_COVERS("vnic_answer_arp", "VNIC_EINVAL");
    VNIC_COVERS("vnic_answer_arp", "VNIC_EMSGSIZE");
    uint8_t out[VNIC_ANSWER_MAX];
    vnic_prefix own = prefix("10.9.0.2/24"), six = prefix("fd09::/64"), broken = own;
    broken.prefix_len = 33;
    const uint8_t *q = request.data(), *m = my_mac.data();
    size_t n = request.size();
    EXPECT_EQ(vnic_answer_arp(nullptr, n, &own, m, out, sizeof out), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_arp(q, n, nullptr, m, out, sizeof out), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_arp(q, n, &six, m, out, sizeof out), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_arp(q, n, &broken, m, out, sizeof out), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_arp(q, n, &own, nullptr, out, sizeof out), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_arp(q, n, &own, multicast_mac.data(), out, sizeof out), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_arp(q, n, &own, m, nullptr, sizeof out), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_arp(q, n, &own, m, out, 41), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_answer_arp(q, n, &own, m, out, 42), 42);
    EXPECT_EQ(vnic_answer_arp(q, 41, &own, m, out, sizeof out), VNIC_EMSGSIZE);
}

/* ---- Neighbour Discovery */

static const Bytes solicited_node = hex("ff02 0000 0000 0000 0000 0001 ff00 0002");
static const Bytes source_option = hex("0101") + mac_a;
static const Bytes target_option = hex("0201") + my_mac;
static const Bytes nd_mac = hex("33 33 ff 00 00 02");
static const Bytes all_nodes_mac = hex("33 33 00 00 00 01");

static Bytes solicitation(const Bytes &options = source_option, const Bytes &src = v6_a,
                          const Bytes &dst = solicited_node, const Bytes &target = v6_b,
                          uint8_t hops = 255)
{
    return ipv6(58, icmp6(135, Bytes(4) + target + options, src, dst), src, dst, hops);
}

static Bytes advertisement(uint8_t flags, const Bytes &dst, const Bytes &options,
                           const Bytes &target = v6_b)
{
    return ipv6(58, icmp6(136, Bytes{flags, 0, 0, 0} + target + options, target, dst), target, dst,
                255);
}

static Bytes nd_frame(const Bytes &packet)
{
    return ethernet(0x86DD, packet, {}, nd_mac);
}

struct NdCase {
    const char *name;
    uint32_t layer;
    Bytes packet;
    const char *own;
    Bytes answer;
};

static const NdCase nd_cases[] = {
    {"frame", VNIC_TAP, nd_frame(solicitation()), "fd09::2/64",
     ethernet(0x86DD, advertisement(0x60, v6_a, target_option), {}, mac_a, my_mac)},
    {"frame with tag", VNIC_TAP, ethernet(0x86DD, solicitation(), tag9, nd_mac), "fd09::2",
     ethernet(0x86DD, advertisement(0x60, v6_a, target_option), tag9, mac_a, my_mac)},
    {"unicast, no option", VNIC_TAP, nd_frame(solicitation({}, v6_a, v6_b)), "fd09::/64",
     ethernet(0x86DD, advertisement(0x60, v6_a, target_option), {}, mac_a, my_mac)},
    {"packet", VNIC_TUN, solicitation({}), "fd09::2/64", advertisement(0x60, v6_a, target_option)},
    {"duplicate detection for a single address", VNIC_TAP, nd_frame(solicitation({}, v6_none)),
     "fd09::2/128",
     ethernet(0x86DD, advertisement(0x20, v6_all, target_option), {}, all_nodes_mac, my_mac)},
    {"duplicate detection in a network",
     VNIC_TAP,
     nd_frame(solicitation({}, v6_none)),
     "fd09::2/64",
     {}},
    {"asks for itself", VNIC_TAP, nd_frame(solicitation(source_option, v6_b)), "fd09::/64", {}},
    {"duplicate detection with a source option",
     VNIC_TAP,
     nd_frame(solicitation(source_option, v6_none)),
     "fd09::2",
     {}},
    {"duplicate detection to another group",
     VNIC_TAP,
     nd_frame(solicitation({}, v6_none, v6_all)),
     "fd09::2",
     {}},
    {"hop limit 254",
     VNIC_TAP,
     nd_frame(solicitation(source_option, v6_a, solicited_node, v6_b, 254)),
     "fd09::/64",
     {}},
    {"code 1",
     VNIC_TAP,
     [] {
         Bytes m = Bytes{135, 1, 0, 0} + Bytes(4) + v6_b + source_option;
         m = with_l4_sum(m, 2, 58, v6_a, solicited_node);
         return nd_frame(ipv6(58, m, v6_a, solicited_node, 255));
     }(),
     "fd09::/64",
     {}},
    {"behind options",
     VNIC_TUN,
     ipv6(0, hex("3a 00 0104 00000000") + icmp6(135, Bytes(4) + v6_b, v6_a, solicited_node), v6_a,
          solicited_node, 255),
     "fd09::/64",
     {}},
    {"target is multicast",
     VNIC_TAP,
     nd_frame(solicitation(source_option, v6_a, solicited_node, v6_all)),
     "::/0",
     {}},
    {"other address", VNIC_TAP, nd_frame(solicitation()), "fd09::3", {}},
    {"option of length 0", VNIC_TAP, nd_frame(solicitation(hex("0100") + mac_a)), "fd09::/64", {}},
    {"option longer than the packet",
     VNIC_TAP,
     nd_frame(solicitation(hex("0102") + mac_a)),
     "fd09::/64",
     {}},
    {"one byte of an option", VNIC_TAP, nd_frame(solicitation(hex("01"))), "fd09::/64", {}},
    {"advertisement", VNIC_TUN, advertisement(0x60, v6_b, target_option), "fd09::/64", {}},
    {"too short", VNIC_TUN, ipv6(58, icmp6(135, Bytes(19)), v6_a, v6_b, 255), "fd09::/64", {}},
    {"from a group MAC",
     VNIC_TAP,
     ethernet(0x86DD, solicitation(), {}, nd_mac, multicast_mac),
     "fd09::/64",
     {}},
    {"no ICMPv6", VNIC_TUN, ipv4(17, udp({})), "fd09::/64", {}},
};

TEST(AnswerNd, Table)
{
    for (const NdCase &c : nd_cases) {
        uint8_t out[VNIC_ANSWER_MAX];
        vnic_prefix own = prefix(c.own);
        int n = vnic_answer_nd(c.packet.data(), c.packet.size(), c.layer, &own, my_mac.data(), out,
                               sizeof out);
        ASSERT_GE(n, 0) << c.name;
        EXPECT_EQ(Bytes(out, out + n), c.answer) << c.name;
    }
}

TEST(AnswerNd, WithoutLinkAddressOnTun)
{
    uint8_t out[VNIC_ANSWER_MAX];
    vnic_prefix own = prefix("fd09::2/64");
    Bytes q = solicitation({});
    int n = vnic_answer_nd(q.data(), q.size(), VNIC_TUN, &own, nullptr, out, sizeof out);
    ASSERT_EQ(n, 64);
    EXPECT_EQ(Bytes(out, out + n), advertisement(0x60, v6_a, {}));
}

TEST(AnswerNd, BadArguments)
{
    VNIC_COVERS("vnic_answer_nd", "VNIC_EINVAL");
    VNIC_COVERS("vnic_answer_nd", "VNIC_EMSGSIZE");
    uint8_t out[VNIC_ANSWER_MAX];
    vnic_prefix own = prefix("fd09::2/64"), four = prefix("10.9.0.2/24");
    const Bytes q = nd_frame(solicitation());
    const uint8_t *m = my_mac.data();
    const size_t n = q.size();
    EXPECT_EQ(vnic_answer_nd(nullptr, n, VNIC_TAP, &own, m, out, 96), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_nd(q.data(), n, 9, &own, m, out, 96), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_nd(q.data(), n, VNIC_TAP, nullptr, m, out, 96), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_nd(q.data(), n, VNIC_TAP, &four, m, out, 96), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_nd(q.data(), n, VNIC_TAP, &own, nullptr, out, 96), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_nd(q.data(), n, VNIC_TAP, &own, multicast_mac.data(), out, 96),
              VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_nd(q.data(), n, VNIC_TAP, &own, m, nullptr, 96), VNIC_EINVAL);
    EXPECT_EQ(vnic_answer_nd(q.data(), n, VNIC_TAP, &own, m, out, 85), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_answer_nd(q.data(), n, VNIC_TAP, &own, m, out, 86), 86);
    EXPECT_EQ(vnic_answer_nd(q.data(), n - 1, VNIC_TAP, &own, m, out, 96), VNIC_EMSGSIZE);
    Bytes wrong = changed(q, q.size() - 1, 0x99);
    EXPECT_EQ(vnic_answer_nd(wrong.data(), n, VNIC_TAP, &own, m, out, 96), VNIC_EINVAL);
}

/* The answers that vnic itself gives must pass its own parser and checksums. */
TEST(AnswerNd, TheAnswerIsAGoodPacket)
{
    uint8_t out[VNIC_ANSWER_MAX];
    vnic_prefix own = prefix("fd09::2/64");
    const Bytes q = nd_frame(solicitation());
    int n = vnic_answer_nd(q.data(), q.size(), VNIC_TAP, &own, my_mac.data(), out, sizeof out);
    ASSERT_GT(n, 0);
    EXPECT_EQ(vnic_checksum_verify(out, static_cast<size_t>(n), VNIC_TAP), VNIC_SUM_L4_GOOD);
}
