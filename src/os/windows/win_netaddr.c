/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: GetUnicastIpAddressTable(), CreateUnicastIpAddressEntry(), DeleteUnicastIpAddressEntry(). */
#include <string.h>

#include "core/fail.h"
#include "win_netconf.h"

/* How long a family that is to get an address is given to appear on an interface. */
#define WIN_ADDRESS_TIMEOUT_MS 3000u

/* "Never", of ValidLifetime and PreferredLifetime. */
#define WIN_LIFETIME_INFINITE 0xffffffffu

static ADDRESS_FAMILY win_family_of(const struct vnic_prefix *p)
{
    return p->family == VNIC_IPV4 ? AF_INET : AF_INET6;
}

static int win_is_link_local(const struct vnic_prefix *p)
{
    return p->family == VNIC_IPV6 ? p->addr[0] == 0xfe && (p->addr[1] & 0xc0) == 0x80
                                  : p->addr[0] == 169 && p->addr[1] == 254;
}

/*
 * Link-local addresses that the system made: fe80:: of the interface, 169.254 of an IPv4 without DHCP. By
 * their origin they are "well known"; a person's own are "manual". MIB_UNICASTIPADDRESS_ROW of netioapi.h.
 */
static int win_is_kernel_address(const MIB_UNICASTIPADDRESS_ROW *row, const struct vnic_prefix *p)
{
    return win_is_link_local(p) && row->PrefixOrigin == IpPrefixOriginWellKnown &&
           (row->SuffixOrigin == IpSuffixOriginLinkLayerAddress ||
            row->SuffixOrigin == IpSuffixOriginRandom ||
            row->SuffixOrigin == IpSuffixOriginWellKnown);
}

static void win_to_prefix(const MIB_UNICASTIPADDRESS_ROW *row, struct vnic_prefix *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->family = row->Address.si_family == AF_INET ? VNIC_IPV4 : VNIC_IPV6;
    ret->prefix_len = row->OnLinkPrefixLength;
    if (ret->family == VNIC_IPV4) {
        memcpy(ret->addr, &row->Address.Ipv4.sin_addr, 4);
    } else {
        memcpy(ret->addr, &row->Address.Ipv6.sin6_addr, 16);
    }
    if (win_is_kernel_address(row, ret)) {
        ret->flags |= VNIC_PREFIX_KERNEL;
    }
}

/* ---- Listing ------------------------------------------------------------------------------------ */

DWORD vnic__win_read_addresses(MIB_UNICASTIPADDRESS_TABLE **ret_table)
{
    DWORD os_code;

    *ret_table = NULL;
    os_code = vnic__sys_get_unicast_table(AF_UNSPEC, ret_table);
    /* Where no interface has any. */
    return os_code == ERROR_NOT_FOUND ? NO_ERROR : os_code;
}

int vnic__win_is_address_of(const MIB_UNICASTIPADDRESS_ROW *row, const struct vnic *q)
{
    return row->InterfaceLuid.Value == win_iface_of(q)->luid &&
           (row->Address.si_family == AF_INET || row->Address.si_family == AF_INET6);
}

/* The table has the addresses of all interfaces, so an interface that is gone has to be looked for. */
int vnic__win_list_addresses(struct vnic *q, struct vnic_prefix *ret, int cap,
                             struct vnic_error *err)
{
    MIB_UNICASTIPADDRESS_TABLE *table;
    MIB_IF_ROW2 row;
    DWORD os_code;
    int n = 0;
    int rc = vnic__win_if_row(q, &row, err);

    if (rc < 0) {
        return rc;
    }
    os_code = vnic__win_read_addresses(&table);
    if (os_code != NO_ERROR) {
        return vnic__win_net_fail(q, err, WIN_NET_LIST_ADDRESSES, os_code, NULL);
    }
    for (ULONG i = 0; table != NULL && i < table->NumEntries; i++) {
        if (!vnic__win_is_address_of(&table->Table[i], q)) {
            continue;
        }
        if (n < cap) {
            win_to_prefix(&table->Table[i], &ret[n]);
        }
        n++;
    }
    if (table != NULL) {
        vnic__sys_free_mib_table(table);
    }
    return n;
}

/* ---- Adding ------------------------------------------------------------------------------------- */

