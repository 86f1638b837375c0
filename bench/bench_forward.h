/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of bench_forward share: an end is one of the two interfaces, a direction carries packets
 * from one end to the other, a way is how it does so.
 */
#ifndef VNIC_BENCH_FORWARD_H
#define VNIC_BENCH_FORWARD_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/vnic.h"

/* Packets that are moved between two looks at the other end. */
#define FORWARD_LOT 64

/* Room for a packet at MTU 1500, and for a super-packet with its virtio-net header. */
#define FORWARD_SLOT 2048u
#define FORWARD_SUPER (VNIC_MAX_PACKET + 64u)

struct forward_end {
    int fd;    /* raw ways: the descriptor */
    vnic *dev; /* vnic's ways */
};

struct forward_direction {
    const struct forward_way *way;
    struct forward_end *from;
    struct forward_end *to;
    uint8_t *room;               /* `lot` slots of `slot` bytes */
    struct vnic_packet *packets; /* `lot` of them */
    uint64_t moved;              /* packets that were sent */
    uint64_t lost;               /* packets that were refused */
};

struct forward_way {
    const char *name;
    int (*open)(const struct forward_way *way, const char *name, int blocking,
                struct forward_end *ret_end);
    /* Moves what there is, at most a lot; waits for the first packet if `wait`. 0: nothing was there. */
    int (*step)(struct forward_direction *d, int wait);
    int lot;            /* packets of a step */
    uint32_t slot;      /* bytes of room for each; 0: the step needs none */
    uint32_t offload;   /* VNIC_OFFLOAD_…; of a raw way: not 0 for a virtio-net header */
    uint32_t flags;     /* vnic_config.flags */
    const char *engine; /* vnic_config.engine; NULL: "plain" */
};

/* The raw ways and those of the library; each list ends with a name of NULL. */
extern const struct forward_way forward_raw_ways[];
extern const struct forward_way forward_vnic_ways[];

#endif
