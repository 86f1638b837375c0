/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the TAP-Windows6 backend, and closing. */
#include "win_netconf.h"
#include "win_text.h"
#include "wintap.h"

/*
 * An adapter that this library installed goes with its handle, unless it is to stay; others stay
 * always, with the name, MAC and MTU that they were given. The driver unplugs the medium when its device is
 * closed.
 */
static void wintap_close(struct vnic *q, int keep)
{
    const struct wintap_adapter *adapter = &wintap_iface_of(q)->adapter;
    int goes =
        keep == VNIC__CLOSE_FAILED ? q->iface->created != 0 : adapter->ours && !adapter->persist;

    if (goes) {
        vnic__win_forget_dns(q);
    }
    vnic__wintap_queue_end(q);
    if (keep == VNIC__CLOSE_FAILED && !goes) {
        vnic__wintap_undo_parameters(q);
    }
    if (goes) {
        vnic__wintap_remove_own(q);
    }
}

const struct vnic__backend vnic__wintap_backend = {
    .name = "tap-windows6",
    .options = VNIC__OPT_NAME | VNIC__OPT_ADDRESSES | VNIC__OPT_MAC | VNIC__OPT_MTU | VNIC__OPT_UP |
               VNIC__OPT_PERSIST | VNIC__OPT_TAP | VNIC__OPT_TUN | VNIC__OPT_EXCLUSIVE |
               VNIC__OPT_NO_LINK_LOCAL | VNIC__OPT_DESCRIPTION | VNIC__OPT_HARDWARE_ID |
               VNIC__OPT_METRIC | VNIC__OPT_DNS,
    .check_name = vnic__win_name_check,
    .name_rule = "use 1 to 127 characters (255 bytes of UTF-8) without \\ / : * ? \" < > |",
    .queue_size = sizeof(struct wintap_queue),
    .iface_size = sizeof(struct wintap_iface),
    .open = vnic__wintap_open,
    .close = wintap_close,
    .read = vnic__wintap_read,
    .write = vnic__wintap_write,
    .wait = vnic__wintap_wait,
    .wait_handle = vnic__wintap_wait_handle,
    .refresh_need = vnic__wintap_refresh_need,
    .list = vnic__win_list_tap,
    .netconf = &vnic__win_netconf,
};
