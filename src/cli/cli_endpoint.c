/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of UDP; see cli_endpoint.h. */
#include "cli_endpoint.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* Splits a text at the colon before the port. *ret_port is NULL if there is none. */
static int endpoint_split(const char *text, char *host, size_t cap, const char **ret_port)
{
    const char *colon = strrchr(text, ':');
    const char *bracket = strchr(text, ']');
    size_t len = strlen(text);

    *ret_port = NULL;
    if (text[0] == '[') {
        if (bracket == NULL || (bracket[1] != '\0' && bracket[1] != ':')) {
            return -1;
        }
        *ret_port = bracket[1] == ':' ? bracket + 2 : NULL;
        text++;
        len = (size_t)(bracket - text);
    } else if (colon != NULL && colon == strchr(text, ':')) {
        /* One colon; several are those of an IPv6 address without a port. */
        *ret_port = colon + 1;
        len = (size_t)(colon - text);
    }
    if (len >= cap) {
        return -1;
    }
    memcpy(host, text, len);
    host[len] = '\0';
    return 0;
}

static int endpoint_resolve(const char *what, const char *host, int family, union cli_endpoint *ret)
{
    const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *list = NULL;
    int rc = getaddrinfo(host, NULL, &hints, &list);

    if (rc != 0) {
        return cli_usage_error("%s: \"%s\": %s", what, host, gai_strerror(rc));
    }
    memset(ret, 0, sizeof *ret);
    if (list->ai_addrlen <= sizeof *ret) {
        memcpy(ret, list->ai_addr, list->ai_addrlen);
    }
    freeaddrinfo(list);
    return 0;
}

int cli_endpoint_parse(const char *what, const char *text, unsigned flags, int family,
                       union cli_endpoint *ret)
{
    char host[256];
    const char *port_text;
    uint64_t port = 0;
    int rc;

    memset(ret, 0, sizeof *ret);
    if (endpoint_split(text, host, sizeof host, &port_text) < 0 ||
        (host[0] == '\0' && (flags & CLI_ENDPOINT_HOST_OPTIONAL) == 0)) {
        return cli_usage_error("%s: \"%s\" is no address like 192.0.2.1:4000 or [fd00::1]:4000",
                               what, text);
    }
    if (port_text == NULL && (flags & CLI_ENDPOINT_PORT_OPTIONAL) == 0) {
        return cli_usage_error("%s: \"%s\" has no port: write 192.0.2.1:4000 or [fd00::1]:4000",
                               what, text);
    }
    if (port_text != NULL) {
        rc = cli_parse_number(what, port_text, 1, 65535, &port);
        if (rc != 0) {
            return rc;
        }
    }
    rc = host[0] == '\0' ? 0 : endpoint_resolve(what, host, family, ret);
    if (rc == 0) {
        cli_endpoint_set_port(ret, (unsigned)port);
    }
    return rc;
}

socklen_t cli_endpoint_size(const union cli_endpoint *e)
{
    return e->any.sa_family == AF_INET6 ? (socklen_t)sizeof e->v6 : (socklen_t)sizeof e->v4;
}

unsigned cli_endpoint_port(const union cli_endpoint *e)
{
    return ntohs(e->any.sa_family == AF_INET6 ? e->v6.sin6_port : e->v4.sin_port);
}

void cli_endpoint_set_port(union cli_endpoint *e, unsigned port)
{
    if (e->any.sa_family == AF_INET6) {
        e->v6.sin6_port = htons((uint16_t)port);
    } else {
        /* Also that of an address that is still to get its family: it has the same place. */
        e->v4.sin_port = htons((uint16_t)port);
    }
}

int cli_endpoint_is(const union cli_endpoint *e, const union cli_endpoint *from)
{
    unsigned port = cli_endpoint_port(e);

    if (e->any.sa_family != from->any.sa_family || (port != 0 && port != cli_endpoint_port(from))) {
        return 0;
    }
    if (e->any.sa_family == AF_INET6) {
        return memcmp(&e->v6.sin6_addr, &from->v6.sin6_addr, sizeof e->v6.sin6_addr) == 0 &&
               e->v6.sin6_scope_id == from->v6.sin6_scope_id;
    }
    return e->v4.sin_addr.s_addr == from->v4.sin_addr.s_addr;
}

const char *cli_endpoint_text(const union cli_endpoint *e, char *buf, size_t cap)
{
    char host[CLI_ENDPOINT_TEXT - 10] = "?";
    unsigned port = cli_endpoint_port(e);
    int v6 = e->any.sa_family == AF_INET6;

    (void)getnameinfo(&e->any, cli_endpoint_size(e), host, sizeof host, NULL, 0, NI_NUMERICHOST);
    if (port == 0) {
        (void)snprintf(buf, cap, "%s", host);
    } else {
        (void)snprintf(buf, cap, v6 ? "[%s]:%u" : "%s:%u", host, port);
    }
    return buf;
}
