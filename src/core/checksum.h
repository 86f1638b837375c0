/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The summing loop behind the checksums of vnic/packet.h. There is one portable version; a version
 * for a processor has the same type and must give a sum that folds to the same checksum, so that the
 * choice can be made in vnic_checksum_add() alone.
 */
#ifndef VNIC_CORE_CHECKSUM_H
#define VNIC_CORE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/** Add len bytes at any alignment to a sum of native 16-bit words, modulo 2^64 - 1. */
typedef uint64_t vnic__checksum_fn(uint64_t sum, const uint8_t *p, size_t len);

vnic__checksum_fn vnic__checksum_portable;

#endif
