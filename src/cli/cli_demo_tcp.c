/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TCP step of `vnic demo`: two namespaces with a TUN each, and vnic between them as the wire. The
 * kernels' own TCP sends some megabytes across; a checksum at both ends says that they arrived.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli.h"
#include "cli_demo.h"
#include "cli_private.h"

#define WIRE_BATCH 64
#define WIRE_BUFFER 2048 /* the devices' MTU is 1500 */
#define TCP_DEMO_BYTES (16u << 20)
#define TCP_DEMO_PORT 7777
#define TCP_DEMO_SECONDS 8

/* One direction of the wire. */
struct demo_wire {
    vnic *from;
    vnic *to;
    pthread_t thread;
    int running;
    uint64_t packets;
    uint8_t buffers[WIRE_BATCH][WIRE_BUFFER];
};

struct demo_end {
    int netns;
    int socket;
    vnic *dev;
};

struct demo_tcp {
    struct demo_end left;  /* connects and sends */
    struct demo_end right; /* listens and receives */
    struct demo_wire there;
    struct demo_wire back;
    uint64_t received; /* bytes */
    uint64_t sum;      /* of what was received */
};

/* FNV-1a, 64 bits (RFC 9923): enough to notice a byte that is wrong, missing or out of order. */
static uint64_t demo_sum(uint64_t sum, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ data[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

#define DEMO_SUM_START UINT64_C(0xcbf29ce484222325)

static void *wire_main(void *argument)
{
    struct demo_wire *wire = argument;
    struct vnic_packet packets[WIRE_BATCH];
    int n;

    for (;;) {
        memset(packets, 0, sizeof packets);
        for (int i = 0; i < WIRE_BATCH; i++) {
            packets[i].data = wire->buffers[i];
            packets[i].cap = WIRE_BUFFER;
        }
        n = vnic_recv_many(wire->from, packets, WIRE_BATCH, VNIC_FOREVER);
        if (n < 0) {
            return NULL;
        }
        wire->packets += (uint64_t)n;
        /* A packet that the other end does not take is lost, as on a wire; TCP sends it again. */
        (void)vnic_send_many(wire->to, packets, n, VNIC_FOREVER);
    }
}

static void wire_start(struct demo_wire *wire, vnic *from, vnic *to)
{
    wire->from = from;
    wire->to = to;
    wire->running = pthread_create(&wire->thread, NULL, wire_main, wire) == 0;
}

static void wire_stop(struct demo_wire *wire)
{
    if (wire->running) {
        (void)vnic_shutdown(wire->from);
        (void)pthread_join(wire->thread, NULL);
        wire->running = 0;
    }
}

/* A namespace with a TUN in it, made from outside, and a socket that lives in it. */
static int end_make(struct demo_end *end, const char *name, const char *addresses,
                    struct vnic_error *err)
{
    struct timeval limit = {TCP_DEMO_SECONDS, 0};
    struct vnic_config cfg;
    int home = cli_private_current();
    int rc;

    end->netns = cli_private_new_netns();
    if (home < 0 || end->netns < 0 || cli_private_switch(end->netns) < 0) {
        (void)snprintf(err->text, sizeof err->text, "cannot make a network namespace: %s",
                       strerror(errno));
        (void)close(home);
        return VNIC_EOS;
    }
    end->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)cli_private_switch(home);
    (void)close(home);
    (void)setsockopt(end->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt(end->socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    vnic_config_init(&cfg);
    cfg.name = name;
    cfg.addresses = addresses;
    cfg.netns_fd = end->netns;
    cfg.flags = VNIC_NO_LINK_LOCAL;
    rc = vnic_open(&cfg, &end->dev, err);
    return rc;
}

static void end_free(struct demo_end *end)
{
    vnic_close(end->dev);
    if (end->socket >= 0) {
        (void)close(end->socket);
    }
    if (end->netns >= 0) {
        (void)close(end->netns);
    }
}

/* The receiving end, in its own thread. */
static void *demo_tcp_receive(void *argument)
{
    struct demo_tcp *tcp = argument;
    static uint8_t data[65536];
    int fd = accept4(tcp->right.socket, NULL, NULL, SOCK_CLOEXEC);
    ssize_t n = 0;

    tcp->sum = DEMO_SUM_START;
    while (fd >= 0 && (n = recv(fd, data, sizeof data, 0)) > 0) {
        tcp->sum = demo_sum(tcp->sum, data, (size_t)n);
        tcp->received += (uint64_t)n;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return NULL;
}

/* Sends numbers that do not repeat. Returns their sum, 0 on failure. */
static uint64_t demo_tcp_send(int fd)
{
    static uint8_t data[65536];
    uint64_t sum = DEMO_SUM_START;
    uint32_t state = 1;

    for (uint32_t sent = 0; sent < TCP_DEMO_BYTES; sent += (uint32_t)sizeof data) {
        for (size_t i = 0; i < sizeof data; i++) {
            /* Numerical Recipes' linear congruential generator. */
            state = state * 1664525u + 1013904223u;
            data[i] = (uint8_t)(state >> 24);
        }
        sum = demo_sum(sum, data, sizeof data);
        for (size_t at = 0; at < sizeof data;) {
            ssize_t n = send(fd, data + at, sizeof data - at, MSG_NOSIGNAL);

            if (n <= 0) {
                return 0;
            }
            at += (size_t)n;
        }
    }
    return shutdown(fd, SHUT_WR) == 0 ? sum : 0;
}

static void demo_tcp_transfer(struct demo_tcp *tcp)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(TCP_DEMO_PORT)};
    pthread_t receiver;
    uint64_t start;
    uint64_t sum = 0;
    double seconds;

    (void)inet_pton(AF_INET, "10.9.2.2", &to.sin_addr);
    if (bind(tcp->right.socket, (const struct sockaddr *)&to, sizeof to) < 0 ||
        listen(tcp->right.socket, 1) < 0 ||
        pthread_create(&receiver, NULL, demo_tcp_receive, tcp) != 0) {
        cli_demo_result(0, "cannot listen: %s", strerror(errno));
        return;
    }
    start = cli_mono_ns();
    if (connect(tcp->left.socket, (const struct sockaddr *)&to, sizeof to) == 0) {
        sum = demo_tcp_send(tcp->left.socket);
    } else {
        cli_demo_result(0, "cannot connect: %s", strerror(errno));
        (void)shutdown(tcp->right.socket, SHUT_RDWR);
    }
    (void)pthread_join(receiver, NULL);
    seconds = (double)(cli_mono_ns() - start) / 1e9;
    cli_demo_result(tcp->received == TCP_DEMO_BYTES && tcp->sum == sum,
                    "%llu of %u MiB arrived in %.2f s (%.0f MiB/s), checksum %s",
                    (unsigned long long)(tcp->received >> 20), TCP_DEMO_BYTES >> 20, seconds,
                    (double)(tcp->received >> 20) / seconds,
                    tcp->sum == sum ? "the same at both ends" : "different");
}

void cli_demo_tcp(void)
{
    static struct demo_tcp tcp = {.left = {-1, -1, NULL}, .right = {-1, -1, NULL}};
    struct vnic_error err = {0};

    cli_demo_title("TCP between two namespaces, with vnic as the wire");
    if (end_make(&tcp.left, "left", "10.9.2.1/24", &err) < 0 ||
        end_make(&tcp.right, "right", "10.9.2.2/24", &err) < 0) {
        cli_demo_result(0, "%s", err.text);
    } else {
        cli_demo_note("left: 10.9.2.1/24 in one namespace; right: 10.9.2.2/24 in another");
        wire_start(&tcp.there, tcp.left.dev, tcp.right.dev);
        wire_start(&tcp.back, tcp.right.dev, tcp.left.dev);
        demo_tcp_transfer(&tcp);
        wire_stop(&tcp.there);
        wire_stop(&tcp.back);
        cli_demo_note("%llu packets were forwarded one way, %llu the other",
                      (unsigned long long)tcp.there.packets, (unsigned long long)tcp.back.packets);
    }
    end_free(&tcp.left);
    end_free(&tcp.right);
}
