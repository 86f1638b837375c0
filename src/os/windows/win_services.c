/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core needs of Windows: locks, conditions, the clock, and a signal that WaitForMultipleObjects
 * takes. This file is their only door to the system; a group of signals has a thread (win_watch.c).
 */
#include <windows.h>

#include "core/os.h"
#include "vnic/error.h"
#include "win_clock.h"
#include "win_watch.h"

_Static_assert(sizeof(SRWLOCK) <= sizeof(struct vnic__mutex), "mutex storage is too small");
_Static_assert(sizeof(CONDITION_VARIABLE) <= sizeof(struct vnic__cond), "condition storage");

/* Why no handle could be made. */
static int win_services_code(void)
{
    switch (GetLastError()) {
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_COMMITMENT_LIMIT:
        return VNIC_ENOMEM;
    case ERROR_TOO_MANY_OPEN_FILES:
        return VNIC_EMFILE;
    default:
        return VNIC_EOS;
    }
}

static SRWLOCK *win_lock_of(struct vnic__mutex *m)
{
    return (SRWLOCK *)m->storage;
}

static CONDITION_VARIABLE *win_cond_of(struct vnic__cond *c)
{
    return (CONDITION_VARIABLE *)c->storage;
}

void vnic__mutex_init(struct vnic__mutex *m)
{
    InitializeSRWLock(win_lock_of(m));
}

/* Neither slim locks nor condition variables hold anything that must be given back. */
void vnic__mutex_destroy(struct vnic__mutex *m)
{
    (void)m;
}

void vnic__mutex_lock(struct vnic__mutex *m)
{
    AcquireSRWLockExclusive(win_lock_of(m));
}

void vnic__mutex_unlock(struct vnic__mutex *m)
{
    ReleaseSRWLockExclusive(win_lock_of(m));
}

void vnic__cond_init(struct vnic__cond *c)
{
    InitializeConditionVariable(win_cond_of(c));
}

void vnic__cond_destroy(struct vnic__cond *c)
{
    (void)c;
}

void vnic__cond_broadcast(struct vnic__cond *c)
{
    WakeAllConditionVariable(win_cond_of(c));
}

void vnic__cond_wait(struct vnic__cond *c, struct vnic__mutex *m, int64_t deadline_ns)
{
    (void)SleepConditionVariableSRW(win_cond_of(c), win_lock_of(m), win_ms_until(deadline_ns), 0);
}

/* Neither call can fail on Windows XP or later (their documentation says so). */
int64_t vnic__now_ns(void)
{
    LARGE_INTEGER count;
    LARGE_INTEGER per_second;
    int64_t seconds;
    int64_t rest;

    (void)QueryPerformanceFrequency(&per_second);
    (void)QueryPerformanceCounter(&count);
    seconds = count.QuadPart / per_second.QuadPart;
    rest = count.QuadPart % per_second.QuadPart;
    return seconds * WIN_NS_PER_S + rest * WIN_NS_PER_S / per_second.QuadPart;
}

/*
 * A signal is two manual-reset events: `handle` is set while the signal is, `trigger` while it is not.
 * So a thread can wait for it to be cleared as well (win_watch.c). Events without a name are not
 * inherited by other processes.
 */
int vnic__signal_init(struct vnic__signal *s)
{
    HANDLE is_set = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE is_clear = is_set == NULL ? NULL : CreateEventW(NULL, TRUE, TRUE, NULL);

    s->handle = is_clear != NULL ? (intptr_t)is_set : -1;
    s->trigger = is_clear != NULL ? (intptr_t)is_clear : -1;
    if (is_clear != NULL) {
        return 0;
    }
    if (is_set != NULL) {
        DWORD saved = GetLastError();

        (void)CloseHandle(is_set);
        SetLastError(saved);
    }
    return win_services_code();
}

void vnic__signal_destroy(struct vnic__signal *s)
{
    if (s->handle != -1) {
        (void)CloseHandle((HANDLE)s->handle);
        (void)CloseHandle((HANDLE)s->trigger);
    }
    s->handle = -1;
    s->trigger = -1;
}

/*
 * Whoever overlaps with another repeats what the state says (vnic__signal_follow()), so both events end up
 * right. Between the two calls neither event is set, and waiters just go on waiting.
 */
void vnic__signal_set(const struct vnic__signal *s)
{
    DWORD saved = GetLastError();

    (void)ResetEvent((HANDLE)s->trigger);
    (void)SetEvent((HANDLE)s->handle);
    SetLastError(saved);
}

void vnic__signal_clear(const struct vnic__signal *s)
{
    DWORD saved = GetLastError();

    (void)ResetEvent((HANDLE)s->handle);
    (void)SetEvent((HANDLE)s->trigger);
    SetLastError(saved);
}

int vnic__signal_wait_any(const struct vnic__signal *const *signals, int n, int64_t deadline_ns)
{
    HANDLE handles[VNIC__SIGNAL_MAX];

    for (int i = 0; i < n; i++) {
        handles[i] = (HANDLE)signals[i]->handle;
    }
    if (WaitForMultipleObjects((DWORD)n, handles, FALSE, win_ms_until(deadline_ns)) ==
        WAIT_FAILED) {
        return VNIC_EOS;
    }
    return 0;
}

/* Windows has no object that stands for several: a thread keeps an event up to date. */
int vnic__signal_group_init(struct vnic__signal_group *g, const struct vnic__signal *const *signals,
                            int n)
{
    const struct win_watch_plan plan = {.levels = signals, .n_levels = n};
    struct win_watch *watch;
    int rc = vnic__win_watch_new(&plan, &watch);

    if (rc < 0) {
        return rc;
    }
    g->handle = (intptr_t)vnic__win_watch_event(watch);
    g->priv = watch;
    return 0;
}

void vnic__signal_group_destroy(struct vnic__signal_group *g)
{
    vnic__win_watch_free(g->priv);
}
