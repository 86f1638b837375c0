/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/covers.h"
#include "support/packets.h"
#include "vnic/packet.h"

using namespace packets;

/* RFC 1071 section 3: the sum of 00 01 f2 03 f4 f5 f6 f7 is ddf2. */
TEST(Checksum, ExampleOfTheRfc)
{
    Bytes b = hex("0001 f203 f4f5 f6f7");
    EXPECT_EQ(vnic_checksum(b.data(), b.size()), 0x220d);
}

/* The IPv4 header that textbooks use; its checksum is b861. */
TEST(Checksum, KnownHeader)
{
    Bytes b = hex("4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7");
    EXPECT_EQ(vnic_checksum(b.data(), b.size()), 0xb861);
    put16(b, 10, 0xb861);
    EXPECT_EQ(vnic_checksum(b.data(), b.size()), 0);
}

TEST(Checksum, NothingAndZeros)
{
    Bytes zeros(64);
    EXPECT_EQ(vnic_checksum(nullptr, 0), 0xFFFF);
    EXPECT_EQ(vnic_checksum(zeros.data(), zeros.size()), 0xFFFF);
}

/* Every length at some alignments against the naive model: bytes that make many carries, bytes that
 * make none, and random ones. (All alignments: checksum_variants_test.cc.) */
TEST(Checksum, EveryLengthAgainstTheModel)
{
    enum { MAX = 4096 };
    std::mt19937 random(42);
    for (int pattern = 0; pattern < 4; pattern++) {
        alignas(16) static uint8_t room[MAX + 32];
        for (auto &byte : room) {
            byte = pattern == 0   ? 0xFF
                   : pattern == 1 ? static_cast<uint8_t>(random() % 2 ? 0xFF : 0xFE)
                   : pattern == 2 ? static_cast<uint8_t>(random())
                                  : static_cast<uint8_t>(random() % 64 == 0);
        }
        for (size_t align : {0, 1, 6, 15}) {
            uint32_t model = 0; /* the sum of the even part, grown with the length */
            for (size_t len = 0; len <= MAX; len++) {
                const uint8_t *p = room + align;
                if (len >= 2 && len % 2 == 0) {
                    model = naive_sum(p + len - 2, 2, model);
                }
                uint32_t sum = len % 2 ? naive_sum(p + len - 1, 1, model) : model;
                ASSERT_EQ(vnic_checksum(p, len), static_cast<uint16_t>(~sum))
                    << "pattern " << pattern << " alignment " << align << " length " << len;
            }
        }
    }
}

TEST(Checksum, CopyOfEveryLength)
{
    std::mt19937 random(17);
    Bytes from(700);
    for (auto &byte : from) {
        byte = static_cast<uint8_t>(random() | 0xC0);
    }
    EXPECT_EQ(vnic_checksum_copy(77, nullptr, nullptr, 0), 77u);
    for (size_t len = 0; len <= from.size(); len++) {
        Bytes to(from.size() + 1, 0x5A);
        uint64_t start = vnic_checksum_add(0, from.data(), 2);
        uint64_t sum = vnic_checksum_copy(start, to.data(), from.data(), len);
        EXPECT_EQ(vnic_checksum_fold(sum),
                  static_cast<uint16_t>(~naive_sum(from.data(), len, naive_sum(from.data(), 2))));
        EXPECT_TRUE(std::equal(from.begin(), from.begin() + static_cast<long>(len), to.begin()));
        EXPECT_EQ(Bytes(to.size() - len, 0x5A),
                  Bytes(to.begin() + static_cast<long>(len), to.end()));
    }
}

TEST(Checksum, PiecesOfEvenLengthAddUp)
{
    std::mt19937 random(7);
    Bytes b(3001);
    for (auto &byte : b) {
        byte = static_cast<uint8_t>(random() | 0xC0);
    }
    for (int round = 0; round < 500; round++) {
        uint64_t sum = 0;
        size_t at = 0;
        while (at < b.size()) {
            size_t n = std::min<size_t>(random() % 128 * 2, b.size() - at);
            if (b.size() - at < 200) {
                n = b.size() - at;
            }
            sum = vnic_checksum_add(sum, b.data() + at, n);
            at += n;
        }
        ASSERT_EQ(vnic_checksum_fold(sum), naive_checksum(b));
    }
}

