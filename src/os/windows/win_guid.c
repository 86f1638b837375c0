/* SPDX-License-Identifier: Apache-2.0 */
/* GUIDs: as text, and made from an adapter's name. */
#include <string.h>

#include "core/bytes.h"
#include "vnic/error.h"
#include "win_text.h"

#define SHA1_BLOCK 64
#define SHA1_SIZE 20
#define GUID_BYTES 16

/* ---- Text --------------------------------------------------------------------------------------- */

/* The bytes in the order of the text, which is network order (RFC 4122 section 4.1.2). */
static void guid_to_bytes(const GUID *guid, uint8_t ret[GUID_BYTES])
{
    vnic__put32(ret, (uint32_t)guid->Data1);
    vnic__put16(ret + 4, guid->Data2);
    vnic__put16(ret + 6, guid->Data3);
    memcpy(ret + 8, guid->Data4, 8);
}

static void guid_from_bytes(const uint8_t bytes[GUID_BYTES], GUID *ret)
{
    ret->Data1 = vnic__get32(bytes);
    ret->Data2 = vnic__get16(bytes + 4);
    ret->Data3 = vnic__get16(bytes + 6);
    memcpy(ret->Data4, bytes + 8, 8);
}

/* Whether a '-' stands before byte i of the text. */
static int guid_dash_before(int i)
{
    return i == 4 || i == 6 || i == 8 || i == 10;
}

static void guid_format(const GUID *guid, const char *digits, char ret[WIN_GUID_SIZE])
{
    uint8_t bytes[GUID_BYTES];
    char *p = ret;

    guid_to_bytes(guid, bytes);
    *p++ = '{';
    for (int i = 0; i < GUID_BYTES; i++) {
        if (guid_dash_before(i)) {
            *p++ = '-';
        }
        *p++ = digits[bytes[i] >> 4];
        *p++ = digits[bytes[i] & 15];
    }
    *p++ = '}';
    *p = '\0';
}

void vnic__win_guid_text(const GUID *guid, char ret[WIN_GUID_SIZE])
{
    guid_format(guid, "0123456789abcdef", ret);
}

void vnic__win_guid_wide(const GUID *guid, wchar_t ret[WIN_GUID_SIZE])
{
    char text[WIN_GUID_SIZE];

    guid_format(guid, "0123456789ABCDEF", text);
    for (int i = 0; i < WIN_GUID_SIZE; i++) {
        ret[i] = (wchar_t)text[i];
    }
}

static int guid_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int vnic__win_guid_parse(const char *text, GUID *ret)
{
    uint8_t bytes[GUID_BYTES];
    const char *p = text;
    int braces = *p == '{';

    p += braces;
    for (int i = 0; i < GUID_BYTES; i++) {
        int high;
        int low;

        if (guid_dash_before(i) && *p++ != '-') {
            return VNIC_EINVAL;
        }
        high = guid_digit(p[0]);
        low = high >= 0 ? guid_digit(p[1]) : -1;
        if (low < 0) {
            return VNIC_EINVAL;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
        p += 2;
    }
    if (braces && *p++ != '}') {
        return VNIC_EINVAL;
    }
    if (*p != '\0') {
        return VNIC_EINVAL;
    }
    guid_from_bytes(bytes, ret);
    return 0;
}

int vnic__win_guid_parse_wide(const wchar_t *text, GUID *ret)
{
    char narrow[WIN_GUID_SIZE];

    for (int i = 0; i < WIN_GUID_SIZE; i++) {
        /* What is no ASCII is no digit either. */
        narrow[i] = text[i] > 0 && text[i] < 0x7F ? (char)text[i] : (char)(text[i] != 0 ? '?' : 0);
        if (narrow[i] == '\0') {
            return vnic__win_guid_parse(narrow, ret);
        }
    }
    return VNIC_EINVAL;
}

/* ---- From a name -------------------------------------------------------------------------------- */

/* The namespace of RFC 4122 section 4.3, made once at random for this library; it never changes, for
 * with it every adapter would get another GUID, and Windows would take it for a new network. */
static const uint8_t guid_namespace[GUID_BYTES] = {
    0x3c, 0x9d, 0x27, 0xf6, 0xdc, 0x9c, 0x45, 0x32, 0xa5, 0x73, 0xc4, 0x4c, 0x9a, 0x72, 0x8b, 0x87,
};

static uint32_t sha1_rotate(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

/* One block of RFC 3174 section 6.1. */
static void sha1_block(uint32_t h[5], const uint8_t block[SHA1_BLOCK])
{
    static const uint32_t k[4] = {0x5A827999u, 0x6ED9EBA1u, 0x8F1BBCDCu, 0xCA62C1D6u};
    uint32_t w[80];
    uint32_t v[5];

    for (int t = 0; t < 16; t++) {
        w[t] = vnic__get32(block + 4 * t);
    }
    for (int t = 16; t < 80; t++) {
        w[t] = sha1_rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    }
    memcpy(v, h, sizeof v);
    for (int t = 0; t < 80; t++) {
        uint32_t f = v[1] ^ v[2] ^ v[3];
        uint32_t sum;

        if (t < 20) {
            f = (v[1] & v[2]) | (~v[1] & v[3]);
        } else if (t >= 40 && t < 60) {
            f = (v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3]);
        }
        sum = sha1_rotate(v[0], 5) + f + v[4] + w[t] + k[t / 20];
        v[4] = v[3];
        v[3] = v[2];
        v[2] = sha1_rotate(v[1], 30);
        v[1] = v[0];
        v[0] = sum;
    }
    for (int i = 0; i < 5; i++) {
        h[i] += v[i];
    }
}

/* The hash of `head`, which is shorter than a block, and a text of any length behind it. */
static void sha1_of(const uint8_t *head, size_t head_len, const char *text, uint8_t ret[SHA1_SIZE])
{
    uint32_t h[5] = {0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u};
    uint8_t block[SHA1_BLOCK] = {0};
    uint64_t total = head_len;
    size_t used = head_len;

    memcpy(block, head, head_len);
    for (; *text != '\0'; text++, total++) {
        char c = *text;

        block[used++] = (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (used == SHA1_BLOCK) {
            sha1_block(h, block);
            used = 0;
        }
    }
    block[used++] = 0x80;
    memset(block + used, 0, SHA1_BLOCK - used);
    if (used > SHA1_BLOCK - 8) {
        sha1_block(h, block);
        memset(block, 0, SHA1_BLOCK);
    }
    vnic__put32(block + SHA1_BLOCK - 8, (uint32_t)(total >> 29));
    vnic__put32(block + SHA1_BLOCK - 4, (uint32_t)(total << 3));
    sha1_block(h, block);
    for (int i = 0; i < 5; i++) {
        vnic__put32(ret + 4 * i, h[i]);
    }
}

void vnic__win_guid_of_name(const char *name, GUID *ret)
{
    uint8_t hash[SHA1_SIZE];

    sha1_of(guid_namespace, sizeof guid_namespace, name, hash);
    hash[6] = (uint8_t)((hash[6] & 0x0F) | 0x50); /* version 5 */
    hash[8] = (uint8_t)((hash[8] & 0x3F) | 0x80); /* the variant of RFC 4122 */
    guid_from_bytes(hash, ret);
}
