/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets of flows for the tests of merging, and a plan whose outputs are checked: whatever was merged is
 * split again here, byte by byte and without the library's help, and must give its members.
 */
#ifndef VNIC_TESTS_MERGE_FIXTURE_H
#define VNIC_TESTS_MERGE_FIXTURE_H

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
#include "core/merge.h"
}
#include "support/packets.h"
#include "vnic/packet.h"

namespace merging
{

using namespace packets;

enum Kind { TCP4, TCP6, UDP4, UDP6 };
static const std::vector<Kind> all_kinds = {TCP4, TCP6, UDP4, UDP6};
static const std::vector<Kind> tcp_kinds = {TCP4, TCP6};
static const std::vector<Kind> udp_kinds = {UDP4, UDP6};
static const std::vector<Kind> v4_kinds = {TCP4, UDP4};
static const std::vector<Kind> v6_kinds = {TCP6, UDP6};

/* One packet of a flow; what a test does not name is the same in all. */
struct Seg {
    Kind kind = TCP4;
    size_t payload = 100;
    uint32_t seq = 1000;
    uint32_t ack = 77;
    uint8_t flags = 0x10;
    uint8_t reserved = 0; /* the four bits in front of the flags */
    uint32_t window = 500;
    uint32_t urgent = 0;
    Bytes options = hex("0101080a 00000001 00000002");
    uint32_t id = 0;
    uint32_t fragment = 0x4000;
    uint8_t tos = 0;
    uint8_t ttl = 64;
    uint32_t label = 0x12345;
    uint8_t next = 0; /* the kind of `ext` */
    Bytes ext = {};
    Bytes ip_options = {};
    uint32_t sport = 1000;
    Bytes eth = {};
    Bytes trailer = {};
    int csum = VNIC_CSUM_VALID;
    int wrong = -1;      /* this byte is changed after the checksums were made */
    int csum_start = -1; /* these two: instead of what is right for a partial checksum */
    int csum_offset = -1;
    int gso_type = VNIC_GSO_NONE;
    int vlan_tci = 0;
    Bytes raw = {}; /* this instead of all that */

