/* SPDX-License-Identifier: Apache-2.0 */
/* What wintun.dll says, handed on to the device whose call made it speak. */
#include "win_sys_module.h"
#include "win_text.h"
#include "wintun.h"

/* A line of vnic__log() has 255 bytes. */
#define LOG_BYTES 240

/* The calls that run now, of all threads. Each is on the stack of its own thread. */
static struct {
    SRWLOCK lock;
    struct wintun_log_scope *first;
} wintun_scopes = {.lock = SRWLOCK_INIT};

void vnic__wintun_log_begin(struct wintun_log_scope *scope, const struct vnic__iface *iface,
                            int quiet)
{
    scope->iface = iface;
    scope->quiet = quiet;
    scope->thread = vnic__sys_thread_id();
    vnic__sys_static_lock(&wintun_scopes.lock);
    scope->next = wintun_scopes.first;
    wintun_scopes.first = scope;
    vnic__sys_static_unlock(&wintun_scopes.lock);
}

/* The last error belongs to the call that the scope was for. */
void vnic__wintun_log_end(struct wintun_log_scope *scope)
{
    struct wintun_log_scope **p;

    vnic__sys_static_lock(&wintun_scopes.lock);
    for (p = &wintun_scopes.first; *p != scope;) {
        p = &(*p)->next;
    }
    *p = scope->next;
    vnic__sys_static_unlock(&wintun_scopes.lock);
}

/* The innermost scope of this thread, which cannot end while the thread is in here. */
static const struct wintun_log_scope *find_scope(void)
{
    const struct wintun_log_scope *scope;
    DWORD thread = vnic__sys_thread_id();

    vnic__sys_static_lock(&wintun_scopes.lock);
    for (scope = wintun_scopes.first; scope != NULL && scope->thread != thread;) {
        scope = scope->next;
    }
    vnic__sys_static_unlock(&wintun_scopes.lock);
    return scope;
}

void CALLBACK vnic__wintun_logger(int level, uint64_t time, const wchar_t *text)
{
    const struct wintun_log_scope *scope = find_scope();
    char line[LOG_BYTES];
    int grave;

    (void)time; /* who wants the time takes it when the line comes, which is now */
    if (scope == NULL) {
        return;
    }
    (void)vnic__win_utf8(text, line, sizeof line);
    grave = level == WINTUN_LEVEL_INFO ? VNIC_LOG_INFO : VNIC_LOG_WARNING;
    vnic__log(scope->iface, scope->quiet ? VNIC_LOG_DEBUG : grave, "wintun.dll: %s", line);
}
