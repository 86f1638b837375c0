/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of segments. Of a super-packet every other segment is lent where it lies and the ones between
 * are copied elsewhere: what a copied one leaves behind is where the headers of the next one are written,
 * and the head- and tailroom of its neighbours. So each is in one piece, all of them may be out at the
 * same time, and a VPN may encapsulate any of them in place, for half the copying.
 */
#include "io.h"
#include "io_wait.h"
#include "offload.h"
#include "pool.h"

/* Copies begin on lines of the cache. */
#define SIDE_ALIGN 64u

/* Whether a payload left behind has room for headers, headroom and tailroom. */
static int has_gap(const struct vnic__offload *off)
{
    return off->super.gso_size >= VNIC_SPLIT_HDR_MAX + VNIC__HEADROOM + VNIC__TAILROOM;
}

/* Room for a copy of `len` bytes in the side buffer: p->data, cap and headroom. */
static int side_room(struct vnic *q, uint32_t len, struct vnic_packet *p)
{
    struct vnic__offload *off = q->offload;
    uint32_t need = VNIC__HEADROOM + len + VNIC__TAILROOM;

    if (off->side >= 0 && off->side_used > 0 && !vnic__pool_has_views(q, off->side)) {
        off->side_used = 0;
    }
    if (off->side >= 0 && off->side_used + need > VNIC__BUFFER_LEN) {
        vnic__pool_drop(q, off->side);
        off->side = -1;
    }
    if (off->side < 0) {
        off->side = vnic__pool_hold(q);
        off->side_used = 0;
    }
    if (off->side < 0) {
        return off->side;
    }
    p->data = vnic__pool_memory(q, off->side) + off->side_used + VNIC__HEADROOM;
    p->cap = len + VNIC__TAILROOM;
    p->headroom = VNIC__HEADROOM;
    off->side_used += (need + SIDE_ALIGN - 1) / SIDE_ALIGN * SIDE_ALIGN;
    return 0;
}

/* Copies the next segment aside, where it waits to be taken. */
static int copy_ahead(struct vnic *q)
{
    struct vnic__offload *off = q->offload;
    struct vnic_packet *spare = &off->spare;
    int rc = side_room(q, (uint32_t)vnic_split_size(&off->split), spare);

    if (rc == 0) {
        rc = vnic_split_copy(&off->split, spare);
    }
    if (rc < 0) {
        spare->data = NULL;
    }
    return rc < 0 ? rc : 0;
}

static int lend_spare(struct vnic *q, struct vnic_packet *p)
{
    struct vnic__offload *off = q->offload;
    uint64_t user = p->user;
    int rc;

    *p = off->spare;
    p->user = user;
    rc = vnic__pool_lend(q, off->side, p);
    if (rc == 0) {
        off->spare.data = NULL;
    }
    return rc;
}

/*
 * Lends the next segment where it lies, and copies the one after it aside. When that cannot be had now,
 * this one goes without tailroom, and the next waits for memory.
 */
static int lend_in_place(struct vnic *q, struct vnic_packet *p, uint32_t held)
{
    struct vnic__offload *off = q->offload;
    uint32_t headroom = VNIC__HEADROOM;
    int rc;

    /* The token comes first: a segment that was taken from the iterator cannot be put back. */
    p->data = off->super.data;
    p->headroom = 0;
    p->cap = 0;
    rc = vnic__pool_lend(q, off->buffer, p);
    if (rc < 0) {
        return rc;
    }
    (void)vnic_split_next(&off->split, p);
    if (off->lie == VNIC__LIE_NEXT) {
        headroom = off->super.gso_size - p->hdr_len - VNIC__TAILROOM;
    }
    p->headroom = (uint16_t)headroom;
    off->lie = VNIC__LIE_NO;
    if (held == 1) {
        p->cap = (uint32_t)(off->super.data + off->super.cap - p->data);
    } else if (copy_ahead(q) == 0) {
        p->cap = p->len + VNIC__TAILROOM;
        off->lie = VNIC__LIE_NEXT;
    } else {
        p->cap = p->len;
    }
    vnic__pool_set_bounds(q, p);
    return 0;
}

