/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of one handle: one packet through the link header, and waiting for it. */
#ifndef VNIC_CORE_IO_H
#define VNIC_CORE_IO_H

#include "device.h"

/* The header that VNIC_KEEP_HEADER shows, Linux's struct tun_pi (linux/if_tun.h). */
#define VNIC__PI_LEN 4u

/* A point of the monotonic clock until which a call may wait. */
#define VNIC__DEADLINE_TRY (-2)   /* do not wait at all */
#define VNIC__DEADLINE_NEVER (-1) /* wait for ever */

/* Prepares the handle once its backend has stated q->frame; the counterpart allows an unprepared one. */
int vnic__io_begin(struct vnic *q, struct vnic_error *err);
void vnic__io_end(struct vnic *q);

/* From timeout_ms of the API to a deadline in *ret; VNIC_EINVAL below -2. */
int vnic__deadline(struct vnic *q, int timeout_ms, int64_t *ret);

/* Receives one packet, waiting until the deadline. The packet's length or a code. */
int vnic__recv_until(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline);

/* Sends one packet, waiting for room until the deadline. Its length or a code. */
int vnic__send_until(struct vnic *q, const struct vnic_iovec *iov, int n, int64_t deadline);

/*
 * Sends pkts[n] in order until the deadline, with a status for each; those of length 0 are passed
 * over with status 0. Returns how many have status 0, or the first failure when none has.
 */
int vnic__send_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline);

/* Whether a packet needs nothing done to it: without offload there is no way to say what it needs. */
static inline int vnic__can_send_plain(const struct vnic_packet *p)
{
    return p->gso_type == VNIC_GSO_NONE && p->csum != VNIC_CSUM_PARTIAL;
}

/*
 * A call that may block registers itself, so that close can wait for it. A call that goes on using
 * the handle after its wait (a batch) registers for all of its time; registrations nest.
 */
void vnic__enter_wait(struct vnic *q);
void vnic__leave_wait(struct vnic *q);

/* After a wait that gave no event though no stop bit is set and time is left. */
void vnic__repair_signal(struct vnic *q);

/* What a failed read, write or wait means for the call: see VNIC__STOP_GONE. */
int vnic__explain(struct vnic *q, int events, int code);

/* Whether a code of sending is about this packet alone, so that the next one may still be sent. */
static inline int vnic__is_about_packet(int code)
{
    return code == VNIC_EINVAL || code == VNIC_EMSGSIZE || code == VNIC_ENOTSUP;
}

#endif
