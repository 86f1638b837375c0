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

/* Whether the system has more of something, VNIC__KEEP_…, than get_info and get_dns tell: then what they tell
 * is not reason enough to leave a setting alone. 1, 0, or why it is not known. [lock] */
int vnic__tells_less(struct vnic *q, int what, struct vnic_error *err);

#endif
