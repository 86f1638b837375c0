/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares headers as a whole, eight bytes at a time, under a mask that leaves out what counts up. The
 * mask depends on where the headers are, which is the same for almost all packets, so that it is made
 * once and kept. This is much faster than looking at one field after the other.
 */
#include <string.h>

#include "merge.h"

static inline uint64_t alike_load(const uint8_t *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word;
}

uint32_t vnic__merge_layout(const struct vnic__merge_view *v)
{
    /* Headers end at VNIC_SPLIT_HDR_MAX, so that nine bits hold each; the result is not 0. */
    return (uint32_t)v->hdr_len << 20 | (uint32_t)v->l4 << 11 | (uint32_t)v->l3 << 2 | v->kind;
}

static void alike_make_mask(struct vnic_merge *m, const struct vnic__merge_view *v)
{
    uint8_t *ip = m->mask + v->l3, *l4 = m->mask + v->l4;

    memset(m->mask, 0xFF, v->hdr_len);
    if ((v->kind & VNIC__MERGE_V6) != 0) {
        memset(ip + 4, 0, 2); /* payload length */
    } else {
        memset(ip + 2, 0, 4); /* total length, identification */
        memset(ip + 10, 0, 2);
    }
    if ((v->kind & VNIC__MERGE_UDP) != 0) {
        memset(l4 + 4, 0, 4); /* length, checksum */
    } else {
        memset(l4 + 4, 0, 4); /* sequence number */
        l4[13] = (uint8_t)~(VNIC__MERGE_PSH | VNIC__MERGE_FIN);
        memset(l4 + 16, 0, 2);
    }
    m->mask_layout = v->layout;
}

int vnic__merge_alike(struct vnic_merge *m, const struct vnic__merge_view *v,
                      const uint8_t *headers)
{
    uint64_t differ;
    size_t end = (size_t)v->hdr_len - 8;

    if (m->mask_layout != v->layout) {
        alike_make_mask(m, v);
    }
    /* The last eight bytes may overlap those before: headers have at least 28. */
    differ = (alike_load(v->data + end) ^ alike_load(headers + end)) & alike_load(m->mask + end);
    for (size_t i = 0; i < end; i += 8) {
        differ |= (alike_load(v->data + i) ^ alike_load(headers + i)) & alike_load(m->mask + i);
    }
    return differ == 0;
}
