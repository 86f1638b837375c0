/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the test drivers name the Linux interface behind an adapter. A name that Linux allows (fifteen
 * bytes, no space, slash, colon or percent sign) stays as it is, so that a script can use it; any other
 * is hashed. Only kernel functions that a driver has too: this is included by both kinds.
 */
#ifndef VNIC_TESTS_DOUBLE_IFNAME_H
#define VNIC_TESTS_DOUBLE_IFNAME_H

#include <stdint.h>

#define DOUBLE_IFNAME_SIZE 16

static inline int double_ifname_takes(uint16_t c)
{
    return c > ' ' && c < 0x7F && c != '/' && c != ':' && c != '%';
}

/* ret_ifname has room for DOUBLE_IFNAME_SIZE bytes; name is UTF-16. */
static inline void double_ifname(const uint16_t *name, char *ret_ifname)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    int len = 0, plain = 1;

    for (; name[len] != 0; len++) {
        plain = plain && len < DOUBLE_IFNAME_SIZE - 1 && double_ifname_takes(name[len]);
        hash = (hash ^ (name[len] & 0xFFu)) * 16777619u;
        hash = (hash ^ (name[len] >> 8)) * 16777619u;
        if (plain) {
            ret_ifname[len] = (char)name[len];
        }
    }
    if (plain && len > 0 && name[0] != '.') {
        ret_ifname[len] = '\0';
        return;
    }
    ret_ifname[0] = 'v';
    ret_ifname[1] = 'n';
    for (int i = 0; i < 8; i++) {
        ret_ifname[2 + i] = "0123456789abcdef"[hash >> (28 - 4 * i) & 15];
    }
    ret_ifname[10] = '\0';
}

#endif
