/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting: which bytes the segments are. */
#include "unit/split_fixture.h"

using namespace packets;
using namespace splitting;

/* ---- What Linux makes of the same packets ------------------------------------------------------- */

/* Forwarded by Linux 6.18 from a TUN with all offloads to one without. */
TEST(Split, TcpOverIpv4AsLinux)
{
    Super s = super(hex("4500002ffffe40003f0600000a0001020a000202"
                        "00010002fffffffe0000004d50d903e71725000061626364656667"),
                    VNIC_GSO_TCPV4 | VNIC_GSO_ECN, 3, VNIC_CSUM_PARTIAL, 20, 16);
    expect_segments(s, {hex("4500002bfffe40003f0624cb0a0001020a000202"
                            "00010002fffffffe0000004d50d003e7cf750000616263"),
                        hex("4500002bffff40003f0624ca0a0001020a000202"
                            "00010002000000010000004d505003e7c9f00000646566"),
                        hex("45000029000040003f0624cc0a0001020a000202"
                            "00010002000000040000004d505903e72d4c000067")});
}

/* The segments that Linux makes do not depend on VNIC_GSO_ECN. */
TEST(Split, CwrIsOnTheFirstSegmentWithoutEcnToo)
{
    Super s = super(hex("4500002ffffe40003f0600000a0001020a000202"
                        "00010002fffffffe0000004d50d903e71725000061626364656667"),
                    VNIC_GSO_TCPV4 | VNIC_GSO_ECN, 3, VNIC_CSUM_PARTIAL, 20, 16);
    std::vector<Bytes> with;
    for (const Segment &segment : split_all(s, Form::Copy)) {
        with.push_back(segment.bytes);
    }
    s.fields.gso_type = VNIC_GSO_TCPV4;
    expect_segments(s, with);
}

TEST(Split, UdpOverIpv4AsLinux)
{
    Super s =
        super(hex("4500002312344000 3f11ffff 0a0001020a000202 00010002000f1724 61626364656667"),
              VNIC_GSO_UDP_L4, 3, VNIC_CSUM_PARTIAL, 20, 6);
    expect_segments(s, {hex("4500001f123440003f1112970a0001020a00020200010002000b246f616263"),
                        hex("4500001f123540003f1112960a0001020a00020200010002000b1e6c646566"),
                        hex("4500001d123640003f1112970a0001020a00020200010002000981d567")});
}

TEST(Split, TcpOverIpv6WithOptionsAsLinux)
{
    const std::string ip = "fd010000000000000000000000000002fd020000000000000000000000000002"
                           "3c000104000000000600010400000000";
    Super s = super(
        hex("60000000002b003f" + ip + "00010002fffffffe0000004d50d903e7fa29000061626364656667"),
        VNIC_GSO_TCPV6, 3, VNIC_CSUM_PARTIAL, 56, 16);
    expect_segments(
        s, {hex("600000000027003f" + ip + "00010002fffffffe0000004d50d003e7ec700000616263"),
            hex("600000000027003f" + ip + "00010002000000010000004d505003e7e6eb0000646566"),
            hex("600000000025003f" + ip + "00010002000000040000004d505903e74a47000067")});
}

TEST(Split, UdpOverIpv6AsLinux)
{
    const std::string ip = "fd010000000000000000000000000002fd020000000000000000000000000002";
    Super s = super(hex("60000000000f113f" + ip + "00010002000ffa2861626364656667"),
                    VNIC_GSO_UDP_L4, 3, VNIC_CSUM_PARTIAL, 40, 6);
    expect_segments(s, {hex("60000000000b113f" + ip + "00010002000b416a616263"),
                        hex("60000000000b113f" + ip + "00010002000b3b67646566"),
                        hex("600000000009113f" + ip + "0001000200099ed067")});
}

/* ---- Built packets ------------------------------------------------------------------------------ */

static Bytes counting(size_t len)
{
    Bytes b(len);
    for (size_t i = 0; i < len; i++) {
        b[i] = static_cast<uint8_t>(i * 7 + i / 251);
    }
    return b;
}

static Bytes part(const Bytes &b, size_t from, size_t to)
{
    return Bytes(b.begin() + static_cast<long>(from), b.begin() + static_cast<long>(to));
}

