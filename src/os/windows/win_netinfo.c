/* SPDX-License-Identifier: Apache-2.0 */
/* What an interface is, its counters, and whether it is up: GetIfEntry2() and SetIfEntry(). */
#include <stdio.h>
#include <string.h>

#include "win_netconf.h"
#include "win_text.h"

#define WIN_ALIAS_UNITS (IF_MAX_STRING_SIZE + 1)

int vnic__win_if_row(struct vnic *q, MIB_IF_ROW2 *ret_row, struct vnic_error *err)
{
    DWORD os_code;

    memset(ret_row, 0, sizeof *ret_row);
    ret_row->InterfaceLuid = win_luid_of(q);
    os_code = vnic__sys_get_if_entry(ret_row);
    return os_code == NO_ERROR ? 0 : vnic__win_net_fail(q, err, WIN_NET_LOOK, os_code, NULL);
}

/* Up is what both ends say: an administrator may have taken down what we brought up. */
static uint32_t win_row_flags(const MIB_IF_ROW2 *row, uint32_t up)
{
    uint32_t flags = 0;

    if (up && row->AdminStatus != NET_IF_ADMIN_STATUS_DOWN) {
        flags |= VNIC_IF_UP;
        flags |= row->OperStatus == IfOperStatusUp ? VNIC_IF_RUNNING : 0u;
    }
    /* What is operational has a medium, also where nobody tells of media. */
    if (row->MediaConnectState == MediaConnectStateConnected || row->OperStatus == IfOperStatusUp) {
        flags |= VNIC_IF_CARRIER;
    }
    return flags;
}

void vnic__win_fill_info(const MIB_IF_ROW2 *row, struct vnic_info *ret_info)
{
    (void)vnic__win_utf8_n(row->Alias, WIN_ALIAS_UNITS, ret_info->name, sizeof ret_info->name);
    (void)vnic__win_utf8_n(row->Description, WIN_ALIAS_UNITS, ret_info->alias,
                           sizeof ret_info->alias);
    ret_info->if_index = row->InterfaceIndex;
    ret_info->flags = win_row_flags(row, row->OperStatus == IfOperStatusUp);
    ret_info->mtu = row->Mtu;
    ret_info->n_queues = VNIC_UNSET;
    ret_info->owner_uid = VNIC_UNSET;
    ret_info->group_gid = VNIC_UNSET;
    ret_info->tx_queue_len = VNIC_UNSET;
    ret_info->luid = row->InterfaceLuid.Value;
    vnic__win_guid_text(&row->InterfaceGuid, ret_info->guid);
    if (ret_info->layer == VNIC_TAP && row->PhysicalAddressLength == sizeof ret_info->mac) {
        memcpy(ret_info->mac, row->PhysicalAddress, sizeof ret_info->mac);
    }
    vnic__win_fill_ip_info(&row->InterfaceLuid, ret_info);
}

int vnic__win_get_info(struct vnic *q, struct vnic_info *ret_info, struct vnic_error *err)
{
    struct win_iface *iface = win_iface_of(q);
    MIB_IF_ROW2 row;
    int rc = vnic__win_if_row(q, &row, err);

    if (rc < 0) {
        return rc;
    }
    ret_info->layer = q->layer;
    vnic__win_fill_info(&row, ret_info);
    (void)snprintf(ret_info->backend, sizeof ret_info->backend, "%s", q->backend->name);
    ret_info->flags = win_row_flags(&row, atomic_load(&iface->up));
    ret_info->n_queues = 1;
    vnic__win_guid_text(&iface->guid, ret_info->guid);
    if (iface->link != NULL && iface->link->add_info != NULL) {
        iface->link->add_info(q, ret_info);
    }
    return 0;
}

/* The system counts from its own side: what goes out of it is what the user of the interface receives. */
int vnic__win_get_stats(struct vnic *q, struct vnic_stats *ret_stats, struct vnic_error *err)
{
    MIB_IF_ROW2 row;
    int rc = vnic__win_if_row(q, &row, err);

    if (rc < 0) {
        return rc;
    }
    ret_stats->rx_packets = row.OutUcastPkts + row.OutNUcastPkts;
    ret_stats->rx_bytes = row.OutOctets;
    ret_stats->rx_dropped = row.OutDiscards;
    ret_stats->rx_errors = row.OutErrors;
    ret_stats->tx_packets = row.InUcastPkts + row.InNUcastPkts;
    ret_stats->tx_bytes = row.InOctets;
    ret_stats->tx_dropped = row.InDiscards;
    ret_stats->tx_errors = row.InErrors + row.InUnknownProtos;
    return 0;
}

int vnic__win_get_name(struct vnic *q, char *ret_name, struct vnic_error *err)
{
    MIB_IF_ROW2 row;
    int rc = vnic__win_if_row(q, &row, err);

    if (rc == 0) {
        (void)vnic__win_utf8_n(row.Alias, WIN_ALIAS_UNITS, ret_name, VNIC_NAME_SIZE);
    }
    return rc;
}

/* ---- Up and down -------------------------------------------------------------------------------- */

/* The administrative state, which SetIfEntry() is documented to set. */
static int win_admin_up(struct vnic *q, struct vnic_error *err)
{
    MIB_IF_ROW2 now;
    MIB_IFROW row;
    DWORD os_code;
    int rc = vnic__win_if_row(q, &now, err);

    if (rc < 0 || now.AdminStatus != NET_IF_ADMIN_STATUS_DOWN) {
        return rc;
    }
    memset(&row, 0, sizeof row);
    row.dwIndex = now.InterfaceIndex;
    row.dwAdminStatus = MIB_IF_ADMIN_STATUS_UP;
    os_code = vnic__sys_set_if_entry(&row);
    return os_code == NO_ERROR ? 0 : vnic__win_net_fail(q, err, WIN_NET_SET_UP, os_code, NULL);
}

/* Up, and its addresses can be used; or as it was. */
static int win_bring_up(struct vnic *q, struct vnic_error *err)
{
    struct win_iface *iface = win_iface_of(q);
    uint32_t was = atomic_load(&iface->up);
    int rc = was ? 0 : iface->link->set_up(q, 1, err);
    DWORD os_code;

    if (rc < 0) {
        return rc;
    }
    rc = win_admin_up(q, err);
    if (rc == 0) {
        os_code = vnic__win_settle(q);
        rc = os_code == NO_ERROR
                 ? 0
                 : vnic__win_net_fail(q, err, WIN_NET_LIST_ADDRESSES, os_code, NULL);
    }
    if (rc < 0 && !was) {
        (void)iface->link->set_up(q, 0, NULL);
    }
    return rc;
}

/*
 * The flow of packets is the backend's: without it the interface has no medium, which is what Windows
 * calls "down" for adapters of this kind. The administrative state is changed only to bring an interface
 * up that somebody has taken down with it; taking it down ourselves would last beyond the handle.
 */
int vnic__win_set_up(struct vnic *q, uint32_t up, struct vnic_error *err)
{
    struct win_iface *iface = win_iface_of(q);
    struct win_dad dad;
    int rc;

    if (!up) {
        return atomic_load(&iface->up) ? iface->link->set_up(q, 0, err) : 0;
    }
    vnic__win_dad_stop(q, AF_UNSPEC, &dad);
    rc = win_bring_up(q, err);
    vnic__win_dad_resume(q, &dad);
    return rc;
}

int vnic__win_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err)
{
    const struct win_link *link = win_iface_of(q)->link;

    return link->set_mac != NULL
               ? link->set_mac(q, mac, err)
               : vnic__fail_unsupported(err, "vnic_set_mac", "mac", q->backend->name);
}
