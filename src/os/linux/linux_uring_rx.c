/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receiving by io_uring. One multishot read (Linux io_uring/rw.c io_read_mshot()) takes packets as they come
 * into a ring of buffers, and leaves a completion for each. It ends with a last completion: when no
 * buffer was left, when the thread that posted it ended, when the interface is gone. Then it is posted
 * again, by whoever looks next.
 *
 * With super-packets there is no ring: each would be copied once more, and the time is in the copies.
 *
 * A buffer holds the longest packet that there is, so nothing is ever cut here, whatever becomes of the
 * MTU; what does not fit into the caller's buffer is known exactly, since the length is.
 *
 * Whatever the ring cannot do now, read(2) does: while it is not armed no packet is in it.
 */
#include <errno.h>
#include <string.h>

#include "core/iovec.h"
#include "linux_sys.h"
#include "linux_sys_uring.h"
#include "linux_uring.h"

/* A packet is at most so far into its buffer and leaves so much behind it, as views promise. */
#define RX_HEADROOM 256u
#define RX_TAILROOM 256u
#define RX_ROOM (VNIC_MAX_PACKET + VNIC__FRAME_MAX)

/*
 * An odd number of pages, so that the first lines of the buffers, which are all that small packets use,
 * are not all in the same few sets of the cache.
 */
#define RX_PAGE 4096u
#define RX_STRIDE (17u * RX_PAGE)
_Static_assert(RX_HEADROOM + RX_ROOM + RX_TAILROOM <= RX_STRIDE,
               "a packet does not fit its buffer");

#define RX_GROUP 0

/* How often notices of the kernel are followed by another look in one call. */
#define RX_TRIES 8

/* How long the thread that the kernel worked for has to come by, when another one takes over. */
#define RX_HANDOVER_NS (10 * 1000000)

/* How long ending waits for the kernel to let go: forty looks of 25 ms. */
#define RX_END_TRIES 40
#define RX_END_NS (25 * 1000000)

/* Besides codes, what looking gives. */
#define RX_PACKET URING_PACKET
#define RX_AGAIN 2 /* look again */
#define RX_PLAIN 3 /* the ring cannot read now: nothing is in it, read(2) may be used */

/* ---- Completions and buffers. All of this needs rx->lock ------------------------------------------ */

static struct io_uring_cqe *rx_peek(const struct uring_rx *rx)
{
    const struct io_uring_cq *cq = &rx->ring.cq;
    unsigned head = *cq->khead;

    return head == io_uring_smp_load_acquire(cq->ktail) ? NULL : &cq->cqes[head & *cq->kring_mask];
}

/* Takes the completion that was looked at; without F_MORE it is the last one of its request. */
static void rx_pop(struct uring_rx *rx, const struct io_uring_cqe *cqe)
{
    if ((cqe->flags & IORING_CQE_F_MORE) == 0) {
        rx->armed = 0;
    }
    io_uring_cq_advance(&rx->ring, 1);
}

static int rx_is_packet(const struct io_uring_cqe *cqe)
{
    return cqe->res > 0 && (cqe->flags & IORING_CQE_F_BUFFER) != 0;
}

static uint32_t rx_buffer_of(const struct io_uring_cqe *cqe)
{
    return cqe->flags >> IORING_CQE_BUFFER_SHIFT;
}

static uint8_t *rx_data(const struct uring_rx *rx, uint32_t buffer)
{
    return rx->pages + (size_t)buffer * RX_STRIDE + RX_HEADROOM;
}

static void rx_give(struct uring_rx *rx, uint32_t buffer)
{
    io_uring_buf_ring_add(rx->buf_ring, rx_data(rx, buffer), RX_ROOM, (unsigned short)buffer,
                          io_uring_buf_ring_mask(rx->n_buffers), 0);
    io_uring_buf_ring_advance(rx->buf_ring, 1);
}

/* ---- Posting the read --------------------------------------------------------------------------- */

