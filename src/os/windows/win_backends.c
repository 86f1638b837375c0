/* SPDX-License-Identifier: Apache-2.0 */
/* The backends of Windows: without a name, a TUN is Wintun's and a TAP is TAP-Windows6's. */
#include "core/backend.h"
#include "wintap.h"
#include "wintun.h"

const struct vnic__backend *const vnic__backends[] = {
    &vnic__wintun_backend, &vnic__wintap_backend, &vnic__fake_backend, &vnic__null_backend, NULL};

const char *const vnic__backend_names[] = {"wintun", "tap-windows6", "fake", "null", NULL};
