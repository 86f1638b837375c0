/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from user space; see cli_answer.h. The library's packet.h does the work. */
#include "cli_answer.h"

#include <string.h>

/* Port 7 (RFC 862): answering what came from an echo service would never end. */
#define ANSWER_ECHO_PORT 7

int cli_answer_start(struct cli_answer *a, vnic *dev)
{
    /* Locally administered; the rest spells "vnic". */
    static const uint8_t mac[6] = {0x02, 'v', 'n', 'i', 'c', 0x01};
    struct vnic_info info = {.size = sizeof info};
    struct vnic_prefix all[CLI_ANSWER_MAX_PREFIXES];
    int rc = vnic_get_info(dev, &info, NULL);
    int n;

    memset(a, 0, sizeof *a);
    a->dev = dev;
    a->layer = info.layer;
    memcpy(a->mac, mac, sizeof mac);
    if (memcmp(a->mac, info.mac, sizeof a->mac) == 0) {
        a->mac[5] ^= 0x02;
    }
    n = rc < 0 ? rc : vnic_get_addresses(dev, all, CLI_ANSWER_MAX_PREFIXES, NULL);
    for (int i = 0; i < n && i < CLI_ANSWER_MAX_PREFIXES; i++) {
        struct vnic_prefix *net = &a->prefixes[a->n_prefixes];

        *net = all[i];
        if (all[i].flags & VNIC_PREFIX_PEER) {
            /* The only other address is the peer's; the length is that of the peer's network. */
            memcpy(net->addr, all[i].peer, sizeof net->addr);
        }
        a->n_prefixes += vnic_prefix_network(net, net) == VNIC_OK;
    }
    return n < 0 ? n : 0;
}

static void answer_send(struct cli_answer *a, const void *data, int len)
{
    if (vnic_send(a->dev, data, (size_t)len) < 0) {
        a->failed++;
    }
}

/* ARP on a TAP; Neighbour Discovery there too (a TUN has no neighbours to find). */
static int answer_neighbour(struct cli_answer *a, const uint8_t *data, size_t len)
{
    uint8_t out[VNIC_ANSWER_MAX];
    int arp = (a->parsed.layers & VNIC_HAS_ARP) != 0;

    if (a->layer != VNIC_TAP || !(arp || (a->parsed.layers & VNIC_HAS_ICMPV6))) {
        return 0;
    }
    for (int i = 0; i < a->n_prefixes; i++) {
        int n = arp ? vnic_answer_arp(data, len, &a->prefixes[i], a->mac, out, sizeof out)
                    : vnic_answer_nd(data, len, a->layer, &a->prefixes[i], a->mac, out, sizeof out);

        if (n > 0) {
            answer_send(a, out, n);
            return 1;
        }
    }
    return 0;
}

static enum cli_answered answer_one(struct cli_answer *a, uint8_t *data, size_t len)
{
    if (vnic_parse(data, len, a->layer, &a->parsed) < 0) {
        return CLI_ANSWERED_NOTHING;
    }
    if (answer_neighbour(a, data, len)) {
        return CLI_ANSWERED_NEIGHBOUR;
    }
    if (vnic_echo_icmp(data, len, a->layer) == 1) {
        answer_send(a, data, (int)len);
        return CLI_ANSWERED_PING;
    }
    if ((a->parsed.layers & VNIC_HAS_UDP) && a->parsed.src_port != ANSWER_ECHO_PORT &&
        vnic_echo_udp(data, len, a->layer) == 1) {
        answer_send(a, data, (int)len);
        return CLI_ANSWERED_UDP;
    }
    if (a->parsed.layers & VNIC_HAS_TCP) {
        return CLI_ANSWERED_TCP;
    }
    return CLI_ANSWERED_NOTHING;
}

enum cli_answered cli_answer_packet(struct cli_answer *a, uint8_t *data, size_t len)
{
    enum cli_answered what = answer_one(a, data, len);

    a->counts[what]++;
    return what;
}
