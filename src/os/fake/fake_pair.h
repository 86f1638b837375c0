/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The in-memory interface: a pair of sides with queues between them.
 *
 * A port is the end of one queue: what a descriptor is on a real system, and what
 * vnic_native_handle() gives. The device's side has one port a queue, the far side (the peer) has one.
 * Handles use ports: one owns it, others may borrow it. Packets are stored bare; a port adds the link
 * header of its kind when a packet is read and takes it off when one is written, as a kernel does.
 *
 * Locks: everything here is guarded by the lock of the pair, but for what is marked constant.
 * Core's interface lock comes before it (configuration slots), nothing comes after it; signals are
 * set while it is held, so that they always say what the queues say.
 */
#ifndef VNIC_OS_FAKE_PAIR_H
#define VNIC_OS_FAKE_PAIR_H

#include <stdint.h>

#include "core/device.h"

/* As many queues as Linux has: drivers/net/tun.c MAX_TAP_QUEUES. */
#define VNIC__FAKE_MAX_QUEUES 256u

/* Linux drivers/net/tun.c TUN_READQ_SIZE. */
#define VNIC__FAKE_QUEUE_LEN 500u

/* First word of a port, so that a wrong number given to vnic_adopt() is likely to be noticed. */
#define VNIC__FAKE_MAGIC 0x766e6963u

/* Ethernet header and a VLAN tag: IEEE 802.3, 802.1Q. */
#define VNIC__FAKE_ETH_HEADER 14u
#define VNIC__FAKE_ETH_ROOM 18u

struct vnic__fake_user;

struct vnic__fake_packet {
    struct vnic__fake_packet *next;
    const struct vnic__fake_user *user; /* pending: who reserved it */
    uint32_t ready;                     /* pending: committed, or written behind a reserved one */
    uint32_t len;
    uint8_t data[];
};

struct vnic__fake_pair;

struct vnic__fake_port {
    uint32_t magic;
    uint32_t is_peer;              /* constant */
    struct vnic__fake_pair *pair;  /* constant */
    struct vnic__frame_kind frame; /* constant; the peer's is VNIC__LINK_NONE */
    uint32_t owned;                /* 1: a handle owns it; 0: released, or not adopted yet */
    uint32_t closed;               /* 1: its owner closed it; borrowers may still be there */
    uint32_t attached;             /* 1: it is in pair->queues, or the peer */
    struct vnic__fake_port *next;  /* in pair->ports */
    struct vnic__fake_user *users;
    struct vnic__fake_packet *head;
    struct vnic__fake_packet *tail;
    uint32_t count;
    struct vnic__fake_packet
        *pending; /* reserved ones and those behind them, not in any queue yet */
    struct vnic__fake_packet *pending_tail;
    uint32_t readable_is_set;
    struct vnic__signal readable; /* set while a read would not be VNIC_EAGAIN */
};

/* What a handle has in q->priv. */
struct vnic__fake_user {
    struct vnic__fake_port *port; /* constant while the handle is open */
    struct vnic *q;
    struct vnic__fake_user *next; /* in port->users */
    uint32_t borrowed;
    struct vnic__signal_group group; /* the wait handle; meaningful if q->wait_handle is not -1 */
};

struct vnic__fake_pair {
    struct vnic__mutex lock;
    uint32_t layer;                /* constant; VNIC_TUN or VNIC_TAP */
    uint32_t multi_queue;          /* constant */
    struct vnic__fake_port *ports; /* all that exist; the pair goes with the last */
    uint32_t n_open;               /* the device's ports that are not closed */
    uint32_t n_queues;             /* attached ones */
    uint32_t n_pending;            /* packets that ports hold pending: their room is taken */
    struct vnic__fake_port *queues[VNIC__FAKE_MAX_QUEUES];
    struct vnic__fake_port *peer; /* NULL: nobody listens */
    uint32_t removed;
    uint32_t room_is_set;
    struct vnic__signal room; /* set while the device may write */

    char name[VNIC_NAME_SIZE];
    char alias[256];
    uint8_t mac[6];
    uint32_t mtu;
    uint32_t up;
    uint32_t carrier;
    uint32_t queue_len;
    uint32_t link_local;
    uint32_t metric;
    struct vnic__dns dns;
    struct vnic_prefix *addresses;
    int n_addresses;
    int cap_addresses;
    struct vnic_stats stats; /* as the device sees it */
};

/* fake_pair.c. Functions that end in _locked are called with the lock of the pair held. */

/* Makes a pair that has no port yet: the first vnic__fake_port_new() must follow, or _pair_free(). */
int vnic__fake_pair_new(const struct vnic__settings *s, struct vnic__fake_pair **ret_pair);
void vnic__fake_pair_free(struct vnic__fake_pair *pair);
/* Makes a port, owned by nobody; a device's is attached at the end. VNIC_ELIMIT, VNIC_EBUSY, … */
int vnic__fake_port_new(struct vnic__fake_pair *pair, uint32_t is_peer,
                        const struct vnic__frame_kind *frame, struct vnic__fake_port **ret_port);
