/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum loop with AVX2. Only the functions below are compiled for it, not the file. */
#include <immintrin.h>

#include "checksum.h"
#include "checksum_word.h"
#include "checksum_x86.h"

#define AVX2 __attribute__((target("avx2")))

/* Two pairs of sums that do not wait for each other. */
struct avx2_sums {
    __m256i all[2];
    __m256i high[2];
};

static int avx2_usable(void)
{
    return (vnic__x86_features() & VNIC__X86_AVX2) != 0;
}

/* The barrier keeps gcc from loading once more for the second use, as an operand from memory. */
static inline AVX2 __m256i avx2_load(const uint8_t *p)
{
    __m256i words = _mm256_loadu_si256((const __m256i *)p);

    __asm__("" : "+x"(words));
    return words;
}

static inline AVX2 void avx2_store(uint8_t *to, __m256i words)
{
    _mm256_storeu_si256((__m256i *)to, words);
}

static inline AVX2 void avx2_take(struct avx2_sums *s, int i, __m256i words)
{
    s->all[i] = _mm256_add_epi64(s->all[i], words);
    s->high[i] = _mm256_add_epi64(s->high[i], _mm256_srli_epi64(words, 32));
}

/* The lanes' sum: each half of the vector is added to the other. */
static inline AVX2 uint64_t avx2_reduce(__m256i a, __m256i b)
{
    __m256i both = _mm256_add_epi64(a, b);
    __m128i two = _mm_add_epi64(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    uint64_t lanes[2];

    _mm_storeu_si128((__m128i *)lanes, two);
    return lanes[0] + lanes[1];
}

static inline AVX2 uint64_t avx2_end(const struct avx2_sums *s)
{
    uint64_t all = avx2_reduce(s->all[0], s->all[1]);
    uint64_t high = avx2_reduce(s->high[0], s->high[1]);

    return vnic__sum_halves(all, high);
}

/*
 * The first bytes of a vector, zeros behind them. Where the rest begins at an odd byte they are turned, so
 * that they have the place in their words that the rest has.
 */
static inline AVX2 __m256i avx2_head(__m256i words, size_t len)
{
    static const uint8_t keep[64] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                     0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                     0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                     0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

    words = _mm256_and_si256(words, avx2_load(keep + 32 - len));
    if ((len & 1) != 0) {
        words = _mm256_or_si256(_mm256_slli_epi16(words, 8), _mm256_srli_epi16(words, 8));
    }
    return words;
}

/* A vector that lies across two cache lines costs twice: after a first piece all of them are aligned. */
static AVX2 uint64_t avx2_add(uint64_t sum, const uint8_t *p, size_t len)
{
    struct avx2_sums s = {{_mm256_setzero_si256(), _mm256_setzero_si256()},
                          {_mm256_setzero_si256(), _mm256_setzero_si256()}};
    size_t head = 32 - (uintptr_t)p % 32;

    if (len < 32) {
        return vnic__sum_words(sum, p, len);
    }
    avx2_take(&s, 0, avx2_head(avx2_load(p), head));
    for (p += head, len -= head; len >= 128; p += 128, len -= 128) {
        avx2_take(&s, 0, avx2_load(p));
        avx2_take(&s, 1, avx2_load(p + 32));
        avx2_take(&s, 0, avx2_load(p + 64));
        avx2_take(&s, 1, avx2_load(p + 96));
    }
    for (; len >= 32; p += 32, len -= 32) {
        avx2_take(&s, 0, avx2_load(p));
    }
    return vnic__add_carry(sum, vnic__turn_sum(vnic__sum_words(avx2_end(&s), p, len), head));
}

/* Here the stores are aligned. The first one writes a whole vector, of which the second writes a part anew. */
static AVX2 uint64_t avx2_copy(uint64_t sum, uint8_t *to, const uint8_t *p, size_t len)
{
    struct avx2_sums s = {{_mm256_setzero_si256(), _mm256_setzero_si256()},
                          {_mm256_setzero_si256(), _mm256_setzero_si256()}};
    size_t head = 32 - (uintptr_t)to % 32;
    __m256i first, second;

    if (len < 32) {
        return vnic__sum_words_copy(sum, to, p, len);
    }
    first = avx2_load(p);
    avx2_store(to, first);
    avx2_take(&s, 0, avx2_head(first, head));
    to += head;
    for (p += head, len -= head; len >= 64; to += 64, p += 64, len -= 64) {
        first = avx2_load(p);
        second = avx2_load(p + 32);
        avx2_store(to, first);
        avx2_store(to + 32, second);
        avx2_take(&s, 0, first);
        avx2_take(&s, 1, second);
    }
    return vnic__add_carry(sum,
                           vnic__turn_sum(vnic__sum_words_copy(avx2_end(&s), to, p, len), head));
}

const struct vnic__checksum_variant vnic__checksum_avx2 = {"avx2", avx2_usable, avx2_add,
                                                           avx2_copy};
