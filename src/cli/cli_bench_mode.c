/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One mode of `vnic bench`. The kernel's queue is filled by a socket; then, on the processor's clock of
 * this thread, every packet is received, turned round and sent back; then the socket is emptied. So no
 * other program and no wake-up is in the number: it is what the kernel and the library cost.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cli_bench.h"

#define BENCH_PORT 9009
#define BENCH_QUEUE 1000 /* packets that the interface holds; more than a round sends */

/* Payloads; with the headers of IPv4 and UDP packets of 64 and 1428 bytes. */
#define BENCH_SMALL_BYTES 36
#define BENCH_SMALL_PACKETS 400
#define BENCH_LARGE_BYTES 1400
#define BENCH_TRAIN 46
#define BENCH_TRAINS 10

#define BENCH_MAX_BATCH 128

/* Of a packet at the MTU of 1500. */
#define BENCH_ROOM 1536

/* Super-packets go through few buffers, so that they stay in the processor's cache. */
#define BENCH_RAW_BATCH 4

uint64_t cli_bench_cpu_ns(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double cli_bench_median(const struct cli_bench_values *v)
{
    double sorted[CLI_BENCH_ROUNDS];

    if (v->n == 0) {
        return 0;
    }
    memcpy(sorted, v->values, (size_t)v->n * sizeof sorted[0]);
    qsort(sorted, (size_t)v->n, sizeof sorted[0], bench_compare);
    return (sorted[(v->n - 1) / 2] + sorted[v->n / 2]) / 2;
}

static int bench_socket(unsigned index)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(BENCH_PORT)};
    struct sockaddr_in there = here;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int buffer = 16 << 20;
    int one = 1;

    here.sin_addr.s_addr = htonl(10u << 24 | 9u << 16 | index << 8 | 1u);
    there.sin_addr.s_addr = htonl(10u << 24 | 9u << 16 | index << 8 | 2u);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&here, sizeof here) < 0 ||
        connect(fd, (const struct sockaddr *)&there, sizeof there) < 0) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
    /* Without it the kernel would cut every super-packet that comes back. */
    (void)setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof one);
    return fd;
}

void cli_bench_open(struct cli_bench_mode *mode, unsigned index)
{
    struct vnic_info info = {.size = sizeof info};
    struct vnic_config cfg;
    char addresses[32];

    vnic_config_init(&cfg);
    (void)snprintf(addresses, sizeof addresses, "10.9.%u.1/24", index);
    cfg.addresses = addresses;
    cfg.flags = VNIC_NO_LINK_LOCAL | VNIC_NONBLOCK;
    cfg.tx_queue_len = BENCH_QUEUE;
    cfg.offload = mode->offload;
    cfg.engine = mode->engine;
    mode->socket = -1;
    if (vnic_open(&cfg, &mode->dev, &mode->err) < 0) {
        return;
    }
    if (vnic_get_info(mode->dev, &info, NULL) == 0 && strcmp(info.engine, mode->engine) != 0) {
        (void)snprintf(mode->err.text, sizeof mode->err.text, "%s", info.engine_reason);
        cli_bench_close(mode);
        return;
    }
    mode->socket = bench_socket(index);
    if (mode->socket < 0) {
        (void)snprintf(mode->err.text, sizeof mode->err.text, "cannot make a socket: %s",
                       strerror(errno));
        cli_bench_close(mode);
    }
}

void cli_bench_close(struct cli_bench_mode *mode)
{
    vnic_close(mode->dev);
    mode->dev = NULL;
    if (mode->socket >= 0) {
        (void)close(mode->socket);
        mode->socket = -1;
    }
}

/* Sends what a round needs. Returns packets. */
static int bench_fill(int fd, enum cli_bench_traffic traffic)
{
    static uint8_t payload[BENCH_TRAIN * BENCH_LARGE_BYTES];
    int segment = traffic == CLI_BENCH_LARGE ? BENCH_LARGE_BYTES : 0;
    int packets = 0;

    if (traffic == CLI_BENCH_SMALL) {
        for (int i = 0; i < BENCH_SMALL_PACKETS; i++) {
            packets += send(fd, payload, BENCH_SMALL_BYTES, 0) > 0;
        }
        return packets;
    }
    (void)setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof segment);
    for (int i = 0; i < BENCH_TRAINS; i++) {
        packets += send(fd, payload, sizeof payload, 0) > 0 ? BENCH_TRAIN : 0;
    }
    segment = 0;
    (void)setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof segment);
    return packets;
}

static uint64_t bench_drain(int fd)
{
    uint8_t byte;
    uint64_t bytes = 0;
    ssize_t n;

    /* MSG_TRUNC: the length of what was there. */
    while ((n = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC)) >= 0) {
        bytes += (uint64_t)n;
    }
    return bytes;
}

/* Makes a packet of IPv4 and UDP its own answer: addresses and ports change places, which no checksum
 * notices, not even the sum of a pseudo header. */
static void bench_turn(uint8_t *packet)
{
    uint8_t from[4];
    uint8_t port[2];

    memcpy(from, packet + 12, 4);
    memcpy(packet + 12, packet + 16, 4);
    memcpy(packet + 16, from, 4);
    memcpy(port, packet + 20, 2);
    memcpy(packet + 20, packet + 22, 2);
    memcpy(packet + 22, port, 2);
}

static void bench_one_by_one(vnic *dev)
{
    uint8_t packet[2048];
    int n;

    while ((n = vnic_recv(dev, packet, sizeof packet)) > 0) {
        bench_turn(packet);
        (void)vnic_send(dev, packet, (size_t)n);
    }
}

static void bench_batches(struct cli_bench_mode *mode)
{
    static uint8_t memory[BENCH_RAW_BATCH * VNIC_MAX_PACKET];
    struct vnic_packet packets[BENCH_MAX_BATCH];
    size_t room = mode->offload == VNIC_OFFLOAD_RAW ? VNIC_MAX_PACKET : BENCH_ROOM;
    int n;

    for (;;) {
        memset(packets, 0, (size_t)mode->batch * sizeof packets[0]);
        for (int i = 0; i < mode->batch; i++) {
            packets[i].data = memory + (size_t)i * room;
            packets[i].cap = (uint32_t)room;
        }
        n = vnic_recv_many(mode->dev, packets, mode->batch, VNIC_NOWAIT);
        if (n <= 0) {
            return;
        }
        for (int i = 0; i < n; i++) {
            bench_turn(packets[i].data);
        }
        (void)vnic_send_many(mode->dev, packets, n, VNIC_NOWAIT);
    }
}

void cli_bench_round(struct cli_bench_mode *mode, enum cli_bench_traffic traffic)
{
    struct cli_bench_values *v = &mode->ns[traffic];
    uint64_t start;
    int packets;

    if (mode->dev == NULL || v->n == CLI_BENCH_ROUNDS) {
        return;
    }
    packets = bench_fill(mode->socket, traffic);
    start = cli_bench_cpu_ns();
    if (mode->batch == 1) {
        bench_one_by_one(mode->dev);
    } else {
        bench_batches(mode);
    }
    if (packets > 0) {
        v->values[v->n++] = (double)(cli_bench_cpu_ns() - start) / packets;
    }
    mode->came_back += bench_drain(mode->socket);
}
