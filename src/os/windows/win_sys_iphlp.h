/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to the IP Helper library (iphlpapi.dll): one thin function a call, and nothing else. Every
 * function returns what the system's own returns: NO_ERROR or a Windows error code, never through
 * GetLastError().
 *
 * The functions of the second half are looked up by name each time they are called, for not every
 * system has them; ERROR_PROC_NOT_FOUND says that this one does not. They are for configuration, so the
 * look-up costs nothing that is felt, and no state has to be kept.
 * @fail DWORD errno
 */
#ifndef VNIC_OS_WINDOWS_WIN_SYS_IPHLP_H
#define VNIC_OS_WINDOWS_WIN_SYS_IPHLP_H

#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <netioapi.h>

/* ---- What every Windows since Vista has, and Wine ----------------------------------------------- */

DWORD vnic__sys_luid_to_index(const NET_LUID *luid, NET_IFINDEX *ret_index);
DWORD vnic__sys_luid_to_guid(const NET_LUID *luid, GUID *ret_guid);
DWORD vnic__sys_guid_to_luid(const GUID *guid, NET_LUID *ret_luid);
DWORD vnic__sys_alias_to_luid(const WCHAR *alias, NET_LUID *ret_luid);
/* GetIfEntry2: the row is found by its InterfaceLuid. */
DWORD vnic__sys_get_if_entry(MIB_IF_ROW2 *row);
/* SetIfEntry: dwIndex and dwAdminStatus of the row are used. */
DWORD vnic__sys_set_if_entry(MIB_IFROW *row);
/* GetUnicastIpAddressTable; what comes is freed with vnic__sys_free_mib_table(). */
DWORD vnic__sys_get_unicast_table(ADDRESS_FAMILY family, MIB_UNICASTIPADDRESS_TABLE **ret_table);
void vnic__sys_free_mib_table(void *table);

/* ---- What may be absent ------------------------------------------------------------------------- */

/* GetIpInterfaceEntry: the row is found by its Family and InterfaceLuid. */
DWORD vnic__sys_get_ip_interface(MIB_IPINTERFACE_ROW *row);
DWORD vnic__sys_set_ip_interface(MIB_IPINTERFACE_ROW *row);
/* InitializeUnicastIpAddressEntry, which cannot fail where it exists. */
DWORD vnic__sys_init_unicast(MIB_UNICASTIPADDRESS_ROW *ret_row);
DWORD vnic__sys_create_unicast(const MIB_UNICASTIPADDRESS_ROW *row);
DWORD vnic__sys_delete_unicast(const MIB_UNICASTIPADDRESS_ROW *row);

/* DNS_INTERFACE_SETTINGS of netioapi.h (Windows SDK 10.0.19041), version 1; older headers lack it. */
struct win_dns_settings {
    ULONG version; /* WIN_DNS_VERSION */
    ULONG64 flags; /* WIN_DNS_… */
    WCHAR *domain;
    WCHAR *name_server;
    WCHAR *search_list;
    ULONG registration_enabled;
    ULONG register_adapter_name;
    ULONG enable_llmnr;
    ULONG query_adapter_name;
    WCHAR *profile_name_server;
};

#define WIN_DNS_VERSION 1u   /* DNS_INTERFACE_SETTINGS_VERSION1 */
#define WIN_DNS_IPV6 0x1u    /* DNS_SETTING_IPV6: of IPv6 and not of IPv4 */
#define WIN_DNS_SERVERS 0x2u /* DNS_SETTING_NAMESERVER */
#define WIN_DNS_SEARCH 0x4u  /* DNS_SETTING_SEARCHLIST */
#define WIN_DNS_DOMAIN 0x20u /* DNS_SETTING_DOMAIN */

/* Set- and GetInterfaceDnsSettings are there from Windows 10 version 2004 on. What get gives is freed
 * with vnic__sys_free_dns(). The GUID is a pointer here, for it is passed by value there. */
DWORD vnic__sys_set_dns(const GUID *guid, const struct win_dns_settings *settings);
DWORD vnic__sys_get_dns(const GUID *guid, struct win_dns_settings *ret_settings);
void vnic__sys_free_dns(struct win_dns_settings *settings);

#endif
