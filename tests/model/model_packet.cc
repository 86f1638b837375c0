/* SPDX-License-Identifier: Apache-2.0 */
/* The model's reading of headers and its checksums. */
#include "segment_model.h"

#include "vnic/packet.h"

namespace model
{

uint32_t get16(const Bytes &b, size_t at)
{
    return static_cast<uint32_t>(b.at(at)) << 8 | b.at(at + 1);
}

void put16(Bytes &b, size_t at, uint32_t value)
{
    b.at(at) = static_cast<uint8_t>(value >> 8);
    b.at(at + 1) = static_cast<uint8_t>(value);
}

uint32_t get32(const Bytes &b, size_t at)
{
    return get16(b, at) << 16 | get16(b, at + 2);
}

void put32(Bytes &b, size_t at, uint32_t value)
{
    put16(b, at, value >> 16);
    put16(b, at + 2, value & 0xFFFF);
}

namespace
{

/* IPv6 extension headers: 0 hop by hop, 43 routing, 44 fragment, 51 authentication, 60 destination, 135
 * mobility (RFC 8200 section 4, IANA). Linux's ipv6_gso_pull_exthdrs() passes over 0, 43 and 60. */
bool is_ext(uint8_t next)
{
    return next == 0 || next == 43 || next == 44 || next == 51 || next == 60 || next == 135;
}

/* Passes over the extension headers; false if they are not complete. */
bool walk_ext(const Bytes &b, Head &h)
{
    size_t at = h.l3_at + 40;
    uint8_t next = b.at(h.l3_at + 6);
    while (is_ext(next)) {
        /* Also one of which only the beginning is there. */
        h.fragment = h.fragment || (next == 44 && at + 4 <= b.size());
        if (at + 8 > b.size()) {
            return false;
        }
        h.routing = h.routing || next == 43;
        h.odd_ext = h.odd_ext || (next != 0 && next != 43 && next != 60);
        size_t len = next == 44   ? 8
                     : next == 51 ? (b.at(at + 1) + 2u) * 4u
                                  : (b.at(at + 1) + 1u) * 8u;
        next = b.at(at);
        at += len;
        if (at > b.size()) {
            return false;
        }
        if (h.fragment) {
            break;
        }
    }
    h.proto = next;
    h.l4_at = at;
    return true;
}

/* IPv4 options: one without a length is 0, the end, or 1; LSRR is 131, SSRR 137 (RFC 791 section 3.1). */
void read_options(const Bytes &b, Head &h)
{
    for (size_t at = h.l3_at + 20; at < h.l4_at && b[at] != 0;) {
        size_t len = b[at] == 1 ? 1 : at + 1 < h.l4_at ? b[at + 1] : 0;
        if (len == 0 || (len == 1 && b[at] != 1) || at + len > h.l4_at) {
            h.broken = true;
            return;
        }
        h.routing = h.routing || b[at] == 131 || b[at] == 137;
        at += len;
    }
}

bool read_ip(const Bytes &b, Head &h)
{
    size_t left = b.size() - h.l3_at;
    if (left < 20) {
        return false;
    }
    h.version = b[h.l3_at] >> 4;
    if (h.version == 4) {
        size_t ihl = (b[h.l3_at] & 15u) * 4u;
        h.fragment = (get16(b, h.l3_at + 6) & 0x3FFF) != 0;
        h.proto = b[h.l3_at + 9];
        if (ihl < 20 || ihl > left) {
            return false;
        }
        h.exact = get16(b, h.l3_at + 2) == left;
        h.beyond = get16(b, h.l3_at + 2) > left;
        h.l4_at = h.l3_at + ihl;
        read_options(b, h);
        return true;
    }
    if (h.version == 6 && left >= 40) {
        h.exact = get16(b, h.l3_at + 4) == left - 40;
        h.beyond = get16(b, h.l3_at + 4) > left - 40;
        return walk_ext(b, h);
    }
    return false;
}

void read_l4(const Bytes &b, Head &h)
{
    size_t left = b.size() - h.l4_at;
    if (h.fragment) {
        return;
    }
    if (h.proto == VNIC_IPPROTO_UDP && left >= 8) {
        h.l4 = true;
        h.payload_at = h.l4_at + 8;
    } else if (h.proto == VNIC_IPPROTO_TCP && left >= 20) {
        size_t len = (b[h.l4_at + 12] >> 4) * 4u;
        h.l4 = len >= 20 && len <= left;
        h.payload_at = h.l4_at + len;
    }
}

}

Head read_head(const Bytes &b, uint32_t layer)
{
    Head h;
    if (layer == VNIC_TAP) {
        if (b.size() < 14) {
            return h;
        }
        size_t at = 12;
        for (int tags = 0; tags < VNIC_PARSE_MAX_VLAN && at + 6 <= b.size() &&
                           (get16(b, at) == 0x8100 || get16(b, at) == 0x88A8);
             tags++) {
            at += 4;
        }
        uint32_t type = get16(b, at);
        h.l3_at = at + 2;
        if (type != 0x0800 && type != 0x86DD) {
            return h;
        }
        h.ip = read_ip(b, h) && h.version == (type == 0x0800 ? 4 : 6);
    } else {
        h.ip = read_ip(b, h);
    }
    if (h.ip) {
        read_l4(b, h);
    }
    return h;
}

uint16_t sum16(const Bytes &b, size_t from, size_t to, uint32_t start)
{
    const uint8_t *p = b.data();
    uint32_t sum = start;
    for (size_t i = from; i < to; i += 2) {
        sum += static_cast<uint32_t>(p[i]) << 8 | (i + 1 < to ? p[i + 1] : 0u);
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return static_cast<uint16_t>(sum);
}

uint16_t pseudo_sum(const Bytes &b, const Head &h)
{
    Bytes p;
    size_t addresses = h.l3_at + (h.version == 4 ? 12 : 8);
    for (size_t i = 0; i < (h.version == 4 ? 8u : 32u); i++) {
        p.push_back(b.at(addresses + i));
    }
    size_t len = b.size() - h.l4_at;
    p.resize(p.size() + 8);
    put32(p, p.size() - 8, static_cast<uint32_t>(len));
    p.back() = h.proto;
    return sum16(p, 0, p.size());
}

uint16_t csum_offset(const Head &h)
{
    return h.proto == VNIC_IPPROTO_TCP ? 16 : 6;
}

size_t csum_at(const Head &h)
{
    return h.l4_at + csum_offset(h);
}

void set_ip_csum(Bytes &b, const Head &h)
{
    if (h.version == 4) {
        put16(b, h.l3_at + 10, 0);
        put16(b, h.l3_at + 10, 0xFFFFu ^ sum16(b, h.l3_at, h.l4_at));
    }
}

bool ip_csum_good(const Bytes &b, const Head &h)
{
    return h.version != 4 || sum16(b, h.l3_at, h.l4_at) == 0xFFFF;
}

void set_l4_csum(Bytes &b, const Head &h)
{
    put16(b, csum_at(h), 0);
    uint32_t value = 0xFFFFu ^ sum16(b, h.l4_at, b.size(), pseudo_sum(b, h));
    put16(b, csum_at(h), value == 0 && h.proto == VNIC_IPPROTO_UDP ? 0xFFFF : value);
}

bool l4_csum_good(const Bytes &b, const Head &h)
{
    if (h.proto == VNIC_IPPROTO_UDP && get16(b, csum_at(h)) == 0) {
        return false;
    }
    return sum16(b, h.l4_at, b.size(), pseudo_sum(b, h)) == 0xFFFF;
}

Bytes completed(const Packet &p)
{
    Bytes b = p.data;
    if (p.csum == VNIC_CSUM_PARTIAL) {
        size_t at = static_cast<size_t>(p.csum_start) + p.csum_offset;
        uint32_t value = 0xFFFFu ^ sum16(b, p.csum_start, b.size());
        put16(b, at, value == 0 && p.csum_offset == 6 ? 0xFFFF : value);
    }
    return b;
}

}
