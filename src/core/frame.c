/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include <string.h>

#include "bytes.h"
#include "vnic/error.h"
#include "vnic/packet.h"

_Static_assert(VNIC__FRAME_MAX == 4 + VNIC__VNET_LEN_MAX, "PI and the largest virtio header");

#define PI_LEN 4u
#define AF_LEN 4u
#define OBSD_LEN 8u

static int has_pi(const struct vnic__frame_kind *kind)
{
    return kind->kind == VNIC__LINK_PI || kind->kind == VNIC__LINK_PI_VNET;
}

static int has_vnet(const struct vnic__frame_kind *kind)
{
    return kind->kind == VNIC__LINK_VNET || kind->kind == VNIC__LINK_PI_VNET;
}

/* An address family stands alone, or (OpenBSD, tun only) behind tun_hdr: the payload of tun(4) has
 * it, that of tap(4) is a frame. */
static int has_af(const struct vnic__frame_kind *kind)
{
    return kind->kind == VNIC__LINK_AF || (kind->kind == VNIC__LINK_OBSD && !kind->tap);
}

size_t vnic__frame_len(const struct vnic__frame_kind *kind)
{
    return (has_pi(kind) ? PI_LEN : 0) + (has_vnet(kind) ? kind->vnet_len : 0) +
           (kind->kind == VNIC__LINK_OBSD ? OBSD_LEN : 0) + (has_af(kind) ? AF_LEN : 0);
}

int vnic__frame_kind_check(const struct vnic__frame_kind *kind)
{
    if (kind->kind > VNIC__LINK_PI_VNET || kind->tap > 1) {
        return VNIC_ENOTSUP;
    }
    if (has_vnet(kind) &&
        (kind->vnet_len < VNIC__VNET_LEN_MIN || kind->vnet_len > VNIC__VNET_LEN_MAX ||
         kind->vnet_endian > VNIC__ENDIAN_BIG)) {
        return VNIC_ENOTSUP;
    }
    /* Two families with one number, or 0 (AF_UNSPEC), could not be told apart. */
    if (has_af(kind) &&
        (kind->af_inet == 0 || kind->af_inet6 == 0 || kind->af_inet == kind->af_inet6)) {
        return VNIC_ENOTSUP;
    }
    return VNIC_OK;
}

uint16_t vnic__frame_ethertype(const uint8_t *pkt, size_t pkt_len, int tap)
{
    if (tap) {
        return pkt_len >= 14 ? vnic__get16(pkt + 12) : 0;
    }
    switch (pkt_len > 0 ? pkt[0] >> 4 : 0) {
    case 4:
        return VNIC_ETHERTYPE_IPV4;
    case 6:
        return VNIC_ETHERTYPE_IPV6;
    default:
        return 0;
    }
}

/* The virtio header has the byte order of the machine unless the device was told another one. */
static int is_big_endian(uint8_t order)
{
    const uint16_t one = 1;
    uint8_t first;

    memcpy(&first, &one, 1);
    return order == VNIC__ENDIAN_BIG || (order == VNIC__ENDIAN_NATIVE && first == 0);
}

static uint16_t get16_as(const uint8_t *p, int big)
{
    return big ? vnic__get16(p) : (uint16_t)(p[0] | (uint32_t)p[1] << 8);
}

static void put16_as(uint8_t *p, uint16_t value, int big)
{
    if (!big) {
        value = (uint16_t)(value << 8 | value >> 8);
    }
    vnic__put16(p, value);
}

/* struct virtio_net_hdr_v1_hash_tunnel of linux/virtio_net.h; older ones are its beginnings. */
static void decode_vnet(const struct vnic__frame_kind *kind, const uint8_t *p,
                        struct vnic__frame_meta *out)
{
    int big = is_big_endian(kind->vnet_endian);

    out->vnet_flags = p[0];
    out->gso_type = p[1];
    out->hdr_len = get16_as(p + 2, big);
    out->gso_size = get16_as(p + 4, big);
    out->csum_start = get16_as(p + 6, big);
    out->csum_offset = get16_as(p + 8, big);
    if (kind->vnet_len >= 12) {
        out->num_buffers = get16_as(p + 10, big);
    }
    /* What virtio 1 added is little-endian whatever the device was told. */
    if (kind->vnet_len >= 20) {
        out->hash = (uint32_t)get16_as(p + 14, 0) << 16 | get16_as(p + 12, 0);
        out->hash_report = get16_as(p + 16, 0);
    }
    if (kind->vnet_len >= 24) {
        out->outer_th_offset = get16_as(p + 20, 0);
        out->inner_nh_offset = get16_as(p + 22, 0);
    }
}

static void encode_vnet(const struct vnic__frame_kind *kind, const struct vnic__frame_meta *meta,
                        uint8_t *p)
{
    int big = is_big_endian(kind->vnet_endian);

    memset(p, 0, kind->vnet_len);
    p[0] = meta->vnet_flags;
    p[1] = meta->gso_type;
    put16_as(p + 2, meta->hdr_len, big);
    put16_as(p + 4, meta->gso_size, big);
    put16_as(p + 6, meta->csum_start, big);
    put16_as(p + 8, meta->csum_offset, big);
    if (kind->vnet_len >= 12) {
        put16_as(p + 10, meta->num_buffers, big);
    }
    if (kind->vnet_len >= 20) {
        put16_as(p + 12, (uint16_t)meta->hash, 0);
        put16_as(p + 14, (uint16_t)(meta->hash >> 16), 0);
        put16_as(p + 16, meta->hash_report, 0);
    }
    if (kind->vnet_len >= 24) {
        put16_as(p + 20, meta->outer_th_offset, 0);
        put16_as(p + 22, meta->inner_nh_offset, 0);
    }
}

