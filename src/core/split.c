/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits super-packets. The headers are made once; a segment gets a copy of them in which the few fields
 * that count up are set, and its checksum is the sum of those fields, of the rest of the headers, which
 * is known, and of its payload.
 */
#include "split.h"

#include <string.h>

#include "bytes.h"
#include "vnic/packet.h"

static struct vnic__split *inside(struct vnic_split *split)
{
    return (struct vnic__split *)split;
}

/* A sum of words as numbers in the form that vnic_checksum_add() goes on with: native words. */
static uint64_t machine_sum(uint32_t sum)
{
    uint8_t bytes[2];
    uint16_t word;

    vnic__put16(bytes, vnic__sum_fold(sum));
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* A packet that is no super-packet: one segment, all of it payload. */
static int begin_plain(struct vnic__split *s, const struct vnic_packet *packet, uint32_t flags)
{
    uint32_t end = (uint32_t)packet->csum_start + packet->csum_offset + 2;

    s->payload_len = packet->len;
    s->segment_len = packet->len;
    s->csum = packet->csum;
    s->sums = VNIC__SPLIT_KEEP;
    if (packet->csum == VNIC_CSUM_PARTIAL) {
        if (end > packet->len) {
            return VNIC_EINVAL;
        }
        s->csum_start = packet->csum_start;
        s->csum_offset = packet->csum_offset;
        if ((flags & VNIC_SPLIT_PARTIAL) == 0) {
            s->sums = VNIC__SPLIT_COMPLETE;
            s->csum = VNIC_CSUM_VALID;
        }
    }
    s->left = 1;
    return s->sums == VNIC__SPLIT_COMPLETE && end > VNIC_SPLIT_HDR_MAX ? VNIC_ENOTSUP : VNIC_OK;
}

/* What the type asks for: 1 to be split, 0 no super-packet, or VNIC_E…. */
static int check_type(uint8_t gso_type)
{
    switch (gso_type) {
    case VNIC_GSO_NONE:
        return 0;
    case VNIC_GSO_TCPV4:
    case VNIC_GSO_TCPV6:
    case VNIC_GSO_UDP_L4:
    case VNIC_GSO_TCPV4 | VNIC_GSO_ECN:
    case VNIC_GSO_TCPV6 | VNIC_GSO_ECN:
        return 1;
    case VNIC_GSO_ECN:
    case VNIC_GSO_UDP_L4 | VNIC_GSO_ECN:
        return VNIC_EINVAL;
    default:
        return VNIC_ENOTSUP;
    }
}

int vnic_split_begin(struct vnic_split *ret_split, const struct vnic_packet *packet, uint32_t layer,
                     uint32_t flags)
{
    struct vnic__split *s;
    int rc;

    if (ret_split == NULL) {
        return VNIC_EINVAL;
    }
    s = inside(ret_split);
    /* The headers behind this are written before they are read. */
    memset(s, 0, offsetof(struct vnic__split, head));
    if (packet == NULL || packet->data == NULL || packet->len == 0 ||
        (layer != VNIC_TUN && layer != VNIC_TAP) || (flags & ~VNIC_SPLIT_PARTIAL) != 0 ||
        packet->csum > VNIC_CSUM_TRUSTED) {
        return VNIC_EINVAL;
    }
    s->data = packet->data;
    s->first = 1;
    rc = check_type(packet->gso_type);
    if (rc >= 0) {
        rc = rc == 0 ? begin_plain(s, packet, flags) : vnic__split_headers(s, packet, layer, flags);
    }
    if (rc != VNIC_OK) {
        s->left = 0;
        return rc;
    }
    return (int)s->left;
}

/* Payload of the next segment. */
static uint32_t next_len(const struct vnic__split *s)
{
    uint32_t rest = s->payload_len - s->payload_pos;

    return rest < s->segment_len ? rest : s->segment_len;
}

static void put_ip(const struct vnic__split *s, uint8_t *ip, uint32_t len)
{
    if (s->ip_version == 4) {
        vnic__put16(ip + 2, (uint16_t)len);
        vnic__put16(ip + 4, s->ip_id);
        vnic__put16(ip + 10, (uint16_t)~vnic__sum_fold(s->ip_sum + len + s->ip_id));
    } else {
        vnic__put16(ip + 4, (uint16_t)(len - 40));
    }
}

/* Returns the sum of what was set. */
static uint32_t put_tcp(const struct vnic__split *s, uint8_t *tcp)
{
    uint32_t seq = s->seq + s->payload_pos;
    uint32_t word = s->tcp_word;

    if (s->left > 1) {
        word &= ~(VNIC__TCP_FIN | VNIC__TCP_PSH);
    }
    if (!s->first) {
        word &= ~VNIC__TCP_CWR;
    }
    vnic__put32(tcp + 4, seq);
    vnic__put16(tcp + 12, (uint16_t)word);
    return vnic__sum32(seq) + word;
}

/* Writes the headers of the next segment; returns the sum of layer 4's with its pseudo header. */
static uint32_t put_headers(const struct vnic__split *s, uint8_t *out, uint32_t payload_len)
{
    uint32_t len = s->hdr_len + payload_len;
    uint32_t l4_len = len - s->l4_offset;
    uint8_t *l4 = out + s->l4_offset;
    uint32_t changing;

    memcpy(out, s->head, s->hdr_len);
    put_ip(s, out + s->l3_offset, len - s->l3_offset);
    if (s->ip_proto == VNIC_IPPROTO_TCP) {
        changing = put_tcp(s, l4);
    } else {
        vnic__put16(l4 + 4, (uint16_t)l4_len);
        changing = l4_len;
    }
    if (s->sums == VNIC__SPLIT_PARTIAL) {
        vnic__put16(l4 + s->csum_offset, vnic__sum_fold(s->pseudo_sum + l4_len));
    }
    return s->l4_sum + l4_len + changing;
}

/* A computed 0 means "no checksum" in UDP (RFC 768), whose field alone has this offset. */
static void put_checksum(const struct vnic__split *s, uint8_t *out, uint64_t sum)
{
    uint16_t checksum = vnic_checksum_fold(sum);

    if (checksum == 0 && s->csum_offset == 6) {
        checksum = 0xFFFF;
    }
    vnic__put16(out + s->csum_start + s->csum_offset, checksum);
}

/* Tells about the segment that was made, and goes on. */
static int take_segment(struct vnic__split *s, struct vnic_packet *segment, uint32_t payload_len)
{
    segment->len = s->hdr_len + payload_len;
    segment->hdr_len = s->hdr_len;
    segment->gso_type = VNIC_GSO_NONE;
    segment->gso_size = 0;
    segment->csum = s->csum;
    segment->csum_start = s->csum == VNIC_CSUM_PARTIAL ? s->csum_start : 0;
    segment->csum_offset = s->csum == VNIC_CSUM_PARTIAL ? s->csum_offset : 0;
    s->payload_pos += payload_len;
    s->ip_id++;
    s->first = 0;
    s->left--;
    return 1;
}

/* In place: all of the payload is where it must be. */
static void make_in_place(const struct vnic__split *s, uint8_t *out, uint32_t payload_len)
{
    if (s->hdr_len != 0) {
        uint32_t sum = put_headers(s, out, payload_len);

        if (s->sums == VNIC__SPLIT_COMPLETE) {
            put_checksum(s, out,
                         vnic_checksum_add(machine_sum(sum), out + s->hdr_len, payload_len));
        }
    } else if (s->sums == VNIC__SPLIT_COMPLETE) {
        put_checksum(s, out,
                     vnic_checksum_add(0, out + s->csum_start, payload_len - s->csum_start));
    }
}

int vnic_split_next(struct vnic_split *split, struct vnic_packet *ret_segment)
{
    struct vnic__split *s;
    uint32_t payload_len;

    if (split == NULL || ret_segment == NULL) {
        return VNIC_EINVAL;
    }
    s = inside(split);
    if (s->left == 0) {
        return 0;
    }
    payload_len = next_len(s);
    ret_segment->data = s->data + s->payload_pos;
    ret_segment->cap = s->hdr_len + payload_len;
    ret_segment->headroom = 0;
    make_in_place(s, ret_segment->data, payload_len);
    return take_segment(s, ret_segment, payload_len);
}

static void copy_segment(const struct vnic__split *s, uint8_t *out, uint32_t payload_len)
{
    const uint8_t *payload = s->data + s->hdr_len + s->payload_pos;
    uint32_t sum = put_headers(s, out, payload_len);

    if (s->sums == VNIC__SPLIT_COMPLETE) {
        put_checksum(s, out,
                     vnic_checksum_copy(machine_sum(sum), out + s->hdr_len, payload, payload_len));
    } else {
        memcpy(out + s->hdr_len, payload, payload_len);
    }
}

/* The sum of a packet that is no super-packet starts behind its beginning. */
static void copy_plain(const struct vnic__split *s, uint8_t *out)
{
    uint32_t start = s->sums == VNIC__SPLIT_COMPLETE ? s->csum_start : s->payload_len;

    memcpy(out, s->data, start);
    if (s->sums == VNIC__SPLIT_COMPLETE) {
        put_checksum(s, out,
                     vnic_checksum_copy(0, out + start, s->data + start, s->payload_len - start));
    }
}

int vnic_split_copy(struct vnic_split *split, struct vnic_packet *segment)
{
    struct vnic__split *s;
    uint32_t payload_len;

    if (split == NULL || segment == NULL || segment->data == NULL) {
        return VNIC_EINVAL;
    }
    s = inside(split);
    if (s->left == 0) {
        return 0;
    }
    payload_len = next_len(s);
    if (segment->cap < s->hdr_len + payload_len) {
        segment->len = s->hdr_len + payload_len;
        return VNIC_EMSGSIZE;
    }
    if (s->hdr_len != 0) {
        copy_segment(s, segment->data, payload_len);
    } else {
        copy_plain(s, segment->data);
    }
    return take_segment(s, segment, payload_len);
}

/* Writes the first piece; returns its length. */
static uint32_t gather_segment(const struct vnic__split *s, uint8_t *hdr, uint32_t payload_len)
{
    const uint8_t *payload = s->data + s->hdr_len + s->payload_pos;
    uint32_t sum = put_headers(s, hdr, payload_len);

    if (s->sums == VNIC__SPLIT_COMPLETE) {
        put_checksum(s, hdr, vnic_checksum_add(machine_sum(sum), payload, payload_len));
    }
    return s->hdr_len;
}

/* The same of a packet that is no super-packet: nothing, or all up to the end of its checksum. */
static uint32_t gather_plain(const struct vnic__split *s, uint8_t *hdr)
{
    uint32_t len = (uint32_t)s->csum_start + s->csum_offset + 2;

    if (s->sums != VNIC__SPLIT_COMPLETE) {
        return 0;
    }
    memcpy(hdr, s->data, len);
    put_checksum(s, hdr,
                 vnic_checksum_add(0, s->data + s->csum_start, s->payload_len - s->csum_start));
    return len;
}

int vnic_split_gather(struct vnic_split *split, struct vnic_packet *ret_segment, uint8_t *hdr,
                      struct vnic_iovec *ret_iov)
{
    struct vnic__split *s;
    uint32_t payload_len, first;

    if (split == NULL || ret_segment == NULL || hdr == NULL || ret_iov == NULL) {
        return VNIC_EINVAL;
    }
    s = inside(split);
    if (s->left == 0) {
        return 0;
    }
    payload_len = next_len(s);
    first = s->hdr_len != 0 ? gather_segment(s, hdr, payload_len) : gather_plain(s, hdr);
    ret_iov[0].base = hdr;
    ret_iov[0].len = first;
    ret_iov[1].base = s->data + s->payload_pos + first;
    ret_iov[1].len = s->hdr_len + payload_len - first;
    ret_segment->data = NULL;
    ret_segment->cap = 0;
    ret_segment->headroom = 0;
    return take_segment(s, ret_segment, payload_len);
}

int vnic_split_skip(struct vnic_split *split)
{
    struct vnic_packet unused;
    struct vnic__split *s;

    if (split == NULL) {
        return VNIC_EINVAL;
    }
    s = inside(split);
    return s->left == 0 ? 0 : take_segment(s, &unused, next_len(s));
}

int vnic_split_size(const struct vnic_split *split)
{
    const struct vnic__split *s;

    if (split == NULL) {
        return VNIC_EINVAL;
    }
    s = (const struct vnic__split *)split;
    return s->left == 0 ? 0 : (int)(s->hdr_len + next_len(s));
}
