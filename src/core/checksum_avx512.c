/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum loop with AVX-512. Only the functions below are compiled for it, not the file. */
#include <immintrin.h>

#include "checksum.h"
#include "checksum_word.h"
#include "checksum_x86.h"

#define AVX512 __attribute__((target("avx512f,avx512bw")))

/* Two pairs of sums that do not wait for each other. */
struct avx512_sums {
    __m512i all[2];
    __m512i high[2];
};

static int avx512_usable(void)
{
    return (vnic__x86_features() & VNIC__X86_AVX512) != 0;
}

/* The barrier keeps gcc from loading once more for the second use, as an operand from memory. */
static inline AVX512 __m512i avx512_load(const uint8_t *p)
{
    __m512i words = _mm512_loadu_si512(p);

    __asm__("" : "+v"(words));
    return words;
}

static inline AVX512 void avx512_take(struct avx512_sums *s, int i, __m512i words)
{
    s->all[i] = _mm512_add_epi64(s->all[i], words);
    s->high[i] = _mm512_add_epi64(s->high[i], _mm512_srli_epi64(words, 32));
}

/* The intrinsic for this adds signed numbers, which may not overflow; these may. */
static inline AVX512 uint64_t avx512_total(__m512i words)
{
    __m256i four =
        _mm256_add_epi64(_mm512_castsi512_si256(words), _mm512_extracti64x4_epi64(words, 1));
    uint64_t two[2];

    _mm_storeu_si128((__m128i *)two, _mm_add_epi64(_mm256_castsi256_si128(four),
                                                   _mm256_extracti128_si256(four, 1)));
    return two[0] + two[1];
}

static inline AVX512 uint64_t avx512_end(const struct avx512_sums *s)
{
    __m512i all = _mm512_add_epi64(s->all[0], s->all[1]);
    __m512i high = _mm512_add_epi64(s->high[0], s->high[1]);

    return vnic__sum_halves(avx512_total(all), avx512_total(high));
}

/* The first 0 to 64 bytes of a vector. What is masked out reads as zero and is not touched in memory. */
static inline AVX512 __mmask64 avx512_mask(size_t len)
{
    return len == 0 ? 0 : ~(__mmask64)0 >> (64 - len);
}

/* Turns the bytes before an odd one, so that they have the place in their words that the rest has. */
static inline AVX512 __m512i avx512_turn(__m512i words, size_t odd)
{
    if ((odd & 1) != 0) {
        words = _mm512_or_si512(_mm512_slli_epi16(words, 8), _mm512_srli_epi16(words, 8));
    }
    return words;
}

/* A vector that lies across two cache lines costs twice: after a first piece all of them are aligned. */
static AVX512 uint64_t avx512_add(uint64_t sum, const uint8_t *p, size_t len)
{
    struct avx512_sums s = {{_mm512_setzero_si512(), _mm512_setzero_si512()},
                            {_mm512_setzero_si512(), _mm512_setzero_si512()}};
    size_t head = 64 - (uintptr_t)p % 64;

    head = head < len ? head : len;
    avx512_take(&s, 0, avx512_turn(_mm512_maskz_loadu_epi8(avx512_mask(head), p), head));
    for (p += head, len -= head; len >= 256; p += 256, len -= 256) {
        avx512_take(&s, 0, avx512_load(p));
        avx512_take(&s, 1, avx512_load(p + 64));
        avx512_take(&s, 0, avx512_load(p + 128));
        avx512_take(&s, 1, avx512_load(p + 192));
    }
    for (; len >= 64; p += 64, len -= 64) {
        avx512_take(&s, 0, avx512_load(p));
    }
    avx512_take(&s, 1, _mm512_maskz_loadu_epi8(avx512_mask(len), p));
    return vnic__add_carry(sum, vnic__turn_sum(avx512_end(&s), head));
}

/* Here the stores are aligned. */
static AVX512 uint64_t avx512_copy(uint64_t sum, uint8_t *to, const uint8_t *p, size_t len)
{
    struct avx512_sums s = {{_mm512_setzero_si512(), _mm512_setzero_si512()},
                            {_mm512_setzero_si512(), _mm512_setzero_si512()}};
    size_t head = 64 - (uintptr_t)to % 64;
    __m512i first, second;

    head = head < len ? head : len;
    first = _mm512_maskz_loadu_epi8(avx512_mask(head), p);
    _mm512_mask_storeu_epi8(to, avx512_mask(head), first);
    avx512_take(&s, 0, avx512_turn(first, head));
    to += head;
    for (p += head, len -= head; len >= 128; to += 128, p += 128, len -= 128) {
        first = avx512_load(p);
        second = avx512_load(p + 64);
        _mm512_storeu_si512(to, first);
        _mm512_storeu_si512(to + 64, second);
        avx512_take(&s, 0, first);
        avx512_take(&s, 1, second);
    }
    for (size_t n; len > 0; to += n, p += n, len -= n) {
        n = len < 64 ? len : 64;
        first = _mm512_maskz_loadu_epi8(avx512_mask(n), p);
        _mm512_mask_storeu_epi8(to, avx512_mask(n), first);
        avx512_take(&s, 1, first);
    }
    return vnic__add_carry(sum, vnic__turn_sum(avx512_end(&s), head));
}

const struct vnic__checksum_variant vnic__checksum_avx512 = {"avx512", avx512_usable, avx512_add,
                                                             avx512_copy};
