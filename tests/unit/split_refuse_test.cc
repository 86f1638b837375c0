/* SPDX-License-Identifier: Apache-2.0 */
/* What is not split, and packets that are no super-packets. */
#include "support/covers.h"
#include "unit/split_fixture.h"

using namespace packets;
using namespace splitting;

static const Bytes payload = hex("61 62 63 64 65 66 67");

static Super tcp4()
{
    return super(ipv4(6, tcp(payload)), VNIC_GSO_TCPV4, 3);
}

static Super tcp6(uint8_t next = 6, const Bytes &ext = {})
{
    return super(ipv6(next, ext + tcp(payload, v6_a, v6_b)), VNIC_GSO_TCPV6, 3);
}

static Super udp4()
{
    return super(ipv4(17, udp(payload)), VNIC_GSO_UDP_L4, 3);
}

static Super frame(uint32_t type, const Bytes &packet, const Bytes &tags = {})
{
    return super(ethernet(type, packet, tags), VNIC_GSO_TCPV4, 3, VNIC_CSUM_VALID, 0, 0, VNIC_TAP);
}

static Super with16(Super s, size_t at, uint32_t value)
{
    put16(s.bytes, at, value);
    return s;
}

static Super with8(Super s, size_t at, uint32_t value)
{
    s.bytes.at(at) = static_cast<uint8_t>(value);
    return s;
}

static Super with_type(Super s, uint32_t type)
{
    s.fields.gso_type = static_cast<uint8_t>(type);
    return s;
}

static Super with_size(Super s, uint32_t size)
{
    s.fields.gso_size = static_cast<uint16_t>(size);
    return s;
}

static Super with_csum(Super s, uint32_t csum, uint32_t start = 0, uint32_t offset = 0)
{
    s.fields.csum = static_cast<uint8_t>(csum);
    s.fields.csum_start = static_cast<uint16_t>(start);
    s.fields.csum_offset = static_cast<uint16_t>(offset);
    return s;
}

struct RefuseCase {
    const char *name;
    int rc;
    Super super;
};

