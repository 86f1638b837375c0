/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum loop with SSE2, which every 64-bit x86 processor has. */
#include <emmintrin.h>

#include "checksum.h"
#include "checksum_word.h"

/* Two pairs of sums that do not wait for each other. */
struct sse2_sums {
    __m128i all[2];
    __m128i high[2];
};

static int sse2_usable(void)
{
    return 1;
}

/* The barrier keeps gcc from loading once more for the second use, as an operand from memory. */
static inline __m128i sse2_load(const uint8_t *p)
{
    __m128i words = _mm_loadu_si128((const __m128i *)p);

    __asm__("" : "+x"(words));
    return words;
}

static inline void sse2_store(uint8_t *to, __m128i words)
{
    _mm_storeu_si128((__m128i *)to, words);
}

static inline void sse2_take(struct sse2_sums *s, int i, __m128i words)
{
    s->all[i] = _mm_add_epi64(s->all[i], words);
    s->high[i] = _mm_add_epi64(s->high[i], _mm_srli_epi64(words, 32));
}

static inline uint64_t sse2_end(const struct sse2_sums *s, uint64_t sum)
{
    uint64_t all[2], high[2];

    _mm_storeu_si128((__m128i *)all, _mm_add_epi64(s->all[0], s->all[1]));
    _mm_storeu_si128((__m128i *)high, _mm_add_epi64(s->high[0], s->high[1]));
    return vnic__add_carry(sum, vnic__sum_halves(all[0] + all[1], high[0] + high[1]));
}

static uint64_t sse2_add(uint64_t sum, const uint8_t *p, size_t len)
{
    struct sse2_sums s = {{_mm_setzero_si128(), _mm_setzero_si128()},
                          {_mm_setzero_si128(), _mm_setzero_si128()}};

    for (; len >= 64; p += 64, len -= 64) {
        sse2_take(&s, 0, sse2_load(p));
        sse2_take(&s, 1, sse2_load(p + 16));
        sse2_take(&s, 0, sse2_load(p + 32));
        sse2_take(&s, 1, sse2_load(p + 48));
    }
    for (; len >= 16; p += 16, len -= 16) {
        sse2_take(&s, 0, sse2_load(p));
    }
    return vnic__sum_words(sse2_end(&s, sum), p, len);
}

/*
 * The first bytes of a vector, zeros behind them. Where the rest begins at an odd byte they are turned, so
 * that they have the place in their words that the rest has.
 */
static inline __m128i sse2_head(__m128i words, size_t len)
{
    static const uint8_t keep[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                     0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

    words = _mm_and_si128(words, sse2_load(keep + 16 - len));
    if ((len & 1) != 0) {
        words = _mm_or_si128(_mm_slli_epi16(words, 8), _mm_srli_epi16(words, 8));
    }
    return words;
}

/*
 * A store across two cache lines costs twice: after a first piece all of them are aligned. The first one
 * writes a whole vector, of which the second writes a part anew.
 */
static uint64_t sse2_copy(uint64_t sum, uint8_t *to, const uint8_t *p, size_t len)
{
    struct sse2_sums s = {{_mm_setzero_si128(), _mm_setzero_si128()},
                          {_mm_setzero_si128(), _mm_setzero_si128()}};
    size_t head = 16 - (uintptr_t)to % 16;
    __m128i first, second;

    if (len < 16) {
        return vnic__sum_words_copy(sum, to, p, len);
    }
    first = sse2_load(p);
    sse2_store(to, first);
    sse2_take(&s, 0, sse2_head(first, head));
    to += head;
    for (p += head, len -= head; len >= 32; to += 32, p += 32, len -= 32) {
        first = sse2_load(p);
        second = sse2_load(p + 16);
        sse2_store(to, first);
        sse2_store(to + 16, second);
        sse2_take(&s, 0, first);
        sse2_take(&s, 1, second);
    }
    return vnic__add_carry(sum,
                           vnic__turn_sum(vnic__sum_words_copy(sse2_end(&s, 0), to, p, len), head));
}

const struct vnic__checksum_variant vnic__checksum_sse2 = {"sse2", sse2_usable, sse2_add,
                                                           sse2_copy};
