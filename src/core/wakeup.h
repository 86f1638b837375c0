/* SPDX-License-Identifier: Apache-2.0 */
/* Holds on a shared wakeup: the creator has one, every handle that was opened with it another. */
#ifndef VNIC_CORE_WAKEUP_H
#define VNIC_CORE_WAKEUP_H

struct vnic_wakeup;

/* Both allow NULL. */
void vnic__wakeup_ref(struct vnic_wakeup *w);
void vnic__wakeup_unref(struct vnic_wakeup *w);

#endif
