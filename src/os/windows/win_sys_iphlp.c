/* SPDX-License-Identifier: Apache-2.0 */
#include "win_sys_iphlp.h"

/* ---- What every Windows since Vista has, and Wine ----------------------------------------------- */

DWORD vnic__sys_luid_to_index(const NET_LUID *luid, NET_IFINDEX *ret_index)
{
    return (DWORD)ConvertInterfaceLuidToIndex(luid, ret_index);
}

DWORD vnic__sys_luid_to_guid(const NET_LUID *luid, GUID *ret_guid)
{
    return (DWORD)ConvertInterfaceLuidToGuid(luid, ret_guid);
}

DWORD vnic__sys_guid_to_luid(const GUID *guid, NET_LUID *ret_luid)
{
    return (DWORD)ConvertInterfaceGuidToLuid(guid, ret_luid);
}

DWORD vnic__sys_alias_to_luid(const WCHAR *alias, NET_LUID *ret_luid)
{
    return (DWORD)ConvertInterfaceAliasToLuid(alias, ret_luid);
}

DWORD vnic__sys_get_if_entry(MIB_IF_ROW2 *row)
{
    return (DWORD)GetIfEntry2(row);
}

DWORD vnic__sys_set_if_entry(MIB_IFROW *row)
{
    return SetIfEntry(row);
}

DWORD vnic__sys_get_unicast_table(ADDRESS_FAMILY family, MIB_UNICASTIPADDRESS_TABLE **ret_table)
{
    return (DWORD)GetUnicastIpAddressTable(family, ret_table);
}

void vnic__sys_free_mib_table(void *table)
{
    FreeMibTable(table);
}

/* ---- What may be absent ------------------------------------------------------------------------- */

typedef DWORD(WINAPI *win_ip_interface_fn)(MIB_IPINTERFACE_ROW *row);
typedef void(WINAPI *win_init_unicast_fn)(MIB_UNICASTIPADDRESS_ROW *row);
typedef DWORD(WINAPI *win_unicast_fn)(const MIB_UNICASTIPADDRESS_ROW *row);
typedef DWORD(WINAPI *win_set_dns_fn)(GUID guid, const struct win_dns_settings *settings);
typedef DWORD(WINAPI *win_get_dns_fn)(GUID guid, struct win_dns_settings *ret_settings);
typedef void(WINAPI *win_free_dns_fn)(struct win_dns_settings *settings);

/*
 * The library is in the process, for the functions above are imported from it. The detour by a plain
 * function type is how compilers are told that a change of the type is meant.
 */
static void (*win_iphlp_find(const char *name))(void)
{
    HMODULE library = GetModuleHandleW(L"iphlpapi.dll");

    return library == NULL ? NULL : (void (*)(void))GetProcAddress(library, name);
}

DWORD vnic__sys_get_ip_interface(MIB_IPINTERFACE_ROW *row)
{
    win_ip_interface_fn call = (win_ip_interface_fn)win_iphlp_find("GetIpInterfaceEntry");

    return call == NULL ? ERROR_PROC_NOT_FOUND : call(row);
}

DWORD vnic__sys_set_ip_interface(MIB_IPINTERFACE_ROW *row)
{
    win_ip_interface_fn call = (win_ip_interface_fn)win_iphlp_find("SetIpInterfaceEntry");

    return call == NULL ? ERROR_PROC_NOT_FOUND : call(row);
}

DWORD vnic__sys_init_unicast(MIB_UNICASTIPADDRESS_ROW *ret_row)
{
    win_init_unicast_fn call =
        (win_init_unicast_fn)win_iphlp_find("InitializeUnicastIpAddressEntry");

    if (call == NULL) {
        return ERROR_PROC_NOT_FOUND;
    }
    call(ret_row);
    return NO_ERROR;
}

DWORD vnic__sys_create_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    win_unicast_fn call = (win_unicast_fn)win_iphlp_find("CreateUnicastIpAddressEntry");

    return call == NULL ? ERROR_PROC_NOT_FOUND : call(row);
}

DWORD vnic__sys_delete_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    win_unicast_fn call = (win_unicast_fn)win_iphlp_find("DeleteUnicastIpAddressEntry");

    return call == NULL ? ERROR_PROC_NOT_FOUND : call(row);
}

DWORD vnic__sys_set_dns(const GUID *guid, const struct win_dns_settings *settings)
{
    win_set_dns_fn call = (win_set_dns_fn)win_iphlp_find("SetInterfaceDnsSettings");

    return call == NULL ? ERROR_PROC_NOT_FOUND : call(*guid, settings);
}

DWORD vnic__sys_get_dns(const GUID *guid, struct win_dns_settings *ret_settings)
{
    win_get_dns_fn call = (win_get_dns_fn)win_iphlp_find("GetInterfaceDnsSettings");

    return call == NULL ? ERROR_PROC_NOT_FOUND : call(*guid, ret_settings);
}

void vnic__sys_free_dns(struct win_dns_settings *settings)
{
    win_free_dns_fn call = (win_free_dns_fn)win_iphlp_find("FreeInterfaceDnsSettings");

    if (call != NULL) {
        call(settings);
    }
}
