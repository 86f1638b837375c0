/* SPDX-License-Identifier: Apache-2.0 */
/* Packets between the driver and the caller, and the operations that carry them. */
#include "core/fail.h"
#include "core/iovec.h"
#include "win_error.h"
#include "win_sys.h"
#include "win_sys_file.h"
#include "win_sys_module.h"
#include "win_watch.h"
#include "wintap.h"

/* How long what is in flight may take to end: before the device is closed, and in all. */
#define CANCEL_NS 4000000000
#define CLOSE_NS 5000000000

/* ---- Begin and end ------------------------------------------------------------------------------ */

int vnic__wintap_queue_begin(struct vnic *q, HANDLE file, struct vnic_error *err)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    int rc = vnic__wintap_ring_begin(&tq->rx);

    if (rc == 0) {
        rc = vnic__wintap_ring_begin(&tq->tx);
        if (rc < 0) {
            vnic__wintap_ring_end(&tq->rx);
        }
    }
    if (rc < 0) {
        return rc == VNIC_ENOMEM
                   ? vnic__fail_memory(err, "vnic_open")
                   : vnic__fail(err, rc, "CreateEventW", NULL,
                                "cannot make events for the TAP device: %s", vnic_error_text(rc));
    }
    vnic__mutex_init(&tq->lock);
    tq->file = file;
    tq->state = WINTAP_FINE;
    return 0;
}

/* Whether both directions have nothing in flight any more, waited for until then. */
static int await_both(struct wintap_queue *tq, int64_t deadline_ns)
{
    int rc = vnic__wintap_ring_await(&tq->rx, deadline_ns);

    return rc < 0 ? rc : vnic__wintap_ring_await(&tq->tx, deadline_ns);
}

/*
 * Closing makes the driver end what cancelling did not (src/device.c TapDeviceCleanup()), so the buffers are
 * waited for before and after. A write cannot be cancelled: it ends when the system has read its packet.
 */
void vnic__wintap_drop_file_locked(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    int64_t now = vnic__now_ns();

    if (tq->file == NULL) {
        return;
    }
    /* ERROR_NOT_FOUND: all of it has ended already. */
    if (vnic__sys_cancel_io(tq->file, NULL) || GetLastError() == ERROR_NOT_FOUND) {
        (void)await_both(tq, now + CANCEL_NS);
    }
    vnic__sys_close_device(tq->file);
    tq->file = NULL;
    if (await_both(tq, now + CLOSE_NS) < 0) {
        /* Rather lost memory than memory that the driver writes to when it is somebody else's. */
        tq->leaked = 1;
        tq->state = WINTAP_GONE;
        vnic__log(q->iface, VNIC_LOG_WARNING,
                  "the TAP driver does not end what it was asked for: its buffers are left to it");
    }
}

void vnic__wintap_queue_end(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    /* Before the watch: what its thread has asked for ends with it, and is better cancelled. */
    vnic__mutex_lock(&tq->lock);
    tq->state = WINTAP_GONE;
    vnic__wintap_drop_file_locked(q);
    vnic__mutex_unlock(&tq->lock);
    vnic__win_watch_free(tq->watch);
    tq->watch = NULL;
    if (!tq->leaked) {
        vnic__wintap_ring_end(&tq->rx);
        vnic__wintap_ring_end(&tq->tx);
    }
    vnic__mutex_destroy(&tq->lock);
}

/* ---- Receiving ---------------------------------------------------------------------------------- */

/* Asking anew makes the event unset, though packets may be there: others that wait must not miss them. */
void vnic__wintap_fill_locked(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t asked = 0;

    if (!atomic_load(&win_iface_of(q)->up)) {
        return;
    }
    while (tq->state == WINTAP_FINE && tq->rx.n < WINTAP_OPS) {
        uint32_t os_code = vnic__wintap_ring_read(&tq->rx, tq->file);

        if (os_code != 0) {
            vnic__wintap_refused_locked(q, os_code);
        } else {
            asked = 1;
        }
    }
    if (asked && tq->rx.waiters > 0) {
        (void)vnic__sys_set_event(tq->rx.event);
    }
}

