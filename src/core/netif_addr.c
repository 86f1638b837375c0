/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of an interface, one by one and as a set. */
#include <string.h>

#include "address_set.h"
#include "alloc.h"
#include "config.h"
#include "device.h"

/* The handle exists and its backend knows addresses; takes the lock on success. */
static int begin_addresses(vnic *dev, const char *operation, struct vnic_error *err)
{
    if (dev->backend->netconf == NULL || dev->backend->netconf->list_addresses == NULL) {
        return vnic__fail_unsupported(err, operation, "addresses", dev->backend->name);
    }
    vnic__mutex_lock(&dev->iface->lock);
    return 0;
}

int vnic_add_address(vnic *dev, const struct vnic_prefix *prefix, struct vnic_error *ret_err)
{
    int rc;

    if (dev == NULL || prefix == NULL) {
        return vnic__fail_null(ret_err, "vnic_add_address", dev == NULL ? "dev" : "prefix");
    }
    rc = vnic__check_prefixes(prefix, 1, ret_err);
    if (rc == 0) {
        rc = begin_addresses(dev, "vnic_add_address", ret_err);
    }
    if (rc == 0) {
        rc = dev->backend->netconf->add_address(dev, prefix, ret_err);
        vnic__mutex_unlock(&dev->iface->lock);
    }
    return rc;
}

int vnic_remove_address(vnic *dev, const struct vnic_prefix *prefix, struct vnic_error *ret_err)
{
    int rc;

    if (dev == NULL || prefix == NULL) {
        return vnic__fail_null(ret_err, "vnic_remove_address", dev == NULL ? "dev" : "prefix");
    }
    if (vnic_prefix_check(prefix) < 0) {
        return vnic__fail(ret_err, VNIC_EADDR, "vnic_remove_address", "prefix",
                          "the prefix is not valid: make it with vnic_prefix_parse()");
    }
    rc = begin_addresses(dev, "vnic_remove_address", ret_err);
    if (rc == 0) {
        rc = dev->backend->netconf->remove_address(dev, prefix, ret_err);
        vnic__mutex_unlock(&dev->iface->lock);
    }
    return rc;
}

static int replace_addresses(vnic *dev, const struct vnic_prefix *prefixes, int n,
                             struct vnic_error *err)
{
    struct vnic__addresses before;
    int rc = vnic__addresses_read(dev, &before, err);

    if (rc < 0) {
        return rc;
    }
    rc = vnic__addresses_change(dev, prefixes, n, VNIC__ADDRESSES_REPLACE, err);
    if (rc < 0) {
        vnic__addresses_restore(dev, &before);
    }
    vnic__addresses_free(&before);
    return rc;
}

int vnic_set_addresses(vnic *dev, const struct vnic_prefix *prefixes, int n,
                       struct vnic_error *ret_err)
{
    int rc;

    if (dev == NULL || (prefixes == NULL && n != 0)) {
        return vnic__fail_null(ret_err, "vnic_set_addresses", dev == NULL ? "dev" : "prefixes");
    }
    rc = n < 0 ? vnic__fail(ret_err, VNIC_EINVAL, "vnic_set_addresses", "n",
                            "n is %d: it must be 0 or more", n)
               : vnic__check_prefixes(prefixes, n, ret_err);
    if (rc == 0) {
        rc = begin_addresses(dev, "vnic_set_addresses", ret_err);
    }
    if (rc == 0) {
        rc = replace_addresses(dev, prefixes, n, ret_err);
        vnic__mutex_unlock(&dev->iface->lock);
    }
    return rc;
}

int vnic_get_addresses(vnic *dev, struct vnic_prefix *ret_prefixes, int cap,
                       struct vnic_error *ret_err)
{
    int rc;

    if (dev == NULL || (ret_prefixes == NULL && cap != 0)) {
        return vnic__fail_null(ret_err, "vnic_get_addresses", dev == NULL ? "dev" : "ret_prefixes");
    }
    if (cap < 0) {
        return vnic__fail(ret_err, VNIC_EINVAL, "vnic_get_addresses", "cap",
                          "cap is %d: it must be 0 or more", cap);
    }
    rc = begin_addresses(dev, "vnic_get_addresses", ret_err);
    if (rc == 0) {
        rc = dev->backend->netconf->list_addresses(dev, ret_prefixes, cap, ret_err);
        vnic__mutex_unlock(&dev->iface->lock);
    }
    return rc;
}