/* TCP with a right checksum for these addresses. */
static Bytes tcp_at(uint32_t seq, uint8_t flags, const Bytes &payload, const Bytes &src,
                    const Bytes &dst, const Bytes &options = {})
{
    Bytes b = tcp(payload, src, dst, options);
    put16(b, 4, seq >> 16);
    put16(b, 6, seq & 0xFFFF);
    b[13] = flags;
    return with_l4_sum(b, 16, 6, src, dst);
}

static Bytes tcp4(uint32_t id, uint32_t seq, uint8_t flags, const Bytes &payload,
                  const Bytes &tcp_options = {}, const Bytes &ip_options = {})
{
    Bytes b = ipv4(6, tcp_at(seq, flags, payload, v4_a, v4_b, tcp_options), v4_a, v4_b, ip_options);
    put16(b, 4, id & 0xFFFF);
    put16(b, 10, 0);
    put16(b, 10, naive_checksum(part(b, 0, 20 + ip_options.size())));
    return b;
}

static Bytes udp4(uint32_t id, const Bytes &payload)
{
    Bytes b = ipv4(17, udp(payload));
    put16(b, 4, id & 0xFFFF);
    put16(b, 10, 0);
    put16(b, 10, naive_checksum(part(b, 0, 20)));
    return b;
}

/* The checksum becomes partial: the pseudo header's sum. */
static Super partial(Super s, size_t l4, size_t offset, uint8_t proto, const Bytes &src,
                     const Bytes &dst)
{
    Bytes pseudo = src + dst + Bytes{0, proto, 0, 0};
    put16(pseudo, pseudo.size() - 2, static_cast<uint32_t>(s.bytes.size() - l4));
    put16(s.bytes, l4 + offset, naive_sum(pseudo.data(), pseudo.size()));
    s.fields.csum = VNIC_CSUM_PARTIAL;
    s.fields.csum_start = static_cast<uint16_t>(l4);
    s.fields.csum_offset = static_cast<uint16_t>(offset);
    return s;
}

static const Bytes timestamps = hex("01 01 08 0a 11223344 55667788");
static const Bytes router_alert = hex("94 04 00 00");

TEST(Split, OptionsAreOnEachSegment)
{
    const Bytes p = counting(2500);
    Super s =
        super(tcp4(0xFFFF, 0xFFFFFC00, 0x18, p, timestamps, router_alert), VNIC_GSO_TCPV4, 1000);
    const std::vector<Bytes> expected = {
        tcp4(0xFFFF, 0xFFFFFC00, 0x10, part(p, 0, 1000), timestamps, router_alert),
        tcp4(0, 0xFFFFFFE8, 0x10, part(p, 1000, 2000), timestamps, router_alert),
        tcp4(1, 0x3D0, 0x18, part(p, 2000, 2500), timestamps, router_alert)};
    expect_segments(s, expected);
    s.fields.hdr_len = 0xFFFF;
    expect_segments(partial(s, 24, 16, 6, v4_a, v4_b), expected);
}

/* SYN, RST, URG, ECE and the urgent pointer are on each, as Linux does. */
TEST(Split, OtherFlagsAreOnEachSegment)
{
    const Bytes p = counting(5);
    Super s = super(tcp4(1, 7, 0xFF, p), VNIC_GSO_TCPV4, 2);
    expect_segments(s, {tcp4(1, 7, 0xF6, part(p, 0, 2)), tcp4(2, 9, 0x76, part(p, 2, 4)),
                        tcp4(3, 11, 0x7F, part(p, 4, 5))});
}

TEST(Split, TagsAreOnEachSegment)
{
    const Bytes p = counting(64);
    for (const Bytes &tags : {Bytes(), hex("8100 2005"), hex("88a8 0007 8100 2005")}) {
        SCOPED_TRACE(tags.size());
        Super s = super(ethernet(0x0800, tcp4(9, 100, 0x19, p), tags), VNIC_GSO_TCPV4, 32,
                        VNIC_CSUM_VALID, 0, 0, VNIC_TAP);
        expect_segments(partial(s, 34 + tags.size(), 16, 6, v4_a, v4_b),
                        {ethernet(0x0800, tcp4(9, 100, 0x10, part(p, 0, 32)), tags),
                         ethernet(0x0800, tcp4(10, 132, 0x19, part(p, 32, 64)), tags)});
        s = super(ethernet(0x86DD, ipv6(17, udp(p, v6_a, v6_b)), tags), VNIC_GSO_UDP_L4, 32,
                  VNIC_CSUM_VALID, 0, 0, VNIC_TAP);
        expect_segments(partial(s, 54 + tags.size(), 6, 17, v6_a, v6_b),
                        {ethernet(0x86DD, ipv6(17, udp(part(p, 0, 32), v6_a, v6_b)), tags),
                         ethernet(0x86DD, ipv6(17, udp(part(p, 32, 64), v6_a, v6_b)), tags)});
    }
}

