/* SPDX-License-Identifier: Apache-2.0 */
#include "inet_text.h"

#include <string.h>

#include "bytes.h"

int vnic__hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int vnic__decimal_parse(const char *text, size_t len, uint32_t max)
{
    uint32_t value = 0;

    /* A leading zero would mean octal to some readers, so that it has no safe reading. */
    if (len == 0 || len > 5 || (len > 1 && text[0] == '0')) {
        return -1;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    return value <= max ? (int)value : -1;
}

size_t vnic__decimal_format(uint32_t value, char *buf)
{
    char digits[10];
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < n; i++) {
        buf[i] = digits[n - 1 - i];
    }
    return n;
}

int vnic__ipv4_parse(const char *text, size_t len, uint8_t *ret)
{
    uint8_t addr[4];
    size_t start = 0;

    for (int i = 0; i < 4; i++) {
        size_t end = start;
        int value;

        while (end < len && text[end] != '.') {
            end++;
        }
        /* The last number must end with the text, the others with a dot. */
        value = (i == 3) == (end == len) ? vnic__decimal_parse(text + start, end - start, 255) : -1;
        if (value < 0) {
            return 0;
        }
        addr[i] = (uint8_t)value;
        start = end + 1;
    }
    memcpy(ret, addr, 4);
    return 1;
}

/* Groups of an IPv6 address while it is read; gap is where "::" stands, or -1. */
struct groups {
    uint8_t bytes[16];
    int n;
    int gap;
};

/* One group, or an IPv4 tail: returns how many characters were used, 0 if it is neither. */
static size_t read_group(struct groups *g, const char *text, size_t len)
{
    uint32_t value = 0;
    size_t i = 0;

    while (i < len && i < 5 && vnic__hex_digit(text[i]) >= 0) {
        value = value << 4 | (uint32_t)vnic__hex_digit(text[i]);
        i++;
    }
    if (i < len && text[i] == '.') {
        if (g->n > 6 || !vnic__ipv4_parse(text, len, g->bytes + 2 * g->n)) {
            return 0;
        }
        g->n += 2;
        return len;
    }
    if (i == 0 || i > 4 || g->n == 8) {
        return 0;
    }
    vnic__put16(g->bytes + 2 * g->n, (uint16_t)value);
    g->n++;
    return i;
}

/* Puts zeros where "::" stands; 0 if the number of groups is wrong. */
static int spread_groups(const struct groups *g, uint8_t *ret)
{
    size_t front = (size_t)(g->gap < 0 ? g->n : g->gap) * 2;
    size_t back = (size_t)g->n * 2 - front;

    /* "::" stands for at least one group, RFC 4291 section 2.2. */
    if (g->gap < 0 ? g->n != 8 : g->n > 7) {
        return 0;
    }
    memset(ret, 0, 16);
    memcpy(ret, g->bytes, front);
    memcpy(ret + 16 - back, g->bytes + front, back);
    return 1;
}

int vnic__ipv6_parse(const char *text, size_t len, uint8_t *ret)
{
    struct groups g = {{0}, 0, -1};
    size_t i = 0;

    if (len >= 2 && text[0] == ':' && text[1] == ':') {
        g.gap = 0;
        i = 2;
    }
    while (i < len) {
        size_t used = read_group(&g, text + i, len - i);

        i += used;
        if (used == 0 || (i < len && text[i] != ':')) {
            return 0;
        }
        if (i == len) {
            break;
        }
        i++;
        if (i == len) {
            return 0;
        }
        if (text[i] == ':') {
            if (g.gap >= 0) {
                return 0;
            }
            g.gap = g.n;
            i++;
        }
    }
    return spread_groups(&g, ret);
}

size_t vnic__ipv4_format(const uint8_t *addr, char *buf)
{
    size_t n = 0;

    for (int i = 0; i < 4; i++) {
        if (i > 0) {
            buf[n++] = '.';
        }
        n += vnic__decimal_format(addr[i], buf + n);
    }
    return n;
}

static size_t format_group(const uint8_t *p, char *buf)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t value = vnic__get16(p);
    size_t n = 0;

    for (int shift = 12; shift >= 0; shift -= 4) {
        if (value >> shift != 0 || shift == 0) {
            buf[n++] = digits[value >> shift & 15];
        }
    }
    return n;
}

/* The longest run of zero groups, the first one of equals; its length, 0 if shorter than two. */
static int find_zero_run(const uint8_t *addr, int *ret_start)
{
    int best = 0;

    for (int start = 0; start < 8; start++) {
        int n = 0;

        while (start + n < 8 && vnic__get16(addr + 2 * (start + n)) == 0) {
            n++;
        }
        if (n > best) {
            best = n;
            *ret_start = start;
        }
    }
    return best >= 2 ? best : 0;
}

size_t vnic__ipv6_format(const uint8_t *addr, char *buf)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    int run_start = 0;
    int run = find_zero_run(addr, &run_start);
    size_t n = 0;

    /* RFC 5952 section 5: a well-known prefix shows the IPv4 address in its own notation. */
    if (memcmp(addr, mapped, 12) == 0) {
        memcpy(buf, "::ffff:", 7);
        return 7 + vnic__ipv4_format(addr + 12, buf + 7);
    }
    for (int i = 0; i < 8; i++) {
        if (run > 0 && i == run_start) {
            buf[n++] = ':';
            buf[n++] = ':';
            i += run - 1;
            continue;
        }
        if (n > 0 && buf[n - 1] != ':') {
            buf[n++] = ':';
        }
        n += format_group(addr + 2 * i, buf + n);
    }
    return n;
}
