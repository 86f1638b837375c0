/* SPDX-License-Identifier: Apache-2.0 */
/* Adapters of the driver among the network devices, and what the registry says of each. */
#include <string.h>
#include <wchar.h>

#include "core/fail.h"
#include "win_error.h"
#include "win_text.h"
#include "wintap.h"

/* Class Net: devguid.h GUID_DEVCLASS_NET, which would have to be linked. */
const GUID vnic__wintap_net_class = {
    0x4d36e972, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};

/* The hardware ids in the driver's INF file: src/OemVista.inf.in. */
static const wchar_t *const default_ids[] = {L"tap0901", L"root\\tap0901", NULL};

/* Values in the driver's key that are ours: DWORDs, 1: we made the adapter; 1: it is to stay. */
#define VALUE_OURS L"VnicAdapter"
#define VALUE_PERSIST L"VnicPersist"

#define HARDWARE_IDS_UNITS 512

const wchar_t *vnic__wintap_hardware_id(const wchar_t *wanted, int index)
{
    if (wanted != NULL) {
        return index == 0 ? wanted : NULL;
    }
    return default_ids[index];
}

/* ---- The driver's key --------------------------------------------------------------------------- */

static uint32_t read_dword(HKEY key, const wchar_t *name, uint32_t *ret)
{
    DWORD type = 0;
    DWORD value = 0;
    DWORD len = sizeof value;
    LSTATUS status = vnic__sys_reg_get(key, name, &type, &value, &len);

    if (status == ERROR_SUCCESS && (type != REG_DWORD || len != sizeof value)) {
        status = ERROR_FILE_NOT_FOUND;
    }
    *ret = status == ERROR_SUCCESS ? value : 0;
    return (uint32_t)status;
}

/* Others' adapters lack the values that are ours. */
static uint32_t read_mark(HKEY key, const wchar_t *name, uint32_t *ret)
{
    uint32_t os_code = read_dword(key, name, ret);

    return os_code == ERROR_FILE_NOT_FOUND ? 0 : os_code;
}

static uint32_t read_guid(HKEY key, const wchar_t *name, GUID *ret)
{
    wchar_t text[WIN_GUID_SIZE + 1] = {0};
    DWORD type = 0;
    DWORD len = WIN_GUID_SIZE * sizeof text[0];
    LSTATUS status = vnic__sys_reg_get(key, name, &type, text, &len);

    if (status == ERROR_SUCCESS && (type != REG_SZ || vnic__win_guid_parse_wide(text, ret) < 0)) {
        status = ERROR_FILE_NOT_FOUND;
    }
    return (uint32_t)status;
}

/* NET_LUID of ifdef.h: 24 bits reserved, 24 bits of index, 16 bits of type, from the lowest. */
uint32_t vnic__wintap_read_key(HKEY key, struct wintap_adapter *ret)
{
    uint32_t luid_index = 0;
    uint32_t type = 0;
    uint32_t os_code = read_guid(key, L"NetCfgInstanceId", &ret->guid);

    os_code = os_code == 0 ? read_dword(key, L"NetLuidIndex", &luid_index) : os_code;
    os_code = os_code == 0 ? read_dword(key, L"*IfType", &type) : os_code;
    ret->luid = (uint64_t)(type & 0xFFFFu) << 48 | (uint64_t)(luid_index & 0xFFFFFFu) << 24;
    os_code = os_code == 0 ? read_mark(key, VALUE_OURS, &ret->ours) : os_code;
    return os_code == 0 ? read_mark(key, VALUE_PERSIST, &ret->persist) : os_code;
}

int vnic__wintap_open_key(const struct wintap_adapter *adapter, DWORD access, HKEY *ret_key,
                          struct vnic_error *err)
{
    SP_DEVINFO_DATA device = {.cbSize = sizeof device};
    HDEVINFO set = vnic__sys_device_set_create(&vnic__wintap_net_class);
    HKEY key = INVALID_HANDLE_VALUE;
    uint32_t os_code = 0;

    if (set == INVALID_HANDLE_VALUE) {
        return vnic__win_fail(err, GetLastError(), "SetupDiCreateDeviceInfoListExW", NULL, NULL,
                              "cannot look for the TAP adapter");
    }
    if (vnic__sys_device_open(set, adapter->instance_id, &device)) {
        key = vnic__sys_device_open_key(set, &device, DIREG_DRV, access);
    }
    if (key == INVALID_HANDLE_VALUE) {
        os_code = GetLastError();
    }
    vnic__sys_device_set_destroy(set);
    *ret_key = key;
    return os_code == 0 ? 0
                        : vnic__win_fail(err, os_code, "SetupDiOpenDevRegKey", NULL, NULL,
                                         "cannot open the driver's key of the TAP adapter");
}

int vnic__wintap_mark(const struct wintap_adapter *adapter, uint32_t persist,
                      struct vnic_error *err)
{
    const DWORD ours = 1;
    const DWORD stays = persist;
    LSTATUS status;
    HKEY key;
    int rc = vnic__wintap_open_key(adapter, KEY_SET_VALUE, &key, err);

