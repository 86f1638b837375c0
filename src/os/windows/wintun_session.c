/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session of an adapter: rings that the driver shares with this process, there while the interface is
 * up.
 *
 * Ending it frees the rings. So it waits until nobody reads or writes in them (both gates), nobody waits
 * for its event (listeners, the watch), and the caller has given back what was lent: with packets out, the
 * interface is down for everybody at once, but the session ends with the last of them. Packets
 * that were in the rings go with it.
 */
#include "core/fail.h"
#include "win_error.h"
#include "win_sys.h"
#include "win_watch.h"
#include "wintun.h"

/*
 * CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, Windows 10 1803, and CREATE_WAITABLE_TIMER_MANUAL_RESET
 * (CreateWaitableTimerExW): an auto-reset one would let only one of several go that wait for room, and the others
 * wait for ever once that one needs none any more.
 */
#define WINTUN_FINE_TIMER 0x3u

/* winerror.h of Windows 10 1803; older headers lack it. */
#define WINTUN_ERROR_NO_SUCH_DEVICE 433

static void wintun_enter_both(struct wintun_queue *wq)
{
    win_gate_enter(&wq->recv_gate);
    win_gate_enter(&wq->send_gate);
}

static void wintun_leave_both(struct wintun_queue *wq)
{
    win_gate_leave(&wq->send_gate);
    win_gate_leave(&wq->recv_gate);
}

int vnic__wintun_queue_begin(struct vnic *q, struct vnic_error *err)
{
    struct wintun_queue *wq = wintun_queue_of(q);

    wq->opened = vnic__sys_create_event(TRUE, FALSE);
    if (wq->opened == NULL) {
        return vnic__win_fail(err, GetLastError(), "CreateEventW", NULL, NULL,
                              "cannot make an event to wait for");
    }
    wq->timer = vnic__sys_create_timer(WINTUN_FINE_TIMER);
    /* Wintun has no longer packets, whatever the MTU is. */
    atomic_store(&q->need, WINTUN_PACKET_MAX);
    return 0;
}

/* [both gates] Ends a session that is to end, once nothing of it is with the caller. */
static void wintun_end_unused(struct wintun_queue *wq)
{
    if (wq->ends_unused && atomic_load(&wq->out) == 0) {
        vnic__sys_wintun_end_session(wq->table, wq->session);
        wq->session = NULL;
        wq->read_event = NULL;
        wq->ends_unused = 0;
    }
}

void vnic__wintun_back(struct vnic *q, uint32_t n)
{
    struct wintun_queue *wq = wintun_queue_of(q);

    if (atomic_fetch_sub(&wq->out, n) == n && !atomic_load(&wq->is_open)) {
        wintun_enter_both(wq);
        wintun_end_unused(wq);
        wintun_leave_both(wq);
    }
}

/* [both gates] Closes the rings for calls made for packets. What was read ahead is dropped. */
static void wintun_close_rings(struct vnic *q)
{
    struct wintun_queue *wq = wintun_queue_of(q);

    atomic_store(&wq->is_open, 0);
    atomic_store(&win_iface_of(q)->up, 0);
    (void)vnic__sys_reset_event(wq->opened);
    if (wq->held != NULL) {
        vnic__sys_wintun_release(wq->table, wq->session, wq->held);
        wq->held = NULL;
    }
    vnic__wintun_tell(wq);
}

void vnic__wintun_send_listeners_away(struct wintun_queue *wq)
{
    while (wq->listeners > 0) {
        (void)vnic__sys_set_event(wq->read_event);
        win_gate_leave(&wq->recv_gate);
        (void)vnic__sys_yield();
        win_gate_enter(&wq->recv_gate);
    }
}

static void wintun_go_down(struct vnic *q)
{
    struct wintun_queue *wq = wintun_queue_of(q);

    wintun_enter_both(wq);
    wintun_close_rings(q);
    wintun_leave_both(wq);
    if (wq->watch != NULL) {
        vnic__win_watch_set_source(wq->watch, NULL);
    }
    win_gate_enter(&wq->recv_gate);
    vnic__wintun_send_listeners_away(wq);
    win_gate_enter(&wq->send_gate);
    wq->ends_unused = 1;
    wintun_end_unused(wq);
    wintun_leave_both(wq);
}

