/* SPDX-License-Identifier: Apache-2.0 */
/* Super-packets received: passed on as they are, or held and split for the calls that copy. */
#include <string.h>

#include "bytes.h"
#include "io.h"
#include "io_wait.h"
#include "iovec.h"
#include "offload.h"
#include "pool.h"
#include "vnic/packet.h"

/* Value of signalled besides 0 and 1: whoever receives next finds out. */
#define SIGNALLED_UNKNOWN 2u

/* ---- One packet of the system ------------------------------------------------------------------- */

/* A packet that came and cannot be given. It is consumed. */
static int refuse_received(struct vnic *q)
{
    vnic__offload_count(&q->offload->rx_bad, 1);
    if (!q->gso_logged) {
        q->gso_logged = 1;
        vnic__log(q->iface, VNIC_LOG_WARNING,
                  "a packet came whose virtio-net header is wrong or of an unknown kind: dropped");
    }
    return VNIC_ENOTSUP;
}

/* Reads what the header says of rc bytes, header included, into off->super. The packet's length. */
static int take_header(struct vnic *q, int rc, uint32_t flags, const uint8_t *hdr, size_t hdr_len)
{
    struct vnic__frame_meta meta;

    if ((size_t)rc <= hdr_len || vnic__frame_decode(&q->frame, hdr, hdr_len, &meta) < 0) {
        return VNIC_EOS;
    }
    if ((flags & VNIC__READ_CUT) || (meta.pi_flags & VNIC__PI_STRIP)) {
        return VNIC_EMSGSIZE;
    }
    rc -= (int)hdr_len;
    if (vnic__frame_check(&meta, (size_t)rc) < 0) {
        return refuse_received(q);
    }
    vnic__offload_fields(&meta, &q->offload->super);
    if (meta.gso_type != VNIC_GSO_NONE) {
        vnic__offload_count(&q->offload->rx_super, 1);
    }
    return rc;
}

/* The buffer of the pool that is read into: the last one, which is hot, unless it is lent. */
static int ready_buffer(struct vnic *q)
{
    struct vnic__offload *off = q->offload;

    vnic__pool_lock(q);
    if (off->buffer >= 0 && vnic__pool_has_views(q, off->buffer)) {
        vnic__pool_drop(q, off->buffer);
        off->buffer = -1;
    }
    if (off->buffer < 0) {
        off->buffer = vnic__pool_hold(q);
    }
    vnic__pool_unlock(q);
    return off->buffer < 0 ? off->buffer : 0;
}

/*
 * Reads a packet into VNIC__BUFFER_LEN bytes of memory. The header lands right before the packet, so that
 * one read of one piece is enough. The packet's length, or a code.
 */
static int read_held(struct vnic *q, uint8_t *memory)
{
    struct vnic__offload *off = q->offload;
    size_t hdr_len = vnic__frame_len(&q->frame);
    struct vnic_iovec piece;
    uint32_t flags = 0;
    int rc;

    off->super.data = memory + VNIC__HEADROOM;
    piece.base = off->super.data - hdr_len;
    piece.len = hdr_len + VNIC_MAX_PACKET;
    rc = q->backend->read(q, &piece, 1, &flags);
    if (rc >= 0) {
        rc = take_header(q, rc, flags, piece.base, hdr_len);
    }
    off->super.len = rc < 0 ? 0 : (uint32_t)rc;
    off->super.cap = VNIC_MAX_PACKET + VNIC__TAILROOM;
    return rc;
}

/* What was read is split from now on: 1, or VNIC_ENOTSUP. */
static int begin_split(struct vnic *q, uint32_t lie)
{
    struct vnic__offload *off = q->offload;
    uint32_t how = q->flags & VNIC_PARTIAL_CHECKSUMS ? VNIC_SPLIT_PARTIAL : 0;
    int rc;

    off->lie = lie;
    rc = vnic_split_begin(&off->split, &off->super, q->layer, how);
    if (rc < 0) {
        return refuse_received(q);
    }
    off->n_segments = (uint32_t)rc;
    atomic_store_explicit(&off->held, (uint32_t)rc, memory_order_release);
    return 1;
}

/* Attempts of io_wait.c: 1 when a segment is held. */
static int fill_own(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    int rc;

    (void)iov;
    (void)n;
    if (vnic__offload_held(q) > 0) {
        return 1;
    }
    rc = read_held(q, q->offload->own);
    return rc < 0 ? rc : begin_split(q, VNIC__LIE_NO);
}

