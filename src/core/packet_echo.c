/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are made by turning a packet round in place. */
#include <string.h>

#include "bytes.h"
#include "checksum_packet.h"
#include "vnic/packet.h"

/* The recommended time to live of a new packet, IANA "IP time to live parameter". */
#define ECHO_TTL 64

static void swap_bytes(uint8_t *a, uint8_t *b, size_t n)
{
    uint8_t keep[16];

    memcpy(keep, a, n);
    memcpy(a, b, n);
    memcpy(b, keep, n);
}

/* From 224.0.0.0 on there are no hosts, and 0.0.0.0/8 is no destination (RFC 6890). */
static int is_host4(const uint8_t *addr)
{
    return addr[0] != 0 && addr[0] < 224;
}

static int is_host6(const uint8_t *addr)
{
    static const uint8_t unspecified[16];

    return addr[0] != 0xFF && memcmp(addr, unspecified, 16) != 0;
}

/* Whether an answer to this packet would reach one host and come from one. */
static int is_answerable(const uint8_t *data, const struct vnic_parsed *parsed)
{
    const uint8_t *ip = data + parsed->l3_offset;

    if ((parsed->layers & (VNIC_HAS_FRAGMENT | VNIC_HAS_ROUTING)) != 0) {
        return 0;
    }
    if ((parsed->layers & VNIC_HAS_ETHERNET) != 0 && ((data[0] | data[6]) & 1) != 0) {
        return 0;
    }
    return parsed->ip_version == 4 ? is_host4(ip + 12) && is_host4(ip + 16)
                                   : is_host6(ip + 8) && is_host6(ip + 24);
}

static void swap_addresses(uint8_t *data, const struct vnic_parsed *parsed)
{
    uint8_t *ip = data + parsed->l3_offset;

    if ((parsed->layers & VNIC_HAS_ETHERNET) != 0) {
        swap_bytes(data, data + 6, 6);
    }
    if (parsed->ip_version == 4) {
        swap_bytes(ip + 12, ip + 16, 4);
        ip[8] = ECHO_TTL;
    } else {
        swap_bytes(ip + 8, ip + 24, 16);
        ip[7] = ECHO_TTL;
    }
}

/* Parse and check for both echoes: 1 if the packet has one of the layers and can be answered. */
static int examine(const uint8_t *data, size_t len, uint32_t layer, uint32_t wanted,
                   struct vnic_parsed *parsed)
{
    int rc = vnic_parse(data, len, layer, parsed);

    if (rc != VNIC_OK) {
        return rc;
    }
    if ((parsed->layers & wanted) == 0 || !is_answerable(data, parsed)) {
        return 0;
    }
    if ((vnic__checksum_check(data, parsed) & (VNIC_SUM_IP_BAD | VNIC_SUM_L4_BAD)) != 0) {
        return VNIC_EINVAL;
    }
    return 1;
}

int vnic_echo_icmp(void *data, size_t len, uint32_t layer)
{
    struct vnic_parsed parsed;
    uint8_t *bytes = data;
    uint8_t request, reply;
    int rc = examine(data, len, layer, VNIC_HAS_ICMP | VNIC_HAS_ICMPV6, &parsed);

    if (rc != 1) {
        return rc;
    }
    /* Type numbers: RFC 792 page 14 and RFC 4443 sections 4.1 and 4.2. */
    request = parsed.ip_version == 4 ? 8 : 128;
    reply = parsed.ip_version == 4 ? 0 : 129;
    /* Identifier and sequence number must be there: ICMPv6 alone has only 4 bytes in common. */
    if (parsed.icmp_type != request || parsed.icmp_code != 0 ||
        parsed.l4_len + parsed.payload_len < 8) {
        return 0;
    }
    swap_addresses(bytes, &parsed);
    bytes[parsed.l4_offset] = reply;
    vnic__checksum_store(bytes, &parsed);
    return 1;
}

int vnic_echo_udp(void *data, size_t len, uint32_t layer)
{
    struct vnic_parsed parsed;
    uint8_t *bytes = data;
    int rc = examine(data, len, layer, VNIC_HAS_UDP, &parsed);

    if (rc != 1) {
        return rc;
    }
    /* Port 0 is "no port": there is nowhere to send an answer to (RFC 768). */
    if (parsed.src_port == 0) {
        return 0;
    }
    swap_addresses(bytes, &parsed);
    swap_bytes(bytes + parsed.l4_offset, bytes + parsed.l4_offset + 2, 2);
    if (parsed.ip_version == 4) {
        /* The UDP sum does not change with a swap; the header's does, by the time to live. */
        uint8_t *ip = bytes + parsed.l3_offset;

        vnic__put16(ip + 10, 0);
        vnic__put16(ip + 10, vnic_checksum(ip, parsed.l3_len));
    }
    return 1;
}
