/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T8: the checksum loops that this machine can run, each against memcpy of the same bytes.
 *
 *     bench_checksum ROUNDS MICROSECONDS
 *
 * A section walks over 64 KiB in pieces of one size, again and again, for about so many microseconds; the
 * pieces lie one behind the other, as packets do in a buffer, and begin anywhere. In a round every loop has
 * one section between two of memcpy, on the thread's CPU clock. Lines: T8.VARIANT.WHAT and
 * curve.checksum.VARIANT.SIZE, curve.checksum_copy.VARIANT.SIZE; then the time divided by memcpy's, for
 * each round; or skip T8.VARIANT.WHAT and the reason. "chosen" is what the library uses here, called as a
 * program calls it. The program holds the library's objects, because the loops are not public.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_net.h"
#include "core/checksum.h"
#include "vnic/packet.h"

#define ROOM 65536u
#define OFFSET 10u /* the room begins here in a cache line: packets seldom begin where lines do */
#define MAX_ROUNDS 64

static uint8_t from[ROOM + 64], to[ROOM + 64];
static uint8_t *from_room, *to_room;

/* What the compiler must not leave out. */
static volatile uint64_t sink;

static uint64_t copy_only(uint64_t sum, uint8_t *ret, const uint8_t *p, size_t len)
{
    memcpy(ret, p, len);
    return sum + ret[0];
}

static uint64_t chosen_add(uint64_t sum, const uint8_t *p, size_t len)
{
    return vnic_checksum_add(sum, p, len);
}

static uint64_t chosen_copy(uint64_t sum, uint8_t *ret, const uint8_t *p, size_t len)
{
    return vnic_checksum_copy(sum, ret, p, len);
}

static int always(void)
{
    return 1;
}

static const struct vnic__checksum_variant chosen = {"chosen", always, chosen_add, chosen_copy};
static const struct vnic__checksum_variant memcpy_alone = {"memcpy", always, NULL, copy_only};

/* Nanoseconds of `times` walks; without an `add` the copy is measured. */
static uint64_t walk(vnic__checksum_fn *add, vnic__checksum_copy_fn *copy, size_t len,
                     unsigned times)
{
    uint64_t sum = 0, start = bench_cpu_ns();

    for (unsigned i = 0; i < times; i++) {
        for (size_t at = 0; at + len <= ROOM; at += len) {
            sum = add != NULL ? add(sum, from_room + at, len)
                              : copy(sum, to_room + at, from_room + at, len);
        }
    }
    sink = sum;
    return bench_cpu_ns() - start;
}

/* How many walks of memcpy take so long. */
static unsigned calibrate(size_t len, unsigned us)
{
    unsigned times = 4;

    while (walk(NULL, memcpy_alone.copy, len, times) < (uint64_t)us * 1000 && times < 1u << 24) {
        times *= 2;
    }
    return times;
}

struct series {
    const struct vnic__checksum_variant *variant;
    double add[MAX_ROUNDS], copy[MAX_ROUNDS];
};

static double against(const struct vnic__checksum_variant *v, int copying, size_t len,
                      unsigned times)
{
    uint64_t before = walk(NULL, memcpy_alone.copy, len, times);
    uint64_t own = walk(copying ? NULL : v->add, v->copy, len, times);
    uint64_t after = walk(NULL, memcpy_alone.copy, len, times);

    return 2.0 * (double)own / (double)(before + after);
}

static void print_line(const char *id, const char *variant, const char *what, const double *values,
                       int rounds)
{
    (void)printf("%s.%s.%s", id, variant, what);
    for (int i = 0; i < rounds; i++) {
        (void)printf(" %.4f", values[i]);
    }
    (void)printf("\n");
}

static void measure_size(struct series *all, int n, size_t len, int rounds, unsigned us)
{
    unsigned times = calibrate(len, us);
    char size[24];

    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < n; i++) {
            all[i].add[round] = against(all[i].variant, 0, len, times);
            all[i].copy[round] = against(all[i].variant, 1, len, times);
        }
    }
    (void)snprintf(size, sizeof size, "%zu", len);
    for (int i = 0; i < n; i++) {
        const char *name = all[i].variant->name;

        print_line("curve.checksum", name, size, all[i].add, rounds);
        print_line("curve.checksum_copy", name, size, all[i].copy, rounds);
        if (len == 1400 || len == ROOM) {
            print_line("T8", name, len == ROOM ? "64k" : "1400", all[i].add, rounds);
        }
        if (len == ROOM) {
            print_line("T8", name, "copy", all[i].copy, rounds);
        }
    }
    (void)fflush(stdout);
}

/* Fills in the loops that run here, and tells of those that do not. */
static int choose_variants(struct series *all, int n)
{
    static const char *const names[] = {"avx512", "avx2", "sse2", "neon", "portable"};
    static const char *const what[] = {"64k", "1400", "copy"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct vnic__checksum_variant *const *v = vnic__checksum_variants;

        while (*v != NULL && strcmp((*v)->name, names[i]) != 0) {
            v++;
        }
        if (*v != NULL && (*v)->usable()) {
            all[n++].variant = *v;
            continue;
        }
        for (size_t k = 0; k < sizeof what / sizeof what[0]; k++) {
            (void)printf("skip T8.%s.%s this processor has no %s\n", names[i], what[k], names[i]);
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    static const size_t lengths[] = {64,   128,  256,  512,   1024,  1400,
                                     2048, 4096, 9000, 16384, 32768, ROOM};
    static struct series all[8] = {{.variant = &chosen}};
    int rounds = argc > 1 ? atoi(argv[1]) : 5, n;
    int us = argc > 2 ? atoi(argv[2]) : 300;

    if (rounds < 1 || rounds > MAX_ROUNDS || us < 1) {
        bench_die("usage: bench_checksum ROUNDS MICROSECONDS (1 … 64 rounds)");
    }
    n = choose_variants(all, 1);
    from_room = from + (64 - (uintptr_t)from % 64) % 64 + OFFSET;
    to_room = to + (64 - (uintptr_t)to % 64) % 64 + OFFSET;
    for (size_t i = 0; i < ROOM; i++) {
        from_room[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        measure_size(all, n, lengths[i], rounds, (unsigned)us);
    }
    return 0;
}
