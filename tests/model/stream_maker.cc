/* SPDX-License-Identifier: Apache-2.0 */
/* Flows, packets and super-packets as they should be. */
#include "stream_maker.h"

#include <algorithm>

#include "vnic/packet.h"

namespace model
{
namespace
{

void append(Bytes &to, const Bytes &from)
{
    to.insert(to.end(), from.begin(), from.end());
}

Bytes link_header(Random &random, bool v4)
{
    Bytes b = {2, 0, 0, 0, 0, static_cast<uint8_t>(random.below(3)), 2, 0, 0, 0, 0, 9};
    uint32_t tags = random.below(3);
    for (uint32_t i = 0; i < tags; i++) {
        bool outer_of_two = tags == 2 && i == 0;
        append(b, outer_of_two ? Bytes{0x88, 0xA8} : Bytes{0x81, 0x00});
        append(b, {static_cast<uint8_t>(random.below(256)), static_cast<uint8_t>(random.below(4))});
    }
    append(b, v4 ? Bytes{0x08, 0x00} : Bytes{0x86, 0xDD});
    return b;
}

/* Extension headers of IPv6 full of PadN options (RFC 8200 section 4.2); the last one's next header
 * is `proto`. */
Bytes ext_headers(Random &random, uint8_t proto, uint8_t *first)
{
    static const uint8_t types[] = {0, 60};
    std::vector<uint8_t> chain;
    for (uint32_t i = 0; i < 2; i++) {
        if (random.one_in(2)) {
            chain.push_back(types[i]);
        }
    }
    Bytes b;
    *first = chain.empty() ? proto : chain[0];
    for (size_t i = 0; i < chain.size(); i++) {
        uint8_t units = static_cast<uint8_t>(random.below(4));
        size_t len = (units + 1u) * 8u;
        b.push_back(i + 1 < chain.size() ? chain[i + 1] : proto);
        b.push_back(units);
        b.push_back(1);
        b.push_back(static_cast<uint8_t>(len - 4));
        b.resize(b.size() + len - 4);
    }
    return b;
}

Bytes tcp_options(Random &random)
{
    switch (random.below(4)) {
    case 0:
        return {};
    case 1: { /* two blocks of SACK (RFC 2018) and two NOPs */
        Bytes b = {1, 1, 5, 18};
        b.resize(20, static_cast<uint8_t>(random.below(256)));
        return b;
    }
    default: { /* timestamps (RFC 7323 appendix A) */
        Bytes b = {1, 1, 8, 10};
        b.resize(12, static_cast<uint8_t>(random.below(256)));
        return b;
    }
    }
}

}

Flow StreamMaker::flow(uint32_t longest_mss)
{
    Flow f;
    f.version = random.one_in(2) ? 4 : 6;
    f.proto = random.below(5) < 3 ? VNIC_IPPROTO_TCP : VNIC_IPPROTO_UDP;
    f.src.assign(f.version == 4 ? 4 : 16, 0);
    f.dst = f.src;
    f.src[0] = f.dst[0] = f.version == 4 ? 10 : 0xFD;
    f.src.back() = static_cast<uint8_t>(random.between(1, 3));
    f.dst.back() = static_cast<uint8_t>(random.between(4, 5));
    if (layer == VNIC_TAP) {
        f.link = link_header(random, f.version == 4);
    }
    f.first_ext = f.proto;
    if (f.version == 6 && random.one_in(4)) {
        f.ext = ext_headers(random, f.proto, &f.first_ext);
    }
    if (f.proto == VNIC_IPPROTO_TCP) {
        f.l4_options = tcp_options(random);
    }
    f.tos = random.one_in(2) ? static_cast<uint8_t>(random.below(4)) : 0;
    f.ttl = static_cast<uint8_t>(random.between(1, 255));
    f.label = random.one_in(2) ? random.below(1u << 20) : 0;
    f.frag = random.one_in(2) ? 0x4000 : 0;
    f.sport = static_cast<uint16_t>(random.one_in(4) ? random.between(1, 65535) : 1000);
    f.dport = static_cast<uint16_t>(random.between(2000, 2003));
    /* Numbers that wrap soon are met soon. */
    f.id = static_cast<uint16_t>(random.one_in(3) ? 65535 - random.below(20) : random.next());
    f.seq = random.one_in(3) ? 0u - random.below(20000) : random.next();
    f.ack = random.next();
    f.window = static_cast<uint16_t>(random.next());
    switch (random.below(5)) {
    case 0:
        f.mss = random.between(1, 16);
        break;
    case 1:
        f.mss = random.between(1, 200);
        break;
    case 2:
        f.mss = 1400 + random.below(60);
        break;
    default:
        f.mss = random.between(1, 8900);
        break;
    }
    f.mss = std::min(f.mss, longest_mss);
    f.csum = static_cast<uint8_t>(random.below(4));
    return f;
}

Bytes StreamMaker::payload(size_t len)
{
    Bytes b(len);
    if (random.one_in(8)) { /* carries in every word, or none at all */
        std::fill(b.begin(), b.end(), static_cast<uint8_t>(random.one_in(2) ? 0xFF : 0));
        return b;
    }
    uint32_t word = random.next();
    for (size_t i = 0; i < len; i++) {
        if (i % 16 == 0) {
            word = random.next();
        }
        word = word * 1664525u + 1013904223u;
        b[i] = static_cast<uint8_t>(word >> 24);
    }
    return b;
}

namespace
{

Bytes ip_header(const Flow &f)
{
    Bytes b;
    if (f.version == 4) {
        b.assign(20, 0);
        b[0] = static_cast<uint8_t>(0x45 + f.ext.size() / 4);
        b[1] = f.tos;
        put16(b, 4, f.id);
        put16(b, 6, f.frag);
        b[8] = f.ttl;
        b[9] = f.proto;
        std::copy(f.src.begin(), f.src.end(), b.begin() + 12);
        std::copy(f.dst.begin(), f.dst.end(), b.begin() + 16);
    } else {
        b.assign(40, 0);
        put32(b, 0, 6u << 28 | static_cast<uint32_t>(f.tos) << 20 | f.label);
        b[6] = f.first_ext;
        b[7] = f.ttl;
        std::copy(f.src.begin(), f.src.end(), b.begin() + 8);
        std::copy(f.dst.begin(), f.dst.end(), b.begin() + 24);
    }
    append(b, f.ext);
    return b;
}

Bytes l4_header(const Flow &f, size_t payload_len)
{
    if (f.proto == VNIC_IPPROTO_UDP) {
        Bytes b(8);
        put16(b, 0, f.sport);
        put16(b, 2, f.dport);
        put16(b, 4, static_cast<uint32_t>(payload_len + 8) & 0xFFFF);
        return b;
    }
    Bytes b(20);
    put16(b, 0, f.sport);
    put16(b, 2, f.dport);
    put32(b, 4, f.seq);
    put32(b, 8, f.ack);
    b[12] = static_cast<uint8_t>((5 + f.l4_options.size() / 4) << 4 | f.low_nibble);
    b[13] = f.flags;
    put16(b, 14, f.window);
    put16(b, 18, f.urgent);
    append(b, f.l4_options);
    return b;
}

void set_csum(Packet &p, const Head &h, uint8_t csum)
{
    p.csum = csum;
    if (csum == VNIC_CSUM_PARTIAL) {
        put16(p.data, csum_at(h), pseudo_sum(p.data, h));
        p.csum_start = static_cast<uint16_t>(h.l4_at);
        p.csum_offset = csum_offset(h);
    } else {
        set_l4_csum(p.data, h);
    }
}

}

Packet StreamMaker::packet(const Flow &f, size_t payload_len)
{
    Packet p;
    p.data = f.link;
    append(p.data, ip_header(f));
    append(p.data, l4_header(f, payload_len));
    append(p.data, payload(payload_len));
    size_t l3 = f.link.size();
    size_t len = p.data.size() - l3;
    put16(p.data, l3 + (f.version == 4 ? 2 : 4),
          static_cast<uint32_t>(f.version == 4 ? len : len - 40));
    Head h = read_head(p.data, layer);
    if (h.ip) {
        set_ip_csum(p.data, h);
    }
    if (h.l4) {
        set_csum(p, h, f.csum);
    }
    return p;
}

Packet StreamMaker::make_super(Flow f, uint32_t gso_size, size_t payload_len)
{
    Packet p = packet(f, payload_len);
    Head h = read_head(p.data, layer);
    p.gso_type = f.proto == VNIC_IPPROTO_UDP ? VNIC_GSO_UDP_L4
                 : f.version == 4            ? VNIC_GSO_TCPV4
                                             : VNIC_GSO_TCPV6;
    p.gso_size = static_cast<uint16_t>(gso_size);
    p.hdr_len = static_cast<uint16_t>(random.one_in(4) ? 0 : h.payload_at);
    return p;
}

Packet StreamMaker::super()
{
    Flow f = flow(9000);
    if (random.one_in(2)) {
        f.csum = VNIC_CSUM_PARTIAL;
    }
    if (f.version == 4 && random.one_in(6)) {
        f.ext.assign(random.between(1, 10) * 4, 1);
    }
    if (f.proto == VNIC_IPPROTO_TCP) {
        f.flags =
            static_cast<uint8_t>(random.one_in(2) ? 0x10 | (random.next() & 0xC9) : random.next());
        f.urgent = static_cast<uint16_t>(random.one_in(4) ? random.next() : 0);
        f.low_nibble = static_cast<uint8_t>(random.one_in(4) ? random.below(16) : 0);
    }
    size_t segments = random.one_in(4) ? random.below(300) : random.below(50);
    size_t len = segments * f.mss + random.below(f.mss + 1);
    size_t headers = 40 + f.ext.size() + 20 + f.l4_options.size();
    len = std::min(len, 65535 - headers);
    Packet p = make_super(f, f.mss, len);
    if (f.proto == VNIC_IPPROTO_TCP && random.one_in(3)) {
        p.gso_type |= VNIC_GSO_ECN;
    }
    Head h = read_head(p.data, layer);
    if (f.proto == VNIC_IPPROTO_UDP && f.version == 4 && f.csum != VNIC_CSUM_PARTIAL &&
        random.one_in(4)) {
        put16(p.data, csum_at(h), 0);
    }
    return p;
}

Packet StreamMaker::mergeable_super(uint32_t most_segments)
{
    Flow f = flow(9000);
    f.csum = VNIC_CSUM_PARTIAL;
    if (f.proto == VNIC_IPPROTO_TCP) {
        f.flags = static_cast<uint8_t>(0x10 | (random.one_in(2) ? random.next() & 0x09 : 0));
    }
    size_t headers = (f.version == 4 ? 20 : 40) + f.ext.size() +
                     (f.proto == VNIC_IPPROTO_UDP ? 8 : 20 + f.l4_options.size());
    size_t segments = random.between(2, most_segments);
    size_t len = (segments - 1) * f.mss + random.between(1, f.mss);
    len = std::min(len, 65535 - headers);
    Packet p = make_super(f, f.mss, len);
    p.hdr_len = static_cast<uint16_t>(headers + f.link.size());
    return p;
}

std::vector<Packet> StreamMaker::clean(size_t n, size_t count)
{
    std::vector<Flow> flows;
    for (size_t i = 0; i < count; i++) {
        flows.push_back(flow(static_cast<uint32_t>(60000 / n)));
        flows.back().dport = static_cast<uint16_t>(3000 + i);
    }
    std::vector<Packet> out;
    for (size_t i = 0; i < n; i++) {
        Flow &f = flows[random.below(static_cast<uint32_t>(count))];
        out.push_back(packet(f, f.mss));
        f.seq += f.mss;
        f.id++;
    }
    return out;
}

}
