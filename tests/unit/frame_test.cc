/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "support/packets.h"
#include "vnic/error.h"

extern "C" {
#include "core/frame.h"
}

using namespace packets;

static bool big_machine()
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 0;
}

static vnic__frame_kind kind_of(uint8_t kind, uint8_t vnet_len = 0,
                                uint8_t endian = VNIC__ENDIAN_NATIVE, uint8_t tap = 0)
{
    return vnic__frame_kind{kind, vnet_len, endian, tap, 2, 30};
}

static const Bytes ip4 = hex("45"), ip6 = hex("60"), junk = hex("00");

TEST(Frame, Lengths)
{
    struct {
        vnic__frame_kind kind;
        size_t len;
    } cases[] = {
        {kind_of(VNIC__LINK_NONE), 0},
        {kind_of(VNIC__LINK_PI), 4},
        {kind_of(VNIC__LINK_VNET, 10), 10},
        {kind_of(VNIC__LINK_VNET, 24), 24},
        {kind_of(VNIC__LINK_PI_VNET, 12), 16},
        {kind_of(VNIC__LINK_AF), 4},
        {kind_of(VNIC__LINK_OBSD), 12},
        {kind_of(VNIC__LINK_OBSD, 0, 0, 1), 8},
        {kind_of(VNIC__LINK_PI_VNET, VNIC__VNET_LEN_MAX), VNIC__FRAME_MAX},
    };
    for (const auto &c : cases) {
        EXPECT_EQ(vnic__frame_len(&c.kind), c.len);
        EXPECT_EQ(vnic__frame_kind_check(&c.kind), VNIC_OK);
    }
}

TEST(Frame, KindsThatAreRefused)
{
    vnic__frame_kind same = kind_of(VNIC__LINK_AF), zero = same, zero6 = same;
    same.af_inet6 = same.af_inet;
    zero.af_inet = 0;
    zero6.af_inet6 = 0;
    const vnic__frame_kind bad[] = {
        kind_of(6),
        kind_of(255),
        kind_of(VNIC__LINK_VNET, 9),
        kind_of(VNIC__LINK_VNET, VNIC__VNET_LEN_MAX + 1),
        kind_of(VNIC__LINK_PI_VNET, 0),
        kind_of(VNIC__LINK_VNET, 12, 3),
        kind_of(VNIC__LINK_PI, 0, 0, 2),
        same,
        zero,
        zero6,
    };
    for (const auto &kind : bad) {
        uint8_t hdr[VNIC__FRAME_MAX + 8] = {0};
        vnic__frame_meta meta;
        EXPECT_EQ(vnic__frame_kind_check(&kind), VNIC_ENOTSUP);
        EXPECT_EQ(vnic__frame_decode(&kind, hdr, sizeof hdr, &meta), VNIC_ENOTSUP);
        EXPECT_EQ(vnic__frame_encode(&kind, ip4.data(), 1, nullptr, hdr), VNIC_ENOTSUP);
    }
}

/* Bytes as the systems' headers describe them, and what they mean. */
TEST(Frame, BytesOfPi)
{
    const vnic__frame_kind kind = kind_of(VNIC__LINK_PI);
    const Bytes hdr = (big_machine() ? hex("0001") : hex("0100")) + hex("86dd");
    vnic__frame_meta meta;
    ASSERT_EQ(vnic__frame_decode(&kind, hdr.data(), 4, &meta), VNIC_OK);
    EXPECT_EQ(meta.pi_flags, VNIC__PI_STRIP);
    EXPECT_EQ(meta.ethertype, 0x86DD);
    EXPECT_EQ(vnic__frame_decode(&kind, hdr.data(), 3, &meta), VNIC_EMSGSIZE);

    uint8_t out[4];
    ASSERT_EQ(vnic__frame_encode(&kind, ip4.data(), 1, nullptr, out), VNIC_OK);
    EXPECT_EQ(Bytes(out, out + 4), hex("0000 0800"));
    ASSERT_EQ(vnic__frame_encode(&kind, ip6.data(), 1, nullptr, out), VNIC_OK);
    EXPECT_EQ(Bytes(out, out + 4), hex("0000 86dd"));
    EXPECT_EQ(vnic__frame_encode(&kind, junk.data(), 1, nullptr, out), VNIC_EINVAL);
    EXPECT_EQ(vnic__frame_encode(&kind, nullptr, 0, nullptr, out), VNIC_EINVAL);
    meta = vnic__frame_meta();
    meta.ethertype = 0x8847;
    ASSERT_EQ(vnic__frame_encode(&kind, junk.data(), 1, &meta, out), VNIC_OK);
    EXPECT_EQ(Bytes(out, out + 4), hex("0000 8847"));
}

