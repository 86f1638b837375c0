/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt and shutdown. The state is a set of bits; the signal is set whenever a bit is, so that a
 * thread that is about to wait finds it. Setting is async-signal-safe: an atomic and a signal.
 */
#include "device.h"

/*
 * Whoever applies last looks once more afterwards, so that however setters and clearers overlap, the
 * signal ends up as the state says.
 */
void vnic__signal_follow(const struct vnic__signal *signal, const _Atomic uint32_t *state)
{
    uint32_t set;

    do {
        set = atomic_load(state) != 0;
        if (set) {
            vnic__signal_set(signal);
        } else {
            vnic__signal_clear(signal);
        }
    } while ((atomic_load(state) != 0) != set);
}

void vnic__stop(struct vnic *q, uint32_t bits)
{
    (void)atomic_fetch_or(&q->stop, bits);
    vnic__signal_follow(&q->signal, &q->stop);
}

void vnic__unstop(struct vnic *q, uint32_t bits)
{
    (void)atomic_fetch_and(&q->stop, ~bits);
    vnic__signal_follow(&q->signal, &q->stop);
}

int vnic__stop_code(struct vnic *q)
{
    uint32_t stop = atomic_load_explicit(&q->stop, memory_order_acquire);

    if (stop & (VNIC__STOP_SHUTDOWN | VNIC__STOP_GONE)) {
        return VNIC_ECLOSED;
    }
    if (stop & VNIC__STOP_INTERRUPT) {
        return VNIC_EINTERRUPTED;
    }
    if (q->wakeup != NULL && vnic_wakeup_value(q->wakeup) != 0) {
        return VNIC_EINTERRUPTED;
    }
    return stop & VNIC__STOP_DETACHED ? VNIC_EDETACHED : 0;
}

int vnic_interrupt(vnic *dev)
{
    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    vnic__stop(dev, VNIC__STOP_INTERRUPT);
    return 0;
}

int vnic_clear_interrupt(vnic *dev)
{
    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    vnic__unstop(dev, VNIC__STOP_INTERRUPT);
    return 0;
}

int vnic_shutdown(vnic *dev)
{
    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    vnic__stop(dev, VNIC__STOP_SHUTDOWN);
    return 0;
}

int vnic_shutdown_all(vnic *dev)
{
    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    vnic__mutex_lock(&dev->iface->lock);
    for (struct vnic *q = dev->iface->queues; q != NULL; q = q->next) {
        vnic__stop(q, VNIC__STOP_SHUTDOWN);
    }
    vnic__mutex_unlock(&dev->iface->lock);
    return 0;
}