/* An entry that could not be handed over stays queued, and goes with the next try. */
static int rx_arm(const struct vnic *q, struct uring_rx *rx)
{
    int rc;

    /* All are lent; or there are none, as with super-packets. */
    if (rx->n_lent == rx->n_buffers) {
        return RX_PLAIN;
    }
    if (io_uring_sq_ready(&rx->ring) == 0) {
        struct io_uring_sqe *sqe = io_uring_get_sqe(&rx->ring);

        io_uring_prep_rw(URING_OP_READ_MULTISHOT, sqe, linux_queue_of(q)->fd, NULL, 0, 0);
        sqe->flags = IOSQE_BUFFER_SELECT;
        sqe->buf_group = RX_GROUP;
    }
    do {
        rc = vnic__sys_uring_submit(&rx->ring);
    } while (rc == -EINTR);
    if (rc != 1) {
        return RX_PLAIN;
    }
    rx->armed = 1;
    rx->armer = vnic__sys_thread_self();
    return RX_AGAIN;
}

static void rx_cancel(struct uring_rx *rx)
{
    struct io_uring_sync_cancel_reg reg;

    memset(&reg, 0, sizeof reg);
    reg.fd = -1;
    reg.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
    reg.timeout.tv_nsec = RX_HANDOVER_NS;
    (void)vnic__sys_uring_cancel(&rx->ring, &reg);
}

/*
 * The kernel reads in the thread that posted the read, interrupting what it does; packets may be waiting
 * for it to come by. So the receiver posts its own, once the last completion of the other has come.
 */
static int rx_take_over(struct uring_rx *rx)
{
    struct pollfd pfd = {.fd = rx->ring.ring_fd, .events = POLLIN};

    rx_cancel(rx);
    rx->armer = vnic__sys_thread_self();
    (void)vnic__sys_ppoll(&pfd, 1, RX_HANDOVER_NS);
    return RX_AGAIN;
}

/* No completion is there: has the kernel been asked, and is there work that it left to us? */
static int rx_refill(const struct vnic *q, struct uring_rx *rx, int is_receiver)
{
    if (!rx->armed) {
        return rx_arm(q, rx);
    }
    if (rx->armer != vnic__sys_thread_self()) {
        return is_receiver ? rx_take_over(rx) : VNIC_EAGAIN;
    }
    if (IO_URING_READ_ONCE(*rx->ring.sq.kflags) & IORING_SQ_TASKRUN) {
        return vnic__sys_uring_get_events(&rx->ring) < 0 ? VNIC_EAGAIN : RX_AGAIN;
    }
    return VNIC_EAGAIN;
}

/* A completion that is no packet tells why the read has ended. */
static int rx_notice(const struct vnic *q, struct uring_rx *rx, const struct io_uring_cqe *cqe)
{
    int os_code = -cqe->res;

    rx_pop(rx, cqe);
    switch (os_code) {
    case 0:
    case ENOBUFS:   /* every buffer was full */
    case ECANCELED: /* the thread that posted it ended, or another one takes over */
    case EINTR:
    case EAGAIN:
        return RX_AGAIN;
    case EBADFD: /* gone; or detached then, and attached again since */
        return vnic__linux_fd_state(linux_queue_of(q)->fd, NULL) == LINUX_FD_ATTACHED
                   ? RX_AGAIN
                   : VNIC_ECLOSED;
    default:
        return vnic__linux_read_code(q, os_code);
    }
}

/* RX_PACKET and the completion, RX_PLAIN, VNIC_EAGAIN, or the code of why nothing will come. */
static int rx_look(const struct vnic *q, struct uring_rx *rx, int is_receiver,
                   struct io_uring_cqe **ret)
{
    for (int i = 0; i < RX_TRIES; i++) {
        struct io_uring_cqe *cqe = rx->n_buffers > 0 ? rx_peek(rx) : NULL;
        int rc;

        if (cqe != NULL && rx_is_packet(cqe)) {
            *ret = cqe;
            return RX_PACKET;
        }
        rc = cqe != NULL ? rx_notice(q, rx, cqe) : rx_refill(q, rx, is_receiver);
        if (rc != RX_AGAIN) {
            return rc;
        }
    }
    return VNIC_EAGAIN;
}

