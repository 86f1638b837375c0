/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One packet through the link header of the descriptor. The header is read into and written from
 * memory of its own, so that the caller's buffer holds the packet alone; with VNIC_KEEP_HEADER the
 * caller's first four bytes are the same on every system, whatever the descriptor carries.
 */
#include "framed.h"

#include <string.h>

#include "io.h"
#include "iovec.h"
#include "offload.h"
#include "vnic/packet.h"

/* Enough of a packet to tell its EtherType: an Ethernet header and two VLAN tags. */
#define PEEK_LEN 22u

#define MAX_PARTS (VNIC_MAX_IOV + 1)

static uint32_t kept_header(const struct vnic *q)
{
    return q->flags & VNIC_KEEP_HEADER ? VNIC__PI_LEN : 0;
}

/* Writes the header that VNIC_KEEP_HEADER shows: flags 0, EtherType in network order. */
static void show_header(struct vnic *q, const struct vnic__frame_meta *meta,
                        const struct vnic_iovec *iov, int n, const struct vnic_iovec *payload,
                        int n_payload)
{
    uint8_t peek[PEEK_LEN], pi[VNIC__PI_LEN] = {0, 0, 0, 0};
    uint16_t type = meta->ethertype;

    if (type == 0) {
        size_t got = vnic__iov_gather(payload, n_payload, peek, sizeof peek);

        type = vnic__frame_ethertype(peek, got, q->layer == VNIC_TAP);
    }
    pi[2] = (uint8_t)(type >> 8);
    pi[3] = (uint8_t)type;
    (void)vnic__iov_scatter(iov, n, pi, sizeof pi);
}

/*
 * A descriptor with virtio-net headers may give checksums that are not complete yet. They are
 * completed in one piece of memory: the caller's, or the handle's when the caller has several.
 */
static int complete_checksum(const struct vnic__frame_meta *meta, uint8_t *data, size_t len)
{
    if ((meta->vnet_flags & VNIC__VNET_NEEDS_CSUM) == 0) {
        return 0;
    }
    if (vnic_checksum_complete(data, len, meta->csum_start, meta->csum_offset) < 0) {
        return VNIC_EOS;
    }
    return 0;
}

/* What the header says about the packet that was read: 0, or why it cannot be given. */
static int judge_packet(struct vnic *q, int rc, size_t hdr_len, uint32_t flags, const uint8_t *hdr,
                        struct vnic__frame_meta *ret_meta)
{
    if ((size_t)rc < hdr_len || vnic__frame_decode(&q->frame, hdr, hdr_len, ret_meta) < 0) {
        return VNIC_EOS;
    }
    if ((flags & VNIC__READ_CUT) || (ret_meta->pi_flags & VNIC__PI_STRIP)) {
        return VNIC_EMSGSIZE;
    }
    if (ret_meta->gso_type != VNIC__GSO_NONE) {
        if (!q->gso_logged) {
            q->gso_logged = 1;
            vnic__log(q->iface, VNIC_LOG_WARNING,
                      "GSO super-packets come on a handle without offload: they are dropped");
        }
        return VNIC_ENOTSUP;
    }
    return 0;
}

/* Into the handle's own memory first, when a checksum may have to be completed across pieces. */
static int read_bounced(struct vnic *q, uint8_t *hdr, size_t hdr_len,
                        const struct vnic_iovec *payload, int n, struct vnic__frame_meta *meta)
{
    const struct vnic_iovec parts[2] = {{hdr, hdr_len}, {q->bounce, VNIC_MAX_PACKET}};
    uint32_t flags = 0;
    size_t len;
    int rc = q->backend->read(q, parts, 2, &flags);

    if (rc < 0) {
        return rc;
    }
    len = (size_t)rc > hdr_len ? (size_t)rc - hdr_len : 0;
    rc = judge_packet(q, rc, hdr_len, flags, hdr, meta);
    if (rc == 0) {
        rc = complete_checksum(meta, q->bounce, len);
    }
    if (rc == 0 && vnic__iov_scatter(payload, n, q->bounce, len) < len) {
        rc = VNIC_EMSGSIZE;
    }
    return rc < 0 ? rc : (int)len;
}

static int read_direct(struct vnic *q, uint8_t *hdr, size_t hdr_len,
                       const struct vnic_iovec *payload, int n, struct vnic__frame_meta *meta)
{
    struct vnic_iovec parts[MAX_PARTS];
    uint32_t flags = 0;
    int first = hdr_len > 0;
    int rc;

    parts[0].base = hdr;
    parts[0].len = hdr_len;
    memcpy(parts + first, payload, (size_t)n * sizeof *payload);
    rc = q->backend->read(q, parts, n + first, &flags);
    if (rc < 0) {
        return rc;
    }
    int judged = judge_packet(q, rc, hdr_len, flags, hdr, meta);

    rc -= (int)hdr_len;
    if (judged == 0 && n == 1) {
        judged = complete_checksum(meta, payload[0].base, (size_t)rc);
    }
    return judged < 0 ? judged : rc;
}

int vnic__read_framed(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct vnic_iovec payload[VNIC_MAX_IOV];
    struct vnic__frame_meta meta = {0};
    uint8_t hdr[VNIC__FRAME_MAX];
    size_t hdr_len = vnic__frame_len(&q->frame);
    uint32_t kept = kept_header(q);
    int count, rc;

    if (q->offload != NULL) {
        return vnic__offload_read(q, iov, n);
    }
    count = vnic__iov_skip(iov, n, kept, payload);

    if (q->bounce != NULL && count != 1) {
        rc = read_bounced(q, hdr, hdr_len, payload, count, &meta);
    } else {
        rc = read_direct(q, hdr, hdr_len, payload, count, &meta);
    }
    if (rc >= 0 && kept > 0) {
        show_header(q, &meta, iov, n, payload, count);
        rc += (int)kept;
    }
    return rc;
}

static int write_encoded(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct vnic_iovec parts[MAX_PARTS];
    struct vnic__frame_meta meta = {0};
    uint8_t hdr[VNIC__FRAME_MAX], peek[PEEK_LEN], pi[VNIC__PI_LEN] = {0, 0, 0, 0};
    size_t hdr_len = vnic__frame_len(&q->frame);
    uint32_t kept = kept_header(q);
    int first = hdr_len > 0;
    int count = vnic__iov_skip(iov, n, kept, parts + first);
    size_t seen = vnic__iov_gather(parts + first, count, peek, sizeof peek);
    int rc;

    if (seen == 0) {
        return VNIC_EINVAL;
    }
    if (kept > 0) {
        (void)vnic__iov_gather(iov, n, pi, sizeof pi);
        meta.ethertype = (uint16_t)(pi[2] << 8 | pi[3]);
    }
    rc = vnic__frame_encode(&q->frame, peek, seen, &meta, hdr);
    if (rc < 0) {
        return rc;
    }
    parts[0].base = first ? hdr : parts[0].base;
    parts[0].len = first ? hdr_len : parts[0].len;
    rc = q->backend->write(q, parts, count + first);
    return rc < 0 ? rc : rc - (int)hdr_len + (int)kept;
}

int vnic__write_framed(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    return q->offload != NULL ? vnic__offload_write(q, iov, n) : write_encoded(q, iov, n);
}
