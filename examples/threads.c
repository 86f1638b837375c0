/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One handle, two threads: a receiver and a sender, with a queue of the program's own between them.
 * Stopping is always the same: shut down, join, close.
 *
 * Run it as root, and ping 10.9.0.2 from another terminal. Ctrl-C ends it.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

#define SLOTS 64
#define ROOM 2048

struct work_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint8_t data[SLOTS][ROOM];
    int len[SLOTS];
    unsigned head, count;
    int ended;
};

struct program {
    vnic *dev;
    struct work_queue queue;
    unsigned answered;
};

/* Drops the packet when the sender does not keep up, as a network does. */
static void put_packet(struct work_queue *w, const uint8_t *data, int len)
{
    pthread_mutex_lock(&w->lock);
    if (w->count < SLOTS) {
        unsigned at = (w->head + w->count++) % SLOTS;

        memcpy(w->data[at], data, (size_t)len);
        w->len[at] = len;
        pthread_cond_signal(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
}

/* Returns the length, or 0 when there will be no more. */
static int take_packet(struct work_queue *w, uint8_t *data)
{
    int len = 0;

    pthread_mutex_lock(&w->lock);
    while (w->count == 0 && !w->ended) {
        pthread_cond_wait(&w->changed, &w->lock);
    }
    if (w->count > 0) {
        len = w->len[w->head];
        memcpy(data, w->data[w->head], (size_t)len);
        w->head = (w->head + 1) % SLOTS;
        w->count--;
    }
    pthread_mutex_unlock(&w->lock);
    return len;
}

static void end_queue(struct work_queue *w)
{
    pthread_mutex_lock(&w->lock);
    w->ended = 1;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* [receiver] */
static void *receive_packets(void *arg)
{
    struct program *p = arg;
    uint8_t packet[ROOM];
    int len;

    while ((len = vnic_recv(p->dev, packet, sizeof packet)) >= 0 || len == VNIC_EMSGSIZE) {
        if (len > 0) {
            put_packet(&p->queue, packet, len);
        }
    }
    end_queue(&p->queue);
    return NULL;
}
/* [/receiver] */

/* [sender] */
static void *send_answers(void *arg)
{
    struct program *p = arg;
    uint8_t packet[ROOM];
    int len;

    while ((len = take_packet(&p->queue, packet)) > 0) {
        if (vnic_echo_icmp(packet, (size_t)len, VNIC_TUN) != 1) {
            continue;
        }
        if (vnic_send(p->dev, packet, (size_t)len) == VNIC_ECLOSED) {
            break;
        }
        p->answered++;
    }
    return NULL;
}
/* [/sender] */

static int run_threads(struct program *p, const sigset_t *signals)
{
    pthread_t receiver, sender;
    int number;

    if (pthread_create(&receiver, NULL, receive_packets, p) != 0) {
        return -1;
    }
    if (pthread_create(&sender, NULL, send_answers, p) != 0) {
        vnic_shutdown(p->dev);
        pthread_join(receiver, NULL);
        return -1;
    }
    printf("answering; Ctrl-C ends it\n");
    sigwait(signals, &number);
    /* [stop] */
    vnic_shutdown(p->dev);
    pthread_join(receiver, NULL);
    pthread_join(sender, NULL);
    vnic_close(p->dev);
    /* [/stop] */
    p->dev = NULL;
    return 0;
}

int main(void)
{
    static struct program program = {
        .queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER}};
    struct vnic_config cfg;
    struct vnic_error err;
    sigset_t signals;
    int rc;

    /* Blocked here, so in every thread; the main thread waits for them. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    if (vnic_open(&cfg, &program.dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    rc = run_threads(&program, &signals);
    vnic_close(program.dev);
    printf("answered %u pings\n", program.answered);
    return rc < 0 ? 1 : 0;
}
