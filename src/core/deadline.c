/* SPDX-License-Identifier: Apache-2.0 */
/* Timeouts, blocked callers, and what a closed interface means. */
#include "io.h"

int vnic__deadline(struct vnic *q, int timeout_ms, int64_t *ret)
{
    if (timeout_ms < VNIC_DEFAULT) {
        return VNIC_EINVAL;
    }
    if (timeout_ms == VNIC_DEFAULT) {
        timeout_ms =
            atomic_load_explicit(&q->nonblock, memory_order_relaxed) ? VNIC_NOWAIT : VNIC_FOREVER;
    }
    if (timeout_ms > 0) {
        *ret = vnic__now_ns() + (int64_t)timeout_ms * 1000000;
    } else {
        *ret = timeout_ms == VNIC_NOWAIT ? VNIC__DEADLINE_TRY : VNIC__DEADLINE_NEVER;
    }
    return 0;
}

void vnic__enter_wait(struct vnic *q)
{
    vnic__mutex_lock(&q->lock);
    q->waiters++;
    vnic__mutex_unlock(&q->lock);
}

void vnic__leave_wait(struct vnic *q)
{
    vnic__mutex_lock(&q->lock);
    if (--q->waiters == 0) {
        vnic__cond_broadcast(&q->idle);
    }
    /* The handle may be gone as soon as the lock is free. */
    vnic__mutex_unlock(&q->lock);
}

/*
 * A wait that ended without an event and without a reason may have met a signal that says what the
 * state does not: a process that forked, and whose child closed its copy of the handle, shares the
 * signal with it. Left alone, every further wait would end at once.
 */
void vnic__repair_signal(struct vnic *q)
{
    vnic__signal_follow(&q->signal, &q->stop);
    if (q->wakeup != NULL) {
        vnic__signal_follow(&q->wakeup->signal, &q->wakeup->value);
    }
}

/*
 * A backend cannot always tell a removed interface from a queue that another thread is detaching at
 * this moment. Detaching holds the interface's lock, so what the backend says under it is final. A backend
 * that reads ahead may have packets of an interface that is gone: then only sending has ended.
 */
int vnic__explain(struct vnic *q, int events, int code)
{
    int has_packets = 0;
    uint32_t stop;

    if (code != VNIC_ECLOSED) {
        return code;
    }
    vnic__mutex_lock(&q->iface->lock);
    stop = atomic_load(&q->stop);
    if ((stop & VNIC__STOP_DETACHED) == 0 && q->backend->wait(q, events, 0) != VNIC_ECLOSED) {
        code = VNIC_EAGAIN;
    } else if ((stop & VNIC__STOP_DETACHED) == 0 && events == VNIC_WRITABLE) {
        has_packets = q->backend->wait(q, VNIC_READABLE, 0) != VNIC_ECLOSED;
    }
    vnic__mutex_unlock(&q->iface->lock);
    if (code == VNIC_EAGAIN || has_packets) {
        return code;
    }
    if ((stop & VNIC__STOP_DETACHED) == 0) {
        vnic__stop(q, VNIC__STOP_GONE);
    }
    code = vnic__stop_code(q);
    return code != 0 ? code : VNIC_EAGAIN;
}
