/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answering from user space what a host would answer: ARP and Neighbour Discovery for every address
 * of some networks, ping, UDP echo. `echo` adds TCP to it, `demo` uses it as it is.
 */
#ifndef VNIC_CLI_ANSWER_H
#define VNIC_CLI_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/packet.h"
#include "vnic/vnic.h"

#define CLI_ANSWER_MAX_PREFIXES 64

/* What a packet was. */
enum cli_answered {
    CLI_ANSWERED_NOTHING, /* nothing that we answer */
    CLI_ANSWERED_NEIGHBOUR,
    CLI_ANSWERED_PING,
    CLI_ANSWERED_UDP,
    CLI_ANSWERED_TCP, /* TCP inside: not answered here, `parsed` says where it is */
    CLI_ANSWERED_N
};

struct cli_answer {
    vnic *dev;
    uint32_t layer;
    uint8_t mac[6]; /* that we answer with on a TAP */
    int n_prefixes;
    struct vnic_prefix prefixes[CLI_ANSWER_MAX_PREFIXES]; /* networks to answer for */
    struct vnic_parsed parsed;                            /* of the last packet */
    uint64_t counts[CLI_ANSWERED_N];
    uint64_t failed; /* answers that could not be sent */
};

/* Begins: layer and networks are those of the interface. Returns 0 or a VNIC_E… code. */
int cli_answer_start(struct cli_answer *a, vnic *dev);

/* Answers one packet, which is changed. */
enum cli_answered cli_answer_packet(struct cli_answer *a, uint8_t *data, size_t len);

#endif
