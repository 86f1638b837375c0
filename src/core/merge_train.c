/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short way for the packet that continues what came before, as most do: nothing is found out about it
 * but that its headers are those of the item, and that what counts up has the next value. Every other
 * packet takes the long way, also the bad ones; this one only says yes where the long one would.
 */
#include <string.h>

#include "merge.h"
#include "vnic/packet.h"

/* The item can grow at its end, and a payload of this length has room there. */
static inline int train_has_room(const struct vnic_merge *m, const struct vnic__merge_item *item,
                                 uint32_t payload)
{
    return item->open && !item->full && item->sound && payload <= item->gso_size &&
           item->total + payload <= m->rules.max_len &&
           ((item->first.kind & VNIC__MERGE_UDP) == 0 || item->count < m->rules.udp_segments);
}

/* The IP header: its length is the packet's, its checksum right, its identification the next. */
static inline int train_good_ip(const struct vnic__merge_item *item, const uint8_t *ip,
                                uint32_t len)
{
    if ((item->first.kind & VNIC__MERGE_V6) != 0) {
        return vnic__get16(ip + 4) + 40u == len;
    }
    return vnic__get16(ip + 2) == len && vnic__merge_ip_rest(ip) == item->ip_rest &&
           vnic__get16(ip + 10) != 0xFFFF &&
           (!item->first.counts || vnic__get16(ip + 4) == (uint16_t)(item->first.id + item->count));
}

/* What is said of the checksum allows a merge; it may still have to be verified. */
static inline int train_known_sum(const struct vnic__merge_item *item,
                                  const struct vnic_packet *packet, uint16_t offset, uint16_t never)
{
    const struct vnic__merge_view *first = &item->first;

    if (packet->csum == VNIC_CSUM_PARTIAL) {
        return packet->csum_start == first->l4 && packet->csum_offset == offset;
    }
    return packet->csum <= VNIC_CSUM_TRUSTED &&
           vnic__get16(packet->data + first->l4 + offset) != never;
}

/* Verifies the checksum if nothing is known of it, and copies the payload where the item's are copied. */
static inline int train_take_payload(struct vnic_merge *m, struct vnic__merge_item *item,
                                     const struct vnic_packet *packet, uint32_t payload)
{
    const struct vnic__merge_view *first = &item->first;
    uint8_t *room = vnic__merge_paste_room(m, item);

    if (packet->csum == VNIC_CSUM_UNKNOWN) {
        if (!vnic__merge_sum_good(packet->data, packet->len, first, room)) {
            return 0;
        }
    } else if (room != NULL) {
        memcpy(room, packet->data + first->hdr_len, payload);
    }
    if (room != NULL) {
        vnic__merge_pasted(m, item, payload);
    }
    return 1;
}

int vnic__merge_continue(struct vnic_merge *m, uint16_t i, const struct vnic_packet *packet)
{
    struct vnic__merge_item *item;
    const struct vnic__merge_view *first;
    const uint8_t *l4;
    uint32_t payload;
    int udp, good;

    if (m->recent == VNIC__MERGE_NIL) {
        return 0;
    }
    item = &m->items[m->recent];
    first = &item->first;
    payload = packet->len - first->hdr_len;
    if (packet->len <= first->hdr_len || !train_has_room(m, item, payload) ||
        packet->gso_type != VNIC_GSO_NONE || packet->vlan_tci != 0) {
        return 0;
    }
    l4 = packet->data + first->l4;
    udp = (first->kind & VNIC__MERGE_UDP) != 0;
    /* What differs most often comes first. */
    good =
        udp ? vnic__get16(l4 + 4) == packet->len - first->l4 : vnic__get32(l4 + 4) == item->seq_end;
    if (!good || !train_good_ip(item, packet->data + first->l3, packet->len - first->l3) ||
        !vnic__merge_alike(m, first, packet->data) ||
        !train_known_sum(item, packet, udp ? 6 : 16, udp ? 0 : 0xFFFF) ||
        !train_take_payload(m, item, packet, payload)) {
        return 0;
    }
    vnic__merge_append(m, item, i, payload, udp ? 0 : l4[13]);
    return 1;
}
