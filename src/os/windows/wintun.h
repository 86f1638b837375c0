/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private state of the Wintun backend, and what its files offer each other.
 *
 * wintun_search.c   where wintun.dll is looked for
 * wintun_library.c  wintun.dll: loaded once, shared
 * wintun_log.c      the DLL's one logger, handed on to the device whose call it speaks of
 * wintun_adapter.c  opening and closing, names with a number
 * wintun_create.c   creating an adapter of a name, or opening it
 * wintun_probe.c    vnic/windows.h
 * wintun_backend.c  the table
 * wintun_session.c  the session: rings shared with the driver, there while the interface is up
 * wintun_io.c       packets, copied
 * wintun_views.c    packets, lent where they lie in the rings
 * wintun_nudge.c    packets that the driver of 0.14.1 sleeps through
 * wintun_wait.c     waiting
 *
 * An adapter has one session, and a session is what makes the interface "up": Windows shows the medium as
 * connected while there is one. So vnic_set_up(1) starts it and vnic_set_up(0) ends it. While there is
 * none nothing can be received (VNIC_EAGAIN, as from an interface that is down on Linux) and sending is
 * VNIC_EDOWN. Packets that are lent out belong to the session's memory: ending it waits for the
 * last of them, though the interface is down for everybody else at once (wintun_session.c).
 */
#ifndef VNIC_OS_WINDOWS_WINTUN_H
#define VNIC_OS_WINDOWS_WINTUN_H

#include <stdint.h>

#include "core/device.h"
#include "win_gate.h"
#include "win_iface.h"
#include "win_sys_wintun.h"

/* The rings' size when nobody asks for one. No size is faster than another (bench/README.md, T13): it is
 * 3.3 ms of 10 Gbit/s. */
#define WINTUN_RING_DEFAULT 0x400000u

/* ---- The library (wintun_search.c, wintun_library.c) ------------------------------------------------------------- */

struct wintun_library {
    struct wintun_table table;
    HMODULE module;
    uint32_t file_version[4]; /* 0.14.1.0; all 0: the file tells none */
    wchar_t *path;            /* absolute */
};

/*
 * The DLL's file, in memory for vnic__free(). path: absolute, UTF-8; NULL: the program's directory, then
 * System32, and nowhere else. VNIC_ENODRIVER (there is none, with what to do), VNIC_EINVAL, VNIC_ENOMEM,
 * VNIC_EOS.
 */
int vnic__wintun_find(const char *path, wchar_t **ret, struct vnic_error *err);

/*
 * Finds and loads it for the caller alone. Codes as vnic__wintun_find(); also VNIC_ENODRIVER (another
 * architecture), VNIC_EVERSION (too old), VNIC_EPERM. On success vnic__wintun_unload() ends it.
 */
int vnic__wintun_load(const char *path, struct wintun_library *ret, struct vnic_error *err);
void vnic__wintun_unload(struct wintun_library *library);

/*
 * The library that all adapters of the process share, loaded now if need be. Codes as
 * vnic__wintun_load(); also VNIC_EBUSY: another file is in use.
 */
int vnic__wintun_library_get(const char *path, struct wintun_library **ret, struct vnic_error *err);

/* Gives it back. Adapters must have been closed. */
void vnic__wintun_library_put(struct wintun_library *library);

/* ---- The logger (wintun_log.c) ------------------------------------------------------------------ */

/*
 * The DLL has one logger for the process and tells it no adapter; but it speaks in the thread that
 * called it. Between begin and end what it says goes to this interface's log callback. What its own
 * worker threads say (removal of orphaned adapters) belongs to no device and goes nowhere.
 */
struct wintun_log_scope {
    const struct vnic__iface *iface;
    int quiet; /* 1: a failure is expected and no warning */
    DWORD thread;
    struct wintun_log_scope *next;
};

void vnic__wintun_log_begin(struct wintun_log_scope *scope, const struct vnic__iface *iface,
                            int quiet);
