/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Super-packets as bytes: one packet of up to 64 KiB with one set of headers, which stands for many
 * packets of a flow (GSO), is split into them; packets that follow each other in a flow are merged
 * into one (GRO). Nothing here needs a device or asks the system; nothing is allocated for a packet.
 *
 * A packet is a struct vnic_packet: `data`, `len`, and what is known about it. The fields that count
 * here: gso_type, gso_size, hdr_len, csum, csum_start, csum_offset (chapter "Offload" of vnic/vnic.h).
 * Head- and tailroom, `token` and `user` are left alone. Include vnic/packet.h, which has this too.
 */
#ifndef VNIC_SEGMENT_H
#define VNIC_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/vnic.h"

VNIC_BEGIN_DECLS

/* ---- Splitting ---------------------------------------------------------------------------------- */

/** The longest headers of a super-packet that is split: Ethernet, tags, IP with options or extension
 * headers, TCP with options. */
#define VNIC_SPLIT_HDR_MAX 256u

/** Bits of vnic_split_begin(). */
#define VNIC_SPLIT_PARTIAL                                                                         \
    0x1u /**< leave layer 4 checksums partial: VNIC_CSUM_PARTIAL, see vnic_packet_complete() */

/** An iterator over the segments of a super-packet; put it anywhere, it holds no resource. */
struct vnic_split {
    uint64_t opaque[72]; /**< the library's */
};

/**
 * Starts to split a packet. Everything about it is checked here, so that its numbers may come from
 * anywhere: after this no call fails for what the packet says.
 *
 * Segments have gso_size bytes of payload, the last one what is left. TCP: sequence numbers go on; FIN
 * and PSH are on the last segment only, CWR on the first only, with or without VNIC_GSO_ECN, and all
 * other flags on each, as Linux does. IPv4: identifications count up, with or without DF, header
 * checksums are new. UDP: lengths are set, and a checksum of 0 is sent as 0xFFFF. Options, extension
 * headers (hop-by-hop, routing, destination options) and VLAN tags are on each segment. A packet that
 * is no super-packet is one segment, whose checksum is completed if it is partial.
 *
 * What counts is the length of the data, as for Linux: that of the IP header may be 0 or too small, for
 * it is set anew; only behind a frame of minimal size what it leaves out is Ethernet padding, which no
 * segment gets. hdr_len is not looked at. A partial checksum is taken on from its field, so that one which
 * is wrong stays wrong. A complete one is made anew; before that it is verified if it is
 * VNIC_CSUM_UNKNOWN. A UDP checksum that is absent, 0, stays absent.
 *
 * @param ret_split  [out]  the iterator
 * @param packet     [in]   the packet; `data` is borrowed until the last segment was taken
 * @param layer      [in]   VNIC_TUN or VNIC_TAP
 * @param flags      [in]   0 or VNIC_SPLIT_PARTIAL
 * @return           segments that will come, 1 … 65535
 * @error VNIC_EINVAL       NULL, len 0, unknown layer or flags; or what the packet's fields say cannot be:
 *                          gso_size 0, another protocol than gso_type, a checksum field that lies
 *                          elsewhere, headers that are malformed or beyond the end, an IP length beyond
 *                          it, a fragment, more than 65535 segments or segments longer than IP allows, a
 *                          complete checksum that is VNIC_CSUM_UNKNOWN and wrong
 * @error VNIC_ENOTSUP      a kind of super-packet that is not split here: UDP fragmentation (UFO), UDP
 *                          tunnels, jumbograms, headers longer than VNIC_SPLIT_HDR_MAX, source routes
 *                          with a checksum that is not partial; or a packet that is no super-packet,
 *                          whose checksum to be completed lies behind VNIC_SPLIT_HDR_MAX
 * @thread  any; an iterator is used by one thread at a time
 * @platform same everywhere
 * @source  Linux net/ipv4/tcp_offload.c tcp_gso_segment(), net/ipv4/udp_offload.c __udp_gso_segment(),
 *          net/ipv4/af_inet.c inet_gso_segment(), net/ipv6/ip6_offload.c; virtio 1.2 section 5.1.6
 * @since   0.2
 */
VNIC_API VNIC_MUST_CHECK int vnic_split_begin(struct vnic_split *ret_split,
                                              const struct vnic_packet *packet, uint32_t layer,
                                              uint32_t flags);