static int fill_pool(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    int rc = ready_buffer(q);

    (void)iov;
    (void)n;
    if (rc == 0) {
        rc = read_held(q, vnic__pool_memory(q, q->offload->buffer));
    }
    return rc < 0 ? rc : begin_split(q, VNIC__LIE_FIRST);
}

int vnic__offload_fill(struct vnic *q, int64_t deadline)
{
    return vnic__recv_attempts(q, fill_own, NULL, deadline);
}

int vnic__offload_fill_views(struct vnic *q, int64_t deadline)
{
    return vnic__recv_attempts(q, fill_pool, NULL, deadline);
}

/* As fill_pool(), but the packet stays as it is: its length. */
static int read_whole(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    int rc = ready_buffer(q);

    (void)iov;
    (void)n;
    return rc < 0 ? rc : read_held(q, vnic__pool_memory(q, q->offload->buffer));
}

int vnic__offload_fill_whole(struct vnic *q, int64_t deadline)
{
    return vnic__recv_attempts(q, read_whole, NULL, deadline);
}

void vnic__offload_taken(struct vnic *q)
{
    struct vnic__offload *off = q->offload;
    uint32_t held = atomic_load_explicit(&off->held, memory_order_relaxed);

    atomic_store_explicit(&off->held, held - 1, memory_order_release);
}

/* ---- Segments into the caller's memory ---------------------------------------------------------- */

/* The segment that was copied ahead, for a view that was not taken. */
static int copy_spare(struct vnic *q, struct vnic_packet *p)
{
    struct vnic_packet spare = q->offload->spare;

    q->offload->spare.data = NULL;
    if (spare.len > p->cap) {
        return VNIC_EMSGSIZE;
    }
    memcpy(p->data, spare.data, spare.len);
    p->len = spare.len;
    vnic__offload_copy_fields(&spare, p);
    return (int)p->len;
}

/*
 * The next segment that is held into p->data. Its length, or VNIC_EMSGSIZE: it is lost to a too small
 * buffer.
 */
static int copy_segment(struct vnic *q, struct vnic_packet *p)
{
    struct vnic__offload *off = q->offload;

    vnic__offload_taken(q);
    if (off->spare.data != NULL) {
        return copy_spare(q, p);
    }
    if (vnic_split_copy(&off->split, p) < 0) {
        (void)vnic_split_skip(&off->split);
        return VNIC_EMSGSIZE;
    }
    return (int)p->len;
}

/*
 * Completes the checksum of a segment that lies in headers, an even number of bytes, and a payload; or in
 * one part.
 */
static void complete_parts(const struct vnic_packet *segment, const struct vnic_iovec *parts)
{
    const struct vnic_iovec *head = parts[0].len > 0 ? &parts[0] : &parts[1];
    uint8_t *start = (uint8_t *)head->base + segment->csum_start;
    uint64_t sum = vnic_checksum_add(0, start, head->len - segment->csum_start);
    uint16_t folded;

    if (head == parts && parts[1].len > 0) {
        sum = vnic_checksum_add(sum, parts[1].base, parts[1].len);
    }
    folded = vnic_checksum_fold(sum);
    if (folded == 0 && segment->csum_offset == 6) {
        folded = 0xFFFF; /* UDP: 0 would say that there is none (RFC 768) */
    }
    vnic__put16(start + segment->csum_offset, folded);
}

/* The same into several pieces. */
static int scatter_segment(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct vnic__offload *off = q->offload;
    struct vnic_iovec parts[2], rest[VNIC_MAX_IOV];
    struct vnic_packet segment = {0};
    uint8_t hdr[VNIC_SPLIT_HDR_MAX];

    vnic__offload_taken(q);
    if (off->spare.data != NULL) {
        segment = off->spare;
        off->spare.data = NULL;
        parts[0] = (struct vnic_iovec){segment.data, segment.len};
        parts[1] = (struct vnic_iovec){segment.data + segment.len, 0};
    } else {
        (void)vnic_split_gather(&off->split, &segment, hdr, parts);
    }
    if (vnic__iov_total(iov, n) < segment.len) {
        return VNIC_EMSGSIZE;
    }
    if (segment.csum == VNIC_CSUM_PARTIAL) {
        complete_parts(&segment, parts);
    }
    (void)vnic__iov_scatter(iov, n, parts[0].base, parts[0].len);
    n = vnic__iov_skip(iov, n, parts[0].len, rest);
    (void)vnic__iov_scatter(rest, n, parts[1].base, parts[1].len);
    return (int)segment.len;
}

