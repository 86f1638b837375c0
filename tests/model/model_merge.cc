/* SPDX-License-Identifier: Apache-2.0 */
/* The model of merging: what may become one packet, and what a greedy merger makes. */
#include "segment_model.h"

#include <algorithm>
#include <map>

#include "vnic/packet.h"

namespace model
{
namespace
{

enum : uint8_t { kFin = 0x01, kPsh = 0x08, kAck = 0x10, kEce = 0x40 };

const uint32_t kDontFragment = 0x4000;

uint32_t needed_feature(const Head &h)
{
    if (h.proto == VNIC_IPPROTO_TCP) {
        return h.version == 4 ? VNIC_F_TSO4 : VNIC_F_TSO6;
    }
    return h.version == 4 ? VNIC_F_USO4 : VNIC_F_USO6;
}

std::string why_no_csum(const Packet &p, const Head &h)
{
    /* 0xFFFF verifies as 0 does, but nobody computes it. */
    if (!ip_csum_good(p.data, h) || (h.version == 4 && get16(p.data, h.l3_at + 10) == 0xFFFF)) {
        return "IPv4 header checksum";
    }
    if (p.csum == VNIC_CSUM_PARTIAL) {
        return p.csum_start == h.l4_at && p.csum_offset == csum_offset(h) ? ""
                                                                          : "partial elsewhere";
    }
    if (h.proto == VNIC_IPPROTO_UDP && get16(p.data, csum_at(h)) == 0) {
        return "UDP without a checksum";
    }
    if (h.proto == VNIC_IPPROTO_TCP && get16(p.data, csum_at(h)) == 0xFFFF) {
        return "TCP checksum that nobody computes";
    }
    if (p.csum == VNIC_CSUM_UNKNOWN && !l4_csum_good(p.data, h)) {
        return "wrong checksum";
    }
    return p.csum > VNIC_CSUM_TRUSTED ? "unknown csum" : "";
}

/* Why a packet is never merged, whatever its neighbours are. */
std::string why_alone(const Packet &p, const Rules &rules)
{
    Head h = read_head(p.data, rules.layer);
    if (p.gso_type != VNIC_GSO_NONE || !h.l4 || !h.exact || h.fragment || h.odd_ext || h.routing) {
        return "not a plain TCP or UDP packet";
    }
    if (h.version == 4 && (h.l4_at - h.l3_at != 20 || (get16(p.data, h.l3_at + 6) & 0x8000) != 0)) {
        return "IPv4 options, or the reserved bit";
    }
    if ((rules.features & needed_feature(h)) == 0) {
        return "kind not wanted";
    }
    if (h.payload_at == p.data.size()) {
        return "no payload";
    }
    if (h.proto == VNIC_IPPROTO_UDP && get16(p.data, h.l4_at + 4) != p.data.size() - h.l4_at) {
        return "UDP length";
    }
    if (h.payload_at > VNIC_SPLIT_HDR_MAX) {
        return "long headers";
    }
    if (h.proto == VNIC_IPPROTO_TCP && ((p.data[h.l4_at + 13] & ~(kFin | kPsh | kEce)) != kAck ||
                                        (p.data[h.l4_at + 12] & 0x0F) != 0)) {
        return "TCP flags";
    }
    return why_no_csum(p, h);
}

/* A packet without what may differ: the identification where DF is set, which means nothing (RFC 6864
 * section 4.1). */
Bytes without_id(Bytes b, const Head &h)
{
    if (h.version == 4 && (get16(b, h.l3_at + 6) & kDontFragment) != 0) {
        put16(b, h.l3_at + 4, 0);
        set_ip_csum(b, h);
    }
    return b;
}

/* What a member is to be after merging and splitting; one whose checksum nobody verifies gets a right
 * one. */
Bytes wanted(const Packet &p, const Head &h)
{
    Packet copy = p;
    if (p.csum != VNIC_CSUM_UNKNOWN) {
        set_l4_csum(copy.data, h);
    }
    return without_id(copy.data, h);
}

/* The flow of a packet, also of one that is broken behind its ports: link header with its tags, addresses,
 * protocol, ports. Nothing if it has none. */
Bytes flow_of(const Packet &p, uint32_t layer)
{
    Head h = read_head(p.data, layer);
    bool ports = h.proto == VNIC_IPPROTO_TCP || h.proto == VNIC_IPPROTO_UDP;
    if (!h.ip || h.fragment || h.odd_ext || !ports || h.l4_at + 4 > p.data.size()) {
        return {};
    }
    size_t from = h.l3_at + (h.version == 4 ? 12 : 8);
    size_t to = from + (h.version == 4 ? 8 : 32);
    Bytes key(p.data.begin(), p.data.begin() + static_cast<long>(h.l3_at));
    key.insert(key.end(), p.data.begin() + static_cast<long>(from),
               p.data.begin() + static_cast<long>(to));
    key.insert(key.end(), p.data.begin() + static_cast<long>(h.l4_at),
               p.data.begin() + static_cast<long>(h.l4_at) + 4);
    key.push_back(h.proto);
    return key;
}

bool is_l4_fragment(const Packet &p, uint32_t layer)
{
    Head h = read_head(p.data, layer);
    return h.fragment &&
           (h.version == 6 || h.proto == VNIC_IPPROTO_TCP || h.proto == VNIC_IPPROTO_UDP);
}

std::vector<Packet> pick(const std::vector<Packet> &in, const std::vector<int> &members)
{
    std::vector<Packet> out;
    for (int i : members) {
        out.push_back(in.at(static_cast<size_t>(i)));
    }
    return out;
}

}

Packet build_merged(const std::vector<Packet> &members, const Rules &rules)
{
    Packet m;
    m.data = members.at(0).data;
    Head h = read_head(m.data, rules.layer);
    for (size_t i = 1; i < members.size(); i++) {
        const Bytes &d = members[i].data;
        size_t at = read_head(d, rules.layer).payload_at;
        m.data.insert(m.data.end(), d.begin() + static_cast<long>(at), d.end());
    }
    size_t l3_len = m.data.size() - h.l3_at;
    put16(m.data, h.l3_at + (h.version == 4 ? 2 : 4),
          static_cast<uint32_t>(h.version == 4 ? l3_len : l3_len - 40));
    set_ip_csum(m.data, h);
    if (h.proto == VNIC_IPPROTO_TCP) {
        const Bytes &last = members.back().data;
        m.data.at(h.l4_at + 13) |=
            last.at(read_head(last, rules.layer).l4_at + 13) & static_cast<uint8_t>(kFin | kPsh);
        m.gso_type = h.version == 4 ? VNIC_GSO_TCPV4 : VNIC_GSO_TCPV6;
    } else {
        put16(m.data, h.l4_at + 4, static_cast<uint32_t>(m.data.size() - h.l4_at));
        m.gso_type = VNIC_GSO_UDP_L4;
    }
    put16(m.data, csum_at(h), pseudo_sum(m.data, h));
    m.csum = VNIC_CSUM_PARTIAL;
    m.csum_start = static_cast<uint16_t>(h.l4_at);
    m.csum_offset = csum_offset(h);
    m.hdr_len = static_cast<uint16_t>(h.payload_at);
    m.gso_size = static_cast<uint16_t>(members[0].data.size() - h.payload_at);
    return m;
}

std::string why_not_merged(const std::vector<Packet> &members, const Rules &rules)
{
    size_t total = 0;
    for (const Packet &p : members) {
        std::string why = why_alone(p, rules);
        if (!why.empty()) {
            return why;
        }
        total += p.data.size();
    }
    Head h = read_head(members[0].data, rules.layer);
    if (h.proto == VNIC_IPPROTO_UDP && members.size() > rules.udp_segments) {
        return "too many segments";
    }
    total -= h.l3_at + (members.size() - 1) * h.payload_at;
    if (total > rules.max_len || total > 65535) {
        return "too long";
    }
    SplitResult back = split(build_merged(members, rules), rules.layer);
    if (back.verdict != Verdict::kMust || back.packets.size() != members.size()) {
        return "splits into others";
    }
    for (size_t i = 0; i < members.size(); i++) {
        if (without_id(back.packets[i], h) !=
            wanted(members[i], read_head(members[i].data, rules.layer))) {
            return "splitting does not give back member " + std::to_string(i);
        }
    }
    return "";
}

Groups merge_expected(const std::vector<Packet> &in, const Rules &rules)
{
    Groups groups;
    std::map<Bytes, size_t> last;
    for (size_t i = 0; i < in.size(); i++) {
        if (in[i].data.empty()) {
            continue;
        }
        Bytes flow = flow_of(in[i], rules.layer);
        if (is_l4_fragment(in[i], rules.layer)) {
            last.clear(); /* whose fragment it is nobody knows */
        }
        auto found = last.find(flow);
        if (!flow.empty() && found != last.end() && why_alone(in[i], rules).empty()) {
            std::vector<int> &group = groups[found->second];
            std::vector<int> back = group;
            back.push_back(static_cast<int>(i));
            std::vector<int> front = group;
            front.insert(front.begin(), static_cast<int>(i));
            if (why_not_merged(pick(in, back), rules).empty()) {
                group = back;
                continue;
            }
            if (flow.back() == VNIC_IPPROTO_TCP && why_not_merged(pick(in, front), rules).empty()) {
                group = front;
                continue;
            }
        }
        last[flow] = groups.size();
        groups.push_back({static_cast<int>(i)});
    }
    return groups;
}

namespace
{

bool same_packet(const Packet &a, const Packet &b)
{
    return a.data == b.data && a.gso_size == b.gso_size && a.hdr_len == b.hdr_len &&
           a.csum_start == b.csum_start && a.csum_offset == b.csum_offset &&
           a.gso_type == b.gso_type && a.csum == b.csum;
}

/* Every packet once, outputs where their first parts were. */
std::string order_fault(const std::vector<Packet> &in, const Groups &groups)
{
    std::vector<int> seen(in.size(), 0);
    int before = -1;
    for (const std::vector<int> &g : groups) {
        if (g.empty()) {
            return "an output of nothing";
        }
        for (int i : g) {
            if (i < 0 || static_cast<size_t>(i) >= in.size()) {
                return "index out of range";
            }
            seen[static_cast<size_t>(i)]++;
        }
        int first = *std::min_element(g.begin(), g.end());
        if (first <= before) {
            return "output not at the place of its first part, packet " + std::to_string(first);
        }
        before = first;
    }
    for (size_t i = 0; i < in.size(); i++) {
        if (seen[i] != (in[i].data.empty() ? 0 : 1)) {
            return "packet " + std::to_string(i) + " comes " + std::to_string(seen[i]) + " times";
        }
    }
    return "";
}

/* Within a flow, all of an output comes before all of the next, and nothing comes past a fragment. */
std::string flow_fault(const std::vector<Packet> &in, uint32_t layer, const Groups &groups)
{
    std::map<Bytes, int> latest;
    for (const std::vector<int> &g : groups) {
        for (int i = *std::min_element(g.begin(), g.end());
             i < *std::max_element(g.begin(), g.end()); i++) {
            if (is_l4_fragment(in[static_cast<size_t>(i)], layer)) {
                return "a merge past the fragment " + std::to_string(i);
            }
        }
        Bytes flow = flow_of(in[static_cast<size_t>(g[0])], layer);
        if (flow.empty()) {
            continue;
        }
        auto found = latest.find(flow);
        if (found != latest.end() && *std::min_element(g.begin(), g.end()) < found->second) {
            return "packet " + std::to_string(found->second) + " overtakes one of its flow";
        }
        latest[flow] = *std::max_element(g.begin(), g.end());
    }
    return "";
}

std::string output_fault(const std::vector<Packet> &in, const Rules &rules,
                         const std::vector<int> &group, const Packet &out)
{
    if (group.size() == 1) {
        return same_packet(out, in[static_cast<size_t>(group[0])]) ? "" : "passes changed";
    }
    std::vector<Packet> members = pick(in, group);
    std::string why = why_not_merged(members, rules);
    if (!why.empty()) {
        return why;
    }
    if (read_head(members[0].data, rules.layer).proto == VNIC_IPPROTO_UDP &&
        !std::is_sorted(group.begin(), group.end())) {
        return "datagrams out of order";
    }
    return same_packet(out, build_merged(members, rules)) ? "" : "is not what its members make";
}

}

std::string merge_fault(const std::vector<Packet> &in, const Rules &rules, const Groups &groups,
                        const std::vector<Packet> &out)
{
    if (out.size() != groups.size()) {
        return "another number of packets";
    }
    std::string fault = order_fault(in, groups);
    if (fault.empty()) {
        fault = flow_fault(in, rules.layer, groups);
    }
    for (size_t i = 0; i < out.size() && fault.empty(); i++) {
        fault = output_fault(in, rules, groups[i], out[i]);
        if (!fault.empty()) {
            fault = "output " + std::to_string(i) + " of packet " + std::to_string(groups[i][0]) +
                    ": " + fault;
        }
    }
    return fault;
}

}
