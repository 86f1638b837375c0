/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device behind a test adapter, as SetupAPI shows it: of the class "net", with the hardware id of
 * wintun.inf and the GUID of its interface. Only lists need it, so a failure is no failure of the adapter.
 */
#include "wintun_double.h"

#include <iphlpapi.h>
#include <netioapi.h>
#include <objbase.h>
#include <setupapi.h>
#include <wchar.h>

/* devguid.h GUID_DEVCLASS_NET. */
static const GUID device_class_net = {
    0x4d36e972, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};

#define DEVICE_GUID_UNITS 40
#define DEVICE_VALUE L"NetCfgInstanceId"

/* Wine has GUIDs of its own for interfaces: that of the adapter would lead nowhere. */
static BOOL device_guid(const struct double_adapter *a, WCHAR *ret)
{
    GUID guid;

    return ConvertInterfaceLuidToGuid(&a->luid, &guid) == NO_ERROR &&
           StringFromGUID2(&guid, ret, DEVICE_GUID_UNITS) > 0;
}

void double_device_add(const struct double_adapter *a)
{
    /* A list of texts: the terminator of the literal ends the list. */
    static const WCHAR id[] = L"Wintun\0";
    SP_DEVINFO_DATA device = {.cbSize = sizeof device};
    WCHAR guid[DEVICE_GUID_UNITS];
    HDEVINFO set = SetupDiCreateDeviceInfoList(&device_class_net, NULL);

    if (set == INVALID_HANDLE_VALUE) {
        return;
    }
    if (device_guid(a, guid) &&
        SetupDiCreateDeviceInfoW(set, L"WINTUN", &device_class_net, L"Wintun Userspace Tunnel",
                                 NULL, DICD_GENERATE_ID, &device) &&
        SetupDiSetDeviceRegistryPropertyW(set, &device, SPDRP_HARDWAREID, (const BYTE *)id,
                                          sizeof id) &&
        SetupDiRegisterDeviceInfo(set, &device, 0, NULL, NULL, NULL)) {
        HKEY key =
            SetupDiCreateDevRegKeyW(set, &device, DICS_FLAG_GLOBAL, 0, DIREG_DRV, NULL, NULL);

        if (key != INVALID_HANDLE_VALUE) {
            (void)RegSetValueExW(key, DEVICE_VALUE, 0, REG_SZ, (const BYTE *)guid,
                                 (DWORD)((wcslen(guid) + 1) * sizeof guid[0]));
            (void)RegCloseKey(key);
        }
    }
    (void)SetupDiDestroyDeviceInfoList(set);
}

static BOOL device_has_guid(HDEVINFO set, SP_DEVINFO_DATA *device, const WCHAR *guid)
{
    HKEY key = SetupDiOpenDevRegKey(set, device, DICS_FLAG_GLOBAL, 0, DIREG_DRV, KEY_QUERY_VALUE);
    WCHAR found[DEVICE_GUID_UNITS] = L"";
    DWORD len = sizeof found - sizeof found[0];
    LSTATUS status;

    if (key == INVALID_HANDLE_VALUE) {
        return FALSE;
    }
    status = RegQueryValueExW(key, DEVICE_VALUE, NULL, NULL, (BYTE *)found, &len);
    (void)RegCloseKey(key);
    return status == ERROR_SUCCESS && wcscmp(found, guid) == 0;
}

void double_device_remove(const struct double_adapter *a)
{
    SP_DEVINFO_DATA device = {.cbSize = sizeof device};
    WCHAR guid[DEVICE_GUID_UNITS];
    BOOL removed = FALSE;
    HDEVINFO set = SetupDiGetClassDevsW(&device_class_net, NULL, NULL, 0);

    if (set == INVALID_HANDLE_VALUE) {
        return;
    }
    if (device_guid(a, guid)) {
        for (DWORD i = 0; !removed && SetupDiEnumDeviceInfo(set, i, &device); i++) {
            if (device_has_guid(set, &device, guid)) {
                removed = SetupDiRemoveDevice(set, &device);
            }
        }
    }
    (void)SetupDiDestroyDeviceInfoList(set);
}
