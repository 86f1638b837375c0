/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wine_forward BACKEND NAME NAME: opens two interfaces and carries packets from each to the other, until one
 * of them is deleted. What the two networks behind them do with it is the business of a script.
 */
#include <windows.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "vnic/vnic.h"

#define BATCH 32

struct direction {
    vnic *from;
    vnic *to;
    uint64_t packets;
    int rc;
};

/* Sends all of a batch; those that their receiver does not want are dropped, as a wire does. */
static int send_all(vnic *to, struct vnic_packet *p, int n)
{
    while (n > 0) {
        int sent = vnic_send_many(to, p, n, VNIC_FOREVER);

        if (sent == VNIC_ECLOSED || sent == VNIC_EINTERRUPTED) {
            return sent;
        }
        sent = sent > 0 ? sent : 1;
        p += sent;
        n -= sent;
    }
    return 0;
}

static DWORD WINAPI carry(void *arg)
{
    struct direction *d = arg;
    struct vnic_packet views[BATCH], copies[BATCH];

    while (d->rc >= 0) {
        int n;

        memset(views, 0, sizeof views);
        n = vnic_acquire_many(d->from, views, BATCH, VNIC_FOREVER);
        if (n < 0) {
            d->rc = n;
            break;
        }
        /* A view of one handle is a packet like any other to the other handle. */
        memset(copies, 0, sizeof copies);
        for (int i = 0; i < n; i++) {
            copies[i].data = views[i].data;
            copies[i].len = views[i].len;
            copies[i].cap = views[i].len;
        }
        d->rc = send_all(d->to, copies, n);
        d->packets += (uint64_t)n;
        (void)vnic_release_many(d->from, views, n);
    }
    (void)vnic_interrupt(d->from);
    (void)vnic_interrupt(d->to);
    return 0;
}

static vnic *open_one(const char *backend, const char *name)
{
    struct vnic_config cfg;
    struct vnic_error err;
    vnic *dev = NULL;

    vnic_config_init(&cfg);
    cfg.backend = backend;
    cfg.name = name;
    cfg.mtu = 1500;
    cfg.flags = VNIC_EXCLUSIVE;
    if (vnic_open(&cfg, &dev, &err) < 0) {
        (void)fprintf(stderr, "%s: %s\n", name, err.text);
    }
    return dev;
}

int main(int argc, char **argv)
{
    struct direction there = {NULL, NULL, 0, 0}, back = there;
    HANDLE thread;

    if (argc != 4) {
        return 2;
    }
    there.from = back.to = open_one(argv[1], argv[2]);
    there.to = back.from = open_one(argv[1], argv[3]);
    if (there.from == NULL || there.to == NULL) {
        return 1;
    }
    (void)printf("forwarding\n");
    (void)fflush(stdout);
    thread = CreateThread(NULL, 0, carry, &back, 0, NULL);
    if (thread == NULL) {
        return 1;
    }
    (void)carry(&there);
    (void)WaitForSingleObject(thread, INFINITE);
    (void)CloseHandle(thread);
    vnic_close(there.from);
    vnic_close(there.to);
    (void)printf("%llu there, %llu back: %s, %s\n", (unsigned long long)there.packets,
                 (unsigned long long)back.packets, vnic_error_name(there.rc),
                 vnic_error_name(back.rc));
    return there.rc == VNIC_ECLOSED || back.rc == VNIC_ECLOSED ? 0 : 1;
}