    if (rc < 0) {
        return rc;
    }
    status = vnic__sys_reg_set(key, VALUE_OURS, REG_DWORD, &ours, sizeof ours);
    if (status == ERROR_SUCCESS) {
        status = vnic__sys_reg_set(key, VALUE_PERSIST, REG_DWORD, &stays, sizeof stays);
    }
    vnic__sys_reg_close(key);
    return status == ERROR_SUCCESS ? 0
                                   : vnic__win_fail(err, (uint32_t)status, "RegSetValueExW", NULL,
                                                    NULL, "cannot note whose the TAP adapter is");
}

/* ---- Looking ------------------------------------------------------------------------------------ */

/* Whether one of a list of texts, each with its terminator and one more at the end, is a hardware id. */
static int has_hardware_id(const wchar_t *list, const wchar_t *wanted)
{
    for (; *list != L'\0'; list += wcslen(list) + 1) {
        const wchar_t *id;

        for (int i = 0; (id = vnic__wintap_hardware_id(wanted, i)) != NULL; i++) {
            if (_wcsicmp(list, id) == 0) {
                return 1;
            }
        }
    }
    return 0;
}

/* What a device says that lacks something, or that is going while it is looked at: it is none of ours. */
static uint32_t unless_lacking(uint32_t os_code)
{
    return os_code == ERROR_INVALID_DATA || os_code == ERROR_INSUFFICIENT_BUFFER ||
                   os_code == ERROR_FILE_NOT_FOUND || os_code == ERROR_KEY_DOES_NOT_EXIST ||
                   os_code == ERROR_NO_SUCH_DEVINST
               ? 0
               : os_code;
}

static uint32_t is_of_driver(HDEVINFO set, SP_DEVINFO_DATA *device, const wchar_t *wanted,
                             int *ret_is)
{
    wchar_t ids[HARDWARE_IDS_UNITS + 2] = {0};
    DWORD type = 0;

    *ret_is = 0;
    if (!vnic__sys_device_get_property(set, device, SPDRP_HARDWAREID, &type, ids,
                                       HARDWARE_IDS_UNITS * sizeof ids[0])) {
        return unless_lacking(GetLastError());
    }
    *ret_is = type == REG_MULTI_SZ && has_hardware_id(ids, wanted);
    return 0;
}

static uint32_t read_adapter(HDEVINFO set, SP_DEVINFO_DATA *device, struct wintap_adapter *ret,
                             int *ret_is)
{
    uint32_t os_code;
    HKEY key;

    *ret_is = 0;
    memset(ret, 0, sizeof *ret);
    if (!vnic__sys_device_instance_id(set, device, ret->instance_id,
                                      sizeof ret->instance_id / sizeof ret->instance_id[0])) {
        return unless_lacking(GetLastError());
    }
    key = vnic__sys_device_open_key(set, device, DIREG_DRV, KEY_QUERY_VALUE);
    if (key == INVALID_HANDLE_VALUE) {
        return unless_lacking(GetLastError());
    }
    os_code = vnic__wintap_read_key(key, ret);
    vnic__sys_reg_close(key);
    *ret_is = os_code == 0;
    return unless_lacking(os_code);
}

static int matches(const struct wintap_query *query, const struct wintap_adapter *adapter)
{
    return (query->luid == 0 || query->luid == adapter->luid) &&
           (query->guid == NULL || memcmp(query->guid, &adapter->guid, sizeof(GUID)) == 0);
}

/* One device of the set: 1 when it is one of the query's, 0, and the system's number when that fails. */
static int look_at(HDEVINFO set, DWORD index, const struct wintap_query *query,
                   struct wintap_adapter *ret, uint32_t *ret_os_code)
{
    SP_DEVINFO_DATA device = {.cbSize = sizeof device};
    int is = 0;

    *ret_os_code = 0;
    if (!vnic__sys_device_enum(set, index, &device)) {
        *ret_os_code = GetLastError();
        return 0;
    }
    *ret_os_code = is_of_driver(set, &device, query->hardware_id, &is);
    if (*ret_os_code == 0 && is) {
        *ret_os_code = read_adapter(set, &device, ret, &is);
    }
    return *ret_os_code == 0 && is && matches(query, ret);
}

int vnic__wintap_find(const struct wintap_query *query, struct wintap_adapter *ret,
                      struct vnic_error *err)
{
    HDEVINFO set = vnic__sys_class_devices(&vnic__wintap_net_class, DIGCF_PRESENT);
    uint32_t os_code = 0;
    int found = 0;

    if (set == INVALID_HANDLE_VALUE) {
        return vnic__win_fail(err, GetLastError(), "SetupDiGetClassDevsExW", NULL, NULL,
                              "cannot list the network devices");
    }
    for (DWORD i = 0; !found && os_code == 0; i++) {
        found = look_at(set, i, query, ret, &os_code);
    }
    vnic__sys_device_set_destroy(set);
    return found || os_code == ERROR_NO_MORE_ITEMS
               ? found
               : vnic__win_fail(err, os_code, "SetupDiEnumDeviceInfo", NULL, NULL,
                                "cannot look at the network devices");
}
