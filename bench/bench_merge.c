/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T9: merging 45 packets of 1500 bytes, against memcpy of the one packet that they become.
 *
 *     bench_merge ROUNDS GROUPS
 *
 * A group has a section of each way, in order and in reverse, between sections of memcpy; a section is so
 * many plans with all outputs taken. Everything is on the thread's CPU clock and in the cache, as packets
 * are that were decrypted or split a moment ago. One line a way: its id, then its time divided by
 * memcpy's, for each round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_net.h"
#include "vnic/packet.h"

#define PACKETS 45
#define PAYLOAD 1448
#define HEADERS 52 /* IPv4, TCP with time stamps */
#define STRIDE 2048
#define SECTION 100 /* plans */

enum way { COPY, UNVERIFIED, VERIFIED, CONTIGUOUS, FLOWS, N_WAYS };

static const char *const way_names[N_WAYS] = {NULL, "T9.merge", "T9.merge_verified",
                                              "T9.merge_copy", "T9.merge_flows"};

struct bench {
    vnic_merge *merge;
    struct vnic_packet pkts[2][PACKETS]; /* of one flow; of a flow each */
    uint8_t *room;                       /* for both */
    uint8_t *one;                        /* a packet of 64 KiB */
    uint8_t *other;                      /* where it goes */
    struct vnic_iovec iov[VNIC_MERGE_IOV_MAX];
};

static volatile size_t bench_sink; /* keeps what is computed from being left out */

static void put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

/* Packet i of a stream, with right checksums. */
static void make_packet(uint8_t *p, unsigned i, unsigned port)
{
    static const uint8_t head[HEADERS] = {0x45, 0, 0, 0,  0,  0, 0x40, 0,    64, 6,    0,    0, 10,
                                          0,    0, 1, 10, 0,  0, 2,    0,    0,  0x14, 0x51, 0, 0,
                                          0,    0, 0, 0,  0,  7, 0x80, 0x10, 1,  0xF5, 0,    0, 0,
                                          0,    1, 1, 8,  10, 0, 0,    0,    1,  0,    0,    0, 2};

    memcpy(p, head, sizeof head);
    put16(p + 2, HEADERS + PAYLOAD);
    put16(p + 4, i);
    put16(p + 20, port);
    put16(p + 24, i * PAYLOAD >> 16);
    put16(p + 26, i * PAYLOAD);
    for (unsigned k = HEADERS; k < HEADERS + PAYLOAD; k++) {
        p[k] = (uint8_t)(i * 31 + k * 7 + (k >> 8));
    }
    if (vnic_checksum_set(p, HEADERS + PAYLOAD, VNIC_TUN) != 0) {
        bench_die("a packet is not one");
    }
}

static void prepare(struct bench *b)
{
    struct vnic_merge_rules rules = {sizeof rules, VNIC_TUN, VNIC_F_TSO4, 65535, 64};
    size_t all = (size_t)HEADERS + (size_t)PACKETS * PAYLOAD;

    b->room = aligned_alloc(4096, (size_t)2 * PACKETS * STRIDE);
    b->one = aligned_alloc(4096, 1 << 17);
    b->other = aligned_alloc(4096, 1 << 17);
    if (b->room == NULL || b->one == NULL || b->other == NULL ||
        vnic_merge_create(&rules, &b->merge) != 0) {
        bench_die("out of memory");
    }
    memset(b->one, 1, all);
    memset(b->other, 1, all);
    for (unsigned flows = 0; flows < 2; flows++) {
        for (unsigned i = 0; i < PACKETS; i++) {
            struct vnic_packet *p = &b->pkts[flows][i];

            memset(p, 0, sizeof *p);
            p->data = b->room + (size_t)(flows * PACKETS + i) * STRIDE;
            p->len = HEADERS + PAYLOAD;
            make_packet(p->data, i, flows == 0 ? 1000 : 1000 + i);
        }
    }
}

/* One plan, and every output of it in pieces or in one piece. */
static void plan_once(struct bench *b, const struct vnic_packet *pkts, int contiguous, int expected)
{
    struct vnic_packet out;
    int n = vnic_merge_plan(b->merge, pkts, PACKETS);

    if (n != expected) {
        bench_die("another number of packets came out");
    }
    for (int i = 0; i < n; i++) {
        if (contiguous) {
            out.data = b->other;
            out.cap = 1 << 17;
            bench_sink += (size_t)vnic_merge_copy(b->merge, i, &out);
        } else {
            int pieces = vnic_merge_gather(b->merge, i, &out, b->iov, VNIC_MERGE_IOV_MAX);

            bench_sink += b->iov[pieces - 1].len;
        }
    }
}

static uint64_t run_section(struct bench *b, enum way way)
{
    uint8_t csum = way == UNVERIFIED ? VNIC_CSUM_TRUSTED : VNIC_CSUM_UNKNOWN;
    uint64_t start;

    for (int i = 0; i < PACKETS; i++) {
        b->pkts[0][i].csum = csum;
    }
    start = bench_cpu_ns();
    for (int k = 0; k < SECTION; k++) {
        if (way == COPY) {
            memcpy(b->other, b->one, (size_t)HEADERS + (size_t)PACKETS * PAYLOAD);
            bench_sink += b->other[k];
        } else {
            plan_once(b, b->pkts[way == FLOWS], way == CONTIGUOUS, way == FLOWS ? PACKETS : 1);
        }
    }
    return bench_cpu_ns() - start;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    int groups = argc > 2 ? atoi(argv[2]) : 20;
    static struct bench b;
    static double ratios[N_WAYS][64];

    if (rounds < 1 || rounds > 64 || groups < 1) {
        bench_die("usage: bench_merge ROUNDS GROUPS (1 … 64 rounds)");
    }
    prepare(&b);
    for (int round = -1; round < rounds; round++) { /* the first one only warms up */
        uint64_t sum[N_WAYS] = {0};

        for (int group = 0; group < groups; group++) {
            for (int i = 0; i < 2 * N_WAYS; i++) {
                enum way way = (enum way)(i < N_WAYS ? i : 2 * N_WAYS - 1 - i);

                sum[way] += run_section(&b, way);
            }
        }
        for (int way = 0; way < N_WAYS && round >= 0; way++) {
            ratios[way][round] = (double)sum[way] / (double)sum[COPY];
        }
    }
    for (int way = UNVERIFIED; way < N_WAYS; way++) {
        (void)printf("%s", way_names[way]);
        for (int round = 0; round < rounds; round++) {
            (void)printf(" %.5f", ratios[way][round]);
        }
        (void)printf("\n");
    }
    vnic_merge_destroy(b.merge);
    free(b.other);
    free(b.one);
    free(b.room);
    return 0;
}
