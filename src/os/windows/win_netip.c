/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What IPv4 and IPv6 each have of their own on an interface: MTU, metric, the way link-local addresses
 * are made. GetIpInterfaceEntry() and SetIpInterfaceEntry(), once a family; a family that is not there
 * (IPv6 is often disabled) is left out, as long as the other one is.
 */
#include <string.h>

#include "win_netconf.h"

/* How long an interface that has no family at all is given to get one. */
#define WIN_FAMILY_TIMEOUT_MS 5000u

static const ADDRESS_FAMILY win_families[2] = {AF_INET, AF_INET6};

DWORD vnic__win_ip_row(const NET_LUID *luid, ADDRESS_FAMILY family, MIB_IPINTERFACE_ROW *ret_row)
{
    memset(ret_row, 0, sizeof *ret_row);
    ret_row->Family = family;
    ret_row->InterfaceLuid = *luid;
    return vnic__sys_get_ip_interface(ret_row);
}

DWORD vnic__win_ip_set(MIB_IPINTERFACE_ROW *row)
{
    /* Reading gives 64 for IPv4 too, which writing refuses. */
    if (row->Family == AF_INET) {
        row->SitePrefixLength = 0;
    }
    return vnic__sys_set_ip_interface(row);
}

/* GetIpInterfaceEntry says "not found"; the functions about addresses say "not supported" where the system
 * lacks the stack. */
int vnic__win_is_absent(DWORD os_code)
{
    return os_code == ERROR_NOT_FOUND || os_code == ERROR_NOT_SUPPORTED;
}

/*
 * One MTU for both: the smaller one, if somebody made them differ. IPv6 keeps 1280 when a smaller one is
 * set, and then does not count.
 */
void vnic__win_fill_ip_info(const NET_LUID *luid, struct vnic_info *info)
{
    MIB_IPINTERFACE_ROW row;
    int seen = 0;

    for (int i = 0; i < 2; i++) {
        if (vnic__win_ip_row(luid, win_families[i], &row) != NO_ERROR) {
            continue;
        }
        if (!seen || row.NlMtu < info->mtu) {
            info->mtu = row.NlMtu;
        }
        if (!seen) {
            info->metric = row.UseAutomaticMetric ? 0 : row.Metric;
        }
        seen = 1;
    }
}

/* ---- Changing both ------------------------------------------------------------------------------ */

struct win_ip_change {
    enum win_net_op op;
    /* Changes what was read; 0: there is nothing to change. */
    int (*change)(MIB_IPINTERFACE_ROW *row, uint32_t value);
    uint32_t value;
};

/* Reads both families. Returns how many there are; *ret_code: ERROR_NOT_FOUND, or why it cannot be told
 * of one whether it is there. */
static int win_read_families(const NET_LUID *luid, MIB_IPINTERFACE_ROW rows[2], DWORD *ret_code)
{
    int n = 0;

    *ret_code = ERROR_NOT_FOUND;
    for (int i = 0; i < 2; i++) {
        DWORD os_code = vnic__win_ip_row(luid, win_families[i], &rows[n]);

        if (os_code == NO_ERROR) {
            n++;
        } else if (!vnic__win_is_absent(os_code)) {
            *ret_code = os_code;
        }
    }
    return n;
}

/* All families or none. */
static int win_change_families(struct vnic *q, const struct win_ip_change *c,
                               struct vnic_error *err)
{
    MIB_IPINTERFACE_ROW before[2], row;
    NET_LUID luid = win_luid_of(q);
    DWORD os_code = NO_ERROR;
    int done = 0;
    int n = win_read_families(&luid, before, &os_code);

