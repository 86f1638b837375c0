/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The loops behind the checksums of vnic/packet.h and vnic/segment.h. Each processor has a table of
 * them (checksum_table_*.c, chosen by the build), best first; the first that this very machine can run is
 * used. All of them give sums that fold to the same checksum.
 */
#ifndef VNIC_CORE_CHECKSUM_H
#define VNIC_CORE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/**
 * Add len bytes at any alignment to a sum of native 16-bit words, modulo 2^16 - 1; 0 is the sum of
 * nothing but zeros. Right for all lengths below 2^36, which no packet comes near.
 */
typedef uint64_t vnic__checksum_fn(uint64_t sum, const uint8_t *p, size_t len);

/** The same, and the bytes are copied on the way to `to`, which must not overlap them. */
typedef uint64_t vnic__checksum_copy_fn(uint64_t sum, uint8_t *to, const uint8_t *p, size_t len);

struct vnic__checksum_variant {
    const char *name;
    int (*usable)(void); /**< whether this machine can run it */
    vnic__checksum_fn *add;
    vnic__checksum_copy_fn *copy;
};

/** The variants of this processor, best first; the last one is always usable, then comes NULL. */
extern const struct vnic__checksum_variant *const vnic__checksum_variants[];

/** The variant that is used on this machine; always the same one. Any thread. */
const struct vnic__checksum_variant *vnic__checksum_chosen(void);

/* The variants that exist; a build has those that its table names. */
extern const struct vnic__checksum_variant vnic__checksum_portable;
extern const struct vnic__checksum_variant vnic__checksum_sse2;
extern const struct vnic__checksum_variant vnic__checksum_avx2;
extern const struct vnic__checksum_variant vnic__checksum_avx512;
extern const struct vnic__checksum_variant vnic__checksum_neon;

#endif
