/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets that are reserved and written in place, as in a ring: each has its place from the moment it is
 * reserved, and what comes later on the same queue waits behind it.
 */
#include "fake_pair.h"

#include "core/alloc.h"

static void append_pending_locked(struct vnic__fake_port *port, struct vnic__fake_packet *packet)
{
    packet->next = NULL;
    if (port->pending_tail != NULL) {
        port->pending_tail->next = packet;
    } else {
        port->pending = packet;
    }
    port->pending_tail = packet;
    port->pair->n_pending++;
}

/* Takes one packet out of its place; `before` is in front of it, NULL: it is the first. */
static void unlink_pending_locked(struct vnic__fake_port *port, struct vnic__fake_packet *before,
                                  struct vnic__fake_packet *packet)
{
    if (before != NULL) {
        before->next = packet->next;
    } else {
        port->pending = packet->next;
    }
    if (port->pending_tail == packet) {
        port->pending_tail = before;
    }
    port->pair->n_pending--;
}

/* What is ready at the front goes; there is room for it since it was reserved. */
static void flush_pending_locked(struct vnic__fake_port *port)
{
    while (port->pending != NULL && port->pending->ready) {
        struct vnic__fake_packet *packet = port->pending;

        unlink_pending_locked(port, NULL, packet);
        vnic__fake_pass_locked(port->pair, packet);
    }
    vnic__fake_settle_room_locked(port->pair);
}

int vnic__fake_wait_behind_locked(struct vnic__fake_port *port, struct vnic__fake_packet *packet)
{
    if (port->pending == NULL) {
        return 0;
    }
    packet->ready = 1;
    packet->user = NULL;
    append_pending_locked(port, packet);
    vnic__fake_settle_room_locked(port->pair);
    return 1;
}

void vnic__fake_end_pending_locked(struct vnic__fake_port *port, const struct vnic__fake_user *user)
{
    struct vnic__fake_packet *before = NULL, *packet = port->pending;

    while (packet != NULL) {
        struct vnic__fake_packet *next = packet->next;

        if (packet->user == user && !packet->ready) {
            unlink_pending_locked(port, before, packet);
            vnic__free(packet);
        } else {
            before = packet;
        }
        packet = next;
    }
    flush_pending_locked(port);
}

static int reserve_one(struct vnic *q, uint32_t len, struct vnic__view *ret_view)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);
    struct vnic__fake_packet *packet = vnic__alloc(sizeof *packet + len);
    int rc;

    if (packet == NULL) {
        return VNIC_ENOMEM;
    }
    packet->len = len;
    packet->user = q->priv;
    vnic__mutex_lock(&port->pair->lock);
    rc = vnic__fake_may_send_locked(port);
    if (rc == 0) {
        append_pending_locked(port, packet);
        vnic__fake_settle_room_locked(port->pair);
    }
    vnic__mutex_unlock(&port->pair->lock);
    if (rc < 0) {
        vnic__free(packet);
        return rc;
    }
    *ret_view = (struct vnic__view){
        .data = packet->data, .len = len, .cap = len, .token = (uintptr_t)packet};
    return 0;
}

int vnic__fake_reserve(struct vnic *q, struct vnic__view *ret_views, const uint32_t *lens, int n)
{
    /* What the peer sends goes to one of several queues, by what is in it. */
    if (vnic__fake_port_of(q)->is_peer) {
        return VNIC_ENOBUFS;
    }
    for (int done = 0; done < n; done++) {
        int rc = reserve_one(q, lens[done], &ret_views[done]);

        if (rc < 0) {
            return done > 0 ? done : rc;
        }
    }
    return n;
}

static int commit_one(struct vnic__fake_port *port, struct vnic__fake_packet *packet)
{
    int rc = vnic__fake_check_packet(port, packet->data, packet->len);

    if (rc < 0) {
        vnic__fake_count_bad(port);
        return rc;
    }
    vnic__mutex_lock(&port->pair->lock);
    rc = vnic__fake_is_ready_locked(port);
    if (rc == 0) {
        packet->ready = 1;
        flush_pending_locked(port);
    }
    vnic__mutex_unlock(&port->pair->lock);
    return rc;
}

int vnic__fake_commit(struct vnic *q, const uintptr_t *tokens, int n)
{
    for (int done = 0; done < n; done++) {
        int rc = commit_one(vnic__fake_port_of(q), (struct vnic__fake_packet *)tokens[done]);

        if (rc < 0) {
            return done > 0 ? done : rc;
        }
    }
    return n;
}

void vnic__fake_cancel(struct vnic *q, const uintptr_t *tokens, int n)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);

    vnic__mutex_lock(&port->pair->lock);
    for (int i = 0; i < n; i++) {
        struct vnic__fake_packet *gone = (struct vnic__fake_packet *)tokens[i];
        struct vnic__fake_packet *before = NULL, *at = port->pending;

        while (at != gone) {
            before = at;
            at = at->next;
        }
        unlink_pending_locked(port, before, gone);
        vnic__free(gone);
    }
    flush_pending_locked(port);
    vnic__mutex_unlock(&port->pair->lock);
}
