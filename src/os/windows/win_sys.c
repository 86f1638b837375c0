/* SPDX-License-Identifier: Apache-2.0 */
#include "win_sys.h"

HANDLE vnic__sys_create_event(BOOL manual_reset, BOOL is_set)
{
    return CreateEventW(NULL, manual_reset, is_set, NULL);
}

BOOL vnic__sys_set_event(HANDLE event)
{
    return SetEvent(event);
}

BOOL vnic__sys_reset_event(HANDLE event)
{
    return ResetEvent(event);
}

BOOL vnic__sys_close_handle(HANDLE handle)
{
    return CloseHandle(handle);
}

DWORD vnic__sys_wait_any(DWORD n, const HANDLE *handles, DWORD timeout_ms)
{
    return WaitForMultipleObjects(n, handles, FALSE, timeout_ms);
}

BOOL vnic__sys_yield(void)
{
    return SwitchToThread();
}

void vnic__sys_sleep(DWORD ms)
{
    Sleep(ms);
}

HANDLE vnic__sys_create_timer(DWORD flags)
{
    return CreateWaitableTimerExW(NULL, NULL, flags, SYNCHRONIZE | TIMER_MODIFY_STATE);
}

BOOL vnic__sys_set_timer(HANDLE timer, int64_t units)
{
    LARGE_INTEGER due;

    due.QuadPart = -units; /* negative: from now */
    return SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE);
}

HANDLE vnic__sys_create_thread(LPTHREAD_START_ROUTINE run, void *arg)
{
    return CreateThread(NULL, 0, run, arg, 0, NULL);
}
