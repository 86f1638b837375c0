/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offload: super-packets of a handle, which come and go through virtio-net headers.
 *
 * offload.c          what a handle needs for it; fields of a packet from and to its link header
 * offload_receive.c  super-packets received: passed on, or held and split for copying calls
 * offload_views.c    the same for views, in place
 * offload_send.c     packets merged, super-packets sent
 * offload_refused.c  what a system refused: resent in parts, and who is to blame
 *
 * Receiving: one super-packet is held at a time, until its last segment was taken. The calls that copy
 * have one buffer for that, made with the handle, which so stays in the cache; views lie in buffers of the
 * pool, the last one again unless views of it are out. Only the receiver changes that state; `held`
 * alone is read by others.
 *
 * Sending: nothing is held between calls. The planner is made with the handle too, so that copying calls
 * need no memory.
 */
#ifndef VNIC_CORE_OFFLOAD_H
#define VNIC_CORE_OFFLOAD_H

#include "device.h"
#include "vnic/segment.h"

/* Whether the next segment may be lent where it lies, in a super-packet that was read for that. */
#define VNIC__LIE_FIRST 0u /* nothing of it was lent yet */
#define VNIC__LIE_NEXT 1u  /* the segment before was copied aside, so its place may be written to */
#define VNIC__LIE_NO                                                                               \
    2u /* the segment before is lent where it lies; or all are copied, because the
        * super-packet is not in the pool or has too little room */

struct vnic__offload {
    /* Receiving. */
    struct vnic_packet super;    /* what came last, with its fields */
    struct vnic_split split;     /* its segments that are to come */
    struct vnic_packet spare;    /* a segment copied ahead, in `side`; data NULL: none */
    uint8_t *own;                /* VNIC__BUFFER_LEN bytes for calls that copy */
    int buffer;                  /* of the pool, for views; -1: none */
    int side;                    /* of the pool, for segments that are copied; -1: none */
    uint32_t side_used;          /* bytes of it */
    uint32_t lie;                /* VNIC__LIE_… */
    uint32_t n_segments;         /* of super, in all */
    _Atomic uint32_t held;       /* segments that are to come, with the spare one */
    _Atomic uint32_t has_signal; /* 1: somebody waits with the handle's wait handle */
    uint32_t signalled;          /* what the signal says */
    struct vnic__signal signal;  /* [backend] set between calls while segments are held */
    _Atomic uint64_t rx_super;
    _Atomic uint64_t rx_bad;

    /* Sending. */
    struct vnic__frame_meta meta; /* for the packet that is being sent; all 0 between packets */
    vnic_merge *merge;
    struct vnic_merge_rules rules; /* the merge's */
    _Atomic uint64_t tx_super;
    _Atomic uint64_t tx_merged;
    _Atomic uint64_t tx_split;
    _Atomic uint64_t tx_refused;
};

/* ---- offload.c ---------------------------------------------------------------------------------- */

/* Makes q->offload when q->iface->offload asks for it and the link header can carry it. */
int vnic__offload_begin(struct vnic *q, struct vnic_error *err);
void vnic__offload_end(struct vnic *q);

/* What a header said, in the fields of a packet; and back. */
void vnic__offload_fields(const struct vnic__frame_meta *meta, struct vnic_packet *ret);
void vnic__offload_meta(const struct vnic_packet *packet, struct vnic__frame_meta *ret);

/* Copies the fields that describe a packet, leaving its buffer, token and user alone. */
void vnic__offload_copy_fields(const struct vnic_packet *from, struct vnic_packet *to);

/* One writer, so a plain addition is enough; other threads only read. */
static inline void vnic__offload_count(_Atomic uint64_t *counter, uint64_t n)
{
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, now + n, memory_order_relaxed);
}

/* Adds the counters of a handle, and what is in use, to what the caller sees. */
void vnic__offload_stats(const struct vnic *q, struct vnic_stats *stats);
void vnic__offload_info(const struct vnic *q, struct vnic_info *info);

