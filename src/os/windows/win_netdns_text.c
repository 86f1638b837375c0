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

static void win_add_server(struct vnic__dns *dns, const char *text, size_t len)
{
    struct vnic__dns_server server;

    memset(&server, 0, sizeof server);
    if (vnic__ipv4_parse(text, len, server.addr)) {
        server.family = VNIC_IPV4;
    } else if (vnic__ipv6_parse(text, len, server.addr)) {
        server.family = VNIC_IPV6;
    } else {
        return;
    }
    if (dns->n_servers < VNIC__DNS_SERVERS_MAX) {
        dns->servers[dns->n_servers++] = server;
    }
}

static void win_add_domain(struct vnic__dns *dns, const char *text, size_t len)
{
    size_t used = strlen(dns->search);

    if (used + len + 2 > sizeof dns->search) {
        return;
    }
    if (used > 0) {
        dns->search[used++] = ',';
    }
    memcpy(dns->search + used, text, len);
    dns->search[used + len] = '\0';
}

/* Words are separated by commas or spaces; DNS_INTERFACE_SETTINGS of netioapi.h. */
static void win_each_word(struct vnic__dns *dns, const wchar_t *wide,
                          void (*add)(struct vnic__dns *dns, const char *text, size_t len))
{
    char text[2 * VNIC__DNS_SEARCH_SIZE];

    (void)vnic__win_utf8(wide, text, sizeof text);
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, ", ;");

        if (len > 0) {
            add(dns, at, len);
        }
        at += len;
        at += *at != '\0';
    }
}

void vnic__win_dns_add_text(struct vnic__dns *dns, const wchar_t *servers, const wchar_t *search)
{
    if (servers != NULL) {
        win_each_word(dns, servers, win_add_server);
    }
    /* Both families have the same list: the first that has one counts. */
    if (search != NULL && dns->search[0] == '\0') {
        win_each_word(dns, search, win_add_domain);
    }
}
