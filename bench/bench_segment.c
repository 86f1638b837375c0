/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T9, splitting: a super-packet of TCP, 45 segments of 1448 bytes, in each form, against memcpy of it.
 *
 *     bench_segment ROUNDS MICROSECONDS
 *
 * A section splits the same packet again and again for about so many microseconds. In a round every form
 * has one section between two of memcpy, on the thread's CPU clock. What the headers were is put back each
 * time, because in place they are written over. Lines: T9.FORM and, for other sizes of segments,
 * curve.split.FORM.SIZE; then the time divided by memcpy's, for each round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_net.h"
#include "vnic/packet.h"

#define HEADERS 52u /* IPv4, and TCP with timestamps */
#define PAYLOAD (45u * 1448u)
#define LEN (HEADERS + PAYLOAD)
#define OUT (2u * LEN) /* small segments have more headers */
#define MAX_ROUNDS 64

static uint8_t super[LEN], headers[HEADERS], out[OUT + LEN];
static struct vnic_packet packet;

/* What the compiler must not leave out. */
static volatile uint32_t sink;

/* Splits the packet once; returns the bytes of all segments. */
typedef uint32_t split_form(void);

static void begin(struct vnic_split *split, uint32_t flags)
{
    memcpy(super, headers, HEADERS);
    if (vnic_split_begin(split, &packet, VNIC_TUN, flags) < 1) {
        bench_die("the packet was not split");
    }
}

static uint32_t split_memcpy(void)
{
    memcpy(super, headers, HEADERS);
    memcpy(out, super, LEN);
    return out[LEN - 1];
}

static uint32_t split_copy(void)
{
    struct vnic_packet segment = {.data = out, .cap = LEN};
    struct vnic_split split;
    uint32_t bytes = 0;

    begin(&split, 0);
    while (vnic_split_copy(&split, &segment) == 1) {
        bytes += segment.len;
        segment.data = out + bytes % OUT;
    }
    return bytes;
}

static uint32_t split_in_place(uint32_t flags)
{
    struct vnic_packet segment;
    struct vnic_split split;
    uint32_t bytes = 0;

    begin(&split, flags);
    while (vnic_split_next(&split, &segment) == 1) {
        bytes += segment.len;
    }
    return bytes;
}

static uint32_t split_in_place_partial(void)
{
    return split_in_place(VNIC_SPLIT_PARTIAL);
}

static uint32_t split_in_place_complete(void)
{
    return split_in_place(0);
}

static uint32_t split_gather(void)
{
    struct vnic_packet segment;
    struct vnic_iovec iov[2];
    struct vnic_split split;
    uint32_t bytes = 0;

    begin(&split, 0);
    while (vnic_split_gather(&split, &segment, out + bytes % OUT, iov) == 1) {
        bytes += (uint32_t)iov[0].len;
    }
    return bytes;
}

static const struct {
    const char *name;
    split_form *form;
} forms[] = {
    {"split", split_copy},
    {"split_in_place", split_in_place_partial},
    {"split_in_place_checksum", split_in_place_complete},
    {"split_gather", split_gather},
};

#define FORMS (sizeof forms / sizeof forms[0])

static uint64_t time_section(split_form *form, unsigned times)
{
    uint64_t start = bench_cpu_ns();
    uint32_t bytes = 0;

    for (unsigned i = 0; i < times; i++) {
        bytes += form();
    }
    sink = bytes;
    return bench_cpu_ns() - start;
}

static double against_memcpy(split_form *form, unsigned times)
{
    uint64_t before = time_section(split_memcpy, times);
    uint64_t own = time_section(form, times);
    uint64_t after = time_section(split_memcpy, times);

    return 2.0 * (double)own / (double)(before + after);
}

static void make_packet(void)
{
    static const uint8_t ip[20] = {0x45,
                                   0,
                                   (uint8_t)(LEN >> 8),
                                   (uint8_t)(LEN & 255),
                                   0x12,
                                   0x34,
                                   0x40,
                                   0,
                                   64,
                                   6,
                                   0,
                                   0,
                                   10,
                                   0,
                                   0,
                                   1,
                                   10,
                                   0,
                                   0,
                                   2};
    static const uint8_t tcp[32] = {0x13, 0x88, 0x14, 0x51, 1,    2, 3, 4, 5, 6, 7,
                                    8,    0x80, 0x18, 0xFF, 0xFF, 0, 0, 0, 0, 1, 1,
                                    8,    10,   1,    2,    3,    4, 5, 6, 7, 8};
    uint64_t sum = vnic_checksum_pseudo4(ip + 12, ip + 16, VNIC_IPPROTO_TCP, LEN - 20);
    uint16_t partial = (uint16_t)~vnic_checksum_fold(sum);

    memcpy(headers, ip, sizeof ip);
    memcpy(headers + sizeof ip, tcp, sizeof tcp);
    headers[36] = (uint8_t)(partial >> 8);
    headers[37] = (uint8_t)partial;
    for (uint32_t i = HEADERS; i < LEN; i++) {
        super[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    packet.data = super;
    packet.len = LEN;
    packet.gso_type = VNIC_GSO_TCPV4;
    packet.csum = VNIC_CSUM_PARTIAL;
    packet.csum_start = 20;
    packet.csum_offset = 16;
}

static void measure_size(uint16_t size, int rounds, unsigned times)
{
    double ratio[FORMS][MAX_ROUNDS];

    packet.gso_size = size;
    for (int round = -1; round < rounds; round++) {
        for (size_t i = 0; i < FORMS; i++) {
            /* The first round warms caches and is not counted. */
            ratio[i][round < 0 ? 0 : round] = against_memcpy(forms[i].form, times);
        }
    }
    for (size_t i = 0; i < FORMS; i++) {
        if (size == 1448) {
            (void)printf("T9.%s", forms[i].name);
            for (int round = 0; round < rounds; round++) {
                (void)printf(" %.4f", ratio[i][round]);
            }
            (void)printf("\n");
        }
        (void)printf("curve.split.%s.%u", forms[i].name, size);
        for (int round = 0; round < rounds; round++) {
            (void)printf(" %.4f", ratio[i][round]);
        }
        (void)printf("\n");
    }
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static const uint16_t sizes[] = {200, 536, 1208, 1448, 4000, 8948};
    int rounds = argc > 1 ? atoi(argv[1]) : 7;
    int us = argc > 2 ? atoi(argv[2]) : 1000;
    unsigned times = 16;

    if (rounds < 1 || rounds > MAX_ROUNDS || us < 1) {
        bench_die("usage: bench_segment ROUNDS MICROSECONDS (1 … 64 rounds)");
    }
    make_packet();
    while (time_section(split_memcpy, times) < (uint64_t)us * 1000 && times < 1u << 24) {
        times *= 2;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        measure_size(sizes[i], rounds, times);
    }
    return 0;
}
