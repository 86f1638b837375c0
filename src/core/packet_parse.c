/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the headers of a packet. A cursor walks over the data; `end` is where the packet ends by its
 * own word, or where the data end if that comes first. No byte at or behind `end` is read.
 */
#include <string.h>

#include "bytes.h"
#include "vnic/packet.h"

struct cursor {
    const uint8_t *data;
    uint32_t pos;
    uint32_t end;
    int cut; /* the data end before the length that the IP header claims */
    struct vnic_parsed *out;
};

static int has_bytes(const struct cursor *c, uint32_t n)
{
    return c->end - c->pos >= n;
}

/* What a header that is not complete means: the data were cut, or an outer length is wrong. */
static int short_header(const struct cursor *c)
{
    return c->cut || (c->out->layers & (VNIC_HAS_IPV4 | VNIC_HAS_IPV6)) == 0 ? VNIC_EMSGSIZE
                                                                             : VNIC_EINVAL;
}

static void take_l4(struct cursor *c, uint32_t layer, uint32_t len)
{
    c->out->layers |= layer;
    c->out->l4_offset = c->pos;
    c->out->l4_len = len;
    c->pos += len;
}

static int parse_tcp(struct cursor *c)
{
    const uint8_t *p = c->data + c->pos;
    uint32_t len;

    if (!has_bytes(c, 20)) {
        return short_header(c);
    }
    len = (uint32_t)(p[12] >> 4) * 4;
    if (len < 20) {
        return VNIC_EINVAL;
    }
    if (!has_bytes(c, len)) {
        return short_header(c);
    }
    c->out->src_port = vnic__get16(p);
    c->out->dst_port = vnic__get16(p + 2);
    c->out->tcp_flags = p[13];
    take_l4(c, VNIC_HAS_TCP, len);
    return VNIC_OK;
}

static int parse_udp(struct cursor *c)
{
    const uint8_t *p = c->data + c->pos;
    uint32_t len;

    if (!has_bytes(c, 8)) {
        return short_header(c);
    }
    len = vnic__get16(p + 4);
    /* The first fragment states the length of the whole datagram; cut data end before it. */
    if (len < 8 || (len > c->end - c->pos && !c->cut && !c->out->frag_more)) {
        return VNIC_EINVAL;
    }
    c->out->src_port = vnic__get16(p);
    c->out->dst_port = vnic__get16(p + 2);
    if (len < c->end - c->pos) {
        c->end = c->pos + len;
    }
    take_l4(c, VNIC_HAS_UDP, 8);
    return VNIC_OK;
}

static int parse_icmp(struct cursor *c, uint32_t layer, uint32_t len)
{
    if (!has_bytes(c, len)) {
        return short_header(c);
    }
    c->out->icmp_type = c->data[c->pos];
    c->out->icmp_code = c->data[c->pos + 1];
    take_l4(c, layer, len);
    return VNIC_OK;
}

static int parse_l4(struct cursor *c)
{
    const struct vnic_parsed *out = c->out;

    if (out->frag_offset != 0) {
        return VNIC_OK;
    }
    switch (out->ip_proto) {
    case VNIC_IPPROTO_TCP:
        return parse_tcp(c);
    case VNIC_IPPROTO_UDP:
        return parse_udp(c);
    case VNIC_IPPROTO_ICMP:
        return out->ip_version == 4 ? parse_icmp(c, VNIC_HAS_ICMP, 8) : VNIC_OK;
    case VNIC_IPPROTO_ICMPV6:
        return out->ip_version == 6 ? parse_icmp(c, VNIC_HAS_ICMPV6, 4) : VNIC_OK;
    default:
        return VNIC_OK;
    }
}

/* Sets the end of the packet from the length that the IP header claims. */
static void claim_len(struct cursor *c, uint32_t total)
{
    if (total > c->end - c->pos) {
        c->cut = 1;
    } else {
        c->end = c->pos + total;
        c->out->packet_len = c->end;
    }
}

/* Walks the options of RFC 791 to find a source route; their contents do not matter otherwise. */
static int parse_ipv4_options(struct cursor *c, const uint8_t *p, uint32_t len)
{
    uint32_t i = 0;

    while (i < len && p[i] != 0) {
        if (p[i] == 1) {
            i++;
            continue;
        }
        if (len - i < 2 || p[i + 1] < 2 || p[i + 1] > len - i) {
            return VNIC_EINVAL;
        }
        if (p[i] == 131 || p[i] == 137) {
            c->out->layers |= VNIC_HAS_ROUTING;
        }
        i += p[i + 1];
    }
    return VNIC_OK;
}

