/* SPDX-License-Identifier: Apache-2.0 */
/* Adding several queues; taking a queue out of service and back. */
#include "device.h"

/* MAX_TAP_QUEUES of Linux drivers/net/tun.c, less the first. */
#define MOST_QUEUES 255

int vnic_open_queues(vnic *dev, vnic **ret_queues, int n, struct vnic_error *ret_err)
{
    int rc = 0;
    int i;

    if (dev == NULL || ret_queues == NULL) {
        return vnic__fail_null(ret_err, "vnic_open_queues", dev == NULL ? "dev" : "ret_queues");
    }
    if (n < 1 || n > MOST_QUEUES) {
        return vnic__fail(ret_err, VNIC_EINVAL, "vnic_open_queues", "n",
                          "%d is not a number of queues to add, 1 to %d", n, MOST_QUEUES);
    }
    for (i = 0; i < n; i++) {
        ret_queues[i] = NULL;
    }
    for (i = 0; i < n && rc == 0; i++) {
        rc = vnic_open_queue(dev, &ret_queues[i], ret_err);
    }
    /* All or nothing; the one that failed is NULL. */
    while (rc < 0 && i > 0) {
        i--;
        vnic_close(ret_queues[i]);
        ret_queues[i] = NULL;
    }
    return rc;
}

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
