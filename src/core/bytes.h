/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Numbers in network order at any address. Byte by byte, so that alignment and the byte order of
 * the machine do not matter; compilers make one instruction of each.
 */
#ifndef VNIC_CORE_BYTES_H
#define VNIC_CORE_BYTES_H

#include <stdint.h>

static inline uint16_t vnic__get16(const uint8_t *p)
{
    return (uint16_t)((uint32_t)p[0] << 8 | p[1]);
}

static inline uint32_t vnic__get32(const uint8_t *p)
{
    return (uint32_t)vnic__get16(p) << 16 | vnic__get16(p + 2);
}

static inline void vnic__put16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static inline void vnic__put32(uint8_t *p, uint32_t value)
{
    vnic__put16(p, (uint16_t)(value >> 16));
    vnic__put16(p + 2, (uint16_t)value);
}

#endif
