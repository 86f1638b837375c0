/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splitting what anybody sent: 14 bytes of fields (layer and flags, gso_type, csum, how segments are
 * taken, gso_size, hdr_len, csum_start, csum_offset, two spare), then the packet.
 */
#include <string.h>

#include "fuzz.h"
#include "vnic/packet.h"

#define FUZZ_FIELDS 14

static uint16_t field16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static void read_fields(const uint8_t *f, struct vnic_packet *packet)
{
    packet->gso_type = f[1];
    packet->csum = f[2];
    packet->gso_size = field16(f + 4);
    packet->hdr_len = field16(f + 6);
    packet->csum_start = field16(f + 8);
    packet->csum_offset = field16(f + 10);
}

/* The segments of a super-packet have right lengths, whatever theirs were, and right IPv4 checksums. */
static void check_segment(const uint8_t *data, size_t len, uint32_t layer, int super)
{
    struct vnic_parsed parsed;

    if (super) {
        FUZZ_CHECK(vnic_parse(data, len, layer, &parsed) == VNIC_OK);
        FUZZ_CHECK(parsed.packet_len == len);
        FUZZ_CHECK((vnic_checksum_verify(data, len, layer) & VNIC_SUM_IP_BAD) == 0);
    }
}

static int take_copy(struct vnic_split *split, int announced, uint32_t layer, int super)
{
    struct vnic_packet segment;
    int rc;

    memset(&segment, 0, sizeof segment);
    segment.cap = (uint32_t)announced;
    segment.data = (uint8_t *)malloc((size_t)announced);
    FUZZ_CHECK(segment.data != NULL);
    rc = vnic_split_copy(split, &segment);
    FUZZ_CHECK(rc == 1 && segment.len <= segment.cap);
    check_segment(segment.data, segment.len, layer, super);
    free(segment.data);
    return (int)segment.len;
}

static int take_gather(struct vnic_split *split)
{
    struct vnic_packet segment;
    struct vnic_iovec iov[2];
    uint8_t *hdr = (uint8_t *)malloc(VNIC_SPLIT_HDR_MAX);
    uint64_t sum = 0;

    FUZZ_CHECK(hdr != NULL);
    memset(&segment, 0, sizeof segment);
    FUZZ_CHECK(vnic_split_gather(split, &segment, hdr, iov) == 1);
    FUZZ_CHECK(iov[0].len + iov[1].len == segment.len && iov[0].len <= VNIC_SPLIT_HDR_MAX);
    for (int i = 0; i < 2; i++) { /* every byte is read */
        sum = vnic_checksum_add(sum, iov[i].base, iov[i].len);
    }
    free(hdr);
    return (int)segment.len;
}

static int take_next(struct vnic_split *split, uint32_t layer, int super)
{
    struct vnic_packet segment;

    memset(&segment, 0, sizeof segment);
    FUZZ_CHECK(vnic_split_next(split, &segment) == 1);
    check_segment(segment.data, segment.len, layer, super);
    return (int)segment.len;
}

static void take_all(struct vnic_split *split, int n, uint8_t forms, uint32_t layer, int super)
{
    struct vnic_packet segment;

    for (int i = 0; i < n; i++) {
        int announced = vnic_split_size(split);
        int len = 0;

        FUZZ_CHECK(announced > 0);
        switch (forms >> (i % 4 * 2) & 3) {
        case 0:
            len = take_next(split, layer, super);
            break;
        case 1:
            len = take_copy(split, announced, layer, super);
            break;
        case 2:
            len = take_gather(split);
            break;
        default:
            FUZZ_CHECK(vnic_split_skip(split) == 1);
            break;
        }
        FUZZ_CHECK(len <= announced);
    }
    FUZZ_CHECK(vnic_split_size(split) == 0 && vnic_split_next(split, &segment) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vnic_packet packet;
    struct vnic_split split;
    uint32_t layer;
    int rc;

    if (size < FUZZ_FIELDS) {
        return 0;
    }
    memset(&packet, 0, sizeof packet);
    layer = (data[0] & 1) != 0 ? VNIC_TAP : VNIC_TUN;
    read_fields(data, &packet);
    packet.len = (uint32_t)(size - FUZZ_FIELDS);
    packet.cap = packet.len;
    packet.data = (uint8_t *)malloc(packet.len > 0 ? packet.len : 1);
    FUZZ_CHECK(packet.data != NULL);
    memcpy(packet.data, data + FUZZ_FIELDS, packet.len);
    rc = vnic_split_begin(&split, &packet, layer, (data[0] & 2) != 0 ? VNIC_SPLIT_PARTIAL : 0);
    FUZZ_CHECK((rc > 0 && rc <= 65535) || rc == VNIC_EINVAL || rc == VNIC_ENOTSUP);
    if (rc > 0) {
        take_all(&split, rc, data[3], layer, packet.gso_type != VNIC_GSO_NONE);
    }
    free(packet.data);
    return 0;
}
