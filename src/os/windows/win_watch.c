/* SPDX-License-Identifier: Apache-2.0 */
#include "win_watch.h"

#include "core/alloc.h"
#include "vnic/error.h"
#include "win_error.h"

/* Why the event is signalled: bit i for level i, and these. */
#define WATCH_PACKETS (1u << 30)
#define WATCH_BROKEN (1u << 31)

struct win_watch {
    struct vnic__mutex lock; /* guards what follows, up to the constants */
    uint32_t reasons;        /* the event is signalled while this is not 0 */
    HANDLE source;
    uint32_t order; /* counts what was ordered of the thread */
    uint32_t seen;  /* what it has taken notice of */
    int ends;

    HANDLE event;
    HANDLE control; /* auto-reset: there is something new for the thread */
    HANDLE noticed; /* auto-reset: seen has changed */
    HANDLE thread;
    int n_levels;
    const struct vnic__signal *levels[VNIC__SIGNAL_MAX];
    DWORD look_without_ms;
    void (*look)(void *user);
    void *user;
};

/* Adds and removes reasons; the event follows. */
static void win_watch_change(struct win_watch *w, uint32_t add, uint32_t remove)
{
    uint32_t before = w->reasons;

    w->reasons = (before | add) & ~remove;
    if (before == 0 && w->reasons != 0) {
        (void)vnic__sys_set_event(w->event);
    } else if (before != 0 && w->reasons == 0) {
        (void)vnic__sys_reset_event(w->event);
    }
}

/* How long to wait before a look that nobody asked for: while packets are known to be there, for ever. */
static DWORD win_watch_patience(const struct win_watch *w)
{
    if (w->reasons & WATCH_PACKETS) {
        return INFINITE;
    }
    if (w->source != NULL) {
        return WIN_WATCH_LOOK_MS;
    }
    return w->look_without_ms != 0 ? w->look_without_ms : INFINITE;
}

/*
 * Takes notice of the orders, and lists what to wait for now, and how long: the control, the levels, the
 * source.
 */
static DWORD win_watch_collect(struct win_watch *w, HANDLE *handles, DWORD *ret_ms,
                               int *ret_listens, int *ret_ends)
{
    DWORD n = 0;

    vnic__mutex_lock(&w->lock);
    handles[n++] = w->control;
    for (int i = 0; i < w->n_levels; i++) {
        int is_set = (w->reasons & (1u << i)) != 0;

        handles[n++] = (HANDLE)(is_set ? w->levels[i]->trigger : w->levels[i]->handle);
    }
    *ret_listens = w->source != NULL && (w->reasons & WATCH_PACKETS) == 0;
    if (*ret_listens) {
        handles[n++] = w->source;
    }
    if (w->seen != w->order) {
        w->seen = w->order;
        (void)vnic__sys_set_event(w->noticed);
    }
    *ret_ms = win_watch_patience(w);
    *ret_ends = w->ends;
    vnic__mutex_unlock(&w->lock);
    return n;
}

/* A level has changed: from now on the thread waits for the opposite. */
static void win_watch_toggle(struct win_watch *w, uint32_t bit)
{
    vnic__mutex_lock(&w->lock);
    win_watch_change(w, ~w->reasons & bit, w->reasons & bit);
    vnic__mutex_unlock(&w->lock);
}

static void win_watch_break(struct win_watch *w)
{
    vnic__mutex_lock(&w->lock);
    win_watch_change(w, WATCH_BROKEN, 0);
    vnic__mutex_unlock(&w->lock);
}

static DWORD WINAPI win_watch_run(void *arg)
{
    struct win_watch *w = arg;
    HANDLE handles[VNIC__SIGNAL_MAX + 2];

    for (;;) {
        int listens, ends;
        DWORD ms;
        DWORD n = win_watch_collect(w, handles, &ms, &listens, &ends);
        DWORD at;

        if (ends) {
            return 0;
        }
        at = vnic__sys_wait_any(n, handles, ms);
        if (at == WAIT_FAILED) {
            win_watch_break(w);
            return 0;
        }
        if (at == WAIT_TIMEOUT || (listens && at == WAIT_OBJECT_0 + n - 1)) {
            w->look(w->user);
        } else if (at != WAIT_OBJECT_0) {
            win_watch_toggle(w, 1u << (at - WAIT_OBJECT_0 - 1));
        }
    }
}

