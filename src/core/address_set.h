/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of an interface as a set: replaced as a whole, with a way back. */
#ifndef VNIC_CORE_ADDRESS_SET_H
#define VNIC_CORE_ADDRESS_SET_H

#include "device.h"

/* Addresses as they were found; owned until vnic__addresses_free(). */
struct vnic__addresses {
    struct vnic_prefix *list;
    int n;
};

/* How vnic__addresses_change() treats addresses that are there and not wanted. */
#define VNIC__ADDRESSES_ADD 0x0u       /* they stay */
#define VNIC__ADDRESSES_REPLACE 0x1u   /* they go, but for the kernel's own */
#define VNIC__ADDRESSES_NO_KERNEL 0x2u /* the kernel's own link-local ones go too */

/* Whether two prefixes are one address to an interface: the address, and for IPv4 length and peer. */
int vnic__prefix_same(const struct vnic_prefix *a, const struct vnic_prefix *b);

/* All of these: [lock]. */

/* Reads what the interface has. On success vnic__addresses_free() must follow. */
int vnic__addresses_read(struct vnic *q, struct vnic__addresses *ret, struct vnic_error *err);
void vnic__addresses_free(struct vnic__addresses *a);

/* Adds and removes until the interface has what is wanted. An address that stays is not touched.
 * May fail half-way: vnic__addresses_restore() is the way back. */
int vnic__addresses_change(struct vnic *q, const struct vnic_prefix *want, int n, uint32_t how,
                           struct vnic_error *err);

/*
 * Whether an MTU is allowed with the addresses that are there: below 1280 bytes the system takes IPv6
 * away, and its addresses with it. 0, or VNIC_EINVAL when one of them is not the kernel's own.
 */
int vnic__addresses_check_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err);

/* Best effort to have again exactly what was read before. */
void vnic__addresses_restore(struct vnic *q, const struct vnic__addresses *before);

#endif
