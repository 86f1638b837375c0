/* SPDX-License-Identifier: Apache-2.0 */
/* What tests see of a handle's inside, for C++: device.h is C11 and cannot be included there. */
#ifndef VNIC_TESTS_INSIDE_H
#define VNIC_TESTS_INSIDE_H

#include "vnic/vnic.h"

#ifdef __cplusplus
extern "C" {
#endif

#include "core/backend.h"

/* Calls that are registered as waiting: from then on close and interrupts find them. */
unsigned inside_waiters(vnic *dev);

/* The backend of a handle, and another one in its place (for slots that fail on command). */
const struct vnic__backend *inside_backend(const vnic *dev);
void inside_use_backend(vnic *dev, const struct vnic__backend *backend);

/* Views of the handle's pool that are out. */
int inside_views_are_out(vnic *dev);

#ifdef __cplusplus
}
#endif

#endif
