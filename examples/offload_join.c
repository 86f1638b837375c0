/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fast path: two network namespaces joined by a program that moves packets from one to the other,
 * as a VPN does. The same loop with one packet a call moves a fraction of what this moves.
 *
 * Run: offload_join split|raw PATH    as root on Linux; PATH is the other namespace, /run/netns/NAME or
 * /proc/PID/ns/net. This side gets 10.9.0.1, the other one 10.9.0.2. It ends with Ctrl-C.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

#define BATCH 128

static vnic *ends[2];

static void stop(int number)
{
    (void)number;
    vnic_shutdown(ends[0]);
    vnic_shutdown(ends[1]);
}

/* Sends all of it, whatever it takes. */
static int send_all(vnic *to, struct vnic_packet *pkts, int n)
{
    while (n > 0) {
        int rc = vnic_send_many(to, pkts, n, VNIC_FOREVER);

        if (rc < 0) {
            return rc;
        }
        n = vnic_packets_unsent(pkts, n);
    }
    return 0;
}

/*
 * Views, so that nothing is copied that need not be. With VNIC_OFFLOAD_SPLIT pkts are packets of at most
 * the MTU, which a VPN would encrypt here; with VNIC_OFFLOAD_RAW they are super-packets of up to 64 KiB.
 */
static int move_packets(vnic *from, vnic *to)
{
    struct vnic_packet pkts[BATCH], sent[BATCH];

    for (;;) {
        /* [forward] */
        int n = vnic_acquire_many(from, pkts, BATCH, VNIC_FOREVER);

        if (n < 0) {
            return n;
        }
        memcpy(sent, pkts, sizeof *pkts * (size_t)n);
        int rc = send_all(to, sent, n);

        vnic_release_many(from, pkts, n);
        /* [/forward] */
        if (rc < 0) {
            return rc;
        }
    }
}

static void *move_back(void *unused)
{
    (void)move_packets(ends[1], ends[0]);
    return unused;
}

static int open_end(const char *netns, const char *address, uint32_t offload, vnic **ret)
{
    struct vnic_config cfg;
    struct vnic_error err;

    vnic_config_init(&cfg);
    cfg.name = "join0";
    cfg.netns = netns;
    cfg.addresses = address;
    /* [offload] */
    cfg.offload = offload;
    cfg.flags |= offload == VNIC_OFFLOAD_SPLIT ? VNIC_PARTIAL_CHECKSUMS : 0;
    /* [/offload] */
    if (vnic_open(&cfg, ret, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

static void print_counters(vnic *dev, const char *what)
{
    struct vnic_stats stats = {.size = sizeof stats};

    /* [stats] */
    if (vnic_get_stats(dev, &stats, NULL) == 0) {
        printf("%s: %llu super-packets received, %llu sent, %llu refused\n", what,
               (unsigned long long)stats.queue_rx_super, (unsigned long long)stats.queue_tx_super,
               (unsigned long long)stats.queue_tx_refused);
    }
    /* [/stats] */
}

int main(int argc, char **argv)
{
    struct sigaction action = {0};
    pthread_t back;
    uint32_t offload;

    if (argc != 3 || (strcmp(argv[1], "split") != 0 && strcmp(argv[1], "raw") != 0)) {
        fprintf(stderr, "usage: offload_join split|raw PATH\n");
        return 2;
    }
    offload = argv[1][0] == 's' ? VNIC_OFFLOAD_SPLIT : VNIC_OFFLOAD_RAW;
    if (open_end(NULL, "10.9.0.1/24", offload, &ends[0]) < 0) {
        return 1;
    }
    if (open_end(argv[2], "10.9.0.2/24", offload, &ends[1]) < 0) {
        vnic_close(ends[0]);
        return 1;
    }
    /* Not signal(): in strict C that is System V's, whose handler works once. */
    action.sa_handler = stop;
    (void)sigaction(SIGINT, &action, NULL);
    if (pthread_create(&back, NULL, move_back, NULL) == 0) {
        printf("joined\n");
        (void)fflush(stdout);
        (void)move_packets(ends[0], ends[1]);
        stop(0);
        (void)pthread_join(back, NULL);
    }
    print_counters(ends[0], "here");
    print_counters(ends[1], "there");
    vnic_close(ends[1]);
    vnic_close(ends[0]);
    return 0;
}
