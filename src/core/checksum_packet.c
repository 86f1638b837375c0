/* SPDX-License-Identifier: Apache-2.0 */
#include "checksum_packet.h"

#include "bytes.h"

/* Where the checksum of the layer 4 header is; -1: there is none that can be computed. */
static int64_t sum_field(const struct vnic_parsed *parsed)
{
    if ((parsed->layers & (VNIC_HAS_FRAGMENT | VNIC_HAS_ROUTING)) != 0) {
        return -1;
    }
    if ((parsed->layers & VNIC_HAS_TCP) != 0) {
        return (int64_t)parsed->l4_offset + 16;
    }
    if ((parsed->layers & VNIC_HAS_UDP) != 0) {
        return (int64_t)parsed->l4_offset + 6;
    }
    if ((parsed->layers & (VNIC_HAS_ICMP | VNIC_HAS_ICMPV6)) != 0) {
        return (int64_t)parsed->l4_offset + 2;
    }
    return -1;
}

/* Sum over layer 4 with its pseudo header; ICMP of IPv4 has none. */
static uint16_t sum_l4(const uint8_t *data, const struct vnic_parsed *parsed)
{
    const uint8_t *ip = data + parsed->l3_offset;
    uint32_t len = parsed->payload_offset + parsed->payload_len - parsed->l4_offset;
    uint64_t sum = 0;

    if (parsed->ip_version == 6) {
        sum = vnic_checksum_pseudo6(ip + 8, ip + 24, parsed->ip_proto, len);
    } else if ((parsed->layers & VNIC_HAS_ICMP) == 0) {
        sum = vnic_checksum_pseudo4(ip + 12, ip + 16, parsed->ip_proto, len);
    }
    return vnic_checksum_fold(vnic_checksum_add(sum, data + parsed->l4_offset, len));
}

int vnic__checksum_check(const uint8_t *data, const struct vnic_parsed *parsed)
{
    int64_t field = sum_field(parsed);
    int result = 0;

    if ((parsed->layers & VNIC_HAS_IPV4) != 0) {
        uint16_t sum = vnic_checksum(data + parsed->l3_offset, parsed->l3_len);

        result |= sum == 0 ? VNIC_SUM_IP_GOOD : VNIC_SUM_IP_BAD;
    }
    if (field < 0) {
        return result;
    }
    if ((parsed->layers & VNIC_HAS_UDP) != 0 && vnic__get16(data + field) == 0) {
        return result | (parsed->ip_version == 4 ? VNIC_SUM_L4_NONE : VNIC_SUM_L4_BAD);
    }
    return result | (sum_l4(data, parsed) == 0 ? VNIC_SUM_L4_GOOD : VNIC_SUM_L4_BAD);
}

void vnic__checksum_store(uint8_t *data, const struct vnic_parsed *parsed)
{
    int64_t field = sum_field(parsed);

    if ((parsed->layers & VNIC_HAS_IPV4) != 0) {
        uint8_t *ip = data + parsed->l3_offset;

        vnic__put16(ip + 10, 0);
        vnic__put16(ip + 10, vnic_checksum(ip, parsed->l3_len));
    }
    if (field >= 0) {
        uint16_t sum;

        vnic__put16(data + field, 0);
        sum = sum_l4(data, parsed);
        if (sum == 0 && (parsed->layers & VNIC_HAS_UDP) != 0) {
            sum = 0xFFFF;
        }
        vnic__put16(data + field, sum);
    }
}

int vnic_checksum_verify(const void *data, size_t len, uint32_t layer)
{
    struct vnic_parsed parsed;
    int rc = vnic_parse(data, len, layer, &parsed);

    return rc != VNIC_OK ? rc : vnic__checksum_check(data, &parsed);
}

int vnic_checksum_set(void *data, size_t len, uint32_t layer)
{
    struct vnic_parsed parsed;
    int rc = vnic_parse(data, len, layer, &parsed);

    if (rc == VNIC_OK) {
        vnic__checksum_store(data, &parsed);
    }
    return rc;
}
