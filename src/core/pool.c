/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of buffers behind views. Buffers are made when they are first needed and kept; the one
 * that was given back last is taken first, because it is still in the cache.
 */
#include "pool.h"

#include "alloc.h"

#define BUFFER_LEN (VNIC__HEADROOM + VNIC_MAX_PACKET + VNIC__TAILROOM)

#define SLOT_FREE 0u
#define SLOT_OUT 1u
#define SLOT_SEEN 2u /* out, and met once in the check that runs */

struct vnic__pool {
    uint8_t *buffers[VNIC__VIEWS_MAX]; /* made so far: the first n_made */
    uint8_t state[VNIC__VIEWS_MAX];
    uint16_t free_list[VNIC__VIEWS_MAX];
    uint32_t n_free;
    uint32_t n_made;
};

static int get_pool(struct vnic *q)
{
    if (q->pool == NULL) {
        q->pool = vnic__alloc(sizeof *q->pool);
    }
    return q->pool == NULL ? VNIC_ENOMEM : 0;
}

static int take_slot(struct vnic__pool *pool)
{
    if (pool->n_free > 0) {
        return pool->free_list[--pool->n_free];
    }
    if (pool->n_made == VNIC__VIEWS_MAX) {
        return VNIC_ENOBUFS;
    }
    pool->buffers[pool->n_made] = vnic__alloc(BUFFER_LEN);
    if (pool->buffers[pool->n_made] == NULL) {
        return VNIC_ENOMEM;
    }
    return (int)pool->n_made++;
}

int vnic__pool_take(struct vnic *q, struct vnic_packet *p)
{
    int slot;

    vnic__mutex_lock(&q->lock);
    slot = get_pool(q);
    if (slot == 0) {
        slot = take_slot(q->pool);
    }
    if (slot >= 0) {
        q->pool->state[slot] = SLOT_OUT;
        p->data = q->pool->buffers[slot] + VNIC__HEADROOM;
        p->cap = VNIC_MAX_PACKET + VNIC__TAILROOM;
        p->headroom = VNIC__HEADROOM;
        p->token = (uintptr_t)slot + 1;
    }
    vnic__mutex_unlock(&q->lock);
    return slot < 0 ? slot : 0;
}

static int is_inside(const struct vnic__pool *pool, const struct vnic_packet *p)
{
    const uint8_t *start = pool->buffers[p->token - 1];

    return p->data >= start && p->data <= start + BUFFER_LEN &&
           p->len <= (size_t)(start + BUFFER_LEN - p->data);
}

int vnic__pool_check(struct vnic *q, const struct vnic_packet *pkts, int n, int inside)
{
    int good = 0;

    vnic__mutex_lock(&q->lock);
    while (good < n && q->pool != NULL) {
        uintptr_t token = pkts[good].token;

        if (token == 0 || token > q->pool->n_made || q->pool->state[token - 1] != SLOT_OUT ||
            (inside && !is_inside(q->pool, &pkts[good]))) {
            break;
        }
        q->pool->state[token - 1] = SLOT_SEEN;
        good++;
    }
    for (int i = 0; i < good; i++) {
        q->pool->state[pkts[i].token - 1] = SLOT_OUT;
    }
    vnic__mutex_unlock(&q->lock);
    return good == n ? 0 : VNIC_EINVAL;
}

void vnic__pool_give(struct vnic *q, uintptr_t token)
{
    vnic__mutex_lock(&q->lock);
    q->pool->state[token - 1] = SLOT_FREE;
    q->pool->free_list[q->pool->n_free++] = (uint16_t)(token - 1);
    vnic__mutex_unlock(&q->lock);
}

int vnic__pool_is_lent(struct vnic *q)
{
    int lent;

    vnic__mutex_lock(&q->lock);
    lent = q->pool != NULL && q->pool->n_free < q->pool->n_made;
    vnic__mutex_unlock(&q->lock);
    return lent;
}

void vnic__pool_free(struct vnic__pool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (uint32_t i = 0; i < pool->n_made; i++) {
        vnic__free(pool->buffers[i]);
    }
    vnic__free(pool);
}
