/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for a condition against the monotonic clock, where pthread_condattr_setclock() exists:
 * every Unix but Apple's. Part of the door of posix_sys.c.
 */
#include <pthread.h>
#include <time.h>

#include "core/os.h"

#define POSIX_NS_PER_S 1000000000

void vnic__cond_init(struct vnic__cond *c)
{
    pthread_condattr_t attr;

    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init((pthread_cond_t *)c->storage, &attr);
    (void)pthread_condattr_destroy(&attr);
}

void vnic__cond_wait(struct vnic__cond *c, struct vnic__mutex *m, int64_t deadline_ns)
{
    pthread_cond_t *cond = (pthread_cond_t *)c->storage;
    pthread_mutex_t *mutex = (pthread_mutex_t *)m->storage;
    struct timespec until;

    if (deadline_ns < 0) {
        (void)pthread_cond_wait(cond, mutex);
        return;
    }
    until.tv_sec = (time_t)(deadline_ns / POSIX_NS_PER_S);
    until.tv_nsec = (long)(deadline_ns % POSIX_NS_PER_S);
    (void)pthread_cond_timedwait(cond, mutex, &until);
}
