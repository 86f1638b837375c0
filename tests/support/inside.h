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

/* Configures the interface of a handle, as open does: one that was there before, or one just made. */
int inside_apply(vnic *dev, const struct vnic__settings *s, uint32_t created,
                 struct vnic_error *err);

/* A backend by its name; NULL: there is none. */
const struct vnic__backend *inside_find_backend(const char *name);

/* The DNS settings of an interface, for which there is no public call. */
int inside_get_dns(vnic *dev, struct vnic__dns *ret, struct vnic_error *err);
int inside_parse_dns(const char *text, struct vnic__dns *ret);
int inside_same_dns(const struct vnic__dns *a, const struct vnic__dns *b);

/* Views of the handle's pool that are out. */
int inside_views_are_out(vnic *dev);

#ifdef __cplusplus
}
#endif

#endif
