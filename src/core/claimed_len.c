/* SPDX-License-Identifier: Apache-2.0 */
#include "claimed_len.h"

#include "bytes.h"
#include "vnic/packet.h"

int64_t vnic__ip_claimed_len(const uint8_t *p, size_t len)
{
    if (len >= 4 && p[0] >> 4 == 4) {
        /* Total length, RFC 791 section 3.1; less than a header is a lie (or 0, from hardware). */
        uint16_t total = vnic__get16(p + 2);

        return total >= 20 ? total : -1;
    }
    if (len >= 7 && p[0] >> 4 == 6) {
        /* Payload length, RFC 8200 section 3. With hop-by-hop options next, 0 means that the length
         * stands in a jumbo option (RFC 2675). */
        uint16_t payload = vnic__get16(p + 4);

        return payload == 0 && p[6] == 0 ? -1 : 40 + (int64_t)payload;
    }
    return -1;
}

int64_t vnic__eth_claimed_len(const uint8_t *p, size_t len)
{
    size_t offset = 14;
    uint16_t type;
    int64_t inner = -1;

    if (len < offset) {
        return -1;
    }
    type = vnic__get16(p + 12);
    while ((type == VNIC_ETHERTYPE_VLAN || type == VNIC_ETHERTYPE_QINQ) &&
           offset < 14 + 4 * VNIC_PARSE_MAX_VLAN) {
        if (len < offset + 4) {
            return -1;
        }
        type = vnic__get16(p + offset + 2);
        offset += 4;
    }
    if (type == VNIC_ETHERTYPE_IPV4 || type == VNIC_ETHERTYPE_IPV6) {
        inner = vnic__ip_claimed_len(p + offset, len - offset);
    } else if (type == VNIC_ETHERTYPE_ARP && len >= offset + 6) {
        /* Two hardware and two protocol addresses of the stated lengths, RFC 826. */
        inner = 8 + 2 * ((int64_t)p[offset + 4] + p[offset + 5]);
    }
    return inner < 0 ? -1 : (int64_t)offset + inner;
}