/* Closes a port that its owner gives up; frees it, and the pair, unless borrowers are there. */
void vnic__fake_port_close(struct vnic__fake_port *port);
/* Makes a handle a user of the port, and tells it how much room packets need. */
void vnic__fake_use_locked(struct vnic__fake_port *port, struct vnic *q, uint32_t borrowed);
/* Ends that; a closed port goes with its last user. */
void vnic__fake_unuse(struct vnic__fake_user *user);
int vnic__fake_attach_locked(struct vnic__fake_port *port);
void vnic__fake_detach_locked(struct vnic__fake_port *port);
void vnic__fake_remove_locked(struct vnic__fake_pair *pair);
/* Makes the signals, and what handles know of the MTU, follow the state. */
void vnic__fake_settle_locked(struct vnic__fake_pair *pair);

/* fake_queue.c */

/* Puts a packet (bare) on its way and owns it afterwards; on failure it stays the caller's. */
int vnic__fake_deliver(struct vnic__fake_port *from, struct vnic__fake_packet *packet);
/* Whether the port may be sent from, room aside: 0, or VNIC_ECLOSED, VNIC_EDOWN, VNIC_EDETACHED. */
int vnic__fake_is_ready_locked(const struct vnic__fake_port *from);
/* The same for a device's port, with VNIC_EAGAIN when the peer's queue has no room. */
int vnic__fake_may_send_locked(const struct vnic__fake_port *from);
/* The device's packet goes to the peer, whose room was looked at. */
void vnic__fake_pass_locked(struct vnic__fake_pair *pair, struct vnic__fake_packet *packet);
/* Counts a packet that was refused because it is malformed. */
void vnic__fake_count_bad(struct vnic__fake_port *from);
/* The next packet, the caller's from now on; VNIC_EAGAIN, VNIC_ECLOSED. */
int vnic__fake_take(struct vnic__fake_port *port, struct vnic__fake_packet **ret_packet);
/* Which of `events` are there, 0 if none; VNIC_ECLOSED. */
int vnic__fake_ready(struct vnic__fake_port *port, int events);
void vnic__fake_drop_all_locked(struct vnic__fake_port *port);
/* The signals say what the queues say; a signal is touched only when it changes. */
void vnic__fake_settle_port_locked(struct vnic__fake_port *port);
void vnic__fake_settle_room_locked(struct vnic__fake_pair *pair);

/* fake_exact.c */

/* Puts a packet behind those that the port has reserved; 0: there are none. */
int vnic__fake_wait_behind_locked(struct vnic__fake_port *port, struct vnic__fake_packet *packet);
/* Ends what a user of the port has reserved and not committed. */
void vnic__fake_end_pending_locked(struct vnic__fake_port *port,
                                   const struct vnic__fake_user *user);
int vnic__fake_reserve(struct vnic *q, struct vnic__view *ret_views, const uint32_t *lens, int n);
int vnic__fake_commit(struct vnic *q, const uintptr_t *tokens, int n);
void vnic__fake_cancel(struct vnic *q, const uintptr_t *tokens, int n);

/* fake_flow.c: a number that is the same for all packets of a flow. */
uint32_t vnic__fake_flow_hash(const uint8_t *data, uint32_t len, uint32_t layer);

/* fake_io.c: slots of the backend */
int vnic__fake_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags);
int vnic__fake_write(struct vnic *q, const struct vnic_iovec *iov, int n);
int vnic__fake_wait(struct vnic *q, int events, int64_t deadline_ns);
int vnic__fake_wait_handle(struct vnic *q, intptr_t *ret_handle);
/* The checks that a kernel makes of a packet that is sent: 0, VNIC_EINVAL or VNIC_EMSGSIZE. */
int vnic__fake_check_packet(const struct vnic__fake_port *port, const uint8_t *data, size_t len);

/* fake_conf.c, fake_address.c */
extern const struct vnic__netconf vnic__fake_netconf;
int vnic__fake_add_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err);
int vnic__fake_remove_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err);
int vnic__fake_list_addresses(struct vnic *q, struct vnic_prefix *ret, int cap,
                              struct vnic_error *err);
/* Locks the pair for a change by the device, or fails: VNIC_ECLOSED, VNIC_ENOTSUP for the peer. */
int vnic__fake_lock_to_change(struct vnic *q, const char *operation, struct vnic_error *err);

/* The port that vnic_native_handle() gave as a number; NULL for what is obviously none. */
static inline struct vnic__fake_port *vnic__fake_port_at(intptr_t native)
{
    struct vnic__fake_port *port = (struct vnic__fake_port *)native;

    return native == 0 || native == -1 || port->magic != VNIC__FAKE_MAGIC ? NULL : port;
}

/* The port of a handle. */
static inline struct vnic__fake_port *vnic__fake_port_of(const struct vnic *q)
{
    const struct vnic__fake_user *user = q->priv;

    return user->port;
}

#endif