void vnic__wintun_log_end(struct wintun_log_scope *scope);

/* What vnic__wintun_library_get() gives to the DLL. */
void CALLBACK vnic__wintun_logger(int level, uint64_t time, const wchar_t *text);

/* ---- State -------------------------------------------------------------------------------------- */

/* q->iface->priv */
struct wintun_iface {
    struct win_iface win; /* first, for win_iface_of() */
    struct wintun_library *library;
    wintun_adapter adapter; /* NULL: not open */
    uint32_t ring_capacity; /* bytes, a power of two */
};

/*
 * q->priv. Wintun is single queue, so this is the session's side of the interface. The members are
 * wintun_session.c's; all zeros is the state before vnic__wintun_queue_begin().
 *
 * Gates: recv_gate before send_gate; both may be entered with core's locks held, and nothing is taken inside
 * them but what the watch has. Readers are inside while they copy, so that no session ends under them.
 */
struct wintun_queue {
    const struct wintun_table *table; /* of the library; set by open, for calls made for packets */
    /*
     * The rings. They change with both gates held, so either is enough to use them; and a thread that
     * has packets of them (out) needs none, for they do not end before these are back.
     */
    wintun_session session;   /* NULL: none */
    _Atomic uint32_t is_open; /* 1: packets pass; changes as session does */
    _Atomic uint32_t out;     /* packets of both rings that are with the caller */
    uint32_t ends_unused;     /* both gates. 1: the session ends as soon as out is 0 */
    _Atomic uint32_t gone;    /* 1: the adapter was removed or disabled under the session */
    HANDLE opened;            /* manual-reset: set while is_open is 1 */
    HANDLE read_event;        /* the session's: auto-reset, one waiter */

    struct win_gate recv_gate; /* guards what follows */
    uint32_t listeners;        /* calls that wait for the session's event */
    const uint8_t *held;       /* taken from the ring and not given yet; NULL: none */
    uint32_t held_len;
    struct win_watch *watch; /* behind the wait handle; NULL: not asked for yet */
    uint32_t told_found;     /* what the watch was told last: 1: packets are there */
    uint32_t noticed;        /* what `sent` was when somebody looked (wintun_nudge.c) */
    uint32_t nudged;         /* what `sent` was when the driver was nudged */
    int64_t noticed_at;      /* when `noticed` became what it is */
    int64_t spin_ns;         /* the receiver's: how long it looks before it waits */

    struct win_gate send_gate; /* for sending: one at a time, and no session ends meanwhile */
    _Atomic uint32_t sent;     /* send_gate to change it: counts in steps of sent_step */
    uint32_t sent_step;        /* 1: this version of Wintun may sleep through a packet; 0 */
    int64_t backoff_ns;      /* send_gate: how long the ring was left alone last; 0: it had room */
    _Atomic int64_t room_at; /* the ring was full: not to be tried before; 0: it was not */
    HANDLE timer;            /* the sender's; NULL: this Windows has none that is fine enough */
};

static inline struct wintun_iface *wintun_iface_of(const struct vnic *q)
{
    return q->iface->priv;
}

static inline struct wintun_queue *wintun_queue_of(const struct vnic *q)
{
    return q->priv;
}

/* ---- Adapters (wintun_adapter.c) ---------------------------------------------------------------- */

/* The open slot without the queue: loads the library, makes or opens the adapter. No session yet. */
int vnic__wintun_adapter_open(struct vnic *q, const struct vnic__settings *s,
                              struct vnic_error *err);

/* Closes the adapter, which removes one that this handle made, and gives the library back. */
void vnic__wintun_adapter_close(struct vnic *q);

/* ---- Sessions (wintun_session.c) ---------------------------------------------------------------- */

/* Makes events and timers of the queue; no session. On failure nothing is left. */
int vnic__wintun_queue_begin(struct vnic *q, struct vnic_error *err);

/* Ends the session, the watch and what begin made. No other call on the queue runs or follows. */
void vnic__wintun_queue_end(struct vnic *q);

