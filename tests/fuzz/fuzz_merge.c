/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merging what anybody sent: 4 bytes of rules (layer and kinds, max_len, segments of UDP, spare), then
 * packets: 2 bytes length, csum, csum_start, csum_offset, gso_type, and their bytes. What was merged is
 * split, and must be what it was.
 */
#include <string.h>

#include "fuzz.h"
#include "vnic/packet.h"

#define FUZZ_RULES 4
#define FUZZ_HEAD 6

static uint32_t fuzz_layer(const uint8_t *rules)
{
    return (rules[0] & 1) != 0 ? VNIC_TAP : VNIC_TUN;
}

static vnic_merge *make_planner(const uint8_t *f)
{
    struct vnic_merge_rules rules;
    vnic_merge *merge = NULL;

    memset(&rules, 0, sizeof rules);
    rules.size = sizeof rules;
    rules.layer = fuzz_layer(f);
    rules.features = ~(uint32_t)f[0] & (VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_USO4 | VNIC_F_USO6);
    rules.max_len = 65535u - f[1] * 251u;
    rules.udp_segments = 2u + f[2] % 127u;
    FUZZ_CHECK(vnic_merge_create(&rules, &merge) == VNIC_OK);
    return merge;
}

/* Cuts the input into packets, each in memory of its own. */
static int read_packets(const uint8_t *data, size_t size, struct vnic_packet *pkts)
{
    int n = 0;

    while (n < VNIC_MERGE_MAX && size >= FUZZ_HEAD) {
        size_t len = (size_t)(data[0] | data[1] << 8);

        if (len > size - FUZZ_HEAD) {
            len = size - FUZZ_HEAD;
        }
        memset(&pkts[n], 0, sizeof pkts[n]);
        pkts[n].len = (uint32_t)len;
        pkts[n].cap = (uint32_t)len;
        pkts[n].csum = data[2];
        pkts[n].csum_start = data[3];
        pkts[n].csum_offset = data[4];
        pkts[n].gso_type = data[5];
        pkts[n].data = (uint8_t *)malloc(len > 0 ? len : 1);
        FUZZ_CHECK(pkts[n].data != NULL);
        memcpy(pkts[n].data, data + FUZZ_HEAD, len);
        data += FUZZ_HEAD + len;
        size -= FUZZ_HEAD + len;
        n++;
    }
    return n;
}

/* Two bytes at offset `at` are allowed to differ. */
static void forgive(uint8_t *a, const uint8_t *b, size_t at)
{
    memcpy(a + at, b + at, 2);
}

/* A segment is the member that it was; the identification of IPv4 with DF counts for nothing, and a
 * checksum that nobody had verified is made anew. */
static void check_member(uint8_t *segment, size_t len, const struct vnic_packet *member,
                         uint32_t layer)
{
    const int bad = VNIC_SUM_IP_BAD | VNIC_SUM_L4_BAD;
    struct vnic_parsed parsed;
    int sums = vnic_checksum_verify(segment, len, layer);

    FUZZ_CHECK(sums >= 0 && (sums & bad) == 0 && (sums & VNIC_SUM_L4_GOOD) != 0);
    FUZZ_CHECK(len == member->len);
    FUZZ_CHECK(vnic_parse(segment, len, layer, &parsed) == VNIC_OK);
    if (parsed.ip_version == 4) {
        if ((segment[parsed.l3_offset + 6] & 0x40) != 0) {
            forgive(segment, member->data, parsed.l3_offset + 4);
        }
        forgive(segment, member->data, parsed.l3_offset + 10);
    }
    forgive(segment, member->data,
            parsed.l4_offset + (parsed.ip_proto == VNIC_IPPROTO_TCP ? 16u : 6u));
    FUZZ_CHECK(memcmp(segment, member->data, len) == 0);
    if (member->csum == VNIC_CSUM_UNKNOWN) {
        FUZZ_CHECK((vnic_checksum_verify(member->data, len, layer) & bad) == 0);
    }
}

static void check_split(const struct vnic_packet *merged, const struct vnic_packet *pkts,
                        const uint16_t *index, int n, uint32_t layer)
{
    struct vnic_split split;
    struct vnic_packet segment;

    FUZZ_CHECK(merged->csum == VNIC_CSUM_PARTIAL && merged->gso_type != VNIC_GSO_NONE);
    FUZZ_CHECK(vnic_split_begin(&split, merged, layer, 0) == n);
    for (int i = 0; i < n; i++) {
        memset(&segment, 0, sizeof segment);
        FUZZ_CHECK(vnic_split_next(&split, &segment) == 1);
        check_member(segment.data, segment.len, &pkts[index[i]], layer);
    }
}

static int check_output(const vnic_merge *merge, int i, const struct vnic_packet *pkts,
                        uint32_t layer)
{
    const uint16_t *index = NULL;
    struct vnic_packet out;
    int n = vnic_merge_members(merge, i, &index);

    FUZZ_CHECK(n >= 1);
    memset(&out, 0, sizeof out);
    FUZZ_CHECK(vnic_merge_copy(merge, i, &out) == VNIC_EMSGSIZE);
    out.cap = out.len;
    out.data = (uint8_t *)malloc(out.len);
    FUZZ_CHECK(out.data != NULL);
    FUZZ_CHECK(vnic_merge_copy(merge, i, &out) == (int)out.cap);
    if (n > 1) {
        check_split(&out, pkts, index, n, layer);
    } else {
        FUZZ_CHECK(out.len == pkts[index[0]].len);
        FUZZ_CHECK(memcmp(out.data, pkts[index[0]].data, out.len) == 0);
    }
    free(out.data);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vnic_packet pkts[VNIC_MERGE_MAX];
    vnic_merge *merge;
    int n, rc, empty = 0, seen = 0;

    if (size < FUZZ_RULES) {
        return 0;
    }
    merge = make_planner(data);
    n = read_packets(data + FUZZ_RULES, size - FUZZ_RULES, pkts);
    rc = vnic_merge_plan(merge, pkts, n);
    FUZZ_CHECK(rc >= 0 && rc <= n);
    for (int i = 0; i < rc; i++) {
        seen += check_output(merge, i, pkts, fuzz_layer(data));
    }
    for (int i = 0; i < n; i++) {
        empty += pkts[i].len == 0;
        free(pkts[i].data);
    }
    FUZZ_CHECK(seen + empty == n);
    vnic_merge_destroy(merge);
    return 0;
}
