/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the in-memory backend, and opening and closing of its handles. */
#include "fake_pair.h"

#include "core/fail.h"

/* The link header that Linux would put on a queue with these flags. */
static struct vnic__frame_kind choose_frame(const struct vnic__settings *s)
{
    struct vnic__frame_kind frame = {0};
    int pi = (s->flags & VNIC_KEEP_HEADER) != 0;

    frame.tap = s->layer == VNIC_TAP;
    frame.kind = pi ? VNIC__LINK_PI : VNIC__LINK_NONE;
    if (s->flags & VNIC_VNET_HDR) {
        frame.kind = pi ? VNIC__LINK_PI_VNET : VNIC__LINK_VNET;
        frame.vnet_len = VNIC__VNET_LEN_MIN;
    }
    return frame;
}

static int fail_to_make(int code, const char *operation, struct vnic_error *err)
{
    if (code == VNIC_ENOMEM) {
        return vnic__fail_memory(err, operation);
    }
    return vnic__fail(err, code, operation, NULL, "cannot make a queue in memory: %s",
                      vnic_error_text(code));
}

/* Makes q the owner of a new port of the pair. */
static int own_new_port(struct vnic *q, struct vnic__fake_pair *pair,
                        const struct vnic__frame_kind *frame)
{
    struct vnic__fake_port *port;
    int rc = vnic__fake_port_new(pair, 0, frame, &port);

    if (rc == 0) {
        vnic__mutex_lock(&pair->lock);
        vnic__fake_use_locked(port, q, 0);
        vnic__mutex_unlock(&pair->lock);
    }
    return rc;
}

static int fake_open(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err)
{
    struct vnic__frame_kind frame = choose_frame(s);
    struct vnic__fake_pair *pair;
    int rc = vnic__fake_pair_new(s, &pair);

    if (rc < 0) {
        return fail_to_make(rc, "vnic_open", err);
    }
    rc = own_new_port(q, pair, &frame);
    if (rc < 0) {
        vnic__fake_pair_free(pair);
        return fail_to_make(rc, "vnic_open", err);
    }
    q->iface->created = 1;
    q->iface->multi_queue = pair->multi_queue;
    return 0;
}

static int fake_open_queue(struct vnic *q, struct vnic *first, struct vnic_error *err)
{
    struct vnic__fake_port *port = vnic__fake_port_of(first);
    int rc = own_new_port(q, port->pair, &port->frame);

    return rc < 0 ? fail_to_make(rc, "vnic_open_queue", err) : 0;
}

/* What speaks against using a port, in words; NULL: nothing. */
static const char *find_objection_locked(const struct vnic__fake_port *port,
                                         const struct vnic__settings *s, int *ret_code)
{
    *ret_code = VNIC_EBADFD;
    if (port->closed) {
        return "it was closed";
    }
    if (port->pair->removed && !port->is_peer) {
        return "its interface was removed";
    }
    *ret_code = VNIC_EDETACHED;
    if (!port->attached) {
        return "the queue is detached";
    }
    *ret_code = VNIC_EKIND;
    if (s->layer != VNIC_UNSET && s->layer != port->pair->layer) {
        return "it is of the other layer";
    }
    *ret_code = VNIC_EINVAL;
    if (port->owned && !(s->flags & VNIC_BORROW)) {
        return "another handle owns it: release it there, or set VNIC_BORROW";
    }
    return NULL;
}

static int fake_adopt(struct vnic *q, intptr_t native, const struct vnic__settings *s,
                      struct vnic_error *err)
{
    struct vnic__fake_port *port = vnic__fake_port_at(native);
    const char *objection;
    int code;

