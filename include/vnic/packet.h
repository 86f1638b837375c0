/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Packets as bytes: where their headers are, whether their checksums are right, and the answers
 * that a small echo program gives; splitting and merging is in vnic/segment.h, included here. Nothing here needs a device, allocates memory or asks the system;
 * data may start at any address, and nothing outside data[0 … len-1] is read.
 *
 * Vocabulary: `layer` says how data begins: VNIC_TUN, an IP packet; VNIC_TAP, an Ethernet frame
 * without its checksum. Numbers in structures are in host order, addresses in network order.
 */
#ifndef VNIC_PACKET_H
#define VNIC_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/segment.h"
#include "vnic/vnic.h"

VNIC_BEGIN_DECLS

/* ---- Parsing ------------------------------------------------------------------------------------ */

/** Bits of vnic_parsed.layers: which headers are there, complete and consistent. */
#define VNIC_HAS_ETHERNET 0x0001u /**< an Ethernet header */
#define VNIC_HAS_VLAN 0x0002u     /**< one or more tags, see vlan_count */
#define VNIC_HAS_ARP 0x0004u      /**< Ethernet/IPv4 ARP */
#define VNIC_HAS_IPV4 0x0008u     /**< an IPv4 header */
#define VNIC_HAS_IPV6 0x0010u     /**< an IPv6 header */
#define VNIC_HAS_TCP 0x0020u      /**< a TCP header */
#define VNIC_HAS_UDP 0x0040u      /**< a UDP header */
#define VNIC_HAS_ICMP 0x0080u     /**< an ICMP header */
#define VNIC_HAS_ICMPV6 0x0100u   /**< an ICMPv6 header */
#define VNIC_HAS_FRAGMENT 0x0200u /**< an IP fragment; only the first one has a layer 4 header */
#define VNIC_HAS_OPTIONS 0x0400u  /**< IPv4 options or IPv6 extension headers */
#define VNIC_HAS_ROUTING 0x0800u  /**< an IPv4 source route or an IPv6 routing header */

/** EtherTypes of vnic_parsed.ethertype (IEEE 802 numbers, IANA registry). */
#define VNIC_ETHERTYPE_IPV4 0x0800u /**< IPv4 */
#define VNIC_ETHERTYPE_ARP 0x0806u  /**< ARP */
#define VNIC_ETHERTYPE_VLAN 0x8100u /**< an IEEE 802.1Q tag */
#define VNIC_ETHERTYPE_IPV6 0x86DDu /**< IPv6 */
#define VNIC_ETHERTYPE_QINQ 0x88A8u /**< an IEEE 802.1ad tag */

/** IP protocol numbers of vnic_parsed.ip_proto (IANA registry). */
#define VNIC_IPPROTO_ICMP 1u    /**< ICMP */
#define VNIC_IPPROTO_TCP 6u     /**< TCP */
#define VNIC_IPPROTO_UDP 17u    /**< UDP */
#define VNIC_IPPROTO_ICMPV6 58u /**< ICMPv6 */

/** The most VLAN tags and IPv6 extension headers that are walked. */
#define VNIC_PARSE_MAX_VLAN 2 /**< VLAN tags */
#define VNIC_PARSE_MAX_EXT 16 /**< IPv6 extension headers */

/**
 * Where the headers of a packet are. Offsets count from the start of the data; the offset of a
 * header that is not there is 0 and so is its length. What follows the last header that was
 * understood is the payload.
 */
struct vnic_parsed {
    uint32_t layers;         /**< VNIC_HAS_… */
    uint32_t packet_len;     /**< bytes that belong to the packet, without Ethernet padding */
    uint32_t l3_offset;      /**< IP or ARP header */
    uint32_t l3_len;         /**< with IPv4 options or IPv6 extension headers */
    uint32_t l4_offset;      /**< TCP, UDP, ICMP or ICMPv6 header */
    uint32_t l4_len;         /**< with TCP options; 8 for UDP and ICMP, 4 for ICMPv6 */
    uint32_t payload_offset; /**< first byte after the last header */
    uint32_t payload_len;    /**< bytes of payload that are in the data */
    uint32_t frag_id;        /**< identification: IPv4 always, IPv6 of a fragment */
    uint32_t frag_offset;    /**< bytes from the start of the fragmented payload */
    uint16_t ethertype;      /**< after VLAN tags; from the IP version for VNIC_TUN */
    uint16_t vlan_tci[2];    /**< tag control information, outer first */
    uint16_t src_port;       /**< TCP and UDP */
    uint16_t dst_port;       /**< TCP and UDP */
    uint16_t arp_op;         /**< 1 request, 2 reply, … */
    uint8_t vlan_count;      /**< 0 … VNIC_PARSE_MAX_VLAN */
    uint8_t ip_version;      /**< 4, 6, or 0 */
    uint8_t ip_proto;        /**< protocol of what follows the IP headers */
    uint8_t ip_ttl;          /**< time to live, hop limit */
    uint8_t ip_tos;          /**< type of service, traffic class */
    uint8_t frag_more;       /**< 1: more fragments follow */
    uint8_t icmp_type;       /**< ICMP and ICMPv6 */
    uint8_t icmp_code;       /**< ICMP and ICMPv6 */
    uint8_t tcp_flags;       /**< FIN 0x01, SYN 0x02, RST 0x04, PSH 0x08, ACK 0x10, URG, ECE, CWR */
    uint8_t ext_count;       /**< IPv6 extension headers before ip_proto */
    uint8_t reserved[10];    /**< 0 */
};

