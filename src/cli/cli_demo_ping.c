/* SPDX-License-Identifier: Apache-2.0 */
/* Pinging as part of `vnic demo`: the system's ping, else our own echo requests on a raw socket. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli.h"
#include "cli_demo.h"
#include "vnic/packet.h"

#define PING_COUNT 3
#define PING_TIMEOUT_MS 2000
#define PING_SETTLE_MS 50

static int ping_found(void)
{
    static const char *const places[] = {"/bin/ping", "/usr/bin/ping", "/sbin/ping"};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i], X_OK) == 0) {
            return 1;
        }
    }
    return 0;
}

/* iputils: "3 packets transmitted, 3 received, …" and "rtt min/avg/max/mdev = 0.04/0.05/… ms". */
static void ping_read_line(const char *line, struct cli_ping *ret)
{
    const char *received = strstr(line, " packets transmitted, ");
    const char *times = strstr(line, " = ");
    const char *average = times != NULL ? strchr(times, '/') : NULL;

    if (received != NULL) {
        ret->sent = (int)strtol(line, NULL, 10);
        ret->received = (int)strtol(received + strlen(" packets transmitted, "), NULL, 10);
    } else if (average != NULL && strstr(line, "min/avg/max") != NULL) {
        ret->average_ms = strtod(average + 1, NULL);
    }
}

static int ping_by_program(const char *address, struct cli_ping *ret)
{
    char command[160];
    char line[256];
    FILE *pipe;

    /* The address is one of the demo's own constants. */
    (void)snprintf(command, sizeof command,
                   "LC_ALL=C PATH=/bin:/usr/bin:/sbin ping -n -c %d -i 0.2 "
                   "-W 2 %s 2>/dev/null",
                   PING_COUNT, address);
    pipe = popen(command, "re");
    if (pipe == NULL) {
        return errno;
    }
    ret->how = "the system's ping";
    while (fgets(line, sizeof line, pipe) != NULL) {
        ping_read_line(line, ret);
    }
    (void)pclose(pipe);
    return ret->sent > 0 ? 0 : ENOSYS;
}

static void ping_build(uint8_t *request, size_t len, int v6, uint16_t seq)
{
    uint16_t sum;

    memset(request, 0x56, len);
    /* RFC 792 page 14, RFC 4443 section 4.1: type, code, checksum, identifier, sequence number. The
     * kernel completes the checksum of ICMPv6. */
    request[0] = v6 ? 128 : 8;
    request[1] = request[2] = request[3] = 0;
    request[4] = 'v';
    request[5] = 'n';
    request[6] = (uint8_t)(seq >> 8);
    request[7] = (uint8_t)seq;
    if (!v6) {
        sum = vnic_checksum(request, len);
        request[2] = (uint8_t)(sum >> 8);
        request[3] = (uint8_t)sum;
    }
}

/* Waits for the reply to a request. Returns whether it came. */
static int ping_wait(int fd, const uint8_t *request, int v6)
{
    uint64_t deadline = cli_mono_ns() + PING_TIMEOUT_MS * UINT64_C(1000000);
    uint8_t reply[256];

    while (cli_mono_ns() < deadline) {
        struct pollfd entry = {fd, POLLIN, 0};
        const uint8_t *icmp = reply;
        ssize_t n;

        if (poll(&entry, 1, PING_TIMEOUT_MS) <= 0) {
            break;
        }
        n = recv(fd, reply, sizeof reply, 0);
        if (!v6 && n > 0) {
            icmp += (reply[0] & 0x0F) * 4;
        }
        if (icmp + 8 <= reply + n && icmp[0] == (v6 ? 129 : 0) &&
            memcmp(icmp + 4, request + 4, 4) == 0) {
            return 1;
        }
    }
    return 0;
}

static int ping_by_socket(const char *address, struct cli_ping *ret)
{
    struct sockaddr_in6 to6 = {.sin6_family = AF_INET6};
    struct sockaddr_in to4 = {.sin_family = AF_INET};
    int v6 = strchr(address, ':') != NULL;
    const struct sockaddr *to = v6 ? (const struct sockaddr *)&to6 : (const struct sockaddr *)&to4;
    socklen_t to_len = v6 ? sizeof to6 : sizeof to4;
    double total_ms = 0;
    int fd;

    (void)inet_pton(v6 ? AF_INET6 : AF_INET, address,
                    v6 ? (void *)&to6.sin6_addr : (void *)&to4.sin_addr);
    fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC,
                v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    if (fd < 0) {
        return errno;
    }
    ret->how = "a raw socket";
    /* The kernel makes a new IPv6 address reachable in the background, some milliseconds later: the
     * time that a program takes to start. */
    (void)poll(NULL, 0, PING_SETTLE_MS);
    for (ret->sent = 0; ret->sent < PING_COUNT; ret->sent++) {
        uint8_t request[64];
        uint64_t start = cli_mono_ns();

        ping_build(request, sizeof request, v6, (uint16_t)(ret->sent + 1));
        if (sendto(fd, request, sizeof request, 0, to, to_len) > 0 && ping_wait(fd, request, v6)) {
            ret->received++;
            total_ms += (double)(cli_mono_ns() - start) / 1e6;
        }
    }
    (void)close(fd);
    ret->average_ms = ret->received > 0 ? total_ms / ret->received : 0;
    return 0;
}

int cli_ping(const char *address, struct cli_ping *ret)
{
    memset(ret, 0, sizeof *ret);
    if (ping_found() && ping_by_program(address, ret) == 0) {
        return 0;
    }
    memset(ret, 0, sizeof *ret);
    return ping_by_socket(address, ret);
}
