/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the Linux backend. */
#ifndef VNIC_OS_LINUX_LINUX_BACKEND_H
#define VNIC_OS_LINUX_LINUX_BACKEND_H

#include "core/backend.h"

extern const struct vnic__backend vnic__linux_backend;

#endif
