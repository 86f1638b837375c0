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

int vnic__uring_tx_begin(struct uring_tx *tx)
{
    struct io_uring_params params;

    memset(&params, 0, sizeof params);
    return vnic__sys_uring_init(URING_WRITES, &tx->ring, &params);
}

/* A file of the ring is looked up faster than a descriptor; without it the descriptor does as well. */
void vnic__uring_tx_bind(struct uring_tx *tx, int fd)
{
    tx->fixed = vnic__sys_uring_add_file(&tx->ring, fd) == 0;
}

/* A file of the ring is held open by it, and what the kernel does when a ring is closed it does later. */
void vnic__uring_tx_end(struct uring_tx *tx, int ours)
{
    if (ours && tx->fixed) {
        (void)vnic__sys_uring_remove_file(&tx->ring);
    }
    vnic__sys_uring_exit(&tx->ring);
}
