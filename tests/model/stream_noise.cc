/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong with packets, and what is only unusual. */
#include "stream_maker.h"

#include <algorithm>
#include <utility>

#include "vnic/packet.h"

namespace model
{

/* Something that stays for the rest of the flow. */
void StreamMaker::change_flow(Flow &f)
{
    switch (random.below(11)) {
    case 0:
        f.window++;
        break;
    case 1:
        f.ack += random.below(3000);
        break;
    case 2:
        if (!f.l4_options.empty()) {
            f.l4_options.back()++;
        }
        break;
    case 3:
        f.seq += random.below(3) * f.mss;
        break;
    case 4:
        f.id = static_cast<uint16_t>(f.id + random.below(3));
        break;
    case 5:
        f.mss -= random.below(std::min(f.mss, 3u));
        break;
    case 6:
        f.csum = static_cast<uint8_t>(random.below(4));
        break;
    case 7: /* accurate ECN (RFC 9768), and what is reserved */
        f.low_nibble = static_cast<uint8_t>(random.below(3));
        break;
    case 8:
        f.flags = static_cast<uint8_t>(f.flags ^ (random.one_in(2) ? 0x40 : 0x80));
        break;
    case 9: /* an IPv6 routing header (RFC 8200 section 4.4), or fragments */
        if (f.version == 6 && f.ext.empty()) {
            f.first_ext = random.one_in(2) ? 43 : 44;
            f.ext = {f.proto, 0, 0, 0, 0, 0, 0, 0};
        }
        break;
    default:
        f.tos = static_cast<uint8_t>(random.below(256));
        break;
    }
}

/* Something about one packet. */
void StreamMaker::change_packet(Flow &f, size_t &len)
{
    static const uint8_t flags[] = {0x18, 0x18, 0x18, 0x11, 0x19, 0x02, 0x12, 0x14,
                                    0x30, 0x50, 0x90, 0xD0, 0x00, 0x08, 0x01};
    switch (random.below(13)) {
    case 0:
    case 1:
    case 2:
        f.flags = flags[random.below(sizeof flags)];
        break;
    case 3:
        f.low_nibble = static_cast<uint8_t>(random.below(16));
        break;
    case 4:
        f.ttl--;
        break;
    case 5:
        f.label ^= 1;
        break;
    case 6:
        f.frag = static_cast<uint16_t>(random.one_in(2) ? f.frag ^ 0x4000 : random.next());
        break;
    case 7:
        f.urgent = 1;
        break;
    case 8:
        f.id = static_cast<uint16_t>(random.next());
        break;
    case 9:
        len = 0;
        break;
    case 10:
        len = random.between(1, static_cast<uint32_t>(len));
        break;
    case 11:
        len += random.below(20);
        break;
    default:
        if (f.version == 4) {
            f.ext.assign(random.between(1, 10) * 4, 1);
        } else if (f.ext.empty()) { /* a fragment, or authenticated */
            f.first_ext = random.one_in(2) ? 44 : 51;
            f.ext = {f.proto, 0, 0, static_cast<uint8_t>(random.below(2)), 0, 0, 0, 1};
        }
        break;
    }
}

void StreamMaker::spoil_headers(Packet &p, const Head &h)
{
    switch (random.below(7)) {
    case 0:
        put16(p.data, csum_at(h), random.next() & 0xFFFF);
        break;
    case 1:
        if (h.version == 4) {
            put16(p.data, h.l3_at + 10, random.next() & 0xFFFF);
        }
        break;
    case 2:
        if (h.proto == VNIC_IPPROTO_UDP) {
            put16(p.data, csum_at(h), 0);
        }
        break;
    case 3:
        put16(p.data, h.l4_at + 4, random.next() & 0xFFFF);
        break;
    case 4:
        p.data.back() ^= 1;
        break;
    case 5: /* one's complement's other zero */
        if (get16(p.data, csum_at(h)) == 0) {
            put16(p.data, csum_at(h), 0xFFFF);
        }
        break;
    default: /* of TCP the header's length */
        if (h.proto == VNIC_IPPROTO_TCP) {
            p.data[h.l4_at + 12] = static_cast<uint8_t>(random.next());
        }
        break;
    }
}

void StreamMaker::spoil(Packet &p)
{
    Head h = read_head(p.data, layer);
    switch (random.below(8)) {
    case 0: /* padding, or what an attacker appends */
        p.data.resize(p.data.size() + random.between(1, 30));
        break;
    case 1:
        p.data.resize(random.below(static_cast<uint32_t>(p.data.size())));
        break;
    case 2:
        p.data[random.below(static_cast<uint32_t>(p.data.size()))] ^=
            static_cast<uint8_t>(1u << random.below(8));
        break;
    case 3:
        p.csum_start = static_cast<uint16_t>(p.csum_start + random.between(1, 3));
        break;
    case 4:
        p.gso_type = VNIC_GSO_TCPV4;
        p.gso_size = 100;
        break;
    default:
        if (h.l4) {
            spoil_headers(p, h);
        }
        break;
    }
}

/* A packet of no flow. */
Packet StreamMaker::stranger()
{
    Packet p;
    switch (random.below(4)) {
    case 0:
        break;
    case 1: /* ARP in a frame, nonsense in a TUN */
        p.data.assign(42, 0);
        p.data[12] = 0x08;
        p.data[13] = 0x06;
        break;
    case 2: {
        Flow f = flow(100);
        f.proto = f.first_ext = random.one_in(2) ? VNIC_IPPROTO_ICMP : 132;
        f.ext.clear();
        p = packet(f, 40);
        break;
    }
    default:
        p.data = payload(random.between(1, 200));
        break;
    }
    return p;
}

Packet StreamMaker::next_packet(Flow &f)
{
    Flow now = f;
    size_t len = f.mss;
    if (random.one_in(6)) {
        change_packet(now, len);
    }
    Packet p = packet(now, len);
    if (random.one_in(16)) {
        spoil(p);
    }
    if (!random.one_in(30)) { /* or it comes again */
        f.seq += static_cast<uint32_t>(len);
        f.id++;
    }
    if (random.one_in(12)) {
        change_flow(f);
    }
    return p;
}

std::vector<Packet> StreamMaker::noisy(size_t n, size_t count)
{
    std::vector<Flow> flows;
    uint32_t longest = random.one_in(10) ? 8900 : 600;
    for (size_t i = 0; i < count; i++) {
        flows.push_back(flow(longest));
    }
    std::vector<Packet> out;
    size_t current = 0;
    for (size_t i = 0; i < n; i++) {
        if (random.one_in(3)) {
            current = random.below(static_cast<uint32_t>(count));
        }
        out.push_back(random.one_in(40) ? stranger() : next_packet(flows[current]));
    }
    uint32_t swaps = random.one_in(2) ? 5 : 40;
    for (size_t i = 1; i < n; i++) {
        if (random.one_in(swaps)) {
            std::swap(out[i], out[i - 1]);
        }
    }
    if (random.one_in(8)) {
        std::reverse(out.begin(), out.end());
    }
    return out;
}

Packet StreamMaker::hostile_super()
{
    Packet p = super();
    for (uint32_t i = random.between(1, 3); i > 0; i--) {
        switch (random.below(9)) {
        case 0:
            p.gso_size = static_cast<uint16_t>(random.one_in(2) ? 0 : random.next());
            break;
        case 1:
            p.gso_type = static_cast<uint8_t>(random.one_in(2) ? random.below(8) : random.next());
            break;
        case 2:
            p.hdr_len = static_cast<uint16_t>(random.next());
            break;
        case 3:
            p.csum_start = static_cast<uint16_t>(random.next());
            break;
        case 4:
            p.csum_offset = static_cast<uint16_t>(random.next());
            break;
        case 5:
            p.csum = static_cast<uint8_t>(random.one_in(2) ? random.below(4) : random.next());
            break;
        case 6: /* only something of the headers is left */
            p.data.resize(
                random.between(1, static_cast<uint32_t>(std::min<size_t>(p.data.size(), 120))));
            break;
        case 7:
            p.data[random.below(static_cast<uint32_t>(std::min<size_t>(p.data.size(), 60)))] =
                static_cast<uint8_t>(random.next());
            break;
        default:
            spoil(p);
            break;
        }
        if (p.data.empty()) {
            p.data.assign(1, 0x45);
        }
    }
    return p;
}

}