TEST(Frame, PiOfTapTakesTheTypeFromTheFrame)
{
    const vnic__frame_kind kind = kind_of(VNIC__LINK_PI, 0, 0, 1);
    const Bytes frame = ethernet(0x0806, Bytes(28));
    uint8_t out[4];
    ASSERT_EQ(vnic__frame_encode(&kind, frame.data(), frame.size(), nullptr, out), VNIC_OK);
    EXPECT_EQ(Bytes(out, out + 4), hex("0000 0806"));
    EXPECT_EQ(vnic__frame_encode(&kind, frame.data(), 14, nullptr, out), VNIC_OK);
    EXPECT_EQ(vnic__frame_encode(&kind, frame.data(), 13, nullptr, out), VNIC_EINVAL);
}

TEST(Frame, BytesOfVnet)
{
    const Bytes little = hex("01 04 4200 a005 2200 1000 0100 78563412 0500 0000 2a00 3b00");
    const Bytes big = hex("01 04 0042 05a0 0022 0010 0001 78563412 0500 0000 2a00 3b00");
    struct {
        uint8_t endian;
        const Bytes *bytes;
    } cases[] = {
        {VNIC__ENDIAN_LITTLE, &little},
        {VNIC__ENDIAN_BIG, &big},
        {VNIC__ENDIAN_NATIVE, big_machine() ? &big : &little},
    };
    for (const auto &c : cases) {
        for (uint8_t len : {10, 12, 20, 24, 64}) {
            const vnic__frame_kind kind = kind_of(VNIC__LINK_VNET, len, c.endian);
            Bytes hdr = *c.bytes;
            hdr.resize(len);
            vnic__frame_meta meta;
            ASSERT_EQ(vnic__frame_decode(&kind, hdr.data(), len, &meta), VNIC_OK);
            EXPECT_EQ(meta.vnet_flags, VNIC__VNET_NEEDS_CSUM);
            EXPECT_EQ(meta.gso_type, VNIC__GSO_TCPV6);
            EXPECT_EQ(meta.hdr_len, 0x42);
            EXPECT_EQ(meta.gso_size, 1440);
            EXPECT_EQ(meta.csum_start, 0x22);
            EXPECT_EQ(meta.csum_offset, 16);
            EXPECT_EQ(meta.num_buffers, len >= 12 ? 1 : 0);
            EXPECT_EQ(meta.hash, len >= 20 ? 0x12345678u : 0u);
            EXPECT_EQ(meta.hash_report, len >= 20 ? 5 : 0);
            EXPECT_EQ(meta.outer_th_offset, len >= 24 ? 0x2a : 0);
            EXPECT_EQ(meta.inner_nh_offset, len >= 24 ? 0x3b : 0);
            EXPECT_EQ(vnic__frame_decode(&kind, hdr.data(), len - 1u, &meta), VNIC_EMSGSIZE);

            Bytes out(len, 0xEE);
            ASSERT_EQ(vnic__frame_decode(&kind, hdr.data(), len, &meta), VNIC_OK);
            ASSERT_EQ(vnic__frame_encode(&kind, ip4.data(), 1, &meta, out.data()), VNIC_OK);
            EXPECT_EQ(out, hdr);
        }
    }
}

/* PI stands before the virtio header, drivers/net/tun.c tun_put_user(). */
TEST(Frame, BytesOfPiAndVnet)
{
    const vnic__frame_kind kind = kind_of(VNIC__LINK_PI_VNET, 10, VNIC__ENDIAN_LITTLE);
    const Bytes hdr = hex("0000 0800 01 01 0000 0002 1400 1000");
    vnic__frame_meta meta;
    ASSERT_EQ(vnic__frame_decode(&kind, hdr.data(), hdr.size(), &meta), VNIC_OK);
    EXPECT_EQ(meta.ethertype, 0x0800);
    EXPECT_EQ(meta.gso_type, VNIC__GSO_TCPV4);
    EXPECT_EQ(meta.gso_size, 512);
    EXPECT_EQ(meta.csum_start, 20);
    Bytes out(14, 0xEE);
    ASSERT_EQ(vnic__frame_encode(&kind, ip4.data(), 1, &meta, out.data()), VNIC_OK);
    EXPECT_EQ(out, hdr);
}

