/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of address resolution: ARP and Neighbour Discovery, built in the caller's memory. */
#include <string.h>

#include "bytes.h"
#include "checksum_packet.h"
#include "vnic/mac.h"
#include "vnic/packet.h"

/* Numbers of RFC 826 and RFC 4861 sections 4.3, 4.4 and 4.6.1. */
#define ARP_REQUEST 1
#define ARP_REPLY 2
#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136
#define ND_SOURCE_LINK_ADDRESS 1
#define ND_TARGET_LINK_ADDRESS 2
#define ND_SOLICITED 0x40
#define ND_OVERRIDE 0x20

static int is_zero(const uint8_t *p, size_t n)
{
    uint8_t all = 0;

    while (n > 0) {
        all |= p[--n];
    }
    return all == 0;
}

/* Whether `own` has the address; `self` tells that the asker may be asking for itself. */
static int is_own(const struct vnic_prefix *own, const uint8_t *addr, int self)
{
    struct vnic_prefix one;
    uint8_t bits = own->family == VNIC_IPV4 ? 32 : 128;

    memset(&one, 0, sizeof one);
    one.family = own->family;
    one.prefix_len = bits;
    memcpy(one.addr, addr, bits / 8);
    return (!self || own->prefix_len == bits) && vnic_prefix_contains(own, &one) == 1;
}

/* Checks of the arguments that both answers share. */
static int check_answer(const struct vnic_prefix *own, uint8_t family, const uint8_t *mac,
                        const void *out)
{
    if (own == NULL || out == NULL || vnic_prefix_check(own) != VNIC_OK || own->family != family ||
        (mac != NULL && vnic_mac_is_unicast(mac) != 1)) {
        return VNIC_EINVAL;
    }
    return VNIC_OK;
}

/* Ethernet header of the answer, VLAN tags as in the question; returns its length. */
static size_t answer_ethernet(const uint8_t *question, size_t header_len, const uint8_t *dst,
                              const uint8_t *mac, uint8_t *out)
{
    memcpy(out, question, header_len);
    memcpy(out, dst, 6);
    memcpy(out + 6, mac, 6);
    return header_len;
}

int vnic_answer_arp(const void *data, size_t len, const struct vnic_prefix *own, const uint8_t *mac,
                    void *out, size_t cap)
{
    struct vnic_parsed parsed;
    const uint8_t *arp;
    uint8_t *answer = out;
    int rc;

    if (mac == NULL || check_answer(own, VNIC_IPV4, mac, out) != VNIC_OK) {
        return VNIC_EINVAL;
    }
    rc = vnic_parse(data, len, VNIC_TAP, &parsed);
    if (rc != VNIC_OK) {
        return rc;
    }
    if ((parsed.layers & VNIC_HAS_ARP) == 0 || parsed.arp_op != ARP_REQUEST) {
        return 0;
    }
    /* RFC 826 layout: 8 sender hardware, 14 sender IP, 18 target hardware, 24 target IP. */
    arp = (const uint8_t *)data + parsed.l3_offset;
    if (vnic_mac_is_unicast(arp + 8) != 1 || (((const uint8_t *)data)[6] & 1) != 0 ||
        !is_own(own, arp + 24, is_zero(arp + 14, 4) || memcmp(arp + 14, arp + 24, 4) == 0)) {
        return 0;
    }
    if (cap < parsed.l3_offset + 28) {
        return VNIC_EMSGSIZE;
    }
    answer += answer_ethernet(data, parsed.l3_offset, (const uint8_t *)data + 6, mac, answer);
    memcpy(answer, arp, 6);
    vnic__put16(answer + 6, ARP_REPLY);
    memcpy(answer + 8, mac, 6);
    memcpy(answer + 14, arp + 24, 4);
    memcpy(answer + 18, arp + 8, 10);
    return (int)parsed.l3_offset + 28;
}

/* Options of a solicitation: -1 if one is malformed, otherwise whether the asker gave its address. */
static int solicitation_options(const uint8_t *p, size_t len)
{
    int found = 0;

    while (len > 0) {
        size_t size = len >= 2 ? (size_t)p[1] * 8 : 0;

        if (size == 0 || size > len) {
            return -1;
        }
        found |= p[0] == ND_SOURCE_LINK_ADDRESS;
        p += size;
        len -= size;
    }
    return found;
}

/* Solicited-node multicast address, ff02::1:ffXX:XXXX, RFC 4291 section 2.7.1. */
static int is_solicited_node(const uint8_t *dst, const uint8_t *target)
{
    static const uint8_t start[13] = {0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF};

    return memcmp(dst, start, 13) == 0 && memcmp(dst + 13, target + 13, 3) == 0;
}

