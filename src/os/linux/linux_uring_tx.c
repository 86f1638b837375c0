/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending several packets with one system call. The kernel takes the entries of the ring in order, and
 * with RWF_NOWAIT each one is done, or refused, before the next is looked at: none goes to a worker.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "linux_sys.h"
#include "linux_sys_uring.h"
#include "linux_uring.h"

/* linux/fs.h since 4.14; C libraries name it late. */
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008
#endif

int vnic__uring_tx_begin(struct uring_tx *tx)
{
    struct io_uring_params params;

    memset(&params, 0, sizeof params);
    return vnic__sys_uring_init(VNIC__BATCH_MAX, &tx->ring, &params);
}

/* A file of the ring is looked up faster than a descriptor; without it the descriptor does as well. */
void vnic__uring_tx_bind(struct uring_tx *tx, int fd)
{
    tx->fixed = vnic__sys_uring_add_file(&tx->ring, fd) == 0;
}

/* ---- Writing ------------------------------------------------------------------------------------ */

static void tx_queue(const struct vnic *q, struct uring_tx *tx, const struct vnic__gather *p, int i)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&tx->ring);
    int fd = tx->fixed ? 0 : linux_queue_of(q)->fd;

    if (p->n == 1) {
        io_uring_prep_write(sqe, fd, p->iov->base, (unsigned)p->iov->len, 0);
    } else {
        io_uring_prep_writev(sqe, fd, (const struct iovec *)p->iov, (unsigned)p->n, 0);
    }
    sqe->flags = tx->fixed ? IOSQE_FIXED_FILE : 0;
    sqe->rw_flags = RWF_NOWAIT;
    sqe->user_data = (unsigned)i;
}

/* Results of those that are done; returns how many. */
static int tx_collect(const struct vnic *q, struct uring_tx *tx, int *ret_status)
{
    struct io_uring_cqe *cqe;
    unsigned head;
    int n = 0;

    io_uring_for_each_cqe(&tx->ring, head, cqe)
    {
        ret_status[cqe->user_data] =
            cqe->res >= 0 ? cqe->res : vnic__linux_write_code(q, -cqe->res);
        n++;
    }
    io_uring_cq_advance(&tx->ring, (unsigned)n);
    return n;
}

/*
 * A finite send buffer may be full for one packet and have room for the next, smaller or later: then they
 * go one by one, so that none overtakes another.
 */
static int is_buffer_finite(const struct vnic *q)
{
    int sndbuf = 0;

    return vnic__sys_ioctl_ptr(linux_queue_of(q)->fd, TUNGETSNDBUF, &sndbuf) < 0 ||
           sndbuf < INT_MAX;
}

/*
 * The kernel takes entries from the front; what it has not taken after a failure stays in the ring and
 * points to memory of the caller, so that the ring is not used again.
 */
int vnic__uring_write_many(struct vnic *q, const struct vnic__gather *packets, int n,
                           int *ret_status)
{
    struct uring_tx *tx = &linux_uring_of(q)->tx;
    int done = 0;

    if (tx->broken || is_buffer_finite(q)) {
        return 0;
    }
    for (int i = 0; i < n; i++) {
        tx_queue(q, tx, &packets[i], i);
    }
    while (done < n && !tx->broken) {
        int rc = vnic__sys_uring_submit_and_wait(&tx->ring, (unsigned)(n - done));

        tx->broken = rc <= 0 && rc != -EINTR;
        done += tx_collect(q, tx, ret_status);
    }
    return done;
}

/* ---- Beginning and ending ----------------------------------------------------------------------- */

/* A file of the ring is held open by it, and what the kernel does when a ring is closed it does later. */
void vnic__uring_tx_end(struct uring_tx *tx, int ours)
{
    if (ours && tx->fixed) {
        (void)vnic__sys_uring_remove_file(&tx->ring);
    }
    vnic__sys_uring_exit(&tx->ring);
}
