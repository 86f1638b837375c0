/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that lie in several pieces. */
#ifndef VNIC_CORE_IOVEC_H
#define VNIC_CORE_IOVEC_H

#include "vnic/vnic.h"

/* Sum of the lengths; SIZE_MAX when it does not fit. */
size_t vnic__iov_total(const struct vnic_iovec *iov, int n);

/* The pieces without their first `skip` bytes, into out[n]. Returns how many there are. */
int vnic__iov_skip(const struct vnic_iovec *iov, int n, size_t skip, struct vnic_iovec *out);

/* Copies from the start of the pieces. Returns the bytes copied, at most cap. */
size_t vnic__iov_gather(const struct vnic_iovec *iov, int n, uint8_t *buf, size_t cap);

/* Copies into the start of the pieces. Returns the bytes copied, at most their room. */
size_t vnic__iov_scatter(const struct vnic_iovec *iov, int n, const uint8_t *buf, size_t len);

#endif