/* The checksum is over the final destination, which only a partial one tells. */
TEST(Split, RoutingHeader)
{
    const Bytes last = hex("fd09 0000 0000 0000 0000 0000 0000 0009");
    const Bytes routing = hex("06 02 00 01 00000000") + last;
    const Bytes p = counting(20);
    Super s = super(ipv6(43, routing + tcp_at(1, 0x18, p, v6_a, last)), VNIC_GSO_TCPV6, 10);
    expect_segments(partial(s, 64, 16, 6, v6_a, last),
                    {ipv6(43, routing + tcp_at(1, 0x10, part(p, 0, 10), v6_a, last)),
                     ipv6(43, routing + tcp_at(11, 0x18, part(p, 10, 20), v6_a, last))});
}

TEST(Split, ShortPayloads)
{
    for (uint32_t len : {0u, 1u, 2u, 3u, 4u}) {
        SCOPED_TRACE(len);
        const Bytes p = counting(len);
        std::vector<Bytes> tcp_parts, udp_parts;
        for (uint32_t i = 0; i == 0 || i * 2 < len; i++) {
            const Bytes piece = part(p, i * 2, std::min(len, i * 2 + 2));
            const bool end = i * 2 + 2 >= len;
            tcp_parts.push_back(
                tcp4(5 + i, 50 + 2 * i, static_cast<uint8_t>(end ? 0x19 : 0x10), piece));
            udp_parts.push_back(udp4(5 + i, piece));
        }
        expect_segments(super(tcp4(5, 50, 0x19, p), VNIC_GSO_TCPV4, 2), tcp_parts);
        expect_segments(super(udp4(5, p), VNIC_GSO_UDP_L4, 2), udp_parts);
    }
}

/* The length of the data counts. */
TEST(Split, LengthsOfTheHeadersAreSetAnew)
{
    const Bytes p = counting(3000);
    const std::vector<Bytes> four = {tcp4(1, 0, 0x10, part(p, 0, 1500)),
                                     tcp4(2, 1500, 0x18, part(p, 1500, 3000))};
    const std::vector<Bytes> six = {ipv6(17, udp(part(p, 0, 1500), v6_a, v6_b)),
                                    ipv6(17, udp(part(p, 1500, 3000), v6_a, v6_b))};
    for (uint32_t claimed : {0u, 1u, 20u, 1540u}) {
        SCOPED_TRACE(claimed);
        Super s = super(tcp4(1, 0, 0x18, p), VNIC_GSO_TCPV4, 1500);
        put16(s.bytes, 2, claimed);
        expect_segments(s, four);
        s = super(ipv6(17, udp(p, v6_a, v6_b)), VNIC_GSO_UDP_L4, 1500);
        put16(s.bytes, 4, claimed);
        put16(s.bytes, 44, claimed);
        expect_segments(s, six);
    }
}

TEST(Split, EthernetPaddingIsLeftOut)
{
    const Bytes p = hex("01 02");
    for (const Bytes &tags : {Bytes(), hex("8100 2005"), hex("88a8 0007 8100 2005")}) {
        Bytes frame = ethernet(0x0800, tcp4(1, 0, 0x18, p), tags);
        frame.resize(60 + tags.size(), 0xEE);
        Super s = super(frame, VNIC_GSO_TCPV4, 1, VNIC_CSUM_VALID, 0, 0, VNIC_TAP);
        expect_segments(s, {ethernet(0x0800, tcp4(1, 0, 0x10, part(p, 0, 1)), tags),
                            ethernet(0x0800, tcp4(2, 1, 0x18, part(p, 1, 2)), tags)});
        /* Without a length in the IP header, or without Ethernet, the same bytes are payload. */
        const Bytes all = part(frame, 54 + tags.size(), frame.size());
        s.fields.gso_size = 6;
        put16(s.bytes, 16 + tags.size(), 0);
        expect_segments(s, {ethernet(0x0800, tcp4(1, 0, 0x18, all), tags)});
        s = super(part(frame, 14 + tags.size(), frame.size()), VNIC_GSO_TCPV4, 6);
        expect_segments(s, {tcp4(1, 0, 0x18, all)});
    }
}

