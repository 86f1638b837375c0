/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of an adapter by its LUID, for every backend whose interface state begins with
 * struct win_iface. It is done with IP Helper (win_sys_iphlp.h), and for what that has no function the
 * backend is asked (struct win_link).
 *
 * win_netconf.c    the table of the slots; waiting for the interface
 * win_netinfo.c    what an interface is, its counters, up and down
 * win_netip.c      what each of the two families has of its own: MTU, metric, link-local addresses
 * win_netaddr.c    addresses
 * win_netdad.c     detection of duplicate addresses, and waiting until they can be used
 * win_netdns.c     DNS servers and search domains; see win_netdns.h
 * win_netkeep.c    what a restart of the adapter loses, kept and put back
 * win_netsaved.c   what there is of MTU, metric and DNS beyond what core is told, so that it can come back
 * win_netname.c    the friendly name (win_sys_netcon.h)
 * win_netlist.c    all adapters of a kind
 * win_neterror.c   what the system's numbers mean
 */
#ifndef VNIC_OS_WINDOWS_WIN_NETCONF_H
#define VNIC_OS_WINDOWS_WIN_NETCONF_H

#include "win_iface.h"
#include "win_sys_iphlp.h"

/* For vnic__backend.netconf of both backends. */
extern const struct vnic__netconf vnic__win_netconf;

/*
 * [lock] Waits until the IP stack knows a new adapter: the device is there before its interface is, and
 * whoever configures it too early is told ERROR_NOT_FOUND. Open calls it when luid and guid are set and
 * the adapter was just made. Ends when both families are there, or one and a while has passed; VNIC_EOS
 * when there is none in time.
 */
int vnic__win_wait_interface(struct vnic *q, struct vnic_error *err);

/* Before an adapter is removed: Windows keeps DNS settings under its GUID, and the next adapter of that GUID
 * would have them. */
void vnic__win_forget_dns(struct vnic *q);

/* Calls fn for every adapter of a kind, see struct vnic__backend.list. */
int vnic__win_list_wintun(int (*fn)(void *user, const struct vnic_info *info), void *user,
                          struct vnic_error *err);
int vnic__win_list_tap(int (*fn)(void *user, const struct vnic_info *info), void *user,
                       struct vnic_error *err);

/* ---- Between the files above -------------------------------------------------------------------- */

enum win_net_op {
    WIN_NET_LOOK,
    WIN_NET_LOOK_FAMILY,
    WIN_NET_WAIT,
    WIN_NET_SET_UP,
    WIN_NET_SET_MTU,
    WIN_NET_SET_METRIC,
    WIN_NET_LINK_LOCAL,
    WIN_NET_LIST_ADDRESSES,
    WIN_NET_ADD_ADDRESS,
    WIN_NET_REMOVE_ADDRESS,
    WIN_NET_SET_DNS,
    WIN_NET_GET_DNS,
    WIN_NET_SET_NAME,
    WIN_NET_PUT_BACK,
    WIN_NET_LIST
};

/*
 * Fills err for a function of the system that failed with os_code; returns the code. `value` is quoted,
 * NULL: nothing. Says VNIC_ECLOSED when the interface is gone, whatever the number.
 */
int vnic__win_net_fail(struct vnic *q, struct vnic_error *err, enum win_net_op op, DWORD os_code,
                       const char *value);

/* The row of the interface. */
int vnic__win_if_row(struct vnic *q, MIB_IF_ROW2 *ret_row, struct vnic_error *err);

/* Fills what a row tells, and the families; ret_info->layer is set by the caller. */
void vnic__win_fill_info(const MIB_IF_ROW2 *row, struct vnic_info *ret_info);

/* What the two families say of an interface; what none of them knows stays as it is. */
void vnic__win_fill_ip_info(const NET_LUID *luid, struct vnic_info *info);

/* RFC 8200 section 5: the least that a link with IPv6 carries; Windows takes no smaller NlMtu. */
#define WIN_IPV6_MIN_MTU 1280u

/* GetIpInterfaceEntry. */
DWORD vnic__win_ip_row(const NET_LUID *luid, ADDRESS_FAMILY family, MIB_IPINTERFACE_ROW *ret_row);

