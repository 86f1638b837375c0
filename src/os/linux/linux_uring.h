/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The io_uring engine: a second table that shares all slots of the Linux backend but those for packets.
 *
 * linux_uring.c       making and ending the rings
 * linux_uring_rx.c    receiving: multishot reads into a ring of buffers
 * linux_uring_wait.c  waiting
 * linux_uring_tx.c    sending several packets with one system call
 * linux_uring_none.c  stands in for all of them in builds without liburing
 */
#ifndef VNIC_OS_LINUX_LINUX_URING_H
#define VNIC_OS_LINUX_LINUX_URING_H

#include <liburing.h>
#include <stdint.h>

#include "core/os.h"
#include "linux_tun.h"

/* Linux include/uapi/linux/io_uring.h since 6.7; liburing 2.3 is older. */
#define URING_OP_READ_MULTISHOT 49

/* Buffers that packets are read into: enough for a burst. A power of two. */
#define URING_BUFFERS 128u

/*
 * Receiving. The lock guards all of it: the receiver, a thread in vnic_wait() and one that gives
 * buffers back may meet here.
 */
struct uring_rx {
    struct io_uring ring;
    struct vnic__mutex lock;
    struct io_uring_buf_ring *buf_ring; /* at the end of the pages */
    uint8_t *pages;
    size_t pages_len;
    uint32_t n_buffers;
    uint32_t n_lent; /* views that are out */
    uint32_t armed;  /* 1: the multishot read runs, or its last completion was not taken yet */
    uintptr_t armer; /* the thread that posted it: the kernel works for it in this thread */
};

struct uring_tx {
    struct io_uring ring;
    uint32_t fixed;  /* 1: the descriptor is file 0 of the ring */
    uint32_t broken; /* 1: it is not used any more, packets go one by one */
};

struct linux_uring {
    struct uring_rx rx;
    struct uring_tx tx;
    pid_t
        pid; /* who made it; a forked child has a copy of the memory, but not of the kernel's part */
};

static inline struct linux_uring *linux_uring_of(const struct vnic *q)
{
    return linux_queue_of(q)->uring;
}

extern const struct vnic__backend vnic__linux_uring_backend;

/* ---- linux_uring_rx.c --------------------------------------------------------------------------- */

/* Makes the ring with n buffers; 0: without a ring. 0, or -errno of the system. */
int vnic__uring_rx_begin(struct uring_rx *rx, uint32_t n);

/*
 * Ends it; `ours` is 0 in a forked child, where the kernel's part must be left alone. Returns how many
 * packets it held.
 */
uint32_t vnic__uring_rx_end(struct uring_rx *rx, int ours);

int vnic__uring_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags);
int vnic__uring_acquire(struct vnic *q, struct vnic__view *ret_views, int n);
void vnic__uring_release(struct vnic *q, const uintptr_t *tokens, int n);
int vnic__uring_detach(struct vnic *q, struct vnic_error *err);

/*
 * What there is to read: URING_PACKET, a code, or nothing; `armed`: the ring's descriptor will tell when
 * there is something, else the queue's. From any thread.
 */
#define URING_PACKET 1
int vnic__uring_rx_look(const struct vnic *q, struct uring_rx *rx, int *ret_armed);

/* ---- linux_uring_wait.c ------------------------------------------------------------------------- */

int vnic__uring_wait(struct vnic *q, int events, int64_t deadline_ns);
int vnic__uring_wait_handle(struct vnic *q, intptr_t *ret_handle);

/* ---- linux_uring_tx.c --------------------------------------------------------------------------- */

int vnic__uring_tx_begin(struct uring_tx *tx);
void vnic__uring_tx_end(struct uring_tx *tx, int ours);
int vnic__uring_write_many(struct vnic *q, const struct vnic__gather *packets, int n,
                           int *ret_status);
void vnic__uring_tx_bind(struct uring_tx *tx, int fd);

#endif