/* The checks of RFC 4861 section 7.1.1, but for the checksum. */
static int is_solicitation(const uint8_t *data, const struct vnic_parsed *parsed)
{
    const uint8_t *ip = data + parsed->l3_offset;
    const uint8_t *target = data + parsed->l4_offset + 8;
    size_t len = (size_t)parsed->l4_len + parsed->payload_len;
    int source_given;

    if ((parsed->layers & VNIC_HAS_ICMPV6) == 0 || parsed->ext_count != 0 ||
        parsed->icmp_type != ND_SOLICITATION || parsed->icmp_code != 0 || parsed->ip_ttl != 255 ||
        len < 24 || target[0] == 0xFF || ip[8] == 0xFF) {
        return 0;
    }
    source_given = solicitation_options(target + 16, len - 24);
    if (is_zero(ip + 8, 16)) {
        return source_given == 0 && is_solicited_node(ip + 24, target);
    }
    return source_given >= 0;
}

/* The advertisement from its IPv6 header on; returns its length. */
static size_t answer_advertisement(const uint8_t *question, const uint8_t *target,
                                   const uint8_t *mac, uint8_t *out)
{
    static const uint8_t all_nodes[16] = {0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    int solicited = !is_zero(question + 8, 16);
    uint16_t len = mac != NULL ? 32 : 24;
    uint64_t sum;

    memset(out, 0, 40u + len);
    out[0] = 0x60;
    vnic__put16(out + 4, len);
    out[6] = VNIC_IPPROTO_ICMPV6;
    out[7] = 255;
    memcpy(out + 8, target, 16);
    memcpy(out + 24, solicited ? question + 8 : all_nodes, 16);
    out[40] = ND_ADVERTISEMENT;
    out[44] = (uint8_t)(ND_OVERRIDE | (solicited ? ND_SOLICITED : 0));
    memcpy(out + 48, target, 16);
    if (mac != NULL) {
        out[64] = ND_TARGET_LINK_ADDRESS;
        out[65] = 1;
        memcpy(out + 66, mac, 6);
    }
    sum = vnic_checksum_pseudo6(out + 8, out + 24, VNIC_IPPROTO_ICMPV6, len);
    vnic__put16(out + 42, vnic_checksum_fold(vnic_checksum_add(sum, out + 40, len)));
    return 40u + len;
}

/* A solicitation that may be answered: 1; 0 or an error as vnic_answer_nd() returns them. */
static int examine_solicitation(const uint8_t *data, size_t len, uint32_t layer,
                                struct vnic_parsed *parsed)
{
    int rc = vnic_parse(data, len, layer, parsed);

    if (rc != VNIC_OK) {
        return rc;
    }
    if (!is_solicitation(data, parsed) || (layer == VNIC_TAP && (data[6] & 1) != 0)) {
        return 0;
    }
    return vnic__checksum_check(data, parsed) == VNIC_SUM_L4_GOOD ? 1 : VNIC_EINVAL;
}

int vnic_answer_nd(const void *data, size_t len, uint32_t layer, const struct vnic_prefix *own,
                   const uint8_t *mac, void *out, size_t cap)
{
    static const uint8_t all_nodes_mac[6] = {0x33, 0x33, 0, 0, 0, 1};
    struct vnic_parsed parsed;
    const uint8_t *question = data;
    const uint8_t *ip;
    const uint8_t *target;
    uint8_t *answer = out;
    int self, rc;

    if (check_answer(own, VNIC_IPV6, mac, out) != VNIC_OK || (layer == VNIC_TAP && mac == NULL)) {
        return VNIC_EINVAL;
    }
    rc = examine_solicitation(question, len, layer, &parsed);
    if (rc != 1) {
        return rc;
    }
    ip = question + parsed.l3_offset;
    target = question + parsed.l4_offset + 8;
    self = is_zero(ip + 8, 16);
    if (!is_own(own, target, self || memcmp(ip + 8, target, 16) == 0)) {
        return 0;
    }
    if (cap < parsed.l3_offset + (mac != NULL ? 72u : 64u)) {
        return VNIC_EMSGSIZE;
    }
    if (layer == VNIC_TAP) {
        answer += answer_ethernet(question, parsed.l3_offset, self ? all_nodes_mac : question + 6,
                                  mac, answer);
    }
    return (int)(parsed.l3_offset + answer_advertisement(ip, target, mac, answer));
}
