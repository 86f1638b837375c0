/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event for foreign loops that is signalled while any of several things is so.
 *
 * Windows has no object that stands for several, and an auto-reset event ("something came") is no level.
 * So once somebody asks for a wait handle, a thread of the library's own follows the things and keeps a
 * manual-reset event, `event`, as they are:
 *
 * - Levels: signals of core (core/os.h). While one is clear the thread waits for it to be set, while
 *   it is set for it to be cleared: each signal has an event for either.
 * - Packets: whoever looks for packets tells vnic__win_watch_found() or _quiet(). Nobody looks while a
 *   program sleeps on the handle, so the thread waits for the source, an event that the system sets
 *   when packets come, and calls look(), which looks and tells. It does not while packets are known to
 *   be there: a flood costs nothing. It looks without being told too, every WIN_WATCH_LOOK_MS, so that
 *   an event that got lost costs no more than this. Without a source nothing tells that the adapter has
 *   gone, so it may be asked to look then too, less often.
 *
 * The event may be late by the time in which a thread wakes up; nothing is ever lost. If waiting
 * fails altogether, the event is signalled for good: loops become busy then, and do not hang.
 */
#ifndef VNIC_OS_WINDOWS_WIN_WATCH_H
#define VNIC_OS_WINDOWS_WIN_WATCH_H

#include "core/os.h"
#include "win_sys.h"

/* The longest time without a look for packets. */
#define WIN_WATCH_LOOK_MS 100u

struct win_watch_plan {
    const struct vnic__signal *const *levels; /* [n_levels], at most VNIC__SIGNAL_MAX; copied */
    int n_levels;
    HANDLE source;         /* auto-reset, or NULL: none for now */
    DWORD look_without_ms; /* how often it looks while there is no source; 0: not at all */
    void (*look)(
        void *user); /* looks for packets, tells found or quiet; NULL when none ever come */
    void *user;
};

struct win_watch;

/* Makes the event and starts the thread. Returns 0, or VNIC_ENOMEM, VNIC_EMFILE, VNIC_EOS. */
int vnic__win_watch_new(const struct win_watch_plan *plan, struct win_watch **ret);

/* Ends the thread and the event. NULL is allowed. Not to be called with a lock that look() takes. */
void vnic__win_watch_free(struct win_watch *w);

/* The event; it lives as long as the watch. */
HANDLE vnic__win_watch_event(const struct win_watch *w);

/*
 * Packets are there, or are not any more. The caller has a lock that look() takes too, so that what was
 * told last is right. After quiet the caller looks once more, and tells.
 */
void vnic__win_watch_found(struct win_watch *w);
void vnic__win_watch_quiet(struct win_watch *w);

/*
 * Follows another source from now on, or none (NULL). When this returns the thread does not use the old
 * one any more, so it may be closed. Not to be called with a lock that look() takes.
 */
void vnic__win_watch_set_source(struct win_watch *w, HANDLE source);

#endif