TEST(Checksum, TheCarryOutOfTheTopComesBack)
{
    const Bytes ones(8, 0xFF);
    /* All ones plus all ones is all ones in one's complement, whatever was carried before. */
    EXPECT_EQ(vnic_checksum_fold(vnic_checksum_add(UINT64_MAX, ones.data(), 8)), 0);
    EXPECT_EQ(vnic_checksum_fold(UINT64_MAX), 0);
    EXPECT_EQ(vnic_checksum_fold(0), 0xFFFF);
    Bytes one = hex("00 01");
    EXPECT_EQ(vnic_checksum_fold(vnic_checksum_add(UINT64_MAX, one.data(), 2)), 0xFFFE);
}

TEST(Checksum, PseudoHeaders)
{
    Bytes four = v4_a + v4_b + hex("00 11 01 02");
    EXPECT_EQ(vnic_checksum_fold(vnic_checksum_pseudo4(v4_a.data(), v4_b.data(), 17, 0x102)),
              naive_checksum(four));
    Bytes six = v6_a + v6_b + hex("00010203 0000003a");
    EXPECT_EQ(vnic_checksum_fold(vnic_checksum_pseudo6(v6_a.data(), v6_b.data(), 58, 0x10203)),
              naive_checksum(six));
}

/* What a system leaves for hardware: the field holds the sum of the pseudo header. */
static Bytes partial(const Bytes &complete, size_t start, size_t offset, uint8_t proto)
{
    Bytes out = complete;
    Bytes pseudo = v4_a + v4_b + Bytes{0, proto, 0, 0};
    put16(pseudo, 10, static_cast<uint32_t>(complete.size() - start));
    put16(out, start + offset, naive_sum(pseudo.data(), pseudo.size()));
    return out;
}

TEST(ChecksumComplete, TcpAndUdp)
{
    Bytes t = ipv4(6, tcp(hex("01 02 03")));
    Bytes p = partial(t, 20, 16, 6);
    EXPECT_NE(p, t);
    EXPECT_EQ(vnic_checksum_complete(p.data(), p.size(), 20, 16), VNIC_OK);
    EXPECT_EQ(p, t);

    Bytes u = ipv4(17, udp(hex("01 02 03 04")));
    p = partial(u, 20, 6, 17);
    EXPECT_EQ(vnic_checksum_complete(p.data(), p.size(), 20, 6), VNIC_OK);
    EXPECT_EQ(p, u);
}

/* A UDP payload chosen so that the sum is 0, which must not be sent; TCP keeps its 0. */
TEST(ChecksumComplete, ZeroIsReplacedForUdpOnly)
{
    Bytes u = udp(hex("00 00"));
    put16(u, 8, get16(u, 6)); /* payload = the checksum it had: now the sum is all ones */
    Bytes packet = ipv4(17, with_l4_sum(u, 6, 17, v4_a, v4_b));
    ASSERT_EQ(get16(packet, 26), 0xFFFFu);
    Bytes p = partial(packet, 20, 6, 17);
    EXPECT_EQ(vnic_checksum_complete(p.data(), p.size(), 20, 6), VNIC_OK);
    EXPECT_EQ(p, packet);

    Bytes t = tcp(hex("00 00"));
    put16(t, 20, get16(t, 16));
    packet = ipv4(6, with_l4_sum(t, 16, 6, v4_a, v4_b));
    ASSERT_EQ(get16(packet, 36), 0u);
    p = partial(packet, 20, 16, 6);
    EXPECT_EQ(vnic_checksum_complete(p.data(), p.size(), 20, 16), VNIC_OK);
    EXPECT_EQ(p, packet);
}

TEST(ChecksumComplete, BadArguments)
{
    VNIC_COVERS("vnic_checksum_complete", "VNIC_EINVAL");
    VNIC_COVERS("vnic_checksum_complete", "VNIC_EMSGSIZE");
    Bytes b(40, 0x55);
    const Bytes before = b;
    EXPECT_EQ(vnic_checksum_complete(nullptr, 40, 0, 0), VNIC_EINVAL);
    EXPECT_EQ(vnic_checksum_complete(b.data(), 40, 20, 19), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_checksum_complete(b.data(), 40, 41, 0), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_checksum_complete(b.data(), 40, UINT32_MAX, UINT32_MAX), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_checksum_complete(b.data(), 0, 0, 0), VNIC_EMSGSIZE);
    EXPECT_EQ(b, before);
    EXPECT_EQ(vnic_checksum_complete(b.data(), 40, 20, 18), VNIC_OK);
}

