/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of vnic/windows.h on every other system. */
#include "core/fail.h"
#include "vnic/windows.h"

static int fail_not_windows(const char *operation, struct vnic_error *err)
{
    return vnic__fail(err, VNIC_ENOTSUP, operation, NULL,
                      "Wintun is a driver of Windows: leave the call out on this system");
}

int vnic_wintun_probe(const char *path, struct vnic_wintun_info *ret_info,
                      struct vnic_error *ret_err)
{
    (void)path;
    if (ret_info == NULL) {
        return vnic__fail_null(ret_err, "vnic_wintun_probe", "ret_info");
    }
    return fail_not_windows("vnic_wintun_probe", ret_err);
}

int vnic_wintun_delete_driver(const char *path, struct vnic_error *ret_err)
{
    (void)path;
    return fail_not_windows("vnic_wintun_delete_driver", ret_err);
}
