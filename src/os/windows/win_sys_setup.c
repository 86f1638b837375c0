/* SPDX-License-Identifier: Apache-2.0 */
#include "win_sys_setup.h"

/* ---- Sets of devices ---------------------------------------------------------------------------- */

HDEVINFO vnic__sys_class_devices(const GUID *class_guid, DWORD flags)
{
    return SetupDiGetClassDevsExW(class_guid, NULL, NULL, flags, NULL, NULL, NULL);
}

HDEVINFO vnic__sys_device_set_create(const GUID *class_guid)
{
    return SetupDiCreateDeviceInfoListExW(class_guid, NULL, NULL, NULL);
}

void vnic__sys_device_set_destroy(HDEVINFO set)
{
    (void)SetupDiDestroyDeviceInfoList(set);
}

int vnic__sys_device_enum(HDEVINFO set, DWORD index, SP_DEVINFO_DATA *ret_device)
{
    return SetupDiEnumDeviceInfo(set, index, ret_device);
}

/* ---- One device --------------------------------------------------------------------------------- */

int vnic__sys_device_create(HDEVINFO set, const wchar_t *name, const GUID *class_guid,
                            const wchar_t *description, SP_DEVINFO_DATA *ret_device)
{
    return SetupDiCreateDeviceInfoW(set, name, class_guid, description, NULL, DICD_GENERATE_ID,
                                    ret_device);
}

int vnic__sys_device_open(HDEVINFO set, const wchar_t *instance_id, SP_DEVINFO_DATA *ret_device)
{
    return SetupDiOpenDeviceInfoW(set, instance_id, NULL, 0, ret_device);
}

int vnic__sys_device_instance_id(HDEVINFO set, SP_DEVINFO_DATA *device, wchar_t *ret_id, DWORD cap)
{
    return SetupDiGetDeviceInstanceIdW(set, device, ret_id, cap, NULL);
}

int vnic__sys_device_get_property(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD property,
                                  DWORD *ret_type, void *ret_data, DWORD cap)
{
    return SetupDiGetDeviceRegistryPropertyW(set, device, property, ret_type, ret_data, cap, NULL);
}

int vnic__sys_device_set_property(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD property,
                                  const void *data, DWORD len)
{
    return SetupDiSetDeviceRegistryPropertyW(set, device, property, data, len);
}

int vnic__sys_device_get_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                 SP_DEVINSTALL_PARAMS_W *ret_params)
{
    return SetupDiGetDeviceInstallParamsW(set, device, ret_params);
}

int vnic__sys_device_set_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                 SP_DEVINSTALL_PARAMS_W *params)
{
    return SetupDiSetDeviceInstallParamsW(set, device, params);
}

int vnic__sys_device_class_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                   SP_CLASSINSTALL_HEADER *params, DWORD len)
{
    return SetupDiSetClassInstallParamsW(set, device, params, len);
}

int vnic__sys_device_request(DWORD request, HDEVINFO set, SP_DEVINFO_DATA *device)
{
    return SetupDiCallClassInstaller(request, set, device);
}

HKEY vnic__sys_device_open_key(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD type, DWORD access)
{
    return SetupDiOpenDevRegKey(set, device, DICS_FLAG_GLOBAL, 0, type, access);
}

/* ---- Drivers for a device ----------------------------------------------------------------------- */

int vnic__sys_drivers_build(HDEVINFO set, SP_DEVINFO_DATA *device)
{
    return SetupDiBuildDriverInfoList(set, device, SPDIT_COMPATDRIVER);
}

void vnic__sys_drivers_destroy(HDEVINFO set, SP_DEVINFO_DATA *device)
{
    (void)SetupDiDestroyDriverInfoList(set, device, SPDIT_COMPATDRIVER);
}

/* ---- Registry ----------------------------------------------------------------------------------- */

LSTATUS vnic__sys_reg_open(HKEY parent, const wchar_t *path, DWORD access, HKEY *ret_key)
{
    return RegOpenKeyExW(parent, path, 0, access, ret_key);
}

void vnic__sys_reg_close(HKEY key)
{
    (void)RegCloseKey(key);
}

LSTATUS vnic__sys_reg_get(HKEY key, const wchar_t *name, DWORD *ret_type, void *ret_data,
                          DWORD *len)
{
    return RegQueryValueExW(key, name, NULL, ret_type, ret_data, len);
}

LSTATUS vnic__sys_reg_set(HKEY key, const wchar_t *name, DWORD type, const void *data, DWORD len)
{
    return RegSetValueExW(key, name, 0, type, data, len);
}

LSTATUS vnic__sys_reg_unset(HKEY key, const wchar_t *name)
{
    return RegDeleteValueW(key, name);
}

LSTATUS vnic__sys_reg_notify(HKEY key, HANDLE event)
{
    return RegNotifyChangeKeyValue(key, FALSE, REG_NOTIFY_CHANGE_LAST_SET, event, TRUE);
}
