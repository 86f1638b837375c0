/* SPDX-License-Identifier: Apache-2.0 */
/* Several packets in one call. */
#include "io.h"
#include "io_wait.h"
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

static int send_one(struct vnic *q, const struct vnic_packet *p, int64_t deadline)
{
    const struct vnic_iovec iov = {p->data, p->len};
    int rc;

    if (p->len == 0) {
        return 0;
    }
    if (p->data == NULL || !vnic__can_send_plain(p)) {
        return VNIC_EINVAL;
    }
    rc = p->len > q->max_len ? VNIC_EMSGSIZE : vnic__send_until(q, &iov, 1, deadline);
    return rc < 0 ? rc : 0;
}

static int can_send(const struct vnic *q, const struct vnic_packet *p)
{
    return p->len > 0 && p->len <= q->max_len && p->data != NULL && vnic__can_send_plain(p);
}

/* One of a batch could not go and others behind it went: offered again it would come out of order. */
static int without_retry(int code)
{
    return vnic__is_about_packet(code) ? code : VNIC_EOS;
}

/*
 * The packets at the front that the backend can take together. Returns how many of them are dealt with;
 * the next one has to be sent by itself, and tells why it could not go.
 */
static int send_front(struct vnic *q, struct vnic_packet *pkts, int n)
{
    struct vnic__gather gathers[VNIC__BATCH_MAX];
    struct vnic_iovec iov[VNIC__BATCH_MAX];
    int status[VNIC__BATCH_MAX];
    int count = 0, last = 0;

    while (count < n && count < VNIC__BATCH_MAX && can_send(q, &pkts[count])) {
        iov[count] = (struct vnic_iovec){pkts[count].data, pkts[count].len};
        gathers[count] = (struct vnic__gather){&iov[count], 1};
        count++;
    }
    if (count < 2 || vnic__stop_code(q) < 0) {
        return 0;
    }
    count = q->backend->write_many(q, gathers, count, status);
    for (int i = 0; i < count; i++) {
        last = status[i] > 0 ? i + 1 : last;
    }
    while (last < count && vnic__is_about_packet(status[last])) {
        last++;
    }
    for (int i = 0; i < last; i++) {
        pkts[i].status = status[i] > 0 ? 0 : without_retry(status[i]);
        if (status[i] > 0) {
            vnic__count_packet(&q->tx, status[i]);
        }
    }
    return last;
}

/* The packets before pkts[i] are dealt with; adds what became of them since `from`. */
static void sum_up(const struct vnic_packet *pkts, int from, int i, int *accepted, int *first)
{
    for (; from < i; from++) {
        *accepted += pkts[from].status == 0;
        *first = *first == 0 ? pkts[from].status : *first;
    }
}

int vnic__send_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int together = q->plain && q->backend->write_many != NULL;
    int accepted = 0, first = 0, i = 0;

    if (q->offload != NULL) {
        return vnic__offload_send_batch(q, pkts, n, deadline);
    }
    while (i < n) {
        int from = i;

        i += together ? send_front(q, pkts + i, n - i) : 0;
        if (i == from) {
            pkts[i].status = send_one(q, &pkts[i], deadline);
            i++;
        }
        sum_up(pkts, from, i, &accepted, &first);
        if (pkts[i - 1].status < 0 && !vnic__is_about_packet(pkts[i - 1].status)) {
            break;
        }
    }
    for (; i < n; i++) {
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
