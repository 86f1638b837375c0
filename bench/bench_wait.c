/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T10: what waiting costs.
 *
 *     bench_wait ROUNDS PINGS SECONDS
 *
 * T10.idle: CPU time of the whole process, in milliseconds a second, while a thread is blocked in
 * vnic_recv() for so many seconds and nothing comes. T10.pingpong: a UDP datagram goes into a device, an
 * echo thread receives it and sends it back, and the sender waits for the answer. Two devices with an
 * echo thread each, one on vnic in its blocking mode, one on blocking read() and write() as raw system
 * calls; a round is the sections R V V R of so many datagrams. A line is the id and, for each round, the
 * median round trip of vnic divided by that of the raw loop. T10.pingpong has the sender and the echo on
 * two processors, so that one wakes the other, which is what a program that waits for a network sees;
 * T10.pingpong_one has them on one, where a round trip is little more than the system calls themselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench_net.h"

#define NET_RAW 70u
#define NET_VNIC 71u
#define PAYLOAD 64
#define PINGS_MAX 20000

struct echo {
    vnic *dev;
    int fd;     /* -1: through vnic, else blocking and raw */
    int source; /* the sender's socket */
    pthread_t thread;
};

static void swap_bytes(uint8_t *a, uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

/* Addresses and ports change sides, so that both checksums stay right (RFC 791, RFC 768). */
static void turn_around(uint8_t *packet)
{
    swap_bytes(packet + 12, packet + 16, 4);
    swap_bytes(packet + 20, packet + 22, 2);
}

static void *echo_raw(void *arg)
{
    struct echo *e = arg;
    uint8_t packet[2048];
    long len;

    while ((len = syscall(SYS_read, e->fd, packet, sizeof packet)) > 0) {
        turn_around(packet);
        if (syscall(SYS_write, e->fd, packet, (size_t)len) < 0) {
            break;
        }
    }
    return NULL;
}

static void *echo_vnic(void *arg)
{
    struct echo *e = arg;
    uint8_t packet[2048];
    int len;

    while ((len = vnic_recv(e->dev, packet, sizeof packet)) > 0) {
        turn_around(packet);
        if (vnic_send(e->dev, packet, (size_t)len) < 0) {
            break;
        }
    }
    return NULL;
}

static uint64_t ping(const struct echo *e)
{
    uint8_t payload[PAYLOAD] = {0};
    uint64_t start = bench_now_ns();

    if (send(e->source, payload, sizeof payload, 0) < 0 ||
        recv(e->source, payload, sizeof payload, 0) != (ssize_t)sizeof payload) {
        bench_die("a datagram did not come back");
    }
    return bench_now_ns() - start;
}

static int compare_times(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Binds a thread to one of the processors that this program may use, by its rank; the last stands for more. */
static void bind_to(pthread_t thread, int rank)
{
    cpu_set_t allowed;
    cpu_set_t one;

    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0) {
        bench_die("sched_getaffinity");
    }
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && rank >= 0; cpu++) {
        if (CPU_ISSET(cpu, &allowed)) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            rank--;
        }
    }
    errno = pthread_setaffinity_np(thread, sizeof one, &one);
    if (errno != 0) {
        bench_die("pthread_setaffinity_np");
    }
}

static void measure_pingpong(const char *id, const struct echo *raw, const struct echo *over_vnic,
                             int rounds, int pings)
{
    static uint64_t times[2][2 * PINGS_MAX];
    const struct echo *order[] = {raw, over_vnic, over_vnic, raw};

    (void)printf("%s", id);
    for (int round = -1; round < rounds; round++) {
        int n[2] = {0, 0};

        for (int section = 0; section < 4; section++) {
            int which = order[section] == over_vnic;

            for (int i = 0; i < pings; i++) {
                times[which][n[which]++] = ping(order[section]);
            }
        }
        for (int which = 0; which < 2; which++) {
            qsort(times[which], (size_t)n[which], sizeof times[which][0], compare_times);
        }
        /* The round before the first one only warms up. */
        if (round >= 0) {
            (void)printf(" %.5f", (double)times[1][pings] / (double)times[0][pings]);
        }
        if (round == rounds - 1) {
            (void)fprintf(stderr, "%s, last round: raw %.1f us, vnic %.1f us\n", id,
                          (double)times[0][pings] / 1e3, (double)times[1][pings] / 1e3);
        }
    }
    (void)printf("\n");
}

static uint64_t process_cpu_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The echo threads are blocked; whatever they use now they use for nothing. */
static void measure_idle(int seconds)
{
    struct timespec settle = {.tv_nsec = 200000000};
    struct timespec idle = {.tv_sec = seconds};
    uint64_t start;

    (void)nanosleep(&settle, NULL);
    start = process_cpu_ns();
    (void)nanosleep(&idle, NULL);
    (void)printf("T10.idle %.5f\n", (double)(process_cpu_ns() - start) / 1e6 / seconds);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    int pings = argc > 2 ? atoi(argv[2]) : 1000;
    int seconds = argc > 3 ? atoi(argv[3]) : 1;
    struct echo raw = {.fd = -1};
    struct echo over_vnic = {.fd = -1};
    intptr_t fd;

    if (rounds < 1 || pings < 1 || pings > PINGS_MAX || seconds < 1) {
        bench_die("usage: bench_wait ROUNDS PINGS SECONDS");
    }
    bench_enter_network();
    if (vnic_release(bench_open(NET_RAW, 0), &fd) < 0 ||
        fcntl((int)fd, F_SETFL, fcntl((int)fd, F_GETFL) & ~O_NONBLOCK) < 0) {
        bench_die("cannot make the raw descriptor");
    }
    raw.fd = (int)fd;
    over_vnic.dev = bench_open(NET_VNIC, 0);
    raw.source = bench_source(NET_RAW);
    over_vnic.source = bench_source(NET_VNIC);
    if (pthread_create(&over_vnic.thread, NULL, echo_vnic, &over_vnic) != 0) {
        bench_die("cannot start a thread");
    }
    measure_idle(seconds);
    if (pthread_create(&raw.thread, NULL, echo_raw, &raw) != 0) {
        bench_die("cannot start a thread");
    }
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
        (void)fprintf(stderr, "T10.pingpong: this machine has one processor\n");
    }
    bind_to(raw.thread, 1);
    bind_to(over_vnic.thread, 1);
    bind_to(pthread_self(), 0);
    measure_pingpong("T10.pingpong", &raw, &over_vnic, rounds, pings);
    bind_to(raw.thread, 0);
    bind_to(over_vnic.thread, 0);
    measure_pingpong("T10.pingpong_one", &raw, &over_vnic, rounds, pings);
    (void)vnic_shutdown(over_vnic.dev);
    (void)pthread_join(over_vnic.thread, NULL);
    vnic_close(over_vnic.dev);
    /* The raw thread is blocked in read() for good: the end of the process is its end. */
    return 0;
}
