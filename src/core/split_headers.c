/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks a super-packet and makes the headers that its segments share. A cursor walks over the headers;
 * none of the packet's own words about where they are is trusted. What is refused is what Linux's
 * segmentation would refuse or turn into something else than was meant.
 */
#include "split.h"

#include <string.h>

#include "bytes.h"
#include "vnic/packet.h"

#define ETHERNET_MIN 60u /* IEEE 802.3 section 3.2.8: 64 with the frame check sequence */
#define IP_LEN_MAX 65535u
#define SEGMENTS_MAX 65535u

struct walk {
    const uint8_t *data;
    uint32_t pos;
    uint32_t len;
    uint32_t min_len; /* a frame of no more bytes may have padding */
    uint8_t proto;
    uint8_t routed; /* the final destination may be another than that of the IP header */
};

static int has_room(const struct walk *w, uint32_t n)
{
    return w->len - w->pos >= n;
}

/* Ethernet with up to two tags; returns the EtherType, or 0. */
static uint16_t walk_ethernet(struct walk *w)
{
    uint16_t type;
    int tags = 0;

    if (!has_room(w, 14)) {
        return 0;
    }
    type = vnic__get16(w->data + 12);
    w->pos = 14;
    w->min_len = ETHERNET_MIN;
    while ((type == VNIC_ETHERTYPE_VLAN || type == VNIC_ETHERTYPE_QINQ) &&
           tags++ < VNIC_PARSE_MAX_VLAN) {
        if (!has_room(w, 4)) {
            return 0;
        }
        type = vnic__get16(w->data + w->pos + 2);
        w->pos += 4;
        w->min_len += 4;
    }
    return type;
}

/* Puts the cursor on the IP header and returns its version, or 0. */
static uint32_t walk_to_ip(struct walk *w, uint32_t layer)
{
    uint16_t type = layer == VNIC_TAP ? walk_ethernet(w) : 0;
    uint32_t version = has_room(w, 1) ? w->data[w->pos] >> 4 : 0;

    if (layer == VNIC_TAP && type != (version == 4 ? VNIC_ETHERTYPE_IPV4 : VNIC_ETHERTYPE_IPV6)) {
        return 0;
    }
    return version == 4 || version == 6 ? version : 0;
}

/* What the IP header says of its packet's length, 0 if nothing. Only behind the payload of a frame of
 * minimal size may be something else. */
static int claim_length(struct walk *w, uint32_t claimed)
{
    if (claimed > w->len - w->pos) {
        return VNIC_EINVAL;
    }
    if (claimed != 0 && w->len <= w->min_len) {
        w->len = w->pos + claimed;
    }
    return VNIC_OK;
}

/* Walks the options of RFC 791 to find source routes, loose 131 and strict 137. */
static int walk_ipv4_options(struct walk *w, const uint8_t *options, uint32_t len)
{
    uint32_t i = 0;

    while (i < len && options[i] != 0) {
        if (options[i] == 1) {
            i++;
            continue;
        }
        if (len - i < 2 || options[i + 1] < 2 || options[i + 1] > len - i) {
            return VNIC_EINVAL;
        }
        w->routed |= options[i] == 131 || options[i] == 137;
        i += options[i + 1];
    }
    return VNIC_OK;
}

static int walk_ipv4(struct walk *w)
{
    const uint8_t *p = w->data + w->pos;
    uint32_t hdr_len;

    if (!has_room(w, 20)) {
        return VNIC_EINVAL;
    }
    hdr_len = (p[0] & 15u) * 4;
    if (hdr_len < 20 || claim_length(w, vnic__get16(p + 2)) != VNIC_OK || !has_room(w, hdr_len) ||
        (vnic__get16(p + 6) & 0x3FFF) != 0) {
        return VNIC_EINVAL;
    }
    w->proto = p[9];
    w->pos += hdr_len;
    return walk_ipv4_options(w, p + 20, hdr_len - 20);
}

/* The extension headers that Linux's segmentation passes over, net/ipv6/exthdrs_offload.c: hop-by-hop 0,
 * routing 43 and destination options 60. */
