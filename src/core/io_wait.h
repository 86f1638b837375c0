/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of a packet call: what the first attempt shares with the rest, and the rest. */
#ifndef VNIC_CORE_IO_WAIT_H
#define VNIC_CORE_IO_WAIT_H

#include "device.h"

/* One writer a counter, so a plain addition is enough; other threads only read. */
static inline void vnic__count_packet(struct vnic__counter *c, int len)
{
    uint64_t packets = atomic_load_explicit(&c->packets, memory_order_relaxed);
    uint64_t bytes = atomic_load_explicit(&c->bytes, memory_order_relaxed);

    atomic_store_explicit(&c->packets, packets + 1, memory_order_relaxed);
    atomic_store_explicit(&c->bytes, bytes + (uint64_t)len, memory_order_relaxed);
}

/* What a backend's read gave that is no whole packet: a code, or one that was cut. The call's result. */
int vnic__recv_unusual(struct vnic *q, int rc, uint32_t flags);

/* One attempt to move a packet: a result > 0, or a code. */
typedef int vnic__attempt(struct vnic *q, const struct vnic_iovec *iov, int n);

/* Makes attempts to receive until one succeeds or the deadline passes; iov (one piece, or NULL) is handed
 * to each. */
int vnic__recv_attempts(struct vnic *q, vnic__attempt *once, const struct vnic_iovec *iov,
                        int64_t deadline);

/*
 * After the first attempt, until the deadline: rc is its code, or 0 when it was not made because the
 * handle is stopped (or was, a moment ago).
 */
int vnic__recv_go_on(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline, int rc);
int vnic__send_go_on(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline, int rc);

/*
 * Takes up to n packets in the backend's memory, waiting for the first until the deadline. 1 … n, or a
 * code; VNIC_ENOBUFS: the backend has none to lend.
 */
int vnic__acquire_until(struct vnic *q, struct vnic__view *views, int n, int64_t deadline);

/*
 * Room for up to n packets of lens[n] bytes in the backend's memory, waiting for the first until the
 * deadline. 1 … n, or a code; VNIC_ENOBUFS: the backend has none for them.
 */
int vnic__reserve_until(struct vnic *q, struct vnic__view *views, const uint32_t *lens, int n,
                        int64_t deadline);

#endif