static std::vector<RefuseCase> refuse_cases()
{
    const Bytes fragment = hex("06 00 0001 00000009");
    const Bytes routing = hex("06 02 00 01 00000000") + v6_b;
    const Bytes loose = hex("01 83 07 04 0a090003");
    const Bytes long_options = hex("3c 1f 01 fe") + Bytes(252);
    return {
        {"size 0", VNIC_EINVAL, with_size(tcp4(), 0)},
        {"ECN without a type", VNIC_EINVAL, with_type(tcp4(), VNIC_GSO_ECN)},
        {"ECN of UDP", VNIC_EINVAL, with_type(udp4(), VNIC_GSO_UDP_L4 | VNIC_GSO_ECN)},
        {"unknown state of the checksum", VNIC_EINVAL, with_csum(tcp4(), 4)},
        {"TCP over IPv6, type of IPv4", VNIC_EINVAL, with_type(tcp6(), VNIC_GSO_TCPV4)},
        {"TCP over IPv4, type of IPv6", VNIC_EINVAL, with_type(tcp4(), VNIC_GSO_TCPV6)},
        {"UDP, type of TCP", VNIC_EINVAL, with_type(udp4(), VNIC_GSO_TCPV4)},
        {"TCP, type of UDP", VNIC_EINVAL, with_type(tcp4(), VNIC_GSO_UDP_L4)},
        {"neither IPv4 nor IPv6", VNIC_EINVAL, with8(tcp4(), 0, 0x55)},
        {"IPv4 header of 16 bytes", VNIC_EINVAL, with8(tcp4(), 0, 0x44)},
        {"IPv4 header beyond the end", VNIC_EINVAL,
         super(hex("46") + Bytes(19), VNIC_GSO_TCPV4, 1)},
        {"IPv4 options beyond the end", VNIC_EINVAL,
         super(hex("4f00 0000 0000 0000 40 06") + Bytes(10), VNIC_GSO_TCPV4, 1)},
        {"IPv4 length beyond the end", VNIC_EINVAL, with16(tcp4(), 2, 48)},
        {"IPv6 length beyond the end", VNIC_EINVAL, with16(tcp6(), 4, 28)},
        {"more fragments", VNIC_EINVAL, with16(tcp4(), 6, 0x2000)},
        {"later fragment", VNIC_EINVAL, with16(tcp4(), 6, 0x0001)},
        {"IPv6 fragment", VNIC_EINVAL, tcp6(44, fragment)},
        {"IPv6 authentication header", VNIC_EINVAL, tcp6(51, hex("06 00 0000 00000001"))},
        {"extension header beyond the end", VNIC_EINVAL, tcp6(60, hex("06 05 01 04 00000000"))},
        {"no room for an extension header", VNIC_EINVAL,
         super(ipv6(60, hex("06 00 0104")), VNIC_GSO_TCPV6, 1)},
        {"no room for IPv6", VNIC_EINVAL, super(hex("60") + Bytes(38), VNIC_GSO_TCPV6, 1)},
        {"no room for TCP", VNIC_EINVAL, super(ipv4(6, Bytes(19)), VNIC_GSO_TCPV4, 1)},
        {"no room for UDP", VNIC_EINVAL, super(ipv4(17, Bytes(7)), VNIC_GSO_UDP_L4, 1)},
        {"TCP header of 16 bytes", VNIC_EINVAL, with8(tcp4(), 32, 0x40)},
        {"TCP header beyond the end", VNIC_EINVAL, with8(tcp4(), 32, 0x70)},
        {"checksum starts elsewhere", VNIC_EINVAL, with_csum(tcp4(), VNIC_CSUM_PARTIAL, 24, 16)},
        {"checksum of another offset", VNIC_EINVAL, with_csum(tcp4(), VNIC_CSUM_PARTIAL, 20, 6)},
        {"checksum of UDP as of TCP", VNIC_EINVAL, with_csum(udp4(), VNIC_CSUM_PARTIAL, 20, 16)},
        {"wrong checksum of TCP", VNIC_EINVAL,
         with_csum(with16(tcp4(), 36, 0x1234), VNIC_CSUM_UNKNOWN)},
        {"wrong checksum over IPv6", VNIC_EINVAL,
         with_csum(with16(tcp6(), 56, 0x1234), VNIC_CSUM_UNKNOWN)},
        {"frame without room", VNIC_EINVAL,
         super(Bytes(13), VNIC_GSO_TCPV4, 1, VNIC_CSUM_VALID, 0, 0, VNIC_TAP)},
        {"frame with nothing behind its tag", VNIC_EINVAL, frame(0x8100, hex("00 05"))},
        {"frame with nothing behind its header", VNIC_EINVAL, frame(0x0800, {})},
        {"frame of another type", VNIC_EINVAL, frame(0x0806, tcp4().bytes)},
        {"frame whose type is the other IP", VNIC_EINVAL, frame(0x86DD, tcp4().bytes)},
        {"frame with three tags", VNIC_EINVAL,
         frame(0x0800, tcp4().bytes, hex("8100 0001 8100 0002 8100 0003"))},
        {"padded frame whose headers end in the padding", VNIC_EINVAL,
         frame(0x0800, with16(super(ipv4(6, tcp(hex("01 02"))), 0, 0), 2, 39).bytes)},
        {"fragmentation of UDP", VNIC_ENOTSUP, with_type(udp4(), VNIC_GSO_UDP)},
        {"UDP tunnel over IPv4", VNIC_ENOTSUP, with_type(tcp4(), VNIC_GSO_TCPV4 | 0x20)},
        {"UDP tunnel over IPv6", VNIC_ENOTSUP, with_type(tcp4(), VNIC_GSO_TCPV4 | 0x40)},
        {"unknown type", VNIC_ENOTSUP, with_type(tcp4(), 2)},
        {"jumbogram", VNIC_ENOTSUP, with16(tcp6(0, hex("06 00 c204 00011170")), 4, 0)},
        {"IPv4 source route", VNIC_ENOTSUP,
         super(ipv4(6, tcp(payload), v4_a, v4_b, loose), VNIC_GSO_TCPV4, 3)},
        {"IPv6 routing header", VNIC_ENOTSUP, tcp6(43, routing)},
        {"headers that are too long", VNIC_ENOTSUP, tcp6(60, long_options + fragment)},
    };
}

