/* SPDX-License-Identifier: Apache-2.0 */
/* Readiness, and the handles that foreign loops wait for. */
#include "io.h"
#include "offload.h"

static int wait_until(struct vnic *q, int events, int64_t deadline)
{
    int64_t until = deadline == VNIC__DEADLINE_TRY ? 0 : deadline;
    int rc;

    do {
        rc = q->backend->wait(q, events, until);
        if (rc < 0) {
            rc = vnic__explain(q, events, rc);
        }
        if (rc < 0 && rc != VNIC_EAGAIN) {
            return rc;
        }
        if (vnic__stop_code(q) < 0) {
            return vnic__stop_code(q);
        }
        if (rc <= 0 && until >= 0 && vnic__now_ns() >= until) {
            return deadline == VNIC__DEADLINE_TRY ? VNIC_EAGAIN : VNIC_ETIMEDOUT;
        }
        if (rc == 0) {
            vnic__repair_signal(q);
        }
    } while (rc == 0 || rc == VNIC_EAGAIN);
    return rc;
}

int vnic_wait(vnic *dev, int events, int timeout_ms)
{
    int64_t deadline;
    int rc;

    if (dev == NULL || events == 0 || (events & ~(VNIC_READABLE | VNIC_WRITABLE)) != 0 ||
        vnic__deadline(dev, timeout_ms, &deadline) < 0) {
        return VNIC_EINVAL;
    }
    rc = vnic__stop_code(dev);
    if (rc < 0) {
        return rc;
    }
    if ((events & VNIC_READABLE) && vnic__offload_held(dev) > 0) {
        return VNIC_READABLE;
    }
    vnic__enter_wait(dev);
    rc = wait_until(dev, events, deadline);
    vnic__leave_wait(dev);
    return rc;
}

intptr_t vnic_wait_handle(vnic *dev)
{
    intptr_t handle;
    int rc = 0;

    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    vnic__mutex_lock(&dev->iface->lock);
    if (dev->wait_handle == -1) {
        rc = vnic__offload_want_signal(dev);
    }
    if (rc == 0 && dev->wait_handle == -1) {
        rc = dev->backend->wait_handle(dev, &dev->wait_handle);
    }
    handle = rc < 0 ? rc : dev->wait_handle;
    vnic__mutex_unlock(&dev->iface->lock);
    return handle;
}

intptr_t vnic_native_handle(vnic *dev)
{
    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    return dev->backend->native_handle == NULL ? VNIC_ENOTSUP : dev->backend->native_handle(dev);
}

int vnic_set_nonblock(vnic *dev, int on)
{
    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    atomic_store(&dev->nonblock, on != 0);
    return 0;
}

int vnic_recv_size(vnic *dev)
{
    uint32_t size;
    int rc = 0;

    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    if (atomic_load(&dev->stop) & (VNIC__STOP_SHUTDOWN | VNIC__STOP_GONE)) {
        return VNIC_ECLOSED;
    }
    if (dev->iface->offload == VNIC_OFFLOAD_RAW) {
        return (int)VNIC_MAX_PACKET;
    }
    if (dev->backend->refresh_need != NULL) {
        vnic__mutex_lock(&dev->iface->lock);
        rc = dev->backend->refresh_need(dev);
        vnic__mutex_unlock(&dev->iface->lock);
    }
    size = atomic_load(&dev->need) - (uint32_t)vnic__frame_len(&dev->frame);
    size += dev->flags & VNIC_KEEP_HEADER ? VNIC__PI_LEN : 0;
    if (rc < 0) {
        return rc;
    }
    return size < VNIC_MAX_PACKET ? (int)size : (int)VNIC_MAX_PACKET;
}