static int win_watch_code(void)
{
    static const int promised[] = {VNIC_ENOMEM, VNIC_EMFILE, 0};

    return vnic__win_promised(NULL, vnic__win_code(GetLastError(), NULL), promised);
}

static void win_watch_close(HANDLE handle)
{
    if (handle != NULL) {
        (void)vnic__sys_close_handle(handle);
    }
}

static void win_watch_dispose(struct win_watch *w)
{
    win_watch_close(w->thread);
    win_watch_close(w->noticed);
    win_watch_close(w->control);
    win_watch_close(w->event);
    vnic__mutex_destroy(&w->lock);
    vnic__free(w);
}

int vnic__win_watch_new(const struct win_watch_plan *plan, struct win_watch **ret)
{
    struct win_watch *w = vnic__alloc(sizeof *w);
    int code;

    if (w == NULL) {
        return VNIC_ENOMEM;
    }
    vnic__mutex_init(&w->lock);
    w->source = plan->source;
    w->n_levels = plan->n_levels;
    for (int i = 0; i < plan->n_levels; i++) {
        w->levels[i] = plan->levels[i];
    }
    w->look_without_ms = plan->look_without_ms;
    w->look = plan->look;
    w->user = plan->user;
    w->event = vnic__sys_create_event(TRUE, FALSE);
    w->control = w->event == NULL ? NULL : vnic__sys_create_event(FALSE, FALSE);
    w->noticed = w->control == NULL ? NULL : vnic__sys_create_event(FALSE, FALSE);
    w->thread = w->noticed == NULL ? NULL : vnic__sys_create_thread(win_watch_run, w);
    if (w->thread == NULL) {
        code = win_watch_code();
        win_watch_dispose(w);
        return code;
    }
    *ret = w;
    return 0;
}

/* Returns when the thread has taken notice of the order, or has ended. */
static void win_watch_await(struct win_watch *w, uint32_t order)
{
    const HANDLE handles[2] = {w->noticed, w->thread};
    int seen;

    (void)vnic__sys_set_event(w->control);
    do {
        DWORD at = vnic__sys_wait_any(2, handles, INFINITE);

        vnic__mutex_lock(&w->lock);
        seen = w->seen == order || at == WAIT_OBJECT_0 + 1;
        vnic__mutex_unlock(&w->lock);
    } while (!seen);
}

void vnic__win_watch_free(struct win_watch *w)
{
    HANDLE thread;

    if (w == NULL) {
        return;
    }
    thread = w->thread;
    vnic__mutex_lock(&w->lock);
    w->ends = 1;
    vnic__mutex_unlock(&w->lock);
    (void)vnic__sys_set_event(w->control);
    while (vnic__sys_wait_any(1, &thread, INFINITE) != WAIT_OBJECT_0) {
        (void)vnic__sys_yield();
    }
    win_watch_dispose(w);
}

HANDLE vnic__win_watch_event(const struct win_watch *w)
{
    return w->event;
}

void vnic__win_watch_found(struct win_watch *w)
{
    vnic__mutex_lock(&w->lock);
    win_watch_change(w, WATCH_PACKETS, 0);
    vnic__mutex_unlock(&w->lock);
}

void vnic__win_watch_quiet(struct win_watch *w)
{
    int was_found;

    vnic__mutex_lock(&w->lock);
    was_found = (w->reasons & WATCH_PACKETS) != 0;
    win_watch_change(w, 0, WATCH_PACKETS);
    vnic__mutex_unlock(&w->lock);
    if (was_found) {
        (void)vnic__sys_set_event(w->control); /* the thread listens to the source again */
    }
}

void vnic__win_watch_set_source(struct win_watch *w, HANDLE source)
{
    uint32_t order;

    vnic__mutex_lock(&w->lock);
    w->source = source;
    order = ++w->order;
    vnic__mutex_unlock(&w->lock);
    win_watch_await(w, order);
}