TEST(Frame, BytesOfAf)
{
    const vnic__frame_kind kind = kind_of(VNIC__LINK_AF);
    vnic__frame_meta meta;
    ASSERT_EQ(vnic__frame_decode(&kind, hex("00000002").data(), 4, &meta), VNIC_OK);
    EXPECT_EQ(meta.ethertype, 0x0800);
    ASSERT_EQ(vnic__frame_decode(&kind, hex("0000001e").data(), 4, &meta), VNIC_OK);
    EXPECT_EQ(meta.ethertype, 0x86DD);
    ASSERT_EQ(vnic__frame_decode(&kind, hex("00000021").data(), 4, &meta), VNIC_OK);
    EXPECT_EQ(meta.ethertype, 0) << "AF_MPLS is not stated as something else";

    uint8_t out[4];
    ASSERT_EQ(vnic__frame_encode(&kind, ip6.data(), 1, nullptr, out), VNIC_OK);
    EXPECT_EQ(Bytes(out, out + 4), hex("0000001e"));
    EXPECT_EQ(vnic__frame_encode(&kind, junk.data(), 1, nullptr, out), VNIC_EINVAL);
    meta.ethertype = 0x0806;
    EXPECT_EQ(vnic__frame_encode(&kind, ip4.data(), 1, &meta, out), VNIC_EINVAL);
}

TEST(Frame, BytesOfOpenBsd)
{
    const Bytes words = big_machine() ? hex("0230 0000 0064 05a0") : hex("3002 0000 6400 a005");
    vnic__frame_kind kind = kind_of(VNIC__LINK_OBSD);
    vnic__frame_meta meta;
    const Bytes hdr = words + hex("0000001e");
    ASSERT_EQ(vnic__frame_decode(&kind, hdr.data(), hdr.size(), &meta), VNIC_OK);
    EXPECT_EQ(meta.obsd_flags, VNIC__OBSD_VTAG | VNIC__OBSD_TCP_MSS | VNIC__OBSD_TCP_CSUM);
    EXPECT_EQ(meta.vlan_tci, 100);
    EXPECT_EQ(meta.mss, 1440);
    EXPECT_EQ(meta.ethertype, 0x86DD);
    Bytes out(12, 0xEE);
    ASSERT_EQ(vnic__frame_encode(&kind, ip6.data(), 1, &meta, out.data()), VNIC_OK);
    EXPECT_EQ(out, hdr);
    EXPECT_EQ(vnic__frame_decode(&kind, hdr.data(), 11, &meta), VNIC_EMSGSIZE);

    kind.tap = 1;
    ASSERT_EQ(vnic__frame_decode(&kind, words.data(), 8, &meta), VNIC_OK);
    EXPECT_EQ(meta.ethertype, 0);
    EXPECT_EQ(meta.mss, 1440);
}

TEST(Frame, NoHeaderAtAll)
{
    const vnic__frame_kind kind = kind_of(VNIC__LINK_NONE);
    vnic__frame_meta meta;
    memset(&meta, 0xEE, sizeof meta);
    EXPECT_EQ(vnic__frame_decode(&kind, nullptr, 0, &meta), VNIC_OK);
    EXPECT_EQ(meta.ethertype, 0);
    EXPECT_EQ(meta.gso_type, 0);
    EXPECT_EQ(vnic__frame_encode(&kind, junk.data(), 1, nullptr, nullptr), VNIC_OK);
}

