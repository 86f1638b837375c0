/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the Linux backend: /dev/net/tun for packets, rtnetlink for configuration. */
#include "linux_backend.h"

#include "linux_sys.h"
#include "linux_tun.h"

/* Core holds the interface's lock and has taken the queue out of the list: no queue, no interface. */
void vnic__linux_close(struct vnic *q, int keep)
{
    struct linux_queue *lq = linux_queue_of(q);
    struct linux_iface *li = linux_iface_of(q);
    int borrowed = (q->flags & VNIC_BORROW) != 0;

    vnic__linux_engine_end(q);
    if (lq->epoll_fd >= 0) {
        (void)vnic__sys_close(lq->epoll_fd);
        lq->epoll_fd = -1;
    }
    if (q->iface->n_queues == 0 && (keep == VNIC__CLOSE_END || keep == VNIC__CLOSE_FAILED)) {
        vnic__linux_offload_end(lq);
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

intptr_t vnic__linux_native_handle(struct vnic *q)
{
    return linux_queue_of(q)->fd;
}

const struct vnic__backend vnic__linux_backend = {
    LINUX_SHARED_SLOTS,
    .read = vnic__linux_read,
    .write = vnic__linux_write,
    .direct_read = vnic__linux_direct_read,
    .direct_write = vnic__linux_direct_write,
    .after_read = vnic__linux_after_read,
    .after_write = vnic__linux_after_write,
    .wait = vnic__linux_wait,
    .wait_handle = vnic__linux_wait_handle,
    .detach = vnic__linux_detach,
};
