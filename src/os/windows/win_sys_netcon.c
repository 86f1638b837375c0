/* SPDX-License-Identifier: Apache-2.0 */
#include "win_sys_netcon.h"

/* netcon.h declares these two and leaves it to a library of the compiler's to have them. */
static const GUID win_clsid_connection_manager = {
    0xba126ad1, 0x2166, 0x11d1, {0xb1, 0xd0, 0x00, 0x80, 0x5f, 0xc1, 0x27, 0x0e}};
static const GUID win_iid_connection_manager = {
    0xc08956a2, 0x1cd3, 0x11d1, {0xb1, 0xc5, 0x00, 0x80, 0x5f, 0xc1, 0x27, 0x0e}};

HRESULT vnic__sys_com_begin(void)
{
    return CoInitializeEx(NULL, COINIT_MULTITHREADED | COINIT_DISABLE_OLE1DDE);
}

void vnic__sys_com_end(void)
{
    CoUninitialize();
}

HRESULT vnic__sys_connections_open(INetConnectionManager **ret_manager)
{
    return CoCreateInstance(&win_clsid_connection_manager, NULL, CLSCTX_LOCAL_SERVER,
                            &win_iid_connection_manager, (void **)ret_manager);
}

HRESULT vnic__sys_connections_enum(INetConnectionManager *manager, IEnumNetConnection **ret_all)
{
    return manager->lpVtbl->EnumConnections(manager, NCME_DEFAULT, ret_all);
}

HRESULT vnic__sys_connections_next(IEnumNetConnection *all, INetConnection **ret_connection)
{
    ULONG n = 0;

    return all->lpVtbl->Next(all, 1, ret_connection, &n);
}

HRESULT vnic__sys_connection_properties(INetConnection *connection, NETCON_PROPERTIES **ret)
{
    return connection->lpVtbl->GetProperties(connection, ret);
}

void vnic__sys_connection_free(NETCON_PROPERTIES *properties)
{
    CoTaskMemFree(properties->pszwName);
    CoTaskMemFree(properties->pszwDeviceName);
    CoTaskMemFree(properties);
}

HRESULT vnic__sys_connection_rename(INetConnection *connection, const wchar_t *name)
{
    return connection->lpVtbl->Rename(connection, name);
}

void vnic__sys_com_release(void *object)
{
    IUnknown *unknown = object;

    (void)unknown->lpVtbl->Release(unknown);
}