static int lend_copy(struct vnic *q, struct vnic_packet *p)
{
    struct vnic__offload *off = q->offload;
    int rc = 0;

    if (off->spare.data == NULL) {
        off->lie = VNIC__LIE_NO;
        rc = copy_ahead(q);
    }
    return rc < 0 ? rc : lend_spare(q, p);
}

static int lend_segment(struct vnic *q, struct vnic_packet *p)
{
    struct vnic__offload *off = q->offload;
    uint32_t held = atomic_load_explicit(&off->held, memory_order_relaxed);
    int may_lie =
        off->spare.data == NULL && off->lie != VNIC__LIE_NO && (held == 1 || has_gap(off));
    int rc = may_lie ? lend_in_place(q, p, held) : lend_copy(q, p);

    if (rc == 0) {
        vnic__offload_taken(q);
        vnic__count_packet(&q->rx, (int)p->len);
    }
    return rc;
}

/* A packet that was consumed and cannot be given has its place, with a view of nothing. */
static int lend_nothing(struct vnic *q, struct vnic_packet *p, int status)
{
    int rc;

    p->data = vnic__pool_memory(q, q->offload->buffer);
    p->len = p->cap = p->headroom = 0;
    vnic__pool_lock(q);
    rc = vnic__pool_lend(q, q->offload->buffer, p);
    vnic__pool_unlock(q);
    p->status = rc < 0 ? 0 : status;
    return rc;
}

static void clear_view(struct vnic_packet *p)
{
    *p = (struct vnic_packet){.user = p->user};
}

/* The segments of one super-packet, at most n, under one lock: how many, or a code. */
static int acquire_segments(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int done = 0;
    int rc = vnic__offload_held(q) > 0 ? 1 : vnic__offload_fill_views(q, deadline);

    clear_view(&pkts[0]);
    if (rc == VNIC_ENOTSUP || rc == VNIC_EMSGSIZE) {
        rc = lend_nothing(q, &pkts[0], rc);
        return rc < 0 ? rc : 1;
    }
    if (rc < 0) {
        return rc;
    }
    vnic__pool_lock(q);
    do {
        clear_view(&pkts[done]);
        rc = lend_segment(q, &pkts[done]);
        done += rc == 0;
    } while (rc == 0 && done < n && vnic__offload_held(q) > 0);
    vnic__pool_unlock(q);
    return done > 0 ? done : rc;
}

/* A super-packet as it is: the buffer becomes the caller's. 1 or a code. */
static int acquire_whole(struct vnic *q, struct vnic_packet *p, int64_t deadline)
{
    struct vnic__offload *off = q->offload;
    int rc = vnic__offload_fill_whole(q, deadline);

    clear_view(p);
    if (rc == VNIC_ENOTSUP || rc == VNIC_EMSGSIZE) {
        rc = lend_nothing(q, p, rc);
        return rc < 0 ? rc : 1;
    }
    if (rc < 0) {
        return rc;
    }
    p->data = off->super.data;
    p->len = off->super.len;
    p->cap = off->super.cap;
    p->headroom = VNIC__HEADROOM;
    vnic__offload_copy_fields(&off->super, p);
    vnic__pool_lock(q);
    rc = vnic__pool_lend(q, off->buffer, p);
    vnic__pool_unlock(q);
    if (rc < 0) {
        return rc;
    }
    vnic__count_packet(&q->rx, (int)p->len);
    return 1;
}

int vnic__offload_acquire_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int raw = q->iface->offload == VNIC_OFFLOAD_RAW;
    int done = 0, rc = vnic__stop_code(q);

    while (rc == 0 && done < n && !vnic__offload_is_full(q, done, n)) {
        int got = raw ? acquire_whole(q, &pkts[done], deadline)
                      : acquire_segments(q, &pkts[done], n - done, deadline);

        deadline = VNIC__DEADLINE_TRY;
        rc = got < 0 ? got : 0;
        done += got > 0 ? got : 0;
    }
    vnic__offload_settle(q);
    return done > 0 ? done : rc;
}
