/* SPDX-License-Identifier: Apache-2.0 */
#include "linux_error_shim.h"

#include "os/linux/linux_tun.h"

int shim_fail_node(struct vnic_error *err, int os_code)
{
    return vnic__linux_fail_node(err, os_code, "/dev/net/tun");
}

int shim_fail_setiff(struct vnic_error *err, int os_code, int attach, uint32_t owner,
                     uint32_t group, uint32_t if_index)
{
    const struct linux_tun_facts facts = {.name = "tun7", .owner = owner, .group = group};
    const struct linux_setiff_case about = {"tun7", attach ? &facts : NULL, if_index};

    return vnic__linux_fail_setiff(err, os_code, &about);
}

int shim_fail(struct vnic_error *err, int os_code)
{
    return vnic__linux_fail(err, os_code, "TUNSETSNDBUF", "cannot set the sndbuf");
}

int shim_promised(struct vnic_error *err, int rc, const int *codes)
{
    return vnic__linux_promised(err, rc, codes);
}
