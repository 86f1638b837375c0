/* SPDX-License-Identifier: Apache-2.0 */
/* Zero-copy views of what was received: the primitive for those who encapsulate in place. */
#include "io.h"
#include "io_wait.h"
#include "offload.h"
#include "pool.h"

/* What a packet of a batch means besides its buffer is unknown or absent without offload. */
static void clear_packet(struct vnic_packet *p)
{
    uint64_t user = p->user;

    *p = (struct vnic_packet){0};
    p->user = user;
}

/* The next packet into a buffer of its own. */
static int acquire_one(struct vnic *q, struct vnic_packet *p, int64_t deadline)
{
    struct vnic_iovec iov;
    int rc;

    clear_packet(p);
    rc = vnic__pool_take(q, p);
    if (rc < 0) {
        return rc;
    }
    iov.base = p->data;
    iov.len = VNIC_MAX_PACKET;
    rc = vnic__recv_until(q, &iov, 1, deadline);
    if (rc == VNIC_ENOTSUP) {
        /* Consumed, but it cannot be given: it has its place, so that none goes unseen. */
        p->status = rc;
        return 0;
    }
    if (rc < 0) {
        vnic__pool_give(q, p->token);
        clear_packet(p);
        return rc;
    }
    p->len = (uint32_t)rc;
    return 0;
}

/* At most VNIC__BATCH_MAX packets where the backend has them; VNIC_ENOBUFS: it cannot lend now. */
static int acquire_foreign(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    struct vnic__view views[VNIC__BATCH_MAX];
    int room = vnic__pool_free_views(q);
    int rc;

    n = n < VNIC__BATCH_MAX ? n : VNIC__BATCH_MAX;
    n = n < room ? n : room;
    if (n <= 0) {
        return room < 0 ? room : VNIC_ENOBUFS;
    }
    rc = vnic__acquire_until(q, views, n, deadline);
    if (rc > 0) {
        vnic__pool_lend_foreign(q, views, pkts, rc);
    }
    return rc;
}

/* As many as there are, without a copy, then from the pool once the backend has nothing left to lend. */
static int acquire_some(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int rc = VNIC_ENOBUFS;

    if (q->plain && q->backend->acquire != NULL) {
        rc = acquire_foreign(q, pkts, n, deadline);
    }
    if (rc == VNIC_ENOBUFS) {
        rc = acquire_one(q, pkts, deadline);
        rc = rc < 0 ? rc : 1;
    }
    return rc;
}

static int acquire_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int done = 0;

    while (done < n) {
        int rc = acquire_some(q, pkts + done, n - done, done == 0 ? deadline : VNIC__DEADLINE_TRY);

        if (rc < 0) {
            return done > 0 ? done : rc;
        }
        done += rc;
    }
    return n;
}

int vnic_acquire_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms)
{
    int64_t deadline;
    int rc;

    if (dev == NULL || pkts == NULL || n < 1 || vnic__deadline(dev, timeout_ms, &deadline) < 0) {
        return VNIC_EINVAL;
    }
    vnic__enter_wait(dev);
    rc = dev->offload != NULL ? vnic__offload_acquire_batch(dev, pkts, n, deadline)
                              : acquire_batch(dev, pkts, n, deadline);
    vnic__leave_wait(dev);
    return rc;
}

int vnic_release_many(vnic *dev, const struct vnic_packet *pkts, int n)
{
    if (dev == NULL || pkts == NULL || n < 0) {
        return VNIC_EINVAL;
    }
    return vnic__pool_give_all(dev, pkts, n);
}