/* In TUN mode a frame may come out whole at the moment in which the mode is set anew: not a packet. */
static int is_packet(const struct vnic *q, const uint8_t *data, uint32_t len)
{
    if (q->layer == VNIC_TAP) {
        return len >= WINTAP_ETH_HEADER;
    }
    return len > 0 && (data[0] >> 4 == 4 || data[0] >> 4 == 6);
}

/*
 * A read that came back without a packet. One that another thread asked for and that was aborted says
 * nothing about the driver: that thread has ended, and the system took with it what it had asked for. It
 * is asked for again as any other; there are only so many, for what this thread asks for outlives the call.
 */
static void take_failed_read_locked(struct vnic *q, uint32_t os_code)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    DWORD asked_by = wintap_oldest(&tq->rx)->thread;

    vnic__wintap_ring_pop(&tq->rx);
    if (os_code == 0 || os_code == ERROR_MORE_DATA) {
        tq->rx_bad++;
    } else if (os_code != ERROR_OPERATION_ABORTED || asked_by == vnic__sys_thread_id()) {
        vnic__wintap_refused_locked(q, os_code);
    }
}

int vnic__wintap_readable_locked(struct vnic *q, uint32_t *ret_len)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    vnic__wintap_probe_locked(q);
    for (;;) {
        int rc = vnic__wintap_repair_locked(q);
        uint32_t os_code;

        if (rc < 0) {
            return rc == VNIC_EAGAIN ? 0 : rc;
        }
        vnic__wintap_fill_locked(q);
        os_code = vnic__wintap_ring_peek(&tq->rx, tq->file, ret_len);
        if (os_code == ERROR_IO_INCOMPLETE) {
            if (tq->state == WINTAP_FINE || tq->retry_ns > vnic__now_ns()) {
                return 0;
            }
            continue;
        }
        if (os_code == 0 && is_packet(q, wintap_oldest(&tq->rx)->buf, *ret_len)) {
            tq->tries = 0;
            return 1;
        }
        take_failed_read_locked(q, os_code);
    }
}

void vnic__wintap_tell_locked(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t len;

    if (tq->watch == NULL) {
        return;
    }
    if (vnic__wintap_readable_locked(q, &len) != 0) {
        vnic__win_watch_found(tq->watch);
        return;
    }
    vnic__win_watch_quiet(tq->watch);
    if (vnic__wintap_readable_locked(q, &len) != 0) {
        vnic__win_watch_found(tq->watch);
    }
}

int vnic__wintap_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t len = 0;
    int rc;

    *ret_flags = 0;
    vnic__mutex_lock(&tq->lock);
    rc = vnic__wintap_readable_locked(q, &len);
    if (rc == 0) {
        rc = VNIC_EAGAIN;
    } else if (rc > 0) {
        size_t stored = vnic__iov_scatter(iov, n, wintap_oldest(&tq->rx)->buf, len);

        *ret_flags = stored < len ? VNIC__READ_CUT : 0;
        rc = (int)stored;
        vnic__wintap_ring_pop(&tq->rx);
        vnic__wintap_fill_locked(q);
    }
    vnic__wintap_tell_locked(q);
    vnic__mutex_unlock(&tq->lock);
    return rc;
}

/* ---- Sending ------------------------------------------------------------------------------------ */

/* src/rxpath.c TapDeviceWrite(), TapSharedSendPacket(): what belongs to the packet and not to the state. */
static const struct win_reason write_reasons[] = {
    {ERROR_INSUFFICIENT_BUFFER, VNIC_EINVAL, "too short for a packet"},
    {ERROR_INVALID_PARAMETER, VNIC_EINVAL, "not a packet"},
    {0, 0, NULL},
};

