/* SPDX-License-Identifier: Apache-2.0 */
#include "support/inside.h"

#include "core/apply.h"
#include "core/backends.h"
#include "core/device.h"
#include "core/dns_text.h"
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

int inside_apply(vnic *dev, const struct vnic__settings *s, uint32_t created,
                 struct vnic_error *err)
{
    uint32_t was = dev->iface->created;
    int rc;

    vnic__mutex_lock(&dev->iface->lock);
    dev->iface->created = created;
    rc = vnic__apply(dev, s, err);
    dev->iface->created = was;
    vnic__mutex_unlock(&dev->iface->lock);
    return rc;
}

const struct vnic__backend *inside_find_backend(const char *name)
{
    return vnic__find_backend(name, VNIC_UNSET, NULL);
}

int inside_get_dns(vnic *dev, struct vnic__dns *ret, struct vnic_error *err)
{
    int rc;

    vnic__mutex_lock(&dev->iface->lock);
    rc = dev->backend->netconf->get_dns(dev, ret, err);
    vnic__mutex_unlock(&dev->iface->lock);
    return rc;
}

int inside_parse_dns(const char *text, struct vnic__dns *ret)
{
    return vnic__dns_parse(text, ret, NULL);
}

int inside_same_dns(const struct vnic__dns *a, const struct vnic__dns *b)
{
    return vnic__dns_same(a, b);
}

int inside_views_are_out(vnic *dev)
{
    return vnic__pool_is_lent(dev);
}
