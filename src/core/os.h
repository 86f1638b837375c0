/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core needs of a system besides its backends: locks, a clock and a signal that can be waited
 * for. Each system's directory implements these; core has no other door to the system.
 *
 * posix/posix_sys.c   locks and clock of every Unix
 * linux/linux_signal.c, posix/posix_signal.c, windows/win_services.c   the rest
 */
#ifndef VNIC_CORE_OS_H
#define VNIC_CORE_OS_H

#include <stdint.h>

/* Opaque storage, large enough for every system's own object; each implementation asserts that it fits. */
struct vnic__mutex {
    uint64_t storage[8];
};
struct vnic__cond {
    uint64_t storage[8];
};

void vnic__mutex_init(struct vnic__mutex *m);
void vnic__mutex_destroy(struct vnic__mutex *m);
void vnic__mutex_lock(struct vnic__mutex *m);
void vnic__mutex_unlock(struct vnic__mutex *m);

void vnic__cond_init(struct vnic__cond *c);
void vnic__cond_destroy(struct vnic__cond *c);
void vnic__cond_broadcast(struct vnic__cond *c);

/*
 * Waits until the condition is broadcast or, with a deadline >= 0, until vnic__now_ns() reaches it.
 * May return without either. The mutex is held on entry and on return.
 */
void vnic__cond_wait(struct vnic__cond *c, struct vnic__mutex *m, int64_t deadline_ns);

/* Nanoseconds of a monotonic clock; never negative. */
int64_t vnic__now_ns(void);

/*
 * A level that threads and foreign event loops can wait for: an eventfd (Linux), a pipe (other Unix),
 * a manual-reset event (Windows). `handle` is what poll or WaitForMultipleObjects takes: readable, or
 * signalled, while the signal is set. On Windows `trigger` is an event too, signalled while it is not set.
 */
struct vnic__signal {
    intptr_t handle;  /* wait for this; -1 when there is none */
    intptr_t trigger; /* the writing end, where it is another one; else as handle */
};

/* Makes a signal that is not set. Returns 0 or VNIC_ENOMEM, VNIC_EMFILE, VNIC_EOS. */
int vnic__signal_init(struct vnic__signal *s);

/* Ends it; allowed on one that was never made and holds handle -1. */
void vnic__signal_destroy(struct vnic__signal *s);

/* Sets it; allowed when it is set already. Async-signal-safe; errno and last error are kept. */
void vnic__signal_set(const struct vnic__signal *s);

/* Clears it; allowed when it is not set. */
void vnic__signal_clear(const struct vnic__signal *s);

/* The most signals of one wait or group. */
#define VNIC__SIGNAL_MAX 8

/*
 * Waits until one of signals[n] is set or vnic__now_ns() reaches deadline_ns (< 0: no end); n is
 * 1 … VNIC__SIGNAL_MAX. Returns 0, also earlier and for no reason, or VNIC_EOS.
 */
int vnic__signal_wait_any(const struct vnic__signal *const *signals, int n, int64_t deadline_ns);

/*
 * One handle for foreign loops that is readable, or signalled, while any of several signals is set: an
 * epoll descriptor (Linux), a kqueue (BSD, Apple), an event that a thread of the library's keeps up to
 * date (Windows: as late as a switch of threads, but never for good).
 */
struct vnic__signal_group {
    intptr_t handle; /* wait for this */
    void *priv;      /* the system's own, where the handle alone is not all */
};

/*
 * Makes a group of signals[n], which must outlive it; n as above. Returns 0 or VNIC_ENOMEM, VNIC_EMFILE,
 * VNIC_EOS, or VNIC_ENOTSUP where the system has nothing of the kind.
 */
int vnic__signal_group_init(struct vnic__signal_group *g, const struct vnic__signal *const *signals,
                            int n);

/* Ends it, before its signals are destroyed. */
void vnic__signal_group_destroy(struct vnic__signal_group *g);

#endif
