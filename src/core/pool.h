/* SPDX-License-Identifier: Apache-2.0 */
/* The pool of buffers behind views, where the system has no rings of its own. */
#ifndef VNIC_CORE_POOL_H
#define VNIC_CORE_POOL_H

#include "device.h"

/* Room before and after the longest packet, so that a VPN encapsulates in place: outer IPv6, UDP and
 * any tunnel's header fit in front, padding and an authentication tag behind. */
#define VNIC__HEADROOM 256u
#define VNIC__TAILROOM 256u
#define VNIC__VIEWS_MAX 256u

/*
 * Takes a buffer for *p: data, cap, headroom and token are set. VNIC_ENOBUFS when all are out,
 * VNIC_ENOMEM. These functions lock for themselves.
 */
int vnic__pool_take(struct vnic *q, struct vnic_packet *p);

/* 0 when every token is out and none occurs twice (len 0 does not matter), else VNIC_EINVAL. With
 * `inside`, each packet must also lie inside its buffer. */
int vnic__pool_check(struct vnic *q, const struct vnic_packet *pkts, int n, int inside);

/* Gives back a buffer whose token is valid. */
void vnic__pool_give(struct vnic *q, uintptr_t token);

/* Whether any buffer is out. */
int vnic__pool_is_lent(struct vnic *q);

/* Ends the pool with everything in it; NULL is allowed. */
void vnic__pool_free(struct vnic__pool *pool);

#endif
