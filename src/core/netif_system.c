/* SPDX-License-Identifier: Apache-2.0 */
/* Setting what only some systems keep for an interface: its metric and its DNS servers. */
#include <string.h>

#include "apply.h"
#include "config.h"
#include "device.h"
#include "dns_text.h"

int vnic_set_metric(vnic *dev, uint32_t metric, struct vnic_error *ret_err)
{
    const struct vnic__netconf *conf;
    struct vnic_info now;
    int rc;

    if (dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_metric", "dev");
    }
    conf = dev->backend->netconf;
    rc = vnic__check_metric(metric, ret_err);
    if (rc < 0) {
        return rc;
    }
    if (conf == NULL || conf->set_metric == NULL) {
        return vnic__fail_unsupported(ret_err, "vnic_set_metric", "metric", dev->backend->name);
    }
    vnic__mutex_lock(&dev->iface->lock);
    memset(&now, 0, sizeof now);
    rc = conf->get_info(dev, &now, ret_err);
    if (rc == 0) {
        rc = vnic__must_set(dev, VNIC__KEEP_METRIC, metric, now.metric, ret_err);
    }
    rc = rc > 0 ? conf->set_metric(dev, metric, ret_err) : rc;
    vnic__mutex_unlock(&dev->iface->lock);
    return rc < 0 ? rc : 0;
}

int vnic_set_dns(vnic *dev, const char *dns, struct vnic_error *ret_err)
{
    const struct vnic__netconf *conf;
    struct vnic__dns wanted;
    int rc;

    if (dev == NULL || dns == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_dns", dev == NULL ? "dev" : "dns");
    }
    conf = dev->backend->netconf;
    rc = vnic__dns_parse(dns, &wanted, ret_err);
    if (rc < 0) {
        return rc;
    }
    if (conf == NULL || conf->set_dns == NULL) {
        return vnic__fail_unsupported(ret_err, "vnic_set_dns", "dns", dev->backend->name);
    }
    vnic__mutex_lock(&dev->iface->lock);
    rc = conf->set_dns(dev, &wanted, ret_err);
    vnic__mutex_unlock(&dev->iface->lock);
    return rc < 0 ? rc : 0;
}