/* Whether a number means that the interface lacks the family: it is disabled for the adapter or on the system,
 * or the system has no such stack. */
int vnic__win_is_absent(DWORD os_code);

/* SetIpInterfaceEntry of a row that vnic__win_ip_row() gave and that was changed. */
DWORD vnic__win_ip_set(MIB_IPINTERFACE_ROW *row);

/* Waits until a family of the interface is there. Returns NO_ERROR, or why it is not. */
DWORD vnic__win_wait_family(const NET_LUID *luid, ADDRESS_FAMILY family, uint32_t timeout_ms);

/* The addresses of all interfaces, for vnic__sys_free_mib_table(); *ret_table is NULL when there are none. */
DWORD vnic__win_read_addresses(MIB_UNICASTIPADDRESS_TABLE **ret_table);

/* Whether an address of that table is one of this interface. */
int vnic__win_is_address_of(const MIB_UNICASTIPADDRESS_ROW *row, const struct vnic *q);

/* What the detection of duplicates was, by family, before it was turned off. */
struct win_dad {
    ULONG transmits[2];
    int stopped[2]; /* 1: it is to be put back */
};

/* Turns it off for a family, AF_UNSPEC: for both; where that fails, it runs. It stays off for an adapter that
 * we made. */
void vnic__win_dad_stop(struct vnic *q, ADDRESS_FAMILY family, struct win_dad *ret);

/* Puts it back, on an adapter that was found. */
void vnic__win_dad_resume(struct vnic *q, const struct win_dad *dad);

/* Waits until the addresses of an interface that is up can be used, or some seconds have passed. Returns
 * NO_ERROR, or why it cannot be told. */
DWORD vnic__win_settle(struct vnic *q);

/* What the IP stack has of an interface: what both families have of their own, and the addresses. */
struct win_kept {
    MIB_IPINTERFACE_ROW rows[2];
    int has_row[2];
    MIB_UNICASTIPADDRESS_TABLE *addresses; /* of all interfaces; NULL: none */
};

/* Reads it, for vnic__win_kept_free(), which may be called after a failure too. */
int vnic__win_keep(struct vnic *q, struct win_kept *ret, struct vnic_error *err);

/* After the adapter was restarted: makes everything as it was, but for what the system makes itself. */
int vnic__win_put_back(struct vnic *q, const struct win_kept *kept, struct vnic_error *err);

void vnic__win_kept_free(struct win_kept *kept);

/* Removes the IPv6 link-local addresses that the system made. */
int vnic__win_remove_link_local(struct vnic *q, struct vnic_error *err);

int vnic__win_get_info(struct vnic *q, struct vnic_info *ret_info, struct vnic_error *err);
int vnic__win_get_stats(struct vnic *q, struct vnic_stats *ret_stats, struct vnic_error *err);
int vnic__win_get_name(struct vnic *q, char *ret_name, struct vnic_error *err);
int vnic__win_set_up(struct vnic *q, uint32_t up, struct vnic_error *err);
int vnic__win_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err);
int vnic__win_set_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err);
int vnic__win_set_metric(struct vnic *q, uint32_t metric, struct vnic_error *err);
int vnic__win_get_link_local(struct vnic *q, uint32_t *ret_mode, struct vnic_error *err);
int vnic__win_set_link_local(struct vnic *q, uint32_t mode, struct vnic_error *err);
int vnic__win_add_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err);
int vnic__win_remove_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err);
int vnic__win_list_addresses(struct vnic *q, struct vnic_prefix *ret, int cap,
                             struct vnic_error *err);
int vnic__win_set_dns(struct vnic *q, const struct vnic__dns *dns, struct vnic_error *err);
int vnic__win_get_dns(struct vnic *q, struct vnic__dns *ret_dns, struct vnic_error *err);
int vnic__win_set_name(struct vnic *q, const char *name, struct vnic_error *err);
int vnic__win_save(struct vnic *q, int what, void **ret_kept, struct vnic_error *err);
int vnic__win_restore_saved(struct vnic *q, int what, const void *kept, struct vnic_error *err);

static inline NET_LUID win_luid_of(const struct vnic *q)
{
    NET_LUID luid;

    luid.Value = win_iface_of(q)->luid;
    return luid;
}

#endif
