/* SPDX-License-Identifier: Apache-2.0 */
/* Locks, conditions and the clock of every Unix. This file is their only door to the system. */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "core/os.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct vnic__mutex), "mutex storage is too small");
_Static_assert(sizeof(pthread_cond_t) <= sizeof(struct vnic__cond),
               "condition storage is too small");

#define POSIX_NS_PER_S 1000000000

static pthread_mutex_t *mutex_of(struct vnic__mutex *m)
{
    return (pthread_mutex_t *)m->storage;
}

static pthread_cond_t *cond_of(struct vnic__cond *c)
{
    return (pthread_cond_t *)c->storage;
}

/* None of these calls can fail on an object that is used as os.h says (POSIX pthread_mutex_lock). */
void vnic__mutex_init(struct vnic__mutex *m)
{
    (void)pthread_mutex_init(mutex_of(m), NULL);
}

void vnic__mutex_destroy(struct vnic__mutex *m)
{
    (void)pthread_mutex_destroy(mutex_of(m));
}

void vnic__mutex_lock(struct vnic__mutex *m)
{
    (void)pthread_mutex_lock(mutex_of(m));
}

void vnic__mutex_unlock(struct vnic__mutex *m)
{
    (void)pthread_mutex_unlock(mutex_of(m));
}

void vnic__cond_destroy(struct vnic__cond *c)
{
    (void)pthread_cond_destroy(cond_of(c));
}

void vnic__cond_broadcast(struct vnic__cond *c)
{
    (void)pthread_cond_broadcast(cond_of(c));
}

int64_t vnic__now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * POSIX_NS_PER_S + now.tv_nsec;
}
