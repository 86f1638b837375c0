/* SPDX-License-Identifier: Apache-2.0 */
/* One packet in and out: the calls of the hot path, and their waiting. */
#include "io.h"

#include "alloc.h"
#include "framed.h"
#include "io_wait.h"
#include "iovec.h"
#include "offload.h"

int vnic__io_begin(struct vnic *q, struct vnic_error *err)
{
    int has_vnet = q->frame.kind == VNIC__LINK_VNET || q->frame.kind == VNIC__LINK_PI_VNET;

    q->plain = q->frame.kind == VNIC__LINK_NONE && (q->flags & VNIC_KEEP_HEADER) == 0;
    if (q->plain && q->backend->direct_read != NULL && (q->flags & VNIC_BORROW) == 0) {
        q->direct = q->backend->native_handle(q);
    }
    if (vnic__frame_kind_check(&q->frame) < 0) {
        return vnic__fail(err, VNIC_ENOTSUP, "open", NULL,
                          "the link header of the descriptor (kind %u, %u bytes) is not known",
                          q->frame.kind, q->frame.vnet_len);
    }
    if (q->iface->offload != VNIC_OFFLOAD_NONE) {
        return vnic__offload_begin(q, err);
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
    vnic__offload_end(q);
    vnic__free(q->bounce);
    q->bounce = NULL;
}

/*
 * Nearly every call ends with its first attempt, so the way there is short and flat: after a system call
 * the processor has forgotten where the functions that led to it return to (Linux
 * Documentation/admin-guide/hw-vuln/spectre.rst, return stack buffer), and each level of them costs.
 * Hence inline functions, an own look at what vnic__stop_code() looks at, a deadline that is made only
 * when something is to be waited for, and all that is unusual in another file, which is not merged.
 */
static inline int is_running(const struct vnic *q)
{
    return atomic_load_explicit(&q->stop, memory_order_acquire) == 0 &&
           (q->wakeup == NULL ||
            atomic_load_explicit(&q->wakeup->value, memory_order_acquire) == 0);
}

/* The first attempt: the packet's length, a code, or 0 when the handle is stopped. */
static inline int recv_first(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    uint32_t flags = 0;
    int rc;

    if (!is_running(q)) {
        return 0;
    }
    if (n == 1 && q->direct >= 0 &&
        iov->len >= atomic_load_explicit(&q->direct_from, memory_order_relaxed)) {
        int64_t got = q->backend->direct_read(q->direct, iov->base, iov->len);

        if (got > 0 && (uint64_t)got < iov->len) {
            vnic__count_packet(&q->rx, (int)got);
            return (int)got;
        }
        rc = q->backend->after_read(q, iov, got, &flags);
    } else {
        rc = q->plain ? q->backend->read(q, iov, n, &flags) : vnic__read_framed(q, iov, n);
    }
    if (rc > 0 && flags == 0) {
        vnic__count_packet(&q->rx, rc);
        return rc;
    }
    return vnic__recv_unusual(q, rc, flags);
}

static inline int send_first(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    int rc;

    if (!is_running(q)) {
        return 0;
    }
    if (n == 1 && q->direct >= 0) {
        int64_t put = q->backend->direct_write(q->direct, iov->base, iov->len);

        rc = put > 0 ? (int)put : q->backend->after_write(q, iov, put);
    } else {
        rc = q->plain ? q->backend->write(q, iov, n) : vnic__write_framed(q, iov, n);
    }
    if (rc > 0) {
        vnic__count_packet(&q->tx, rc);
    }
    return rc;
}

int vnic__recv_until(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline)
{
    int rc = recv_first(q, iov, n);

    return rc > 0 ? rc : vnic__recv_go_on(q, iov, n, deadline, rc);
}

int vnic__send_until(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline)
{
    int rc = send_first(q, iov, n);

    return rc > 0 ? rc : vnic__send_go_on(q, iov, n, deadline, rc);
}

/* As vnic__recv_until(), with the timeout of the API, whose range is checked. */
static inline int recv_packet(struct vnic *q, const struct vnic_iovec *iov, int n, int timeout_ms)
{
    int rc = recv_first(q, iov, n);
    int64_t deadline;

    if (rc > 0) {
        return rc;
    }
    (void)vnic__deadline(q, timeout_ms, &deadline);
    return vnic__recv_go_on(q, iov, n, deadline, rc);
}

static inline int send_packet(struct vnic *q, const struct vnic_iovec *iov, int n, int timeout_ms)
{
    int rc = send_first(q, iov, n);
    int64_t deadline;

    if (rc > 0) {
        return rc;
    }
    (void)vnic__deadline(q, timeout_ms, &deadline);
    return vnic__send_go_on(q, iov, n, deadline, rc);
}

int vnic_recv_timeout(vnic *dev, void *buf, size_t cap, int timeout_ms)
{
    const struct vnic_iovec iov = {buf, cap};

    if (dev == NULL || buf == NULL || cap == 0 || timeout_ms < VNIC_DEFAULT) {
        return VNIC_EINVAL;
    }
    return recv_packet(dev, &iov, 1, timeout_ms);
}

int vnic_recv(vnic *dev, void *buf, size_t cap)
{
    const struct vnic_iovec iov = {buf, cap};

    if (dev == NULL || buf == NULL || cap == 0) {
        return VNIC_EINVAL;
    }
    return recv_packet(dev, &iov, 1, VNIC_DEFAULT);
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
    size_t room;

    if (dev == NULL || iov == NULL || n < 1 || n > VNIC_MAX_IOV || timeout_ms < VNIC_DEFAULT) {
        return VNIC_EINVAL;
    }
    if (check_pieces(iov, n, &room) < 0 || room == SIZE_MAX) {
        return VNIC_EINVAL;
    }
    return recv_packet(dev, iov, n, timeout_ms);
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

    if (dev == NULL || data == NULL || len == 0 || timeout_ms < VNIC_DEFAULT) {
        return VNIC_EINVAL;
    }
    return len > dev->max_len ? VNIC_EMSGSIZE : send_packet(dev, &iov, 1, timeout_ms);
}

int vnic_send(vnic *dev, const void *data, size_t len)
{
    const struct vnic_iovec iov = {unconst(data), len};

    if (dev == NULL || data == NULL || len == 0) {
        return VNIC_EINVAL;
    }
    return len > dev->max_len ? VNIC_EMSGSIZE : send_packet(dev, &iov, 1, VNIC_DEFAULT);
}

int vnic_sendv(vnic *dev, const struct vnic_iovec *iov, int n, int timeout_ms)
{
    size_t len;

    if (dev == NULL || iov == NULL || n < 1 || n > VNIC_MAX_IOV || timeout_ms < VNIC_DEFAULT) {
        return VNIC_EINVAL;
    }
    if (check_pieces(iov, n, &len) < 0) {
        return VNIC_EINVAL;
    }
    return len > dev->max_len ? VNIC_EMSGSIZE : send_packet(dev, iov, n, timeout_ms);
}