/**
 * Find the headers of a packet: Ethernet with VLAN tags, ARP, IPv4, IPv6 with extension headers,
 * TCP, UDP, ICMP, ICMPv6.
 *
 * An unknown EtherType or IP protocol is not an error: parsing ends there and `layers` tells. With
 * an error ret still holds what was found before it, so that a broken packet can be shown.
 *
 * @param data       [in]   uint8_t[len]
 * @param len        [in]   bytes, 0 … UINT32_MAX
 * @param layer      [in]   VNIC_TUN or VNIC_TAP
 * @param ret        [out]  what was found; filled on VNIC_EMSGSIZE and on a malformed packet too
 * @return           VNIC_OK: every header is complete and consistent, as far as known
 * @error VNIC_EINVAL       data or ret is NULL, layer is unknown, len is too large; or the packet is
 *                          malformed: wrong version, or lengths that contradict each other
 * @error VNIC_EMSGSIZE     the data end inside a header or before the length that the IP header claims
 * @thread  any
 * @platform same everywhere
 * @source  IEEE 802.3, 802.1Q; RFC 826, 791, 8200, 9293, 768, 792, 4443
 * @since   0.1
 */
VNIC_API int vnic_parse(const void *data, size_t len, uint32_t layer, struct vnic_parsed *ret);

/**
 * Find the headers of an IP packet: vnic_parse() with VNIC_TUN.
 *
 * @param data       [in]   uint8_t[len]
 * @param len        [in]   bytes, 0 … UINT32_MAX
 * @param ret        [out]  as for vnic_parse()
 * @return           VNIC_OK
 * @error VNIC_EINVAL       as for vnic_parse()
 * @error VNIC_EMSGSIZE     as for vnic_parse()
 * @thread  any
 * @platform same everywhere
 * @source  RFC 791, RFC 8200
 * @since   0.1
 */
VNIC_API int vnic_parse_ip(const void *data, size_t len, struct vnic_parsed *ret);

/* ---- Checksums ---------------------------------------------------------------------------------- */

/* All of them use the widest instructions that the processor has: AVX-512, AVX2, SSE2, NEON, or plain C.
 * vnic_checksum_copy() of vnic/segment.h copies on the way. */

/**
 * The Internet checksum of some bytes.
 *
 * @param data       [in]   uint8_t[len]; NULL is allowed if len is 0
 * @param len        [in]   bytes; an odd length counts as followed by one zero
 * @return           the complement of the one's complement sum, as a number: store it with its high
 *                   byte first. 0 over data that already contain a right checksum
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  RFC 1071
 * @since   0.1
 */
VNIC_API uint16_t vnic_checksum(const void *data, size_t len);

/**
 * Add bytes to an unfinished sum. Start from 0 or a pseudo header; end with vnic_checksum_fold().
 *
 * @param sum        [in]   the sum so far; opaque, its form differs between machines
 * @param data       [in]   uint8_t[len]; NULL is allowed if len is 0
 * @param len        [in]   bytes; even for every piece but the last
 * @return           the new sum
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  RFC 1071 section 2
 * @since   0.1
 */
VNIC_API uint64_t vnic_checksum_add(uint64_t sum, const void *data, size_t len);

/**
 * Finish a sum.
 *
 * @param sum        [in]   from vnic_checksum_add()
 * @return           the checksum, as vnic_checksum() gives it
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  RFC 1071 section 4.1
 * @since   0.1
 */
VNIC_API uint16_t vnic_checksum_fold(uint64_t sum);

/**
 * The sum of the IPv4 pseudo header of TCP and UDP, to start from.
 *
 * @param src        [in]   uint8_t[4]
 * @param dst        [in]   uint8_t[4]
 * @param proto      [in]   VNIC_IPPROTO_…
 * @param len        [in]   bytes of layer 4: header and payload, 0 … 65535
 * @return           a sum for vnic_checksum_add()
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  RFC 9293 section 3.1, RFC 768
 * @since   0.1
 */
