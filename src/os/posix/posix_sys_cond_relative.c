/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for a condition on Apple's systems, which have no pthread_condattr_setclock() but a wait for
 * a span of time that does not follow the wall clock. Part of the door of posix_sys.c.
 */
#include <pthread.h>
#include <time.h>

#include "core/os.h"

#define POSIX_NS_PER_S 1000000000

void vnic__cond_init(struct vnic__cond *c)
{
    (void)pthread_cond_init((pthread_cond_t *)c->storage, NULL);
}

void vnic__cond_wait(struct vnic__cond *c, struct vnic__mutex *m, int64_t deadline_ns)
{
    pthread_cond_t *cond = (pthread_cond_t *)c->storage;
    pthread_mutex_t *mutex = (pthread_mutex_t *)m->storage;
    struct timespec span;
    int64_t left;

    if (deadline_ns < 0) {
        (void)pthread_cond_wait(cond, mutex);
        return;
    }
    left = deadline_ns - vnic__now_ns();
    if (left > 0) {
        span.tv_sec = (time_t)(left / POSIX_NS_PER_S);
        span.tv_nsec = (long)(left % POSIX_NS_PER_S);
        (void)pthread_cond_timedwait_relative_np(cond, mutex, &span);
    }
}
