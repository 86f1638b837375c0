/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the IP stack has of an interface, kept over a restart of its adapter. "The IP address exists only as
 * long as the adapter object exists. Restarting the computer destroys the IP address, as does manually
 * resetting the network interface card" (MSDN, CreateUnicastIpAddressEntry()); what SetIpInterfaceEntry() has
 * set goes the same way. What the system makes by itself, addresses of DHCP and of routers and its own
 * link-local ones, it makes again. DNS servers are in the registry and stay.
 */
#include <string.h>

#include "win_netconf.h"

/* How long a family that was there is given to come back. */
#define WIN_BACK_TIMEOUT_MS 5000u

static const ADDRESS_FAMILY win_kept_families[2] = {AF_INET, AF_INET6};

/* NO_ERROR also when there is none, or when the system has no such function: nothing can be lost then. */
static DWORD win_unless_absent(DWORD os_code)
{
    return os_code == ERROR_NOT_FOUND || os_code == ERROR_PROC_NOT_FOUND ? NO_ERROR : os_code;
}

int vnic__win_keep(struct vnic *q, struct win_kept *ret, struct vnic_error *err)
{
    NET_LUID luid = win_luid_of(q);
    DWORD os_code = NO_ERROR;

    memset(ret, 0, sizeof *ret);
    for (int i = 0; i < 2 && os_code == NO_ERROR; i++) {
        os_code = vnic__win_ip_row(&luid, win_kept_families[i], &ret->rows[i]);
        ret->has_row[i] = os_code == NO_ERROR;
        os_code = win_unless_absent(os_code);
    }
    if (os_code != NO_ERROR) {
        return vnic__win_net_fail(q, err, WIN_NET_LOOK, os_code, NULL);
    }
    os_code = win_unless_absent(vnic__win_read_addresses(&ret->addresses));
    return os_code == NO_ERROR ? 0
                               : vnic__win_net_fail(q, err, WIN_NET_LIST_ADDRESSES, os_code, NULL);
}

void vnic__win_kept_free(struct win_kept *kept)
{
    if (kept->addresses != NULL) {
        vnic__sys_free_mib_table(kept->addresses);
        kept->addresses = NULL;
    }
}

/* ---- Putting back ------------------------------------------------------------------------------- */

/* Changes what differs; the metric of one that is automatic is the system's. */
static int win_copy_row(MIB_IPINTERFACE_ROW *row, const MIB_IPINTERFACE_ROW *kept)
{
    int differs = row->NlMtu != kept->NlMtu ||
                  row->UseAutomaticMetric != kept->UseAutomaticMetric ||
                  (!kept->UseAutomaticMetric && row->Metric != kept->Metric) ||
                  row->DadTransmits != kept->DadTransmits ||
                  row->LinkLocalAddressBehavior != kept->LinkLocalAddressBehavior ||
                  row->RouterDiscoveryBehavior != kept->RouterDiscoveryBehavior;

    row->NlMtu = kept->NlMtu;
    row->UseAutomaticMetric = kept->UseAutomaticMetric;
    row->Metric = kept->UseAutomaticMetric ? 0 : kept->Metric;
    row->DadTransmits = kept->DadTransmits;
    row->LinkLocalAddressBehavior = kept->LinkLocalAddressBehavior;
    row->RouterDiscoveryBehavior = kept->RouterDiscoveryBehavior;
    return differs;
}

static DWORD win_put_back_family(struct vnic *q, const MIB_IPINTERFACE_ROW *kept)
{
    NET_LUID luid = win_luid_of(q);
    MIB_IPINTERFACE_ROW row;
    DWORD os_code = vnic__win_wait_family(&luid, kept->Family, WIN_BACK_TIMEOUT_MS);

    if (os_code == NO_ERROR) {
        os_code = vnic__win_ip_row(&luid, kept->Family, &row);
    }
    if (os_code == NO_ERROR && win_copy_row(&row, kept)) {
        os_code = vnic__win_ip_set(&row);
    }
    return os_code;
}

/* The system makes these itself. */
static int win_comes_back(const MIB_UNICASTIPADDRESS_ROW *row)
{
    return row->PrefixOrigin == IpPrefixOriginWellKnown ||
           row->PrefixOrigin == IpPrefixOriginDhcp ||
           row->PrefixOrigin == IpPrefixOriginRouterAdvertisement;
}

static DWORD win_put_back_addresses(struct vnic *q, const MIB_UNICASTIPADDRESS_TABLE *table)
{
    DWORD os_code = NO_ERROR;

    for (ULONG i = 0; os_code == NO_ERROR && i < table->NumEntries; i++) {
        MIB_UNICASTIPADDRESS_ROW row = table->Table[i];

        if (!vnic__win_is_address_of(&row, q) || win_comes_back(&row)) {
            continue;
        }
        row.InterfaceIndex = 0; /* the LUID counts: the index may be another one now */
        os_code = vnic__sys_create_unicast(&row);
        if (os_code == ERROR_OBJECT_ALREADY_EXISTS || os_code == ERROR_ALREADY_EXISTS) {
            os_code = NO_ERROR;
        }
    }
    return os_code;
}

int vnic__win_put_back(struct vnic *q, const struct win_kept *kept, struct vnic_error *err)
{
    DWORD os_code = NO_ERROR;
    struct win_dad dad;
    int rc;

    for (int i = 0; i < 2; i++) {
        os_code = kept->has_row[i] ? win_put_back_family(q, &kept->rows[i]) : NO_ERROR;
        if (os_code != NO_ERROR) {
            return vnic__win_net_fail(q, err, WIN_NET_PUT_BACK, os_code, NULL);
        }
    }
    rc = kept->has_row[1] && (kept->rows[1].LinkLocalAddressBehavior & 0xff) == LinkLocalAlwaysOff
             ? vnic__win_remove_link_local(q, err)
             : 0;
    if (rc < 0 || kept->addresses == NULL) {
        return rc;
    }
    vnic__win_dad_stop(q, AF_UNSPEC, &dad);
    os_code = win_put_back_addresses(q, kept->addresses);
    if (os_code == NO_ERROR && atomic_load(&win_iface_of(q)->up)) {
        os_code = vnic__win_settle(q);
    }
    vnic__win_dad_resume(q, &dad);
    return os_code == NO_ERROR ? 0 : vnic__win_net_fail(q, err, WIN_NET_PUT_BACK, os_code, NULL);
}
