/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One interrupt for several handles: a wakeup carries a value that says what it is about. Here two
 * workers, each blocked in a device of its own, are told to reload and then to stop.
 *
 * Run: shared_wakeup [BACKEND]     as root, or anywhere with the backend "fake".
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <vnic/vnic.h>

#define WORKERS 2
#define WAKE_RELOAD 1u
#define WAKE_STOP 2u

static vnic_wakeup *wakeup;
static atomic_uint reloaded;

struct worker {
    pthread_t thread;
    vnic *dev;
    unsigned number;
    int result;
};

static void nap(void)
{
    const struct timespec ms = {.tv_nsec = 1000000};

    (void)nanosleep(&ms, NULL);
}

/* [worker] */
/* Returns 1 when the worker shall go on. The interrupt is a level: it is met until it is cleared. */
static int obey(const struct worker *w)
{
    if (vnic_wakeup_value(wakeup) == WAKE_RELOAD) {
        printf("worker %u reloads\n", w->number);
        atomic_fetch_add(&reloaded, 1);
        while (vnic_wakeup_value(wakeup) == WAKE_RELOAD) {
            nap();
        }
    }
    return vnic_wakeup_value(wakeup) != WAKE_STOP;
}

static void *work(void *arg)
{
    static _Thread_local uint8_t packet[2048];
    struct worker *w = arg;

    do {
        w->result = vnic_recv(w->dev, packet, sizeof packet);
    } while (w->result >= 0 || (w->result == VNIC_EINTERRUPTED && obey(w)));
    printf("worker %u stops with %s\n", w->number, vnic_error_name(w->result));
    return NULL;
}
/* [/worker] */

static int start_worker(struct worker *w, unsigned number, const char *backend)
{
    struct vnic_config cfg;
    struct vnic_error err;

    vnic_config_init(&cfg);
    cfg.backend = backend;
    cfg.wakeup = wakeup;
    w->number = number;
    if (vnic_open(&cfg, &w->dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    if (pthread_create(&w->thread, NULL, work, w) != 0) {
        perror("pthread_create");
        vnic_close(w->dev);
        return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct worker workers[WORKERS] = {{0}};
    struct vnic_error err;
    unsigned n = 0;
    int good;

    if (vnic_wakeup_create(&wakeup, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    while (n < WORKERS && start_worker(&workers[n], n, argc > 1 ? argv[1] : NULL) == 0) {
        n++;
    }
    /* [trigger] */
    vnic_wakeup_trigger(wakeup, WAKE_RELOAD);
    while (atomic_load(&reloaded) < n) {
        nap();
    }
    vnic_wakeup_clear(wakeup);
    vnic_wakeup_trigger(wakeup, WAKE_STOP);
    /* [/trigger] */
    good = n == WORKERS;
    for (unsigned i = 0; i < n; i++) {
        pthread_join(workers[i].thread, NULL);
        good = good && workers[i].result == VNIC_EINTERRUPTED;
        vnic_close(workers[i].dev);
    }
    vnic_wakeup_destroy(wakeup);
    return good ? 0 : 1;
}
