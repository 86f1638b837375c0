/* SPDX-License-Identifier: Apache-2.0 */
/* Link headers: the first four bytes choose the kind, the rest is what a system would have given. */
#include <string.h>

#include "core/frame.h"
#include "fuzz.h"
#include "vnic/error.h"

static void check_encode(const struct vnic__frame_kind *kind, struct vnic__frame_meta meta,
                         const uint8_t *pkt, size_t pkt_len)
{
    struct vnic__frame_meta again;
    uint8_t hdr[VNIC__FRAME_MAX];
    int rc = vnic__frame_encode(kind, pkt, pkt_len, &meta, hdr);

    FUZZ_CHECK(rc == VNIC_OK || rc == VNIC_EINVAL);
    if (rc == VNIC_OK) {
        FUZZ_CHECK(vnic__frame_decode(kind, hdr, vnic__frame_len(kind), &again) == VNIC_OK);
        meta.ethertype = again.ethertype;
        FUZZ_CHECK(memcmp(&meta, &again, sizeof meta) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vnic__frame_kind kind = {0, 0, 0, 0, 2, 10};
    struct vnic__frame_meta meta;
    size_t len;
    int rc;

    if (size < 4) {
        return 0;
    }
    kind.kind = data[0];
    kind.vnet_len = data[1];
    kind.vnet_endian = data[2];
    kind.tap = data[3];
    data += 4;
    size -= 4;
    len = vnic__frame_len(&kind);
    rc = vnic__frame_decode(&kind, data, size, &meta);
    FUZZ_CHECK(rc == vnic__frame_kind_check(&kind) || (rc == VNIC_EMSGSIZE && size < len));
    if (rc == VNIC_OK) {
        FUZZ_CHECK(len <= VNIC__FRAME_MAX && len <= size);
        if (vnic__frame_check(&meta, size - len) == VNIC_OK && (meta.vnet_flags & 1) != 0) {
            FUZZ_CHECK((size_t)meta.csum_start + meta.csum_offset + 2 <= size - len);
        }
        check_encode(&kind, meta, data + len, size - len);
    }
    return 0;
}
