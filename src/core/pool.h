/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of buffers behind views, where the system has no rings of its own. A buffer holds the longest
 * packet; a view is what a caller borrows of a buffer: all of it, or one segment of a super-packet that
 * many views share.
 */
#ifndef VNIC_CORE_POOL_H
#define VNIC_CORE_POOL_H

#include "device.h"

/* Room before and after the longest packet, so that a VPN encapsulates in place: outer IPv6, UDP and
 * any tunnel's header fit in front, padding and an authentication tag behind. */
#define VNIC__HEADROOM 256u
#define VNIC__TAILROOM 256u
#define VNIC__BUFFERS_MAX 256u
#define VNIC__BUFFER_LEN (VNIC__HEADROOM + VNIC_MAX_PACKET + VNIC__TAILROOM)
/* Segments of a super-packet share its buffer, so there may be more views than buffers. */
#define VNIC__VIEWS_MAX 1024u

/*
 * Takes a buffer for *p: data, cap, headroom and token are set. VNIC_ENOBUFS when all are out,
 * VNIC_ENOMEM. This and the next five lock for themselves.
 */
int vnic__pool_take(struct vnic *q, struct vnic_packet *p);

/* p, just taken, is for exactly p->len bytes: its cap and headroom say so from now on, and the check of
 * `inside` refuses anything else but a len of 0. */
void vnic__pool_make_exact(struct vnic *q, struct vnic_packet *p);

/* 0 when every token is out and none occurs twice (len 0 does not matter), else VNIC_EINVAL. With
 * `inside`, each packet must also lie inside what was lent. */
int vnic__pool_check(struct vnic *q, const struct vnic_packet *pkts, int n, int inside);

/* Gives back a view whose token is valid. */
void vnic__pool_give(struct vnic *q, uintptr_t token);

/* Gives back all of them, or none when vnic__pool_check() would refuse: VNIC_EINVAL. */
int vnic__pool_give_all(struct vnic *q, const struct vnic_packet *pkts, int n);

/* Whether any view is out. */
int vnic__pool_is_lent(struct vnic *q);

/* Around what follows: one lock for all segments of a super-packet, not one for each. Recursion is not
 * possible. */
void vnic__pool_lock(struct vnic *q);
void vnic__pool_unlock(struct vnic *q);

/*
 * A buffer of core's own, which it may lend in parts: its index, or VNIC_ENOBUFS or VNIC_ENOMEM. Its
 * memory is VNIC__BUFFER_LEN bytes at vnic__pool_memory().
 */
int vnic__pool_hold(struct vnic *q);
uint8_t *vnic__pool_memory(const struct vnic *q, int buffer);

/* Ends core's own use of a buffer; it is free when its last view has come back. */
void vnic__pool_drop(struct vnic *q, int buffer);

/* Whether views of a buffer are out. */
int vnic__pool_has_views(const struct vnic *q, int buffer);

/*
 * Lends a part of a buffer: p has data, len, cap and headroom, which the check of `inside` goes by; its
 * token is set. VNIC_ENOBUFS when all views are out.
 */
int vnic__pool_lend(struct vnic *q, int buffer, struct vnic_packet *p);

/*
 * The same for packets in the backend's memory: sets pkts[n] to views[n], at most
 * vnic__pool_free_views() of them. Their tokens go back to the backend when they are given back.
 */
void vnic__pool_lend_foreign(struct vnic *q, const struct vnic__view *views,
                             struct vnic_packet *pkts, int n);

/* The same for packets that are reserved in the backend's memory; only what reserving sets is touched. */
void vnic__pool_lend_reserved(struct vnic *q, const struct vnic__view *views,
                              struct vnic_packet *pkts, int n);

/*
 * How many of pkts[n], whose tokens are good, lie in the backend's memory and are to be sent, from the
 * front: 1 … VNIC__BATCH_MAX, with the backend's tokens; or, negative, how many from the front do not.
 */
int vnic__pool_reserved(struct vnic *q, const struct vnic_packet *pkts, int n,
                        uintptr_t *ret_tokens);

/* The backend has sent them: their tokens become 0. */
void vnic__pool_end_reserved(struct vnic *q, struct vnic_packet *pkts, int n);

/* How many more views can be lent; VNIC_ENOMEM. */
int vnic__pool_free_views(struct vnic *q);

/* p has new data, cap and headroom in the view that it was lent. */
void vnic__pool_set_bounds(struct vnic *q, const struct vnic_packet *p);

/* Ends the pool with everything in it; NULL is allowed. */
void vnic__pool_free(struct vnic__pool *pool);

#endif
