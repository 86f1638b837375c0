/* SPDX-License-Identifier: Apache-2.0 */
/* What a packet call does when its first attempt was not the end of it: other headers, codes, waiting. */
#include "io_wait.h"

#include "framed.h"
#include "io.h"

int vnic__recv_unusual(struct vnic *q, int rc, uint32_t flags)
{
    if (rc >= 0 && (flags & VNIC__READ_CUT)) {
        rc = VNIC_EMSGSIZE;
    }
    if (rc >= 0) {
        vnic__count_packet(&q->rx, rc);
    } else if (rc == VNIC_EMSGSIZE) {
        uint64_t cut = atomic_load_explicit(&q->rx_cut, memory_order_relaxed);

        atomic_store_explicit(&q->rx_cut, cut + 1, memory_order_relaxed);
    }
    return rc;
}

static int recv_once(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    uint32_t flags = 0;
    int rc = q->plain ? q->backend->read(q, iov, n, &flags) : vnic__read_framed(q, iov, n);

    return vnic__recv_unusual(q, rc, flags);
}

static int send_once(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    int rc = q->plain ? q->backend->write(q, iov, n) : vnic__write_framed(q, iov, n);

    if (rc >= 0) {
        vnic__count_packet(&q->tx, rc);
    }
    return rc;
}

/* Nothing could be done at once. */
static int wait_and_try(struct vnic *q, int events, vnic__attempt *once,
                        const struct vnic_iovec *iov, int n, int64_t deadline)
{
    int rc, ready;

    vnic__enter_wait(q);
    do {
        ready = q->backend->wait(q, events, deadline);
        rc = ready < 0 ? vnic__explain(q, events, ready) : vnic__stop_code(q);
        if (rc == 0) {
            if (ready == 0) {
                vnic__repair_signal(q);
            }
            rc = vnic__explain(q, events, once(q, iov, n));
        }
        if (rc == VNIC_EAGAIN && deadline >= 0 && vnic__now_ns() >= deadline) {
            rc = VNIC_ETIMEDOUT;
        }
    } while (rc == VNIC_EAGAIN);
    vnic__leave_wait(q);
    return rc;
}

static int go_on(struct vnic *q, int events, vnic__attempt *once, const struct vnic_iovec *iov,
                 int n, int64_t deadline, int rc)
{
    if (rc == 0) {
        rc = vnic__stop_code(q);
        if (rc < 0) {
            return rc;
        }
        rc = once(q, iov, n);
        if (rc >= 0) {
            return rc;
        }
    }
    rc = vnic__explain(q, events, rc);
    if (rc != VNIC_EAGAIN || deadline == VNIC__DEADLINE_TRY) {
        return rc;
    }
    return wait_and_try(q, events, once, iov, n, deadline);
}

int vnic__recv_go_on(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline, int rc)
{
    return go_on(q, VNIC_READABLE, recv_once, iov, n, deadline, rc);
}

int vnic__send_go_on(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline, int rc)
{
    return go_on(q, VNIC_WRITABLE, send_once, iov, n, deadline, rc);
}

int vnic__recv_attempts(struct vnic *q, vnic__attempt *once, const struct vnic_iovec *iov,
                        int64_t deadline)
{
    return go_on(q, VNIC_READABLE, once, iov, iov != NULL, deadline, 0);
}

/* The views are where other attempts have their pieces. */
static int acquire_once(struct vnic *q, const struct vnic_iovec *where, int n)
{
    struct vnic__view *views = where->base;
    int rc = q->backend->acquire(q, views, n);

    for (int i = 0; i < rc; i++) {
        vnic__count_packet(&q->rx, (int)views[i].len);
    }
    return rc;
}

int vnic__acquire_until(struct vnic *q, struct vnic__view *views, int n, int64_t deadline)
{
    const struct vnic_iovec where = {views, (size_t)n * sizeof *views};
    int rc = vnic__stop_code(q) < 0 ? 0 : acquire_once(q, &where, n);

    return rc > 0 ? rc : go_on(q, VNIC_READABLE, acquire_once, &where, n, deadline, rc);
}

/* What an attempt to reserve needs, where other attempts have their pieces. */
struct reserve_wish {
    struct vnic__view *views;
    const uint32_t *lens;
};

static int reserve_once(struct vnic *q, const struct vnic_iovec *where, int n)
{
    const struct reserve_wish *wish = where->base;

    return q->backend->reserve(q, wish->views, wish->lens, n);
}

int vnic__reserve_until(struct vnic *q, struct vnic__view *views, const uint32_t *lens, int n,
                        int64_t deadline)
{
    struct reserve_wish wish = {views, lens};
    const struct vnic_iovec where = {&wish, sizeof wish};

    return go_on(q, VNIC_WRITABLE, reserve_once, &where, n, deadline, 0);
}
