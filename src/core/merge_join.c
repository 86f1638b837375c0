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
    uint32_t words[5];
    uint64_t sum;

    memcpy(words, ip, sizeof words);
    sum = (uint64_t)words[0] + words[1] + words[2] + words[3] + words[4];
    sum = (sum & 0xFFFFFFFF) + (sum >> 32);
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (sum & 0xFFFF) + (sum >> 16) == 0xFFFF && vnic__get16(ip + 10) != 0xFFFF;
}

int vnic__merge_sum_good(const uint8_t *data, uint32_t len, const struct vnic__merge_view *like,
                         uint8_t *copy)
{
    const uint8_t *ip = data + like->l3;
    uint32_t l4_len = len - like->l4;
    uint8_t proto = (like->kind & VNIC__MERGE_UDP) != 0 ? VNIC_IPPROTO_UDP : VNIC_IPPROTO_TCP;
    uint64_t sum = (like->kind & VNIC__MERGE_V6) != 0
                       ? vnic_checksum_pseudo6(ip + 8, ip + 24, proto, l4_len)
                       : vnic_checksum_pseudo4(ip + 12, ip + 16, proto, l4_len);

    if (copy == NULL) {
        return vnic_checksum_fold(vnic_checksum_add(sum, data + like->l4, l4_len)) == 0;
    }
    sum = vnic_checksum_add(sum, data + like->l4, (size_t)(like->hdr_len - like->l4));
    sum = vnic_checksum_copy(sum, copy, data + like->hdr_len, len - like->hdr_len);
    return vnic_checksum_fold(sum) == 0;
}

/* The checksums of a packet are right, or known to be. */
static int join_sound(const struct vnic__merge_view *v)
{
    if ((v->kind & VNIC__MERGE_V6) == 0 && !join_good_ipv4(v->data + v->l3)) {
        return 0;
    }
    return v->known || vnic__merge_sum_good(v->data, v->len, v, NULL);
}

/* Begins to copy the payloads of an item of one packet, if there is room for all that may follow. */
static void join_paste_first(struct vnic_merge *m, struct vnic__merge_item *item)
{
    const struct vnic__merge_view *v = &item->first;

    if (m->memory == NULL || v->payload > VNIC__MERGE_PASTE_MAX ||
        m->paste_used + m->rules.max_len > VNIC__MERGE_MEMORY) {
        return;
    }
    m->pasting = (uint16_t)(item - m->items);
    item->paste_at = m->paste_used;
    memcpy(m->memory + m->paste_used, v->data + v->hdr_len, v->payload);
    vnic__merge_pasted(m, item, v->payload);
}

static void join_append(struct vnic_merge *m, struct vnic__merge_item *item, uint16_t i,
                        const struct vnic__merge_view *v)
{
    uint8_t *room;

    if (item->count == 1) {
        join_paste_first(m, item);
    }
    room = vnic__merge_paste_room(m, item);
    if (room != NULL) {
        memcpy(room, v->data + v->hdr_len, v->payload);
        vnic__merge_pasted(m, item, v->payload);
    }
    vnic__merge_append(m, item, i, v->payload, v->flags);
}

static void join_prepend(struct vnic_merge *m, struct vnic__merge_item *item, uint16_t i,
                         const struct vnic__merge_view *v)
{
    m->next[i] = item->head;
    item->head = i;
    item->full |= v->payload > item->gso_size;
    item->gso_size = v->payload;
    item->first = *v;
    item->total += v->payload;
    item->count++;
    /* What was copied is not the beginning any more. */
    item->pasted = 0;
    item->paste_len = 0;
}

int vnic__merge_join(struct vnic_merge *m, struct vnic__merge_item *item, uint16_t i,
                     const struct vnic__merge_view *v)
{
    enum join_end end = join_where(item, v);

    if (end == JOIN_NOT || !join_has_room(m, item, v) || item->first.layout != v->layout ||
        !vnic__merge_alike(m, &item->first, v->data)) {
        return 0;
    }
    /* Only now, so that a packet that stays alone is never summed. */
    if (!item->sound) {
        if (!join_sound(&item->first)) {
            return 0;
        }
        item->sound = 1;
        item->ip_rest = vnic__merge_ip_rest(item->first.data + item->first.l3);
    }
    if (!join_sound(v)) {
        return 0;
    }
    if (end == JOIN_APPEND) {
        join_append(m, item, i, v);
    } else {
        join_prepend(m, item, i, v);
    }
    return 1;
}