static int is_packets_fault(uint32_t os_code)
{
    int code = vnic__win_code(os_code, write_reasons);

    return code == VNIC_EINVAL || code == VNIC_ENOMEM;
}

/*
 * A packet that was taken and is refused afterwards is lost, as one would be further on. Its sender has
 * been told of success, so it is counted (vnic_stats.tx_dropped) and the first ones are logged.
 */
void vnic__wintap_reap_locked(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t len;

    while (tq->file != NULL && tq->tx.n > 0) {
        uint32_t os_code = vnic__wintap_ring_peek(&tq->tx, tq->file, &len);

        if (os_code == ERROR_IO_INCOMPLETE) {
            return;
        }
        vnic__wintap_ring_pop(&tq->tx);
        if (os_code == 0) {
            continue;
        }
        tq->tx_lost++;
        if ((tq->tx_lost & (tq->tx_lost - 1)) == 0) { /* 1, 2, 4, 8, … */
            vnic__log(q->iface, VNIC_LOG_WARNING,
                      "the TAP driver lost a packet that it had taken (%s, Windows error %lu); %lu "
                      "so far",
                      vnic__win_error_name(os_code), (unsigned long)os_code,
                      (unsigned long)tq->tx_lost);
        }
        if (!is_packets_fault(os_code)) {
            vnic__wintap_refused_locked(q, os_code);
        }
    }
}

int vnic__wintap_writable_locked(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    int rc;

    vnic__wintap_probe_locked(q);
    if (tq->state == WINTAP_GONE) {
        return VNIC_ECLOSED;
    }
    if (!atomic_load(&win_iface_of(q)->up)) {
        return VNIC_EDOWN;
    }
    vnic__wintap_reap_locked(q);
    rc = vnic__wintap_repair_locked(q);
    if (rc < 0) {
        return rc;
    }
    return tq->tx.n < WINTAP_OPS ? 0 : VNIC_EAGAIN;
}

static int write_locked(struct vnic *q, const struct vnic_iovec *iov, int n, size_t len)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    int rc = vnic__wintap_writable_locked(q);
    uint32_t os_code;

    if (rc < 0) {
        return rc;
    }
    (void)vnic__iov_gather(iov, n, wintap_next_free(&tq->tx)->buf, WINTAP_BUFFER_SIZE);
    os_code = vnic__wintap_ring_write(&tq->tx, tq->file, (uint32_t)len);
    if (os_code == 0) {
        if (tq->tx.waiters > 0) {
            (void)vnic__sys_set_event(tq->tx.event);
        }
        return (int)len;
    }
    if (is_packets_fault(os_code)) {
        return vnic__win_code(os_code, write_reasons);
    }
    vnic__wintap_refused_locked(q, os_code);
    rc = vnic__wintap_repair_locked(q);
    return rc == VNIC_ECLOSED ? rc : VNIC_EAGAIN;
}

/* The driver would take what is no packet of the layer and pass it on: it is refused here, as by Linux. */
static int check_packet(const struct vnic *q, const struct vnic_iovec *iov, int n, size_t len)
{
    uint8_t first = 0;

    if (len > WINTAP_BUFFER_SIZE) {
        return VNIC_EMSGSIZE;
    }
    if (q->layer == VNIC_TAP) {
        return len < WINTAP_ETH_HEADER ? VNIC_EINVAL : 0;
    }
    (void)vnic__iov_gather(iov, n, &first, 1);
    return len < WINTAP_TUN_MIN || (first >> 4 != 4 && first >> 4 != 6) ? VNIC_EINVAL : 0;
}

int vnic__wintap_write(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    size_t len = vnic__iov_total(iov, n);
    int rc = check_packet(q, iov, n, len);

    if (rc < 0) {
        return rc;
    }
    vnic__mutex_lock(&tq->lock);
    rc = write_locked(q, iov, n, len);
    vnic__mutex_unlock(&tq->lock);
    return rc;
}