/**
 * Takes the next segment where it lies: its headers are written over the end of the segment before,
 * which must not be used any more, unless that one was taken with vnic_split_copy(). (The payload of one
 * that was taken with vnic_split_gather() lies there too.) The fastest form.
 *
 * @param split      [in,out] the iterator
 * @param ret_segment [out] data, len, cap (len: behind it is the next segment), headroom (0), hdr_len (0 of
 *                          a packet that is no super-packet), csum, csum_start, csum_offset; gso_type is
 *                          VNIC_GSO_NONE, gso_size 0; the rest is left alone
 * @return           1: a segment; 0: there is none any more
 * @error VNIC_EINVAL       NULL
 * @thread  as vnic_split_begin()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_split_next(struct vnic_split *split, struct vnic_packet *ret_segment);

/**
 * Copies the next segment to a buffer; the checksum is computed while copying. The super-packet is
 * not changed.
 *
 * @param split      [in,out] the iterator
 * @param segment    [in,out] `data` and `cap` set by the caller; the other fields as vnic_split_next(),
 *                          but cap and headroom stay
 * @return           1: a segment; 0: there is none any more
 * @error VNIC_EINVAL       NULL
 * @error VNIC_EMSGSIZE     cap is too small; `len` is what is needed; the segment is still the next one
 * @thread  as vnic_split_begin()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_split_copy(struct vnic_split *split, struct vnic_packet *segment);

/**
 * Gives the next segment in two pieces without copying its payload: new headers, and the payload where
 * it lies. The super-packet is not changed. Of a packet that is no super-packet the first piece is what
 * lies before the end of a checksum that had to be completed; it may have length 0.
 *
 * @param split      [in,out] the iterator
 * @param ret_segment [out] as vnic_split_next(), with data NULL and cap 0
 * @param hdr        [out]  uint8_t[VNIC_SPLIT_HDR_MAX], the headers are written here
 * @param ret_iov    [out]  vnic_iovec[2]: headers, payload (len 0 if there is none)
 * @return           1: a segment; 0: there is none any more
 * @error VNIC_EINVAL       NULL
 * @thread  as vnic_split_begin()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_split_gather(struct vnic_split *split, struct vnic_packet *ret_segment,
                               uint8_t *hdr, struct vnic_iovec *ret_iov);

/**
 * Passes over the next segment.
 *
 * @param split      [in,out] the iterator
 * @return           1: one was passed over; 0: there is none any more
 * @error VNIC_EINVAL       NULL
 * @thread  as vnic_split_begin()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_split_skip(struct vnic_split *split);

/**
 * Bytes of the longest segment that is still to come.
 *
 * @param split      [in]   the iterator
 * @return           bytes; 0: no segment is left
 * @error VNIC_EINVAL       NULL
 * @thread  as vnic_split_begin()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_split_size(const struct vnic_split *split);

/* ---- Merging ------------------------------------------------------------------------------------ */

/** The most packets of one vnic_merge_plan(). */
#define VNIC_MERGE_MAX 256

/** The most pieces of a merged packet: its headers and the payloads. */
#define VNIC_MERGE_IOV_MAX (VNIC_MERGE_MAX + 1)

/** A planner of merges. */
typedef struct vnic_merge vnic_merge;

/** What may be merged; every member counts. */
struct vnic_merge_rules {
    size_t size;       /**< sizeof(struct vnic_merge_rules) */
    uint32_t layer;    /**< VNIC_TUN or VNIC_TAP */
    uint32_t features; /**< VNIC_F_TSO4, VNIC_F_TSO6, VNIC_F_USO4, VNIC_F_USO6: kinds to be made */
    uint32_t max_len;  /**< longest packet made, from the IP header on: 1280 … 65535 */
    uint32_t udp_segments; /**< most segments of UDP: 2 … 128; Linux takes 64, from 6.9 on 128 */
};

/**
 * Makes a planner. It holds all the memory that it will ever need (about 64 KiB).
 *
 * @param rules      [in]   copied
 * @param ret_merge  [out]  to be ended with vnic_merge_destroy(); NULL on failure
 * @return           0
 * @error VNIC_EINVAL       NULL, or a member out of range
 * @error VNIC_EVERSION     rules->size is not that of any known header
 * @error VNIC_ENOMEM       out of memory
 * @thread  any; a planner is used by one thread at a time
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API VNIC_MUST_CHECK int vnic_merge_create(const struct vnic_merge_rules *rules,
                                               vnic_merge **ret_merge);

/**
 * Changes the rules of a planner, for the plans to come.
 *
 * @param merge      [in]   the planner
 * @param rules      [in]   copied
 * @return           0
 * @error VNIC_EINVAL       as vnic_merge_create()
 * @error VNIC_EVERSION     as vnic_merge_create()
 * @thread  as vnic_merge_create()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_merge_set_rules(vnic_merge *merge, const struct vnic_merge_rules *rules);

/**
 * Ends a planner.
 *
 * @param merge      [in]   NULL is allowed
 * @error none
 * @thread  as vnic_merge_create()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API void vnic_merge_destroy(vnic_merge *merge);

/**
 * Plans which packets become one. Nothing of the packets is changed, and nothing is kept from one plan
 * to the next. Packets of length 0 are passed over.
 *
 * Merged are neighbours of a flow, whose splitting gives them back byte by byte: the same headers but
 * for what counts up, payloads of one size with only the last one shorter. The one exception are IPv4
 * identifications of packets with DF, which mean nothing (RFC 6864 section 4.1) and are 0 from many
 * systems: they are not compared, and splitting counts them up from the first one's. Without DF they
 * must count up.
 *
 * TCP: sequence numbers that go on, at either end of what is there; the same acknowledgement, window and
 * options; ACK, ECE if all have it, and on the last PSH and FIN. UDP: the next datagram of the flow.
 * Never merged: CWR and other flags, fragments, IPv4 options, IPv6 extension headers but hop-by-hop and
 * destination options, packets without payload or with bytes behind their end (Ethernet padding),
 * super-packets, other protocols, UDP without a checksum, headers longer than VNIC_SPLIT_HDR_MAX, and
 * packets whose checksum is wrong: they pass as they are. Checksums that are VNIC_CSUM_UNKNOWN are
 * verified; VNIC_CSUM_PARTIAL, _VALID and _TRUSTED are not; the IPv4 header's always is. A merged packet
 * is VNIC_CSUM_PARTIAL.
 *
 * Within a flow the order stays: what is not merged ends the merge of its flow, a fragment of TCP or UDP
 * those of all flows. A merged packet takes the place of that part of it which came first.
 *
 * @param merge      [in]   the planner
 * @param pkts       [in]   vnic_packet[n]; what `data` points to is borrowed until the next plan
 * @param n          [in]   0 … VNIC_MERGE_MAX
 * @return           packets that come out, 0 … n
 * @error VNIC_EINVAL       NULL, n out of range, a data NULL with a len
 * @thread  as vnic_merge_create()
 * @platform same everywhere
 * @source  Linux net/ipv4/tcp_offload.c tcp_gro_receive(), net/ipv4/udp_offload.c udp_gro_receive_segment(),
 *          net/ipv4/af_inet.c inet_gro_receive(), net/ipv6/ip6_offload.c ipv6_gro_receive()
 * @since   0.2
 */
