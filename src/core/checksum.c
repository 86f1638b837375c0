/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Internet checksum, RFC 1071. The words are added as the machine loads them, eight bytes at a
 * time: one's complement addition commutes with a swap of bytes (section 2 B) and with the width of
 * the words (section 2 C), so that one swap at the end gives the number in network order.
 */
#include "checksum.h"

#include <string.h>

#include "bytes.h"
#include "vnic/packet.h"

/* One's complement addition: the carry out of the top comes back at the bottom. */
static inline uint64_t add_carry(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

static inline uint64_t load_word(const uint8_t *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

uint64_t vnic__checksum_portable(uint64_t sum, const uint8_t *p, size_t len)
{
    /* Two sums that do not wait for each other keep two adders busy. */
    uint64_t other = 0;

    while (len >= 16) {
        sum = add_carry(sum, load_word(p));
        other = add_carry(other, load_word(p + 8));
        p += 16;
        len -= 16;
    }
    sum = add_carry(sum, other);
    if (len >= 8) {
        sum = add_carry(sum, load_word(p));
        p += 8;
        len -= 8;
    }
    if (len > 0) {
        /* Zeros behind the last bytes change no sum, on either byte order. */
        uint8_t tail[8] = {0};

        memcpy(tail, p, len);
        sum = add_carry(sum, load_word(tail));
    }
    return sum;
}

uint64_t vnic_checksum_add(uint64_t sum, const void *data, size_t len)
{
    return len == 0 ? sum : vnic__checksum_portable(sum, data, len);
}

uint16_t vnic_checksum_fold(uint64_t sum)
{
    uint16_t native;
    uint8_t bytes[2];

    sum = (sum & 0xFFFFFFFFu) + (sum >> 32);
    sum = (sum & 0xFFFFu) + (sum >> 16 & 0xFFFFu) + (sum >> 32);
    sum = (sum & 0xFFFFu) + (sum >> 16);
    sum = (sum & 0xFFFFu) + (sum >> 16);
    native = (uint16_t)sum;
    memcpy(bytes, &native, sizeof bytes);
    return (uint16_t)~vnic__get16(bytes);
}

uint16_t vnic_checksum(const void *data, size_t len)
{
    return vnic_checksum_fold(vnic_checksum_add(0, data, len));
}

uint64_t vnic_checksum_pseudo4(const uint8_t *src, const uint8_t *dst, uint8_t proto, uint32_t len)
{
    uint8_t header[12];

    memcpy(header, src, 4);
    memcpy(header + 4, dst, 4);
    header[8] = 0;
    header[9] = proto;
    vnic__put16(header + 10, (uint16_t)len);
    return vnic_checksum_add(0, header, sizeof header);
}

uint64_t vnic_checksum_pseudo6(const uint8_t *src, const uint8_t *dst, uint8_t proto, uint32_t len)
{
    uint8_t header[40];

    memcpy(header, src, 16);
    memcpy(header + 16, dst, 16);
    vnic__put32(header + 32, len);
    vnic__put32(header + 36, proto);
    return vnic_checksum_add(0, header, sizeof header);
}

int vnic_checksum_complete(void *data, size_t len, uint32_t csum_start, uint32_t csum_offset)
{
    uint8_t *bytes = data;
    uint64_t field = (uint64_t)csum_start + csum_offset;
    uint16_t sum;

    if (data == NULL) {
        return VNIC_EINVAL;
    }
    if (field + 2 > len) {
        return VNIC_EMSGSIZE;
    }
    sum = vnic_checksum(bytes + csum_start, len - csum_start);
    if (sum == 0 && csum_offset == 6) {
        sum = 0xFFFF;
    }
    vnic__put16(bytes + field, sum);
    return VNIC_OK;
}
