/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every adapter on Windows has, whichever backend it belongs to: the first member of both
 * backends' interface state, so that configuration by LUID (win_netconf.h) works on all of them.
 */
#ifndef VNIC_OS_WINDOWS_WIN_IFACE_H
#define VNIC_OS_WINDOWS_WIN_IFACE_H

#include <stdatomic.h>
#include <stdint.h>

#include <windows.h>

#include "core/device.h"

/*
 * What configuration has to ask the backend for, because IP Helper cannot do it. Called with the
 * interface's lock held, as the slots of struct vnic__netconf are. A NULL member: the backend has no
 * such thing, and configuration says VNIC_ENOTSUP (info: there is nothing to add).
 */
struct win_link {
    /* Starts (1) or ends (0) the flow of packets: Wintun's session, TAP's media status. Keeps
     * win_iface.up right. Not called when the state is right already. */
    int (*set_up)(struct vnic *q, uint32_t up, struct vnic_error *err);
    /* The MAC of a TAP. */
    int (*set_mac)(struct vnic *q, const uint8_t *mac, struct vnic_error *err);
    /* Makes the driver ready for an MTU, before IP Helper is told. NULL: the driver takes any. */
    int (*prepare_mtu)(struct vnic *q, uint32_t mtu, struct vnic_error *err);
    /* Takes the last prepare_mtu back: it failed, or IP Helper did. NULL: nothing to do. */
    void (*unprepare_mtu)(struct vnic *q);
    /* Whether the adapter stays after the last close. */
    int (*set_persist)(struct vnic *q, uint32_t on, struct vnic_error *err);
    /* After an IPv4 or IPv6 address was added (1) or removed (0). NULL: nothing to do. */
    int (*address_changed)(struct vnic *q, const struct vnic_prefix *p, uint32_t added,
                           struct vnic_error *err);
    /* Completes what IP Helper told: MAC, driver version, persist, … */
    void (*add_info)(struct vnic *q, struct vnic_info *info);
    /* The same for the counters. NULL: nothing to add. */
    void (*add_stats)(struct vnic *q, struct vnic_stats *stats);
};

struct win_iface {
    uint64_t luid; /* NET_LUID.Value; never changes while the adapter lives */
    GUID guid;     /* NetCfgInstanceId */
    const struct win_link *link;
    _Atomic uint32_t up; /* 1: packets flow as far as this handle goes */
    uint32_t has_dns;    /* 1: this handle gave the interface DNS settings */
};

static inline struct win_iface *win_iface_of(const struct vnic *q)
{
    return q->iface->priv;
}

#endif
