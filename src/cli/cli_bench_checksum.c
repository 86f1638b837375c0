/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums of `vnic bench`. The library has several loops and takes what is best for the processor. */
#include <string.h>

#include "cli_bench.h"
#include "vnic/packet.h"

#define SUMS_BYTES (4u << 20) /* of a section */
#define SUMS_MAX 65536u

static uint8_t sums_from[SUMS_MAX];
static uint8_t sums_to[SUMS_MAX];
static volatile uint64_t sums_result; /* what nobody reads would not be computed */

static void sums_copy(size_t len)
{
    memcpy(sums_to, sums_from, len);
    sums_result = sums_to[len - 1];
}

static void sums_add(size_t len)
{
    sums_result = vnic_checksum_add(0, sums_from, len);
}

static void sums_copy_and_add(size_t len)
{
    sums_result = vnic_checksum_copy(0, sums_to, sums_from, len);
}

/* Bytes a nanosecond of one section. */
static double sums_section(void (*fn)(size_t len), size_t len)
{
    uint64_t start = cli_bench_cpu_ns();
    uint64_t took;

    for (size_t done = 0; done < SUMS_BYTES; done += len) {
        fn(len);
    }
    took = cli_bench_cpu_ns() - start;
    return took == 0 ? 0 : (double)SUMS_BYTES / (double)took;
}

void cli_bench_checksums(size_t len, struct cli_bench_sums *ret)
{
    struct cli_bench_values copy = {{0}, 0};
    struct cli_bench_values sum = {{0}, 0};
    struct cli_bench_values both = {{0}, 0};

    memset(sums_from, 0xA5, sizeof sums_from);
    for (int i = 0; i < 21; i++) {
        copy.values[copy.n++] = sums_section(sums_copy, len);
        sum.values[sum.n++] = sums_section(sums_add, len);
        both.values[both.n++] = sums_section(sums_copy_and_add, len);
    }
    ret->copy = cli_bench_median(&copy);
    ret->sum = cli_bench_median(&sum);
    ret->copy_and_sum = cli_bench_median(&both);
}