    if (n == 0 && os_code == ERROR_NOT_FOUND) {
        (void)vnic__win_wait_family(&luid, AF_UNSPEC, WIN_FAMILY_TIMEOUT_MS);
        n = win_read_families(&luid, before, &os_code);
    }
    if (n == 0 || os_code != ERROR_NOT_FOUND) {
        return vnic__win_net_fail(q, err, c->op, os_code, NULL);
    }
    for (int i = 0; i < n; i++) {
        row = before[i];
        os_code = c->change(&row, c->value) ? vnic__win_ip_set(&row) : NO_ERROR;
        /* A family may go meanwhile; then it is one of those that are not there. */
        done += os_code == NO_ERROR;
        if (os_code == NO_ERROR || os_code == ERROR_NOT_FOUND) {
            continue;
        }
        while (i-- > 0) {
            (void)vnic__win_ip_set(&before[i]);
        }
        return vnic__win_net_fail(q, err, c->op, os_code, NULL);
    }
    return done > 0 ? 0 : vnic__win_net_fail(q, err, c->op, ERROR_NOT_FOUND, NULL);
}

static int win_change_mtu(MIB_IPINTERFACE_ROW *row, uint32_t mtu)
{
    uint32_t wanted = row->Family == AF_INET6 && mtu < WIN_IPV6_MIN_MTU ? WIN_IPV6_MIN_MTU : mtu;
    int differs = row->NlMtu != wanted;

    row->NlMtu = wanted;
    return differs;
}

int vnic__win_set_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err)
{
    struct win_ip_change c = {WIN_NET_SET_MTU, win_change_mtu, mtu};

    return win_change_families(q, &c, err);
}

static int win_change_metric(MIB_IPINTERFACE_ROW *row, uint32_t metric)
{
    int differs =
        metric == 0 ? !row->UseAutomaticMetric : row->UseAutomaticMetric || row->Metric != metric;

    row->UseAutomaticMetric = metric == 0;
    row->Metric = metric;
    return differs;
}

int vnic__win_set_metric(struct vnic *q, uint32_t metric, struct vnic_error *err)
{
    struct win_ip_change c = {WIN_NET_SET_METRIC, win_change_metric, metric};

    return win_change_families(q, &c, err);
}

/* ---- Link-local addresses ----------------------------------------------------------------------- */

/*
 * Core's mode is LinkLocalAddressBehavior in the low byte and RouterDiscoveryBehavior in the next: 0 is
 * "always off" and "disabled", no address and no router solicitation of the system's own.
 */
int vnic__win_get_link_local(struct vnic *q, uint32_t *ret_mode, struct vnic_error *err)
{
    MIB_IPINTERFACE_ROW row;
    NET_LUID luid = win_luid_of(q);
    DWORD os_code = vnic__win_ip_row(&luid, AF_INET6, &row);

    if (os_code != NO_ERROR) {
        return vnic__win_net_fail(q, err, WIN_NET_LINK_LOCAL, os_code, NULL);
    }
    *ret_mode = ((uint32_t)row.LinkLocalAddressBehavior & 0xffu) |
                ((uint32_t)row.RouterDiscoveryBehavior & 0xffu) << 8;
    return 0;
}

/* The addresses that are there do not go by themselves. */
int vnic__win_set_link_local(struct vnic *q, uint32_t mode, struct vnic_error *err)
{
    MIB_IPINTERFACE_ROW row;
    NET_LUID luid = win_luid_of(q);
    DWORD os_code = vnic__win_ip_row(&luid, AF_INET6, &row);

    if (os_code == NO_ERROR) {
        row.LinkLocalAddressBehavior = (NL_LINK_LOCAL_ADDRESS_BEHAVIOR)(mode & 0xffu);
        row.RouterDiscoveryBehavior = (NL_ROUTER_DISCOVERY_BEHAVIOR)(mode >> 8 & 0xffu);
        os_code = vnic__win_ip_set(&row);
    }
    if (os_code != NO_ERROR) {
        return vnic__win_net_fail(q, err, WIN_NET_LINK_LOCAL, os_code, NULL);
    }
    return mode == 0 ? vnic__win_remove_link_local(q, err) : 0;
}
