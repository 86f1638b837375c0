/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets for tests, built byte by byte without the library's help, and a naive model of the
 * Internet checksum, so that a mistake of the library is not made twice.
 */
#ifndef VNIC_TESTS_PACKETS_H
#define VNIC_TESTS_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

namespace packets
{

using Bytes = std::vector<uint8_t>;

/* "4500 0014 …": spaces are ignored. */
inline Bytes hex(const std::string &text)
{
    Bytes out;
    std::string digits;
    for (char c : text) {
        if (c != ' ' && c != '\n') {
            digits += c;
        }
    }
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
        out.push_back(static_cast<uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
    return out;
}

inline Bytes operator+(const Bytes &a, const Bytes &b)
{
    Bytes out = a;
    out.insert(out.end(), b.begin(), b.end());
    return out;
}

inline void put16(Bytes &p, size_t at, uint32_t value)
{
    p.at(at) = static_cast<uint8_t>(value >> 8);
    p.at(at + 1) = static_cast<uint8_t>(value);
}

inline uint32_t get16(const Bytes &p, size_t at)
{
    return static_cast<uint32_t>(p.at(at)) << 8 | p.at(at + 1);
}

/* RFC 1071 section 1, word by word, the carry folded at once. */
inline uint16_t naive_sum(const uint8_t *p, size_t len, uint32_t start = 0)
{
    uint32_t sum = start;
    for (size_t i = 0; i < len; i += 2) {
        sum += static_cast<uint32_t>(p[i]) << 8 | (i + 1 < len ? p[i + 1] : 0u);
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return static_cast<uint16_t>(sum);
}

inline uint16_t naive_checksum(const Bytes &b)
{
    return static_cast<uint16_t>(~naive_sum(b.data(), b.size()));
}

const Bytes mac_a = hex("02 00 00 00 00 0a");
const Bytes mac_b = hex("02 00 00 00 00 0b");
const Bytes v4_a = hex("0a 09 00 01");
const Bytes v4_b = hex("0a 09 00 02");
const Bytes v6_a = hex("fd09 0000 0000 0000 0000 0000 0000 0001");
const Bytes v6_b = hex("fd09 0000 0000 0000 0000 0000 0000 0002");

/* IPv4 header with right length and checksum; options must be a multiple of 4 bytes. */
inline Bytes ipv4(uint8_t proto, const Bytes &payload, const Bytes &src = v4_a,
                  const Bytes &dst = v4_b, const Bytes &options = {}, uint32_t fragment = 0)
{
    Bytes h = hex("4500 0000 1234 0000 40 00 0000") + src + dst + options;
    h[0] = static_cast<uint8_t>(0x40 | (h.size() / 4));
    put16(h, 2, static_cast<uint32_t>(h.size() + payload.size()));
    put16(h, 6, fragment);
    h[9] = proto;
    put16(h, 10, naive_checksum(h));
    return h + payload;
}

inline Bytes ipv6(uint8_t next, const Bytes &payload, const Bytes &src = v6_a,
                  const Bytes &dst = v6_b, uint8_t hops = 64)
{
    Bytes h = hex("6000 0000 0000") + Bytes{next, hops} + src + dst;
    put16(h, 4, static_cast<uint32_t>(payload.size()));
    return h + payload;
}

/* Stores the checksum of layer 4 at `field`, over a pseudo header of either family. */
inline Bytes with_l4_sum(Bytes l4, size_t field, uint8_t proto, const Bytes &src, const Bytes &dst)
{
    put16(l4, field, 0);
    Bytes all = src + dst + Bytes{0, proto, 0, 0};
    put16(all, all.size() - 2, static_cast<uint32_t>(l4.size()));
    all = all + l4;
    uint16_t sum = naive_checksum(all);
    put16(l4, field, sum == 0 && proto == 17 ? 0xFFFFu : sum);
    return l4;
}

inline Bytes udp(const Bytes &payload, const Bytes &src = v4_a, const Bytes &dst = v4_b,
                 uint32_t sport = 1000, uint32_t dport = 2000)
{
    Bytes h(8);
    put16(h, 0, sport);
    put16(h, 2, dport);
    put16(h, 4, static_cast<uint32_t>(8 + payload.size()));
    return with_l4_sum(h + payload, 6, 17, src, dst);
}

inline Bytes tcp(const Bytes &payload, const Bytes &src = v4_a, const Bytes &dst = v4_b,
                 const Bytes &options = {})
{
    Bytes h = hex("03e8 07d0 00000001 00000002 5018 ffff 0000 0000") + options;
    h[12] = static_cast<uint8_t>(h.size() / 4 << 4);
    return with_l4_sum(h + payload, 16, 6, src, dst);
}

inline Bytes icmp(uint8_t type, const Bytes &rest)
{
    Bytes b = Bytes{type, 0, 0, 0} + rest;
    put16(b, 2, naive_checksum(b));
    return b;
}

inline Bytes icmp6(uint8_t type, const Bytes &rest, const Bytes &src = v6_a,
                   const Bytes &dst = v6_b)
{
    return with_l4_sum(Bytes{type, 0, 0, 0} + rest, 2, 58, src, dst);
}

inline Bytes ethernet(uint32_t type, const Bytes &payload, const Bytes &tags = {},
                      const Bytes &dst = mac_b, const Bytes &src = mac_a)
{
    Bytes t(2);
    put16(t, 0, type);
    return dst + src + tags + t + payload;
}

} /* namespace packets */

#endif
