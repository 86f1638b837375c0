/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flows of a plan: a hash table with open addressing that gives the youngest item of a flow. Only
 * that one may grow; whatever does not join it takes its place, which keeps the order within the flow.
 */
#include <string.h>

#include "merge.h"

static inline uint64_t flow_load64(const uint8_t *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

static inline uint32_t flow_load32(const uint8_t *p)
{
    uint32_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

/* Multiplies and folds (the constants are odd and have no pattern); a flood can make chains of at most
 * VNIC_MERGE_MAX, so no secret is needed. */
static uint32_t flow_hash(const struct vnic__merge_view *v)
{
    const uint8_t *ip = v->data + v->l3;
    uint64_t a, b = (uint64_t)flow_load32(v->data + v->l4) << 2 | v->kind;

    if ((v->kind & VNIC__MERGE_V6) == 0) {
        a = flow_load64(ip + 12);
    } else {
        a = flow_load64(ip + 8) ^ flow_load64(ip + 16) * 3 ^ flow_load64(ip + 24) * 5 ^
            flow_load64(ip + 32) * 7;
    }
    a = (a ^ b * 0x9E3779B97F4A7C15u) * 0xFF51AFD7ED558CCDu;
    return (uint32_t)(a >> 32) & (VNIC__MERGE_SLOTS - 1);
}

static inline int flow_equal(const struct vnic__merge_view *a, const struct vnic__merge_view *b)
{
    const uint8_t *p = a->data + a->l3, *q = b->data + b->l3;

    if (a->kind != b->kind || flow_load32(a->data + a->l4) != flow_load32(b->data + b->l4)) {
        return 0;
    }
    /* Networks beside each other, on tags of their own, may use the same addresses. (Link headers of
     * different lengths differ in the EtherType of the shorter one.) */
    if (a->l3 != 0 && memcmp(a->data, b->data, a->l3) != 0) {
        return 0;
    }
    if ((a->kind & VNIC__MERGE_V6) == 0) {
        return flow_load64(p + 12) == flow_load64(q + 12);
    }
    return flow_load64(p + 8) == flow_load64(q + 8) && flow_load64(p + 16) == flow_load64(q + 16) &&
           flow_load64(p + 24) == flow_load64(q + 24) && flow_load64(p + 32) == flow_load64(q + 32);
}

/* The slot of a packet's flow; it is free if the flow is new. */
static uint16_t flow_slot(const struct vnic_merge *m, const struct vnic__merge_view *v)
{
    uint32_t slot = flow_hash(v);

    while (m->slots[slot] != VNIC__MERGE_NIL && !flow_equal(&m->items[m->slots[slot]].first, v)) {
        slot = (slot + 1) & (VNIC__MERGE_SLOTS - 1);
    }
    return (uint16_t)slot;
}

void vnic__merge_forget(struct vnic_merge *m)
{
    if (m->n_flows != 0) {
        memset(m->slots, 0xFF, sizeof m->slots);
        m->n_flows = 0;
    }
    m->recent = VNIC__MERGE_NIL;
}

static struct vnic__merge_item *flow_add(struct vnic_merge *m, uint16_t i)
{
    struct vnic__merge_item *item = &m->items[m->n_items++];

    item->head = i;
    item->tail = i;
    item->count = 1;
    item->pasted = 0;
    item->paste_len = 0;
    m->next[i] = VNIC__MERGE_NIL;
    return item;
}

/* An item that others may join, as the youngest of its flow. Its packet was looked at where it is now. */
static void flow_open(struct vnic_merge *m, uint16_t i, uint16_t slot)
{
    struct vnic__merge_item *item = flow_add(m, i);
    const struct vnic__merge_view *v = &item->first;
    uint8_t last = v->flags & (VNIC__MERGE_PSH | VNIC__MERGE_FIN);

    item->total = v->len - v->l3;
    item->seq_end = v->seq + v->payload;
    item->gso_size = v->payload;
    item->slot = slot;
    item->open = 1;
    item->full = last != 0;
    item->sound = 0;
    item->last_flags = last;
    if (m->slots[slot] == VNIC__MERGE_NIL) {
        m->n_flows++;
    }
    m->recent = (uint16_t)(m->n_items - 1);
    m->slots[slot] = m->recent;
}

/* Makes the youngest item of a packet's flow the recent one, if there is any. */
static uint16_t flow_find(struct vnic_merge *m, const struct vnic__merge_view *v)
{
    uint16_t slot;

    if (m->recent != VNIC__MERGE_NIL && flow_equal(&m->items[m->recent].first, v)) {
        return m->items[m->recent].slot;
    }
    slot = flow_slot(m, v);
    m->recent = m->slots[slot];
    return slot;
}

/* A packet that may be merged: it joins the youngest item of its flow, or becomes it. */
static void flow_take(struct vnic_merge *m, uint16_t i, const struct vnic__merge_view *v,
                      uint16_t slot)
{
    struct vnic__merge_item *item = m->recent != VNIC__MERGE_NIL ? &m->items[m->recent] : NULL;

    if (item == NULL || !item->open || !vnic__merge_join(m, item, i, v)) {
        flow_open(m, i, slot);
    }
}

void vnic__merge_place(struct vnic_merge *m, uint16_t i, const struct vnic_packet *packet)
{
    /* Most packets that come here begin an item, so they are looked at where the next one will be. */
    struct vnic__merge_view *v = &m->items[m->n_items].first;
    enum vnic__merge_verdict verdict = vnic__merge_classify(m, packet, v);
    uint16_t slot;

    if (verdict >= VNIC__MERGE_ALONE) {
        slot = flow_find(m, v);
        if (verdict == VNIC__MERGE_FITS) {
            flow_take(m, i, v, slot);
            return;
        }
        if (m->recent != VNIC__MERGE_NIL) {
            m->items[m->recent].open = 0;
        }
    } else if (verdict == VNIC__MERGE_BARRIER) {
        vnic__merge_forget(m);
    }
    (void)flow_add(m, i);
}
