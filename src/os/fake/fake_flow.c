/* SPDX-License-Identifier: Apache-2.0 */
/* Which queue a packet goes to: one for all packets of a flow, spread evenly over flows. */
#include "fake_pair.h"
#include "vnic/packet.h"

/* FNV-1a, 32 bits (RFC 9923): good enough to spread flows, and the same on every system. */
static uint32_t fnv_add(uint32_t hash, const uint8_t *data, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        hash = (hash ^ data[i]) * 16777619u;
    }
    return hash;
}

uint32_t vnic__fake_flow_hash(const uint8_t *data, uint32_t len, uint32_t layer)
{
    struct vnic_parsed found;
    uint32_t hash = 2166136261u;

    /* A malformed packet has a flow too: by what could be read of it. */
    (void)vnic_parse(data, len, layer, &found);
    if (found.ip_version == 4 && found.l3_offset + 20u <= len) {
        hash = fnv_add(hash, data + found.l3_offset + 12, 8);
    } else if (found.ip_version == 6 && found.l3_offset + 40u <= len) {
        hash = fnv_add(hash, data + found.l3_offset + 8, 32);
    } else {
        return fnv_add(hash, data, len < VNIC__FAKE_ETH_HEADER ? len : VNIC__FAKE_ETH_HEADER);
    }
    hash = fnv_add(hash, &found.ip_proto, 1);
    /* Fragments have no ports, but for the first: leave them out, so that all stay together. */
    if (found.frag_offset == 0 && !found.frag_more &&
        (found.layers & (VNIC_HAS_TCP | VNIC_HAS_UDP)) && found.l4_offset + 4u <= len) {
        hash = fnv_add(hash, data + found.l4_offset, 4);
    }
    /* Low bits of FNV-1a are the weak ones, and the number of queues is often a power of two. */
    return hash ^ (hash >> 16);
}
