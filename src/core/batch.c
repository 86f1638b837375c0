/* SPDX-License-Identifier: Apache-2.0 */
/* Several packets in one call. */
#include "io.h"
#include "offload.h"

static int check_batch(vnic *dev, const struct vnic_packet *pkts, int n, int timeout_ms,
                       int64_t *ret_deadline)
{
    if (dev == NULL || pkts == NULL || n < 1) {
        return VNIC_EINVAL;
    }
    return vnic__deadline(dev, timeout_ms, ret_deadline);
}

static int recv_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    for (int done = 0; done < n; done++) {
        const struct vnic_iovec iov = {pkts[done].data, pkts[done].cap};
        int rc = vnic__recv_until(q, &iov, 1, done == 0 ? deadline : VNIC__DEADLINE_TRY);

        /* A packet that was consumed but cannot be given has its place, so that none goes unseen. */
        if (rc < 0 && rc != VNIC_EMSGSIZE && rc != VNIC_ENOTSUP) {
            return done > 0 ? done : rc;
        }
        pkts[done].len = rc < 0 ? 0 : (uint32_t)rc;
        pkts[done].status = rc < 0 ? rc : 0;
        pkts[done].gso_type = VNIC_GSO_NONE;
        pkts[done].csum = VNIC_CSUM_UNKNOWN;
    }
    return n;
}

int vnic_recv_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms)
{
    int64_t deadline;
    int rc = check_batch(dev, pkts, n, timeout_ms, &deadline);

    for (int i = 0; rc == 0 && i < n; i++) {
        rc = pkts[i].data == NULL || pkts[i].cap == 0 ? VNIC_EINVAL : 0;
    }
    if (rc < 0) {
        return rc;
    }
    vnic__enter_wait(dev);
    rc = dev->offload != NULL ? vnic__offload_recv_batch(dev, pkts, n, deadline)
                              : recv_batch(dev, pkts, n, deadline);
    vnic__leave_wait(dev);
    return rc;
}

/* Whether a code is about this packet alone, so that the next one may still be sent. */
static int is_about_packet(int code)
{
    return code == VNIC_EINVAL || code == VNIC_EMSGSIZE;
}

static int send_one(struct vnic *q, const struct vnic_packet *p, int64_t deadline)
{
    const struct vnic_iovec iov = {p->data, p->len};
    int rc;

    if (p->len == 0) {
        return 0;
    }
    /* Without offload there is no way to say what such a packet needs. */
    if (p->data == NULL || p->gso_type != VNIC_GSO_NONE || p->csum == VNIC_CSUM_PARTIAL) {
        return VNIC_EINVAL;
    }
    rc = p->len > q->max_len ? VNIC_EMSGSIZE : vnic__send_until(q, &iov, 1, deadline);
    return rc < 0 ? rc : 0;
}

int vnic__send_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int accepted = 0, first = 0, i;

    if (q->offload != NULL) {
        return vnic__offload_send_batch(q, pkts, n, deadline);
    }
    for (i = 0; i < n; i++) {
        pkts[i].status = send_one(q, &pkts[i], deadline);
        if (pkts[i].status == 0) {
            accepted++;
        } else if (first == 0) {
            first = pkts[i].status;
        }
        if (pkts[i].status < 0 && !is_about_packet(pkts[i].status)) {
            break;
        }
    }
    for (i++; i < n; i++) {
        pkts[i].status = VNIC_EAGAIN;
    }
    return accepted > 0 ? accepted : first;
}

int vnic_send_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms)
{
    int64_t deadline;
    int rc = check_batch(dev, pkts, n, timeout_ms, &deadline);

    if (rc < 0) {
        return rc;
    }
    for (int i = 0; i < n; i++) {
        if (pkts[i].len == 0) {
            return VNIC_EINVAL;
        }
    }
    vnic__enter_wait(dev);
    rc = vnic__send_batch(dev, pkts, n, deadline);
    vnic__leave_wait(dev);
    return rc;
}

static int may_try_again(int status)
{
    switch (status) {
    case VNIC_EAGAIN:
    case VNIC_EINTERRUPTED:
    case VNIC_ETIMEDOUT:
    case VNIC_EDOWN:
    case VNIC_EDETACHED:
    case VNIC_ENOMEM:
    case VNIC_ENOBUFS:
        return 1;
    default:
        return 0;
    }
}

int vnic_packets_unsent(struct vnic_packet *pkts, int n)
{
    int front = 0;

    if (pkts == NULL || n < 0) {
        return VNIC_EINVAL;
    }
    for (int i = 0; i < n; i++) {
        if (may_try_again(pkts[i].status)) {
            struct vnic_packet other = pkts[front];

            pkts[front++] = pkts[i];
            pkts[i] = other;
        }
    }
    return front;
}
