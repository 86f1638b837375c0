/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several queues, a thread each: the system spreads flows over them, and a flow's answers go back
 * on the queue that received it.
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

/* Returns how many queues there are; fewer than asked for after an error. */
static int open_queues(struct worker *workers, struct vnic_error *err)
{
    struct vnic_config cfg;
    int n = 0;

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    /* [open] */
    cfg.flags = VNIC_MULTI_QUEUE;
    if (vnic_open(&cfg, &workers[0].queue, err) < 0) {
        return 0;
    }
    for (n = 1; n < QUEUES; n++) {
        if (vnic_open_queue(workers[0].queue, &workers[n].queue, err) < 0) {
            break;
        }
    }
    /* [/open] */
    return n;
}

static int start_workers(struct worker *workers, int n)
{
    int started = 0;

    while (started < n &&
           pthread_create(&workers[started].thread, NULL, serve_queue, &workers[started]) == 0) {
        started++;
    }
    return started;
}

int main(void)
{
    struct worker workers[QUEUES] = {{0}};
    struct vnic_error err = {0};
    sigset_t signals;
    int n, started, number;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    n = open_queues(workers, &err);
    if (n < QUEUES) {
        fprintf(stderr, "%s\n", err.text);
    }
    started = start_workers(workers, n);
    if (n == QUEUES && started == n) {
        printf("answering on %d queues; Ctrl-C ends it\n", n);
        sigwait(&signals, &number);
    }
    /* [stop] */
    vnic_shutdown_all(workers[0].queue);
    for (int i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        printf("queue %d answered %u datagrams\n", i, workers[i].answered);
    }
    for (int i = 0; i < n; i++) {
        vnic_close(workers[i].queue);
    }
    /* [/stop] */
    return n == QUEUES && started == n ? 0 : 1;
}
