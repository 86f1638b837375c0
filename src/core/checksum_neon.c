/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checksum loop with NEON, which every 64-bit ARM processor has. One instruction (UADALP) adds the two
 * 32-bit words of each half of a vector to the 64-bit sum of that half.
 */
#include <arm_neon.h>

#include "checksum.h"
#include "checksum_word.h"

/* Four sums that do not wait for each other. */
struct neon_sums {
    uint64x2_t lanes[4];
};

static int neon_usable(void)
{
    return 1;
}

static inline void neon_take(struct neon_sums *s, int i, uint8x16_t bytes)
{
    s->lanes[i] = vpadalq_u32(s->lanes[i], vreinterpretq_u32_u8(bytes));
}

static inline uint64_t neon_end(const struct neon_sums *s, uint64_t sum)
{
    uint64x2_t two =
        vaddq_u64(vaddq_u64(s->lanes[0], s->lanes[1]), vaddq_u64(s->lanes[2], s->lanes[3]));

    return vnic__add_carry(sum, vnic__add_carry(vgetq_lane_u64(two, 0), vgetq_lane_u64(two, 1)));
}

static uint64_t neon_add(uint64_t sum, const uint8_t *p, size_t len)
{
    struct neon_sums s = {{vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0)}};

    for (; len >= 64; p += 64, len -= 64) {
        neon_take(&s, 0, vld1q_u8(p));
        neon_take(&s, 1, vld1q_u8(p + 16));
        neon_take(&s, 2, vld1q_u8(p + 32));
        neon_take(&s, 3, vld1q_u8(p + 48));
    }
    for (; len >= 16; p += 16, len -= 16) {
        neon_take(&s, 0, vld1q_u8(p));
    }
    return vnic__sum_words(neon_end(&s, sum), p, len);
}

static uint64_t neon_copy(uint64_t sum, uint8_t *to, const uint8_t *p, size_t len)
{
    struct neon_sums s = {{vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0)}};

    for (; len >= 32; to += 32, p += 32, len -= 32) {
        uint8x16_t first = vld1q_u8(p), second = vld1q_u8(p + 16);

        vst1q_u8(to, first);
        vst1q_u8(to + 16, second);
        neon_take(&s, 0, first);
        neon_take(&s, 1, second);
    }
    return vnic__sum_words_copy(neon_end(&s, sum), to, p, len);
}

const struct vnic__checksum_variant vnic__checksum_neon = {"neon", neon_usable, neon_add,
                                                           neon_copy};
