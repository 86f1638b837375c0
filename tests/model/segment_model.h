/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slow model of splitting and merging, written from the RFCs (791, 768, 1071, 3168, 8200, 9293) and
 * from what Linux does (net/ipv4/tcp_offload.c, udp_offload.c, af_inet.c, net/ipv6/ip6_offload.c,
 * include/linux/virtio_net.h). It shares no code with the library: copies of whole packets, byte by
 * byte sums, every question asked anew. What it says is compared with what the library does.
 */
#ifndef VNIC_TESTS_SEGMENT_MODEL_H
#define VNIC_TESTS_SEGMENT_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

namespace model
{

using Bytes = std::vector<uint8_t>;

/* The members of struct vnic_packet that count here. */
struct Packet {
    Bytes data;
    uint16_t gso_size = 0;
    uint16_t hdr_len = 0;
    uint16_t csum_start = 0;
    uint16_t csum_offset = 0;
    uint8_t gso_type = 0;
    uint8_t csum = 0;
};

/* Where the headers of a packet are. */
struct Head {
    bool ip = false;       /* a complete IP header, with its extension headers */
    bool l4 = false;       /* and a complete TCP or UDP header behind it */
    bool exact = false;    /* the IP header's length is that of the data */
    bool beyond = false;   /* it is more */
    bool fragment = false; /* any fragment, also the first */
    bool routing = false;  /* a source route: the final destination may stand in it */
    bool broken = false;   /* IPv4 options that contradict themselves */
    bool odd_ext = false;  /* an extension header that Linux's GSO does not pass over */
    int version = 0;
    uint8_t proto = 0;
    size_t l3_at = 0;
    size_t l4_at = 0;
    size_t payload_at = 0;
};

uint32_t get16(const Bytes &b, size_t at);
void put16(Bytes &b, size_t at, uint32_t value);
uint32_t get32(const Bytes &b, size_t at);
void put32(Bytes &b, size_t at, uint32_t value);

Head read_head(const Bytes &b, uint32_t layer);

/* One's complement sum of 16-bit words, folded (RFC 1071). */
uint16_t sum16(const Bytes &b, size_t from, size_t to, uint32_t start = 0);

/* The folded sum of the pseudo header: what a partial checksum has in its field. */
uint16_t pseudo_sum(const Bytes &b, const Head &h);

size_t csum_at(const Head &h);       /* where layer 4's checksum stands */
uint16_t csum_offset(const Head &h); /* the same, from layer 4 on */

void set_ip_csum(Bytes &b, const Head &h);
bool ip_csum_good(const Bytes &b, const Head &h);
void set_l4_csum(Bytes &b, const Head &h); /* a computed 0 of UDP becomes 0xFFFF (RFC 768) */
bool l4_csum_good(const Bytes &b, const Head &h);

/* A partial checksum completed; other packets as they are. */
Bytes completed(const Packet &p);

/* What splitting must give. */
enum class Verdict {
    kMust,    /* the packets are `packets` */
    kRefuse,  /* the call must fail */
    kEither,  /* it may fail; if it does not, the packets are `packets` */
    kAnything /* it may fail; if it does not, only nothing bad may happen */
};

struct SplitResult {
    Verdict verdict = Verdict::kAnything;
    std::vector<Bytes> packets;    /* with complete checksums */
    std::vector<uint16_t> partial; /* what a partial checksum of each has in its field */
    size_t hdr_len = 0;
    bool super = false;
    bool absent = false; /* UDP without a checksum */
};

SplitResult split(const Packet &super, uint32_t layer);

/* The members of struct vnic_merge_rules. */
struct Rules {
    uint32_t layer = 0;
    uint32_t features = 0;
    uint32_t max_len = 65535;
    uint32_t udp_segments = 64;
};

using Groups = std::vector<std::vector<int>>;

/* Why these packets must not become one, or "" if they may. In the order of the stream. */
std::string why_not_merged(const std::vector<Packet> &members, const Rules &rules);

/* The one packet that they become. */
Packet build_merged(const std::vector<Packet> &members, const Rules &rules);

/* What is wrong with a plan and what came out of it, or "". */
std::string merge_fault(const std::vector<Packet> &in, const Rules &rules, const Groups &groups,
                        const std::vector<Packet> &out);

/* What a greedy merger does: each packet goes to the end or, if TCP, to the front of the last packet
 * of its flow, if it may. */
Groups merge_expected(const std::vector<Packet> &in, const Rules &rules);

}

#endif