int vnic__offload_read(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct vnic_packet p = {0};
    int rc;

    if (q->iface->offload == VNIC_OFFLOAD_RAW) {
        return VNIC_EINVAL;
    }
    rc = fill_own(q, NULL, 0);
    if (rc < 0) {
        return rc;
    }
    /* Who gets bytes alone is not told that a checksum is partial, so it is completed. */
    if (n == 1) {
        p.data = iov->base;
        p.cap = iov->len > UINT32_MAX ? UINT32_MAX : (uint32_t)iov->len;
        rc = copy_segment(q, &p);
        if (rc > 0) {
            (void)vnic_packet_complete(&p);
        }
    } else {
        rc = scatter_segment(q, iov, n);
    }
    vnic__offload_settle(q);
    return rc;
}

/* ---- Batches ------------------------------------------------------------------------------------ */

/* An attempt of io_wait.c, RAW: one packet into the caller's piece, its fields into off->super. */
static int read_raw(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    uint8_t hdr[VNIC__FRAME_MAX];
    size_t hdr_len = vnic__frame_len(&q->frame);
    const struct vnic_iovec parts[2] = {{hdr, hdr_len}, iov[0]};
    uint32_t flags = 0;
    int rc = q->backend->read(q, parts, 2, &flags);

    (void)n;
    if (rc >= 0) {
        rc = take_header(q, rc, flags, hdr, hdr_len);
    }
    return vnic__recv_unusual(q, rc, 0);
}

static int recv_one_raw(struct vnic *q, struct vnic_packet *p, int64_t deadline)
{
    const struct vnic_iovec piece = {p->data, p->cap};
    int rc = vnic__recv_attempts(q, read_raw, &piece, deadline);

    if (rc > 0) {
        p->len = (uint32_t)rc;
        vnic__offload_copy_fields(&q->offload->super, p);
    }
    return rc < 0 ? rc : 0;
}

static int recv_one_split(struct vnic *q, struct vnic_packet *p, int64_t deadline)
{
    int rc = vnic__offload_held(q) > 0 ? 1 : vnic__offload_fill(q, deadline);

    if (rc < 0) {
        return rc;
    }
    rc = vnic__recv_unusual(q, copy_segment(q, p), 0);
    return rc < 0 ? rc : 0;
}

int vnic__offload_recv_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int raw = q->iface->offload == VNIC_OFFLOAD_RAW;
    int done = 0, rc = vnic__stop_code(q);

    while (rc == 0 && done < n && !vnic__offload_is_full(q, done, n)) {
        rc =
            raw ? recv_one_raw(q, &pkts[done], deadline) : recv_one_split(q, &pkts[done], deadline);
        deadline = VNIC__DEADLINE_TRY;
        pkts[done].status = rc;
        if (rc == VNIC_EMSGSIZE || rc == VNIC_ENOTSUP) {
            /* Consumed, but it cannot be given: it has its place, so that none goes unseen. */
            pkts[done].len = 0;
            rc = 0;
        }
        done += rc == 0;
    }
    vnic__offload_settle(q);
    return done > 0 ? done : rc;
}

/* ---- The signal for foreign loops --------------------------------------------------------------- */

void vnic__offload_settle(struct vnic *q)
{
    struct vnic__offload *off = q->offload;
    uint32_t held = atomic_load_explicit(&off->held, memory_order_relaxed) != 0;

    if (atomic_load_explicit(&off->has_signal, memory_order_acquire) && held != off->signalled) {
        off->signalled = held;
        vnic__signal_follow(&off->signal, &off->held);
    }
}

int vnic__offload_want_signal(struct vnic *q)
{
    struct vnic__offload *off = q->offload;
    int rc;

    if (off == NULL || atomic_load(&off->has_signal)) {
        return 0;
    }
    rc = vnic__signal_init(&off->signal);
    if (rc < 0) {
        return rc;
    }
    off->signalled = SIGNALLED_UNKNOWN;
    atomic_store(&off->has_signal, 1);
    /* Only now, or segments of a call that ends meanwhile and does not see the signal yet go unsignalled. */
    vnic__signal_follow(&off->signal, &off->held);
    return 0;
}
