/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says what a packet is to a plan, from its headers alone. This runs for every packet that is sent, so
 * it looks at what merging needs and at nothing else; vnic_parse() would be the slower half of a plan.
 */
#include "bytes.h"
#include "merge.h"
#include "vnic/packet.h"

/* IPv6 extension headers, RFC 8200 section 4. */
#define EXT_HOP_BY_HOP 0u
#define EXT_ROUTING 43u
#define EXT_FRAGMENT 44u
#define EXT_DESTINATION 60u

/* No sender needs more bytes of them; what has more passes as another protocol does. */
#define EXT_LEN_MAX 4096u

/* Where the IP header of a frame begins, behind its tags; 0: none is there. */
static uint32_t class_ethernet(const uint8_t *data, uint32_t len)
{
    uint32_t at = 12;
    uint16_t type;
    uint8_t version;

    for (int tags = 0;; tags++) {
        if (len < at + 3) {
            return 0;
        }
        type = vnic__get16(data + at);
        if ((type != VNIC_ETHERTYPE_VLAN && type != VNIC_ETHERTYPE_QINQ) ||
            tags == VNIC_PARSE_MAX_VLAN) {
            break;
        }
        at += 4;
    }
    version = data[at + 2] >> 4;
    if ((type != VNIC_ETHERTYPE_IPV4 || version != 4) &&
        (type != VNIC_ETHERTYPE_IPV6 || version != 6)) {
        return 0;
    }
    return at + 2;
}

/* The two protocols that can be merged; a set bit of `kind` for UDP. */
static int class_protocol(struct vnic__merge_view *v, uint8_t proto)
{
    v->kind |= proto == VNIC_IPPROTO_UDP ? VNIC__MERGE_UDP : 0;
    return proto == VNIC_IPPROTO_TCP || proto == VNIC_IPPROTO_UDP;
}

static enum vnic__merge_verdict class_ipv4(struct vnic__merge_view *v)
{
    const uint8_t *ip = v->data + v->l3;
    uint32_t room = v->len - v->l3, hdr_len;
    uint16_t fragment;

    v->kind = 0;
    if (room < 20 || !class_protocol(v, ip[9])) {
        return VNIC__MERGE_OTHER;
    }
    fragment = vnic__get16(ip + 6);
    if ((fragment & 0x3FFF) != 0) {
        return VNIC__MERGE_BARRIER;
    }
    hdr_len = (uint32_t)(ip[0] & 15) * 4;
    if (hdr_len < 20 || room < hdr_len + 4) {
        return VNIC__MERGE_OTHER;
    }
    v->l4 = (uint16_t)(v->l3 + hdr_len);
    v->id = vnic__get16(ip + 4);
    v->counts = (fragment & 0x4000) == 0;
    /* The reserved bit is nobody's, so it is left to those who have set it. */
    if (hdr_len != 20 || (fragment & 0x8000) != 0 || vnic__get16(ip + 2) != room) {
        return VNIC__MERGE_ALONE;
    }
    return VNIC__MERGE_FITS;
}

/* Walks over extension headers to layer 4. */
static enum vnic__merge_verdict class_ipv6(struct vnic__merge_view *v)
{
    const uint8_t *ip = v->data + v->l3;
    uint32_t room = v->len - v->l3, at = 40;
    enum vnic__merge_verdict verdict = VNIC__MERGE_FITS;
    uint8_t next;

    v->kind = VNIC__MERGE_V6;
    v->counts = 0;
    if (room < 44) {
        return VNIC__MERGE_OTHER;
    }
    if (vnic__get16(ip + 4) + 40u != room) {
        verdict = VNIC__MERGE_ALONE;
    }
    next = ip[6];
    while (next == EXT_HOP_BY_HOP || next == EXT_ROUTING || next == EXT_DESTINATION) {
        /* The pseudo header has another destination then, which is not worth the search. */
        verdict = next == EXT_ROUTING ? VNIC__MERGE_ALONE : verdict;
        next = ip[at];
        at += ((uint32_t)ip[at + 1] + 1) * 8;
        /* Such a length also keeps the offsets below 65536. */
        if (room < at + 4 || at > EXT_LEN_MAX) {
            return VNIC__MERGE_OTHER;
        }
    }
    if (next == EXT_FRAGMENT) {
        return VNIC__MERGE_BARRIER;
    }
    v->l4 = (uint16_t)(v->l3 + at);
    return class_protocol(v, next) ? verdict : VNIC__MERGE_OTHER;
}

