/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a backend by its name. */
#ifndef VNIC_CORE_BACKENDS_H
#define VNIC_CORE_BACKENDS_H

#include "backend.h"

/* The backend of that name (NULL: the default), or NULL with err filled (VNIC_EINVAL). */
const struct vnic__backend *vnic__find_backend(const char *name, struct vnic_error *err);

#endif