struct SumCase {
    const char *name;
    Bytes packet;
    uint32_t layer;
    int good;
    size_t flip; /* a byte of layer 4 or of the header */
    int bad;
};

/* Addresses of which no byte can be taken for another without changing the sum. */
static const Bytes odd_a = hex("c0 a8 07 15"), odd_b = hex("17 2a 63 84");
static const Bytes odd_a6 = hex("2001 0db8 1357 9bdf 0246 8ace 1122 3344");
static const Bytes odd_b6 = hex("2a00 1450 4001 082f 5566 7788 99aa bbcc");

static const SumCase sum_cases[] = {
    {"odd addresses", ipv4(17, udp(hex("01 02 03"), odd_a, odd_b), odd_a, odd_b), VNIC_TUN,
     VNIC_SUM_IP_GOOD | VNIC_SUM_L4_GOOD, 28, VNIC_SUM_IP_GOOD | VNIC_SUM_L4_BAD},
    {"odd IPv6 addresses", ipv6(6, tcp(hex("01"), odd_a6, odd_b6), odd_a6, odd_b6), VNIC_TUN,
     VNIC_SUM_L4_GOOD, 60, VNIC_SUM_L4_BAD},
    {"IPv4 TCP", ipv4(6, tcp(hex("01 02 03"))), VNIC_TUN, VNIC_SUM_IP_GOOD | VNIC_SUM_L4_GOOD, 40,
     VNIC_SUM_IP_GOOD | VNIC_SUM_L4_BAD},
    {"IPv4 UDP", ipv4(17, udp(hex("01 02 03"))), VNIC_TUN, VNIC_SUM_IP_GOOD | VNIC_SUM_L4_GOOD, 28,
     VNIC_SUM_IP_GOOD | VNIC_SUM_L4_BAD},
    {"IPv4 ICMP", ipv4(1, icmp(8, hex("0001 0002 03"))), VNIC_TUN,
     VNIC_SUM_IP_GOOD | VNIC_SUM_L4_GOOD, 24, VNIC_SUM_IP_GOOD | VNIC_SUM_L4_BAD},
    {"IPv4 header", ipv4(1, icmp(8, hex("0001 0002"))), VNIC_TUN,
     VNIC_SUM_IP_GOOD | VNIC_SUM_L4_GOOD, 5, VNIC_SUM_IP_BAD | VNIC_SUM_L4_GOOD},
    {"IPv6 TCP", ipv6(6, tcp(hex("01"), v6_a, v6_b)), VNIC_TUN, VNIC_SUM_L4_GOOD, 60,
     VNIC_SUM_L4_BAD},
    {"IPv6 UDP", ipv6(17, udp(hex("01"), v6_a, v6_b)), VNIC_TUN, VNIC_SUM_L4_GOOD, 48,
     VNIC_SUM_L4_BAD},
    {"IPv6 ICMPv6", ipv6(58, icmp6(128, hex("0001 0002"))), VNIC_TUN, VNIC_SUM_L4_GOOD, 47,
     VNIC_SUM_L4_BAD},
    {"frame with padding", ethernet(0x0800, ipv4(17, udp({}))) + Bytes(18, 0xEE), VNIC_TAP,
     VNIC_SUM_IP_GOOD | VNIC_SUM_L4_GOOD, 34, VNIC_SUM_IP_GOOD | VNIC_SUM_L4_BAD},
    {"IPv6 behind hop-by-hop options",
     ipv6(0, hex("3a 00 0104 00000000") + icmp6(128, hex("0001 0002"))), VNIC_TUN, VNIC_SUM_L4_GOOD,
     52, VNIC_SUM_L4_BAD},
};

TEST(ChecksumVerify, GoodAndBad)
{
    for (const SumCase &c : sum_cases) {
        Bytes p = c.packet;
        EXPECT_EQ(vnic_checksum_verify(p.data(), p.size(), c.layer), c.good) << c.name;
        p[c.flip] ^= 0x10;
        EXPECT_EQ(vnic_checksum_verify(p.data(), p.size(), c.layer), c.bad) << c.name;
    }
}

