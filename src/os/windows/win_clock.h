/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines of core as Windows' waiting functions take them. */
#ifndef VNIC_OS_WINDOWS_WIN_CLOCK_H
#define VNIC_OS_WINDOWS_WIN_CLOCK_H

#include <stdint.h>

#include <windows.h>

#include "core/os.h"

#define WIN_NS_PER_S 1000000000
#define WIN_NS_PER_MS 1000000

/* Milliseconds until a deadline, rounded up so that a wait never ends before it. */
static inline DWORD win_ms_until(int64_t deadline_ns)
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

#endif
