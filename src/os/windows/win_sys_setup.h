/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to SetupAPI and the registry: finding, installing, restarting and
 * removing devices, and their keys. One thin call for each function. Those of SetupAPI return 0 and
 * leave their number in GetLastError(); those of the registry return it.
 */
#ifndef VNIC_OS_WINDOWS_WIN_SYS_SETUP_H
#define VNIC_OS_WINDOWS_WIN_SYS_SETUP_H

#include <windows.h>

#include <setupapi.h>

/* ---- Sets of devices ---------------------------------------------------------------------------- */

/* SetupDiGetClassDevsExW of one class on this machine. @fail INVALID_HANDLE_VALUE */
HDEVINFO vnic__sys_class_devices(const GUID *class_guid, DWORD flags);
/* SetupDiCreateDeviceInfoListExW on this machine. @fail INVALID_HANDLE_VALUE */
HDEVINFO vnic__sys_device_set_create(const GUID *class_guid);
/* SetupDiDestroyDeviceInfoList. @fail none */
void vnic__sys_device_set_destroy(HDEVINFO set);
/* SetupDiEnumDeviceInfo; ERROR_NO_MORE_ITEMS at the end. */
int vnic__sys_device_enum(HDEVINFO set, DWORD index, SP_DEVINFO_DATA *ret_device);

/* ---- One device --------------------------------------------------------------------------------- */

/* SetupDiCreateDeviceInfoW with DICD_GENERATE_ID. */
int vnic__sys_device_create(HDEVINFO set, const wchar_t *name, const GUID *class_guid,
                            const wchar_t *description, SP_DEVINFO_DATA *ret_device);
/* SetupDiOpenDeviceInfoW of an instance id. */
int vnic__sys_device_open(HDEVINFO set, const wchar_t *instance_id, SP_DEVINFO_DATA *ret_device);
/* SetupDiGetDeviceInstanceIdW. */
int vnic__sys_device_instance_id(HDEVINFO set, SP_DEVINFO_DATA *device, wchar_t *ret_id, DWORD cap);
/* SetupDiGetDeviceRegistryPropertyW; lengths in bytes. */
int vnic__sys_device_get_property(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD property,
                                  DWORD *ret_type, void *ret_data, DWORD cap);
/* SetupDiSetDeviceRegistryPropertyW. */
int vnic__sys_device_set_property(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD property,
                                  const void *data, DWORD len);
/* SetupDiGetDeviceInstallParamsW and its counterpart; cbSize is set by the caller. */
int vnic__sys_device_get_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                 SP_DEVINSTALL_PARAMS_W *ret_params);
int vnic__sys_device_set_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                 SP_DEVINSTALL_PARAMS_W *params);
/* SetupDiSetClassInstallParamsW. */
int vnic__sys_device_class_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                   SP_CLASSINSTALL_HEADER *params, DWORD len);
/* SetupDiCallClassInstaller; request: DIF_… */
int vnic__sys_device_request(DWORD request, HDEVINFO set, SP_DEVINFO_DATA *device);
/* SetupDiOpenDevRegKey, hardware profile 0; type: DIREG_… @fail INVALID_HANDLE_VALUE */
HKEY vnic__sys_device_open_key(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD type, DWORD access);

/* ---- Drivers for a device ----------------------------------------------------------------------- */

/* SetupDiBuildDriverInfoList and SetupDiDestroyDriverInfoList of compatible drivers. */
int vnic__sys_drivers_build(HDEVINFO set, SP_DEVINFO_DATA *device);
/* @fail none */
void vnic__sys_drivers_destroy(HDEVINFO set, SP_DEVINFO_DATA *device);

/* ---- Registry ----------------------------------------------------------------------------------- */

/* RegOpenKeyExW. @fail errno */
LSTATUS vnic__sys_reg_open(HKEY parent, const wchar_t *path, DWORD access, HKEY *ret_key);
/* RegCloseKey. @fail none */
void vnic__sys_reg_close(HKEY key);
/* RegQueryValueExW; lengths in bytes. @fail errno */
LSTATUS vnic__sys_reg_get(HKEY key, const wchar_t *name, DWORD *ret_type, void *ret_data,
                          DWORD *len);
/* RegSetValueExW. @fail errno */
LSTATUS vnic__sys_reg_set(HKEY key, const wchar_t *name, DWORD type, const void *data, DWORD len);
/* RegDeleteValueW. @fail errno */
LSTATUS vnic__sys_reg_unset(HKEY key, const wchar_t *name);
/* RegNotifyChangeKeyValue of values, once, by an event. @fail errno */
LSTATUS vnic__sys_reg_notify(HKEY key, HANDLE event);

#endif