/* ---- Reading ------------------------------------------------------------------------------------ */

static int rx_copy(struct uring_rx *rx, const struct io_uring_cqe *cqe,
                   const struct vnic_iovec *iov, int n, uint32_t *ret_flags)
{
    uint32_t buffer = rx_buffer_of(cqe);
    size_t len = (size_t)cqe->res;
    size_t stored = vnic__iov_scatter(iov, n, rx_data(rx, buffer), len);

    rx_pop(rx, cqe);
    rx_give(rx, buffer);
    *ret_flags = stored < len ? VNIC__READ_CUT : 0;
    return (int)stored;
}

int vnic__uring_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags)
{
    struct uring_rx *rx = &linux_uring_of(q)->rx;
    struct io_uring_cqe *cqe = NULL;
    int rc;

    *ret_flags = 0;
    vnic__mutex_lock(&rx->lock);
    rc = rx_look(q, rx, 1, &cqe);
    if (rc == RX_PACKET) {
        rc = rx_copy(rx, cqe, iov, n, ret_flags);
    } else if (rc == RX_PLAIN) {
        rc = vnic__linux_read(q, iov, n, ret_flags);
    }
    vnic__mutex_unlock(&rx->lock);
    return rc;
}

/* ---- Views -------------------------------------------------------------------------------------- */

/* A token is the number of a buffer, and one more, as none is 0. */
static void rx_lend(struct uring_rx *rx, const struct io_uring_cqe *cqe, struct vnic__view *ret)
{
    uint32_t buffer = rx_buffer_of(cqe);

    ret->data = rx_data(rx, buffer);
    ret->len = (uint32_t)cqe->res;
    ret->cap = RX_ROOM + RX_TAILROOM;
    ret->headroom = RX_HEADROOM;
    ret->token = (uintptr_t)buffer + 1;
    rx->n_lent++;
    rx_pop(rx, cqe);
}

int vnic__uring_acquire(struct vnic *q, struct vnic__view *ret_views, int n)
{
    struct uring_rx *rx = &linux_uring_of(q)->rx;
    struct io_uring_cqe *cqe = NULL;
    int got = 0;
    int rc;

    vnic__mutex_lock(&rx->lock);
    rc = rx_look(q, rx, 1, &cqe);
    while (rc == RX_PACKET && got < n) {
        rx_lend(rx, cqe, &ret_views[got++]);
        cqe = rx_peek(rx);
        rc = cqe != NULL && rx_is_packet(cqe) ? RX_PACKET : VNIC_EAGAIN;
    }
    vnic__mutex_unlock(&rx->lock);
    if (got > 0) {
        return got;
    }
    return rc == RX_PLAIN ? VNIC_ENOBUFS : rc;
}

/* A read that had ended because all buffers were out goes on: somebody may wait for the ring alone. */
void vnic__uring_release(struct vnic *q, const uintptr_t *tokens, int n)
{
    struct uring_rx *rx = &linux_uring_of(q)->rx;

    vnic__mutex_lock(&rx->lock);
    for (int i = 0; i < n; i++) {
        rx_give(rx, (uint32_t)(tokens[i] - 1));
        rx->n_lent--;
    }
    if (!rx->armed && atomic_load_explicit(&q->stop, memory_order_relaxed) == 0) {
        (void)rx_arm(q, rx);
    }
    vnic__mutex_unlock(&rx->lock);
}

int vnic__uring_rx_look(const struct vnic *q, struct uring_rx *rx, int *ret_armed)
{
    struct io_uring_cqe *cqe = NULL;
    int rc;

    vnic__mutex_lock(&rx->lock);
    rc = rx_look(q, rx, 0, &cqe);
    *ret_armed = rx->armed != 0;
    vnic__mutex_unlock(&rx->lock);
    return rc;
}

