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
    uint8_t *start;    /* what was lent: from here … */
    uint8_t *end;      /* … to before here */
    uintptr_t foreign; /* the backend's token, when buffer is VIEW_FOREIGN */
    uint16_t buffer;
    uint16_t state;
    uint32_t exact; /* 1: committed as it was reserved, or not at all */
};

/* Instead of a buffer of the pool: memory of the backend, that of a packet which came, or of one which
 * goes. */
#define VIEW_FOREIGN UINT16_MAX
#define VIEW_RESERVED (UINT16_MAX - 1)

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

static int take_view(struct vnic__pool *pool)
{
    if (pool->n_free_views > 0) {
        return pool->free_views[--pool->n_free_views];
    }
    return pool->n_views < VNIC__VIEWS_MAX ? (int)pool->n_views++ : VNIC_ENOBUFS;
}

static void fill_view(struct vnic__pool *pool, int slot, uint16_t buffer, struct vnic_packet *p)
{
    struct pool_view *view = &pool->views[slot];

    set_bounds(view, p);
    view->buffer = buffer;
    view->state = VIEW_OUT;
    view->exact = 0;
    p->token = (uintptr_t)slot + 1;
}

static int lend_view(struct vnic__pool *pool, int buffer, struct vnic_packet *p)
{
    int slot = take_view(pool);

    if (slot < 0) {
        return slot;
    }
    fill_view(pool, slot, (uint16_t)buffer, p);
    pool->refs[buffer]++;
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

void vnic__pool_make_exact(struct vnic *q, struct vnic_packet *p)
{
    vnic__mutex_lock(&q->lock);
    p->cap = p->len;
    p->headroom = 0;
    set_bounds(&q->pool->views[p->token - 1], p);
    q->pool->views[p->token - 1].exact = 1;
    vnic__mutex_unlock(&q->lock);
}

void vnic__pool_lock(struct vnic *q)
{
    vnic__mutex_lock(&q->lock);
}

void vnic__pool_unlock(struct vnic *q)
{
    vnic__mutex_unlock(&q->lock);
}

int vnic__pool_hold(struct vnic *q)
{
    int buffer = get_pool(q);

    if (buffer == 0) {
        buffer = take_buffer(q->pool);
    }
    if (buffer >= 0) {
        q->pool->refs[buffer] = 1;
    }
    return buffer;
}

uint8_t *vnic__pool_memory(const struct vnic *q, int buffer)
{
    return q->pool->buffers[buffer];
}

void vnic__pool_drop(struct vnic *q, int buffer)
{
    drop_buffer(q->pool, buffer);
}

int vnic__pool_has_views(const struct vnic *q, int buffer)
{
    return q->pool->refs[buffer] > 1;
}

int vnic__pool_lend(struct vnic *q, int buffer, struct vnic_packet *p)
{
    return lend_view(q->pool, buffer, p);
}

void vnic__pool_set_bounds(struct vnic *q, const struct vnic_packet *p)
{
    set_bounds(&q->pool->views[p->token - 1], p);
}

static int is_inside(const struct pool_view *view, const struct vnic_packet *p)
{
    size_t room = (size_t)(view->end - view->start);

    if (view->exact) {
        return p->data == view->start && (p->len == room || p->len == 0);
    }
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

static void free_view(struct vnic__pool *pool, uintptr_t token)
{
    pool->views[token - 1].state = VIEW_FREE;
    pool->free_views[pool->n_free_views++] = (uint16_t)(token - 1);
}

/* Tokens of the backend that go back in one call; all are of the same kind. */
struct pool_return {
    uintptr_t tokens[VNIC__BATCH_MAX];
    int n;
    uint16_t kind;
};

static void flush_return(struct vnic *q, struct pool_return *r)
{
    if (r->n > 0 && r->kind == VIEW_FOREIGN) {
        q->backend->release(q, r->tokens, r->n);
    } else if (r->n > 0) {
        q->backend->cancel(q, r->tokens, r->n);
    }
    r->n = 0;
}

static void give_views(struct vnic *q, const struct vnic_packet *pkts, int n)
{
    struct pool_return back = {.n = 0, .kind = VIEW_FOREIGN};

    for (int i = 0; i < n; i++) {
        const struct pool_view *view = &q->pool->views[pkts[i].token - 1];

        free_view(q->pool, pkts[i].token);
        if (view->buffer < VIEW_RESERVED) {
            drop_buffer(q->pool, view->buffer);
            continue;
        }
        if (back.n == VNIC__BATCH_MAX || view->buffer != back.kind) {
            flush_return(q, &back);
        }
        back.kind = view->buffer;
        back.tokens[back.n++] = view->foreign;
    }
    flush_return(q, &back);
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
    const struct vnic_packet p = {.token = token};

    vnic__mutex_lock(&q->lock);
    give_views(q, &p, 1);
    vnic__mutex_unlock(&q->lock);
}

int vnic__pool_give_all(struct vnic *q, const struct vnic_packet *pkts, int n)
{
    int rc;

    vnic__mutex_lock(&q->lock);
    rc = check_views(q->pool, pkts, n, 0);
    if (rc == 0) {
        give_views(q, pkts, n);
    }
    vnic__mutex_unlock(&q->lock);
    return rc;
}

int vnic__pool_free_views(struct vnic *q)
{
    int n;

    vnic__mutex_lock(&q->lock);
    n = get_pool(q);
    if (n == 0) {
        n = (int)(VNIC__VIEWS_MAX - q->pool->n_views + q->pool->n_free_views);
    }
    vnic__mutex_unlock(&q->lock);
    return n;
}

void vnic__pool_lend_foreign(struct vnic *q, const struct vnic__view *views,
                             struct vnic_packet *pkts, int n)
{
    vnic__mutex_lock(&q->lock);
    for (int i = 0; i < n; i++) {
        int slot = take_view(q->pool);

        pkts[i] = (struct vnic_packet){
            .user = pkts[i].user,
            .data = views[i].data,
            .len = views[i].len,
            .cap = views[i].cap,
            .headroom = (uint16_t)views[i].headroom,
        };
        fill_view(q->pool, slot, VIEW_FOREIGN, &pkts[i]);
        q->pool->views[slot].foreign = views[i].token;
    }
    vnic__mutex_unlock(&q->lock);
}

void vnic__pool_lend_reserved(struct vnic *q, const struct vnic__view *views,
                              struct vnic_packet *pkts, int n)
{
    vnic__mutex_lock(&q->lock);
    for (int i = 0; i < n; i++) {
        int slot = take_view(q->pool);

        pkts[i].data = views[i].data;
        pkts[i].cap = pkts[i].len;
        pkts[i].headroom = 0;
        fill_view(q->pool, slot, VIEW_RESERVED, &pkts[i]);
        q->pool->views[slot].foreign = views[i].token;
        q->pool->views[slot].exact = 1;
    }
    vnic__mutex_unlock(&q->lock);
}

int vnic__pool_reserved(struct vnic *q, const struct vnic_packet *pkts, int n,
                        uintptr_t *ret_tokens)
{
    int count = 0, others = 0;

    vnic__mutex_lock(&q->lock);
    for (int i = 0; i < n; i++) {
        const struct pool_view *view = &q->pool->views[pkts[i].token - 1];
        int reserved = view->buffer == VIEW_RESERVED && pkts[i].len > 0;

        if (reserved ? others > 0 || count == VNIC__BATCH_MAX : count > 0) {
            break;
        }
        if (reserved) {
            ret_tokens[count++] = view->foreign;
        } else {
            others++;
        }
    }
    vnic__mutex_unlock(&q->lock);
    return count > 0 ? count : -others;
}

void vnic__pool_end_reserved(struct vnic *q, struct vnic_packet *pkts, int n)
{
    vnic__mutex_lock(&q->lock);
    for (int i = 0; i < n; i++) {
        free_view(q->pool, pkts[i].token);
        pkts[i].token = 0;
    }
    vnic__mutex_unlock(&q->lock);
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
