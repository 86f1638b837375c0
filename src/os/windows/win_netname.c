/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The friendly name of an adapter. IP Helper can only read it. What is documented for setting it is
 * INetConnection::Rename() of netcon.h; the functions that Windows' own tools use for it (netshell.dll
 * HrRenameConnection, nci.dll NciSetConnectionName) and the value "Name" below Control\Network are not,
 * and are not used here.
 */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "win_netconf.h"
#include "win_sys_netcon.h"
#include "win_text.h"

/* Whether this connection is the adapter's. *untold is the first reason why one did not tell. */
static int win_is_connection(INetConnection *connection, const GUID *guid, HRESULT *untold)
{
    NETCON_PROPERTIES *properties = NULL;
    HRESULT result = vnic__sys_connection_properties(connection, &properties);
    int same;

    if (FAILED(result) || properties == NULL) {
        *untold = FAILED(*untold) || SUCCEEDED(result) ? *untold : result;
        return 0;
    }
    same = memcmp(&properties->guidId, guid, sizeof *guid) == 0;
    vnic__sys_connection_free(properties);
    return same;
}

/* A connection that does not tell its properties may be in the midst of going, so it is another one as
 * long as the adapter's is found; when it is not, that connection may have been it. */
static HRESULT win_rename_among(IEnumNetConnection *all, const GUID *guid, const wchar_t *name)
{
    INetConnection *connection = NULL;
    HRESULT untold = S_OK;
    HRESULT result;

    while ((result = vnic__sys_connections_next(all, &connection)) == S_OK) {
        int found = win_is_connection(connection, guid, &untold);

        if (found) {
            result = vnic__sys_connection_rename(connection, name);
        }
        vnic__sys_com_release(connection);
        if (found) {
            return result;
        }
    }
    result = FAILED(result) ? result : untold;
    /* Else the folder does not show it. */
    return FAILED(result) ? result : HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

static HRESULT win_rename(const GUID *guid, const wchar_t *name)
{
    INetConnectionManager *manager = NULL;
    IEnumNetConnection *all = NULL;
    HRESULT result = vnic__sys_connections_open(&manager);

    if (FAILED(result)) {
        return result;
    }
    result = vnic__sys_connections_enum(manager, &all);
    if (SUCCEEDED(result)) {
        result = win_rename_among(all, guid, name);
        vnic__sys_com_release(all);
    }
    vnic__sys_com_release(manager);
    return result;
}

/* The caller's thread may use COM already, its own way: that way will do, and is left as it is. */
int vnic__win_set_name(struct vnic *q, const char *name, struct vnic_error *err)
{
    wchar_t *wide;
    HRESULT result;
    HRESULT begun;
    int rc = vnic__win_utf16_new(name, &wide);

    if (rc == VNIC_ENOMEM) {
        return vnic__fail_memory(err, "vnic_set_name");
    }
    if (rc < 0) {
        return vnic__fail(err, VNIC_ENAME, "vnic_set_name", "name", "the name is no UTF-8");
    }
    begun = vnic__sys_com_begin();
    result = FAILED(begun) && begun != RPC_E_CHANGED_MODE
                 ? begun
                 : win_rename(&win_iface_of(q)->guid, wide);
    if (SUCCEEDED(begun)) {
        vnic__sys_com_end();
    }
    vnic__free(wide);
    return SUCCEEDED(result) ? 0
                             : vnic__win_net_fail(q, err, WIN_NET_SET_NAME, (DWORD)result, name);
}
