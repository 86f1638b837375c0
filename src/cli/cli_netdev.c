/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and counters of any interface of this network namespace; see cli_netdev.h. */
#include "cli_netdev.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
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

static void netdev_one_address(const struct ifaddrs *entry,
                               void (*fn)(void *user, const char *text), void *user)
{
    int family = entry->ifa_addr->sa_family;
    char address[INET6_ADDRSTRLEN];
    char text[INET6_ADDRSTRLEN + 8];
    const void *bytes;
    const void *mask;
    size_t len;

    if (family == AF_INET) {
        bytes = &((const struct sockaddr_in *)(const void *)entry->ifa_addr)->sin_addr;
        mask = &((const struct sockaddr_in *)(const void *)entry->ifa_netmask)->sin_addr;
        len = 4;
    } else {
        bytes = &((const struct sockaddr_in6 *)(const void *)entry->ifa_addr)->sin6_addr;
        mask = &((const struct sockaddr_in6 *)(const void *)entry->ifa_netmask)->sin6_addr;
        len = 16;
    }
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

int cli_netdev_stats(const char *name, struct vnic_stats *ret_stats)
{
    char line[512];
    unsigned long long n[16];
    int found = 0;
    /* /proc/net belongs to the namespace of the thread; /sys/class/net to that of its mount. */
    FILE *file = fopen("/proc/thread-self/net/dev", "re");

    if (file == NULL) {
        return 0;
    }
    while (!found && fgets(line, sizeof line, file) != NULL) {
        char *colon = strrchr(line, ':');
        char *start = line + strspn(line, " ");

        if (colon == NULL) {
            continue;
        }
        *colon = '\0';
        /* Linux net/core/net-procfs.c dev_seq_printf_stats(): rx bytes, packets, errs, drop, fifo,
         * frame, compressed, multicast; tx bytes, packets, errs, drop, … */
        found = strcmp(start, name) == 0 &&
                sscanf(colon + 1, "%llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu",
                       &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8], &n[9], &n[10],
                       &n[11]) == 12;
    }
    (void)fclose(file);
    if (found) {
        /* What the kernel receives is what the user of the interface sends. */
        ret_stats->tx_bytes = n[0];
        ret_stats->tx_packets = n[1];
        ret_stats->tx_errors = n[2];
        ret_stats->tx_dropped = n[3];
        ret_stats->rx_bytes = n[8];
        ret_stats->rx_packets = n[9];
        ret_stats->rx_errors = n[10];
        ret_stats->rx_dropped = n[11];
    }
    return found;
}
