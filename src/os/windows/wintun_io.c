/* SPDX-License-Identifier: Apache-2.0 */
/* Packets between the rings and the caller's memory, and what the views share with that. */
#include <string.h>

#include "core/iovec.h"
#include "win_sys.h"
#include "win_watch.h"
#include "wintun.h"

/* How long a full ring is left alone: 50 µs, and twice as long each time, up to 1 ms. */
#define WINTUN_BACKOFF_MIN_NS 50000
#define WINTUN_BACKOFF_MAX_NS 1000000

/* ---- Receiving ---------------------------------------------------------------------------------- */

/* [recv_gate] Why WintunReceivePacket() gave nothing. */
static int wintun_recv_code(struct wintun_queue *wq)
{
    switch (GetLastError()) {
    case ERROR_NO_MORE_ITEMS:
        vnic__wintun_nudge(wq);
        return atomic_load_explicit(&wq->gone, memory_order_relaxed) ? VNIC_ECLOSED : VNIC_EAGAIN;
    case ERROR_HANDLE_EOF:
        atomic_store(&wq->gone, 1);
        return VNIC_ECLOSED;
    default:
        return VNIC_EOS; /* ERROR_INVALID_DATA: the ring is damaged, and stays so */
    }
}

/* [recv_gate] The next packet: the one that is held, or one of the ring. */
static inline int wintun_take(struct wintun_queue *wq, const uint8_t **ret, uint32_t *ret_len)
{
    DWORD len;

    if (wq->held != NULL) {
        *ret = wq->held;
        *ret_len = wq->held_len;
        wq->held = NULL;
        return 0;
    }
    if (!atomic_load_explicit(&wq->is_open, memory_order_relaxed)) {
        return atomic_load_explicit(&wq->gone, memory_order_relaxed) ? VNIC_ECLOSED : VNIC_EAGAIN;
    }
    *ret = vnic__sys_wintun_receive(wq->table, wq->session, &len);
    *ret_len = len;
    return *ret != NULL ? 0 : wintun_recv_code(wq);
}

int vnic__wintun_hold(struct wintun_queue *wq)
{
    const uint8_t *packet;
    uint32_t len;
    int rc;

    if (wq->held != NULL) {
        return 0;
    }
    rc = wintun_take(wq, &packet, &len);
    if (rc == 0) {
        wq->held = packet;
        wq->held_len = len;
    }
    return rc;
}

/*
 * With a watch a packet is taken ahead, so that its event is never set for packets that were all read.
 * Codes count as packets: a loop that receives gets to know them.
 */
void vnic__wintun_tell(struct wintun_queue *wq)
{
    uint32_t found;

    if (wq->watch == NULL) {
        return;
    }
    found = vnic__wintun_hold(wq) != VNIC_EAGAIN;
    if (!found && wq->told_found) {
        vnic__win_watch_quiet(wq->watch);
        wq->told_found = 0;
        found = vnic__wintun_hold(wq) != VNIC_EAGAIN;
    }
    if (found && !wq->told_found) {
        vnic__win_watch_found(wq->watch);
        wq->told_found = 1;
    }
}

/* Nearly all packets go to or come from one piece. */
static inline size_t wintun_copy_out(const struct vnic_iovec *iov, int n, const uint8_t *packet,
                                     size_t len)
{
    if (n != 1) {
        return vnic__iov_scatter(iov, n, packet, len);
    }
    len = len < iov->len ? len : iov->len;
    memcpy(iov->base, packet, len);
    return len;
}

int vnic__wintun_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    const uint8_t *packet;
    size_t stored = 0;
    uint32_t len;
    int rc;

    *ret_flags = 0;
    win_gate_enter(&wq->recv_gate);
    rc = wintun_take(wq, &packet, &len);
    if (rc == 0) {
        stored = wintun_copy_out(iov, n, packet, len);
        vnic__sys_wintun_release(wq->table, wq->session, packet);
        *ret_flags = stored < len ? VNIC__READ_CUT : 0;
    }
    vnic__wintun_tell(wq);
    win_gate_leave(&wq->recv_gate);
    return rc < 0 ? rc : (int)stored;
}

