/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of UDP: as text on the command line, and for sockets. */
#ifndef VNIC_CLI_ENDPOINT_H
#define VNIC_CLI_ENDPOINT_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

/* An address and a port of either family; port 0: none. */
union cli_endpoint {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Room for "[address%interface]:port". */
#define CLI_ENDPOINT_TEXT 96

/* What a text must have. */
#define CLI_ENDPOINT_PORT_OPTIONAL 0x1u /* "192.0.2.1", "fd00::1" */
#define CLI_ENDPOINT_HOST_OPTIONAL 0x2u /* ":4000": every address; the family is AF_UNSPEC */

/*
 * Reads "192.0.2.1:4000", "[fd00::1]:4000" or "host.example:4000" (a name gives its first address of
 * the family; AF_UNSPEC: of any). Returns 0, or an exit code after complaining about `what`.
 */
int cli_endpoint_parse(const char *what, const char *text, unsigned flags, int family,
                       union cli_endpoint *ret);

/* The bytes that the family uses. */
socklen_t cli_endpoint_size(const union cli_endpoint *e);

/* In the byte order of the machine. */
unsigned cli_endpoint_port(const union cli_endpoint *e);
void cli_endpoint_set_port(union cli_endpoint *e, unsigned port);

/* Whether `from` is `e`; any port is right if `e` has none. */
int cli_endpoint_is(const union cli_endpoint *e, const union cli_endpoint *from);

/* "192.0.2.1:4000"; without a port "192.0.2.1". Returns buf. */
const char *cli_endpoint_text(const union cli_endpoint *e, char *buf, size_t cap);

#endif
