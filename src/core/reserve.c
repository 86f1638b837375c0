/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets that are written in place: into buffers of the pool, or, when their length is known for good
 * (VNIC_PACKET_EXACT), into memory of the backend, which then needs no copy to send them.
 */
#include "io.h"
#include "io_wait.h"
#include "pool.h"

static int check_lengths(const struct vnic *q, const struct vnic_packet *pkts, int n)
{
    for (int i = 0; i < n; i++) {
        if (pkts[i].len == 0) {
            return VNIC_EINVAL;
        }
        if (pkts[i].len > q->max_len) {
            return VNIC_EMSGSIZE;
        }
    }
    return 0;
}

/* Whether all are exact: a mixture in the backend's memory and the pool's would not go out in order. */
static int can_reserve_foreign(const struct vnic *q, const struct vnic_packet *pkts, int n)
{
    int exact = q->plain && q->backend->reserve != NULL;

    for (int i = 0; exact && i < n; i++) {
        exact = (pkts[i].flags & VNIC_PACKET_EXACT) != 0;
    }
    return exact;
}

/* At most VNIC__BATCH_MAX packets of the backend's; VNIC_ENOBUFS: it has no memory for them. */
static int reserve_foreign(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    struct vnic__view views[VNIC__BATCH_MAX];
    uint32_t lens[VNIC__BATCH_MAX];
    int room = vnic__pool_free_views(q);
    int rc;

    n = n < VNIC__BATCH_MAX ? n : VNIC__BATCH_MAX;
    n = n < room ? n : room;
    if (n <= 0) {
        return room < 0 ? room : VNIC_ENOBUFS;
    }
    for (int i = 0; i < n; i++) {
        lens[i] = pkts[i].len;
    }
    rc = vnic__reserve_until(q, views, lens, n, deadline);
    if (rc > 0) {
        vnic__pool_lend_reserved(q, views, pkts, rc);
    }
    return rc;
}

/* Once the pool has given one, so do the rest: those of the backend come before it. */
static int reserve_pooled(struct vnic *q, struct vnic_packet *pkts, int n)
{
    for (int done = 0; done < n; done++) {
        int rc = vnic__pool_take(q, &pkts[done]);

        if (rc < 0) {
            return done > 0 ? done : rc;
        }
        if (pkts[done].flags & VNIC_PACKET_EXACT) {
            vnic__pool_make_exact(q, &pkts[done]);
        }
    }
    return n;
}

static int reserve_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int foreign = can_reserve_foreign(q, pkts, n);
    int done = 0;
    int rc = 1;

    while (foreign && rc > 0 && done < n) {
        rc = reserve_foreign(q, pkts + done, n - done, done == 0 ? deadline : VNIC__DEADLINE_TRY);
        done += rc > 0 ? rc : 0;
    }
    if (done == 0 && (!foreign || rc == VNIC_ENOBUFS)) {
        rc = reserve_pooled(q, pkts, n);
        done = rc > 0 ? rc : 0;
    }
    for (int i = 0; i < done; i++) {
        pkts[i].status = 0;
    }
    return done > 0 ? done : rc;
}

int vnic_reserve_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms)
{
    int64_t deadline;
    int rc;

    if (dev == NULL || pkts == NULL || n < 1 || vnic__deadline(dev, timeout_ms, &deadline) < 0) {
        return VNIC_EINVAL;
    }
    rc = check_lengths(dev, pkts, n);
    if (rc == 0) {
        rc = vnic__stop_code(dev);
    }
    if (rc < 0) {
        return rc;
    }
    vnic__enter_wait(dev);
    rc = reserve_batch(dev, pkts, n, deadline);
    vnic__leave_wait(dev);
    return rc;
}

/*
 * Packets in the backend's memory, at most VNIC__BATCH_MAX. Returns how many are dealt with, at least one;
 * *ret_go_on: whether the next one may be sent.
 */
static int commit_foreign(struct vnic *q, struct vnic_packet *pkts, const uintptr_t *tokens, int n,
                          int *ret_go_on)
{
    int rc = vnic__stop_code(q);
    int good = 0;

    while (good < n && vnic__can_send_plain(&pkts[good])) {
        good++;
    }
    /* Only what the backend says has to be explained: a handle that was shut down may still be writable. */
    if (rc == 0) {
        rc = good > 0 ? q->backend->commit(q, tokens, good) : VNIC_EINVAL;
        rc = rc < 0 ? vnic__explain(q, VNIC_WRITABLE, rc) : rc;
    }
    for (int i = 0; i < rc; i++) {
        pkts[i].status = 0;
        vnic__count_packet(&q->tx, (int)pkts[i].len);
    }
    if (rc > 0) {
        vnic__pool_end_reserved(q, pkts, rc);
        *ret_go_on = 1;
        return rc;
    }
    pkts[0].status = rc;
    *ret_go_on = vnic__is_about_packet(pkts[0].status);
    return 1;
}

/* Packets in the pool's memory: whether the next one may be sent. */
static int commit_pooled(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    (void)vnic__send_batch(q, pkts, n, deadline);
    for (int i = 0; i < n; i++) {
        if (pkts[i].status < 0 && !vnic__is_about_packet(pkts[i].status)) {
            return 0;
        }
    }
    return 1;
}

/* In order, whatever memory each is in. Returns as vnic__send_batch(). */
static int commit_mixed(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    uintptr_t tokens[VNIC__BATCH_MAX];
    int accepted = 0, first = 0, i = 0, go_on = 1;

    while (go_on && i < n) {
        int run = vnic__pool_reserved(q, pkts + i, n - i, tokens);

        if (run > 0) {
            i += commit_foreign(q, pkts + i, tokens, run, &go_on);
        } else {
            go_on = commit_pooled(q, pkts + i, -run, deadline);
            i -= run;
        }
    }
    for (; i < n; i++) {
        pkts[i].status = VNIC_EAGAIN;
    }
    for (i = 0; i < n; i++) {
        accepted += pkts[i].status == 0;
        first = first == 0 ? pkts[i].status : first;
    }
    return accepted > 0 ? accepted : first;
}

int vnic_commit_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms)
{
    int64_t deadline;
    int rc;

    if (dev == NULL || pkts == NULL || n < 1 || vnic__deadline(dev, timeout_ms, &deadline) < 0) {
        return VNIC_EINVAL;
    }
    rc = vnic__pool_check(dev, pkts, n, 1);
    if (rc < 0) {
        return rc;
    }
    vnic__enter_wait(dev);
    rc = dev->backend->commit != NULL ? commit_mixed(dev, pkts, n, deadline)
                                      : vnic__send_batch(dev, pkts, n, deadline);
    for (int i = 0; i < n; i++) {
        if (pkts[i].status == 0 && pkts[i].token != 0) {
            vnic__pool_give(dev, pkts[i].token);
            pkts[i].token = 0;
        }
    }
    vnic__leave_wait(dev);
    return rc;
}
