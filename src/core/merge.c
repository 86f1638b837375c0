/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of the merge planner; merge.h says how its parts work together. */
#include "merge.h"

#include <string.h>

#include "alloc.h"

static int merge_check_rules(const struct vnic_merge_rules *rules)
{
    const uint32_t kinds = VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_USO4 | VNIC_F_USO6;

    if (rules == NULL) {
        return VNIC_EINVAL;
    }
    if (rules->size != sizeof *rules) {
        return VNIC_EVERSION;
    }
    if ((rules->layer != VNIC_TUN && rules->layer != VNIC_TAP) || (rules->features & ~kinds) != 0 ||
        rules->max_len < 1280 || rules->max_len > 65535 || rules->udp_segments < 2 ||
        rules->udp_segments > 128) {
        return VNIC_EINVAL;
    }
    return 0;
}

static void merge_use_rules(struct vnic_merge *m, const struct vnic_merge_rules *rules)
{
    const uint32_t udp = VNIC__MERGE_UDP, v6 = VNIC__MERGE_V6;

    m->rules = *rules;
    m->kinds = ((rules->features & VNIC_F_TSO4) != 0 ? 1u : 0) |
               ((rules->features & VNIC_F_TSO6) != 0 ? 1u << v6 : 0) |
               ((rules->features & VNIC_F_USO4) != 0 ? 1u << udp : 0) |
               ((rules->features & VNIC_F_USO6) != 0 ? 1u << (udp | v6) : 0);
}

int vnic_merge_create(const struct vnic_merge_rules *rules, vnic_merge **ret_merge)
{
    struct vnic_merge *m;
    int rc = merge_check_rules(rules);

    if (ret_merge == NULL) {
        return VNIC_EINVAL;
    }
    *ret_merge = NULL;
    if (rc != 0) {
        return rc;
    }
    m = vnic__alloc(sizeof *m);
    if (m == NULL) {
        return VNIC_ENOMEM;
    }
    merge_use_rules(m, rules);
    memset(m->slots, 0xFF, sizeof m->slots);
    *ret_merge = m;
    return 0;
}

int vnic_merge_set_rules(vnic_merge *merge, const struct vnic_merge_rules *rules)
{
    int rc = merge_check_rules(rules);

    if (merge == NULL) {
        return VNIC_EINVAL;
    }
    if (rc == 0) {
        merge_use_rules(merge, rules);
    }
    return rc;
}

int vnic__merge_allow_paste(struct vnic_merge *m)
{
    if (m->memory == NULL) {
        m->memory = vnic__alloc(VNIC__MERGE_MEMORY);
    }
    return m->memory == NULL ? VNIC_ENOMEM : 0;
}

void vnic_merge_destroy(vnic_merge *merge)
{
    if (merge != NULL) {
        vnic__free(merge->memory);
    }
    vnic__free(merge);
}

static void merge_keep(struct vnic__merge_packet *ret, const struct vnic_packet *packet)
{
    ret->data = packet->data;
    ret->len = packet->len;
    ret->gso_size = packet->gso_size;
    ret->hdr_len = packet->hdr_len;
    ret->csum_start = packet->csum_start;
    ret->csum_offset = packet->csum_offset;
    ret->gso_type = packet->gso_type;
    ret->csum = packet->csum;
}

/* Makes arrays of the lists and headers of what was merged, so that the outputs only read. */
static void merge_finish(struct vnic_merge *m)
{
    uint16_t used = 0;

    for (uint32_t n = 0; n < m->n_items; n++) {
        struct vnic__merge_item *item = &m->items[n];

        item->members = used;
        for (uint16_t i = item->head; i != VNIC__MERGE_NIL; i = m->next[i]) {
            m->members[used++] = i;
        }
        if (item->count > 1) {
            item->header = (uint16_t)m->n_headers++;
            vnic__merge_header(item, m->headers[item->header]);
        }
    }
}

int vnic_merge_plan(vnic_merge *merge, const struct vnic_packet *pkts, int n)
{
    if (merge == NULL || n < 0 || n > VNIC_MERGE_MAX || (pkts == NULL && n > 0)) {
        return VNIC_EINVAL;
    }
    merge->n_items = 0;
    merge->n_headers = 0;
    merge->paste_used = 0;
    merge->pasting = VNIC__MERGE_NIL;
    vnic__merge_forget(merge);
    for (int i = 0; i < n; i++) {
        if (pkts[i].len == 0) {
            continue;
        }
        if (pkts[i].data == NULL) {
            merge->n_items = 0;
            return VNIC_EINVAL;
        }
        merge_keep(&merge->packets[i], &pkts[i]);
        if (!vnic__merge_continue(merge, (uint16_t)i, &pkts[i])) {
            vnic__merge_place(merge, (uint16_t)i, &pkts[i]);
        }
    }
    merge_finish(merge);
    return (int)merge->n_items;
}

