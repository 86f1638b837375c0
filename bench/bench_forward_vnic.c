/* SPDX-License-Identifier: Apache-2.0 */
/* The forwarder through the library, once for each of its modes. */
#include <stdio.h>

#include "bench_forward.h"

/* Room for the segments of a super-packet, and of what may lie behind it. */
#define FORWARD_SPLIT_LOT 128

/* Super-packets that are out at a time: few, so that they stay in the cache. */
#define FORWARD_SUPER_LOT 4

static int vnic_way_open(const struct forward_way *way, const char *name, int blocking,
                         struct forward_end *ret_end)
{
    struct vnic_config cfg;
    struct vnic_error err;

    vnic_config_init(&cfg);
    cfg.name = name;
    cfg.flags = way->flags | VNIC_NO_LINK_LOCAL | (blocking ? 0 : VNIC_NONBLOCK);
    cfg.offload = way->offload;
    cfg.engine = way->engine != NULL ? way->engine : "plain";
    if (vnic_open(&cfg, &ret_end->dev, &err) < 0) {
        (void)fprintf(stderr, "%s: %s\n", way->name, err.text);
        return -1;
    }
    return 0;
}

/* What was not sent is lost, as on every link; a forwarder that waited would only move the queue. */
static void count(struct forward_direction *d, int received, int sent)
{
    sent = sent > 0 ? sent : 0;
    d->moved += (uint64_t)sent;
    d->lost += (uint64_t)(received - sent);
}

static int step_one(struct forward_direction *d, int wait)
{
    int len =
        vnic_recv_timeout(d->from->dev, d->room, d->way->slot, wait ? VNIC_FOREVER : VNIC_NOWAIT);

    if (len < 0) {
        return 0;
    }
    count(d, 1, vnic_send(d->to->dev, d->room, (size_t)len) < 0 ? 0 : 1);
    return 1;
}

static int step_many(struct forward_direction *d, int wait)
{
    int n =
        vnic_recv_many(d->from->dev, d->packets, d->way->lot, wait ? VNIC_FOREVER : VNIC_NOWAIT);

    if (n < 0) {
        return 0;
    }
    count(d, n, vnic_send_many(d->to->dev, d->packets, n, VNIC_NOWAIT));
    return n;
}

/* Views: segments of super-packets where they lie. */
static int step_views(struct forward_direction *d, int wait)
{
    int n =
        vnic_acquire_many(d->from->dev, d->packets, d->way->lot, wait ? VNIC_FOREVER : VNIC_NOWAIT);

    if (n < 0) {
        return 0;
    }
    count(d, n, vnic_send_many(d->to->dev, d->packets, n, VNIC_NOWAIT));
    (void)vnic_release_many(d->from->dev, d->packets, n);
    return n;
}

/* As a VPN does whose cipher has authenticated every packet: nothing is summed again. */
static int step_trusted(struct forward_direction *d, int wait)
{
    int n =
        vnic_acquire_many(d->from->dev, d->packets, d->way->lot, wait ? VNIC_FOREVER : VNIC_NOWAIT);

    if (n < 0) {
        return 0;
    }
    for (int i = 0; i < n; i++) {
        if (d->packets[i].csum != VNIC_CSUM_PARTIAL) {
            d->packets[i].csum = VNIC_CSUM_TRUSTED;
        }
    }
    count(d, n, vnic_send_many(d->to->dev, d->packets, n, VNIC_NOWAIT));
    (void)vnic_release_many(d->from->dev, d->packets, n);
    return n;
}

const struct forward_way forward_vnic_ways[] = {
    {.name = "vnic-plain", .open = vnic_way_open, .step = step_one, .lot = 1, .slot = FORWARD_SLOT},
    {.name = "vnic-many",
     .open = vnic_way_open,
     .step = step_many,
     .lot = FORWARD_LOT,
     .slot = FORWARD_SLOT},
    /* One at a time, so that the same 64 KiB stay in the cache. */
    {.name = "vnic-raw",
     .open = vnic_way_open,
     .step = step_many,
     .lot = 1,
     .slot = FORWARD_SUPER,
     .offload = VNIC_OFFLOAD_RAW},
    {.name = "vnic-split",
     .open = vnic_way_open,
     .step = step_views,
     .lot = FORWARD_SPLIT_LOT,
     .offload = VNIC_OFFLOAD_SPLIT},
    {.name = "vnic-split-copy",
     .open = vnic_way_open,
     .step = step_many,
     .lot = FORWARD_SPLIT_LOT,
     .slot = FORWARD_SLOT,
     .offload = VNIC_OFFLOAD_SPLIT},
    {.name = "vnic-trusted",
     .open = vnic_way_open,
     .step = step_trusted,
     .lot = FORWARD_SPLIT_LOT,
     .offload = VNIC_OFFLOAD_SPLIT,
     .flags = VNIC_PARTIAL_CHECKSUMS},
    {.name = "vnic-uring",
     .open = vnic_way_open,
     .step = step_views,
     .lot = FORWARD_LOT,
     .engine = "uring"},
    {.name = "vnic-uring-raw",
     .open = vnic_way_open,
     .step = step_views,
     .lot = FORWARD_SUPER_LOT,
     .offload = VNIC_OFFLOAD_RAW,
     .engine = "uring"},
    {.name = NULL},
};