VNIC_API uint64_t vnic_checksum_pseudo4(const uint8_t *src, const uint8_t *dst, uint8_t proto,
                                        uint32_t len);

/**
 * The sum of the IPv6 pseudo header of TCP, UDP and ICMPv6, to start from.
 *
 * @param src        [in]   uint8_t[16]
 * @param dst        [in]   uint8_t[16]; the final destination, if there is a routing header
 * @param proto      [in]   VNIC_IPPROTO_…
 * @param len        [in]   bytes of layer 4: header and payload
 * @return           a sum for vnic_checksum_add()
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  RFC 8200 section 8.1
 * @since   0.1
 */
VNIC_API uint64_t vnic_checksum_pseudo6(const uint8_t *src, const uint8_t *dst, uint8_t proto,
                                        uint32_t len);

/**
 * Complete a partial checksum, as a system leaves it for hardware: the field holds the sum of the
 * pseudo header, and everything from csum_start to the end of the data is still to be added.
 *
 * A result of 0 is stored as 0xFFFF if csum_offset is that of UDP (6), where 0 means "no checksum";
 * elsewhere 0 is stored as it is.
 *
 * @param data       [in,out] uint8_t[len]; two bytes are changed
 * @param len        [in]   bytes, without padding
 * @param csum_start [in]   where the summed part begins
 * @param csum_offset [in]  where the field is, from csum_start
 * @return           VNIC_OK
 * @error VNIC_EINVAL       data is NULL
 * @error VNIC_EMSGSIZE     the field does not lie inside the data; nothing was changed
 * @thread  any
 * @platform same everywhere
 * @source  Linux include/uapi/linux/virtio_net.h; net/core/dev.c skb_checksum_help(); RFC 768
 * @since   0.1
 */
VNIC_API int vnic_checksum_complete(void *data, size_t len, uint32_t csum_start,
                                    uint32_t csum_offset);

/** Bits that vnic_checksum_verify() returns. */
#define VNIC_SUM_IP_GOOD 0x1  /**< the IPv4 header checksum is right */
#define VNIC_SUM_IP_BAD 0x2   /**< the IPv4 header checksum is wrong */
#define VNIC_SUM_L4_GOOD 0x4  /**< the checksum of TCP, UDP, ICMP or ICMPv6 is right */
#define VNIC_SUM_L4_BAD 0x8   /**< wrong, or absent where it must be (UDP over IPv6) */
#define VNIC_SUM_L4_NONE 0x10 /**< UDP over IPv4 without a checksum */

/**
 * Check the checksums of a packet. Fragments, unknown protocols and packets with a source route or
 * routing header (whose final destination stands elsewhere) have no L4 bit: they are not checked.
 *
 * @param data       [in]   uint8_t[len]
 * @param len        [in]   bytes
 * @param layer      [in]   VNIC_TUN or VNIC_TAP
 * @return           VNIC_SUM_… of what was checked; 0 if there was nothing to check
 * @error VNIC_EINVAL       as for vnic_parse()
 * @error VNIC_EMSGSIZE     as for vnic_parse()
 * @thread  any
 * @platform same everywhere
 * @source  RFC 791, 792, 768, 9293, 4443, 8200 section 8.1
 * @since   0.1
 */
VNIC_API int vnic_checksum_verify(const void *data, size_t len, uint32_t layer);

/**
 * Compute and store the checksums of a packet: IPv4 header, TCP, UDP, ICMP, ICMPv6. What
 * vnic_checksum_verify() does not check stays as it is: layer 4 of fragments, unknown protocols, …
 *
 * @param data       [in,out] uint8_t[len]
 * @param len        [in]   bytes
 * @param layer      [in]   VNIC_TUN or VNIC_TAP
 * @return           VNIC_OK
 * @error VNIC_EINVAL       as for vnic_parse(); nothing was changed
 * @error VNIC_EMSGSIZE     as for vnic_parse(); nothing was changed
 * @thread  any
 * @platform same everywhere
 * @source  RFC 791, 792, 768, 9293, 4443, 8200 section 8.1
 * @since   0.1
 */
VNIC_API int vnic_checksum_set(void *data, size_t len, uint32_t layer);

/* ---- Answers ------------------------------------------------------------------------------------ */

/*
 * Each returns 0 for a packet that asks for no such answer, so that a program can try them in turn.
 * A packet is answered only if all its lengths and checksums are right, its addresses can be
 * answered (no multicast or unspecified source, no multicast or broadcast destination), it is no
 * fragment and it asks for no source route.
 */

