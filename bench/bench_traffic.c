/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ends of the traffic that bench_forward carries. NETNS is a path, or "-" for the caller's namespace.
 *
 *     bench_traffic NETNS tcp-sink PORT
 *     bench_traffic NETNS tcp HOST PORT STREAMS MS
 *     bench_traffic NETNS udp-sink PORT MS
 *     bench_traffic NETNS udp HOST PORT BYTES SEGMENTS MS
 *
 * Sinks print "ready" first. The TCP source writes as iperf3 does, 128 KiB at a time from one buffer, one
 * thread a stream; it prints the bytes a second that were acknowledged after a warm-up, the segments that
 * were sent again, and all bytes that were acknowledged. The UDP source sends as fast as it can, datagrams
 * or buffers of so many segments (UDP_SEGMENT); the sink takes datagrams as the kernel has them (UDP_GRO)
 * and prints datagrams and bytes a second, and all datagrams and bytes that came.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "bench_net.h"

#define CHUNK (128 * 1024)
#define STREAMS_MAX 16
#define BATCH 64
#define DATAGRAM_MAX 65536
#define WARM_MS 100
#define SILENCE_MS 100
#define PATIENCE_MS 2000
#define SOCKET_BUFFER (16 << 20)

/* Linux include/linux/tcp.h: the head of struct tcp_info up to tcpi_bytes_acked is the same since 4.1;
 * the C library's header ends earlier. */
struct tcp_figures {
    struct tcp_info head;
    uint64_t pacing_rate;
    uint64_t max_pacing_rate;
    uint64_t bytes_acked;
};

struct stream {
    int fd;
    pthread_t thread;
};

static void sleep_ms(int ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    (void)nanosleep(&time, NULL);
}

static struct sockaddr_in address_of(const char *host, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    address.sin_port = htons((uint16_t)atoi(port));
    if (host != NULL && inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        errno = 0;
        bench_die("not an address");
    }
    return address;
}

static int bound_socket(int type, const char *port)
{
    struct sockaddr_in address = address_of(NULL, port);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        bench_die("cannot bind a port");
    }
    return fd;
}

static void say_ready(void)
{
    (void)puts("ready");
    (void)fflush(stdout);
}

/* ---- TCP ------------------------------------------------------------------------------------------ */

static void *swallow(void *arg)
{
    struct stream *s = arg;
    uint8_t *chunk = malloc(CHUNK);

    while (chunk != NULL && read(s->fd, chunk, CHUNK) > 0) {
    }
    free(chunk);
    (void)close(s->fd);
    free(s);
    return NULL;
}

static void tcp_sink(const char *port)
{
    int listener = bound_socket(SOCK_STREAM, port);

    if (listen(listener, STREAMS_MAX) < 0) {
        bench_die("listen");
    }
    say_ready();
    for (;;) {
        struct stream *s = calloc(1, sizeof *s);

        if (s == NULL || (s->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0 ||
            pthread_create(&s->thread, NULL, swallow, s) != 0 || pthread_detach(s->thread) != 0) {
            bench_die("cannot take a connection");
        }
    }
}

static void *pour(void *arg)
{
    struct stream *s = arg;
    uint8_t *chunk = calloc(1, CHUNK);

    while (chunk != NULL && send(s->fd, chunk, CHUNK, MSG_NOSIGNAL) > 0) {
    }
    free(chunk);
    return NULL;
}

static int tcp_connect(const char *host, const char *port)
{
    struct sockaddr_in address = address_of(host, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    /* The same everywhere, if it is there: what paces would measure itself. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        bench_die("cannot connect");
    }
    return fd;
}

static void add_up(const struct stream *streams, int n, uint64_t *bytes, uint64_t *again)
{
    *bytes = 0;
    *again = 0;
    for (int i = 0; i < n; i++) {
        struct tcp_figures figures;
        socklen_t len = sizeof figures;

        if (getsockopt(streams[i].fd, IPPROTO_TCP, TCP_INFO, &figures, &len) < 0 ||
            len < offsetof(struct tcp_figures, bytes_acked) + sizeof figures.bytes_acked) {
            bench_die("TCP_INFO");
        }
        *bytes += figures.bytes_acked;
        *again += figures.head.tcpi_total_retrans;
    }
}

static void tcp_source(const char *host, const char *port, int n, int ms)
{
    struct stream streams[STREAMS_MAX];
    struct linger now = {.l_onoff = 1};
    uint64_t before;
    uint64_t bytes;
    uint64_t again;
    uint64_t start;
    uint64_t end;

    for (int i = 0; i < n; i++) {
        streams[i].fd = tcp_connect(host, port);
    }
    for (int i = 0; i < n; i++) {
        if (pthread_create(&streams[i].thread, NULL, pour, &streams[i]) != 0) {
            bench_die("cannot start a thread");
        }
    }
    sleep_ms(WARM_MS);
    start = bench_now_ns();
    add_up(streams, n, &before, &again);
    sleep_ms(ms);
    end = bench_now_ns();
    add_up(streams, n, &bytes, &again);
    (void)printf("%.0f %llu %llu\n", (double)(bytes - before) * 1e9 / (double)(end - start),
                 (unsigned long long)again, (unsigned long long)bytes);
    /* A reset empties the queues at once, so that the next run finds none of this one's packets. */
    for (int i = 0; i < n; i++) {
        (void)setsockopt(streams[i].fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
}

/* ---- UDP ------------------------------------------------------------------------------------------ */

static void make_batch(struct mmsghdr *batch, struct iovec *iov, size_t bytes)
{
    uint8_t *room = calloc(BATCH, DATAGRAM_MAX);

    if (room == NULL) {
        bench_die("no memory");
    }
    memset(batch, 0, BATCH * sizeof *batch);
    for (int i = 0; i < BATCH; i++) {
        iov[i].iov_base = room + (size_t)i * DATAGRAM_MAX;
        iov[i].iov_len = bytes;
        batch[i].msg_hdr.msg_iov = &iov[i];
        batch[i].msg_hdr.msg_iovlen = 1;
    }
}

static void enlarge(int fd, int forced, int plain)
{
    int bytes = SOCKET_BUFFER;

    if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) < 0) {
        (void)setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof bytes);
    }
}

static void udp_source(const char *host, const char *port, int bytes, int segments, int ms)
{
    struct sockaddr_in address = address_of(host, port);
    struct mmsghdr batch[BATCH];
    struct iovec iov[BATCH];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    uint64_t end = bench_now_ns() + (uint64_t)(ms + 2 * WARM_MS) * 1000000u;

    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        (segments > 1 && setsockopt(fd, SOL_UDP, UDP_SEGMENT, &bytes, sizeof bytes) < 0)) {
        bench_die("cannot make a socket for the traffic");
    }
    enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    make_batch(batch, iov, (size_t)bytes * (size_t)segments);
    while (bench_now_ns() < end) {
        if (sendmmsg(fd, batch, segments > 1 ? 1 : BATCH / 2, 0) < 0 && errno != ENOBUFS &&
            errno != ECONNREFUSED) {
            bench_die("cannot send the traffic");
        }
    }
}

