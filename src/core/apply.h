/* SPDX-License-Identifier: Apache-2.0 */
/* Applying settings to an interface, all or nothing. */
#ifndef VNIC_CORE_APPLY_H
#define VNIC_CORE_APPLY_H

#include "device.h"

/*
 * Configures the interface of a queue as the settings say. What is so already is not touched, so
 * that no right is needed for it. After a failure an interface that was there before is as it was;
 * one that this open created is left to its close. [lock]
 */
int vnic__apply(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err);

/* Whether a setting, VNIC__KEEP_…, has to be made: it is wanted, and it is not what get_info tells, or the
 * system has more of it than is told. 1, 0, or why that is not known. [lock] */
int vnic__must_set(struct vnic *q, int what, uint32_t wanted, uint32_t now, struct vnic_error *err);

#endif
