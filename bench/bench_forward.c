/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A forwarder between two interfaces, as small as it can be: what comes out of one goes into the other.
 *
 *     bench_forward WAY THREADS NAME NAME
 *
 * It makes the interfaces, prints "ready" and waits for a line on its input, so that the caller can move
 * and configure them; then it forwards until SIGTERM, and prints how many packets it moved and lost. With
 * one thread it waits for both interfaces with epoll; with two there is one for each direction, which
 * blocks. A way that this build or kernel does not have ends it with 3 and a sentence.
 */
#include "bench_forward.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench_net.h"

static const struct forward_way *find_way(const char *name)
{
    static const struct forward_way *const lists[] = {forward_raw_ways, forward_vnic_ways};

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (const struct forward_way *way = lists[i]; way->name != NULL; way++) {
            if (strcmp(way->name, name) == 0) {
                return way;
            }
        }
    }
    return NULL;
}

static void prepare(struct forward_direction *d, const struct forward_way *way,
                    struct forward_end *from, struct forward_end *to)
{
    memset(d, 0, sizeof *d);
    d->way = way;
    d->from = from;
    d->to = to;
    d->packets = calloc((size_t)way->lot, sizeof *d->packets);
    d->room = way->slot > 0 ? malloc((size_t)way->lot * way->slot) : NULL;
    if (d->packets == NULL || (way->slot > 0 && d->room == NULL)) {
        bench_die("no memory");
    }
    for (int i = 0; i < way->lot && way->slot > 0; i++) {
        d->packets[i].data = d->room + (size_t)i * way->slot;
        d->packets[i].cap = way->slot;
    }
}

static void *forward_one_way(void *arg)
{
    struct forward_direction *d = arg;

    for (;;) {
        (void)d->way->step(d, 1);
    }
    return NULL;
}

static int wait_handle(const struct forward_end *end)
{
    return end->dev != NULL ? (int)vnic_wait_handle(end->dev) : end->fd;
}

/* Level-triggered: what is left after a lot is reported again. */
static void *forward_both_ways(void *arg)
{
    struct forward_direction *both = arg;
    struct epoll_event events[2];
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    for (int i = 0; i < 2; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &both[i]};

        if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, wait_handle(both[i].from), &event) < 0) {
            bench_die("epoll");
        }
    }
    for (;;) {
        int n = epoll_wait(epoll, events, 2, -1);

        for (int i = 0; i < n; i++) {
            struct forward_direction *d = events[i].data.ptr;
            int done = 0;
            int step;

            do {
                step = d->way->step(d, 0);
                done += step;
            } while (step > 0 && done < FORWARD_LOT);
        }
    }
    return NULL;
}

static void start(struct forward_direction *both, int threads)
{
    pthread_t thread;

    if (threads == 1) {
        if (pthread_create(&thread, NULL, forward_both_ways, both) != 0) {
            bench_die("cannot start a thread");
        }
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&thread, NULL, forward_one_way, &both[i]) != 0) {
            bench_die("cannot start a thread");
        }
    }
}

static void wait_for_the_end(void)
{
    sigset_t set;
    int signal_number;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigwait(&set, &signal_number);
}

int main(int argc, char **argv)
{
    const struct forward_way *way = argc == 5 ? find_way(argv[1]) : NULL;
    int threads = way != NULL ? atoi(argv[2]) : 0;
    struct forward_end ends[2] = {{.fd = -1}, {.fd = -1}};
    struct forward_direction both[2];
    sigset_t set;
    char line[16];

    if (way == NULL || threads < 1 || threads > 2) {
        errno = 0;
        bench_die("usage: bench_forward WAY THREADS NAME NAME (1 or 2 threads)");
    }
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 2; i++) {
        if (way->open(way, argv[3 + i], threads == 2, &ends[i]) < 0) {
            return 3;
        }
    }
    prepare(&both[0], way, &ends[0], &ends[1]);
    prepare(&both[1], way, &ends[1], &ends[0]);
    (void)puts("ready");
    (void)fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return 0;
    }
    start(both, threads);
    wait_for_the_end();
    (void)printf("moved %llu lost %llu\n", (unsigned long long)(both[0].moved + both[1].moved),
                 (unsigned long long)(both[0].lost + both[1].lost));
    (void)fflush(stdout);
    /* The threads are blocked for good: the end of the process is theirs. */
    _exit(0);
}
