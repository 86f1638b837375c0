/* SPDX-License-Identifier: Apache-2.0 */
/* One packet through the link header of the descriptor, without waiting. */
#ifndef VNIC_CORE_FRAMED_H
#define VNIC_CORE_FRAMED_H

#include "device.h"

/* Both return the packet's length as the caller sees it, or a code as the backend's read and write,
 * VNIC_EMSGSIZE for a packet that does not fit, VNIC_ENOTSUP for a GSO super-packet. */
int vnic__read_framed(struct vnic *q, const struct vnic_iovec *iov, int n);
int vnic__write_framed(struct vnic *q, const struct vnic_iovec *iov, int n);

#endif
