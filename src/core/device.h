/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects behind a handle: the queue (struct vnic), the interface that queues share, and the
 * shared wakeup. Backends see the members marked [backend]; the rest is core's.
 */
#ifndef VNIC_CORE_DEVICE_H
#define VNIC_CORE_DEVICE_H

#include <stdatomic.h>
#include <stdint.h>

#include "backend.h"
#include "fail.h"
#include "os.h"

/* Bits of vnic.stop: while one is set, packet calls return its code (the first in this order). */
#define VNIC__STOP_SHUTDOWN 0x1u  /* VNIC_ECLOSED */
#define VNIC__STOP_GONE 0x2u      /* VNIC_ECLOSED: the backend said that the interface is removed */
#define VNIC__STOP_INTERRUPT 0x4u /* VNIC_EINTERRUPTED */
#define VNIC__STOP_DETACHED 0x8u  /* VNIC_EDETACHED */

struct vnic_wakeup {
    _Atomic uint32_t value; /* 0: not triggered */
    _Atomic uint32_t refs;  /* the creator's and one a handle */
    struct vnic__signal signal;
};

struct vnic__iface {
    const struct vnic__backend *backend; /* [backend] */
    struct vnic__mutex lock;             /* serialises configuration; guards what follows */
    struct vnic *queues;                 /* list by vnic.next */
    unsigned n_queues;
    uint32_t created;          /* [backend] 1: this handle's open made the interface */
    uint32_t multi_queue;      /* [backend] 1: open_queue is possible */
    uint32_t layer;            /* VNIC_TUN or VNIC_TAP, set by core from the queue */
    uint32_t offload;          /* VNIC_OFFLOAD_…, set by core before the first slot is called */
    _Atomic uint32_t features; /* [backend] VNIC_F_… that the system takes from us */
    _Atomic uint32_t refused;  /* VNIC_F_… that it refused in spite of that */
    uint32_t udp_segments;     /* [backend] most segments of a super-packet of UDP */
    void (*log)(void *user, int level, const char *text);
    void *log_user;
    void *priv; /* [backend] iface_size bytes */
};

/* Counters with one writer each; other threads read them. */
struct vnic__counter {
    _Atomic uint64_t packets;
    _Atomic uint64_t bytes;
};

struct vnic__pool;
struct vnic__offload;

struct vnic {
    /* Read for every packet. */
    const struct vnic__backend *backend; /* [backend] */
    void *priv;                          /* [backend] queue_size bytes */
    struct vnic__iface *iface;           /* [backend] */
    vnic_wakeup *wakeup;                 /* [backend] NULL: none */
    intptr_t direct;                     /* native handle for the backend's shortcut; -1: none */
    _Atomic size_t direct_from;          /* [backend] room from which direct_read is allowed */
    _Atomic uint32_t stop;               /* VNIC__STOP_… */
    _Atomic uint32_t nonblock;           /* what VNIC_DEFAULT means */
    _Atomic uint32_t need;         /* [backend] room that packets of now need, header included */
    uint32_t layer;                /* [backend] VNIC_TUN or VNIC_TAP */
    uint32_t flags;                /* [backend] VNIC_BORROW, VNIC_KEEP_HEADER, … */
    uint32_t max_len;              /* longest packet that vnic_send takes */
    uint32_t plain;                /* 1: packets pass as they are, without any header */
    uint32_t gso_logged;           /* 1: the receiver has logged a super-packet, once is enough */
    struct vnic__offload *offload; /* NULL: VNIC_OFFLOAD_NONE */
    uint8_t *bounce;               /* VNIC_MAX_PACKET bytes with virtio-net headers, else NULL */
    struct vnic__frame_kind frame; /* [backend] link header of the descriptor */
    struct vnic__counter rx, tx;
    _Atomic uint64_t rx_cut;

    /* Slow path. */
    struct vnic__signal signal; /* [backend] set while stop is not 0 */
    struct vnic__mutex lock;    /* guards waiters, wait handle, pool */
    struct vnic__cond idle;     /* broadcast when waiters becomes 0 */
    unsigned waiters;           /* calls that may be blocked; close waits for them */
    intptr_t wait_handle;       /* -1: not made yet */
    struct vnic__pool *pool;    /* NULL until a view is asked for */
    struct vnic *next;          /* in iface->queues */
};

/* One line to the interface's log callback, if there is one. Never on the hot path. */
void vnic__log(const struct vnic__iface *iface, int level, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* Sets or clears a signal until it agrees with a state (not 0: set). Async-signal-safe. */
void vnic__signal_follow(const struct vnic__signal *signal, const _Atomic uint32_t *state);

/* Sets bits of vnic.stop and wakes every waiter. Async-signal-safe. */
void vnic__stop(struct vnic *q, uint32_t bits);

/* Clears bits of vnic.stop. */
void vnic__unstop(struct vnic *q, uint32_t bits);

/* The code for the bits of vnic.stop or a triggered wakeup; 0: go on. */
int vnic__stop_code(struct vnic *q);

#endif
