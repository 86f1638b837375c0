/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Sums of a few bytes, word by word: what the loops of checksum.h leave over, and all of what is too
 * short for them.
 */
#ifndef VNIC_CORE_CHECKSUM_WORD_H
#define VNIC_CORE_CHECKSUM_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** One's complement addition: the carry out of the top comes back at the bottom. */
static inline uint64_t vnic__add_carry(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

static inline uint64_t vnic__load64(const uint8_t *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

/**
 * Less than 8 bytes as one word: pieces of 4, 2 and 1. Where a piece lies in the word does not matter,
 * because each begins at an even byte (RFC 1071 section 2 C). A zero follows the last odd byte.
 */
static inline uint64_t vnic__load_rest(const uint8_t *p, size_t len)
{
    uint32_t four = 0;
    uint16_t two = 0, one = 0;

    if ((len & 4) != 0) {
        memcpy(&four, p, sizeof four);
        p += sizeof four;
    }
    if ((len & 2) != 0) {
        memcpy(&two, p, sizeof two);
        p += sizeof two;
    }
    if ((len & 1) != 0) {
        memcpy(&one, p, 1);
    }
    return (uint64_t)four + two + one;
}

/** vnic__load_rest(), and the bytes are copied. */
static inline uint64_t vnic__copy_rest(uint8_t *to, const uint8_t *p, size_t len)
{
    uint64_t word = vnic__load_rest(p, len);

    if ((len & 4) != 0) {
        memcpy(to, p, 4);
        p += 4;
        to += 4;
    }
    if ((len & 2) != 0) {
        memcpy(to, p, 2);
        p += 2;
        to += 2;
    }
    if ((len & 1) != 0) {
        *to = *p;
    }
    return word;
}

/** A vnic__checksum_fn. */
static inline uint64_t vnic__sum_words(uint64_t sum, const uint8_t *p, size_t len)
{
    /* Two sums that do not wait for each other keep two adders busy. */
    uint64_t other = 0;

    while (len >= 16) {
        sum = vnic__add_carry(sum, vnic__load64(p));
        other = vnic__add_carry(other, vnic__load64(p + 8));
        p += 16;
        len -= 16;
    }
    if (len >= 8) {
        sum = vnic__add_carry(sum, vnic__load64(p));
        p += 8;
        len -= 8;
    }
    if (len > 0) {
        other = vnic__add_carry(other, vnic__load_rest(p, len));
    }
    return vnic__add_carry(sum, other);
}

/** A vnic__checksum_copy_fn. */
static inline uint64_t vnic__sum_words_copy(uint64_t sum, uint8_t *to, const uint8_t *p, size_t len)
{
    while (len >= 8) {
        uint64_t word = vnic__load64(p);

        memcpy(to, &word, sizeof word);
        sum = vnic__add_carry(sum, word);
        p += 8;
        to += 8;
        len -= 8;
    }
    return len > 0 ? vnic__add_carry(sum, vnic__copy_rest(to, p, len)) : sum;
}

/**
 * The words of the vectors are added whole, as numbers of 64 bits that may overflow, and their upper
 * halves apart. From both follows the exact sum of all halves, with one operation a vector less than
 * masking needs: low halves = all - 2^32 * high halves, modulo 2^64.
 */
static inline uint64_t vnic__sum_halves(uint64_t all, uint64_t high)
{
    return vnic__add_carry(all - (high << 32), high);
}

/**
 * The sum of bytes that begin at an odd byte of the packet, as the packet counts: each byte has the other
 * half of its word (RFC 1071 section 2 B).
 */
static inline uint64_t vnic__turn_sum(uint64_t sum, size_t odd)
{
    return (odd & 1) != 0 ? sum << 8 | sum >> 56 : sum;
}

#endif