static int parse_ipv4(struct cursor *c)
{
    struct vnic_parsed *out = c->out;
    const uint8_t *p = c->data + c->pos;
    uint32_t len, total, fragment;

    if (!has_bytes(c, 20)) {
        return VNIC_EMSGSIZE;
    }
    len = (uint32_t)(p[0] & 15) * 4;
    total = vnic__get16(p + 2);
    if (p[0] >> 4 != 4 || len < 20 || total < len) {
        return VNIC_EINVAL;
    }
    if (!has_bytes(c, len)) {
        return VNIC_EMSGSIZE;
    }
    fragment = vnic__get16(p + 6);
    out->layers |= VNIC_HAS_IPV4 | (len > 20 ? VNIC_HAS_OPTIONS : 0);
    out->l3_offset = c->pos;
    out->l3_len = len;
    out->ip_version = 4;
    out->ip_tos = p[1];
    out->ip_ttl = p[8];
    out->ip_proto = p[9];
    out->frag_id = vnic__get16(p + 4);
    out->frag_more = fragment >> 13 & 1;
    out->frag_offset = (fragment & 0x1FFF) * 8;
    if (out->frag_more || out->frag_offset != 0) {
        out->layers |= VNIC_HAS_FRAGMENT;
    }
    claim_len(c, total);
    c->pos += len;
    return parse_ipv4_options(c, p + 20, len - 20);
}

/* Extension headers in the form of RFC 6564, whose second byte is a length; ESP ends the walk. */
static int is_extension(uint8_t next)
{
    return next == 0 || next == 43 || next == 44 || next == 51 || next == 60 || next == 135 ||
           next == 139 || next == 140;
}

/* One extension header at the cursor; its kind is out->ip_proto, which becomes the next one. */
static int parse_extension(struct cursor *c)
{
    struct vnic_parsed *out = c->out;
    const uint8_t *p = c->data + c->pos;
    uint32_t len;

    if (!has_bytes(c, 8)) {
        return short_header(c);
    }
    if (out->ip_proto == 44) {
        len = 8;
        out->layers |= VNIC_HAS_FRAGMENT;
        out->frag_offset = vnic__get16(p + 2) & 0xFFF8u;
        out->frag_more = p[3] & 1;
        out->frag_id = vnic__get32(p + 4);
    } else if (out->ip_proto == 51) {
        len = ((uint32_t)p[1] + 2) * 4;
    } else {
        len = ((uint32_t)p[1] + 1) * 8;
    }
    if (!has_bytes(c, len)) {
        return short_header(c);
    }
    out->layers |= VNIC_HAS_OPTIONS | (out->ip_proto == 43 ? VNIC_HAS_ROUTING : 0);
    out->ip_proto = p[0];
    out->ext_count++;
    out->l3_len += len;
    c->pos += len;
    return VNIC_OK;
}

static int parse_ipv6(struct cursor *c)
{
    struct vnic_parsed *out = c->out;
    const uint8_t *p = c->data + c->pos;
    int rc = VNIC_OK;

    if (!has_bytes(c, 40)) {
        return VNIC_EMSGSIZE;
    }
    if (p[0] >> 4 != 6) {
        return VNIC_EINVAL;
    }
    out->layers |= VNIC_HAS_IPV6;
    out->l3_offset = c->pos;
    out->l3_len = 40;
    out->ip_version = 6;
    out->ip_tos = (uint8_t)(p[0] << 4 | p[1] >> 4);
    out->ip_ttl = p[7];
    out->ip_proto = p[6];
    /* A jumbogram (RFC 2675) states 0 here: nothing claims its end, the data are all there is. */
    if (vnic__get16(p + 4) != 0 || p[6] != 0) {
        claim_len(c, 40 + (uint32_t)vnic__get16(p + 4));
    }
    c->pos += 40;
    while (rc == VNIC_OK && out->frag_offset == 0 && is_extension(out->ip_proto)) {
        rc = out->ext_count < VNIC_PARSE_MAX_EXT ? parse_extension(c) : VNIC_EINVAL;
    }
    return rc;
}