/* struct win_link.set_up: starts the session, or ends it. VNIC_EBUSY: the adapter has another one. */
int vnic__wintun_set_up(struct vnic *q, uint32_t up, struct vnic_error *err);

/* So many packets of the rings are back from the caller; the last one may end the session. */
void vnic__wintun_back(struct vnic *q, uint32_t n);

/*
 * [recv_gate] Returns when no call waits for the session's event any more. None may begin to (there is a
 * watch, or the rings are closed), and the watch must not wait for it.
 */
void vnic__wintun_send_listeners_away(struct wintun_queue *wq);

/* ---- What these share ---------------------------------------------------------------------------- */

/*
 * [recv_gate] Makes sure that a packet is held. 0, or VNIC_EAGAIN (none there, or the interface is down),
 * VNIC_ECLOSED, VNIC_EOS.
 */
int vnic__wintun_hold(struct wintun_queue *wq);

/* [recv_gate] The watch, if there is one, gets to know whether packets are there. */
void vnic__wintun_tell(struct wintun_queue *wq);

/*
 * [send_gate] Room for one packet in the send ring: 0, or VNIC_EAGAIN (full), VNIC_EDOWN, VNIC_ECLOSED,
 * VNIC_EMSGSIZE, VNIC_EOS.
 */
int vnic__wintun_allocate(struct wintun_queue *wq, size_t len, uint8_t **ret_packet);

/* [send_gate] A packet was given to the driver. */
static inline void wintun_note_sent(struct wintun_queue *wq)
{
    uint32_t sent = atomic_load_explicit(&wq->sent, memory_order_relaxed);

    atomic_store_explicit(&wq->sent, sent + wq->sent_step, memory_order_relaxed);
}

/* Whether the DLL is of a version whose driver may sleep through a packet. */
int vnic__wintun_loses_wakeups(const struct wintun_library *library);

/* [recv_gate] Wakes the driver when it may be asleep on a packet. Cheap when nothing was sent. */
void vnic__wintun_nudge(struct wintun_queue *wq);

/* Makes a packet of at least WINTUN_FILLER_LEN bytes one that every stack drops. */
void vnic__wintun_fill(uint8_t *packet);
#define WINTUN_FILLER_LEN 20u

/* What is no IP, or shorter than a header of its version, the driver drops without a word, and up to 0.13
 * it ended the session: driver/wintun.c, TunProcessReceiveData(). So none may ever get into the ring. */
static inline int wintun_is_ip(uint8_t first_byte, size_t len)
{
    return (first_byte >> 4 == 4 && len >= 20) || (first_byte >> 4 == 6 && len >= 40);
}

/* A packet that is this long need not be asked for its length: both headers fit. Shorter ones are not
 * reserved in the ring, because commit does not know lengths. */
#define WINTUN_EXACT_MIN 40u

/* Whether the ring had room when it was tried last, or enough time has passed to try again. */
int vnic__wintun_may_send(struct wintun_queue *wq);

/* ---- Slots for packets and waiting (wintun_io.c, wintun_views.c, wintun_wait.c) ----------------- */

int vnic__wintun_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags);
int vnic__wintun_write(struct vnic *q, const struct vnic_iovec *iov, int n);
int vnic__wintun_acquire(struct vnic *q, struct vnic__view *ret_views, int n);
void vnic__wintun_release(struct vnic *q, const uintptr_t *tokens, int n);
int vnic__wintun_reserve(struct vnic *q, struct vnic__view *ret_views, const uint32_t *lens, int n);
int vnic__wintun_commit(struct vnic *q, const uintptr_t *tokens, int n);
void vnic__wintun_cancel(struct vnic *q, const uintptr_t *tokens, int n);
int vnic__wintun_wait(struct vnic *q, int events, int64_t deadline_ns);
int vnic__wintun_wait_handle(struct vnic *q, intptr_t *ret_handle);

extern const struct vnic__backend vnic__wintun_backend;

#endif
