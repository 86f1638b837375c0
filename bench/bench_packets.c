/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T1: one packet in or out through vnic_recv() and vnic_send(), against read and write of the very same
 * descriptor, as raw system calls and through the C library.
 *
 *     bench_packets ROUNDS GROUPS
 *
 * A round is so many groups; a group is the sections R V G G V R (raw, vnic, C library), each so and so
 * many packets long. The reader's packets are queued before each section, so only reading is timed, on
 * the thread's CPU clock. One line a kind: its id, then vnic's time divided by the other's, for each round.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench_net.h"

#define SECTION 1500 /* packets; below the device's queue of 10000 */
#define NET 77u

enum way { RAW, LIBC, VNIC, N_WAYS };

struct bench {
    vnic *dev;
    int fd;     /* the device's own descriptor */
    int source; /* where its packets come from */
    size_t len;
    uint8_t packet[2048];
};

typedef int one_packet(struct bench *b);

static int recv_raw(struct bench *b)
{
    return (int)syscall(SYS_read, b->fd, b->packet, sizeof b->packet);
}

static int recv_libc(struct bench *b)
{
    return (int)read(b->fd, b->packet, sizeof b->packet);
}

static int recv_vnic(struct bench *b)
{
    return vnic_recv(b->dev, b->packet, sizeof b->packet);
}

static int send_raw(struct bench *b)
{
    return (int)syscall(SYS_write, b->fd, b->packet, b->len);
}

static int send_libc(struct bench *b)
{
    return (int)write(b->fd, b->packet, b->len);
}

static int send_vnic(struct bench *b)
{
    return vnic_send(b->dev, b->packet, b->len);
}

static one_packet *const receivers[N_WAYS] = {recv_raw, recv_libc, recv_vnic};
static one_packet *const senders[N_WAYS] = {send_raw, send_libc, send_vnic};

static uint64_t time_section(struct bench *b, one_packet *one)
{
    uint64_t start = bench_cpu_ns();

    for (int i = 0; i < SECTION; i++) {
        if (one(b) != (int)b->len) {
            bench_die("a packet was lost or of another length");
        }
    }
    return bench_cpu_ns() - start;
}

static uint64_t run_section(struct bench *b, one_packet *const *ways, enum way way)
{
    if (ways == receivers) {
        bench_fill(b->source, SECTION, b->len);
    } else {
        bench_make_dropped(b->packet, b->len, NET);
    }
    return time_section(b, ways[way]);
}

static void measure(struct bench *b, const char *what, one_packet *const *ways, int rounds,
                    int groups)
{
    static const enum way order[] = {RAW, VNIC, LIBC, LIBC, VNIC, RAW};
    double against[2][64];

    for (int way = 0; way < N_WAYS; way++) {
        (void)run_section(b, ways, (enum way)way); /* caches and branch predictors are warm */
    }
    for (int round = 0; round < rounds; round++) {
        uint64_t sum[N_WAYS] = {0};

        for (int group = 0; group < groups; group++) {
            for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
                sum[order[i]] += run_section(b, ways, order[i]);
            }
        }
        against[0][round] = (double)sum[VNIC] / (double)sum[RAW];
        against[1][round] = (double)sum[VNIC] / (double)sum[LIBC];
    }
    for (int other = 0; other < 2; other++) {
        (void)printf("T1.%s.%zu.%s", what, b->len, other == 0 ? "raw" : "libc");
        for (int round = 0; round < rounds; round++) {
            (void)printf(" %.5f", against[other][round]);
        }
        (void)printf("\n");
    }
    (void)fflush(stdout);
}

/* With a second thread the C library's calls are cancellation points that cost something. */
static void *sleep_for_ever(void *arg)
{
    for (;;) {
        (void)pause();
    }
    return arg;
}

int main(int argc, char **argv)
{
    static const size_t lengths[] = {64, 1400};
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    int groups = argc > 2 ? atoi(argv[2]) : 20;
    struct bench b;
    pthread_t thread;

    if (rounds < 1 || rounds > 64 || groups < 1) {
        bench_die("usage: bench_packets ROUNDS GROUPS (1 … 64 rounds)");
    }
    bench_enter_network();
    b.dev = bench_open(NET, 0);
    b.fd = (int)vnic_native_handle(b.dev);
    b.source = bench_source(NET);
    if (pthread_create(&thread, NULL, sleep_for_ever, NULL) != 0) {
        bench_die("cannot start a thread");
    }
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        b.len = lengths[i];
        measure(&b, "recv", receivers, rounds, groups);
        measure(&b, "send", senders, rounds, groups);
    }
    (void)close(b.source);
    vnic_close(b.dev);
    return 0;
}
