/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backends of a system that has no own one yet. "null" comes first, so that the default fails with
 * a clear sentence and never takes an in-memory pair for a real interface.
 */
#include "core/backend.h"

const struct vnic__backend *const vnic__backends[] = {&vnic__null_backend, &vnic__fake_backend,
                                                      NULL};

const char *const vnic__backend_names[] = {"null", "fake", NULL};
