/* SPDX-License-Identifier: Apache-2.0 */
/* A handle of the library whose backend is Wintun's session on a ring_adapter: no DLL, no adapter. */
#ifndef VNIC_TESTS_RING_DEVICE_H
#define VNIC_TESTS_RING_DEVICE_H

#include "ring_model.h"
#include "vnic/vnic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a handle and brings it up; capacity is the rings'. NULL when that fails. vnic_close() ends it. */
vnic *ring_device_open(struct ring_adapter *a, uint32_t capacity, vnic_wakeup *wakeup);

/* struct win_link.set_up: vnic_set_up() needs IP Helper, which has no such interface. */
int ring_device_set_up(vnic *dev, uint32_t up);

/* Its Wintun is of a version that may sleep through what is sent. */
void ring_device_lose_wakeups(vnic *dev);

/* Gives the interface an identity; it has none. */
void ring_device_set_luid(vnic *dev, uint64_t luid);

#ifdef __cplusplus
}
#endif

#endif