TEST(SplitRefuse, Table)
{
    VNIC_COVERS("vnic_split_begin", "VNIC_EINVAL");
    VNIC_COVERS("vnic_split_begin", "VNIC_ENOTSUP");
    EXPECT_EQ(begin(tcp4()), 3);
    EXPECT_EQ(begin(tcp6()), 3);
    EXPECT_EQ(begin(udp4()), 3);
    EXPECT_EQ(begin(frame(0x0800, tcp4().bytes)), 3);
    for (const RefuseCase &c : refuse_cases()) {
        EXPECT_EQ(begin(c.super), c.rc) << c.name;
        EXPECT_EQ(begin(c.super, VNIC_SPLIT_PARTIAL), c.rc) << c.name;
    }
}

/* Options and extension headers as vnic_parse() takes them. */
TEST(SplitRefuse, OptionsAndExtensionHeaders)
{
    const std::vector<std::pair<const char *, int>> cases = {
        {"94 04 0000", 3},
        {"01 01 07 02", 3},
        {"00 83 03 04", 3},
        {"07 09 04 00", VNIC_EINVAL},
        {"01 01 01 07", VNIC_EINVAL},
        {"07 01 04 00", VNIC_EINVAL},
    };
    for (const auto &[options, rc] : cases) {
        Super s = super(ipv4(6, tcp(payload), v4_a, v4_b, hex(options)), VNIC_GSO_TCPV4, 3);
        EXPECT_EQ(begin(s), rc) << options;
    }
    Bytes chain;
    for (int i = 0; i < VNIC_PARSE_MAX_EXT - 1; i++) {
        chain = chain + hex("3c 00 0104 00000000");
    }
    EXPECT_EQ(begin(tcp6(60, chain + hex("06 00 0104 00000000"))), 3);
    chain = chain + hex("3c 00 0104 00000000");
    EXPECT_EQ(begin(tcp6(60, chain + hex("06 00 0104 00000000"))), VNIC_EINVAL);
}

/* Every cut is noticed, unless it is one of the payload that the IP header does not tell of. */
TEST(SplitRefuse, EveryCut)
{
    const Super whole[] = {tcp4(), udp4(), tcp6(60, hex("06 00 0104 00000000")),
                           frame(0x0800, tcp4().bytes, hex("8100 0005"))};
    for (const Super &s : whole) {
        for (size_t len = 1; len < s.bytes.size(); len++) {
            Super cut = s;
            cut.bytes.resize(len);
            cut.fields.len = static_cast<uint32_t>(len);
            EXPECT_EQ(begin(cut), VNIC_EINVAL) << len;
        }
    }
}

TEST(SplitRefuse, TooManySegmentsAndTooLongOnes)
{
    Bytes p(65536);
    Super s = with16(super(ipv4(6, tcp(p)), VNIC_GSO_TCPV4, 1), 2, 0);
    EXPECT_EQ(begin(s), VNIC_EINVAL);
    EXPECT_EQ(begin(with_size(s, 2)), 32768);
    EXPECT_EQ(begin(with_size(s, 65495)), 2);
    EXPECT_EQ(begin(with_size(s, 65496)), VNIC_EINVAL);
    s = with16(super(ipv6(17, udp(p, v6_a, v6_b)), VNIC_GSO_UDP_L4, 65527), 4, 0);
    EXPECT_EQ(begin(s), 2);
    EXPECT_EQ(begin(with_size(s, 65528)), VNIC_EINVAL);
    /* A checksum over more than 65535 bytes is verified too. */
    s = with16(super(ipv4(6, tcp(p)), VNIC_GSO_TCPV4, 1000, VNIC_CSUM_UNKNOWN), 2, 0);
    Bytes long_pseudo = v4_a + v4_b + hex("0000 0006") + Bytes(4);
    put16(long_pseudo, 12, 1);
    put16(long_pseudo, 14, 20);
    put16(s.bytes, 36, 0);
    const Bytes l4(s.bytes.begin() + 20, s.bytes.end());
    put16(s.bytes, 36, naive_checksum(long_pseudo + l4));
    EXPECT_EQ(begin(s), 66);
    put16(s.bytes, 36, get16(s.bytes, 36) ^ 1);
    EXPECT_EQ(begin(s), VNIC_EINVAL);
}

