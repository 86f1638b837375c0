/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets. The normal path is one read(2) into the caller's buffer and one write(2) from it.
 *
 * The kernel cuts a packet that is longer than the buffer and returns the buffer's length. A cut is
 * found like this:
 * - A buffer that is smaller than the MTU asks for, one in several pieces (so every one that begins
 *   with a link header), and any buffer of a borrowed descriptor get one more byte behind them: a
 *   packet that reaches it was too long. Exact.
 * - A larger one cannot be overrun at this MTU. If a packet fills it exactly all the same, the MTU may
 *   have been raised: the length in the packet's own IP or ARP header tells, or, when there is none,
 *   the MTU of now: if that no longer fits, the packet is taken for cut.
 * What remains undecidable: a packet that is neither IP nor ARP and fills the buffer exactly while the
 * MTU was raised from outside. It is reported as cut, though it may have been whole (once, then the
 * new MTU is known); and it is taken for whole if the MTU was lowered again before we asked.
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "core/claimed_len.h"
#include "linux_sys.h"
#include "linux_tun.h"

_Static_assert(sizeof(struct vnic_iovec) == sizeof(struct iovec), "vnic_iovec is not an iovec");
_Static_assert(offsetof(struct vnic_iovec, base) == offsetof(struct iovec, iov_base), "iov_base");
_Static_assert(offsetof(struct vnic_iovec, len) == offsetof(struct iovec, iov_len), "iov_len");

/* linux/fs.h since 4.14; C libraries name it late. */
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008
#endif

/* The caller's pieces, a link header before and a spill byte behind them. */
#define IO_PARTS (VNIC_MAX_IOV + 2)

static const struct iovec *system_iovec(const struct vnic_iovec *iov)
{
    return (const struct iovec *)iov;
}

/* ---- Failures ----------------------------------------------------------------------------------- */

/* EFAULT comes from a bad pointer, and to a reader that was blocked while the interface went. */
static int code_of_fault(const struct vnic *q, int code)
{
    return vnic__linux_fd_state(linux_queue_of(q)->fd, NULL) == LINUX_FD_NONE ? VNIC_ECLOSED : code;
}

/* EBADF: a borrowed descriptor that its owner closed, or one that is open for one direction only. */
static int code_of_bad_descriptor(const struct vnic *q)
{
    int state = vnic__linux_fd_state(linux_queue_of(q)->fd, NULL);

    return state == VNIC_EBADFD ? VNIC_ECLOSED : VNIC_EOS;
}

int vnic__linux_read_code(const struct vnic *q, int os_code)
{
    switch (os_code) {
    case EAGAIN:
        return VNIC_EAGAIN;
    case EBADFD: /* Linux drivers/net/tun.c tun_chr_read_iter(): no interface any more */
        return VNIC_ECLOSED;
    case EBADF:
        return code_of_bad_descriptor(q);
    case EFAULT:
        return code_of_fault(q, VNIC_EOS);
    default:
        return VNIC_EOS;
    }
}

/* Linux drivers/net/tun.c tun_get_user() */
int vnic__linux_write_code(const struct vnic *q, int os_code)
{
    switch (os_code) {
    case EAGAIN: /* sndbuf is full */
        return VNIC_EAGAIN;
    case EBADFD:
        return VNIC_ECLOSED;
    case EBADF:
        return code_of_bad_descriptor(q);
    case EIO: /* the interface is not up */
        return VNIC_EDOWN;
    case EINVAL: /* neither IPv4 nor IPv6, or shorter than its headers */
        return VNIC_EINVAL;
    case EMSGSIZE:
        return VNIC_EMSGSIZE;
    case ENOMEM:
    case ENOBUFS:
        return VNIC_ENOMEM;
    case EFAULT:
        return code_of_fault(q, VNIC_EINVAL);
    default:
        return VNIC_EOS;
    }
}

/* ---- Borrowed descriptors ----------------------------------------------------------------------- */

/* Whether one of the events is there now; an error or the end counts, for the call then tells it. */
static int is_ready(int fd, short events)
{
    struct pollfd pfd = {.fd = fd, .events = events};

    return vnic__sys_ppoll(&pfd, 1, 0) > 0;
}

/* A kernel that cannot do this file without waiting says so once, and is believed. */
static int lacks_nowait(struct linux_queue *lq)
{
    if (errno != EOPNOTSUPP && errno != ENOSYS) {
        return 0;
    }
    atomic_store_explicit(&lq->mode, LINUX_MODE_POLL, memory_order_relaxed);
    return 1;
}

static ssize_t readv_nowait(struct linux_queue *lq, const struct iovec *iov, int n)
{
    ssize_t got;

    switch (atomic_load_explicit(&lq->mode, memory_order_relaxed)) {
    case LINUX_MODE_OWNED:
        return vnic__sys_readv(lq->fd, iov, n);
    case LINUX_MODE_NOWAIT:
        got = vnic__sys_preadv2(lq->fd, iov, n, RWF_NOWAIT);
        if (got >= 0 || !lacks_nowait(lq)) {
            return got;
        }
        break;
    default:
        break;
    }
    if (!is_ready(lq->fd, POLLIN)) {
        errno = EAGAIN;
        return -1;
    }
    return vnic__sys_readv(lq->fd, iov, n);
}

