/* SPDX-License-Identifier: Apache-2.0 */
/* Packets: the first byte chooses the layer, the rest is parsed, summed and answered. */
#include <string.h>

#include "core/claimed_len.h"
#include "fuzz.h"
#include "vnic/packet.h"

static const uint8_t fuzz_mac[6] = {2, 0, 0, 0, 0, 7};

static void check_parsed(const struct vnic_parsed *p, size_t len)
{
    FUZZ_CHECK(p->packet_len <= len);
    FUZZ_CHECK((size_t)p->payload_offset + p->payload_len <= len);
    FUZZ_CHECK((size_t)p->l3_offset + p->l3_len <= p->payload_offset);
    FUZZ_CHECK((size_t)p->l4_offset + p->l4_len <= p->payload_offset);
    FUZZ_CHECK(p->vlan_count <= VNIC_PARSE_MAX_VLAN && p->ext_count <= VNIC_PARSE_MAX_EXT);
}

/* After the checksums are set they are right, and an echo keeps them right. */
static void check_echo(uint8_t *copy, size_t len, uint32_t layer)
{
    const int bad = VNIC_SUM_IP_BAD | VNIC_SUM_L4_BAD;
    int before, rc;

    FUZZ_CHECK(vnic_checksum_set(copy, len, layer) == VNIC_OK);
    before = vnic_checksum_verify(copy, len, layer);
    FUZZ_CHECK(before >= 0 && (before & bad) == 0);
    rc = vnic_echo_icmp(copy, len, layer);
    FUZZ_CHECK(rc == 0 || rc == 1);
    FUZZ_CHECK(vnic_checksum_verify(copy, len, layer) == before);
    FUZZ_CHECK(rc == 0 || vnic_echo_icmp(copy, len, layer) == 0);
    rc = vnic_echo_udp(copy, len, layer);
    FUZZ_CHECK(rc == 0 || rc == 1);
    FUZZ_CHECK(vnic_checksum_verify(copy, len, layer) == before);
}

static void check_answers(const uint8_t *data, size_t len, uint32_t layer)
{
    struct vnic_prefix four, six;
    uint8_t out[VNIC_ANSWER_MAX];
    int n;

    memset(&four, 0, sizeof four);
    four.family = VNIC_IPV4;
    memset(&six, 0, sizeof six);
    six.family = VNIC_IPV6;
    n = vnic_answer_arp(data, len, &four, fuzz_mac, out, sizeof out);
    FUZZ_CHECK(n <= (int)sizeof out &&
               (n <= 0 || vnic_answer_arp(out, (size_t)n, &four, fuzz_mac, out, sizeof out) == 0));
    n = vnic_answer_nd(data, len, layer, &six, fuzz_mac, out, sizeof out);
    FUZZ_CHECK(n <= (int)sizeof out);
    if (n > 0) {
        FUZZ_CHECK(vnic_checksum_verify(out, (size_t)n, layer) == VNIC_SUM_L4_GOOD);
    }
}

static void check_claim(const uint8_t *data, size_t len, uint32_t layer, int rc)
{
    int64_t claim =
        layer == VNIC_TAP ? vnic__eth_claimed_len(data, len) : vnic__ip_claimed_len(data, len);

    FUZZ_CHECK(claim >= -1 && claim <= 65535 + 40 + 22);
    FUZZ_CHECK(rc != VNIC_OK || claim <= (int64_t)len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vnic_parsed parsed;
    uint8_t *copy;
    uint32_t layer;
    int rc;

    if (size == 0) {
        return 0;
    }
    layer = (data[0] & 1) != 0 ? VNIC_TAP : VNIC_TUN;
    data++;
    size--;
    copy = malloc(size > 0 ? size : 1);
    FUZZ_CHECK(copy != NULL);
    memcpy(copy, data, size);
    rc = vnic_parse(data, size, layer, &parsed);
    FUZZ_CHECK(rc == VNIC_OK || rc == VNIC_EINVAL || rc == VNIC_EMSGSIZE);
    check_parsed(&parsed, size);
    check_claim(data, size, layer, rc);
    vnic_echo_icmp(copy, size, layer);
    vnic_echo_udp(copy, size, layer);
    check_answers(data, size, layer);
    if (rc == VNIC_OK) {
        memcpy(copy, data, size);
        check_echo(copy, size, layer);
        check_answers(copy, size, layer);
    }
    free(copy);
    return 0;
}