/* OpenBSD struct tun_hdr: flags, pad, VLAN tag, MSS, in the order of the machine. */
static void decode_obsd(const uint8_t *p, struct vnic__frame_meta *out)
{
    int big = is_big_endian(VNIC__ENDIAN_NATIVE);

    out->obsd_flags = get16_as(p, big);
    out->vlan_tci = get16_as(p + 4, big);
    out->mss = get16_as(p + 6, big);
}

static void encode_obsd(const struct vnic__frame_meta *meta, uint8_t *p)
{
    int big = is_big_endian(VNIC__ENDIAN_NATIVE);

    put16_as(p, meta->obsd_flags, big);
    put16_as(p + 2, 0, big);
    put16_as(p + 4, meta->vlan_tci, big);
    put16_as(p + 6, meta->mss, big);
}

int vnic__frame_decode(const struct vnic__frame_kind *kind, const uint8_t *hdr, size_t len,
                       struct vnic__frame_meta *ret)
{
    struct vnic__frame_meta out;
    const uint8_t *p = hdr;
    int rc = vnic__frame_kind_check(kind);

    if (rc != VNIC_OK) {
        return rc;
    }
    if (len < vnic__frame_len(kind)) {
        return VNIC_EMSGSIZE;
    }
    memset(&out, 0, sizeof out);
    if (has_pi(kind)) {
        out.pi_flags = get16_as(p, is_big_endian(VNIC__ENDIAN_NATIVE));
        out.ethertype = vnic__get16(p + 2);
        p += PI_LEN;
    }
    if (has_vnet(kind)) {
        decode_vnet(kind, p, &out);
    }
    if (kind->kind == VNIC__LINK_OBSD) {
        decode_obsd(p, &out);
        p += OBSD_LEN;
    }
    if (has_af(kind)) {
        uint32_t family = vnic__get32(p);

        out.ethertype = family == kind->af_inet    ? VNIC_ETHERTYPE_IPV4
                        : family == kind->af_inet6 ? VNIC_ETHERTYPE_IPV6
                                                   : 0;
    }
    *ret = out;
    return VNIC_OK;
}

int vnic__frame_encode(const struct vnic__frame_kind *kind, const uint8_t *pkt, size_t pkt_len,
                       const struct vnic__frame_meta *meta, uint8_t *ret_hdr)
{
    static const struct vnic__frame_meta plain;
    uint8_t *p = ret_hdr;
    uint16_t type;
    int rc = vnic__frame_kind_check(kind);

    if (rc != VNIC_OK) {
        return rc;
    }
    meta = meta != NULL ? meta : &plain;
    type = meta->ethertype != 0 ? meta->ethertype : vnic__frame_ethertype(pkt, pkt_len, kind->tap);
    if ((has_pi(kind) && type == 0) ||
        (has_af(kind) && type != VNIC_ETHERTYPE_IPV4 && type != VNIC_ETHERTYPE_IPV6)) {
        return VNIC_EINVAL;
    }
    if (has_pi(kind)) {
        put16_as(p, meta->pi_flags, is_big_endian(VNIC__ENDIAN_NATIVE));
        vnic__put16(p + 2, type);
        p += PI_LEN;
    }
    if (has_vnet(kind)) {
        encode_vnet(kind, meta, p);
    }
    if (kind->kind == VNIC__LINK_OBSD) {
        encode_obsd(meta, p);
        p += OBSD_LEN;
    }
    if (has_af(kind)) {
        vnic__put32(p, type == VNIC_ETHERTYPE_IPV4 ? kind->af_inet : kind->af_inet6);
    }
    return VNIC_OK;
}

/* The rules are those of Linux include/linux/virtio_net.h virtio_net_hdr_to_skb() and
 * drivers/net/tun.c tun_get_user(), which refuses a packet that breaks them. */
int vnic__frame_check(const struct vnic__frame_meta *meta, size_t pkt_len)
{
    uint8_t type = meta->gso_type & (uint8_t)~VNIC__GSO_ECN;
    uint8_t tunnel = type & (VNIC__GSO_UDP_TUNNEL_IPV4 | VNIC__GSO_UDP_TUNNEL_IPV6);
    int tcp;

    if ((meta->vnet_flags & VNIC__VNET_NEEDS_CSUM) != 0 &&
        (size_t)meta->csum_start + meta->csum_offset + 2 > pkt_len) {
        return VNIC_EINVAL;
    }
    if (meta->hdr_len > pkt_len) {
        return VNIC_EINVAL;
    }
    if (tunnel != 0 &&
        (tunnel == (VNIC__GSO_UDP_TUNNEL_IPV4 | VNIC__GSO_UDP_TUNNEL_IPV6) ||
         meta->outer_th_offset >= meta->inner_nh_offset || meta->inner_nh_offset >= pkt_len)) {
        return VNIC_EINVAL;
    }
    type ^= tunnel;
    if (type == VNIC__GSO_NONE) {
        return tunnel == 0 && meta->gso_type == 0 ? VNIC_OK : VNIC_EINVAL;
    }
    tcp = type == VNIC__GSO_TCPV4 || type == VNIC__GSO_TCPV6;
    if (!tcp && type != VNIC__GSO_UDP && type != VNIC__GSO_UDP_L4) {
        return VNIC_EINVAL;
    }
    if (!tcp && (meta->gso_type & VNIC__GSO_ECN) != 0) {
        return VNIC_EINVAL;
    }
    return meta->gso_size == 0 ? VNIC_EINVAL : VNIC_OK;
}
