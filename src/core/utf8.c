/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, as far as core needs it. */
#include "utf8.h"

#include <limits.h>

size_t vnic__utf8_len(const char *s)
{
    const unsigned char *c = (const unsigned char *)s;
    size_t len = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    unsigned low, high;

    if (c[0] < 0x80) {
        return c[0] != 0;
    }
    if (c[0] < 0xc2 || c[0] > 0xf4) {
        return 0;
    }
    low = c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80;
    high = c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf;
    if (c[1] < low || c[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if (c[i] < 0x80 || c[i] > 0xbf) {
            return 0;
        }
    }
    return len;
}

int vnic__utf16_units(const char *text)
{
    int units = 0;

    while (*text != '\0') {
        size_t len = vnic__utf8_len(text);

        if (len == 0 || units > INT_MAX - 2) {
            return -1;
        }
        units += len == 4 ? 2 : 1;
        text += len;
    }
    return units;
}
