/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for packets and for room.
 *
 * Packets: the session's event tells that some came, once, to one waiter. So a call looks into the ring
 * before and after it waits, and as that can only be done by taking a packet, one is held for read. With a
 * wait handle the session's event belongs to the watch, and calls wait for the watch's.
 *
 * Room: nothing tells when the send ring has some. A call that met a full ring leaves it alone for a
 * short time and tries again; "writable" means that it is worth trying. Windows counts in ticks of
 * up to 15.6 ms, so the time is measured by a timer of high resolution, and by yielding where
 * there is none (before Windows 10 1803).
 */
#include "win_sys_iphlp.h"

#include "core/device.h"
#include "win_clock.h"
#include "win_sys.h"
#include "win_watch.h"
#include "wintun.h"

/* The receiver looks for so long before it waits, at most, when packets come that fast. */
#define WINTUN_SPIN_MIN_NS 2000
#define WINTUN_SPIN_MAX_NS 32000

/* How often whoever waits while the interface is down asks whether it is still there. */
#define WINTUN_LOOK_DOWN_MS 500u

/* The signals, and the session's event or the watch's, or the one for up; the timer. */
#define WINTUN_HANDLES 4

static int wintun_ready(struct vnic *q, int events)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    int ready = 0;

    win_gate_enter(&wq->recv_gate);
    if (events & VNIC_READABLE) {
        int rc = vnic__wintun_hold(wq);

        vnic__wintun_tell(wq);
        /* What reading would fail with counts as something to read. */
        ready |= rc == 0 || rc == VNIC_EOS ? VNIC_READABLE : 0;
    } else {
        vnic__wintun_nudge(wq);
    }
    win_gate_leave(&wq->recv_gate);
    if (atomic_load(&wq->gone)) {
        return ready != 0 ? ready : VNIC_ECLOSED;
    }
    if ((events & VNIC_WRITABLE) && atomic_load(&wq->is_open) && vnic__wintun_may_send(wq)) {
        ready |= VNIC_WRITABLE;
    }
    return ready;
}

static int wintun_is_stopped(const struct vnic *q)
{
    return atomic_load_explicit(&q->stop, memory_order_acquire) != 0 ||
           (q->wakeup != NULL &&
            atomic_load_explicit(&q->wakeup->value, memory_order_acquire) != 0);
}

/* Lets others run until something is ready or a time has come. Returns what is. */
static int wintun_yield_until(struct vnic *q, int events, int64_t until_ns)
{
    int ready = 0;

    while (ready == 0 && !wintun_is_stopped(q) && vnic__now_ns() < until_ns) {
        (void)vnic__sys_yield();
        ready = wintun_ready(q, events);
    }
    return ready;
}

/*
 * The receiver's look before it waits. It is worth its time when packets come one after the other: it
 * begins after a wait that was as short as a look could have been, and ends with the first that was in vain.
 */
static int wintun_spin(struct vnic *q)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    int ready;

    if (wq->spin_ns == 0) {
        return 0;
    }
    ready = wintun_yield_until(q, VNIC_READABLE, vnic__now_ns() + wq->spin_ns);
    if (ready == 0) {
        wq->spin_ns = 0;
    } else if (wq->spin_ns < WINTUN_SPIN_MAX_NS) {
        wq->spin_ns *= 2;
    }
    return ready;
}

/* Chooses what tells of packets, or of the session if there is none. Returns 1 for the session's event. */
static int wintun_listen(struct wintun_queue *wq, int events, HANDLE *ret_handle)
{
    int listens = 0;

    win_gate_enter(&wq->recv_gate);
    if (!atomic_load(&wq->is_open)) {
        *ret_handle = wq->opened;
    } else if ((events & VNIC_READABLE) == 0) {
        *ret_handle = NULL;
    } else if (wq->watch != NULL) {
        *ret_handle = vnic__win_watch_event(wq->watch);
    } else {
        *ret_handle = wq->read_event;
        wq->listeners++;
        listens = 1;
    }
    win_gate_leave(&wq->recv_gate);
    return listens;
}

static void wintun_stop_listening(struct wintun_queue *wq)
{
    win_gate_enter(&wq->recv_gate);
    wq->listeners--;
    win_gate_leave(&wq->recv_gate);
}

/* Sets the timer to the time when the full ring may be tried again. */
static HANDLE wintun_room_timer(struct wintun_queue *wq)
{
    int64_t left = atomic_load(&wq->room_at) - vnic__now_ns();

    (void)vnic__sys_set_timer(wq->timer, left > 100 ? left / 100 : 1);
    return wq->timer;
}

/* One wait. 1: something happened, or it is too late; 0: the time for a look has come; VNIC_EOS. */
static int wintun_block(struct vnic *q, int events, int64_t deadline_ns)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    DWORD ms = win_ms_until(deadline_ns);
    HANDLE handles[WINTUN_HANDLES];
    HANDLE packets;
    DWORD n = 0, signals, at, most;
    int listens, looks;

    handles[n++] = (HANDLE)q->signal.handle;
    if (q->wakeup != NULL) {
        handles[n++] = (HANDLE)q->wakeup->signal.handle;
    }
    signals = n;
    if ((events & VNIC_WRITABLE) && atomic_load(&wq->room_at) != 0) {
        handles[n++] = wintun_room_timer(wq);
    }
    listens = wintun_listen(wq, events, &packets);
    if (packets != NULL) {
        handles[n++] = packets;
    }
    /* An event that got lost costs no more than this; the watch looks by itself. Without a session
     * nothing tells of removal. */
    most = listens ? WIN_WATCH_LOOK_MS : packets == wq->opened ? WINTUN_LOOK_DOWN_MS : INFINITE;
    looks = ms > most;
    ms = looks ? most : ms;
    if (n == signals) {
        return 1; /* the interface came up in the meantime */
    }
    at = vnic__sys_wait_any(n, handles, ms);
    if (listens) {
        wintun_stop_listening(wq);
    }
    if (at == WAIT_FAILED) {
        return VNIC_EOS;
    }
    return at != WAIT_TIMEOUT || !looks;
}

