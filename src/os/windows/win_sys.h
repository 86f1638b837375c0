/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to kernel32: one thin function an imported function, and nothing else in the backends
 * calls it. Tests link a copy that fails the n-th call, so every prototype is plain. GetLastError() tells
 * why a call failed, right after it. (win_services.c is a door of its own.)
 *
 * win_sys.c         events, waiting, timers, threads
 * win_sys_wintun.c  wintun.dll, win_sys_file.c files and overlapped requests, …: see their headers
 */
#ifndef VNIC_OS_WINDOWS_WIN_SYS_H
#define VNIC_OS_WINDOWS_WIN_SYS_H

#include <stdint.h>

#include <windows.h>

/* ---- Events ------------------------------------------------------------------------------------- */

/* Without a name, not inherited. NULL when it fails. */
HANDLE vnic__sys_create_event(BOOL manual_reset, BOOL is_set);
/* Cannot fail with an event that exists. @fail none */
BOOL vnic__sys_set_event(HANDLE event);
/* Cannot fail with an event that exists. @fail none */
BOOL vnic__sys_reset_event(HANDLE event);
/* For events, timers and threads. @fail none */
BOOL vnic__sys_close_handle(HANDLE handle);

/* ---- Waiting ------------------------------------------------------------------------------------ */

/* For one of n handles: WAIT_OBJECT_0 + index of the first that is signalled, WAIT_TIMEOUT, or
 * WAIT_FAILED. timeout_ms may be INFINITE. */
DWORD vnic__sys_wait_any(DWORD n, const HANDLE *handles, DWORD timeout_ms);
/* Lets another thread run that is ready; tells whether one was. @fail none */
BOOL vnic__sys_yield(void);
void vnic__sys_sleep(DWORD ms);

/* ---- Timers ------------------------------------------------------------------------------------- */

/* A waitable timer; flags: CREATE_WAITABLE_TIMER_HIGH_RESOLUTION and …_MANUAL_RESET. NULL when it
 * fails. */
HANDLE vnic__sys_create_timer(DWORD flags);
/* Once, so many units of 100 ns from now. Cannot fail with a timer that exists. @fail none */
BOOL vnic__sys_set_timer(HANDLE timer, int64_t units);

/* ---- Threads ------------------------------------------------------------------------------------ */

/* NULL when it fails. */
HANDLE vnic__sys_create_thread(LPTHREAD_START_ROUTINE run, void *arg);

#endif