static int win_fail_address(struct vnic *q, struct vnic_error *err, enum win_net_op op,
                            DWORD os_code, const struct vnic_prefix *p)
{
    char text[VNIC_PREFIX_TEXT_MAX];

    if (vnic_prefix_format(p, text, sizeof text) < 0) {
        text[0] = '\0';
    }
    return vnic__win_net_fail(q, err, op, os_code, text);
}

/*
 * Windows keeps neither peers nor broadcast addresses: the other end is whatever the prefix holds, and the
 * broadcast address is always the usual one.
 */
static int win_check_form(const struct vnic_prefix *p, struct vnic_error *err)
{
    struct vnic_prefix plain = *p;
    uint8_t usual[4];

    if (p->flags & VNIC_PREFIX_PEER) {
        return vnic__fail(err, VNIC_ENOTSUP, "vnic_add_address", "addresses",
                          "Windows keeps no peer address: give a prefix that holds both ends, such "
                          "as 10.9.0.1/30 or fd09::1/126");
    }
    plain.flags &= (uint16_t)~(VNIC_PREFIX_BROADCAST | VNIC_PREFIX_NO_BROADCAST);
    memset(plain.broadcast, 0, sizeof plain.broadcast);
    if ((p->flags & VNIC_PREFIX_NO_BROADCAST) ||
        ((p->flags & VNIC_PREFIX_BROADCAST) &&
         (vnic_prefix_broadcast(&plain, usual) != 1 || memcmp(usual, p->broadcast, 4) != 0))) {
        return vnic__fail(err, VNIC_ENOTSUP, "vnic_add_address", "addresses",
                          "the broadcast address cannot be chosen on Windows: leave \"broadcast\" "
                          "out");
    }
    return 0;
}

/* Fills the row of an address; the state "preferred" and a lifetime without end are what makes it usable
 * at once where detection of duplicates does not run. */
static DWORD win_begin_row(struct vnic *q, const struct vnic_prefix *p,
                           MIB_UNICASTIPADDRESS_ROW *ret_row)
{
    DWORD os_code;

    memset(ret_row, 0, sizeof *ret_row);
    os_code = vnic__sys_init_unicast(ret_row);
    ret_row->InterfaceLuid = win_luid_of(q);
    ret_row->Address.si_family = win_family_of(p);
    if (p->family == VNIC_IPV4) {
        memcpy(&ret_row->Address.Ipv4.sin_addr, p->addr, 4);
    } else {
        memcpy(&ret_row->Address.Ipv6.sin6_addr, p->addr, 16);
    }
    ret_row->OnLinkPrefixLength = p->prefix_len;
    ret_row->ValidLifetime = WIN_LIFETIME_INFINITE;
    ret_row->PreferredLifetime = WIN_LIFETIME_INFINITE;
    ret_row->DadState = IpDadStatePreferred;
    /* An address of the system's own comes back as such. */
    if (p->flags & VNIC_PREFIX_KERNEL) {
        ret_row->PrefixOrigin = IpPrefixOriginWellKnown;
        ret_row->SuffixOrigin = IpSuffixOriginLinkLayerAddress;
    }
    return os_code;
}

/* Creates it without detection of duplicates; on an interface that is up it can be used when this
 * returns. */
static DWORD win_create_address(struct vnic *q, const struct vnic_prefix *p)
{
    MIB_UNICASTIPADDRESS_ROW row;
    struct win_dad dad;
    DWORD os_code = win_begin_row(q, p, &row);

    if (os_code != NO_ERROR) {
        return os_code;
    }
    vnic__win_dad_stop(q, win_family_of(p), &dad);
    os_code = vnic__sys_create_unicast(&row);
    if (os_code == NO_ERROR && atomic_load(&win_iface_of(q)->up)) {
        os_code = vnic__win_settle(q);
        if (os_code != NO_ERROR) {
            (void)vnic__sys_delete_unicast(&row);
        }
    }
    vnic__win_dad_resume(q, &dad);
    return os_code;
}

/* Looks for an address of this interface, whatever its length: NO_ERROR, or ERROR_NOT_FOUND, or why that
 * cannot be told. */
