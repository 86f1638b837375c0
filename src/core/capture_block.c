/* SPDX-License-Identifier: Apache-2.0 */
/* Building one pcapng block; see capture_block.h. */
#include "capture_block.h"

#include <string.h>

/* The total length follows the type, and stands again at the block's end (section 3.1). */
#define BLOCK_LENGTH_AT 4

/* Little-endian, so that a capture has the same bytes wherever it was made. */
static void store_le32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
}

void vnic__block_put_bytes(struct vnic__capture_block *b, const void *data, size_t len)
{
    if (len > 0) {
        memcpy(b->bytes + b->len, data, len);
        b->len += len;
    }
}

void vnic__block_put16(struct vnic__capture_block *b, uint32_t value)
{
    uint8_t raw[2] = {(uint8_t)value, (uint8_t)(value >> 8)};

    vnic__block_put_bytes(b, raw, sizeof raw);
}

void vnic__block_put32(struct vnic__capture_block *b, uint32_t value)
{
    uint8_t raw[4];

    store_le32(raw, value);
    vnic__block_put_bytes(b, raw, sizeof raw);
}

void vnic__block_put_time(struct vnic__capture_block *b, uint64_t time_ns)
{
    vnic__block_put32(b, (uint32_t)(time_ns >> 32));
    vnic__block_put32(b, (uint32_t)time_ns);
}

void vnic__block_begin(struct vnic__capture_block *b, uint32_t type)
{
    b->len = 0;
    b->has_options = 0;
    vnic__block_put32(b, type);
    vnic__block_put32(b, 0);
}

void vnic__block_pad(struct vnic__capture_block *b, size_t len)
{
    static const uint8_t zeros[3] = {0, 0, 0};

    vnic__block_put_bytes(b, zeros, (4 - len % 4) % 4);
}

void vnic__block_option(struct vnic__capture_block *b, uint32_t code, const void *value, size_t len)
{
    vnic__block_put16(b, code);
    vnic__block_put16(b, (uint32_t)len);
    vnic__block_put_bytes(b, value, len);
    vnic__block_pad(b, len);
    b->has_options = 1;
}

void vnic__block_option_text(struct vnic__capture_block *b, uint32_t code, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        vnic__block_option(b, code, text, strlen(text));
    }
}

void vnic__block_option64(struct vnic__capture_block *b, uint32_t code, uint64_t value)
{
    uint8_t raw[8];

    store_le32(raw, (uint32_t)value);
    store_le32(raw + 4, (uint32_t)(value >> 32));
    vnic__block_option(b, code, raw, sizeof raw);
}

void vnic__block_end(struct vnic__capture_block *b, size_t outside)
{
    uint32_t total;

    if (b->has_options) {
        vnic__block_option(b, VNIC__PCAPNG_OPT_END, NULL, 0);
    }
    total = (uint32_t)(b->len + 4 + outside);
    vnic__block_put32(b, total);
    store_le32(b->bytes + BLOCK_LENGTH_AT, total);
}
