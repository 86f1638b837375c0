/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forms of splitting against each other: in place, copied and in two pieces, with complete and with
 * partial checksums that are completed afterwards, the segments are the same bytes. They have all of the
 * payload, can be parsed, and have right checksums if the super-packet's is.
 *
 * 14 bytes of fields (bit 0: layer; gso_type; csum; bit 0: make the checksum right and partial; gso_size,
 * hdr_len, csum_start, csum_offset, two spare), then the packet.
 */
#include <string.h>

#include "fuzz.h"
#include "vnic/packet.h"

#define FORMS_FIELDS 14
#define FORMS_PADDED 68u /* no longer frame has padding */

/* Segments, one behind the other. */
struct forms_result {
    int n;
    size_t len;
    uint8_t *bytes;
    uint32_t *lens;
    uint32_t hdr_len;
};

static uint16_t forms_field(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static void *forms_alloc(size_t size)
{
    void *p = malloc(size > 0 ? size : 1);

    FUZZ_CHECK(p != NULL);
    return p;
}

/* Takes one segment into memory of exactly the size that was announced. */
static uint8_t *take_form(struct vnic_split *split, int form, struct vnic_packet *segment)
{
    int size = vnic_split_size(split);
    uint8_t hdr[VNIC_SPLIT_HDR_MAX], *bytes;
    struct vnic_iovec iov[2];

    FUZZ_CHECK(size > 0);
    bytes = (uint8_t *)forms_alloc((size_t)size);
    memset(segment, 0, sizeof *segment);
    if (form == 0) {
        FUZZ_CHECK(vnic_split_next(split, segment) == 1 && segment->len <= (uint32_t)size);
        memcpy(bytes, segment->data, segment->len);
    } else if (form == 1) {
        segment->data = bytes;
        segment->cap = (uint32_t)size;
        FUZZ_CHECK(vnic_split_copy(split, segment) == 1);
    } else {
        FUZZ_CHECK(vnic_split_gather(split, segment, hdr, iov) == 1);
        FUZZ_CHECK(iov[0].len + iov[1].len == segment->len && segment->len <= (uint32_t)size);
        memcpy(bytes, iov[0].base, iov[0].len);
        memcpy(bytes + iov[0].len, iov[1].base, iov[1].len);
    }
    segment->data = bytes;
    return bytes;
}

static struct forms_result split_form(const struct vnic_packet *super, uint32_t layer, int form,
                                      uint32_t flags)
{
    struct forms_result r = {0, 0, NULL, NULL, 0};
    struct vnic_packet packet = *super;
    struct vnic_split split;

    packet.data = (uint8_t *)forms_alloc(packet.len);
    memcpy(packet.data, super->data, packet.len);
    r.n = vnic_split_begin(&split, &packet, layer, flags);
    if (r.n > 0) {
        r.bytes = (uint8_t *)forms_alloc((size_t)r.n * VNIC_SPLIT_HDR_MAX + packet.len);
        r.lens = (uint32_t *)forms_alloc((size_t)r.n * sizeof r.lens[0]);
    }
    for (int i = 0; i < r.n; i++) {
        struct vnic_packet segment;
        uint8_t *bytes = take_form(&split, form, &segment);

        if (flags == 0 || super->gso_type != VNIC_GSO_NONE) {
            FUZZ_CHECK(vnic_packet_complete(&segment) == VNIC_OK);
        }
        memcpy(r.bytes + r.len, bytes, segment.len);
        r.len += segment.len;
        r.lens[i] = segment.len;
        r.hdr_len = segment.hdr_len;
        free(bytes);
    }
    FUZZ_CHECK(r.n < 0 || vnic_split_size(&split) == 0);
    free(packet.data);
    return r;
}

static void check_same(const struct forms_result *a, const struct forms_result *b)
{
    FUZZ_CHECK(a->n == b->n && a->len == b->len);
    if (a->n > 0) {
        FUZZ_CHECK(memcmp(a->bytes, b->bytes, a->len) == 0);
        FUZZ_CHECK(memcmp(a->lens, b->lens, (size_t)a->n * sizeof a->lens[0]) == 0);
    }
}

/* What the segments of a super-packet are. */
static void check_segments(const struct forms_result *r, const struct vnic_packet *super,
                           uint32_t layer, int right)
{
    size_t at = 0, payload = r->len - (size_t)r->n * r->hdr_len;

    for (int i = 0; i < r->n; i++) {
        struct vnic_parsed parsed;
        int sums;

        FUZZ_CHECK(vnic_parse(r->bytes + at, r->lens[i], layer, &parsed) == VNIC_OK);
        FUZZ_CHECK(parsed.packet_len == r->lens[i] && parsed.payload_offset == r->hdr_len);
        sums = vnic_checksum_verify(r->bytes + at, r->lens[i], layer);
        FUZZ_CHECK(sums >= 0 && (sums & VNIC_SUM_IP_BAD) == 0);
        FUZZ_CHECK(!right || (sums & VNIC_SUM_L4_GOOD) != 0);
        at += r->lens[i];
    }
    FUZZ_CHECK(payload <= super->len - r->hdr_len);
    FUZZ_CHECK(payload == super->len - r->hdr_len ||
               (layer == VNIC_TAP && super->len <= FORMS_PADDED));
}

/* Makes the checksum of a whole TCP or UDP packet right and partial; 0: it is none. */
static int make_right(struct vnic_packet *packet, uint32_t layer)
{
    struct vnic_parsed p;
    const uint8_t *ip;
    uint32_t len;
    uint16_t sum;

    if (vnic_parse(packet->data, packet->len, layer, &p) != VNIC_OK ||
        (p.layers & (VNIC_HAS_TCP | VNIC_HAS_UDP)) == 0 ||
        (p.layers & (VNIC_HAS_FRAGMENT | VNIC_HAS_ROUTING)) != 0 ||
        p.payload_offset + p.payload_len != packet->len) {
        return 0;
    }
    ip = packet->data + p.l3_offset;
    len = packet->len - p.l4_offset;
    sum = (uint16_t)~vnic_checksum_fold(
        p.ip_version == 4 ? vnic_checksum_pseudo4(ip + 12, ip + 16, p.ip_proto, len)
                          : vnic_checksum_pseudo6(ip + 8, ip + 24, p.ip_proto, len));
    packet->csum = VNIC_CSUM_PARTIAL;
    packet->csum_start = (uint16_t)p.l4_offset;
    packet->csum_offset = p.ip_proto == VNIC_IPPROTO_TCP ? 16 : 6;
    packet->data[p.l4_offset + packet->csum_offset] = (uint8_t)(sum >> 8);
    packet->data[p.l4_offset + packet->csum_offset + 1] = (uint8_t)sum;
    return 1;
}

static void check_forms(const struct vnic_packet *packet, uint32_t layer, int right)
{
    int super = packet->gso_type != VNIC_GSO_NONE;
    struct forms_result r[6];

    for (int i = 0; i < 6; i++) {
        r[i] = split_form(packet, layer, i % 3, i < 3 ? 0 : VNIC_SPLIT_PARTIAL);
        check_same(&r[i], &r[i < 3 || super ? 0 : 3]);
    }
    if (super && r[0].n > 0) {
        check_segments(&r[0], packet, layer, right);
    }
    for (int i = 0; i < 6; i++) {
        free(r[i].bytes);
        free(r[i].lens);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vnic_packet packet;
    uint32_t layer;
    int right;

    if (size <= FORMS_FIELDS) {
        return 0;
    }
    memset(&packet, 0, sizeof packet);
    layer = (data[0] & 1) != 0 ? VNIC_TAP : VNIC_TUN;
    packet.gso_type = data[1];
    packet.csum = data[2];
    packet.gso_size = forms_field(data + 4);
    packet.hdr_len = forms_field(data + 6);
    packet.csum_start = forms_field(data + 8);
    packet.csum_offset = forms_field(data + 10);
    packet.len = (uint32_t)(size - FORMS_FIELDS);
    packet.data = (uint8_t *)forms_alloc(packet.len);
    memcpy(packet.data, data + FORMS_FIELDS, packet.len);
    right = (data[3] & 1) != 0 && make_right(&packet, layer);
    check_forms(&packet, layer, right);
    free(packet.data);
    return 0;
}
