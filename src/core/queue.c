/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a queue out of service and back. */
#include "device.h"

/* What both calls check first. */
static int check_queue(vnic *dev, const char *operation, struct vnic_error *err)
{
    if (dev == NULL) {
        return vnic__fail_null(err, operation, "dev");
    }
    if (dev->backend->detach == NULL || !dev->iface->multi_queue) {
        return vnic__fail(
            err, VNIC_ENOTSUP, operation, "VNIC_MULTI_QUEUE",
            "the interface has a single queue, which cannot be detached: open it with "
            "VNIC_MULTI_QUEUE");
    }
    if (atomic_load(&dev->stop) & (VNIC__STOP_SHUTDOWN | VNIC__STOP_GONE)) {
        return vnic__fail(err, VNIC_ECLOSED, operation, NULL,
                          "the handle was shut down or its interface removed");
    }
    return 0;
}

int vnic_detach_queue(vnic *dev, struct vnic_error *ret_err)
{
    int rc = check_queue(dev, "vnic_detach_queue", ret_err);

    if (rc < 0) {
        return rc;
    }
    vnic__mutex_lock(&dev->iface->lock);
    if ((atomic_load(&dev->stop) & VNIC__STOP_DETACHED) == 0) {
        /* Announced first, so that a reader never takes the kernel's answer for a removal. */
        vnic__stop(dev, VNIC__STOP_DETACHED);
        rc = dev->backend->detach(dev, ret_err);
        if (rc < 0) {
            vnic__unstop(dev, VNIC__STOP_DETACHED);
        }
    }
    vnic__mutex_unlock(&dev->iface->lock);
    return rc;
}

int vnic_attach_queue(vnic *dev, struct vnic_error *ret_err)
{
    int rc = check_queue(dev, "vnic_attach_queue", ret_err);

    if (rc < 0) {
        return rc;
    }
    vnic__mutex_lock(&dev->iface->lock);
    if (atomic_load(&dev->stop) & VNIC__STOP_DETACHED) {
        rc = dev->backend->attach(dev, ret_err);
        if (rc == 0) {
            vnic__unstop(dev, VNIC__STOP_DETACHED);
        } else if (rc == VNIC_ECLOSED) {
            vnic__stop(dev, VNIC__STOP_GONE);
        }
    }
    vnic__mutex_unlock(&dev->iface->lock);
    return rc;
}