static ssize_t writev_nowait(struct linux_queue *lq, const struct iovec *iov, int n)
{
    ssize_t put;
    int sndbuf = 0;

    if (atomic_load_explicit(&lq->mode, memory_order_relaxed) == LINUX_MODE_NOWAIT) {
        put = vnic__sys_pwritev2(lq->fd, iov, n, RWF_NOWAIT);
        if (put >= 0 || !lacks_nowait(lq)) {
            return put;
        }
    }
    /* Only a finite send buffer makes a write wait (tun_alloc_skb()); an interface that is down is
     * never writable, and the write itself has to say so. */
    if (vnic__sys_ioctl_ptr(lq->fd, TUNGETSNDBUF, &sndbuf) == 0 && sndbuf < INT_MAX &&
        !is_ready(lq->fd, POLLOUT)) {
        errno = EAGAIN;
        return -1;
    }
    return vnic__sys_writev(lq->fd, iov, n);
}

/* ---- Reading ------------------------------------------------------------------------------------ */

/* A byte behind the caller's room tells exactly whether the packet was longer. */
static int read_spilling(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags)
{
    struct iovec parts[IO_PARTS];
    uint8_t spill;
    size_t room = 0;
    ssize_t got;

    for (int i = 0; i < n; i++) {
        parts[i].iov_base = iov[i].base;
        parts[i].iov_len = iov[i].len;
        room += iov[i].len;
    }
    parts[n].iov_base = &spill;
    parts[n].iov_len = 1;
    do {
        got = readv_nowait(linux_queue_of(q), parts, n + 1);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        /* An empty packet is none: whoever asked has to ask again. */
        return got == 0 ? VNIC_EAGAIN : vnic__linux_read_code(q, errno);
    }
    if ((size_t)got > room) {
        *ret_flags = VNIC__READ_CUT;
        return (int)room;
    }
    return (int)got;
}

/* The second look at a packet that fills its buffer exactly; one with a link header spills instead. */
static int was_cut(struct vnic *q, const uint8_t *data, size_t len)
{
    int64_t claimed =
        q->layer == VNIC_TAP ? vnic__eth_claimed_len(data, len) : vnic__ip_claimed_len(data, len);

    if (claimed >= 0) {
        return (uint64_t)claimed > len;
    }
    return vnic__linux_learn_need(q) > len;
}

int vnic__linux_after_read(struct vnic *q, const struct vnic_iovec *iov, int64_t got,
                           uint32_t *ret_flags)
{
    while (got < 0 && errno == EINTR) {
        got = vnic__sys_read(linux_queue_of(q)->fd, iov->base, iov->len);
    }
    if (got <= 0) {
        return got == 0 ? VNIC_EAGAIN : vnic__linux_read_code(q, errno);
    }
    if ((size_t)got == iov->len && was_cut(q, iov->base, iov->len)) {
        *ret_flags = VNIC__READ_CUT;
    }
    return (int)got;
}

int64_t vnic__linux_direct_read(intptr_t native, void *buf, size_t cap)
{
    return vnic__sys_read((int)native, buf, cap);
}

int vnic__linux_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags)
{
    ssize_t got;

    *ret_flags = 0;
    if (n != 1 || iov->len < atomic_load_explicit(&q->direct_from, memory_order_relaxed)) {
        return read_spilling(q, iov, n, ret_flags);
    }
    got = vnic__sys_read(linux_queue_of(q)->fd, iov->base, iov->len);
    return vnic__linux_after_read(q, iov, got, ret_flags);
}

/* ---- Writing ------------------------------------------------------------------------------------ */

int64_t vnic__linux_direct_write(intptr_t native, const void *data, size_t len)
{
    return vnic__sys_write((int)native, data, len);
}

int vnic__linux_after_write(struct vnic *q, const struct vnic_iovec *iov, int64_t put)
{
    while (put < 0 && errno == EINTR) {
        put = vnic__sys_write(linux_queue_of(q)->fd, iov->base, iov->len);
    }
    return put < 0 ? vnic__linux_write_code(q, errno) : (int)put;
}

int vnic__linux_write(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct linux_queue *lq = linux_queue_of(q);
    ssize_t put;

    do {
        if (atomic_load_explicit(&lq->mode, memory_order_relaxed) != LINUX_MODE_OWNED) {
            put = writev_nowait(lq, system_iovec(iov), n);
        } else if (n == 1) {
            put = vnic__sys_write(lq->fd, iov->base, iov->len);
        } else {
            put = vnic__sys_writev(lq->fd, system_iovec(iov), n);
        }
    } while (put < 0 && errno == EINTR);
    return put < 0 ? vnic__linux_write_code(q, errno) : (int)put;
}
