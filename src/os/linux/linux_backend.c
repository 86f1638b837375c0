/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the Linux backend: /dev/net/tun for packets, rtnetlink for configuration. */
#include "linux_backend.h"

#include "linux_sys.h"
#include "linux_tun.h"

/* Core holds the interface's lock and has taken the queue out of the list: no queue, no interface. */
static void linux_close(struct vnic *q, int keep)
{
    struct linux_queue *lq = linux_queue_of(q);
    struct linux_iface *li = linux_iface_of(q);
    int borrowed = (q->flags & VNIC_BORROW) != 0;

    if (lq->epoll_fd >= 0) {
        (void)vnic__sys_close(lq->epoll_fd);
        lq->epoll_fd = -1;
    }
    if (keep == VNIC__CLOSE_UNDO) {
        vnic__linux_adopt_undo(q);
    }
    if (keep == VNIC__CLOSE_END && !borrowed) {
        (void)vnic__sys_close(lq->fd);
    }
    if (keep == VNIC__CLOSE_FAILED) {
        vnic__linux_open_undo(lq);
    }
    lq->fd = -1;
    if (q->iface->n_queues == 0) {
        vnic__linux_netconf_end(&li->netconf);
        if (li->query_fd >= 0) {
            (void)vnic__sys_close(li->query_fd);
            li->query_fd = -1;
        }
    }
}

static intptr_t linux_native_handle(struct vnic *q)
{
    return linux_queue_of(q)->fd;
}

const struct vnic__backend vnic__linux_backend = {
    .name = "linux",
    .options = VNIC__OPT_NAME | VNIC__OPT_ADDRESSES | VNIC__OPT_MAC | VNIC__OPT_ALIAS |
               VNIC__OPT_NETNS | VNIC__OPT_MTU | VNIC__OPT_UP | VNIC__OPT_PERSIST |
               VNIC__OPT_OWNER | VNIC__OPT_GROUP | VNIC__OPT_TX_QUEUE_LEN | VNIC__OPT_IF_INDEX |
               VNIC__OPT_SNDBUF | VNIC__OPT_TAP | VNIC__OPT_MULTI_QUEUE | VNIC__OPT_EXCLUSIVE |
               VNIC__OPT_NO_LINK_LOCAL | VNIC__OPT_KEEP_HEADER | VNIC__OPT_BORROW |
               VNIC__OPT_VNET_HDR | VNIC__OPT_NO_CARRIER | VNIC__OPT_TUN,
    .queue_size = sizeof(struct linux_queue),
    .iface_size = sizeof(struct linux_iface),
    .open = vnic__linux_open,
    .open_queue = vnic__linux_open_queue,
    .adopt = vnic__linux_adopt,
    .close = linux_close,
    .read = vnic__linux_read,
    .write = vnic__linux_write,
    .direct_read = vnic__linux_direct_read,
    .direct_write = vnic__linux_direct_write,
    .after_read = vnic__linux_after_read,
    .after_write = vnic__linux_after_write,
    .wait = vnic__linux_wait,
    .wait_handle = vnic__linux_wait_handle,
    .refresh_need = vnic__linux_refresh_need,
    .native_handle = linux_native_handle,
    .detach = vnic__linux_detach,
    .attach = vnic__linux_attach,
    .list = vnic__linux_list,
    .netconf = &vnic__linux_netconf,
};
