/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and counters of any interface of this network namespace; see cli_netdev.h. */
#include "cli_netdev.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bits of a mask, which getifaddrs() gives instead of a length. */
static int netdev_prefix_length(const uint8_t *mask, size_t len)
{
    int bits = 0;

    for (size_t i = 0; i < len; i++) {
        for (int bit = 7; bit >= 0 && (mask[i] >> bit & 1); bit--) {
            bits++;
        }
    }
    return bits;
}

/* Where a socket address of a family has its bytes. */
static size_t netdev_bytes_at(int family)
{
    return family == AF_INET ? offsetof(struct sockaddr_in, sin_addr)
                             : offsetof(struct sockaddr_in6, sin6_addr);
}

static void netdev_one_address(const struct ifaddrs *entry,
                               void (*fn)(void *user, const char *text), void *user)
{
    int family = entry->ifa_addr->sa_family;
    size_t len = family == AF_INET ? 4 : 16;
    char address[INET6_ADDRSTRLEN];
    char text[INET6_ADDRSTRLEN + 16];
    uint8_t bytes[16];
    uint8_t mask[16];

    memcpy(bytes, (const char *)entry->ifa_addr + netdev_bytes_at(family), len);
    memcpy(mask, (const char *)entry->ifa_netmask + netdev_bytes_at(family), len);
    if (inet_ntop(family, bytes, address, sizeof address) != NULL) {
        (void)snprintf(text, sizeof text, "%s/%d", address, netdev_prefix_length(mask, len));
        fn(user, text);
    }
}

void cli_netdev_addresses(const char *name, void (*fn)(void *user, const char *text), void *user)
{
    struct ifaddrs *list;

    if (getifaddrs(&list) != 0) {
        return;
    }
    for (const struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next) {
        if (strcmp(entry->ifa_name, name) == 0 && entry->ifa_addr != NULL &&
            entry->ifa_netmask != NULL &&
            (entry->ifa_addr->sa_family == AF_INET || entry->ifa_addr->sa_family == AF_INET6)) {
            netdev_one_address(entry, fn, user);
        }
    }
    freeifaddrs(list);
}

/* Reads n numbers. Returns how many were there. */
static int netdev_numbers(const char *text, unsigned long long *ret, int n)
{
    int i;

    for (i = 0; i < n; i++) {
        char *end;

        ret[i] = strtoull(text, &end, 10);
        if (end == text) {
            break;
        }
        text = end;
    }
    return i;
}

/* A line of the table: "  tun0: 1 2 3 …". Returns 1 if it is that of the interface. */
static int netdev_stats_line(char *line, const char *name, struct vnic_stats *ret)
{
    unsigned long long n[12];
    char *colon = strrchr(line, ':');

    if (colon == NULL) {
        return 0;
    }
    *colon = '\0';
    if (strcmp(line + strspn(line, " "), name) != 0 || netdev_numbers(colon + 1, n, 12) != 12) {
        return 0;
    }
    /* Linux net/core/net-procfs.c dev_seq_printf_stats(): rx bytes, packets, errs, drop, fifo, frame,
     * compressed, multicast; tx bytes, packets, errs, drop, … What the kernel receives is what the
     * user of the interface sends. */
    ret->tx_bytes = n[0];
    ret->tx_packets = n[1];
    ret->tx_errors = n[2];
    ret->tx_dropped = n[3];
    ret->rx_bytes = n[8];
    ret->rx_packets = n[9];
    ret->rx_errors = n[10];
    ret->rx_dropped = n[11];
    return 1;
}

int cli_netdev_stats(const char *name, struct vnic_stats *ret_stats)
{
    char line[512];
    int found = 0;
    /* /proc/net belongs to the namespace of the thread; /sys/class/net to that of its mount. */
    FILE *file = fopen("/proc/thread-self/net/dev", "re");

    if (file == NULL) {
        return 0;
    }
    while (!found && fgets(line, sizeof line, file) != NULL) {
        found = netdev_stats_line(line, name, ret_stats);
    }
    (void)fclose(file);
    return found;
}