static int walk_extensions(struct walk *w)
{
    int count = 0;

    while (w->proto == 0 || w->proto == 43 || w->proto == 60) {
        const uint8_t *p = w->data + w->pos;
        uint32_t len;

        if (!has_room(w, 8) || ++count > VNIC_PARSE_MAX_EXT) {
            return VNIC_EINVAL;
        }
        len = (p[1] + 1u) * 8;
        if (!has_room(w, len)) {
            return VNIC_EINVAL;
        }
        w->routed |= w->proto == 43;
        w->proto = p[0];
        w->pos += len;
    }
    return VNIC_OK;
}

static int walk_ipv6(struct walk *w)
{
    const uint8_t *p = w->data + w->pos;
    uint32_t payload_len;

    if (!has_room(w, 40)) {
        return VNIC_EINVAL;
    }
    payload_len = vnic__get16(p + 4);
    w->proto = p[6];
    if (payload_len == 0 && w->proto == 0) {
        /* The length is in a jumbo option (RFC 2675), which no segment may have. */
        return VNIC_ENOTSUP;
    }
    if (claim_length(w, payload_len == 0 ? 0 : 40 + payload_len) != VNIC_OK) {
        return VNIC_EINVAL;
    }
    w->pos += 40;
    return walk_extensions(w);
}

/* Walks over the layer 4 header that the type needs. */
static int walk_l4(struct walk *w, uint32_t version, uint32_t gso_type)
{
    uint32_t len = 8;

    if (gso_type == VNIC_GSO_UDP_L4) {
        if (w->proto != VNIC_IPPROTO_UDP || !has_room(w, 8)) {
            return VNIC_EINVAL;
        }
    } else {
        if (w->proto != VNIC_IPPROTO_TCP || (version == 4) != (gso_type == VNIC_GSO_TCPV4) ||
            !has_room(w, 20)) {
            return VNIC_EINVAL;
        }
        len = (uint32_t)(w->data[w->pos + 12] >> 4) * 4;
        if (len < 20 || !has_room(w, len)) {
            return VNIC_EINVAL;
        }
    }
    w->pos += len;
    return w->pos > VNIC_SPLIT_HDR_MAX ? VNIC_ENOTSUP : VNIC_OK;
}

/* Where everything is; the cursor ends at the payload. */
static int walk_headers(struct walk *w, struct vnic__split *s, uint32_t layer, uint32_t gso_type)
{
    uint32_t version = walk_to_ip(w, layer);
    int rc;

    if (version == 0) {
        return VNIC_EINVAL;
    }
    s->ip_version = (uint8_t)version;
    s->l3_offset = (uint16_t)w->pos;
    rc = version == 4 ? walk_ipv4(w) : walk_ipv6(w);
    if (rc == VNIC_OK) {
        s->l4_offset = (uint16_t)w->pos;
        rc = walk_l4(w, version, gso_type);
    }
    s->ip_proto = w->proto;
    s->hdr_len = (uint16_t)w->pos;
    s->csum_start = s->l4_offset;
    s->csum_offset = w->proto == VNIC_IPPROTO_TCP ? 16 : 6;
    return rc;
}

static int count_segments(struct vnic__split *s, const struct walk *w, uint32_t gso_size)
{
    uint32_t not_counted = s->l3_offset + (s->ip_version == 6 ? 40u : 0u);

    s->payload_len = w->len - w->pos;
    s->segment_len = gso_size < s->payload_len ? gso_size : s->payload_len;
    if (gso_size == 0 || s->hdr_len - not_counted + s->segment_len > IP_LEN_MAX) {
        return VNIC_EINVAL;
    }
    s->left = s->payload_len == 0 ? 1 : (s->payload_len - 1) / s->segment_len + 1;
    return s->left > SEGMENTS_MAX ? VNIC_EINVAL : VNIC_OK;
}

static uint32_t sum_words(const uint8_t *p, uint32_t len)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < len; i += 2) {
        sum += vnic__get16(p + i);
    }
    return sum;
}

/* The pseudo header without its length. A partial checksum has it, with the length of all: taken from
 * there it also is right where the final destination stands in a routing header. */
static void take_pseudo(struct vnic__split *s, int partial)
{
    const uint8_t *ip = s->data + s->l3_offset;
    uint32_t l4_len = s->hdr_len - s->l4_offset + s->payload_len;

    if (partial) {
        s->pseudo_sum = vnic__get16(s->data + s->csum_start + s->csum_offset) + 0xFFFFu -
                        vnic__sum_fold(l4_len);
    } else {
        s->pseudo_sum =
            s->ip_proto + (s->ip_version == 4 ? sum_words(ip + 12, 8) : sum_words(ip + 8, 32));
    }
}