TEST(Frame, DecodeAndEncodeAreInverse)
{
    std::mt19937 random(3);
    for (int round = 0; round < 20000; round++) {
        vnic__frame_kind kind =
            kind_of(static_cast<uint8_t>(random() % 6), static_cast<uint8_t>(10 + random() % 15),
                    static_cast<uint8_t>(random() % 3), static_cast<uint8_t>(random() % 2));
        uint8_t hdr[VNIC__FRAME_MAX], out[VNIC__FRAME_MAX];
        vnic__frame_meta meta, again;
        for (auto &byte : hdr) {
            byte = static_cast<uint8_t>(random());
        }
        ASSERT_EQ(vnic__frame_decode(&kind, hdr, sizeof hdr, &meta), VNIC_OK);
        if (vnic__frame_encode(&kind, ip4.data(), 1, &meta, out) == VNIC_OK) {
            ASSERT_EQ(vnic__frame_decode(&kind, out, sizeof out, &again), VNIC_OK);
            if (meta.ethertype == 0) {
                meta.ethertype = again.ethertype;
            }
            ASSERT_EQ(memcmp(&meta, &again, sizeof meta), 0);
        }
    }
}

static vnic__frame_meta offload(uint8_t flags, uint8_t gso_type, uint16_t gso_size,
                                uint16_t start = 20, uint16_t offset = 16, uint16_t hdr_len = 40)
{
    vnic__frame_meta m = vnic__frame_meta();
    m.vnet_flags = flags;
    m.gso_type = gso_type;
    m.gso_size = gso_size;
    m.csum_start = start;
    m.csum_offset = offset;
    m.hdr_len = hdr_len;
    return m;
}

TEST(FrameCheck, Table)
{
    vnic__frame_meta tunnel = offload(1, VNIC__GSO_TCPV4 | VNIC__GSO_UDP_TUNNEL_IPV4, 1000);
    tunnel.outer_th_offset = 20;
    tunnel.inner_nh_offset = 50;
    vnic__frame_meta crossed = tunnel, outside = tunnel, both = tunnel, bare = tunnel;
    crossed.inner_nh_offset = 20;
    outside.inner_nh_offset = 100;
    both.gso_type |= VNIC__GSO_UDP_TUNNEL_IPV6;
    bare.gso_type = VNIC__GSO_UDP_TUNNEL_IPV4;
    struct {
        const char *name;
        vnic__frame_meta meta;
        int rc;
    } cases[] = {
        {"plain", vnic__frame_meta(), VNIC_OK},
        {"checksum", offload(1, 0, 0), VNIC_OK},
        {"field at the very end", offload(1, 0, 0, 82, 16), VNIC_OK},
        {"field one byte behind", offload(1, 0, 0, 83, 16), VNIC_EINVAL},
        {"sum does not wrap", offload(1, 0, 0, 65535, 65535), VNIC_EINVAL},
        {"numbers are ignored without the flag", offload(0, 0, 0, 65535, 65535), VNIC_OK},
        {"headers longer than the packet", offload(0, 0, 0, 0, 0, 101), VNIC_EINVAL},
        {"TCPv4", offload(1, VNIC__GSO_TCPV4, 1448), VNIC_OK},
        {"TCPv6 with ECN", offload(1, VNIC__GSO_TCPV6 | VNIC__GSO_ECN, 1440), VNIC_OK},
        {"UDP_L4", offload(1, VNIC__GSO_UDP_L4, 1200, 20, 6, 28), VNIC_OK},
        {"UFO", offload(0, VNIC__GSO_UDP, 1480), VNIC_OK},
        {"size 0", offload(1, VNIC__GSO_TCPV4, 0), VNIC_EINVAL},
        {"unknown type", offload(1, 2, 1000), VNIC_EINVAL},
        {"unknown bit", offload(1, VNIC__GSO_TCPV4 | 0x08, 1000), VNIC_EINVAL},
        {"ECN alone", offload(1, VNIC__GSO_ECN, 1000), VNIC_EINVAL},
        {"ECN with UDP", offload(1, VNIC__GSO_UDP_L4 | VNIC__GSO_ECN, 1000), VNIC_EINVAL},
        {"tunnel", tunnel, VNIC_OK},
        {"tunnel with crossed offsets", crossed, VNIC_EINVAL},
        {"tunnel outside", outside, VNIC_EINVAL},
        {"tunnel of both families", both, VNIC_EINVAL},
        {"tunnel without GSO", bare, VNIC_EINVAL},
    };
    for (const auto &c : cases) {
        EXPECT_EQ(vnic__frame_check(&c.meta, 100), c.rc) << c.name;
    }
}