int vnic__wintun_acquire(struct vnic *q, struct vnic__view *ret_views, int n)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    const uint8_t *packet;
    int count = 0, rc = 0;
    uint32_t len;

    win_gate_enter(&wq->recv_gate);
    while (count < n && (rc = wintun_take(wq, &packet, &len)) == 0) {
        uint8_t *data = (uint8_t *)(uintptr_t)packet; /* the ring is ours to write to */

        ret_views[count++] =
            (struct vnic__view){.data = data, .len = len, .cap = len, .token = (uintptr_t)packet};
    }
    (void)atomic_fetch_add_explicit(&wq->out, (uint32_t)count, memory_order_relaxed);
    vnic__wintun_tell(wq);
    win_gate_leave(&wq->recv_gate);
    return count > 0 ? count : rc;
}

void vnic__wintun_release(struct vnic *q, const uintptr_t *tokens, int n)
{
    struct wintun_queue *wq = wintun_queue_of(q);

    for (int i = 0; i < n; i++) {
        vnic__sys_wintun_release(wq->table, wq->session, (const BYTE *)tokens[i]);
    }
    vnic__wintun_back(q, (uint32_t)n);
}

/* ---- Sending ------------------------------------------------------------------------------------ */

int vnic__wintun_may_send(struct wintun_queue *wq)
{
    int64_t room_at = atomic_load(&wq->room_at);

    return room_at == 0 || vnic__now_ns() >= room_at;
}

/* [send_gate] The ring is full, and nothing will tell when it has room. */
static void wintun_leave_alone(struct wintun_queue *wq)
{
    int64_t next = wq->backoff_ns == 0 ? WINTUN_BACKOFF_MIN_NS : wq->backoff_ns * 2;

    wq->backoff_ns = next < WINTUN_BACKOFF_MAX_NS ? next : WINTUN_BACKOFF_MAX_NS;
    atomic_store(&wq->room_at, vnic__now_ns() + wq->backoff_ns);
}

int vnic__wintun_allocate(struct wintun_queue *wq, size_t len, uint8_t **ret_packet)
{
    if (!atomic_load_explicit(&wq->is_open, memory_order_relaxed)) {
        return atomic_load_explicit(&wq->gone, memory_order_relaxed) ? VNIC_ECLOSED : VNIC_EDOWN;
    }
    /* The driver takes a longer one for damage and ends the session: driver/wintun.c. */
    if (len > WINTUN_PACKET_MAX) {
        return VNIC_EMSGSIZE;
    }
    *ret_packet = vnic__sys_wintun_allocate(wq->table, wq->session, (DWORD)len);
    if (*ret_packet != NULL) {
        if (wq->backoff_ns != 0) {
            wq->backoff_ns = 0;
            atomic_store(&wq->room_at, 0);
        }
        return 0;
    }
    switch (GetLastError()) {
    case ERROR_BUFFER_OVERFLOW:
        wintun_leave_alone(wq);
        return VNIC_EAGAIN;
    case ERROR_HANDLE_EOF:
        atomic_store(&wq->gone, 1);
        return VNIC_ECLOSED;
    default:
        return VNIC_EOS;
    }
}

static inline void wintun_copy_in(const struct vnic_iovec *iov, int n, uint8_t *packet, size_t len)
{
    if (n != 1) {
        (void)vnic__iov_gather(iov, n, packet, len);
    } else {
        memcpy(packet, iov->base, len);
    }
}

int vnic__wintun_write(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    size_t len = n == 1 ? iov->len : vnic__iov_total(iov, n);
    uint8_t first = 0;
    uint8_t *packet;
    int rc;

    wintun_copy_in(iov, n, &first, 1);
    if (!wintun_is_ip(first, len)) {
        return VNIC_EINVAL;
    }
    win_gate_enter(&wq->send_gate);
    rc = vnic__wintun_allocate(wq, len, &packet);
    if (rc == 0) {
        wintun_copy_in(iov, n, packet, len);
        vnic__sys_wintun_send(wq->table, wq->session, packet);
        wintun_note_sent(wq);
    }
    win_gate_leave(&wq->send_gate);
    return rc < 0 ? rc : (int)len;
}