/* A complete checksum of the super-packet must be right, or segments with new ones would hide that it
 * is not. */
static int verify(const struct vnic__split *s)
{
    const uint8_t *ip = s->data + s->l3_offset;
    uint32_t len = s->hdr_len - s->l4_offset + s->payload_len;
    uint64_t sum;

    if (s->ip_version == 4) {
        uint8_t long_len[4];

        vnic__put32(long_len, len);
        sum = vnic_checksum_pseudo4(ip + 12, ip + 16, s->ip_proto, 0);
        sum = vnic_checksum_add(sum, long_len, sizeof long_len);
    } else {
        sum = vnic_checksum_pseudo6(ip + 8, ip + 24, s->ip_proto, len);
    }
    sum = vnic_checksum_add(sum, s->data + s->l4_offset, len);
    return vnic_checksum_fold(sum) == 0 ? VNIC_OK : VNIC_EINVAL;
}

/* What becomes of the checksum. */
static int decide_sums(struct vnic__split *s, const struct vnic_packet *packet, uint8_t routed,
                       uint32_t flags)
{
    int partial = packet->csum == VNIC_CSUM_PARTIAL;
    const uint8_t *field = s->data + s->csum_start + s->csum_offset;

    if (partial && (packet->csum_start != s->csum_start || packet->csum_offset != s->csum_offset)) {
        return VNIC_EINVAL;
    }
    if (!partial && s->ip_proto == VNIC_IPPROTO_UDP && vnic__get16(field) == 0) {
        s->sums = VNIC__SPLIT_KEEP;
        s->csum = packet->csum;
        return VNIC_OK;
    }
    if (!partial && routed) {
        return VNIC_ENOTSUP;
    }
    if (packet->csum == VNIC_CSUM_UNKNOWN && verify(s) != VNIC_OK) {
        return VNIC_EINVAL;
    }
    s->sums = (flags & VNIC_SPLIT_PARTIAL) != 0 ? VNIC__SPLIT_PARTIAL : VNIC__SPLIT_COMPLETE;
    s->csum = (flags & VNIC_SPLIT_PARTIAL) != 0 ? VNIC_CSUM_PARTIAL : VNIC_CSUM_VALID;
    take_pseudo(s, partial);
    return VNIC_OK;
}

/* Keeps the headers; what changes from one segment to the next becomes 0 and leaves the sums. */
static void take_headers(struct vnic__split *s)
{
    uint8_t *ip = s->head + s->l3_offset;
    uint8_t *l4 = s->head + s->l4_offset;

    memcpy(s->head, s->data, s->hdr_len);
    if (s->ip_version == 4) {
        s->ip_id = vnic__get16(ip + 4);
        vnic__put32(ip + 2, 0);
        vnic__put16(ip + 10, 0);
        s->ip_sum = sum_words(ip, (uint32_t)s->l4_offset - s->l3_offset);
    }
    if (s->ip_proto == VNIC_IPPROTO_TCP) {
        s->seq = vnic__get32(l4 + 4);
        s->tcp_word = vnic__get16(l4 + 12);
        vnic__put32(l4 + 4, 0);
        vnic__put16(l4 + 12, 0);
    } else {
        vnic__put16(l4 + 4, 0);
    }
    vnic__put16(l4 + s->csum_offset, 0);
    s->l4_sum = s->pseudo_sum + sum_words(l4, (uint32_t)s->hdr_len - s->l4_offset);
}

int vnic__split_headers(struct vnic__split *s, const struct vnic_packet *packet, uint32_t layer,
                        uint32_t flags)
{
    struct walk w = {packet->data, 0, packet->len, 0, 0, 0};
    int rc = walk_headers(&w, s, layer, packet->gso_type & ~VNIC_GSO_ECN);

    if (rc == VNIC_OK) {
        rc = count_segments(s, &w, packet->gso_size);
    }
    if (rc == VNIC_OK) {
        rc = decide_sums(s, packet, w.routed, flags);
    }
    if (rc == VNIC_OK) {
        take_headers(s);
    }
    return rc;
}
