/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checksum loop in plain C, made so that compilers turn it into the vectors of their machine
 * (gcc -O3, clang -O2), and so that it is fast where they do not: no carry is looked at inside.
 */
#include "checksum.h"
#include "checksum_word.h"

static int portable_usable(void)
{
    return 1;
}

static uint64_t portable_add(uint64_t sum, const uint8_t *p, size_t len)
{
    uint64_t all = 0, high = 0;
    size_t words = len / 8;

    for (size_t i = 0; i < words; i++) {
        uint64_t word = vnic__load64(p + 8 * i);

        all += word;
        high += word >> 32;
    }
    sum = vnic__add_carry(sum, vnic__sum_halves(all, high));
    return vnic__add_carry(sum, vnic__load_rest(p + 8 * words, len % 8));
}

static uint64_t portable_copy(uint64_t sum, uint8_t *restrict to, const uint8_t *restrict p,
                              size_t len)
{
    uint64_t all = 0, high = 0;
    size_t words = len / 8;

    for (size_t i = 0; i < words; i++) {
        uint64_t word = vnic__load64(p + 8 * i);

        memcpy(to + 8 * i, &word, sizeof word);
        all += word;
        high += word >> 32;
    }
    sum = vnic__add_carry(sum, vnic__sum_halves(all, high));
    return vnic__sum_words_copy(sum, to + 8 * words, p + 8 * words, len % 8);
}

const struct vnic__checksum_variant vnic__checksum_portable = {"portable", portable_usable,
                                                               portable_add, portable_copy};