    bool v6() const
    {
        return kind == TCP6 || kind == UDP6;
    }
    bool udp() const
    {
        return kind == UDP4 || kind == UDP6;
    }
    size_t l4() const
    {
        return eth.size() + (v6() ? 40 + ext.size() : 20 + ip_options.size());
    }
    size_t header() const
    {
        return l4() + (udp() ? 8 : 20 + options.size());
    }
};

/* Payload is a function of the place in the stream, so that a mix-up is seen. */
inline Bytes payload_of(const Seg &s)
{
    Bytes b(s.payload);
    for (size_t i = 0; i < b.size(); i++) {
        b[i] = static_cast<uint8_t>((s.seq + i) * 7 + ((s.seq + i) >> 8) + s.sport);
    }
    return b;
}

inline Bytes layer4(const Seg &s, const Bytes &src, const Bytes &dst)
{
    if (s.udp()) {
        return udp(payload_of(s), src, dst, s.sport);
    }
    Bytes h(20);
    put16(h, 0, s.sport);
    put16(h, 2, 2000);
    put16(h, 4, s.seq >> 16);
    put16(h, 6, s.seq & 0xFFFF);
    put16(h, 8, s.ack >> 16);
    put16(h, 10, s.ack & 0xFFFF);
    h[12] = static_cast<uint8_t>((20 + s.options.size()) / 4 << 4 | s.reserved);
    h[13] = s.flags;
    put16(h, 14, s.window);
    put16(h, 18, s.urgent);
    return with_l4_sum(h + s.options + payload_of(s), 16, 6, src, dst);
}

inline Bytes bytes_of(const Seg &s)
{
    const uint8_t proto = s.udp() ? 17 : 6;
    Bytes ip;
    if (!s.raw.empty()) {
        return s.raw;
    }
    if (s.v6()) {
        Bytes ext = s.ext;
        if (!ext.empty()) {
            ext[0] = proto;
        }
        ip = ipv6(ext.empty() ? proto : s.next, ext + layer4(s, v6_a, v6_b), v6_a, v6_b, s.ttl);
        ip[0] = static_cast<uint8_t>(0x60 | s.tos >> 4);
        ip[1] = static_cast<uint8_t>(s.tos << 4 | s.label >> 16);
        put16(ip, 2, s.label & 0xFFFF);
    } else {
        ip = ipv4(proto, layer4(s, v4_a, v4_b), v4_a, v4_b, s.ip_options, s.fragment);
        ip[1] = s.tos;
        put16(ip, 4, s.id);
        ip[8] = s.ttl;
        put16(ip, 10, 0);
        put16(ip, 10, naive_checksum(Bytes(ip.begin(), ip.begin() + (ip[0] & 15) * 4)));
    }
    Bytes all = s.eth + ip + s.trailer;
    if (s.wrong >= 0) {
        all.at(static_cast<size_t>(s.wrong)) ^= 0x40;
    }
    return all;
}

/* A packet of the plan; a partial one has the pseudo header's sum in its field, as a system leaves it. */
struct Packet {
    Bytes bytes;
    vnic_packet p;
};

inline Packet packet_of(const Seg &s)
{
    Packet out;
    out.bytes = bytes_of(s);
    memset(&out.p, 0, sizeof out.p);
    out.p.len = static_cast<uint32_t>(out.bytes.size());
    out.p.csum = static_cast<uint8_t>(s.csum);
    if (s.csum == VNIC_CSUM_PARTIAL) {
        const size_t at = s.l4(), field = s.udp() ? 6u : 16u;
        Bytes head =
            (s.v6() ? v6_a + v6_b : v4_a + v4_b) + Bytes{0, uint8_t(s.udp() ? 17 : 6), 0, 0};
        put16(head, head.size() - 2, out.p.len - static_cast<uint32_t>(at));
        put16(out.bytes, at + field, naive_sum(head.data(), head.size()));
        out.p.csum_start = static_cast<uint16_t>(at);
        out.p.csum_offset = static_cast<uint16_t>(field);
    }
    out.p.gso_type = static_cast<uint8_t>(s.gso_type);
    out.p.gso_size = s.gso_type != VNIC_GSO_NONE ? 50 : 0;
    out.p.hdr_len = static_cast<uint16_t>(s.gso_type != VNIC_GSO_NONE ? s.header() : 0);
    out.p.vlan_tci = static_cast<uint16_t>(s.vlan_tci);
    if (s.csum_start >= 0) {
        out.p.csum_start = static_cast<uint16_t>(s.csum_start);
    }
    if (s.csum_offset >= 0) {
        out.p.csum_offset = static_cast<uint16_t>(s.csum_offset);
    }
    return out;
}

/* n packets of a flow in order, of one size. */
inline std::vector<Seg> train(Kind kind, size_t n, const Seg &like = Seg())
{
    std::vector<Seg> list;
    for (size_t i = 0; i < n; i++) {
        Seg s = like;
        s.kind = kind;
        s.seq = like.seq + static_cast<uint32_t>(i * like.payload);
        s.id = like.id + static_cast<uint32_t>(i);
        list.push_back(s);
    }
    return list;
}

inline vnic_merge_rules default_rules(uint32_t layer = VNIC_TUN)
{
    vnic_merge_rules rules;
    rules.size = sizeof rules;
    rules.layer = layer;
    rules.features = VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_USO4 | VNIC_F_USO6;
    rules.max_len = 65535;
    rules.udp_segments = 64;
    return rules;
}

/* Segment k of n that a merged packet stands for, with all checksums. */
inline Bytes split_off(const Bytes &whole, const Seg &s, size_t size, size_t k)
{
    const size_t l3 = s.eth.size(), l4 = s.l4(), header = s.header();
    const size_t from = header + k * size, to = std::min(from + size, whole.size());
    Bytes b(whole.begin(), whole.begin() + static_cast<long>(header));
    b.insert(b.end(), whole.begin() + static_cast<long>(from),
             whole.begin() + static_cast<long>(to));
    Bytes src = s.v6() ? v6_a : v4_a, dst = s.v6() ? v6_b : v4_b;
    if (s.v6()) {
        put16(b, l3 + 4, static_cast<uint32_t>(b.size() - l3 - 40));
    } else {
        put16(b, l3 + 2, static_cast<uint32_t>(b.size() - l3));
        put16(b, l3 + 4, get16(whole, l3 + 4) + static_cast<uint32_t>(k));
        put16(b, l3 + 10, 0);
        put16(b, l3 + 10,
              naive_checksum(Bytes(b.begin() + static_cast<long>(l3),
                                   b.begin() + static_cast<long>(l3 + 20))));
    }
    if (s.udp()) {
        put16(b, l4 + 4, static_cast<uint32_t>(b.size() - l4));
    } else {
        uint32_t seq = get16(b, l4 + 4) << 16 | get16(b, l4 + 6);
        seq += static_cast<uint32_t>(k * size);
        put16(b, l4 + 4, seq >> 16);
        put16(b, l4 + 6, seq & 0xFFFF);
        b[l4 + 13] = static_cast<uint8_t>(to == whole.size() ? b[l4 + 13] : b[l4 + 13] & 0xF6);
    }
    Bytes upper(b.begin() + static_cast<long>(l4), b.end());
    upper = with_l4_sum(upper, s.udp() ? 6 : 16, s.udp() ? 17 : 6, src, dst);
    std::copy(upper.begin(), upper.end(), b.begin() + static_cast<long>(l4));
    return b;
}

/* A plan over packets that each lie in memory of exactly their length. */
class Plan
{
  public:
    explicit Plan(const vnic_merge_rules &rules)
    {
        EXPECT_EQ(0, vnic_merge_create(&rules, &merge));
        EXPECT_EQ(0, vnic__merge_allow_paste(merge));
        EXPECT_EQ(0, vnic_merge_create(&rules, &twin));
    }
    ~Plan()
    {
        vnic_merge_destroy(merge);
        vnic_merge_destroy(twin);
    }
    Plan(const Plan &) = delete;
    Plan &operator=(const Plan &) = delete;

