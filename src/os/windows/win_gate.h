/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock for what happens a million times a second and hardly ever at the same time: one atomic
 * exchange to enter, a plain store to leave. Whoever finds it closed yields and tries again, so what is
 * inside must be short and wait for nothing.
 */
#ifndef VNIC_OS_WINDOWS_WIN_GATE_H
#define VNIC_OS_WINDOWS_WIN_GATE_H

#include <stdatomic.h>
#include <stdint.h>

#include "win_sys.h"

/* All zeros is open. */
struct win_gate {
    _Atomic uint32_t closed;
};

/* A thread that was stopped inside needs to run, which yielding alone may not bring about. */
#define WIN_GATE_YIELDS 64u

static inline void win_gate_enter(struct win_gate *g)
{
    for (unsigned tries = 1; atomic_exchange_explicit(&g->closed, 1, memory_order_acquire) != 0;
         tries++) {
        if (tries % WIN_GATE_YIELDS == 0) {
            vnic__sys_sleep(1);
        } else {
            (void)vnic__sys_yield();
        }
    }
}

static inline void win_gate_leave(struct win_gate *g)
{
    atomic_store_explicit(&g->closed, 0, memory_order_release);
}

#endif
