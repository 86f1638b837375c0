/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 and UTF-16. Done here rather than by MultiByteToWideChar, because Windows before Vista and Wine
 * disagree about bad input, and because neither tells where a character begins when room is short.
 */
#include "win_text.h"

#include <string.h>

#include "core/alloc.h"
#include "core/ifname.h"
#include "vnic/vnic.h"

#define NOT_A_CHARACTER 0xFFFFFFFFu
#define REPLACEMENT 0xFFFDu
#define LAST_CHARACTER 0x10FFFFu
#define HIGH_FIRST 0xD800u
#define LOW_FIRST 0xDC00u
#define SURROGATE_LAST 0xDFFFu
#define SUPPLEMENTARY 0x10000u

/* How many bytes a character has, by its first byte; 0: no character begins so. */
static unsigned utf8_length(unsigned first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first < 0xE0) { /* 0xC0 and 0xC1 would be overlong */
        return 2;
    }
    if (first >= 0xE0 && first < 0xF0) {
        return 3;
    }
    return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

/* Reads one character and moves *text behind it. The terminator is no continuation: never beyond it. */
static uint32_t utf8_next(const char **text)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)*text;
    unsigned len = utf8_length(p[0]);
    uint32_t c;

    if (len == 0) {
        return NOT_A_CHARACTER;
    }
    c = len == 1 ? p[0] : p[0] & (0x7Fu >> len);
    for (unsigned i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return NOT_A_CHARACTER;
        }
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (c < smallest[len] || c > LAST_CHARACTER || (c >= HIGH_FIRST && c <= SURROGATE_LAST)) {
        return NOT_A_CHARACTER;
    }
    *text += len;
    return c;
}

/* Stores what fits and returns how many units the character has. */
static size_t utf16_put(uint32_t c, wchar_t *ret, size_t room)
{
    if (c < SUPPLEMENTARY) {
        if (room >= 1) {
            ret[0] = (wchar_t)c;
        }
        return 1;
    }
    if (room >= 2) {
        ret[0] = (wchar_t)(HIGH_FIRST + ((c - SUPPLEMENTARY) >> 10));
        ret[1] = (wchar_t)(LOW_FIRST + ((c - SUPPLEMENTARY) & 0x3FFu));
    }
    return 2;
}

/* The same with the whole length as result: a count, VNIC_EINVAL; terminated when it fits in cap. */
static int utf16_convert(const char *utf8, wchar_t *ret, size_t cap)
{
    size_t n = 0;

    while (*utf8 != '\0') {
        uint32_t c = utf8_next(&utf8);

        if (c == NOT_A_CHARACTER) {
            return VNIC_EINVAL;
        }
        n += utf16_put(c, ret != NULL && n < cap ? ret + n : NULL, n < cap ? cap - n : 0);
        if (n > INT32_MAX / 2) {
            return VNIC_EINVAL;
        }
    }
    if (n < cap) {
        ret[n] = L'\0';
    }
    return (int)n;
}

int vnic__win_utf16(const char *utf8, wchar_t *ret, size_t cap)
{
    int n = utf16_convert(utf8, ret, cap);

    return n >= 0 && cap > 0 && (size_t)n >= cap ? VNIC_EMSGSIZE : n;
}

int vnic__win_utf16_new(const char *utf8, wchar_t **ret)
{
    int n = utf16_convert(utf8, NULL, 0);
    wchar_t *wide;

    if (n < 0) {
        return n;
    }
    wide = vnic__alloc(((size_t)n + 1) * sizeof *wide);
    if (wide == NULL) {
        return VNIC_ENOMEM;
    }
    (void)utf16_convert(utf8, wide, (size_t)n + 1);
    *ret = wide;
    return n;
}

/* Reads one character; *used tells its units, 1 or 2. */
static uint32_t utf16_next(const wchar_t *text, size_t left, size_t *used)
{
    uint32_t c = (uint32_t)text[0] & 0xFFFFu;
    uint32_t low = left > 1 ? (uint32_t)text[1] & 0xFFFFu : 0;

    *used = 1;
    if (c < HIGH_FIRST || c > SURROGATE_LAST) {
        return c;
    }
    if (c >= LOW_FIRST || low < LOW_FIRST || low > SURROGATE_LAST) {
        return REPLACEMENT;
    }
    *used = 2;
    return SUPPLEMENTARY + ((c - HIGH_FIRST) << 10) + (low - LOW_FIRST);
}

