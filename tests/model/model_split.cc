/* SPDX-License-Identifier: Apache-2.0 */
/* The model of splitting. */
#include "segment_model.h"

#include <algorithm>

#include "vnic/packet.h"

namespace model
{
namespace
{

bool type_fits(uint8_t type, const Head &h)
{
    switch (type) {
    case VNIC_GSO_TCPV4:
        return h.version == 4 && h.proto == VNIC_IPPROTO_TCP;
    case VNIC_GSO_TCPV6:
        return h.version == 6 && h.proto == VNIC_IPPROTO_TCP;
    case VNIC_GSO_UDP_L4:
        return h.proto == VNIC_IPPROTO_UDP;
    default:
        return false;
    }
}

/* A packet that is no super-packet passes, with its partial checksum completed. */
SplitResult pass(const Packet &p)
{
    SplitResult r;
    size_t field_end = static_cast<size_t>(p.csum_start) + p.csum_offset + 2;
    if (p.csum == VNIC_CSUM_PARTIAL && field_end > p.data.size()) {
        r.verdict = Verdict::kRefuse;
        return r;
    }
    bool far = p.csum == VNIC_CSUM_PARTIAL && field_end > VNIC_SPLIT_HDR_MAX;
    r.verdict = far || p.csum > VNIC_CSUM_TRUSTED ? Verdict::kEither : Verdict::kMust;
    r.packets.push_back(completed(p));
    r.partial.push_back(p.csum == VNIC_CSUM_PARTIAL
                            ? static_cast<uint16_t>(get16(p.data, field_end - 2))
                            : static_cast<uint16_t>(0));
    return r;
}

/* IP: the length and, of IPv4, the identification counts up (RFC 6864 allows any value here; Linux
 * inet_gso_segment() counts for every type but fixed ones, which a virtio header cannot name). */
void set_ip(Bytes &b, const Head &h, size_t i)
{
    if (h.version == 4) {
        put16(b, h.l3_at + 2, static_cast<uint32_t>(b.size() - h.l3_at));
        put16(b, h.l3_at + 4, (get16(b, h.l3_at + 4) + static_cast<uint32_t>(i)) & 0xFFFF);
        set_ip_csum(b, h);
    } else {
        put16(b, h.l3_at + 4, static_cast<uint32_t>(b.size() - h.l3_at - 40));
    }
}

/* TCP: tcp_gso_segment(). FIN 1 and PSH 8 on the last segment only, CWR 0x80 on the first (RFC 3168
 * section 6.1.2: it is sent once). */
void set_tcp(Bytes &b, const Head &h, size_t i, bool last, const Packet &super)
{
    put32(b, h.l4_at + 4, get32(b, h.l4_at + 4) + static_cast<uint32_t>(i * super.gso_size));
    uint8_t &flags = b.at(h.l4_at + 13);
    if (!last) {
        flags &= static_cast<uint8_t>(~0x09);
    }
    if (i > 0) {
        flags &= static_cast<uint8_t>(~0x80);
    }
}

bool is_absent(const Packet &super, const Head &h)
{
    return h.proto == VNIC_IPPROTO_UDP && super.csum != VNIC_CSUM_PARTIAL &&
           get16(super.data, csum_at(h)) == 0;
}

/* What a segment's partial checksum is. That of the super-packet is taken on, right or wrong, but for the
 * length in it (RFC 1624); else it is made. */
uint16_t partial_sum(const Packet &super, const Bytes &b, const Head &h)
{
    if (super.csum != VNIC_CSUM_PARTIAL) {
        return pseudo_sum(b, h);
    }
    Bytes terms(6);
    size_t whole = super.data.size() - h.l4_at;
    put16(terms, 0, get16(super.data, csum_at(h)));
    put16(terms, 2, 0xFFFFu ^ ((whole & 0xFFFF) + (whole >> 16)));
    put16(terms, 4, static_cast<uint32_t>(b.size() - h.l4_at));
    return sum16(terms, 0, 6);
}

void cut(const Packet &super, const Head &h, SplitResult *r)
{
    const Bytes &d = super.data;
    size_t payload = d.size() - h.payload_at;
    size_t n = payload == 0 ? 1 : (payload + super.gso_size - 1) / super.gso_size;
    for (size_t i = 0; i < n; i++) {
        size_t from = h.payload_at + i * super.gso_size;
        size_t to = std::min(from + super.gso_size, d.size());
        Bytes b(d.begin(), d.begin() + static_cast<long>(h.payload_at));
        b.insert(b.end(), d.begin() + static_cast<long>(from), d.begin() + static_cast<long>(to));
        set_ip(b, h, i);
        if (h.proto == VNIC_IPPROTO_TCP) {
            set_tcp(b, h, i, i + 1 == n, super);
        } else {
            put16(b, h.l4_at + 4, static_cast<uint32_t>(b.size() - h.l4_at));
        }
        r->partial.push_back(partial_sum(super, b, h));
        if (!is_absent(super, h)) {
            Packet unfinished;
            put16(b, csum_at(h), r->partial.back());
            unfinished.data = b;
            unfinished.csum = VNIC_CSUM_PARTIAL;
            unfinished.csum_start = static_cast<uint16_t>(h.l4_at);
            unfinished.csum_offset = csum_offset(h);
            b = completed(unfinished);
        }
        r->packets.push_back(b);
    }
}

bool cannot_be(const Packet &super, const Head &h)
{
    size_t payload = super.data.size() - h.payload_at;
    size_t longest = h.payload_at - h.l3_at + std::min<size_t>(payload, super.gso_size);
    if (payload > 65535u * super.gso_size || longest > (h.version == 4 ? 65535u : 65575u)) {
        return true;
    }
    if (super.csum == VNIC_CSUM_PARTIAL) {
        return super.csum_start != h.l4_at || super.csum_offset != csum_offset(h);
    }
    return super.csum == VNIC_CSUM_UNKNOWN && !is_absent(super, h) && !h.routing &&
           !l4_csum_good(super.data, h);
}

/* Where the interface leaves room: whether something is refused or taken; or what becomes of it: a source
 * route hides the final destination, UDP over IPv6 has a checksum, a short frame may have padding. */
Verdict doubt(const Packet &super, const Head &h)
{
    bool udp = h.proto == VNIC_IPPROTO_UDP;
    if ((h.routing && super.csum != VNIC_CSUM_PARTIAL) || (is_absent(super, h) && h.version == 6) ||
        (!h.exact && h.l3_at > 0 && super.data.size() <= 60 + h.l3_at - 14)) {
        return Verdict::kAnything;
    }
    if (super.csum > VNIC_CSUM_TRUSTED || h.odd_ext || h.broken ||
        (udp && (super.gso_type & VNIC_GSO_ECN) != 0) ||
        (udp && get16(super.data, h.l4_at + 4) != super.data.size() - h.l4_at)) {
        return Verdict::kEither;
    }
    return Verdict::kMust;
}

}

SplitResult split(const Packet &super, uint32_t layer)
{
    if (super.gso_type == VNIC_GSO_NONE) {
        return pass(super);
    }
    SplitResult r;
    Head h = read_head(super.data, layer);
    r.super = true;
    r.verdict = Verdict::kRefuse;
    uint8_t type = super.gso_type & static_cast<uint8_t>(~VNIC_GSO_ECN);
    if (super.gso_size == 0 || !h.l4 || h.fragment || h.beyond || !type_fits(type, h) ||
        h.payload_at > VNIC_SPLIT_HDR_MAX) {
        return r;
    }
    Verdict verdict = doubt(super, h);
    if (verdict != Verdict::kAnything && cannot_be(super, h)) {
        return r;
    }
    r.verdict = verdict;
    r.hdr_len = h.payload_at;
    r.absent = is_absent(super, h);
    if (verdict != Verdict::kAnything) {
        cut(super, h, &r);
    }
    return r;
}

}