/* More than 65535 bytes: a partial checksum then has both halves of the length. */
TEST(Split, LongerThanTheHeadersCanTell)
{
    const Bytes p = counting(70000);
    Super s = super(tcp4(1, 0, 0x18, p), VNIC_GSO_TCPV4, 35000);
    Bytes pseudo = v4_a + v4_b + hex("0000 0006 0000 0000");
    put16(s.bytes, 2, 0);
    put16(pseudo, 12, 70020 >> 16);
    put16(pseudo, 14, 70020 & 0xFFFF);
    put16(s.bytes, 36, naive_sum(pseudo.data(), pseudo.size()));
    s.fields.csum = VNIC_CSUM_PARTIAL;
    s.fields.csum_start = 20;
    s.fields.csum_offset = 16;
    expect_segments(
        s, {tcp4(1, 0, 0x10, part(p, 0, 35000)), tcp4(2, 35000, 0x18, part(p, 35000, 70000))});
}

TEST(Split, ChecksumOfZero)
{
    /* The first word makes the sum of the first segment 0xFFFF. */
    Bytes p = hex("0000 0102 0304 0506");
    put16(p, 0, get16(udp(part(p, 0, 4)), 6));
    Super s = super(udp4(1, p), VNIC_GSO_UDP_L4, 4);
    ASSERT_EQ(get16(udp(part(p, 0, 4)), 6), 0xFFFFu);
    expect_segments(partial(s, 20, 6, 17, v4_a, v4_b),
                    {udp4(1, part(p, 0, 4)), udp4(2, part(p, 4, 8))});
    p = hex("0000 0102 0304 0506");
    put16(p, 0, get16(tcp_at(0, 0x10, part(p, 0, 4), v4_a, v4_b), 16));
    ASSERT_EQ(get16(tcp_at(0, 0x10, part(p, 0, 4), v4_a, v4_b), 16), 0u);
    expect_segments(super(tcp4(1, 0, 0x10, p), VNIC_GSO_TCPV4, 4),
                    {tcp4(1, 0, 0x10, part(p, 0, 4)), tcp4(2, 4, 0x10, part(p, 4, 8))});
}

TEST(Split, AbsentChecksumStaysAbsent)
{
    const Bytes p = counting(100);
    for (uint32_t state : {VNIC_CSUM_UNKNOWN, VNIC_CSUM_VALID, VNIC_CSUM_TRUSTED}) {
        Super s = super(udp4(1, p), VNIC_GSO_UDP_L4, 60, state);
        put16(s.bytes, 26, 0);
        Bytes one = udp4(1, part(p, 0, 60)), two = udp4(2, part(p, 60, 100));
        put16(one, 26, 0);
        put16(two, 26, 0);
        expect_segments(s, {one, two});
        EXPECT_EQ(split_all(s, Form::Copy, VNIC_SPLIT_PARTIAL)[0].fields.csum, state);
    }
}

/* One that is known to be good is not looked at, one that is wrong and partial stays wrong. */
TEST(Split, StatesOfTheChecksum)
{
    const Bytes p = counting(100);
    const std::vector<Bytes> right = {tcp4(1, 0, 0x10, part(p, 0, 60)),
                                      tcp4(2, 60, 0x10, part(p, 60, 100))};
    Super s = super(tcp4(1, 0, 0x10, p), VNIC_GSO_TCPV4, 60, VNIC_CSUM_UNKNOWN);
    expect_segments(s, right);
    EXPECT_EQ(split_all(s, Form::Next)[1].fields.csum, VNIC_CSUM_VALID);
    put16(s.bytes, 36, get16(s.bytes, 36) ^ 1);
    for (uint32_t state : {VNIC_CSUM_VALID, VNIC_CSUM_TRUSTED}) {
        s.fields.csum = static_cast<uint8_t>(state);
        expect_segments(s, right);
    }
    s = partial(s, 20, 16, 6, v4_a, v4_b);
    expect_segments(s, right);
    put16(s.bytes, 36, get16(s.bytes, 36) ^ 1);
    for (const Segment &segment : split_all(s, Form::Copy)) {
        EXPECT_EQ(vnic_checksum_verify(segment.bytes.data(), segment.bytes.size(), VNIC_TUN),
                  VNIC_SUM_IP_GOOD | VNIC_SUM_L4_BAD);
    }
}

