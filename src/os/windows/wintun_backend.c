/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the Wintun backend, and opening and closing of its handles. */
#include <stdio.h>
#include <string.h>

#include "win_error.h"
#include "win_netconf.h"
#include "win_text.h"
#include "wintun.h"

/* WintunGetRunningDriverVersion() gives major << 16 | minor. */
static void add_info(struct vnic *q, struct vnic_info *info)
{
    const struct wintun_iface *wi = wintun_iface_of(q);
    DWORD version = vnic__sys_wintun_driver_version(&wi->library->table);

    if (version != 0) {
        (void)snprintf(info->driver_version, sizeof info->driver_version, "%lu.%lu",
                       (unsigned long)(version >> 16), (unsigned long)(version & 0xFFFF));
    }
}

static const struct win_link wintun_link = {
    .set_up = vnic__wintun_set_up,
    .add_info = add_info,
};

/*
 * An adapter that was found may be in use by another program, which only the start of a session tells. So
 * it is brought up before anything of it is changed: who is refused has not touched the other's addresses.
 */
static int wintun_begin(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err)
{
    int rc = vnic__wintun_queue_begin(q, err);

    if (rc == 0 && !q->iface->created && s->up == 1) {
        rc = vnic__win_set_up(q, 1, err);
        if (rc < 0) {
            vnic__wintun_queue_end(q);
        }
    }
    return rc;
}

static int wintun_open(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err)
{
    static const int promised[] = {VNIC_EINVAL,
                                   VNIC_EEXIST,
                                   VNIC_ENAME,
                                   VNIC_ENOMEM,
                                   VNIC_EPERM,
                                   VNIC_EBUSY,
                                   VNIC_EKIND,
                                   VNIC_EMFILE,
                                   VNIC_ENODRIVER,
                                   VNIC_ELIMIT,
                                   VNIC_EVERSION,
                                   VNIC_ECLOSED,
                                   0};
    struct wintun_iface *wi = wintun_iface_of(q);
    int rc;

    q->layer = VNIC_TUN;
    memset(&q->frame, 0, sizeof q->frame);
    q->iface->multi_queue = 0;
    atomic_store(&q->need, WINTUN_PACKET_MAX); /* no MTU makes a longer one */
    wi->win.link = &wintun_link;
    rc = vnic__wintun_adapter_open(q, s, err);
    if (rc == 0) {
        wintun_queue_of(q)->table = &wi->library->table;
        wintun_queue_of(q)->sent_step = vnic__wintun_loses_wakeups(wi->library) ? 1 : 0;
        rc = q->iface->created ? vnic__win_wait_interface(q, err) : 0;
        rc = rc < 0 ? rc : wintun_begin(q, s, err);
        if (rc < 0) {
            vnic__wintun_adapter_close(q);
        }
    }
    return vnic__win_promised(err, rc, promised);
}

/* There is nothing to keep or to put back: whatever the reason, the session ends with its handle. */
static void wintun_close(struct vnic *q, int keep)
{
    (void)keep;
    if (q->iface->created) {
        vnic__win_forget_dns(q);
    }
    vnic__wintun_queue_end(q);
    vnic__wintun_adapter_close(q);
}

const struct vnic__backend vnic__wintun_backend = {
    .name = "wintun",
    .options = VNIC__OPT_NAME | VNIC__OPT_ADDRESSES | VNIC__OPT_MTU | VNIC__OPT_UP |
               VNIC__OPT_EXCLUSIVE | VNIC__OPT_NO_LINK_LOCAL | VNIC__OPT_TUN |
               VNIC__OPT_WINTUN_PATH | VNIC__OPT_ADAPTER_GUID | VNIC__OPT_DESCRIPTION |
               VNIC__OPT_RING | VNIC__OPT_METRIC | VNIC__OPT_DNS,
    .queue_size = sizeof(struct wintun_queue),
    .iface_size = sizeof(struct wintun_iface),
    .check_name = vnic__win_name_check,
    .name_rule = "use 1 to 127 characters (255 bytes of UTF-8) without \\ / : * ? \" < > |",
    .open = wintun_open,
    .close = wintun_close,
    .read = vnic__wintun_read,
    .write = vnic__wintun_write,
    .acquire = vnic__wintun_acquire,
    .release = vnic__wintun_release,
    .reserve = vnic__wintun_reserve,
    .commit = vnic__wintun_commit,
    .cancel = vnic__wintun_cancel,
    .wait = vnic__wintun_wait,
    .wait_handle = vnic__wintun_wait_handle,
    .list = vnic__win_list_wintun,
    .netconf = &vnic__win_netconf,
};
