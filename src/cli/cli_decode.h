/* SPDX-License-Identifier: Apache-2.0 */
/* A packet as one line for people, and as JSON. */
#ifndef VNIC_CLI_DECODE_H
#define VNIC_CLI_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/packet.h"

struct json_object;

/* What a line is coloured by. */
enum cli_kind {
    CLI_KIND_OTHER,
    CLI_KIND_NEIGHBOUR, /* ARP, Neighbour Discovery */
    CLI_KIND_ICMP,
    CLI_KIND_UDP,
    CLI_KIND_TCP,
    CLI_KIND_BAD /* malformed, or a wrong checksum */
};

struct cli_decoded {
    struct vnic_parsed parsed;
    int parse_code; /* of vnic_parse() */
    int sums;       /* VNIC_SUM_…, 0 if unknown */
    enum cli_kind kind;
    char link[64]; /* "02:…:01 > 02:…:02 vlan 5", "" for a TUN */
    char src[64];  /* addresses; "" if there are none */
    char dst[64];
    char protocol[16]; /* "TCP", "ICMPv6", "ARP", … */
    char detail[192];  /* what the packet says */
};

/* Decodes a packet. Whatever the bytes are, every text is filled and terminated. */
void cli_decode(const uint8_t *data, size_t len, uint32_t layer, struct cli_decoded *ret);

/* "10.9.0.1.53 > 10.9.0.2.4000 UDP, 20 bytes" into buf; returns buf. */
const char *cli_decode_line(const struct cli_decoded *d, size_t len, char *buf, size_t cap);

/* The same as members of a JSON object. */
void cli_decode_json(const struct cli_decoded *d, size_t len, struct json_object *object);

#endif
