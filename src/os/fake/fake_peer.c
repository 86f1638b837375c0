/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of vnic/fake.h. */
#include "vnic/fake.h"

#include "core/fail.h"
#include "fake_pair.h"

static int fail_peer(int code, struct vnic_error *err)
{
    if (code == VNIC_ENOMEM) {
        return vnic__fail_memory(err, "vnic_fake_peer");
    }
    return vnic__fail(err, code, "vnic_fake_peer", NULL, "cannot give the far side: %s",
                      code == VNIC_EBUSY ? "the interface has a peer already"
                                         : vnic_error_text(code));
}

int vnic_fake_peer(vnic *dev, vnic **ret_peer, struct vnic_error *ret_err)
{
    struct vnic__frame_kind frame = {0};
    struct vnic__fake_port *port;
    struct vnic_config cfg;
    int rc;

    if (dev == NULL || ret_peer == NULL) {
        return vnic__fail_null(ret_err, "vnic_fake_peer", dev == NULL ? "dev" : "ret_peer");
    }
    *ret_peer = NULL;
    if (dev->backend != &vnic__fake_backend) {
        return vnic__fail_unsupported(ret_err, "vnic_fake_peer", "dev", dev->backend->name);
    }
    port = vnic__fake_port_of(dev);
    if (port->is_peer) {
        return vnic__fail(ret_err, VNIC_EINVAL, "vnic_fake_peer", "dev",
                          "this handle is the far side already");
    }
    frame.tap = port->pair->layer == VNIC_TAP;
    rc = vnic__fake_port_new(port->pair, 1, &frame, &port);
    if (rc < 0) {
        return fail_peer(rc, ret_err);
    }
    vnic_config_init(&cfg);
    cfg.backend = "fake";
    rc = vnic_adopt((intptr_t)port, &cfg, ret_peer, ret_err);
    if (rc < 0) {
        vnic__fake_port_close(port);
    }
    return rc;
}

int vnic_fake_remove(vnic *dev)
{
    struct vnic__fake_pair *pair;

    if (dev == NULL) {
        return VNIC_EINVAL;
    }
    if (dev->backend != &vnic__fake_backend) {
        return VNIC_ENOTSUP;
    }
    pair = vnic__fake_port_of(dev)->pair;
    vnic__mutex_lock(&pair->lock);
    vnic__fake_remove_locked(pair);
    vnic__mutex_unlock(&pair->lock);
    return 0;
}

int vnic_fake_end(intptr_t native)
{
    struct vnic__fake_port *port = vnic__fake_port_at(native);
    uint32_t owned;

    if (port == NULL) {
        return VNIC_EINVAL;
    }
    vnic__mutex_lock(&port->pair->lock);
    owned = port->owned || port->closed;
    vnic__mutex_unlock(&port->pair->lock);
    if (owned) {
        return VNIC_EINVAL;
    }
    vnic__fake_port_close(port);
    return 0;
}
