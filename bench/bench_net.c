/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* RFC 791 section 3.1 and RFC 768: headers without options. */
#define BENCH_IP_HEADER 20u
#define BENCH_UDP_HEADER 8u

#define BENCH_BATCH 64

void bench_die(const char *what)
{
    (void)fprintf(stderr, "bench: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        bench_die(path);
    }
    (void)close(fd);
}

void bench_enter_network(void)
{
    unsigned uid = getuid();
    unsigned gid = getgid();
    char map[64];

    if (unshare(CLONE_NEWNET) == 0) {
        return;
    }
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
        bench_die("no right to make a network namespace (be root, or allow user namespaces)");
    }
    write_file("/proc/self/setgroups", "deny");
    (void)snprintf(map, sizeof map, "0 %u 1\n", uid);
    write_file("/proc/self/uid_map", map);
    (void)snprintf(map, sizeof map, "0 %u 1\n", gid);
    write_file("/proc/self/gid_map", map);
}

vnic *bench_open(unsigned net, uint32_t flags)
{
    struct vnic_config cfg;
    struct vnic_error err;
    char addresses[32];
    vnic *dev;

    vnic_config_init(&cfg);
    (void)snprintf(addresses, sizeof addresses, "10.%u.0.1/24", net);
    cfg.addresses = addresses;
    cfg.flags = flags | VNIC_NO_LINK_LOCAL;
    cfg.tx_queue_len = 10000;
    if (vnic_open(&cfg, &dev, &err) < 0) {
        errno = 0;
        bench_die(err.text);
    }
    return dev;
}

int bench_source(unsigned net)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(10u << 24 | net << 16 | 2u);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) < 0) {
        bench_die("cannot make a socket for the traffic");
    }
    return fd;
}

void bench_fill(int source, int n, size_t len)
{
    static uint8_t payload[65536];
    struct iovec iov = {payload, len - BENCH_IP_HEADER - BENCH_UDP_HEADER};
    struct mmsghdr batch[BENCH_BATCH];

    memset(batch, 0, sizeof batch);
    for (int i = 0; i < BENCH_BATCH; i++) {
        batch[i].msg_hdr.msg_iov = &iov;
        batch[i].msg_hdr.msg_iovlen = 1;
    }
    while (n > 0) {
        int sent = sendmmsg(source, batch, (unsigned)(n < BENCH_BATCH ? n : BENCH_BATCH), 0);

        if (sent < 0) {
            bench_die("cannot send the traffic");
        }
        n -= sent;
    }
}

void bench_make_dropped(uint8_t *packet, size_t len, unsigned net)
{
    const uint8_t header[BENCH_IP_HEADER] = {0x45,
                                             0,
                                             (uint8_t)(len >> 8),
                                             (uint8_t)len,
                                             0,
                                             0,
                                             0,
                                             0,
                                             64,
                                             IPPROTO_UDP,
                                             0xba,
                                             0xad,
                                             10,
                                             (uint8_t)net,
                                             0,
                                             2,
                                             10,
                                             (uint8_t)net,
                                             0,
                                             1};

    memset(packet, 0, len);
    memcpy(packet, header, sizeof header);
}

static uint64_t read_clock(clockid_t id)
{
    struct timespec now;

    (void)clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t bench_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t bench_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