    if (port == NULL) {
        return vnic__fail(err, VNIC_EBADFD, "vnic_adopt", "native",
                          "this is not what vnic_native_handle() or vnic_release() gave for a fake "
                          "interface");
    }
    vnic__mutex_lock(&port->pair->lock);
    objection = find_objection_locked(port, s, &code);
    if (objection == NULL) {
        vnic__fake_use_locked(port, q, (s->flags & VNIC_BORROW) != 0);
    }
    vnic__mutex_unlock(&port->pair->lock);
    if (objection != NULL) {
        return vnic__fail(err, code, "vnic_adopt", "native", "cannot adopt this queue: %s",
                          objection);
    }
    q->iface->created = 0;
    q->iface->multi_queue = port->pair->multi_queue && !port->is_peer;
    return 0;
}

static void fake_close(struct vnic *q, int keep)
{
    struct vnic__fake_user *user = q->priv;
    struct vnic__fake_port *port = user->port;
    uint32_t keeps = keep == VNIC__CLOSE_RELEASE || keep == VNIC__CLOSE_UNDO;
    uint32_t ends = !user->borrowed && !keeps;

    if (q->wait_handle != -1) {
        vnic__signal_group_destroy(&user->group);
    }
    if (!user->borrowed && keeps) {
        vnic__mutex_lock(&port->pair->lock);
        port->owned = 0;
        vnic__mutex_unlock(&port->pair->lock);
    }
    /* As its user this handle still holds the port, which ends with the last of both steps. */
    if (ends) {
        vnic__fake_port_close(port);
    }
    vnic__fake_unuse(user);
}

/* The room is always right; but a removed interface has none to tell. */
static int fake_refresh_need(struct vnic *q)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    uint32_t removed;

    vnic__mutex_lock(&pair->lock);
    removed = pair->removed;
    vnic__mutex_unlock(&pair->lock);
    return removed ? VNIC_ECLOSED : 0;
}

static intptr_t fake_native_handle(struct vnic *q)
{
    return (intptr_t)vnic__fake_port_of(q);
}

static int fake_detach(struct vnic *q, struct vnic_error *err)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);
    int rc = vnic__fake_lock_to_change(q, "vnic_detach_queue", err);

    if (rc < 0) {
        return rc;
    }
    vnic__fake_detach_locked(port);
    vnic__mutex_unlock(&port->pair->lock);
    return 0;
}

static int fake_attach(struct vnic *q, struct vnic_error *err)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);
    int rc = vnic__fake_lock_to_change(q, "vnic_attach_queue", err);

    if (rc < 0) {
        return rc;
    }
    if (!port->attached) {
        rc = vnic__fake_attach_locked(port);
    }
    vnic__mutex_unlock(&port->pair->lock);
    return rc < 0 ? fail_to_make(rc, "vnic_attach_queue", err) : 0;
}

const struct vnic__backend vnic__fake_backend = {
    .name = "fake",
    .options = VNIC__OPT_NAME | VNIC__OPT_ADDRESSES | VNIC__OPT_MAC | VNIC__OPT_ALIAS |
               VNIC__OPT_MTU | VNIC__OPT_UP | VNIC__OPT_TX_QUEUE_LEN | VNIC__OPT_TAP |
               VNIC__OPT_TUN | VNIC__OPT_MULTI_QUEUE | VNIC__OPT_EXCLUSIVE |
               VNIC__OPT_NO_LINK_LOCAL | VNIC__OPT_KEEP_HEADER | VNIC__OPT_BORROW |
               VNIC__OPT_VNET_HDR | VNIC__OPT_NO_CARRIER | VNIC__OPT_METRIC | VNIC__OPT_DNS,
    .queue_size = sizeof(struct vnic__fake_user),
    .iface_size = 1,
    .open = fake_open,
    .open_queue = fake_open_queue,
    .adopt = fake_adopt,
    .close = fake_close,
    .read = vnic__fake_read,
    .write = vnic__fake_write,
    .reserve = vnic__fake_reserve,
    .commit = vnic__fake_commit,
    .cancel = vnic__fake_cancel,
    .wait = vnic__fake_wait,
    .wait_handle = vnic__fake_wait_handle,
    .refresh_need = fake_refresh_need,
    .native_handle = fake_native_handle,
    .detach = fake_detach,
    .attach = fake_attach,
    .netconf = &vnic__fake_netconf,
};
