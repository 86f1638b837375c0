/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of linux_error.c, for C++: linux_tun.h is C11 and cannot be included there. */
#ifndef VNIC_TESTS_LINUX_ERROR_SHIM_H
#define VNIC_TESTS_LINUX_ERROR_SHIM_H

#include "vnic/vnic.h"

#ifdef __cplusplus
extern "C" {
#endif

int shim_fail_node(struct vnic_error *err, int os_code);

/* Creating (attach 0) or attaching to "tun7", whose owner and group are given. */
int shim_fail_setiff(struct vnic_error *err, int os_code, int attach, uint32_t owner,
                     uint32_t group, uint32_t if_index);
int shim_fail(struct vnic_error *err, int os_code);
int shim_promised(struct vnic_error *err, int rc, const int *codes);

#ifdef __cplusplus
}
#endif

#endif
