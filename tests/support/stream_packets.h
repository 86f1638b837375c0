/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One flow of packets, made without the library: its payload is one stream of bytes, so that what arrives,
 * however it was cut, can be compared with it.
 */
#ifndef VNIC_TESTS_STREAM_PACKETS_H
#define VNIC_TESTS_STREAM_PACKETS_H

#include <arpa/inet.h>
#include <string.h>

#include "support/packets.h"
#include "vnic/packet.h"

namespace wire
{

using packets::Bytes;
using packets::operator+;

/* A flow by family (4, 6) and protocol (6, 17). */
struct Flow {
    int family;
    uint8_t protocol;

    bool is_tcp() const
    {
        return protocol == 6;
    }
    size_t ip_len() const
    {
        return family == 4 ? 20 : 40;
    }
    size_t headers() const
    {
        return ip_len() + (is_tcp() ? 20 : 8);
    }
    const Bytes &src() const
    {
        return family == 4 ? packets::v4_a : packets::v6_a;
    }
    const Bytes &dst() const
    {
        return family == 4 ? packets::v4_b : packets::v6_b;
    }
};

/* Byte i of the stream; a prime keeps segments from being alike. */
inline uint8_t stream_byte(size_t i)
{
    return static_cast<uint8_t>(i * 31 + i / 251);
}

inline Bytes stream_bytes(size_t from, size_t len)
{
    Bytes out(len);

    for (size_t i = 0; i < len; i++) {
        out[i] = stream_byte(from + i);
    }
    return out;
}

/* Layer 4 of bytes [from, from + len) of the stream, its checksum complete or only the pseudo header's. */
inline Bytes layer4_of(const Flow &flow, size_t from, size_t len, bool is_partial)
{
    Bytes payload = stream_bytes(from, len), head;
    size_t field = flow.is_tcp() ? 16 : 6;

    if (flow.is_tcp()) {
        head = packets::hex("03e8 07d0 00000000 00000002 5010 ffff 0000 0000");
        packets::put16(head, 4, static_cast<uint32_t>(from >> 16));
        packets::put16(head, 6, static_cast<uint32_t>(from & 0xFFFF));
    } else {
        head = packets::hex("03e8 07d0 0000 0000");
        packets::put16(head, 4, static_cast<uint32_t>(8 + len));
    }
    if (!is_partial) {
        return packets::with_l4_sum(head + payload, field, flow.protocol, flow.src(), flow.dst());
    }
    Bytes pseudo = flow.src() + flow.dst() + Bytes{0, flow.protocol, 0, 0};
    packets::put16(pseudo, pseudo.size() - 2, static_cast<uint32_t>(head.size() + len));
    packets::put16(head, field, packets::naive_sum(pseudo.data(), pseudo.size()));
    return head + payload;
}

inline Bytes packet_of(const Flow &flow, size_t from, size_t len, bool is_partial = false)
{
    Bytes l4 = layer4_of(flow, from, len, is_partial);

    if (flow.family == 6) {
        return packets::ipv6(flow.protocol, l4);
    }
    /* With DF, so that identifications mean nothing. */
    return packets::ipv4(flow.protocol, l4, packets::v4_a, packets::v4_b, {}, 0x4000);
}

/* The fields of a super-packet of the flow whose segments have so many bytes, or with 0 of a packet
 * with a partial checksum. */
inline void set_fields(const Flow &flow, size_t gso_size, struct vnic_packet *p)
{
    p->gso_type = gso_size == 0      ? VNIC_GSO_NONE
                  : !flow.is_tcp()   ? VNIC_GSO_UDP_L4
                  : flow.family == 4 ? VNIC_GSO_TCPV4
                                     : VNIC_GSO_TCPV6;
    p->gso_size = static_cast<uint16_t>(gso_size);
    p->hdr_len = gso_size == 0 ? 0 : static_cast<uint16_t>(flow.headers());
    p->csum = VNIC_CSUM_PARTIAL;
    p->csum_start = static_cast<uint16_t>(flow.ip_len());
    p->csum_offset = flow.is_tcp() ? 16 : 6;
}

/*
 * Takes the flow's packets back to a stream, whole or cut, and finds whatever is lost, doubled, out of
 * order or has other bytes.
 */
class StreamReader
{
  public:
    explicit StreamReader(const Flow &flow) : flow_(flow)
    {
    }
    /* "" or what is wrong. gso_size: of a super-packet, to count its segments. */
    std::string take(const uint8_t *data, size_t len)
    {
        size_t headers = flow_.headers();

        if (len <= headers || data[0] >> 4 != flow_.family) {
            return "not a packet of the flow: " + std::to_string(len) + " bytes";
        }
        if (flow_.is_tcp()) {
            uint32_t seq;
            memcpy(&seq, data + flow_.ip_len() + 4, sizeof seq);
            if (ntohl(seq) != got_) {
                return "sequence " + std::to_string(ntohl(seq)) + " instead of " +
                       std::to_string(got_);
            }
        }
        for (size_t i = headers; i < len; i++, got_++) {
            if (data[i] != stream_byte(got_)) {
                return "another byte at " + std::to_string(got_) + " of the stream";
            }
        }
        packets_++;
        return "";
    }
    size_t got() const
    {
        return got_;
    }
    size_t packets() const
    {
        return packets_;
    }

  private:
    Flow flow_;
    size_t got_ = 0;
    size_t packets_ = 0;
};

}

#endif
