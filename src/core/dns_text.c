/* SPDX-License-Identifier: Apache-2.0 */
/* DNS settings as text: a list of servers, then the word "search" and a list of domains. */
#include "dns_text.h"

#include <string.h>

#include "fail.h"
#include "inet_text.h"
#include "vnic/prefix.h"

/* RFC 1035 section 2.3.4. */
#define DOMAIN_MAX 253
#define LABEL_MAX 63

struct dns_word {
    const char *text;
    size_t len;
};

static int is_separator(char c)
{
    return c == ' ' || c == ',' || (c >= '\t' && c <= '\r');
}

/* The next word of the text; 0 at its end. */
static int next_word(const char **at, struct dns_word *ret)
{
    while (is_separator(**at)) {
        (*at)++;
    }
    ret->text = *at;
    while (**at != '\0' && !is_separator(**at)) {
        (*at)++;
    }
    ret->len = (size_t)(*at - ret->text);
    return ret->len > 0;
}

static int shown_len_of(const struct dns_word *w)
{
    return w->len > 64 ? 64 : (int)w->len;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int same_letters(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return 0;
        }
    }
    return 1;
}

/* An address that a server can have: neither of a group, nor none at all. */
static int read_server(const struct dns_word *w, struct vnic__dns_server *ret)
{
    struct vnic_prefix p;

    memset(&p, 0, sizeof p);
    if (vnic__ipv4_parse(w->text, w->len, p.addr)) {
        p.family = VNIC_IPV4;
        p.prefix_len = 32;
    } else if (vnic__ipv6_parse(w->text, w->len, p.addr)) {
        p.family = VNIC_IPV6;
        p.prefix_len = 128;
    }
    if (p.family == 0 || vnic_prefix_is_assignable(&p) != 1) {
        return 0;
    }
    ret->family = p.family;
    memcpy(ret->addr, p.addr, sizeof ret->addr);
    return 1;
}

static int same_server(const struct vnic__dns_server *a, const struct vnic__dns_server *b)
{
    return a->family == b->family && memcmp(a->addr, b->addr, sizeof a->addr) == 0;
}

static int add_server(struct vnic__dns *dns, const struct dns_word *w, struct vnic_error *err)
{
    struct vnic__dns_server server;

    if (!read_server(w, &server)) {
        return vnic__fail(err, VNIC_EADDR, "check", "dns",
                          "\"%.*s\" is not the address of a DNS server: write it like 1.1.1.1 or "
                          "fd00::53, and domains behind the word \"search\"",
                          shown_len_of(w), w->text);
    }
    for (int i = 0; i < dns->n_servers; i++) {
        if (same_server(&server, &dns->servers[i])) {
            return vnic__fail(err, VNIC_EEXIST, "check", "dns",
                              "the DNS server \"%.*s\" is listed twice: remove one",
                              shown_len_of(w), w->text);
        }
    }
    if (dns->n_servers == VNIC__DNS_SERVERS_MAX) {
        return vnic__fail(
            err, VNIC_EINVAL, "check", "dns",
            "more than %d DNS servers are listed: leave out \"%.*s\" and those behind "
            "it",
            VNIC__DNS_SERVERS_MAX, shown_len_of(w), w->text);
    }
    dns->servers[dns->n_servers++] = server;
    return 0;
}

static int is_label_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* Labels of letters, digits and hyphens (RFC 1123 section 2.1), and the underscore that people use. */
static int is_domain(const struct dns_word *w)
{
    size_t label = 0;

    for (size_t i = 0; i < w->len; i++) {
        char c = w->text[i];

        if (c == '.') {
            if (label == 0 || w->text[i - 1] == '-') {
                return 0;
            }
            label = 0;
            continue;
        }
        label++;
        if (!is_label_char(c) || label > LABEL_MAX || (c == '-' && label == 1)) {
            return 0;
        }
    }
    return label > 0 && w->len <= DOMAIN_MAX && w->text[w->len - 1] != '-';
}

/* Whether the list has the domain already. */
static int has_domain(const char *list, const struct dns_word *w)
{
    while (*list != '\0') {
        size_t len = strcspn(list, ",");

        if (len == w->len && same_letters(list, w->text, len)) {
            return 1;
        }
        list += len;
        list += *list == ',';
    }
    return 0;
}

static int add_domain(struct vnic__dns *dns, struct dns_word w, struct vnic_error *err)
{
    size_t used = strlen(dns->search);
    struct vnic__dns_server server;

    /* The dot at the end says that the domain is whole, which it is here anyway. */
    w.len -= w.len > 1 && w.text[w.len - 1] == '.';
    if (!is_domain(&w) || read_server(&w, &server)) {
        return vnic__fail(err, VNIC_EINVAL, "check", "dns",
                          "\"%.*s\" is not a domain: write it like corp.example, in its \"xn--\" "
                          "form if it is not ASCII, and servers before the word \"search\"",
                          shown_len_of(&w), w.text);
    }
    if (has_domain(dns->search, &w)) {
        return vnic__fail(err, VNIC_EEXIST, "check", "dns",
                          "the domain \"%.*s\" is listed twice: remove one", shown_len_of(&w),
                          w.text);
    }
    if (used + w.len + 2 > sizeof dns->search) {
        return vnic__fail(
            err, VNIC_EINVAL, "check", "dns",
            "the search domains are longer than %d characters: leave out \"%.*s\" and "
            "those behind it",
            VNIC__DNS_SEARCH_SIZE - 1, shown_len_of(&w), w.text);
    }
    if (used > 0) {
        dns->search[used++] = ',';
    }
    memcpy(dns->search + used, w.text, w.len);
    dns->search[used + w.len] = '\0';
    return 0;
}

int vnic__dns_parse(const char *text, struct vnic__dns *ret, struct vnic_error *err)
{
    struct dns_word w;
    int searching = 0, rc = 0;

    memset(ret, 0, sizeof *ret);
    while (rc == 0 && next_word(&text, &w)) {
        if (!searching && w.len == 6 && memcmp(w.text, "search", 6) == 0) {
            searching = 1;
        } else {
            rc = searching ? add_domain(ret, w, err) : add_server(ret, &w, err);
        }
    }
    if (rc == 0 && searching && ret->search[0] == '\0') {
        rc = vnic__fail(err, VNIC_EINVAL, "check", "dns",
                        "no domain follows the word \"search\": leave the word out, or name one");
    }
    return rc;
}

int vnic__dns_same(const struct vnic__dns *a, const struct vnic__dns *b)
{
    size_t len = strlen(a->search);

    if (a->n_servers != b->n_servers || len != strlen(b->search) ||
        !same_letters(a->search, b->search, len)) {
        return 0;
    }
    for (int i = 0; i < a->n_servers; i++) {
        if (!same_server(&a->servers[i], &b->servers[i])) {
            return 0;
        }
    }
    return 1;
}
