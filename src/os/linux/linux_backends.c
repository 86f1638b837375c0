/* SPDX-License-Identifier: Apache-2.0 */
/* The backends of Linux, the default one first. */
#include "core/backend.h"
#include "linux_backend.h"

const struct vnic__backend *const vnic__backends[] = {&vnic__linux_backend, &vnic__fake_backend,
                                                      &vnic__null_backend, NULL};

const char *const vnic__backend_names[] = {"linux", "fake", "null", NULL};