/* Without a session: whether the adapter has gone meanwhile. ERROR_FILE_NOT_FOUND is what is seen, and
 * ERROR_INVALID_PARAMETER what is documented (ConvertInterfaceLuidToIndex). */
static void wintun_look_for_adapter(struct vnic *q)
{
    const NET_LUID luid = {.Value = win_iface_of(q)->luid};
    NET_IFINDEX index;
    DWORD rc;

    if (luid.Value == 0 || atomic_load(&wintun_queue_of(q)->is_open)) {
        return;
    }
    rc = vnic__sys_luid_to_index(&luid, &index);
    if (rc == ERROR_FILE_NOT_FOUND || rc == ERROR_INVALID_PARAMETER) {
        atomic_store(&wintun_queue_of(q)->gone, 1);
    }
}

/* Waits until something happens; without need this does not go back to core, which does a lot then. */
static int wintun_block_until(struct vnic *q, int events, int64_t deadline_ns)
{
    int rc, ready;

    do {
        rc = wintun_block(q, events, deadline_ns);
        if (rc == 0) {
            wintun_look_for_adapter(q);
        }
        ready = rc < 0 ? rc : wintun_ready(q, events);
    } while (rc == 0 && ready == 0);
    return ready;
}

/* The ring is full, and there is no timer for the time until it may be tried again. */
static int wintun_yield_for_room(struct vnic *q, int events, int64_t deadline_ns)
{
    int64_t until = atomic_load(&wintun_queue_of(q)->room_at);

    if (deadline_ns >= 0 && deadline_ns < until) {
        until = deadline_ns;
    }
    return wintun_yield_until(q, events, until);
}

static int wintun_wait_once(struct vnic *q, int events, int64_t deadline_ns)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    int64_t started;
    int ready;

    if ((events & VNIC_WRITABLE) && wq->timer == NULL && atomic_load(&wq->room_at) != 0) {
        return wintun_yield_for_room(q, events, deadline_ns);
    }
    if (events != VNIC_READABLE) {
        return wintun_block_until(q, events, deadline_ns);
    }
    ready = wintun_spin(q);
    if (ready != 0) {
        return ready;
    }
    started = vnic__now_ns();
    ready = wintun_block_until(q, events, deadline_ns);
    if (ready > 0 && wq->spin_ns == 0 && vnic__now_ns() - started < WINTUN_SPIN_MAX_NS) {
        wq->spin_ns = WINTUN_SPIN_MIN_NS;
    }
    return ready;
}

int vnic__wintun_wait(struct vnic *q, int events, int64_t deadline_ns)
{
    int ready = wintun_ready(q, events);

    /* Most calls with a deadline that has passed have one of 0, which needs no clock. */
    if (ready != 0 || deadline_ns == 0 || (deadline_ns > 0 && vnic__now_ns() >= deadline_ns)) {
        return ready;
    }
    return wintun_wait_once(q, events, deadline_ns);
}

static void wintun_look(void *user)
{
    struct vnic *q = user;
    struct wintun_queue *wq = wintun_queue_of(q);

    wintun_look_for_adapter(q);
    win_gate_enter(&wq->recv_gate);
    vnic__wintun_tell(wq);
    win_gate_leave(&wq->recv_gate);
}

/* The watch takes over the session's event. Calls that wait for it already come back and wait for its. */
static void wintun_hand_over(struct wintun_queue *wq, struct win_watch *watch)
{
    HANDLE source;

    win_gate_enter(&wq->recv_gate);
    wq->watch = watch;
    vnic__wintun_send_listeners_away(wq);
    source = atomic_load(&wq->is_open) ? wq->read_event : NULL;
    win_gate_leave(&wq->recv_gate);
    vnic__win_watch_set_source(watch, source);
    win_gate_enter(&wq->recv_gate);
    vnic__wintun_tell(wq);
    win_gate_leave(&wq->recv_gate);
}

int vnic__wintun_wait_handle(struct vnic *q, intptr_t *ret_handle)
{
    const struct vnic__signal *levels[2] = {&q->signal, NULL};
    struct win_watch_plan plan = {.levels = levels,
                                  .n_levels = 1,
                                  .look_without_ms = WINTUN_LOOK_DOWN_MS,
                                  .look = wintun_look,
                                  .user = q};
    struct win_watch *watch;
    int rc;

    if (q->wakeup != NULL) {
        levels[plan.n_levels++] = &q->wakeup->signal;
    }
    rc = vnic__win_watch_new(&plan, &watch);
    if (rc < 0) {
        return rc;
    }
    wintun_hand_over(wintun_queue_of(q), watch);
    *ret_handle = (intptr_t)vnic__win_watch_event(watch);
    return 0;
}
