/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding of a packet for people; see cli_decode.h. The library finds the headers, here they are
 * put into words. */
#include "cli_decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "vnic/mac.h"

struct decode_name {
    uint8_t type;
    const char *name;
};

/* IANA icmp-parameters. */
static const struct decode_name decode_icmp4[] = {
    {0, "echo reply"},   {3, "unreachable"},    {4, "source quench"},  {5, "redirect"},
    {8, "echo request"}, {11, "time exceeded"}, {12, "bad parameter"}, {0, NULL}};

/* IANA icmpv6-parameters. */
static const struct decode_name decode_icmp6[] = {{1, "unreachable"},
                                                  {2, "packet too big"},
                                                  {3, "time exceeded"},
                                                  {4, "bad parameter"},
                                                  {128, "echo request"},
                                                  {129, "echo reply"},
                                                  {130, "multicast query"},
                                                  {131, "multicast report"},
                                                  {133, "router solicitation"},
                                                  {134, "router advertisement"},
                                                  {135, "neighbour solicitation"},
                                                  {136, "neighbour advertisement"},
                                                  {137, "redirect"},
                                                  {143, "multicast report v2"},
                                                  {0, NULL}};

static uint32_t decode_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t decode_be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static void decode_say(struct cli_decoded *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void decode_say(struct cli_decoded *d, const char *format, ...)
{
    size_t used = strlen(d->detail);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(d->detail + used, sizeof d->detail - used, format, args);
    va_end(args);
}

static const char *decode_icmp_name(const struct decode_name *table, uint8_t type)
{
    for (; table->name != NULL; table++) {
        if (table->type == type) {
            return table->name;
        }
    }
    return NULL;
}

static void decode_ethernet(const uint8_t *data, struct cli_decoded *d)
{
    char src[VNIC_MAC_TEXT_MAX];
    char dst[VNIC_MAC_TEXT_MAX];
    size_t used;

    (void)vnic_mac_format(data + 6, src, sizeof src);
    (void)vnic_mac_format(data, dst, sizeof dst);
    used = (size_t)snprintf(d->link, sizeof d->link, "%s > %s", src, dst);
    for (int i = 0; i < d->parsed.vlan_count; i++) {
        used += (size_t)snprintf(d->link + used, sizeof d->link - used, " vlan %d",
                                 d->parsed.vlan_tci[i] & 0x0FFF);
    }
}

static void decode_addresses(const uint8_t *data, struct cli_decoded *d)
{
    const uint8_t *ip = data + d->parsed.l3_offset;

    if (d->parsed.layers & VNIC_HAS_IPV4) {
        (void)cli_address_text(VNIC_IPV4, ip + 12, d->src, sizeof d->src);
        (void)cli_address_text(VNIC_IPV4, ip + 16, d->dst, sizeof d->dst);
    } else if (d->parsed.layers & VNIC_HAS_IPV6) {
        (void)cli_address_text(VNIC_IPV6, ip + 8, d->src, sizeof d->src);
        (void)cli_address_text(VNIC_IPV6, ip + 24, d->dst, sizeof d->dst);
    }
}

static void decode_arp(const uint8_t *arp, struct cli_decoded *d)
{
    char sender[VNIC_PREFIX_TEXT_MAX];
    char target[VNIC_PREFIX_TEXT_MAX];
    char mac[VNIC_MAC_TEXT_MAX];

    /* RFC 826: sender's addresses at 8 and 14, target's at 18 and 24. */
    (void)cli_address_text(VNIC_IPV4, arp + 14, sender, sizeof sender);
    (void)cli_address_text(VNIC_IPV4, arp + 24, target, sizeof target);
    (void)vnic_mac_format(arp + 8, mac, sizeof mac);
    d->kind = CLI_KIND_NEIGHBOUR;
    if (d->parsed.arp_op == 1) {
        decode_say(d, "who has %s? tell %s", target, sender);
    } else if (d->parsed.arp_op == 2) {
        decode_say(d, "%s is at %s", sender, mac);
    } else {
        decode_say(d, "operation %u", d->parsed.arp_op);
    }
}

static void decode_tcp(const uint8_t *tcp, struct cli_decoded *d)
{
    static const char letters[] = "FSRP.UEC"; /* FIN is bit 0, as tcpdump writes them */

    d->kind = CLI_KIND_TCP;
    for (int bit = 0; bit < 8; bit++) {
        if (d->parsed.tcp_flags >> bit & 1) {
            decode_say(d, "%c", letters[bit]);
        }
    }
    decode_say(d, " seq %lu", (unsigned long)decode_be32(tcp + 4));
    if (d->parsed.tcp_flags & 0x10) {
        decode_say(d, " ack %lu", (unsigned long)decode_be32(tcp + 8));
    }
    decode_say(d, " win %lu len %lu", (unsigned long)decode_be16(tcp + 14),
               (unsigned long)d->parsed.payload_len);
}

static void decode_icmp(const uint8_t *icmp, size_t room, struct cli_decoded *d)
{
    int v6 = (d->parsed.layers & VNIC_HAS_ICMPV6) != 0;
    uint8_t type = d->parsed.icmp_type;
    const char *name = decode_icmp_name(v6 ? decode_icmp6 : decode_icmp4, type);

    d->kind = CLI_KIND_ICMP;
    if (name == NULL) {
        decode_say(d, "type %u code %u", type, d->parsed.icmp_code);
        return;
    }
    decode_say(d, "%s", name);
    if ((v6 ? type == 128 || type == 129 : type == 8 || type == 0) && room >= 8) {
        decode_say(d, " id %lu seq %lu", (unsigned long)decode_be16(icmp + 4),
                   (unsigned long)decode_be16(icmp + 6));
    } else if (v6 && (type == 135 || type == 136) && room >= 24) {
        char target[VNIC_PREFIX_TEXT_MAX];

        d->kind = CLI_KIND_NEIGHBOUR;
        decode_say(d, " of %s", cli_address_text(VNIC_IPV6, icmp + 8, target, sizeof target));
    } else if (d->parsed.icmp_code != 0) {
        decode_say(d, " code %u", d->parsed.icmp_code);
    }
}

/* What is above IP. */
static void decode_transport(const uint8_t *data, size_t len, struct cli_decoded *d)
{
    const uint8_t *l4 = data + d->parsed.l4_offset;
    const char *protocol = NULL;

    if (d->parsed.layers & VNIC_HAS_TCP) {
        protocol = "TCP";
        decode_tcp(l4, d);
    } else if (d->parsed.layers & VNIC_HAS_UDP) {
        protocol = "UDP";
        d->kind = CLI_KIND_UDP;
        decode_say(d, "len %lu", (unsigned long)d->parsed.payload_len);
    } else if (d->parsed.layers & (VNIC_HAS_ICMP | VNIC_HAS_ICMPV6)) {
        protocol = d->parsed.layers & VNIC_HAS_ICMP ? "ICMP" : "ICMPv6";
        decode_icmp(l4, len - d->parsed.l4_offset, d);
    }
    if (protocol != NULL) {
        (void)snprintf(d->protocol, sizeof d->protocol, "%s", protocol);
    } else {
        (void)snprintf(d->protocol, sizeof d->protocol, "proto %u", d->parsed.ip_proto);
    }
    if (d->parsed.layers & VNIC_HAS_FRAGMENT) {
        decode_say(d, "%sfragment %lu at %lu%s", d->detail[0] == '\0' ? "" : ", ",
                   (unsigned long)d->parsed.frag_id, (unsigned long)d->parsed.frag_offset,
                   d->parsed.frag_more ? ", more follow" : "");
    }
}

static void decode_problems(const uint8_t *data, size_t len, uint32_t layer, struct cli_decoded *d)
{
    if (d->parse_code < 0) {
        d->kind = CLI_KIND_BAD;
        decode_say(d, "%s%s", d->detail[0] == '\0' ? "" : ", ",
                   d->parse_code == VNIC_EMSGSIZE ? "cut short" : "malformed");
        return;
    }
    d->sums = vnic_checksum_verify(data, len, layer);
    d->sums = d->sums < 0 ? 0 : d->sums;
    if (d->sums & (VNIC_SUM_IP_BAD | VNIC_SUM_L4_BAD)) {
        d->kind = CLI_KIND_BAD;
        decode_say(d, ", wrong %s checksum", d->sums & VNIC_SUM_IP_BAD ? "IP" : d->protocol);
    }
}

void cli_decode(const uint8_t *data, size_t len, uint32_t layer, struct cli_decoded *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->parse_code = vnic_parse(data, len, layer, &ret->parsed);
    if (ret->parsed.layers & VNIC_HAS_ETHERNET) {
        decode_ethernet(data, ret);
    }
    if (ret->parsed.layers & VNIC_HAS_ARP) {
        (void)snprintf(ret->protocol, sizeof ret->protocol, "ARP");
        decode_arp(data + ret->parsed.l3_offset, ret);
    } else if (ret->parsed.layers & (VNIC_HAS_IPV4 | VNIC_HAS_IPV6)) {
        decode_addresses(data, ret);
        decode_transport(data, len, ret);
    } else if (ret->parsed.layers & VNIC_HAS_ETHERNET) {
        (void)snprintf(ret->protocol, sizeof ret->protocol, "type 0x%04x", ret->parsed.ethertype);
    } else {
        (void)snprintf(ret->protocol, sizeof ret->protocol, "unknown");
    }
    decode_problems(data, len, layer, ret);
}

const char *cli_decode_line(const struct cli_decoded *d, size_t len, char *buf, size_t cap)
{
    char src_port[8] = "";
    char dst_port[8] = "";
    const char *comma = d->detail[0] == '\0' ? "" : " ";

    if (d->parsed.layers & (VNIC_HAS_TCP | VNIC_HAS_UDP)) {
        (void)snprintf(src_port, sizeof src_port, ".%u", d->parsed.src_port);
        (void)snprintf(dst_port, sizeof dst_port, ".%u", d->parsed.dst_port);
    }
    if (d->src[0] != '\0') {
        (void)snprintf(buf, cap, "%s%s%s%s > %s%s %s%s%s, %lu bytes", d->link,
                       d->link[0] == '\0' ? "" : ", ", d->src, src_port, d->dst, dst_port,
                       d->protocol, comma, d->detail, (unsigned long)len);
    } else {
        (void)snprintf(buf, cap, "%s%s%s%s%s, %lu bytes", d->link, d->link[0] == '\0' ? "" : ", ",
                       d->protocol, comma, d->detail, (unsigned long)len);
    }
    return buf;
}

void cli_decode_json(const struct cli_decoded *d, size_t len, struct json_object *object)
{
    cli_json_number(object, "length", len);
    cli_json_text(object, "protocol", d->protocol);
    if (d->parsed.ip_version != 0) {
        cli_json_number(object, "ip_version", d->parsed.ip_version);
    }
    if (d->src[0] != '\0') {
        cli_json_text(object, "source", d->src);
        cli_json_text(object, "destination", d->dst);
    }
    if (d->parsed.layers & (VNIC_HAS_TCP | VNIC_HAS_UDP)) {
        cli_json_number(object, "source_port", d->parsed.src_port);
        cli_json_number(object, "destination_port", d->parsed.dst_port);
    }
    if (d->link[0] != '\0') {
        cli_json_text(object, "link", d->link);
    }
    cli_json_text(object, "detail", d->detail);
    cli_json_bool(object, "malformed", d->parse_code < 0);
    cli_json_bool(object, "checksum_ok",
                  d->parse_code >= 0 && (d->sums & (VNIC_SUM_IP_BAD | VNIC_SUM_L4_BAD)) == 0);
}