TEST(ChecksumSet, RepairsWhatVerifyFindsBad)
{
    for (const SumCase &c : sum_cases) {
        Bytes p = c.packet;
        p[c.flip] ^= 0x10;
        EXPECT_EQ(vnic_checksum_set(p.data(), p.size(), c.layer), VNIC_OK) << c.name;
        EXPECT_EQ(vnic_checksum_verify(p.data(), p.size(), c.layer), c.good) << c.name;
        p[c.flip] ^= 0x10;
        EXPECT_EQ(vnic_checksum_set(p.data(), p.size(), c.layer), VNIC_OK) << c.name;
        EXPECT_EQ(p, c.packet) << c.name;
    }
}

TEST(ChecksumVerify, UdpWithoutChecksum)
{
    Bytes four = ipv4(17, udp(hex("01")));
    put16(four, 26, 0);
    EXPECT_EQ(vnic_checksum_verify(four.data(), four.size(), VNIC_TUN),
              VNIC_SUM_IP_GOOD | VNIC_SUM_L4_NONE);
    Bytes six = ipv6(17, udp(hex("01"), v6_a, v6_b));
    put16(six, 46, 0);
    EXPECT_EQ(vnic_checksum_verify(six.data(), six.size(), VNIC_TUN), VNIC_SUM_L4_BAD);
}

TEST(ChecksumSet, UdpNeverGetsZero)
{
    Bytes u = udp(hex("00 00"));
    put16(u, 8, get16(u, 6));
    Bytes p = ipv4(17, u);
    EXPECT_EQ(vnic_checksum_set(p.data(), p.size(), VNIC_TUN), VNIC_OK);
    EXPECT_EQ(get16(p, 26), 0xFFFFu);
    EXPECT_EQ(vnic_checksum_verify(p.data(), p.size(), VNIC_TUN),
              VNIC_SUM_IP_GOOD | VNIC_SUM_L4_GOOD);
}

TEST(ChecksumVerify, WhatCannotBeChecked)
{
    const Bytes fragment = ipv4(17, udp(hex("01 02 03 04 05 06 07 08")), v4_a, v4_b, {}, 0x2000);
    EXPECT_EQ(vnic_checksum_verify(fragment.data(), fragment.size(), VNIC_TUN), VNIC_SUM_IP_GOOD);
    const Bytes gre = ipv4(47, hex("00000800"));
    EXPECT_EQ(vnic_checksum_verify(gre.data(), gre.size(), VNIC_TUN), VNIC_SUM_IP_GOOD);
    const Bytes routed = ipv6(43, hex("3a 00 0400 00000000") + icmp6(128, hex("0001 0002")));
    EXPECT_EQ(vnic_checksum_verify(routed.data(), routed.size(), VNIC_TUN), 0);
    const Bytes other = ethernet(0x88CC, hex("0102"));
    EXPECT_EQ(vnic_checksum_verify(other.data(), other.size(), VNIC_TAP), 0);
}

TEST(ChecksumVerify, BadPackets)
{
    VNIC_COVERS("vnic_checksum_verify", "VNIC_EINVAL");
    VNIC_COVERS("vnic_checksum_verify", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_checksum_set", "VNIC_EINVAL");
    VNIC_COVERS("vnic_checksum_set", "VNIC_EMSGSIZE");
    Bytes p = ipv4(17, udp(hex("01")));
    const Bytes before = p;
    EXPECT_EQ(vnic_checksum_verify(nullptr, 10, VNIC_TUN), VNIC_EINVAL);
    EXPECT_EQ(vnic_checksum_verify(p.data(), p.size(), 7), VNIC_EINVAL);
    EXPECT_EQ(vnic_checksum_verify(p.data(), p.size() - 1, VNIC_TUN), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_checksum_set(nullptr, 10, VNIC_TUN), VNIC_EINVAL);
    EXPECT_EQ(vnic_checksum_set(p.data(), p.size() - 1, VNIC_TUN), VNIC_EMSGSIZE);
    EXPECT_EQ(p, before);
}