    void set_rules(const vnic_merge_rules &rules)
    {
        EXPECT_EQ(0, vnic_merge_set_rules(merge, &rules));
        EXPECT_EQ(0, vnic_merge_set_rules(twin, &rules));
    }

    int run(const std::vector<Seg> &list)
    {
        segs = list;
        packets.clear();
        for (const Seg &s : list) {
            packets.push_back(packet_of(s));
        }
        before.clear();
        raw.clear();
        for (Packet &p : packets) {
            before.push_back(p.bytes);
            p.bytes.shrink_to_fit();
            p.p.data = p.bytes.data();
            raw.push_back(p.p);
        }
        n = vnic_merge_plan(merge, raw.data(), static_cast<int>(raw.size()));
        EXPECT_EQ(n, vnic_merge_plan(twin, raw.data(), static_cast<int>(raw.size())));
        raw.assign(raw.size(), vnic_packet()); /* the array is not borrowed */
        return n;
    }

    std::vector<int> members(int i) const
    {
        const uint16_t *index = nullptr;
        int count = vnic_merge_members(merge, i, &index);
        return count > 0 ? std::vector<int>(index, index + count) : std::vector<int>();
    }

    /* "0+1 2": members of an output joined by +, outputs by a space. */
    std::string shape() const
    {
        std::string out;
        for (int i = 0; i < n; i++) {
            out += i > 0 ? " " : "";
            std::vector<int> list = members(i);
            for (size_t k = 0; k < list.size(); k++) {
                out += (k > 0 ? "+" : "") + std::to_string(list[k]);
            }
        }
        return out;
    }

    /* Output i from its pieces, of this plan or its twin. */
    Bytes gather(int i, vnic_packet *p) const
    {
        return gather_of(merge, i, p, nullptr);
    }
    static Bytes gather_of(vnic_merge *of, int i, vnic_packet *p, int *ret_pieces)
    {
        std::vector<vnic_iovec> iov(VNIC_MERGE_IOV_MAX);
        Bytes out;
        memset(p, 0, sizeof *p);
        int pieces = vnic_merge_gather(of, i, p, iov.data(), VNIC_MERGE_IOV_MAX);
        if (ret_pieces != nullptr) {
            *ret_pieces = pieces;
        }
        EXPECT_GT(pieces, 0);
        EXPECT_EQ(nullptr, p->data);
        for (int k = 0; k < pieces; k++) {
            const uint8_t *base = static_cast<const uint8_t *>(iov[static_cast<size_t>(k)].base);
            out.insert(out.end(), base, base + iov[static_cast<size_t>(k)].len);
        }
        EXPECT_EQ(p->len, out.size());
        return out;
    }

