/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What an iterator over the segments of a super-packet holds, in the storage of struct vnic_split: the
 * headers that all segments share, and sums of them without what changes from one to the next. Sums
 * are those of 16-bit words as numbers, not yet folded, so that they do not depend on the byte order.
 */
#ifndef VNIC_CORE_SPLIT_H
#define VNIC_CORE_SPLIT_H

#include <stdint.h>

#include "vnic/segment.h"

/** What a segment's checksum becomes. */
#define VNIC__SPLIT_KEEP 0u     /**< it stays as it is in `head`: absent, or none to be completed */
#define VNIC__SPLIT_PARTIAL 1u  /**< the sum of the pseudo header */
#define VNIC__SPLIT_COMPLETE 2u /**< the checksum */

/** The TCP flags that change, RFC 9293 section 3.1, RFC 3168 section 6.1. */
#define VNIC__TCP_FIN 0x01u
#define VNIC__TCP_PSH 0x08u
#define VNIC__TCP_CWR 0x80u

/** An iterator. */
struct vnic__split {
    uint8_t *data;        /**< the packet */
    uint32_t payload_len; /**< bytes of payload, all segments together */
    uint32_t payload_pos; /**< payload of the segments that were taken */
    uint32_t segment_len; /**< payload of every segment but the last */
    uint32_t left;        /**< segments to come; 0: all other members mean nothing */
    uint32_t seq;         /**< TCP: sequence number of the first segment */
    uint32_t ip_sum;      /**< IPv4: the header without length, identification and checksum */
    uint32_t l4_sum;      /**< pseudo header and header, without lengths, seq, flags and checksum */
    uint32_t pseudo_sum;  /**< the pseudo header without its length */
    uint16_t ip_id;       /**< IPv4: identification of the next segment */
    uint16_t tcp_word;    /**< TCP: header length and flags of the super-packet */
    uint16_t l3_offset;   /**< where the IP header is */
    uint16_t l4_offset;   /**< where the TCP or UDP header is */
    uint16_t hdr_len;     /**< bytes of `head`; 0: no super-packet */
    uint16_t csum_start;  /**< of segments with a partial checksum, or what is to be completed */
    uint16_t csum_offset; /**< as csum_start */
    uint8_t ip_version;   /**< 4 or 6 */
    uint8_t ip_proto;     /**< TCP or UDP */
    uint8_t sums;         /**< VNIC__SPLIT_… */
    uint8_t csum;         /**< VNIC_CSUM_… of the segments */
    uint8_t first;        /**< 1: no segment was taken */
    uint8_t reserved[3];  /**< 0 */
    uint8_t head[VNIC_SPLIT_HDR_MAX]; /**< the headers; what changes is 0 */
};

_Static_assert(sizeof(struct vnic__split) <= sizeof(struct vnic_split),
               "the iterator fits into its public storage");
_Static_assert(_Alignof(struct vnic__split) <= _Alignof(struct vnic_split),
               "the public storage is aligned for the iterator");

/** Check a super-packet whose gso_type is one of a super-packet, and fill the iterator but for `left`.
 * Returns 0 or VNIC_E…. */
int vnic__split_headers(struct vnic__split *s, const struct vnic_packet *packet, uint32_t layer,
                        uint32_t flags);

/** Add the halves of a 32-bit number. */
static inline uint32_t vnic__sum32(uint32_t value)
{
    return (value >> 16) + (value & 0xFFFFu);
}

/** Fold a sum of fewer than 2^16 words; it is 0 only if all words are. */
static inline uint16_t vnic__sum_fold(uint32_t sum)
{
    sum = vnic__sum32(sum);
    sum = vnic__sum32(sum);
    return (uint16_t)sum;
}

#endif
