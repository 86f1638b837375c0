/* SPDX-License-Identifier: Apache-2.0 */
/* All adapters of a kind: devices of the class "net" that have the hardware id of the driver. */
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "win_netconf.h"
#include "win_sys_setup.h"
#include "win_text.h"

/* devguid.h GUID_DEVCLASS_NET. */
static const GUID win_class_net = {
    0x4d36e972, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};

/* The hardware id in wintun.inf (Wintun driver/wintun.inf). */
#define WIN_LIST_WINTUN_ID L"Wintun"

/* A device has few hardware ids, and they are short; MAX_DEVICE_ID_LEN of cfgmgr32.h is 200. */
#define WIN_LIST_IDS_UNITS 1024

struct win_listing {
    int (*fn)(void *user, const struct vnic_info *info);
    void *user;
    const char *backend;
    uint32_t layer;
    int n;
    int stopped;
};

/* An adapter that has no interface, because it is disabled or just going, is none for our purposes. */
static void win_list_one(struct win_listing *list, const NET_LUID *luid)
{
    struct vnic_info info;
    MIB_IF_ROW2 row;

    memset(&row, 0, sizeof row);
    row.InterfaceLuid = *luid;
    if (vnic__sys_get_if_entry(&row) != NO_ERROR) {
        return;
    }
    memset(&info, 0, sizeof info);
    info.size = sizeof info;
    info.layer = list->layer;
    vnic__win_fill_info(&row, &info);
    (void)snprintf(info.backend, sizeof info.backend, "%s", list->backend);
    list->n++;
    list->stopped = list->fn(list->user, &info) != 0;
}

/* Whether one of the texts of a REG_MULTI_SZ is the id; Windows does not distinguish letters' case. */
static int win_list_has_id(const wchar_t *ids, size_t units, const wchar_t *id)
{
    for (size_t at = 0; at < units && ids[at] != 0; at += wcslen(ids + at) + 1) {
        if (_wcsicmp(ids + at, id) == 0) {
            return 1;
        }
    }
    return 0;
}

static int win_list_is_kind(HDEVINFO set, SP_DEVINFO_DATA *device, const wchar_t *id)
{
    wchar_t ids[WIN_LIST_IDS_UNITS + 2];
    DWORD type = 0;

    memset(ids, 0, sizeof ids);
    return vnic__sys_device_get_property(set, device, SPDRP_HARDWAREID, &type, ids,
                                         (DWORD)(WIN_LIST_IDS_UNITS * sizeof ids[0])) &&
           type == REG_MULTI_SZ && win_list_has_id(ids, WIN_LIST_IDS_UNITS, id);
}

/* NetCfgInstanceId of the driver's key is the GUID of the interface. */
static int win_list_guid(HDEVINFO set, SP_DEVINFO_DATA *device, GUID *ret)
{
    wchar_t text[WIN_GUID_SIZE + 1];
    DWORD len = (WIN_GUID_SIZE) * (DWORD)sizeof text[0];
    DWORD type = 0;
    HKEY key = vnic__sys_device_open_key(set, device, DIREG_DRV, KEY_QUERY_VALUE);
    LSTATUS status;

    if (key == INVALID_HANDLE_VALUE) {
        return 0;
    }
    memset(text, 0, sizeof text);
    status = vnic__sys_reg_get(key, L"NetCfgInstanceId", &type, text, &len);
    vnic__sys_reg_close(key);
    return status == NO_ERROR && type == REG_SZ && vnic__win_guid_parse_wide(text, ret) == 0;
}

static int win_list_devices(const wchar_t *id, struct win_listing *list, struct vnic_error *err)
{
    SP_DEVINFO_DATA device;
    NET_LUID luid;
    DWORD os_code = NO_ERROR;
    GUID guid;
    HDEVINFO set = vnic__sys_class_devices(&win_class_net, DIGCF_PRESENT);

    if (set == INVALID_HANDLE_VALUE) {
        return vnic__win_net_fail(NULL, err, WIN_NET_LIST, GetLastError(), NULL);
    }
    device.cbSize = sizeof device;
    for (DWORD i = 0; !list->stopped && os_code == NO_ERROR; i++) {
        if (!vnic__sys_device_enum(set, i, &device)) {
            os_code = GetLastError();
        } else if (win_list_is_kind(set, &device, id) && win_list_guid(set, &device, &guid) &&
                   vnic__sys_guid_to_luid(&guid, &luid) == NO_ERROR) {
            win_list_one(list, &luid);
        }
    }
    vnic__sys_device_set_destroy(set);
    if (os_code != NO_ERROR && os_code != ERROR_NO_MORE_ITEMS) {
        return vnic__win_net_fail(NULL, err, WIN_NET_LIST, os_code, NULL);
    }
    return list->n;
}

int vnic__win_list_wintun(int (*fn)(void *user, const struct vnic_info *info), void *user,
                          struct vnic_error *err)
{
    struct win_listing list = {fn, user, "wintun", VNIC_TUN, 0, 0};

    return win_list_devices(WIN_LIST_WINTUN_ID, &list, err);
}

/* The ids of both ways in which the driver's own installers make adapters: OemVista.inf of
 * tap-windows6 (tap0901), and adapters made by hand (root\tap0901). */
int vnic__win_list_tap(int (*fn)(void *user, const struct vnic_info *info), void *user,
                       struct vnic_error *err)
{
    struct win_listing list = {fn, user, "tap-windows6", VNIC_TAP, 0, 0};
    int rc = win_list_devices(L"tap0901", &list, err);

    if (rc >= 0 && !list.stopped) {
        rc = win_list_devices(L"root\\tap0901", &list, err);
    }
    return rc;
}
