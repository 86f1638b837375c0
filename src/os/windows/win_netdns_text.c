/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/inet_text.h"
#include "win_netdns.h"
#include "win_text.h"

/* ---- From core ---------------------------------------------------------------------------------- */

void vnic__win_dns_to_text(const struct vnic__dns *dns, uint8_t family, struct win_dns_text *ret)
{
    char servers[WIN_DNS_SERVERS_UNITS + VNIC__INET_TEXT_MAX];
    size_t used = 0;

    for (int i = 0; i < dns->n_servers; i++) {
        if (dns->servers[i].family != family) {
            continue;
        }
        if (used > 0) {
            servers[used++] = ',';
        }
        used += family == VNIC_IPV4 ? vnic__ipv4_format(dns->servers[i].addr, servers + used)
                                    : vnic__ipv6_format(dns->servers[i].addr, servers + used);
    }
    servers[used] = '\0';
    /* Both are ASCII and fit: core has checked them. */
    if (vnic__win_utf16(servers, ret->servers, WIN_DNS_SERVERS_UNITS) < 0) {
        ret->servers[0] = 0;
    }
    if (vnic__win_utf16(dns->search, ret->search, VNIC__DNS_SEARCH_SIZE) < 0) {
        ret->search[0] = 0;
    }
}

/* ---- To core ------------------------------------------------------------------------------------ */

/* 0: it is no address, or there is no room. */
static int win_add_server(struct vnic__dns *dns, const char *text, size_t len)
{
    struct vnic__dns_server server;

    memset(&server, 0, sizeof server);
    if (vnic__ipv4_parse(text, len, server.addr)) {
        server.family = VNIC_IPV4;
    } else if (vnic__ipv6_parse(text, len, server.addr)) {
        server.family = VNIC_IPV6;
    }
    if (server.family == 0 || dns->n_servers == VNIC__DNS_SERVERS_MAX) {
        return 0;
    }
    dns->servers[dns->n_servers++] = server;
    return 1;
}

static int win_add_domain(struct vnic__dns *dns, const char *text, size_t len)
{
    size_t used = strlen(dns->search);

    if (used + len + 2 > sizeof dns->search) {
        return 0;
    }
    if (used > 0) {
        dns->search[used++] = ',';
    }
    memcpy(dns->search + used, text, len);
    dns->search[used + len] = '\0';
    return 1;
}

/* The longest text in UTF-8: three bytes for a unit. */
#define WIN_DNS_UTF8_SIZE (3 * WIN_DNS_VALUE_UNITS + 1)

/* Words are separated by commas or spaces; DNS_INTERFACE_SETTINGS of netioapi.h. Returns whether all of them
 * were taken. */
static int win_each_word(struct vnic__dns *dns, const struct win_dns_value *value,
                         int (*add)(struct vnic__dns *dns, const char *text, size_t len))
{
    char text[WIN_DNS_UTF8_SIZE];
    int all = 1;

    if (value->type != REG_SZ) {
        return value->type == REG_NONE;
    }
    (void)vnic__win_utf8(value->text, text, sizeof text);
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, ", ;");

        if (len > 0 && !add(dns, at, len)) {
            all = 0;
        }
        at += len;
        at += *at != '\0';
    }
    return all;
}

int vnic__win_dns_to_core(const struct win_dns_kept *kept, struct vnic__dns *ret)
{
    const struct win_dns_family *f = kept->families;
    struct vnic__dns other;
    int all = 1;

    memset(ret, 0, sizeof *ret);
    memset(&other, 0, sizeof other);
    for (int i = 0; i < 2; i++) {
        all &= f[i].is_absent || win_each_word(ret, &f[i].servers, win_add_server);
    }
    if (!f[0].is_absent) {
        all &= win_each_word(ret, &f[0].search, win_add_domain);
    }
    if (!f[1].is_absent && !f[1].by_registry) {
        all &= win_each_word(&other, &f[1].search, win_add_domain);
        /* Both families are to have the same list: the first that has one counts. */
        all &= f[0].is_absent || strcmp(ret->search, other.search) == 0;
        if (ret->search[0] == '\0') {
            memcpy(ret->search, other.search, sizeof ret->search);
        }
    }
    return !all;
}