static int wintun_fail_start(struct vnic_error *err, uint32_t os_code)
{
    /* driver/wintun.c, TunRegisterBuffers(): a second session; the others: api/session.c. */
    static const struct win_reason reasons[] = {
        {ERROR_ALREADY_INITIALIZED, VNIC_EBUSY,
         "another program has this adapter open: end it, or use another name"},
        {ERROR_SHARING_VIOLATION, VNIC_EBUSY,
         "another program has this adapter open: end it, or use another name"},
        {ERROR_FILE_NOT_FOUND, VNIC_ECLOSED, "the adapter was removed or disabled"},
        {WINTUN_ERROR_NO_SUCH_DEVICE, VNIC_ECLOSED, "the adapter was removed or disabled"},
        {ERROR_DEVICE_NOT_CONNECTED, VNIC_ECLOSED, "the adapter was removed or disabled"},
        {ERROR_HANDLE_EOF, VNIC_ECLOSED, "the adapter was removed or disabled"},
        {0, 0, NULL},
    };

    return vnic__win_fail(err, os_code, "WintunStartSession", NULL, reasons,
                          "cannot start the session, which brings the interface up");
}

/* [both gates] Opens the rings. */
static void wintun_open_rings(struct vnic *q)
{
    struct wintun_queue *wq = wintun_queue_of(q);

    wq->ends_unused = 0;
    wq->backoff_ns = 0;
    atomic_store(&wq->room_at, 0);
    atomic_store(&wq->is_open, 1);
    atomic_store(&win_iface_of(q)->up, 1);
    (void)vnic__sys_set_event(wq->opened);
}

/* The last session still waits for its packets: it goes on. */
static int wintun_reopen_rings(struct vnic *q)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    int is_there;

    wintun_enter_both(wq);
    is_there = wq->session != NULL;
    if (is_there) {
        wintun_open_rings(q);
    }
    wintun_leave_both(wq);
    return is_there;
}

/* There is no session, and only configuration makes one, so nobody else touches it now. */
static int wintun_start(struct vnic *q, struct vnic_error *err)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    const struct wintun_iface *wi = wintun_iface_of(q);
    struct wintun_log_scope scope;
    wintun_session session;
    uint32_t os_code;

    vnic__wintun_log_begin(&scope, q->iface, 0);
    session = vnic__sys_wintun_start_session(wq->table, wi->adapter, wi->ring_capacity);
    os_code = GetLastError();
    vnic__wintun_log_end(&scope);
    if (session == NULL) {
        return wintun_fail_start(err, os_code);
    }
    wintun_enter_both(wq);
    wq->session = session;
    wq->read_event = vnic__sys_wintun_read_event(wq->table, session);
    atomic_store(&wq->gone, 0);
    wintun_open_rings(q);
    wintun_leave_both(wq);
    return 0;
}

static int wintun_go_up(struct vnic *q, struct vnic_error *err)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    int rc = wintun_reopen_rings(q) ? 0 : wintun_start(q, err);

    if (rc == 0 && wq->watch != NULL) {
        vnic__win_watch_set_source(wq->watch, wq->read_event);
        win_gate_enter(&wq->recv_gate);
        vnic__wintun_tell(wq);
        win_gate_leave(&wq->recv_gate);
    }
    return rc;
}

int vnic__wintun_set_up(struct vnic *q, uint32_t up, struct vnic_error *err)
{
    if (atomic_load(&wintun_queue_of(q)->is_open) == (up != 0)) {
        return 0;
    }
    if (up) {
        return wintun_go_up(q, err);
    }
    wintun_go_down(q);
    return 0;
}

void vnic__wintun_queue_end(struct vnic *q)
{
    struct wintun_queue *wq = wintun_queue_of(q);

    vnic__win_watch_free(wq->watch);
    wq->watch = NULL;
    /* Views are taken back by the close: the session ends whatever is out. */
    if (wq->session != NULL) {
        vnic__sys_wintun_end_session(wq->table, wq->session);
        wq->session = NULL;
    }
    if (wq->timer != NULL) {
        (void)vnic__sys_close_handle(wq->timer);
    }
    (void)vnic__sys_close_handle(wq->opened);
}
