/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a backend by its name. */
#ifndef VNIC_CORE_BACKENDS_H
#define VNIC_CORE_BACKENDS_H

#include "backend.h"

/* Makes "there is none" of members that 0 says something else of, where the backend does not know them. */
void vnic__complete_info(const struct vnic__backend *b, struct vnic_info *info);

/*
 * The backend of that name, or NULL with err filled (VNIC_EINVAL). Without a name: the first of the system's
 * own that has the layer (VNIC_UNSET: VNIC_TUN), or else the first of all, which then says what it lacks.
 */
const struct vnic__backend *vnic__find_backend(const char *name, uint32_t layer,
                                               struct vnic_error *err);

#endif
