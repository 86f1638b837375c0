/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core needs of Windows: locks, conditions, the clock, and a signal that WaitForMultipleObjects
 * takes. This file is their only door to the system.
 */
#include <windows.h>

#include "core/os.h"
#include "vnic/error.h"

_Static_assert(sizeof(SRWLOCK) <= sizeof(struct vnic__mutex), "mutex storage is too small");
_Static_assert(sizeof(CONDITION_VARIABLE) <= sizeof(struct vnic__cond), "condition storage");

#define WIN_NS_PER_S 1000000000
#define WIN_NS_PER_MS 1000000

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

/* Milliseconds until a deadline, rounded up so that a wait never ends before it. */
static DWORD win_ms_until(int64_t deadline_ns)
{
    int64_t left;

    if (deadline_ns < 0) {
        return INFINITE;
    }
    left = deadline_ns - vnic__now_ns();
    if (left <= 0) {
        return 0;
    }
    left = (left + WIN_NS_PER_MS - 1) / WIN_NS_PER_MS;
    return left < INT32_MAX ? (DWORD)left : (DWORD)INT32_MAX;
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

/* A manual-reset event without a name is not inherited and stays set until it is cleared. */
int vnic__signal_init(struct vnic__signal *s)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    s->handle = event != NULL ? (intptr_t)event : -1;
    s->trigger = s->handle;
    if (event != NULL) {
        return 0;
    }
    return GetLastError() == ERROR_NOT_ENOUGH_MEMORY ? VNIC_ENOMEM : VNIC_EOS;
}

void vnic__signal_destroy(struct vnic__signal *s)
{
    if (s->handle != -1) {
        (void)CloseHandle((HANDLE)s->handle);
    }
    s->handle = -1;
    s->trigger = -1;
}

void vnic__signal_set(const struct vnic__signal *s)
{
    DWORD saved = GetLastError();

    (void)SetEvent((HANDLE)s->trigger);
    SetLastError(saved);
}

void vnic__signal_clear(const struct vnic__signal *s)
{
    DWORD saved = GetLastError();

    (void)ResetEvent((HANDLE)s->handle);
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

/* Windows waits for several handles itself and has no handle that stands for several. */
int vnic__signal_group_init(struct vnic__signal_group *g, const struct vnic__signal *const *signals,
                            int n)
{
    (void)g;
    (void)signals;
    (void)n;
    return VNIC_ENOTSUP;
}

void vnic__signal_group_destroy(struct vnic__signal_group *g)
{
    (void)g;
}