/* Output i, or NULL if there is none. */
static const struct vnic__merge_item *merge_item(const struct vnic_merge *m, int i)
{
    return m != NULL && i >= 0 && (uint32_t)i < m->n_items ? &m->items[i] : NULL;
}

/* The fields of an output; `data` is left to the caller. */
static void merge_describe(const struct vnic_merge *m, const struct vnic__merge_item *item,
                           struct vnic_packet *ret)
{
    const struct vnic__merge_packet *only = &m->packets[item->head];
    const struct vnic__merge_view *v = &item->first;

    if (item->count == 1) {
        ret->len = only->len;
        ret->gso_type = only->gso_type;
        ret->gso_size = only->gso_size;
        ret->hdr_len = only->hdr_len;
        ret->csum = only->csum;
        ret->csum_start = only->csum_start;
        ret->csum_offset = only->csum_offset;
        return;
    }
    ret->len = v->l3 + item->total;
    ret->gso_size = item->gso_size;
    ret->hdr_len = v->hdr_len;
    ret->csum = VNIC_CSUM_PARTIAL;
    ret->csum_start = v->l4;
    if ((v->kind & VNIC__MERGE_UDP) != 0) {
        ret->gso_type = VNIC_GSO_UDP_L4;
        ret->csum_offset = 6;
    } else {
        ret->gso_type = (v->kind & VNIC__MERGE_V6) != 0 ? VNIC_GSO_TCPV6 : VNIC_GSO_TCPV4;
        ret->csum_offset = 16;
    }
}

int vnic_merge_members(const vnic_merge *merge, int i, const uint16_t **ret_index)
{
    const struct vnic__merge_item *item = merge_item(merge, i);

    if (item == NULL || ret_index == NULL) {
        return VNIC_EINVAL;
    }
    *ret_index = &merge->members[item->members];
    return item->count;
}

/* A piece of data that is only read, in the type of the system, which is for reading and writing. */
static struct vnic_iovec merge_piece(const uint8_t *data, size_t len)
{
    struct vnic_iovec piece;

    memcpy(&piece.base, &data, sizeof data);
    piece.len = len;
    return piece;
}

int vnic_merge_gather(const vnic_merge *merge, int i, struct vnic_packet *ret_packet,
                      struct vnic_iovec *ret_iov, int cap)
{
    const struct vnic__merge_item *item = merge_item(merge, i);
    const struct vnic__merge_packet *p;
    uint32_t hdr_len;
    int n = 0;

    if (item == NULL || ret_packet == NULL || ret_iov == NULL) {
        return VNIC_EINVAL;
    }
    if (cap < (item->count == 1 ? 1 : item->count + 1)) {
        return VNIC_EMSGSIZE;
    }
    merge_describe(merge, item, ret_packet);
    ret_packet->data = NULL;
    if (item->count == 1) {
        p = &merge->packets[item->head];
        ret_iov[0] = merge_piece(p->data, p->len);
        return 1;
    }
    hdr_len = item->first.hdr_len;
    ret_iov[n++] = merge_piece(merge->headers[item->header], hdr_len);
    if (item->pasted > 0) {
        ret_iov[n++] = merge_piece(merge->memory + item->paste_at, item->paste_len);
    }
    for (int k = item->pasted; k < item->count; k++) {
        p = &merge->packets[merge->members[item->members + k]];
        ret_iov[n++] = merge_piece(p->data + hdr_len, p->len - hdr_len);
    }
    return n;
}

int vnic_merge_copy(const vnic_merge *merge, int i, struct vnic_packet *packet)
{
    const struct vnic__merge_item *item = merge_item(merge, i);
    uint32_t hdr_len = 0, at = 0;

    if (item == NULL || packet == NULL) {
        return VNIC_EINVAL;
    }
    merge_describe(merge, item, packet);
    if (packet->cap < packet->len) {
        return VNIC_EMSGSIZE;
    }
    if (packet->data == NULL) {
        return VNIC_EINVAL;
    }
    if (item->count > 1) {
        hdr_len = item->first.hdr_len;
        memcpy(packet->data, merge->headers[item->header], hdr_len);
        at = hdr_len;
    }
    for (int k = 0; k < item->count; k++) {
        const struct vnic__merge_packet *p = &merge->packets[merge->members[item->members + k]];

        memcpy(packet->data + at, p->data + hdr_len, p->len - hdr_len);
        at += p->len - hdr_len;
    }
    return (int)packet->len;
}