struct tally {
    uint64_t datagrams;
    uint64_t bytes;
};

/* A message of several datagrams says how long each is (udp(7), UDP_GRO). */
static void add_message(struct tally *tally, struct mmsghdr *message)
{
    unsigned size = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message->msg_hdr); c != NULL;
         c = CMSG_NXTHDR(&message->msg_hdr, c)) {
        if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
            int value;

            memcpy(&value, CMSG_DATA(c), sizeof value);
            size = (unsigned)value;
        }
    }
    tally->bytes += message->msg_len;
    tally->datagrams += size > 0 ? (message->msg_len + size - 1) / size : 1;
}

static int receive_batch(int fd, struct mmsghdr *batch, struct tally *tally)
{
    static _Alignas(struct cmsghdr) uint8_t control[BATCH][CMSG_SPACE(sizeof(int))];
    int n;

    for (int i = 0; i < BATCH; i++) {
        batch[i].msg_hdr.msg_control = control[i];
        batch[i].msg_hdr.msg_controllen = sizeof control[i];
    }
    n = recvmmsg(fd, batch, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < n; i++) {
        add_message(tally, &batch[i]);
    }
    return n;
}

static void udp_sink(const char *port, int ms)
{
    struct timeval silence = {.tv_usec = SILENCE_MS * 1000};
    struct mmsghdr batch[BATCH];
    struct iovec iov[BATCH];
    struct tally all = {0, 0};
    struct tally window[2] = {{0, 0}, {0, 0}};
    uint64_t times[2] = {0, 0};
    uint64_t first = 0;
    uint64_t last = 0;
    int fd = bound_socket(SOCK_DGRAM, port);
    int on = 1;

    (void)setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
    enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    make_batch(batch, iov, DATAGRAM_MAX);
    say_ready();
    /* Until the traffic has come and gone: on a busy machine it may pause, or begin late. */
    for (int quiet = 0; quiet < (times[1] == 0 ? PATIENCE_MS / SILENCE_MS : 1);) {
        uint64_t now;

        quiet = receive_batch(fd, batch, &all) > 0 ? 0 : quiet + 1;
        now = bench_now_ns();
        if (quiet == 0) {
            last = now;
            first = first == 0 ? now : first;
        }
        for (int i = 0; i < 2 && first != 0; i++) {
            if (times[i] == 0 && quiet == 0 &&
                now >= first + (uint64_t)(WARM_MS + i * ms) * 1000000u) {
                times[i] = now;
                window[i] = all;
            }
        }
    }
    if (times[1] == 0) {
        times[1] = last;
        window[1] = all;
    }
    if (times[0] == 0 || times[1] <= times[0]) {
        errno = 0;
        bench_die("too little traffic came");
    }
    (void)printf("%.0f %.0f %llu %llu\n",
                 (double)(window[1].datagrams - window[0].datagrams) * 1e9 /
                     (double)(times[1] - times[0]),
                 (double)(window[1].bytes - window[0].bytes) * 1e9 / (double)(times[1] - times[0]),
                 (unsigned long long)all.datagrams, (unsigned long long)all.bytes);
}

static void enter(const char *path)
{
    int fd;

    if (strcmp(path, "-") == 0) {
        return;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) {
        bench_die(path);
    }
    (void)close(fd);
}

int main(int argc, char **argv)
{
    const char *what = argc > 3 ? argv[2] : "";

    if (argc > 1) {
        enter(argv[1]);
    }
    if (strcmp(what, "tcp-sink") == 0) {
        tcp_sink(argv[3]);
    } else if (strcmp(what, "tcp") == 0 && argc == 7 && atoi(argv[5]) >= 1 &&
               atoi(argv[5]) <= STREAMS_MAX) {
        tcp_source(argv[3], argv[4], atoi(argv[5]), atoi(argv[6]));
    } else if (strcmp(what, "udp-sink") == 0 && argc == 5) {
        udp_sink(argv[3], atoi(argv[4]));
    } else if (strcmp(what, "udp") == 0 && argc == 8 &&
               atoi(argv[5]) * atoi(argv[6]) < DATAGRAM_MAX) {
        udp_source(argv[3], argv[4], atoi(argv[5]), atoi(argv[6]), atoi(argv[7]));
    } else {
        errno = 0;
        bench_die("usage: see the head of bench_traffic.c");
    }
    return 0;
}
