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

static uint64_t sse2_copy(uint64_t sum, uint8_t *to, const uint8_t *p, size_t len)
{
    struct sse2_sums s = {{_mm_setzero_si128(), _mm_setzero_si128()},
                          {_mm_setzero_si128(), _mm_setzero_si128()}};

    for (; len >= 32; to += 32, p += 32, len -= 32) {
        __m128i first = sse2_load(p), second = sse2_load(p + 16);

        sse2_store(to, first);
        sse2_store(to + 16, second);
        sse2_take(&s, 0, first);
        sse2_take(&s, 1, second);
    }
    return vnic__sum_words_copy(sse2_end(&s, sum), to, p, len);
}

const struct vnic__checksum_variant vnic__checksum_sse2 = {"sse2", sse2_usable, sse2_add,
                                                           sse2_copy};