static size_t utf8_put(uint32_t c, char ret[4])
{
    if (c < 0x80) {
        ret[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        ret[0] = (char)(0xC0 | c >> 6);
        ret[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < SUPPLEMENTARY) {
        ret[0] = (char)(0xE0 | c >> 12);
        ret[1] = (char)(0x80 | (c >> 6 & 0x3F));
        ret[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    ret[0] = (char)(0xF0 | c >> 18);
    ret[1] = (char)(0x80 | (c >> 12 & 0x3F));
    ret[2] = (char)(0x80 | (c >> 6 & 0x3F));
    ret[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

size_t vnic__win_utf8_n(const wchar_t *utf16, size_t n, char *ret, size_t cap)
{
    size_t stored = 0;
    size_t needed = 0;
    size_t used;

    for (size_t i = 0; i < n && utf16[i] != L'\0'; i += used) {
        char bytes[4];
        size_t len = utf8_put(utf16_next(utf16 + i, n - i, &used), bytes);

        /* Once something did not fit nothing may follow, or the text would have a hole. */
        if (stored == needed && stored + len < cap) {
            memcpy(ret + stored, bytes, len);
            stored += len;
        }
        needed += len;
    }
    ret[stored] = '\0';
    return needed;
}

size_t vnic__win_utf8(const wchar_t *utf16, char *ret, size_t cap)
{
    return vnic__win_utf8_n(utf16, SIZE_MAX, ret, cap);
}

/* ---- Names -------------------------------------------------------------------------------------- */

static const char *char_objection(const char *name)
{
    static const char refused[] = "\\/:*?\"<>|";
    static const char *const reasons[] = {
        "contains '\\'", "contains '/'", "contains ':'", "contains '*'", "contains '?'",
        "contains '\"'", "contains '<'", "contains '>'", "contains '|'",
    };

    for (const char *p = name; *p != '\0'; p++) {
        const char *found = strchr(refused, *p);

        if (found != NULL) {
            return reasons[found - refused];
        }
        if ((unsigned char)*p < ' ' || *p == 0x7F) {
            return "contains a character that cannot be printed";
        }
    }
    return NULL;
}

static const char *number_objection(const char *name, uint32_t flags)
{
    const char *percent = strchr(name, '%');

    if (percent == NULL) {
        return NULL;
    }
    if ((flags & VNIC__IFNAME_PATTERN) == 0) {
        return "contains '%', which is for automatic numbers only";
    }
    if (percent[1] != 'd') {
        return "contains '%' without 'd' behind it";
    }
    return strchr(percent + 1, '%') != NULL ? "contains more than one '%'" : NULL;
}

/*
 * Network connections are named by INetConnection::Rename() and its relatives, which refuse these
 * characters, as the dialog of Windows does. Spaces are common inside ("Local Area Connection 2"); at
 * the ends nobody sees them. '%' is refused for the same reason as on every other system (core/ifname.c).
 */
static const char *name_objection(const char *name, uint32_t flags)
{
    wchar_t wide[WIN_NAME_UNITS + 1];
    const char *reason;
    int n;

    if (name == NULL || name[0] == '\0') {
        return "is empty";
    }
    n = vnic__win_utf16(name, wide, WIN_NAME_UNITS + 1);
    if (n == VNIC_EINVAL) {
        return "is not valid UTF-8";
    }
    if (n == VNIC_EMSGSIZE) {
        return "is longer than 127 characters";
    }
    /* What was opened must be told by its whole name. A number has up to three digits in place of "%d". */
    if (strlen(name) + (strchr(name, '%') != NULL ? 1u : 0u) >= VNIC_NAME_SIZE) {
        return "is longer than 255 bytes";
    }
    if (name[0] == ' ' || name[strlen(name) - 1] == ' ') {
        return "begins or ends with a space";
    }
    reason = char_objection(name);
    return reason != NULL ? reason : number_objection(name, flags);
}

int vnic__win_name_check(const char *name, uint32_t flags, const char **ret_reason)
{
    const char *reason = name_objection(name, flags);

    if (reason == NULL) {
        return 0;
    }
    if (ret_reason != NULL) {
        *ret_reason = reason;
    }
    return VNIC_ENAME;
}
