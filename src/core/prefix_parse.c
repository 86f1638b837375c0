/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>

#include "inet_text.h"
#include "prefix_text.h"
#include "vnic/error.h"

/* A word of the text being read. */
struct word {
    const char *start;
    size_t len;
};

/* The text being read and where the first fault is reported. */
struct reader {
    const char *text;
    const char *pos;
    struct vnic__text_fault *fault;
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct word next_word(struct reader *r)
{
    struct word w;

    while (is_blank(*r->pos)) {
        r->pos++;
    }
    w.start = r->pos;
    while (*r->pos != '\0' && *r->pos != ',' && !is_blank(*r->pos)) {
        r->pos++;
    }
    w.len = (size_t)(r->pos - w.start);
    return w;
}

static int word_is(struct word w, const char *text)
{
    return w.len == strlen(text) && memcmp(w.start, text, w.len) == 0;
}

static int fault_at(const struct reader *r, struct word w, int code, const char *reason)
{
    r->fault->offset = (size_t)(w.start - r->text);
    r->fault->len = w.len;
    r->fault->reason = reason;
    return code;
}

/* Why a word is no address: the commonest mistakes are named. */
static const char *address_reason(struct word w)
{
    if (w.len == 0) {
        return "is followed by no address";
    }
    if (memchr(w.start, '%', w.len) != NULL) {
        return "has a scope, which has no place here";
    }
    return "is not an IPv4 or IPv6 address";
}

/* An address of either family; 0 if it is none. */
static uint8_t parse_address(const char *text, size_t len, uint8_t *ret)
{
    if (vnic__ipv4_parse(text, len, ret)) {
        return VNIC_IPV4;
    }
    return vnic__ipv6_parse(text, len, ret) ? VNIC_IPV6 : 0;
}

/* A contiguous dotted mask as a length; -1 if it is none. */
static int mask_length(const char *text, size_t len)
{
    uint8_t mask[4];
    int bits = 0;

    if (!vnic__ipv4_parse(text, len, mask)) {
        return -1;
    }
    while (bits < 32 && (mask[bits / 8] >> (7 - bits % 8) & 1) != 0) {
        bits++;
    }
    for (int i = bits; i < 32; i++) {
        if ((mask[i / 8] >> (7 - i % 8) & 1) != 0) {
            return -1;
        }
    }
    return bits;
}

/* ADDRESS[/LENGTH] */
static int parse_own(struct reader *r, struct word w, struct vnic_prefix *ret)
{
    const char *slash = memchr(w.start, '/', w.len);
    size_t len = slash != NULL ? (size_t)(slash - w.start) : w.len;
    int max, bits;

    ret->family = parse_address(w.start, len, ret->addr);
    if (ret->family == 0) {
        return fault_at(r, w, VNIC_EADDR, address_reason(w));
    }
    max = ret->family == VNIC_IPV4 ? 32 : 128;
    bits = max;
    if (slash != NULL) {
        size_t rest = w.len - len - 1;

        bits = vnic__decimal_parse(slash + 1, rest, (uint32_t)max);
        if (bits < 0 && ret->family == VNIC_IPV4 && memchr(slash, '.', w.len - len) != NULL) {
            bits = mask_length(slash + 1, rest);
            if (bits < 0) {
                return fault_at(r, w, VNIC_EADDR, "has a mask that is not contiguous");
            }
        }
        if (bits < 0) {
            return fault_at(r, w, VNIC_EADDR,
                            ret->family == VNIC_IPV4 ? "has a prefix length that is not 0 to 32"
                                                     : "has a prefix length that is not 0 to 128");
        }
    }
    ret->prefix_len = (uint8_t)bits;
    return VNIC_OK;
}

static int parse_peer(struct reader *r, struct word key, struct vnic_prefix *ret)
{
    struct word w = next_word(r);

    if ((ret->flags & VNIC_PREFIX_PEER) != 0) {
        return fault_at(r, key, VNIC_EADDR, "is given twice for one address");
    }
    if (w.len == 0) {
        return fault_at(r, key, VNIC_EADDR, address_reason(w));
    }
    if (memchr(w.start, '/', w.len) != NULL) {
        return fault_at(r, w, VNIC_EADDR,
                        "has a prefix length, which belongs behind the address before \"peer\"");
    }
    if (parse_address(w.start, w.len, ret->peer) != ret->family) {
        return fault_at(r, w, VNIC_EADDR,
                        "is not an address of the same family as the one before it");
    }
    ret->flags |= VNIC_PREFIX_PEER;
    return VNIC_OK;
}

static int parse_broadcast(struct reader *r, struct word key, struct vnic_prefix *ret)
{
    struct word w = next_word(r);

    if ((ret->flags & (VNIC_PREFIX_BROADCAST | VNIC_PREFIX_NO_BROADCAST)) != 0) {
        return fault_at(r, key, VNIC_EADDR, "is given twice for one address");
    }
    if (ret->family != VNIC_IPV4) {
        return fault_at(r, key, VNIC_EADDR, "is for IPv4 only");
    }
    if (word_is(w, "none")) {
        ret->flags |= VNIC_PREFIX_NO_BROADCAST;
        return VNIC_OK;
    }
    if (w.len == 0) {
        return fault_at(r, key, VNIC_EADDR, address_reason(w));
    }
    if (ret->prefix_len >= 31) {
        return fault_at(r, key, VNIC_EADDR, "is not possible with a /31 or /32");
    }
    if (!vnic__ipv4_parse(w.start, w.len, ret->broadcast)) {
        return fault_at(r, w, VNIC_EADDR, "is not an IPv4 address");
    }
    ret->flags |= VNIC_PREFIX_BROADCAST;
    return VNIC_OK;
}

/* One item from its first word to the word before the next item. */
static int parse_item(struct reader *r, struct word first, struct vnic_prefix *ret)
{
    int rc;

    memset(ret, 0, sizeof *ret);
    rc = parse_own(r, first, ret);
    while (rc == VNIC_OK) {
        const char *before = r->pos;
        struct word w = next_word(r);

        if (word_is(w, "peer")) {
            rc = parse_peer(r, w, ret);
        } else if (word_is(w, "broadcast") || word_is(w, "brd")) {
            rc = parse_broadcast(r, w, ret);
        } else {
            r->pos = before;
            break;
        }
    }
    return rc;
}

int vnic_prefix_parse(const char *text, struct vnic_prefix *ret)
{
    struct vnic__text_fault fault;
    struct reader r = {text, text, &fault};
    struct vnic_prefix one;
    int rc;

    if (text == NULL || ret == NULL) {
        return VNIC_EINVAL;
    }
    rc = parse_item(&r, next_word(&r), &one);
    if (rc != VNIC_OK) {
        return rc;
    }
    if (next_word(&r).len > 0 || *r.pos != '\0') {
        return VNIC_EADDR;
    }
    *ret = one;
    return VNIC_OK;
}

int vnic__prefix_is_duplicate(const struct vnic_prefix *a, const struct vnic_prefix *b)
{
    if (a->family != b->family || memcmp(a->addr, b->addr, 16) != 0) {
        return 0;
    }
    return a->family == VNIC_IPV6 || memcmp(a->peer, b->peer, 16) == 0;
}

/* Puts an item into the array of the caller, if there is one. */
static int store_item(struct reader *r, struct word first, const struct vnic_prefix *item,
                      struct vnic_prefix *ret, int n, int cap)
{
    if (n == INT_MAX || (cap > 0 && n >= cap)) {
        return fault_at(r, first, VNIC_EMSGSIZE, "is one address too many");
    }
    if (cap == 0) {
        return VNIC_OK;
    }
    for (int i = 0; i < n; i++) {
        if (vnic__prefix_is_duplicate(&ret[i], item)) {
            return fault_at(r, first, VNIC_EEXIST, "is listed twice");
        }
    }
    ret[n] = *item;
    return VNIC_OK;
}

int vnic__prefix_list_parse(const char *text, struct vnic_prefix *ret, int cap,
                            struct vnic__text_fault *fault)
{
    struct reader r = {text, text, fault};
    int n = 0;

    for (;;) {
        struct vnic_prefix item;
        struct word first = next_word(&r);
        int rc;

        if (first.len == 0) {
            if (*r.pos == '\0') {
                return n;
            }
            /* A comma: it only separates. */
            r.pos++;
            continue;
        }
        rc = parse_item(&r, first, &item);
        if (rc == VNIC_OK) {
            rc = store_item(&r, first, &item, ret, n, cap);
        }
        if (rc != VNIC_OK) {
            return rc;
        }
        n++;
    }
}

int vnic_prefix_list_parse(const char *text, struct vnic_prefix *ret, int cap,
                           size_t *ret_err_offset, size_t *ret_err_len)
{
    struct vnic__text_fault fault = {0, 0, NULL};
    int rc;

    if (text == NULL || cap < 0 || (ret == NULL && cap != 0)) {
        return VNIC_EINVAL;
    }
    rc = vnic__prefix_list_parse(text, ret, cap, &fault);
    if (rc < 0 && ret_err_offset != NULL) {
        *ret_err_offset = fault.offset;
    }
    if (rc < 0 && ret_err_len != NULL) {
        *ret_err_len = fault.len;
    }
    return rc;
}
