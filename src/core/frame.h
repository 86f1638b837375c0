/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Link headers: what a system puts between the start of a read and the packet. A backend states the
 * kind; the bytes are encoded and decoded here, so that every system's form is tested on one machine.
 */
#ifndef VNIC_CORE_FRAME_H
#define VNIC_CORE_FRAME_H

#include <stddef.h>
#include <stdint.h>

/** Kinds of link header, vnic__frame_kind.kind. */
#define VNIC__LINK_NONE 0u /**< the packet alone */
#define VNIC__LINK_PI 1u   /**< Linux struct tun_pi, 4 bytes (linux/if_tun.h) */
#define VNIC__LINK_VNET 2u /**< struct virtio_net_hdr…, vnet_len bytes (linux/virtio_net.h) */
#define VNIC__LINK_AF                                                                              \
    3u /**< 4-byte address family, network order (utun, BSD tun with TUNSIFHEAD) */
#define VNIC__LINK_OBSD 4u    /**< OpenBSD struct tun_hdr, 8 bytes, then (tun only) the family */
#define VNIC__LINK_PI_VNET 5u /**< PI first, then the virtio header (Linux drivers/net/tun.c) */

/** Byte order of the virtio header: that of the machine, or set by TUNSETVNETLE and TUNSETVNETBE. */
#define VNIC__ENDIAN_NATIVE 0u
#define VNIC__ENDIAN_LITTLE 1u
#define VNIC__ENDIAN_BIG 2u

/** Smallest and largest virtio header: Linux takes any size from 10 on, we take up to 64. */
#define VNIC__VNET_LEN_MIN 10u
#define VNIC__VNET_LEN_MAX 64u

/** The longest link header of all: PI and the largest virtio header. */
#define VNIC__FRAME_MAX 68u

/** TUN_PKT_STRIP of linux/if_tun.h: the reader's buffer was too small and the packet was cut. */
#define VNIC__PI_STRIP 0x0001u

/** Bits of vnet_flags, from linux/virtio_net.h VIRTIO_NET_HDR_F_…. */
#define VNIC__VNET_NEEDS_CSUM 0x01u
#define VNIC__VNET_DATA_VALID 0x02u

/** Values of gso_type, from linux/virtio_net.h VIRTIO_NET_HDR_GSO_…. */
#define VNIC__GSO_NONE 0u
#define VNIC__GSO_TCPV4 1u
#define VNIC__GSO_UDP 3u
#define VNIC__GSO_TCPV6 4u
#define VNIC__GSO_UDP_L4 5u
#define VNIC__GSO_UDP_TUNNEL_IPV4 0x20u
#define VNIC__GSO_UDP_TUNNEL_IPV6 0x40u
#define VNIC__GSO_ECN 0x80u

/** Bits of obsd_flags, from OpenBSD net/if_tun.h TUN_H_…. */
#define VNIC__OBSD_VTAG 0x0010u
#define VNIC__OBSD_TCP_MSS 0x0020u
#define VNIC__OBSD_IPV4_CSUM 0x0100u
#define VNIC__OBSD_TCP_CSUM 0x0200u
#define VNIC__OBSD_UDP_CSUM 0x0400u
#define VNIC__OBSD_ICMP_CSUM 0x0800u

/** What link header a descriptor has. */
struct vnic__frame_kind {
    uint8_t kind;     /**< VNIC__LINK_… */
    uint8_t vnet_len; /**< VNET kinds: 10 (legacy), 12 (num_buffers), 20 (hash), 24 (tunnel), … */
    uint8_t vnet_endian; /**< VNIC__ENDIAN_… */
    uint8_t tap;         /**< 1: Ethernet frames follow; 0: IP packets */
    uint32_t af_inet;    /**< AF kinds: the system's AF_INET */
    uint32_t af_inet6;   /**< AF kinds: the system's AF_INET6 (10 Linux, 24, 28, 30 elsewhere) */
};

/** What a link header says; members that the kind does not carry are 0. */
struct vnic__frame_meta {
    uint16_t ethertype;       /**< 0: not stated (encode: taken from the packet) */
    uint16_t pi_flags;        /**< VNIC__PI_STRIP */
    uint8_t vnet_flags;       /**< VNIC__VNET_… */
    uint8_t gso_type;         /**< VNIC__GSO_… */
    uint16_t hdr_len;         /**< a hint: bytes of all headers */
    uint16_t gso_size;        /**< payload bytes of each segment */
    uint16_t csum_start;      /**< see vnic_checksum_complete() */
    uint16_t csum_offset;     /**< see vnic_checksum_complete() */
    uint16_t num_buffers;     /**< from 12 bytes on */
    uint16_t hash_report;     /**< from 20 bytes on */
    uint32_t hash;            /**< from 20 bytes on */
    uint16_t outer_th_offset; /**< from 24 bytes on */
    uint16_t inner_nh_offset; /**< from 24 bytes on */
    uint16_t obsd_flags;      /**< VNIC__OBSD_… */
    uint16_t vlan_tci;        /**< with VNIC__OBSD_VTAG */
    uint16_t mss;             /**< with VNIC__OBSD_TCP_MSS */
    uint16_t reserved;        /**< 0 */
};

/**
 * Length of the link header.
 * @return bytes, 0 … VNIC__FRAME_MAX; 0 for a kind that is not known
 */
size_t vnic__frame_len(const struct vnic__frame_kind *kind);

/** Whether a kind is one that this file can encode and decode: 0, or VNIC_ENOTSUP. */
int vnic__frame_kind_check(const struct vnic__frame_kind *kind);

/**
 * Read a link header.
 *
 * @param kind  what the backend stated
 * @param hdr   uint8_t[len], the start of what was read; may be NULL if the kind is NONE
 * @param len   bytes available, more than the header is allowed
 * @param ret   all members are set on success
 * @return      0; VNIC_EMSGSIZE: the header is not complete; VNIC_ENOTSUP: as vnic__frame_kind_check()
 */
int vnic__frame_decode(const struct vnic__frame_kind *kind, const uint8_t *hdr, size_t len,
                       struct vnic__frame_meta *ret);

/**
 * Write the link header for a packet.
 *
 * @param kind     what the backend stated
 * @param pkt      uint8_t[pkt_len], looked at for its EtherType if meta does not state one
 * @param pkt_len  bytes
 * @param meta     what to say; NULL: a plain packet
 * @param ret_hdr  uint8_t[vnic__frame_len(kind)], all bytes are set on success
 * @return         0; VNIC_EINVAL: the header needs a protocol and the packet is neither IPv4 nor
 *                 IPv6 (or, for TAP, shorter than an Ethernet header); VNIC_ENOTSUP: as above
 */
int vnic__frame_encode(const struct vnic__frame_kind *kind, const uint8_t *pkt, size_t pkt_len,
                       const struct vnic__frame_meta *meta, uint8_t *ret_hdr);

/**
 * Whether what a link header says can be true of a packet of that length: the checksum field and
 * the headers lie inside it, GSO types are known, sizes are not zero. Nothing may be done with the
 * numbers of an untrusted header before.
 *
 * @return 0; VNIC_EINVAL if not
 */
int vnic__frame_check(const struct vnic__frame_meta *meta, size_t pkt_len);

/** EtherType of a packet by its own bytes; 0: too short, or (tap 0) neither IPv4 nor IPv6. */
uint16_t vnic__frame_ethertype(const uint8_t *pkt, size_t pkt_len, int tap);

#endif
