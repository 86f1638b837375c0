/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Internet checksum, RFC 1071. The words are added as the machine loads them, many bytes at a
 * time: one's complement addition commutes with a swap of bytes (section 2 B) and with the width of
 * the words (section 2 C), so that one swap at the end gives the number in network order.
 */
#include "checksum.h"

#include <stdatomic.h>
#include <string.h>

#include "bytes.h"
#include "checksum_word.h"
#include "vnic/packet.h"
#include "vnic/segment.h"

/* Below this a call of a loop for vectors costs more than it gains. */
#define SHORT_LEN 192

/*
 * The one writable object of the library: what asking the processor again would answer, which takes
 * a microsecond in a virtual machine. Every thread that finds it empty stores the same address, of a
 * constant that was there before the program began: nothing has to be ordered, nothing can be half done.
 */
static _Atomic(const struct vnic__checksum_variant *) checksum_choice;

static const struct vnic__checksum_variant *choose_checksum(void)
{
    const struct vnic__checksum_variant *const *v = vnic__checksum_variants;

    while (!(*v)->usable()) {
        v++;
    }
    atomic_store_explicit(&checksum_choice, *v, memory_order_relaxed);
    return *v;
}

const struct vnic__checksum_variant *vnic__checksum_chosen(void)
{
    const struct vnic__checksum_variant *chosen =
        atomic_load_explicit(&checksum_choice, memory_order_relaxed);

    return chosen != NULL ? chosen : choose_checksum();
}

uint64_t vnic_checksum_add(uint64_t sum, const void *data, size_t len)
{
    if (len < SHORT_LEN) {
        return vnic__sum_words(sum, data, len);
    }
    return vnic__checksum_chosen()->add(sum, data, len);
}

uint64_t vnic_checksum_copy(uint64_t sum, void *ret, const void *data, size_t len)
{
    if (len < SHORT_LEN) {
        return vnic__sum_words_copy(sum, ret, data, len);
    }
    return vnic__checksum_chosen()->copy(sum, ret, data, len);
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