TEST(SplitRefuse, Arguments)
{
    VNIC_COVERS("vnic_split_next", "VNIC_EINVAL");
    VNIC_COVERS("vnic_split_copy", "VNIC_EINVAL");
    VNIC_COVERS("vnic_split_copy", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_split_gather", "VNIC_EINVAL");
    VNIC_COVERS("vnic_split_skip", "VNIC_EINVAL");
    VNIC_COVERS("vnic_split_size", "VNIC_EINVAL");
    Super s = tcp4();
    uint8_t hdr[VNIC_SPLIT_HDR_MAX];
    vnic_iovec iov[2];
    vnic_packet packet = s.fields, out = {};
    vnic_split split;
    EXPECT_EQ(vnic_split_begin(&split, &packet, VNIC_TUN, 0), VNIC_EINVAL) << "data is NULL";
    packet.data = s.bytes.data();
    EXPECT_EQ(vnic_split_begin(nullptr, &packet, VNIC_TUN, 0), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_begin(&split, nullptr, VNIC_TUN, 0), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_begin(&split, &packet, 0, 0), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_begin(&split, &packet, 3, 0), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_begin(&split, &packet, VNIC_TUN, 2), VNIC_EINVAL);
    packet.len = 0;
    packet.gso_type = VNIC_GSO_NONE;
    EXPECT_EQ(vnic_split_begin(&split, &packet, VNIC_TUN, 0), VNIC_EINVAL);
    packet = s.fields;
    packet.data = s.bytes.data();
    ASSERT_EQ(vnic_split_begin(&split, &packet, VNIC_TUN, 0), 3);
    EXPECT_EQ(vnic_split_next(nullptr, &out), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_next(&split, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_copy(nullptr, &out), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_copy(&split, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_copy(&split, &out), VNIC_EINVAL) << "data is NULL";
    out.data = hdr;
    EXPECT_EQ(vnic_split_copy(&split, &out), VNIC_EMSGSIZE);
    EXPECT_EQ(out.len, 43u);
    EXPECT_EQ(vnic_split_gather(nullptr, &out, hdr, iov), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_gather(&split, nullptr, hdr, iov), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_gather(&split, &out, nullptr, iov), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_gather(&split, &out, hdr, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_skip(nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_size(nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_split_size(&split), 43) << "nothing was taken by what failed";
}

/* ---- No super-packets --------------------------------------------------------------------------- */

TEST(SplitPlain, PassesAsItIs)
{
    const Bytes arp = ethernet(0x0806, Bytes(46, 7));
    for (uint32_t state : {VNIC_CSUM_UNKNOWN, VNIC_CSUM_VALID, VNIC_CSUM_TRUSTED}) {
        Super s = super(arp, VNIC_GSO_NONE, 99, state, 9999, 9999, VNIC_TAP);
        expect_segments(s, {arp});
        EXPECT_EQ(split_all(s, Form::Next)[0].fields.csum, state);
    }
    expect_segments(super(hex("01"), VNIC_GSO_NONE, 0), {hex("01")});
}

TEST(SplitPlain, PartialChecksumIsCompleted)
{
    const Bytes whole = ipv4(17, udp(payload));
    Super s = with_csum(super(whole, VNIC_GSO_NONE, 0), VNIC_CSUM_PARTIAL, 20, 6);
    put16(s.bytes, 26, naive_sum(v4_a.data(), 4, naive_sum(v4_b.data(), 4, 17 + 15)));
    expect_segments(s, {whole});
    EXPECT_EQ(split_all(s, Form::Gather)[0].fields.csum, VNIC_CSUM_VALID);
    Segment kept = split_all(s, Form::Copy, VNIC_SPLIT_PARTIAL)[0];
    EXPECT_EQ(kept.bytes, s.bytes);
    EXPECT_EQ(kept.fields.csum, VNIC_CSUM_PARTIAL);
    EXPECT_EQ(kept.fields.csum_start, 20);
    EXPECT_EQ(kept.fields.csum_offset, 6);
}

/* A sum of 0 is none in UDP, and 0 elsewhere. */
TEST(SplitPlain, ChecksumOfZero)
{
    Super s =
        with_csum(super(hex("ffff 0000 0000 0000"), VNIC_GSO_NONE, 0), VNIC_CSUM_PARTIAL, 0, 6);
    expect_segments(s, {hex("ffff 0000 0000 ffff")});
    expect_segments(with_csum(s, VNIC_CSUM_PARTIAL, 0, 4), {hex("ffff 0000 0000 0000")});
}

TEST(SplitPlain, FieldOutside)
{
    Bytes data(300);
    Super s = super(data, VNIC_GSO_NONE, 0);
    EXPECT_EQ(begin(with_csum(s, VNIC_CSUM_PARTIAL, 200, 99)), VNIC_EINVAL);
    EXPECT_EQ(begin(with_csum(s, VNIC_CSUM_PARTIAL, 65535, 65535)), VNIC_EINVAL);
    EXPECT_EQ(begin(with_csum(s, VNIC_CSUM_PARTIAL, 200, 55)), VNIC_ENOTSUP);
    EXPECT_EQ(begin(with_csum(s, VNIC_CSUM_PARTIAL, 200, 54)), 1);
    EXPECT_EQ(begin(with_csum(s, VNIC_CSUM_PARTIAL, 200, 98), VNIC_SPLIT_PARTIAL), 1);
}

/* ---- vnic_packet_complete() --------------------------------------------------------------------- */

TEST(PacketComplete, OnlyPartialOnes)
{
    Bytes data = hex("0001 0000 0203");
    vnic_packet p = {};
    p.data = data.data();
    p.len = 6;
    p.csum_offset = 2;
    for (uint32_t state : {VNIC_CSUM_UNKNOWN, VNIC_CSUM_VALID, VNIC_CSUM_TRUSTED}) {
        p.csum = static_cast<uint8_t>(state);
        EXPECT_EQ(vnic_packet_complete(&p), 0);
        EXPECT_EQ(p.csum, state);
        EXPECT_EQ(data, hex("0001 0000 0203"));
    }
    p.csum = VNIC_CSUM_PARTIAL;
    EXPECT_EQ(vnic_packet_complete(&p), 0);
    EXPECT_EQ(p.csum, VNIC_CSUM_VALID);
    EXPECT_EQ(data, hex("0001 fdfb 0203"));
}

TEST(PacketComplete, Errors)
{
    VNIC_COVERS("vnic_packet_complete", "VNIC_EINVAL");
    Bytes data = hex("0001 0000 0203");
    vnic_packet p = {};
    p.len = 6;
    p.csum = VNIC_CSUM_PARTIAL;
    EXPECT_EQ(vnic_packet_complete(nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_packet_complete(&p), VNIC_EINVAL);
    p.data = data.data();
    p.gso_type = VNIC_GSO_TCPV4;
    EXPECT_EQ(vnic_packet_complete(&p), VNIC_EINVAL);
    p.gso_type = VNIC_GSO_NONE;
    p.csum_offset = 5;
    EXPECT_EQ(vnic_packet_complete(&p), VNIC_EINVAL);
    EXPECT_EQ(p.csum, VNIC_CSUM_PARTIAL);
    EXPECT_EQ(data, hex("0001 0000 0203"));
}
