/* SPDX-License-Identifier: Apache-2.0 */
/* vnic/windows.h: asking for wintun.dll and its driver without a device, and deleting the driver. */
#include "vnic/windows.h"

#include <stdio.h>
#include <string.h>

#include <windows.h>

#include <setupapi.h>

#include "core/fail.h"
#include "win_error.h"
#include "win_sys_module.h"
#include "win_text.h"
#include "wintun.h"

static const struct win_reason delete_reasons[] = {
    {ERROR_ACCESS_DENIED, VNIC_EPERM,
     "that is for administrators: start the program with \"Run as administrator\""},
    {ERROR_PRIVILEGE_NOT_HELD, VNIC_EPERM,
     "that is for administrators: start the program with \"Run as administrator\""},
    {ERROR_INF_IN_USE_BY_DEVICES, VNIC_EBUSY, "adapters use it: end the programs that have them"},
    {ERROR_SHARING_VIOLATION, VNIC_EBUSY, "adapters use it: end the programs that have them"},
    {ERROR_DEVICE_IN_USE, VNIC_EBUSY, "adapters use it: end the programs that have them"},
    {0, 0, NULL},
};

/* What the two functions return whatever goes wrong. */
static const int probe_promised[] = {
    VNIC_EINVAL, VNIC_ENODRIVER, VNIC_EVERSION, VNIC_EPERM, VNIC_EBUSY, VNIC_ENOMEM, 0};

static void tell_versions(const struct wintun_library *library, struct vnic_wintun_info *info)
{
    const uint32_t *v = library->file_version;
    DWORD driver = vnic__sys_wintun_driver_version(&library->table);

    if (vnic__win_utf8(library->path, info->path, sizeof info->path) >= sizeof info->path) {
        info->path[0] = '\0';
    }
    if ((v[0] | v[1] | v[2] | v[3]) != 0) {
        (void)snprintf(info->dll_version, sizeof info->dll_version, "%u.%u.%u", (unsigned)v[0],
                       (unsigned)v[1], (unsigned)v[2]);
    }
    if (driver != 0) {
        (void)snprintf(info->driver_version, sizeof info->driver_version, "%lu.%lu",
                       (unsigned long)(driver >> 16), (unsigned long)(driver & 0xFFFF));
    }
    info->elevated = vnic__sys_is_elevated() == 1;
}

int vnic_wintun_probe(const char *path, struct vnic_wintun_info *ret_info,
                      struct vnic_error *ret_err)
{
    struct vnic_wintun_info info = {0};
    struct wintun_library library;
    size_t size;
    int rc;

    if (ret_info == NULL) {
        return vnic__fail_null(ret_err, "vnic_wintun_probe", "ret_info");
    }
    size = ret_info->size;
    if (size < offsetof(struct vnic_wintun_info, reserved)) {
        return vnic__fail(ret_err, VNIC_EVERSION, "vnic_wintun_probe", "size",
                          "the size %lu in vnic_wintun_info is not that of any known header",
                          (unsigned long)size);
    }
    rc = vnic__wintun_load(path, &library, ret_err);
    if (rc < 0) {
        return vnic__win_promised(ret_err, rc, probe_promised);
    }
    tell_versions(&library, &info);
    vnic__wintun_unload(&library);
    info.size = size;
    memcpy(ret_info, &info, size < sizeof info ? size : sizeof info);
    return 0;
}

int vnic_wintun_delete_driver(const char *path, struct vnic_error *ret_err)
{
    struct wintun_library library;
    int rc = vnic__wintun_load(path, &library, ret_err);

    if (rc == 0) {
        if (!vnic__sys_wintun_delete_driver(&library.table)) {
            rc = vnic__win_fail(ret_err, GetLastError(), "WintunDeleteDriver", NULL, delete_reasons,
                                "cannot delete the Wintun driver");
        }
        vnic__wintun_unload(&library);
    }
    return vnic__win_promised(ret_err, rc, probe_promised);
}