VNIC_API int vnic_merge_plan(vnic_merge *merge, const struct vnic_packet *pkts, int n);

/**
 * Which of the planned packets became output i.
 *
 * @param merge      [in]   the planner
 * @param i          [in]   0 … what vnic_merge_plan() returned - 1
 * @param ret_index  [out]  uint16_t[result]: indices into `pkts`, in the order of the stream; borrowed until
 *                          the next plan
 * @return           how many, 1 …; 1: the packet passes as it is
 * @error VNIC_EINVAL       NULL or i out of range
 * @thread  as vnic_merge_create()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_merge_members(const vnic_merge *merge, int i, const uint16_t **ret_index);

/**
 * Output i in pieces: new headers that the planner holds, and the payloads where they lie. A packet that
 * passes as it is is one piece.
 *
 * @param merge      [in]   the planner
 * @param i          [in]   as vnic_merge_members()
 * @param ret_packet [out]  len, gso_type, gso_size, hdr_len, csum, csum_start, csum_offset; data is NULL;
 *                          of a packet that passes: as it was
 * @param ret_iov    [out]  vnic_iovec[cap]; borrowed until the next plan
 * @param cap        [in]   room; the members and one are enough
 * @return           pieces, 1 … VNIC_MERGE_IOV_MAX
 * @error VNIC_EINVAL       NULL or i out of range
 * @error VNIC_EMSGSIZE     cap is too small
 * @thread  as vnic_merge_create()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_merge_gather(const vnic_merge *merge, int i, struct vnic_packet *ret_packet,
                               struct vnic_iovec *ret_iov, int cap);

/**
 * Output i in one piece.
 *
 * @param merge      [in]   the planner
 * @param i          [in]   as vnic_merge_members()
 * @param packet     [in,out] `data` and `cap` set by the caller; the other fields as vnic_merge_gather()
 * @return           bytes, as packet->len
 * @error VNIC_EINVAL       NULL or i out of range
 * @error VNIC_EMSGSIZE     cap is too small; packet->len is what is needed
 * @thread  as vnic_merge_create()
 * @platform same everywhere
 * @source  none
 * @since   0.2
 */
VNIC_API int vnic_merge_copy(const vnic_merge *merge, int i, struct vnic_packet *packet);

/* ---- What is known of a checksum ---------------------------------------------------------------- */

/**
 * Completes the checksum of a packet that has VNIC_CSUM_PARTIAL, as it must be before the packet leaves
 * for a real wire; any other packet stays as it is. Not for super-packets: split them.
 *
 * @param packet     [in,out] two bytes of the data, and csum, which becomes VNIC_CSUM_VALID
 * @return           0
 * @error VNIC_EINVAL       NULL, a super-packet, or the checksum field does not lie in the packet
 * @thread  any
 * @platform same everywhere
 * @source  virtio 1.2 section 5.1.6.2; vnic_checksum_complete()
 * @since   0.2
 */
VNIC_API int vnic_packet_complete(struct vnic_packet *packet);

/**
 * Copies bytes and adds them to an unfinished sum on the way.
 *
 * @param sum        [in]   as vnic_checksum_add()
 * @param ret        [out]  uint8_t[len], must not overlap data
 * @param data       [in]   uint8_t[len]; both may be NULL if len is 0
 * @param len        [in]   bytes; even for every piece but the last
 * @return           the new sum
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  RFC 1071 section 2
 * @since   0.2
 */
VNIC_API uint64_t vnic_checksum_copy(uint64_t sum, void *ret, const void *data, size_t len);

VNIC_END_DECLS

#endif
