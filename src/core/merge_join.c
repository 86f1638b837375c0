/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a packet joins the item before it in its flow. The rules are those of Linux
 * net/ipv4/tcp_offload.c tcp_gro_receive(), net/ipv4/udp_offload.c udp_gro_receive_segment(),
 * net/ipv4/af_inet.c inet_gro_receive() and net/ipv6/ip6_offload.c ipv6_gro_receive(), made stricter
 * where splitting would not give the packet back.
 */
#include <string.h>

#include "bytes.h"
#include "merge.h"
#include "vnic/packet.h"

enum join_end { JOIN_NOT, JOIN_APPEND, JOIN_PREPEND };

/* Bytes 8 … 15 of the TCP header, acknowledgement to window, are equal but for FIN and PSH. */
static int join_same_tcp(const uint8_t *p, const uint8_t *q, uint32_t hdr_len)
{
    static const uint8_t compared[8] = {255, 255, 255, 255, 255, 0xF6, 255, 255};
    uint64_t a, b, mask;

    memcpy(&a, p + 8, sizeof a);
    memcpy(&b, q + 8, sizeof b);
    memcpy(&mask, compared, sizeof mask);
    if (((a ^ b) & mask) != 0 || p[18] != q[18] || p[19] != q[19]) {
        return 0;
    }
    /* Options come in fours; a call of memcmp() would cost more than the comparison. */
    for (uint32_t i = 20; i < hdr_len; i += 4) {
        uint32_t c, d;

        memcpy(&c, p + i, sizeof c);
        memcpy(&d, q + i, sizeof d);
        if (c != d) {
            return 0;
        }
    }
    return 1;
}

/* What the IP headers of a flow may still differ in, but for lengths, identification and checksum. */
static int join_same_network(const struct vnic__merge_view *a, const struct vnic__merge_view *b)
{
    const uint8_t *p = a->data + a->l3, *q = b->data + b->l3;

    if ((a->kind & VNIC__MERGE_V6) == 0) {
        return p[1] == q[1] && memcmp(p + 6, q + 6, 4) == 0;
    }
    return memcmp(p, q, 4) == 0 && memcmp(p + 6, q + 6, 2) == 0 &&
           (a->l4 == a->l3 + 40 || memcmp(p + 40, q + 40, (size_t)a->l4 - a->l3 - 40) == 0);
}

static int join_same_headers(const struct vnic__merge_view *a, const struct vnic__merge_view *b)
{
    if (a->l4 != b->l4 || a->hdr_len != b->hdr_len || !join_same_network(a, b)) {
        return 0;
    }
    return (a->kind & VNIC__MERGE_UDP) != 0 ||
           join_same_tcp(a->data + a->l4, b->data + b->l4, (uint32_t)a->hdr_len - a->l4);
}

/* At which end, by what counts up: sequence numbers, identifications, sizes. */
static enum join_end join_where(const struct vnic__merge_item *item,
                                const struct vnic__merge_view *v)
{
    const struct vnic__merge_view *first = &item->first;
    int udp = (v->kind & VNIC__MERGE_UDP) != 0;

    if (!item->full && v->payload <= item->gso_size && (udp || v->seq == item->seq_end) &&
        (!v->counts || v->id == (uint16_t)(first->id + item->count))) {
        return JOIN_APPEND;
    }
    if (!udp && v->seq + v->payload == first->seq &&
        (v->flags & (VNIC__MERGE_PSH | VNIC__MERGE_FIN)) == 0 &&
        (!v->counts || first->id == (uint16_t)(v->id + 1)) &&
        (item->count == 1 ? v->payload >= item->gso_size : v->payload == item->gso_size)) {
        return JOIN_PREPEND;
    }
    return JOIN_NOT;
}

static int join_has_room(const struct vnic_merge *m, const struct vnic__merge_item *item,
                         const struct vnic__merge_view *v)
{
    return item->total + v->payload <= m->rules.max_len &&
           ((v->kind & VNIC__MERGE_UDP) == 0 || item->count < m->rules.udp_segments);
}

/* An IPv4 header of 20 bytes whose checksum is the one that would be computed: 0xFFFF verifies like 0. */
static int join_good_ipv4(const uint8_t *ip)
{
    uint64_t sum = 0;

    for (int i = 0; i < 20; i += 4) {
        uint32_t word;

        memcpy(&word, ip + i, sizeof word);
        sum += word;
    }
    sum = (sum & 0xFFFFFFFF) + (sum >> 32);
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (sum & 0xFFFF) + (sum >> 16) == 0xFFFF && vnic__get16(ip + 10) != 0xFFFF;
}

/* The checksums of a packet are right, or known to be. */
static int join_sound(const struct vnic__merge_view *v)
{
    const uint8_t *ip = v->data + v->l3;
    uint32_t len = v->len - v->l4;
    uint8_t proto = (v->kind & VNIC__MERGE_UDP) != 0 ? VNIC_IPPROTO_UDP : VNIC_IPPROTO_TCP;
    uint64_t sum;

    if ((v->kind & VNIC__MERGE_V6) == 0 && !join_good_ipv4(ip)) {
        return 0;
    }
    if (v->known) {
        return 1;
    }
    sum = (v->kind & VNIC__MERGE_V6) != 0 ? vnic_checksum_pseudo6(ip + 8, ip + 24, proto, len)
                                          : vnic_checksum_pseudo4(ip + 12, ip + 16, proto, len);
    return vnic_checksum_fold(vnic_checksum_add(sum, v->data + v->l4, len)) == 0;
}

static void join_append(struct vnic_merge *m, struct vnic__merge_item *item, uint16_t i,
                        const struct vnic__merge_view *v)
{
    m->next[item->tail] = i;
    m->next[i] = VNIC__MERGE_NIL;
    item->tail = i;
    item->seq_end += v->payload;
    item->last_flags = v->flags & (VNIC__MERGE_PSH | VNIC__MERGE_FIN);
    item->full = v->payload < item->gso_size || item->last_flags != 0;
}

static void join_prepend(struct vnic_merge *m, struct vnic__merge_item *item, uint16_t i,
                         const struct vnic__merge_view *v)
{
    m->next[i] = item->head;
    item->head = i;
    item->full |= v->payload > item->gso_size;
    item->gso_size = v->payload;
    item->first = *v;
}

enum vnic__merge_outcome vnic__merge_join(struct vnic_merge *m, struct vnic__merge_item *item,
                                          uint16_t i, const struct vnic__merge_view *v)
{
    enum join_end end = join_where(item, v);

    if (end == JOIN_NOT || !join_has_room(m, item, v) || !join_same_headers(&item->first, v)) {
        return VNIC__MERGE_REFUSED;
    }
    /* Only now, so that a packet that stays alone is never summed. */
    if (!item->sound && !join_sound(&item->first)) {
        return VNIC__MERGE_REFUSED;
    }
    item->sound = 1;
    if (!join_sound(v)) {
        return VNIC__MERGE_BAD;
    }
    if (end == JOIN_APPEND) {
        join_append(m, item, i, v);
    } else {
        join_prepend(m, item, i, v);
    }
    item->total += v->payload;
    item->count++;
    return VNIC__MERGE_JOINED;
}
