/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of buffers behind views. Buffers are made when they are first needed and kept; the one
 * that was given back last is taken first, because it is still in the cache.
 */
#include "pool.h"

#include "alloc.h"

#define VIEW_FREE 0u
#define VIEW_OUT 1u
#define VIEW_SEEN 2u /* out, and met once in the check that runs */

struct pool_view {
    uint8_t *start; /* what was lent: from here … */
    uint8_t *end;   /* … to before here */
    uint16_t buffer;
    uint16_t state;
};

struct vnic__pool {
    uint8_t *buffers[VNIC__BUFFERS_MAX]; /* made so far: the first n_made */
    uint32_t refs[VNIC__BUFFERS_MAX];    /* views that are out, and core's own use */
    uint16_t free_list[VNIC__BUFFERS_MAX];
    uint32_t n_free;
    uint32_t n_made;
    struct pool_view views[VNIC__VIEWS_MAX]; /* used so far: the first n_views */
    uint16_t free_views[VNIC__VIEWS_MAX];
    uint32_t n_free_views;
    uint32_t n_views;
};

static int get_pool(struct vnic *q)
{
    if (q->pool == NULL) {
        q->pool = vnic__alloc(sizeof *q->pool);
    }
    return q->pool == NULL ? VNIC_ENOMEM : 0;
}

static int take_buffer(struct vnic__pool *pool)
{
    uint8_t *memory;

    if (pool->n_free > 0) {
        return pool->free_list[--pool->n_free];
    }
    if (pool->n_made == VNIC__BUFFERS_MAX) {
        return VNIC_ENOBUFS;
    }
    memory = vnic__alloc(VNIC__BUFFER_LEN);
    if (memory == NULL) {
        return VNIC_ENOMEM;
    }
    pool->buffers[pool->n_made] = memory;
    return (int)pool->n_made++;
}

static void drop_buffer(struct vnic__pool *pool, int buffer)
{
    if (--pool->refs[buffer] == 0) {
        pool->free_list[pool->n_free++] = (uint16_t)buffer;
    }
}

static void set_bounds(struct pool_view *view, const struct vnic_packet *p)
{
    view->start = p->data - p->headroom;
    view->end = p->data + p->cap;
}

static int lend_view(struct vnic__pool *pool, int buffer, struct vnic_packet *p)
{
    struct pool_view *view;
    uint32_t slot;

    if (pool->n_free_views > 0) {
        slot = pool->free_views[--pool->n_free_views];
    } else if (pool->n_views < VNIC__VIEWS_MAX) {
        slot = pool->n_views++;
    } else {
        return VNIC_ENOBUFS;
    }
    view = &pool->views[slot];
    set_bounds(view, p);
    view->buffer = (uint16_t)buffer;
    view->state = VIEW_OUT;
    pool->refs[buffer]++;
    p->token = (uintptr_t)slot + 1;
    return 0;
}

int vnic__pool_take(struct vnic *q, struct vnic_packet *p)
{
    int buffer, rc;

    vnic__mutex_lock(&q->lock);
    rc = get_pool(q);
    buffer = rc == 0 ? take_buffer(q->pool) : rc;
    if (buffer >= 0) {
        p->data = q->pool->buffers[buffer] + VNIC__HEADROOM;
        p->cap = VNIC_MAX_PACKET + VNIC__TAILROOM;
        p->headroom = VNIC__HEADROOM;
        q->pool->refs[buffer] = 1;
        rc = lend_view(q->pool, buffer, p);
        drop_buffer(q->pool, buffer);
    }
    vnic__mutex_unlock(&q->lock);
    return buffer < 0 ? buffer : rc;
}

int vnic__pool_hold(struct vnic *q)
{
    int buffer;

    vnic__mutex_lock(&q->lock);
    buffer = get_pool(q);
    if (buffer == 0) {
        buffer = take_buffer(q->pool);
    }
    if (buffer >= 0) {
        q->pool->refs[buffer] = 1;
    }
    vnic__mutex_unlock(&q->lock);
    return buffer;
}

uint8_t *vnic__pool_memory(const struct vnic *q, int buffer)
{
    return q->pool->buffers[buffer];
}

void vnic__pool_drop(struct vnic *q, int buffer)
{
    vnic__mutex_lock(&q->lock);
    drop_buffer(q->pool, buffer);
    vnic__mutex_unlock(&q->lock);
}

int vnic__pool_has_views(struct vnic *q, int buffer)
{
    int has_views;

    vnic__mutex_lock(&q->lock);
    has_views = q->pool->refs[buffer] > 1;
    vnic__mutex_unlock(&q->lock);
    return has_views;
}

int vnic__pool_lend(struct vnic *q, int buffer, struct vnic_packet *p)
{
    int rc;

    vnic__mutex_lock(&q->lock);
    rc = lend_view(q->pool, buffer, p);
    vnic__mutex_unlock(&q->lock);
    return rc;
}

void vnic__pool_set_bounds(struct vnic *q, const struct vnic_packet *p)
{
    vnic__mutex_lock(&q->lock);
    set_bounds(&q->pool->views[p->token - 1], p);
    vnic__mutex_unlock(&q->lock);
}

static int is_inside(const struct pool_view *view, const struct vnic_packet *p)
{
    return p->data >= view->start && p->data <= view->end &&
           p->len <= (size_t)(view->end - p->data);
}

static int check_views(struct vnic__pool *pool, const struct vnic_packet *pkts, int n, int inside)
{
    int good = 0;

    while (good < n && pool != NULL) {
        uintptr_t token = pkts[good].token;

        if (token == 0 || token > pool->n_views || pool->views[token - 1].state != VIEW_OUT ||
            (inside && !is_inside(&pool->views[token - 1], &pkts[good]))) {
            break;
        }
        pool->views[token - 1].state = VIEW_SEEN;
        good++;
    }
    for (int i = 0; i < good; i++) {
        pool->views[pkts[i].token - 1].state = VIEW_OUT;
    }
    return good == n ? 0 : VNIC_EINVAL;
}

static void give_view(struct vnic__pool *pool, uintptr_t token)
{
    struct pool_view *view = &pool->views[token - 1];

    view->state = VIEW_FREE;
    pool->free_views[pool->n_free_views++] = (uint16_t)(token - 1);
    drop_buffer(pool, view->buffer);
}

int vnic__pool_check(struct vnic *q, const struct vnic_packet *pkts, int n, int inside)
{
    int rc;

    vnic__mutex_lock(&q->lock);
    rc = check_views(q->pool, pkts, n, inside);
    vnic__mutex_unlock(&q->lock);
    return rc;
}

void vnic__pool_give(struct vnic *q, uintptr_t token)
{
    vnic__mutex_lock(&q->lock);
    give_view(q->pool, token);
    vnic__mutex_unlock(&q->lock);
}

int vnic__pool_give_all(struct vnic *q, const struct vnic_packet *pkts, int n)
{
    int rc;

    vnic__mutex_lock(&q->lock);
    rc = check_views(q->pool, pkts, n, 0);
    for (int i = 0; i < n && rc == 0; i++) {
        give_view(q->pool, pkts[i].token);
    }
    vnic__mutex_unlock(&q->lock);
    return rc;
}

int vnic__pool_is_lent(struct vnic *q)
{
    int lent;

    vnic__mutex_lock(&q->lock);
    lent = q->pool != NULL && q->pool->n_free_views < q->pool->n_views;
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