static DWORD win_find_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_prefix *ret)
{
    MIB_UNICASTIPADDRESS_TABLE *table;
    DWORD os_code = vnic__win_read_addresses(&table);
    int found = 0;

    if (os_code != NO_ERROR || table == NULL) {
        return os_code != NO_ERROR ? os_code : ERROR_NOT_FOUND;
    }
    for (ULONG i = 0; !found && i < table->NumEntries; i++) {
        if (vnic__win_is_address_of(&table->Table[i], q)) {
            win_to_prefix(&table->Table[i], ret);
            found = ret->family == p->family && memcmp(ret->addr, p->addr, sizeof p->addr) == 0;
        }
    }
    vnic__sys_free_mib_table(table);
    return found ? NO_ERROR : ERROR_NOT_FOUND;
}

/* Whether a family that is not there is about to come: the interface of a new adapter gets one by one. */
static int win_gets_family(struct vnic *q, ADDRESS_FAMILY family)
{
    NET_LUID luid = win_luid_of(q);
    MIB_IF_ROW2 row;

    return q->iface->created && vnic__win_if_row(q, &row, NULL) == 0 &&
           vnic__win_wait_family(&luid, family, WIN_ADDRESS_TIMEOUT_MS) == NO_ERROR;
}

int vnic__win_add_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err)
{
    struct vnic_prefix have;
    DWORD os_code;
    int rc = win_check_form(p, err);

    if (rc < 0) {
        return rc;
    }
    os_code = win_create_address(q, p);
    if (os_code == ERROR_NOT_FOUND && win_gets_family(q, win_family_of(p))) {
        os_code = win_create_address(q, p);
    }
    if ((os_code == ERROR_OBJECT_ALREADY_EXISTS || os_code == ERROR_ALREADY_EXISTS) &&
        win_find_address(q, p, &have) == NO_ERROR) {
        (void)vnic__fail(err, VNIC_EEXIST, "CreateUnicastIpAddressEntry", "addresses",
                         "the interface has this address already");
        vnic__fail_os(err, VNIC_OS_WIN32, (int32_t)os_code);
        return VNIC_EEXIST;
    }
    return os_code == NO_ERROR ? 0 : win_fail_address(q, err, WIN_NET_ADD_ADDRESS, os_code, p);
}

/* ---- Removing ----------------------------------------------------------------------------------- */

static DWORD win_delete_address(struct vnic *q, const struct vnic_prefix *p)
{
    MIB_UNICASTIPADDRESS_ROW row;
    DWORD os_code = win_begin_row(q, p, &row);

    return os_code == NO_ERROR ? vnic__sys_delete_unicast(&row) : os_code;
}

/* Windows finds an address without its length; the contract asks for both to be right. */
int vnic__win_remove_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err)
{
    struct vnic_prefix have;
    DWORD os_code = win_find_address(q, p, &have);

    if (os_code == NO_ERROR) {
        os_code = have.prefix_len == p->prefix_len ? win_delete_address(q, p) : ERROR_NOT_FOUND;
    }
    return os_code == NO_ERROR ? 0 : win_fail_address(q, err, WIN_NET_REMOVE_ADDRESS, os_code, p);
}

int vnic__win_remove_link_local(struct vnic *q, struct vnic_error *err)
{
    MIB_UNICASTIPADDRESS_TABLE *table;
    struct vnic_prefix p;
    DWORD os_code = vnic__win_read_addresses(&table);
    int rc = 0;

    if (os_code != NO_ERROR) {
        return vnic__win_net_fail(q, err, WIN_NET_LIST_ADDRESSES, os_code, NULL);
    }
    for (ULONG i = 0; rc == 0 && table != NULL && i < table->NumEntries; i++) {
        if (!vnic__win_is_address_of(&table->Table[i], q)) {
            continue;
        }
        win_to_prefix(&table->Table[i], &p);
        if (p.family != VNIC_IPV6 || !(p.flags & VNIC_PREFIX_KERNEL)) {
            continue;
        }
        os_code = win_delete_address(q, &p);
        if (os_code != NO_ERROR && os_code != ERROR_NOT_FOUND) {
            rc = win_fail_address(q, err, WIN_NET_REMOVE_ADDRESS, os_code, &p);
        }
    }
    if (table != NULL) {
        vnic__sys_free_mib_table(table);
    }
    return rc;
}