    /* Output i in one piece, into room of exactly its length. */
    Bytes copy(int i, vnic_packet *p) const
    {
        memset(p, 0, sizeof *p);
        EXPECT_EQ(VNIC_EMSGSIZE, vnic_merge_copy(merge, i, p));
        Bytes out(p->len);
        p->data = out.data();
        p->cap = p->len;
        EXPECT_EQ(static_cast<int>(p->len), vnic_merge_copy(merge, i, p));
        return out;
    }

    /* Everything that is promised of every output. */
    void check() const
    {
        for (int i = 0; i < n; i++) {
            vnic_packet gathered, copied;
            Bytes whole = gather(i, &gathered);
            EXPECT_EQ(whole, copy(i, &copied));
            check_twin(i, whole);
            EXPECT_EQ(gathered.gso_size, copied.gso_size);
            EXPECT_EQ(gathered.gso_type, copied.gso_type);
            if (members(i).size() == 1) {
                check_passed(static_cast<size_t>(members(i)[0]), whole, gathered);
            } else {
                check_merged(members(i), whole, gathered);
            }
        }
        for (size_t i = 0; i < packets.size(); i++) {
            EXPECT_EQ(before[i], packets[i].bytes) << "the input was changed";
        }
    }

    /* This plan copies payloads behind each other, as sending does; its twin leaves them where they are. */
    vnic_merge *merge = nullptr;
    vnic_merge *twin = nullptr;
    std::vector<Packet> packets;
    int n = 0;

  private:
    void check_twin(int i, const Bytes &whole) const
    {
        const uint16_t *index = nullptr;
        vnic_packet p;
        int pieces = 0;
        int count = vnic_merge_members(twin, i, &index);

        EXPECT_EQ(members(i), std::vector<int>(index, index + count));
        EXPECT_EQ(whole, gather_of(twin, i, &p, &pieces));
        EXPECT_EQ(count == 1 ? 1 : count + 1, pieces);
    }
    void check_passed(size_t i, const Bytes &whole, const vnic_packet &p) const
    {
        EXPECT_EQ(before[i], whole);
        EXPECT_EQ(packets[i].p.gso_type, p.gso_type);
        EXPECT_EQ(packets[i].p.gso_size, p.gso_size);
        EXPECT_EQ(packets[i].p.hdr_len, p.hdr_len);
        EXPECT_EQ(packets[i].p.csum, p.csum);
        EXPECT_EQ(packets[i].p.csum_start, p.csum_start);
        EXPECT_EQ(packets[i].p.csum_offset, p.csum_offset);
    }

    void check_merged(const std::vector<int> &list, const Bytes &whole, const vnic_packet &p) const
    {
        static const uint8_t types[] = {VNIC_GSO_TCPV4, VNIC_GSO_TCPV6, VNIC_GSO_UDP_L4,
                                        VNIC_GSO_UDP_L4};
        const Seg &s = segs[static_cast<size_t>(list[0])];
        Seg all = s;
        EXPECT_EQ(types[s.kind], p.gso_type);
        EXPECT_EQ(s.payload, p.gso_size);
        EXPECT_EQ(s.header(), p.hdr_len);
        EXPECT_EQ(VNIC_CSUM_PARTIAL, p.csum);
        EXPECT_EQ(s.l4(), p.csum_start);
        EXPECT_EQ(s.udp() ? 6 : 16, p.csum_offset);
        all.csum = VNIC_CSUM_PARTIAL;
        all.payload = whole.size() - s.header();
        all.flags |= segs[static_cast<size_t>(list.back())].flags;
        /* As one long packet whose checksum is partial it must look. */
        Bytes expected = packet_of(all).bytes;
        expected.resize(s.header());
        EXPECT_EQ(expected, Bytes(whole.begin(), whole.begin() + static_cast<long>(s.header())));
        for (size_t k = 0; k < list.size(); k++) {
            Seg one = segs[static_cast<size_t>(list[k])];
            /* Complete, and with the identification that splitting gives a packet with DF. */
            one.csum = VNIC_CSUM_VALID;
            one.id = one.fragment == 0x4000 ? s.id + static_cast<uint32_t>(k) : one.id;
            EXPECT_EQ(bytes_of(one), split_off(whole, s, p.gso_size, k)) << "segment " << k;
        }
    }

    std::vector<Seg> segs;
    std::vector<Bytes> before;
    std::vector<vnic_packet> raw;
};

} /* namespace merging */

#endif