static int parse_arp(struct cursor *c)
{
    struct vnic_parsed *out = c->out;
    const uint8_t *p = c->data + c->pos;
    uint32_t len;
    int known;

    if (!has_bytes(c, 8)) {
        return VNIC_EMSGSIZE;
    }
    /* Two addresses of each kind, of the lengths that the header states. */
    len = 8 + 2 * ((uint32_t)p[4] + p[5]);
    known = vnic__get16(p) == 1 && vnic__get16(p + 2) == VNIC_ETHERTYPE_IPV4;
    if (known && (p[4] != 6 || p[5] != 4)) {
        return VNIC_EINVAL;
    }
    if (!has_bytes(c, len)) {
        return VNIC_EMSGSIZE;
    }
    /* Other hardware and protocols than Ethernet and IPv4 are left to those who know them. */
    if (!known) {
        return VNIC_OK;
    }
    out->layers |= VNIC_HAS_ARP;
    out->l3_offset = c->pos;
    out->l3_len = len;
    out->arp_op = vnic__get16(p + 6);
    claim_len(c, len);
    c->pos += len;
    return VNIC_OK;
}

static int parse_ethernet(struct cursor *c)
{
    struct vnic_parsed *out = c->out;
    uint16_t type;

    if (!has_bytes(c, 14)) {
        return VNIC_EMSGSIZE;
    }
    out->layers |= VNIC_HAS_ETHERNET;
    type = vnic__get16(c->data + 12);
    c->pos = 14;
    while ((type == VNIC_ETHERTYPE_VLAN || type == VNIC_ETHERTYPE_QINQ) &&
           out->vlan_count < VNIC_PARSE_MAX_VLAN) {
        if (!has_bytes(c, 4)) {
            return VNIC_EMSGSIZE;
        }
        out->layers |= VNIC_HAS_VLAN;
        out->vlan_tci[out->vlan_count++] = vnic__get16(c->data + c->pos);
        type = vnic__get16(c->data + c->pos + 2);
        c->pos += 4;
    }
    out->ethertype = type;
    return VNIC_OK;
}

/* TUN packets have no EtherType; their first four bits say what they are. */
static int parse_version(struct cursor *c)
{
    if (!has_bytes(c, 1)) {
        return VNIC_EMSGSIZE;
    }
    switch (c->data[0] >> 4) {
    case 4:
        c->out->ethertype = VNIC_ETHERTYPE_IPV4;
        return VNIC_OK;
    case 6:
        c->out->ethertype = VNIC_ETHERTYPE_IPV6;
        return VNIC_OK;
    default:
        return VNIC_EINVAL;
    }
}

static int parse_network(struct cursor *c)
{
    int rc;

    switch (c->out->ethertype) {
    case VNIC_ETHERTYPE_ARP:
        return parse_arp(c);
    case VNIC_ETHERTYPE_IPV4:
        rc = parse_ipv4(c);
        break;
    case VNIC_ETHERTYPE_IPV6:
        rc = parse_ipv6(c);
        break;
    default:
        return VNIC_OK;
    }
    if (rc == VNIC_OK) {
        rc = parse_l4(c);
    }
    return rc == VNIC_OK && c->cut ? VNIC_EMSGSIZE : rc;
}

int vnic_parse(const void *data, size_t len, uint32_t layer, struct vnic_parsed *ret)
{
    struct cursor c = {data, 0, (uint32_t)len, 0, ret};
    int rc;

    if (data == NULL || ret == NULL || len >> 16 >> 16 != 0 ||
        (layer != VNIC_TUN && layer != VNIC_TAP)) {
        return VNIC_EINVAL;
    }
    memset(ret, 0, sizeof *ret);
    ret->packet_len = (uint32_t)len;
    rc = layer == VNIC_TAP ? parse_ethernet(&c) : parse_version(&c);
    if (rc == VNIC_OK) {
        rc = parse_network(&c);
    }
    ret->payload_offset = c.pos;
    ret->payload_len = c.end - c.pos;
    return rc;
}

int vnic_parse_ip(const void *data, size_t len, struct vnic_parsed *ret)
{
    return vnic_parse(data, len, VNIC_TUN, ret);
}
