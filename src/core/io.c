/* SPDX-License-Identifier: Apache-2.0 */
/* One packet in and out: the calls of the hot path, and their waiting. */
#include "io.h"

#include "alloc.h"
#include "framed.h"
#include "iovec.h"

int vnic__io_begin(struct vnic *q, struct vnic_error *err)
{
    int has_vnet = q->frame.kind == VNIC__LINK_VNET || q->frame.kind == VNIC__LINK_PI_VNET;

    q->plain = q->frame.kind == VNIC__LINK_NONE && (q->flags & VNIC_KEEP_HEADER) == 0;
    if (vnic__frame_kind_check(&q->frame) < 0) {
        return vnic__fail(err, VNIC_ENOTSUP, "open", NULL,
                          "the link header of the descriptor (kind %u, %u bytes) is not known",
                          q->frame.kind, q->frame.vnet_len);
    }
    if (has_vnet) {
        q->bounce = vnic__alloc(VNIC_MAX_PACKET);
        if (q->bounce == NULL) {
            return vnic__fail_memory(err, "open");
        }
    }
    return 0;
}

void vnic__io_end(struct vnic *q)
{
    vnic__free(q->bounce);
    q->bounce = NULL;
}

/* One writer a counter, so a plain addition is enough; other threads only read. */
static void count_packet(struct vnic__counter *c, int len)
{
    uint64_t packets = atomic_load_explicit(&c->packets, memory_order_relaxed);
    uint64_t bytes = atomic_load_explicit(&c->bytes, memory_order_relaxed);

    atomic_store_explicit(&c->packets, packets + 1, memory_order_relaxed);
    atomic_store_explicit(&c->bytes, bytes + (uint64_t)len, memory_order_relaxed);
}

static int recv_once(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    uint32_t flags = 0;
    int rc;

    if (q->plain) {
        rc = q->backend->read(q, iov, n, &flags);
        if (rc >= 0 && (flags & VNIC__READ_CUT)) {
            rc = VNIC_EMSGSIZE;
        }
    } else {
        rc = vnic__read_framed(q, iov, n);
    }
    if (rc >= 0) {
        count_packet(&q->rx, rc);
    } else if (rc == VNIC_EMSGSIZE) {
        uint64_t cut = atomic_load_explicit(&q->rx_cut, memory_order_relaxed);

        atomic_store_explicit(&q->rx_cut, cut + 1, memory_order_relaxed);
    }
    return rc;
}

static int send_once(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    int rc = q->plain ? q->backend->write(q, iov, n) : vnic__write_framed(q, iov, n);

    if (rc >= 0) {
        count_packet(&q->tx, rc);
    }
    return rc;
}

typedef int attempt(struct vnic *q, const struct vnic_iovec *iov, int n);

/* The slow path: nothing could be done at once. */
static int wait_and_try(struct vnic *q, int events, attempt *once, const struct vnic_iovec *iov,
                        int n, int64_t deadline)
{
    int rc, ready;

    vnic__enter_wait(q);
    do {
        ready = q->backend->wait(q, events, deadline);
        if (ready < 0) {
            rc = vnic__explain(q, ready);
            continue;
        }
        rc = vnic__stop_code(q);
        if (rc == 0) {
            if (ready == 0) {
                vnic__repair_signal(q);
            }
            rc = vnic__explain(q, once(q, iov, n));
        }
        if (rc == VNIC_EAGAIN && deadline >= 0 && vnic__now_ns() >= deadline) {
            rc = VNIC_ETIMEDOUT;
        }
    } while (rc == VNIC_EAGAIN);
    vnic__leave_wait(q);
    return rc;
}

int vnic__recv_until(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline)
{
    int rc = vnic__stop_code(q);

    if (rc == 0) {
        rc = recv_once(q, iov, n);
        if (rc >= 0) {
            return rc;
        }
        rc = vnic__explain(q, rc);
    }
    if (rc != VNIC_EAGAIN || deadline == VNIC__DEADLINE_TRY) {
        return rc;
    }
    return wait_and_try(q, VNIC_READABLE, recv_once, iov, n, deadline);
}

int vnic__send_until(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline)
{
    int rc = vnic__stop_code(q);

    if (rc == 0) {
        rc = send_once(q, iov, n);
        if (rc >= 0) {
            return rc;
        }
        rc = vnic__explain(q, rc);
    }
    if (rc != VNIC_EAGAIN || deadline == VNIC__DEADLINE_TRY) {
        return rc;
    }
    return wait_and_try(q, VNIC_WRITABLE, send_once, iov, n, deadline);
}

int vnic_recv_timeout(vnic *dev, void *buf, size_t cap, int timeout_ms)
{
    const struct vnic_iovec iov = {buf, cap};
    int64_t deadline;

    if (dev == NULL || buf == NULL || cap == 0 || vnic__deadline(dev, timeout_ms, &deadline) < 0) {
        return VNIC_EINVAL;
    }
    return vnic__recv_until(dev, &iov, 1, deadline);
}

int vnic_recv(vnic *dev, void *buf, size_t cap)
{
    return vnic_recv_timeout(dev, buf, cap, VNIC_DEFAULT);
}

/* The pieces of a packet: none is NULL, and together they have at least a byte. */
static int check_pieces(const struct vnic_iovec *iov, int n, size_t *ret_total)
{
    for (int i = 0; i < n; i++) {
        if (iov[i].base == NULL && iov[i].len > 0) {
            return VNIC_EINVAL;
        }
    }
    *ret_total = vnic__iov_total(iov, n);
    return *ret_total == 0 ? VNIC_EINVAL : 0;
}

int vnic_recvv(vnic *dev, const struct vnic_iovec *iov, int n, int timeout_ms)
{
    int64_t deadline;
    size_t room;

    if (dev == NULL || iov == NULL || n < 1 || n > VNIC_MAX_IOV ||
        vnic__deadline(dev, timeout_ms, &deadline) < 0) {
        return VNIC_EINVAL;
    }
    if (check_pieces(iov, n, &room) < 0) {
        return VNIC_EINVAL;
    }
    return room == SIZE_MAX ? VNIC_EINVAL : vnic__recv_until(dev, iov, n, deadline);
}

/* const is cast away because a vnic_iovec serves both directions; writing never changes the data. */
static void *unconst(const void *data)
{
    union {
        const void *in;
        void *out;
    } u = {data};

    return u.out;
}

int vnic_send_timeout(vnic *dev, const void *data, size_t len, int timeout_ms)
{
    const struct vnic_iovec iov = {unconst(data), len};
    int64_t deadline;

    if (dev == NULL || data == NULL || len == 0 || vnic__deadline(dev, timeout_ms, &deadline) < 0) {
        return VNIC_EINVAL;
    }
    return len > dev->max_len ? VNIC_EMSGSIZE : vnic__send_until(dev, &iov, 1, deadline);
}

int vnic_send(vnic *dev, const void *data, size_t len)
{
    return vnic_send_timeout(dev, data, len, VNIC_DEFAULT);
}

int vnic_sendv(vnic *dev, const struct vnic_iovec *iov, int n, int timeout_ms)
{
    int64_t deadline;
    size_t len;

    if (dev == NULL || iov == NULL || n < 1 || n > VNIC_MAX_IOV ||
        vnic__deadline(dev, timeout_ms, &deadline) < 0) {
        return VNIC_EINVAL;
    }
    if (check_pieces(iov, n, &len) < 0) {
        return VNIC_EINVAL;
    }
    return len > dev->max_len ? VNIC_EMSGSIZE : vnic__send_until(dev, iov, n, deadline);
}
