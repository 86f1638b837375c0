/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building one pcapng block in memory: numbers in little-endian order on every machine, options with
 * their padding, the two length fields. The buffer is large enough for every block but the data of a
 * packet, which capture.c hands on from where they are.
 */
#ifndef VNIC_CORE_CAPTURE_BLOCK_H
#define VNIC_CORE_CAPTURE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Block types and option codes: draft-ietf-opsawg-pcapng section 11.1, 3.5 and 4. */
#define VNIC__PCAPNG_SHB 0x0A0D0D0Au
#define VNIC__PCAPNG_IDB 0x00000001u
#define VNIC__PCAPNG_ISB 0x00000005u
#define VNIC__PCAPNG_EPB 0x00000006u
#define VNIC__PCAPNG_OPT_END 0u

/* Four texts of 255 bytes with their option headers, and the fixed fields, fit with room to spare. */
#define VNIC__CAPTURE_BLOCK_MAX 1536u

struct vnic__capture_block {
    size_t len;
    int has_options;
    uint8_t bytes[VNIC__CAPTURE_BLOCK_MAX];
};

/* Begins a block of a type; its length field is filled by vnic__block_end(). */
void vnic__block_begin(struct vnic__capture_block *b, uint32_t type);

void vnic__block_put16(struct vnic__capture_block *b, uint32_t value);
void vnic__block_put32(struct vnic__capture_block *b, uint32_t value);

/* A time stamp as the format splits it: the high half first, each half little-endian. */
void vnic__block_put_time(struct vnic__capture_block *b, uint64_t time_ns);

/* Bytes as they are; len 0 is allowed. */
void vnic__block_put_bytes(struct vnic__capture_block *b, const void *data, size_t len);

/* Zeros up to the next multiple of 4 of `len`, which need not be the length of the block. */
void vnic__block_pad(struct vnic__capture_block *b, size_t len);

/* An option: code, length, value, padding. */
void vnic__block_option(struct vnic__capture_block *b, uint32_t code, const void *value,
                        size_t len);

/* An option with a text; NULL and "" leave it out. */
void vnic__block_option_text(struct vnic__capture_block *b, uint32_t code, const char *text);

/* An option with a 64-bit number, little-endian as a whole. */
void vnic__block_option64(struct vnic__capture_block *b, uint32_t code, uint64_t value);

/* Ends the options and the block, of which `outside` bytes lie elsewhere (a packet's data). */
void vnic__block_end(struct vnic__capture_block *b, size_t outside);

#endif