TEST(Split, FieldsOfPartialSegments)
{
    Super s = super(ipv6(60, hex("06 00 0104 00000000") + tcp_at(1, 0x18, counting(9), v6_a, v6_b)),
                    VNIC_GSO_TCPV6, 5);
    for (Form form : all_forms) {
        for (const Segment &segment : split_all(s, form, VNIC_SPLIT_PARTIAL)) {
            EXPECT_EQ(segment.fields.csum, VNIC_CSUM_PARTIAL);
            EXPECT_EQ(segment.fields.csum_start, 48);
            EXPECT_EQ(segment.fields.csum_offset, 16);
            EXPECT_EQ(segment.fields.hdr_len, 68);
        }
        for (const Segment &segment : split_all(s, form)) {
            EXPECT_EQ(segment.fields.csum, VNIC_CSUM_VALID);
            EXPECT_EQ(segment.fields.csum_start, 0);
            EXPECT_EQ(segment.fields.csum_offset, 0);
            EXPECT_EQ(segment.fields.hdr_len, 68);
        }
    }
}

/* As many segments as there can be, in place, each on top of the one before. */
TEST(Split, SegmentsOfOneByte)
{
    const Bytes p = counting(65495);
    Super s = partial(super(tcp4(0xFFF0, 0, 0x18, p), VNIC_GSO_TCPV4, 1), 20, 16, 6, v4_a, v4_b);
    for (Form form : {Form::Next, Form::Copy}) {
        std::vector<Segment> segments = split_all(s, form);
        ASSERT_EQ(segments.size(), 65495u);
        for (uint32_t i = 0; i < 65495; i += 13) {
            const uint8_t flags = i == 65494 ? 0x18 : 0x10;
            ASSERT_EQ(segments[i].bytes, tcp4(0xFFF0 + i, i, flags, part(p, i, i + 1))) << i;
        }
    }
}

/* 255 + 1 bytes of headers are the most. */
TEST(Split, LongestHeaders)
{
    const Bytes p = counting(300);
    Bytes ext = hex("06 13 01 9e") + Bytes(156);
    const Bytes options(40, 1);
    ASSERT_EQ(ext.size(), 160u);
    Super s =
        super(ethernet(0x86DD, ipv6(60, ext + tcp_at(1, 0x10, p, v6_a, v6_b)), hex("8100 2005")),
              VNIC_GSO_TCPV6, 200, VNIC_CSUM_VALID, 0, 0, VNIC_TAP);
    std::vector<Segment> segments = split_all(s, Form::Gather);
    ASSERT_EQ(segments.size(), 2u);
    EXPECT_EQ(segments[0].fields.hdr_len, 238);
    s.layer = VNIC_TUN;
    s.bytes = ipv6(60, ext + tcp_at(1, 0x10, p, v6_a, v6_b, Bytes(36, 1)));
    s.fields.len = static_cast<uint32_t>(s.bytes.size());
    EXPECT_EQ(split_all(s, Form::Gather)[0].fields.hdr_len, 256);
    s.bytes = ipv6(60, ext + tcp_at(1, 0x10, p, v6_a, v6_b, options));
    s.fields.len = static_cast<uint32_t>(s.bytes.size());
    EXPECT_EQ(begin(s), VNIC_ENOTSUP);
}

TEST(Split, SkipAndSize)
{
    const Bytes p = counting(250);
    Super s = super(udp4(1, p), VNIC_GSO_UDP_L4, 100);
    Guarded data(s.bytes);
    vnic_split split;
    Segment segment;
    s.fields.data = data.data();
    ASSERT_EQ(vnic_split_begin(&split, &s.fields, VNIC_TUN, 0), 3);
    EXPECT_EQ(vnic_split_size(&split), 128);
    EXPECT_EQ(vnic_split_skip(&split), 1);
    EXPECT_EQ(take_next(&split, &segment), 1);
    EXPECT_EQ(segment.bytes, udp4(2, part(p, 100, 200)));
    EXPECT_EQ(vnic_split_size(&split), 78);
    EXPECT_EQ(vnic_split_skip(&split), 1);
    EXPECT_EQ(vnic_split_size(&split), 0);
    EXPECT_EQ(vnic_split_skip(&split), 0);
}
