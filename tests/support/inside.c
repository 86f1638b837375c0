/* SPDX-License-Identifier: Apache-2.0 */
#include "support/inside.h"

#include "core/device.h"
#include "core/pool.h"

unsigned inside_waiters(vnic *dev)
{
    unsigned n;

    vnic__mutex_lock(&dev->lock);
    n = dev->waiters;
    vnic__mutex_unlock(&dev->lock);
    return n;
}

const struct vnic__backend *inside_backend(const vnic *dev)
{
    return dev->backend;
}

void inside_use_backend(vnic *dev, const struct vnic__backend *backend)
{
    dev->backend = backend;
    dev->iface->backend = backend;
}

int inside_views_are_out(vnic *dev)
{
    return vnic__pool_is_lent(dev);
}
