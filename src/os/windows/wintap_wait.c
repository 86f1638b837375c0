/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for packets, for room, and for what core and other threads signal. */
#include "win_clock.h"
#include "win_sys.h"
#include "win_watch.h"
#include "wintap.h"

/*
 * Nobody waits longer than this without a look: the event of a direction wakes one thread, and an
 * adapter that is down may have no operation in flight that its removal could end.
 */
#define WAIT_LOOK_NS 250000000

/* What is there of `events`; VNIC_ECLOSED when it is over. */
static int ready_locked(struct vnic *q, int events)
{
    int ready = 0;
    uint32_t len;
    int rc;

    if (events & VNIC_READABLE) {
        rc = vnic__wintap_readable_locked(q, &len);
        if (rc < 0) {
            return rc;
        }
        ready |= rc > 0 ? VNIC_READABLE : 0;
    }
    if (events & VNIC_WRITABLE) {
        rc = vnic__wintap_writable_locked(q);
        if (rc == VNIC_ECLOSED) {
            return rc;
        }
        ready |= rc == 0 ? VNIC_WRITABLE : 0;
    }
    return ready;
}

static int64_t wait_until_locked(const struct wintap_queue *tq, int64_t deadline_ns)
{
    int64_t look_ns = vnic__now_ns() + WAIT_LOOK_NS;

    if (tq->state == WINTAP_TROUBLE && tq->retry_ns < look_ns) {
        look_ns = tq->retry_ns;
    }
    return deadline_ns < 0 || look_ns < deadline_ns ? look_ns : deadline_ns;
}

static DWORD collect_handles(const struct vnic *q, int events, HANDLE *ret)
{
    const struct wintap_queue *tq = wintap_queue_of(q);
    DWORD n = 0;

    ret[n++] = (HANDLE)q->signal.handle;
    if (q->wakeup != NULL) {
        ret[n++] = (HANDLE)q->wakeup->signal.handle;
    }
    /* The watch waits for the driver's event, which wakes one thread; its own wakes all. */
    if (events & VNIC_READABLE) {
        ret[n++] = tq->watch != NULL ? vnic__win_watch_event(tq->watch) : tq->rx.event;
    }
    if (events & VNIC_WRITABLE) {
        ret[n++] = tq->tx.event;
    }
    return n;
}

int vnic__wintap_wait(struct vnic *q, int events, int64_t deadline_ns)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    HANDLE handles[4];
    int64_t until_ns;
    DWORD n, result;
    int ready;

    vnic__mutex_lock(&tq->lock);
    ready = ready_locked(q, events);
    if (ready != 0) {
        vnic__mutex_unlock(&tq->lock);
        return ready;
    }
    n = collect_handles(q, events, handles);
    until_ns = wait_until_locked(tq, deadline_ns);
    tq->rx.waiters++;
    tq->tx.waiters++;
    vnic__mutex_unlock(&tq->lock);

    result = vnic__sys_wait_any(n, handles, win_ms_until(until_ns));

    vnic__mutex_lock(&tq->lock);
    tq->rx.waiters--;
    tq->tx.waiters--;
    ready = ready_locked(q, events);
    if (ready == 0) {
        vnic__wintap_tell_locked(q);
    }
    vnic__mutex_unlock(&tq->lock);
    return ready == 0 && result == WAIT_FAILED ? VNIC_EOS : ready;
}

/* ---- The handle for foreign loops --------------------------------------------------------------- */

static void look(void *user)
{
    struct vnic *q = user;
    struct wintap_queue *tq = wintap_queue_of(q);

    vnic__mutex_lock(&tq->lock);
    vnic__wintap_tell_locked(q);
    vnic__mutex_unlock(&tq->lock);
}

int vnic__wintap_wait_handle(struct vnic *q, intptr_t *ret_handle)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    const struct vnic__signal *levels[2] = {&q->signal, NULL};
    struct win_watch_plan plan = {.levels = levels, .n_levels = 1, .look = look, .user = q};
    struct win_watch *watch;
    int rc;

    if (q->wakeup != NULL) {
        levels[plan.n_levels++] = &q->wakeup->signal;
    }
    plan.source = tq->rx.event;
    rc = vnic__win_watch_new(&plan, &watch);
    if (rc < 0) {
        return rc;
    }
    vnic__mutex_lock(&tq->lock);
    tq->watch = watch;
    vnic__wintap_tell_locked(q);
    vnic__wintap_wake_locked(q);
    vnic__mutex_unlock(&tq->lock);
    *ret_handle = (intptr_t)vnic__win_watch_event(watch);
    return 0;
}

/* ---- Room --------------------------------------------------------------------------------------- */

/* The driver lets no longer frame through, whatever the IP layer's own MTU is; see
 * WINTAP_FRAME_ROOM. */
int vnic__wintap_refresh_need(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t room = q->layer == VNIC_TAP ? WINTAP_FRAME_ROOM : 0;
    int is_gone;

    atomic_store(&q->need, wintap_iface_of(q)->driver_mtu + room);
    vnic__mutex_lock(&tq->lock);
    is_gone = tq->state == WINTAP_GONE;
    vnic__mutex_unlock(&tq->lock);
    return is_gone ? VNIC_ECLOSED : 0;
}
