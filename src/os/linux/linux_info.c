/* SPDX-License-Identifier: Apache-2.0 */
/* Telling what an interface is: RTM_GETLINK, rtnetlink(7), Linux include/uapi/linux/if_link.h. */
#include "linux_link.h"

#include <linux/ioctl.h>
#include <stdio.h>
#include <string.h>

#include "linux_sys.h"

static uint32_t info_flags(const struct linux_nl_link *link)
{
    uint32_t flags = 0;

    flags |= (link->ifi_flags & IFF_UP) ? VNIC_IF_UP : 0;
    flags |= (link->ifi_flags & IFF_UP) && link->carrier ? VNIC_IF_RUNNING : 0;
    flags |= link->carrier ? VNIC_IF_CARRIER : 0;
    flags |= link->tun.persist ? VNIC_IF_PERSIST : 0;
    flags |= link->tun.multi_queue ? VNIC_IF_MULTI_QUEUE : 0;
    flags |= link->tun.vnet_hdr ? VNIC_IF_VNET_HDR : 0;
    flags |= link->tun.pi ? VNIC_IF_PI : 0;
    return flags;
}

void vnic__linux_fill_info(const struct linux_nl_link *link, struct vnic_info *ret)
{
    size_t size = ret->size;

    memset(ret, 0, sizeof *ret);
    ret->size = size;
    (void)snprintf(ret->name, sizeof ret->name, "%s", link->tun.name);
    (void)snprintf(ret->alias, sizeof ret->alias, "%s", link->alias);
    (void)snprintf(ret->backend, sizeof ret->backend, "linux");
    ret->if_index = link->tun.if_index;
    ret->layer = link->tun.layer;
    ret->flags = info_flags(link);
    ret->mtu = link->mtu;
    /* The kernel counts the queues of a multi-queue interface only: drivers/net/tun.c tun_fill_info(). */
    ret->n_queues = link->tun.multi_queue ? link->tun.n_queues : VNIC_UNSET;
    ret->n_detached = link->tun.multi_queue ? link->tun.n_disabled : 0;
    ret->owner_uid = link->tun.owner;
    ret->group_gid = link->tun.group;
    ret->tx_queue_len = link->tx_queue_len;
    ret->vnet_hdr_len = link->tun.vnet_hdr ? VNIC_UNSET : 0;
    if (link->tun.layer == VNIC_TAP && link->mac_len == 6)
        memcpy(ret->mac, link->mac, 6);
}

int vnic__linux_get_info(struct vnic *q, struct vnic_info *ret_info, struct vnic_error *err)
{
    struct linux_where at;
    int header = 0;
    int code = vnic__linux_where(q, &at, err);

    if (code < 0)
        return code;
    vnic__linux_fill_info(&at.link, ret_info);
    (void)snprintf(ret_info->engine, sizeof ret_info->engine, "%s",
                   linux_queue_of(q)->uring != NULL ? "uring" : "plain");
    (void)snprintf(ret_info->engine_reason, sizeof ret_info->engine_reason, "%s",
                   linux_queue_of(q)->engine_reason);
    /* What rtnetlink does not tell the descriptor does. */
    if (!at.link.tun.multi_queue)
        ret_info->n_queues = 1;
    if (at.link.tun.vnet_hdr && at.fd >= 0 &&
        vnic__sys_ioctl_ptr(at.fd, TUNGETVNETHDRSZ, &header) == 0 && header > 0)
        ret_info->vnet_hdr_len = (uint32_t)header;
    return 0;
}

/* The kernel counts from its own side: what it transmits is what the user of the interface receives. */
int vnic__linux_get_stats(struct vnic *q, struct vnic_stats *ret_stats, struct vnic_error *err)
{
    struct linux_where at;
    int code = vnic__linux_where(q, &at, err);

    if (code < 0)
        return code;
    ret_stats->rx_packets = at.link.tx_packets;
    ret_stats->rx_bytes = at.link.tx_bytes;
    ret_stats->rx_dropped = at.link.tx_dropped;
    ret_stats->rx_errors = at.link.tx_errors;
    ret_stats->tx_packets = at.link.rx_packets;
    ret_stats->tx_bytes = at.link.rx_bytes;
    ret_stats->tx_dropped = at.link.rx_dropped;
    ret_stats->tx_errors = at.link.rx_errors + at.link.rx_frame_errors;
    return 0;
}

int vnic__linux_get_name(struct vnic *q, char *ret_name, struct vnic_error *err)
{
    struct vnic_error inner;
    struct linux_where at;
    struct ifreq ifr;
    int code;

    memset(&ifr, 0, sizeof ifr);
    code = vnic__linux_attached_fd(q, &ifr, &inner);
    if (code >= 0) {
        (void)snprintf(ret_name, VNIC_NAME_SIZE, "%.*s", IFNAMSIZ - 1, ifr.ifr_name);
        return 0;
    }
    if (code != VNIC_EDETACHED) {
        if (err)
            *err = inner;
        return code;
    }
    code = vnic__linux_where(q, &at, err);
    if (code == 0)
        (void)snprintf(ret_name, VNIC_NAME_SIZE, "%s", at.link.tun.name);
    return code;
}
