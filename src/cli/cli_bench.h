/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `vnic bench`: cli_bench.c has the command line and the table, cli_bench_mode.c one mode with its
 * interface and its traffic, cli_bench_checksum.c the checksums.
 */
#ifndef VNIC_CLI_BENCH_H
#define VNIC_CLI_BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/vnic.h"

/* The most rounds that are looked at. */
#define CLI_BENCH_ROUNDS 64

/* Kinds of traffic. */
enum cli_bench_traffic {
    CLI_BENCH_SMALL, /* datagrams of 36 bytes, each by itself */
    CLI_BENCH_LARGE, /* trains of 46 datagrams of 1400 bytes */
    CLI_BENCH_TRAFFICS
};

/* Nanoseconds of a packet, one for each round. */
struct cli_bench_values {
    double values[CLI_BENCH_ROUNDS];
    int n;
};

/* A way to use the library. */
struct cli_bench_mode {
    const char *name;
    const char *what;
    const char *engine;
    uint32_t offload;   /* VNIC_OFFLOAD_… */
    int batch;          /* packets a call; 1: vnic_recv() and vnic_send() */
    vnic *dev;          /* while it is open; NULL if this machine cannot, and err says why */
    uint64_t came_back; /* bytes */
    struct cli_bench_values ns[CLI_BENCH_TRAFFICS];
    struct vnic_error err;
    int socket;
};

/* Opens interface number `index` with its socket. What cannot be had is told by mode->err. */
void cli_bench_open(struct cli_bench_mode *mode, unsigned index);
void cli_bench_close(struct cli_bench_mode *mode);

/* Moves some hundred packets and adds a value; nothing if the mode is not open. */
void cli_bench_round(struct cli_bench_mode *mode, enum cli_bench_traffic traffic);

/* The middle value; 0 if there is none. */
double cli_bench_median(const struct cli_bench_values *v);

/* The processor's time of the calling thread. */
uint64_t cli_bench_cpu_ns(void);

/* Bytes a nanosecond. */
struct cli_bench_sums {
    double copy;         /* memcpy */
    double sum;          /* vnic_checksum_add() */
    double copy_and_sum; /* vnic_checksum_copy() */
};

/* Measures with pieces of this length. */
void cli_bench_checksums(size_t len, struct cli_bench_sums *ret);

#endif
