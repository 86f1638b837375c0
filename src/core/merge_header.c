/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers of a merged packet: those of its first part, with the lengths of the whole and the flags
 * of the last. The layer 4 checksum is left partial: virtio 1.2 section 5.1.6.2 wants the folded sum of
 * the pseudo header in its field, not complemented.
 */
#include <string.h>

#include "bytes.h"
#include "merge.h"
#include "vnic/packet.h"

void vnic__merge_header(const struct vnic__merge_item *item, uint8_t *hdr)
{
    const struct vnic__merge_view *v = &item->first;
    uint8_t *ip = hdr + v->l3, *l4 = hdr + v->l4;
    uint32_t len = item->total - (v->l4 - v->l3);
    uint8_t proto = (v->kind & VNIC__MERGE_UDP) != 0 ? VNIC_IPPROTO_UDP : VNIC_IPPROTO_TCP;
    uint64_t sum;

    memcpy(hdr, v->data, v->hdr_len);
    if ((v->kind & VNIC__MERGE_V6) != 0) {
        vnic__put16(ip + 4, (uint16_t)(item->total - 40));
        sum = vnic_checksum_pseudo6(ip + 8, ip + 24, proto, len);
    } else {
        vnic__put16(ip + 2, (uint16_t)item->total);
        vnic__put16(ip + 10, 0);
        vnic__put16(ip + 10, vnic_checksum(ip, 20));
        sum = vnic_checksum_pseudo4(ip + 12, ip + 16, proto, len);
    }
    sum = (uint16_t)~vnic_checksum_fold(sum);
    if ((v->kind & VNIC__MERGE_UDP) != 0) {
        vnic__put16(l4 + 4, (uint16_t)len);
        vnic__put16(l4 + 6, (uint16_t)sum);
    } else {
        l4[13] |= item->last_flags;
        vnic__put16(l4 + 16, (uint16_t)sum);
    }
}
