/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to the network connections folder (netcon.h, COM): one thin function a call. All return what
 * COM returns: S_OK or more, or an HRESULT that says why not.
 */
#ifndef VNIC_OS_WINDOWS_WIN_SYS_NETCON_H
#define VNIC_OS_WINDOWS_WIN_SYS_NETCON_H

#include <winsock2.h>

#include <windows.h>

#include <objbase.h>

#include <netcon.h>

/* CoInitializeEx of this thread, without apartments of its own. */
HRESULT vnic__sys_com_begin(void);
/* CoUninitialize; once for each success of the above. @fail none */
void vnic__sys_com_end(void);
/* CoCreateInstance of the manager of connections. */
HRESULT vnic__sys_connections_open(INetConnectionManager **ret_manager);
/* INetConnectionManager::EnumConnections of all. */
HRESULT vnic__sys_connections_enum(INetConnectionManager *manager, IEnumNetConnection **ret_all);
/* IEnumNetConnection::Next of one; S_FALSE at the end. */
HRESULT vnic__sys_connections_next(IEnumNetConnection *all, INetConnection **ret_connection);
/* INetConnection::GetProperties; freed by the next one. */
HRESULT vnic__sys_connection_properties(INetConnection *connection, NETCON_PROPERTIES **ret);
/* What NcFreeNetconProperties() of netshell.dll does, for which compilers have no library: members and
 * structure are memory of COM's. @fail none */
void vnic__sys_connection_free(NETCON_PROPERTIES *properties);
/* INetConnection::Rename. */
HRESULT vnic__sys_connection_rename(INetConnection *connection, const wchar_t *name);
/* IUnknown::Release. @fail none */
void vnic__sys_com_release(void *object);

#endif