/* ---- offload_receive.c -------------------------------------------------------------------------- */

/* Segments that can be had without asking the system. */
static inline uint32_t vnic__offload_held(const struct vnic *q)
{
    return q->offload == NULL ? 0 : atomic_load_explicit(&q->offload->held, memory_order_acquire);
}

/*
 * Makes sure that a segment is held, reading when none is, into the pool for views; waits until the
 * deadline. 1 or a code; after VNIC_ENOTSUP a packet was consumed that cannot be given.
 */
int vnic__offload_fill(struct vnic *q, int64_t deadline);
int vnic__offload_fill_views(struct vnic *q, int64_t deadline);

/* The same for a whole packet, which is not split: its length. */
int vnic__offload_fill_whole(struct vnic *q, int64_t deadline);

/* Counts down what is held. */
void vnic__offload_taken(struct vnic *q);

/* The slot of vnic_recv() and its kin: one segment into the pieces, as vnic__read_framed(). */
int vnic__offload_read(struct vnic *q, const struct vnic_iovec *iov, int n);

/* vnic_recv_many(). */
int vnic__offload_recv_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline);

/* As many segments are worth a call of their own; reading on would only push them out of the cache. */
#define VNIC__SEGMENTS_ENOUGH 16u

/*
 * Whether a batch had better end here: the last super-packet is used up, and was a large one, or the room
 * that is left is too small for another one like it: cut in two it would be merged into two.
 */
static inline int vnic__offload_is_full(const struct vnic *q, int done, int n)
{
    uint32_t last = q->offload->n_segments;

    return done > 0 && vnic__offload_held(q) == 0 &&
           (last >= VNIC__SEGMENTS_ENOUGH || (uint32_t)(n - done) < last);
}

/* Before a receiving call returns: the signal says whether segments are held. */
void vnic__offload_settle(struct vnic *q);

/* [iface lock] The signal is wanted from now on: 0, or why it cannot be made. */
int vnic__offload_want_signal(struct vnic *q);

/* ---- offload_views.c ---------------------------------------------------------------------------- */

/* vnic_acquire_many(). */
int vnic__offload_acquire_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline);

/* ---- offload_send.c ----------------------------------------------------------------------------- */

/* The slot of sending: one packet from its pieces, with the fields of q->offload->meta. */
int vnic__offload_write(struct vnic *q, const struct vnic_iovec *iov, int n);

/* Makes the planner, or gives it the rules of now: what was refused is not made any more. */
int vnic__offload_ready_merge(struct vnic *q);

/* vnic_send_many(), vnic_commit_many(): as vnic__send_batch(). */
int vnic__offload_send_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline);

/* Sends one packet with its fields, from its pieces. Its length or a code. */
int vnic__offload_send_fields(struct vnic *q, const struct vnic_packet *p,
                              const struct vnic_iovec *iov, int n, int64_t deadline);

/* ---- offload_refused.c -------------------------------------------------------------------------- */

/* Whether a code may mean that the system does not want this kind of packet. */
int vnic__offload_is_refusal(int code);

/* What a packet needs of the system: VNIC_F_…; 0: nothing. */
uint32_t vnic__offload_feature(const struct vnic_packet *p);

/* Whether a packet that needs the feature cannot go as it is: refused before, or never taken by a system. */
int vnic__offload_needs_parts(const struct vnic *q, const struct vnic_packet *p, uint32_t feature);

/* A packet of this kind was refused, and went in parts: the feature is not used any more. */
void vnic__offload_blame(struct vnic *q, uint32_t feature);

/*
 * Sends a packet that the system cannot take as it is, in parts: segments with complete checksums. Once
 * the first part has gone the rest is waited for, whatever the deadline is. Its length, or a code: none
 * of it was sent.
 */
int vnic__offload_send_parts(struct vnic *q, const struct vnic_packet *p, int64_t deadline);

#endif