/* ---- Detaching ---------------------------------------------------------------------------------- */

static uint32_t rx_drop(struct uring_rx *rx)
{
    struct io_uring_cqe *cqe;
    uint32_t dropped = 0;

    while ((cqe = rx_peek(rx)) != NULL) {
        if (rx_is_packet(cqe)) {
            rx_give(rx, rx_buffer_of(cqe));
            dropped++;
        }
        rx_pop(rx, cqe);
    }
    return dropped;
}

/* What was queued for the queue is dropped by the kernel; what was read ahead is dropped here. */
int vnic__uring_detach(struct vnic *q, struct vnic_error *err)
{
    struct uring_rx *rx = &linux_uring_of(q)->rx;
    int rc = vnic__linux_detach(q, err);

    if (rc == 0 && rx->n_buffers > 0) {
        vnic__mutex_lock(&rx->lock);
        (void)rx_drop(rx);
        vnic__mutex_unlock(&rx->lock);
    }
    return rc;
}

/* ---- Beginning and ending ----------------------------------------------------------------------- */

static int rx_add_buffers(struct uring_rx *rx, uint32_t n)
{
    struct io_uring_buf_reg reg;
    size_t buffers_len = (size_t)n * RX_STRIDE;

    rx->pages_len = buffers_len + n * sizeof(struct io_uring_buf);
    rx->pages = vnic__sys_pages_map(rx->pages_len);
    if (rx->pages == NULL) {
        return -errno;
    }
    rx->n_buffers = n;
    rx->buf_ring = (struct io_uring_buf_ring *)(void *)(rx->pages + buffers_len);
    memset(&reg, 0, sizeof reg);
    reg.ring_addr = (uintptr_t)rx->buf_ring;
    reg.ring_entries = n;
    reg.bgid = RX_GROUP;
    for (uint32_t i = 0; i < n; i++) {
        rx_give(rx, i);
    }
    return vnic__sys_uring_add_buffers(&rx->ring, &reg);
}

int vnic__uring_rx_begin(struct uring_rx *rx, uint32_t n)
{
    struct io_uring_params params;
    int rc;

    if (n == 0) {
        vnic__mutex_init(&rx->lock);
        return 0;
    }
    memset(&params, 0, sizeof params);
    /* The kernel's work for us needs no interrupt of the thread: it is done at its next system call, and
     * a flag in the ring tells that there is some. */
    params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    params.cq_entries = 2 * n;
    rc = vnic__sys_uring_init(4, &rx->ring, &params);
    if (rc < 0) {
        return rc;
    }
    rc = rx_add_buffers(rx, n);
    if (rc < 0) {
        if (rx->pages != NULL) {
            (void)vnic__sys_pages_unmap(rx->pages, rx->pages_len);
        }
        vnic__sys_uring_exit(&rx->ring);
        return rc;
    }
    vnic__mutex_init(&rx->lock);
    return 0;
}

/*
 * The request holds the open file, and with it the interface. It lets go before its buffers do, whose
 * removal waits for the lock under which it did; so afterwards the descriptor is ours alone.
 */
uint32_t vnic__uring_rx_end(struct uring_rx *rx, int ours)
{
    struct pollfd pfd = {.fd = rx->ring.ring_fd, .events = POLLIN};
    uint32_t dropped = 0;

    vnic__mutex_destroy(&rx->lock);
    if (rx->n_buffers == 0) {
        return 0;
    }
    if (ours) {
        if (rx->armed) {
            rx_cancel(rx);
        }
        dropped = rx_drop(rx);
        for (int i = 0; i < RX_END_TRIES && rx->armed; i++) {
            (void)vnic__sys_ppoll(&pfd, 1, RX_END_NS);
            dropped += rx_drop(rx);
        }
        (void)vnic__sys_uring_remove_buffers(&rx->ring, RX_GROUP);
    }
    vnic__sys_uring_exit(&rx->ring);
    (void)vnic__sys_pages_unmap(rx->pages, rx->pages_len);
    return dropped;
}