static enum vnic__merge_verdict class_tcp(struct vnic__merge_view *v)
{
    const uint8_t *tcp = v->data + v->l4;
    uint32_t len = v->len - v->l4, hdr_len;

    if (len < 20) {
        return VNIC__MERGE_ALONE;
    }
    hdr_len = (uint32_t)(tcp[12] >> 4) * 4;
    v->flags = tcp[13];
    v->seq = vnic__get32(tcp + 4);
    /* The other four bits of byte 12 are flags too, reserved or of accurate ECN (RFC 9768). */
    if (hdr_len < 20 || len <= hdr_len || (tcp[12] & 15) != 0 ||
        (v->flags & ~(VNIC__MERGE_FIN | VNIC__MERGE_PSH | VNIC__MERGE_ECE)) != VNIC__MERGE_ACK) {
        return VNIC__MERGE_ALONE;
    }
    v->hdr_len = (uint16_t)(v->l4 + hdr_len);
    v->payload = (uint16_t)(len - hdr_len);
    return VNIC__MERGE_FITS;
}

static enum vnic__merge_verdict class_udp(struct vnic__merge_view *v)
{
    uint32_t len = v->len - v->l4;

    if (len <= 8 || vnic__get16(v->data + v->l4 + 4) != len) {
        return VNIC__MERGE_ALONE;
    }
    v->flags = 0;
    v->seq = 0;
    v->hdr_len = (uint16_t)(v->l4 + 8);
    v->payload = (uint16_t)(len - 8);
    return VNIC__MERGE_FITS;
}

/* What the caller says about the packet, and the field of the checksum. */
static enum vnic__merge_verdict class_sum(struct vnic__merge_view *v,
                                          const struct vnic_packet *packet)
{
    int udp = (v->kind & VNIC__MERGE_UDP) != 0;
    uint16_t offset = udp ? 6 : 16;

    if (packet->csum > VNIC_CSUM_TRUSTED) {
        return VNIC__MERGE_ALONE;
    }
    v->known = packet->csum != VNIC_CSUM_UNKNOWN;
    if (packet->csum == VNIC_CSUM_PARTIAL) {
        return packet->csum_start == v->l4 && packet->csum_offset == offset ? VNIC__MERGE_FITS
                                                                            : VNIC__MERGE_ALONE;
    }
    /*
     * Each of the two has one value that no splitting gives: 0 says that a datagram has no checksum
     * (RFC 768), and 0xFFFF would be 0 in TCP, although it verifies.
     */
    return vnic__get16(v->data + v->l4 + offset) == (udp ? 0 : 0xFFFF) ? VNIC__MERGE_ALONE
                                                                       : VNIC__MERGE_FITS;
}

enum vnic__merge_verdict vnic__merge_classify(const struct vnic_merge *m,
                                              const struct vnic_packet *packet,
                                              struct vnic__merge_view *ret)
{
    enum vnic__merge_verdict verdict = VNIC__MERGE_OTHER;
    uint32_t l3 = 0;

    ret->data = packet->data;
    ret->len = packet->len;
    if (m->rules.layer == VNIC_TAP) {
        l3 = class_ethernet(packet->data, packet->len);
        if (l3 == 0) {
            return VNIC__MERGE_OTHER;
        }
    }
    ret->l3 = (uint16_t)l3;
    if (packet->data[l3] >> 4 == 4) {
        verdict = class_ipv4(ret);
    } else if (packet->data[l3] >> 4 == 6) {
        verdict = class_ipv6(ret);
    }
    if (verdict <= VNIC__MERGE_BARRIER) {
        return verdict;
    }
    if ((m->kinds & 1u << ret->kind) == 0) {
        return VNIC__MERGE_OTHER;
    }
    if (packet->gso_type != VNIC_GSO_NONE || packet->vlan_tci != 0) {
        return VNIC__MERGE_ALONE;
    }
    if (verdict == VNIC__MERGE_FITS) {
        verdict = (ret->kind & VNIC__MERGE_UDP) != 0 ? class_udp(ret) : class_tcp(ret);
    }
    if (verdict == VNIC__MERGE_FITS && ret->hdr_len <= VNIC_SPLIT_HDR_MAX) {
        ret->layout = vnic__merge_layout(ret);
        return class_sum(ret, packet);
    }
    return VNIC__MERGE_ALONE;
}
