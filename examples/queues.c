/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several queues, a thread each: the system spreads flows over them, and a flow's answers go back on
 * the queue that received it. So one thread handles a flow, and its packets keep their order.
 *
 * Run it as root on Linux, and send UDP to any port of 10.9.0.2: every datagram comes back.
 * Ctrl-C ends it.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

#define QUEUES 4

struct worker {
    pthread_t thread;
    vnic *queue;
    unsigned answered;
};

static void *serve_queue(void *arg)
{
    struct worker *w = arg;
    uint8_t packet[2048];
    int len;

    while ((len = vnic_recv(w->queue, packet, sizeof packet)) >= 0 || len == VNIC_EMSGSIZE) {
        if (len > 0 && vnic_echo_udp(packet, (size_t)len, VNIC_TUN) == 1 &&
            vnic_send(w->queue, packet, (size_t)len) >= 0) {
            w->answered++;
        }
    }
    return NULL;
}

/* The first queue comes with the interface, the others are added to it: all or none. */
static int open_interface(vnic **queues, struct vnic_error *err)
{
    struct vnic_config cfg;
    int rc;

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    /* [open] */
    cfg.flags = VNIC_MULTI_QUEUE;
    rc = vnic_open(&cfg, &queues[0], err);
    if (rc == 0) {
        rc = vnic_open_queues(queues[0], queues + 1, QUEUES - 1, err);
    }
    /* [/open] */
    return rc;
}

static int start_workers(struct worker *workers, vnic **queues)
{
    int started = 0;

    for (int i = 0; i < QUEUES; i++) {
        workers[i].queue = queues[i];
    }
    while (started < QUEUES &&
           pthread_create(&workers[started].thread, NULL, serve_queue, &workers[started]) == 0) {
        started++;
    }
    return started;
}

int main(void)
{
    struct worker workers[QUEUES] = {{0}};
    vnic *queues[QUEUES] = {NULL};
    struct vnic_error err = {0};
    sigset_t signals;
    int started = 0, number;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    if (open_interface(queues, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
    } else {
        started = start_workers(workers, queues);
    }
    if (started == QUEUES) {
        printf("answering on %d queues; Ctrl-C ends it\n", QUEUES);
        sigwait(&signals, &number);
    }
    /* [stop] */
    vnic_shutdown_all(queues[0]);
    for (int i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        printf("queue %d answered %u datagrams\n", i, workers[i].answered);
    }
    for (int i = 0; i < QUEUES; i++) {
        vnic_close(queues[i]);
    }
    /* [/stop] */
    return started == QUEUES ? 0 : 1;
}