/**
 * Turn an ICMP or ICMPv6 echo request into its reply, in place: addresses swapped, time to live 64,
 * checksums new; Ethernet addresses swapped too for VNIC_TAP.
 *
 * @param data       [in,out] uint8_t[len]; unchanged unless 1 is returned
 * @param len        [in]   bytes
 * @param layer      [in]   VNIC_TUN or VNIC_TAP
 * @return           1: data is the reply, to be sent with the same length; 0: not an echo request
 * @error VNIC_EINVAL       as for vnic_parse(), or a checksum is wrong
 * @error VNIC_EMSGSIZE     as for vnic_parse()
 * @thread  any
 * @platform same everywhere
 * @source  RFC 792 page 14, RFC 4443 section 4.2, RFC 1122 section 3.2.2.6
 * @since   0.1
 */
VNIC_API int vnic_echo_icmp(void *data, size_t len, uint32_t layer);

/**
 * Send a UDP datagram back, in place: addresses and ports swapped, time to live 64; Ethernet
 * addresses swapped too for VNIC_TAP. The UDP checksum stays right (or absent) by itself.
 *
 * Echoing to another echo service would never end: look at src_port before, if that can happen.
 *
 * @param data       [in,out] uint8_t[len]; unchanged unless 1 is returned
 * @param len        [in]   bytes
 * @param layer      [in]   VNIC_TUN or VNIC_TAP
 * @return           1: data is the answer, to be sent with the same length; 0: not a UDP datagram
 * @error VNIC_EINVAL       as for vnic_parse(), or a checksum is wrong
 * @error VNIC_EMSGSIZE     as for vnic_parse()
 * @thread  any
 * @platform same everywhere
 * @source  RFC 768, RFC 862
 * @since   0.1
 */
VNIC_API int vnic_echo_udp(void *data, size_t len, uint32_t layer);

/** Bytes that always suffice for the output of vnic_answer_arp() and vnic_answer_nd(). */
#define VNIC_ANSWER_MAX 96u

/**
 * Answer an ARP request ("who has 10.9.0.2?") for the addresses of a network.
 *
 * Requests in which a host asks about its own address (probes with sender 0.0.0.0, announcements)
 * are answered only if `own` is a single address (/32): otherwise the answer would take every
 * address of the network from the host itself.
 *
 * @param data       [in]   uint8_t[len], an Ethernet frame, VLAN tags allowed
 * @param len        [in]   bytes
 * @param own        [in]   the IPv4 addresses to answer for
 * @param mac        [in]   uint8_t[6], the address to answer with
 * @param out        [out]  uint8_t[cap], must not overlap data; the answer frame; contents undefined
 *                          unless a length is returned
 * @param cap        [in]   room in out, bytes; VNIC_ANSWER_MAX is enough
 * @return           length of the answer; 0: not a request for one of these addresses
 * @error VNIC_EINVAL       a NULL argument, own is not a valid IPv4 prefix, mac is not a unicast address,
 *                          or as for vnic_parse()
 * @error VNIC_EMSGSIZE     out is too small, or as for vnic_parse()
 * @thread  any
 * @platform same everywhere
 * @source  RFC 826, RFC 5227
 * @since   0.1
 */
VNIC_API int vnic_answer_arp(const void *data, size_t len, const struct vnic_prefix *own,
                             const uint8_t *mac, void *out, size_t cap);

/**
 * Answer an IPv6 Neighbour Solicitation with a Neighbour Advertisement, for the addresses of a
 * network. Solicitations of duplicate address detection (source ::) are answered only if `own` is
 * a single address (/128), as for vnic_answer_arp().
 *
 * @param data       [in]   uint8_t[len]
 * @param len        [in]   bytes
 * @param layer      [in]   VNIC_TUN or VNIC_TAP
 * @param own        [in]   the IPv6 addresses to answer for
 * @param mac        [in]   uint8_t[6], the address to answer with; may be NULL for VNIC_TUN, which has
 *                          no link addresses: the answer then carries none
 * @param out        [out]  uint8_t[cap], must not overlap data; the answer packet; contents undefined
 *                          unless a length is returned
 * @param cap        [in]   room in out, bytes; VNIC_ANSWER_MAX is enough
 * @return           length of the answer; 0: not a solicitation for one of these addresses, or one
 *                   that RFC 4861 tells to discard
 * @error VNIC_EINVAL       a NULL argument, own is not a valid IPv6 prefix, mac is not a unicast address,
 *                          a checksum is wrong, or as for vnic_parse()
 * @error VNIC_EMSGSIZE     out is too small, or as for vnic_parse()
 * @thread  any
 * @platform same everywhere
 * @source  RFC 4861 sections 4.3, 4.4, 7.1.1 and 7.2.4
 * @since   0.1
 */
VNIC_API int vnic_answer_nd(const void *data, size_t len, uint32_t layer,
                            const struct vnic_prefix *own, const uint8_t *mac, void *out,
                            size_t cap);

VNIC_END_DECLS

#endif
