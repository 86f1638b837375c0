/* SPDX-License-Identifier: Apache-2.0 */
/* Making and ending pairs and ports. */
#include "fake_pair.h"

#include <string.h>

#include "core/alloc.h"

/* "tap%d" becomes "tap0": a pair is alone in its world, so the first number is always free. */
static void choose_fake_name(struct vnic__fake_pair *pair, const char *wish)
{
    const char *from = wish != NULL ? wish : "fake%d";
    size_t len = 0;

    while (*from != '\0' && len + 1 < sizeof pair->name) {
        if (from[0] == '%' && from[1] == 'd') {
            pair->name[len++] = '0';
            from += 2;
        } else {
            pair->name[len++] = *from++;
        }
    }
    pair->name[len] = '\0';
}

int vnic__fake_pair_new(const struct vnic__settings *s, struct vnic__fake_pair **ret_pair)
{
    /* Locally administered, RFC 7042 section 2.1; "fake" in ASCII in the middle. */
    static const uint8_t mac[6] = {0x02, 0x66, 0x61, 0x6b, 0x65, 0x01};
    struct vnic__fake_pair *pair = vnic__alloc(sizeof *pair);
    int rc;

    if (pair == NULL) {
        return VNIC_ENOMEM;
    }
    rc = vnic__signal_init(&pair->room);
    if (rc < 0) {
        vnic__free(pair);
        return rc;
    }
    vnic__mutex_init(&pair->lock);
    pair->layer = s->layer;
    pair->multi_queue = (s->flags & VNIC_MULTI_QUEUE) != 0;
    pair->mtu = 1500;
    pair->carrier = (s->flags & VNIC_NO_CARRIER) == 0;
    pair->queue_len = VNIC__FAKE_QUEUE_LEN;
    pair->link_local = 1;
    if (pair->layer == VNIC_TAP) {
        memcpy(pair->mac, mac, sizeof mac);
    }
    choose_fake_name(pair, s->name);
    *ret_pair = pair;
    return 0;
}

void vnic__fake_pair_free(struct vnic__fake_pair *pair)
{
    vnic__signal_destroy(&pair->room);
    vnic__mutex_destroy(&pair->lock);
    vnic__free(pair->addresses);
    vnic__free(pair);
}

int vnic__fake_attach_locked(struct vnic__fake_port *port)
{
    struct vnic__fake_pair *pair = port->pair;

    if (pair->n_queues == VNIC__FAKE_MAX_QUEUES) {
        return VNIC_ELIMIT;
    }
    pair->queues[pair->n_queues++] = port;
    port->attached = 1;
    return 0;
}

void vnic__fake_detach_locked(struct vnic__fake_port *port)
{
    struct vnic__fake_pair *pair = port->pair;
    uint32_t i = 0;

    if (!port->attached) {
        return;
    }
    while (pair->queues[i] != port) {
        i++;
    }
    pair->n_queues--;
    memmove(&pair->queues[i], &pair->queues[i + 1], (pair->n_queues - i) * sizeof pair->queues[0]);
    port->attached = 0;
    vnic__fake_drop_all_locked(port);
}

/* Gives a new port its place in the pair. */
static int enter_pair(struct vnic__fake_pair *pair, struct vnic__fake_port *port)
{
    int rc = 0;

    vnic__mutex_lock(&pair->lock);
    if (pair->removed) {
        rc = VNIC_ECLOSED;
    } else if (port->is_peer) {
        rc = pair->peer == NULL ? 0 : VNIC_EBUSY;
    } else {
        /* Detached queues count too: Linux drivers/net/tun.c tun_attach(), numdisabled. */
        rc = pair->n_open < VNIC__FAKE_MAX_QUEUES ? vnic__fake_attach_locked(port) : VNIC_ELIMIT;
    }
    if (rc == 0) {
        if (port->is_peer) {
            pair->peer = port;
            port->attached = 1;
        } else {
            pair->n_open++;
        }
        port->next = pair->ports;
        pair->ports = port;
        vnic__fake_settle_locked(pair);
    }
    vnic__mutex_unlock(&pair->lock);
    return rc;
}

int vnic__fake_port_new(struct vnic__fake_pair *pair, uint32_t is_peer,
                        const struct vnic__frame_kind *frame, struct vnic__fake_port **ret_port)
{
    struct vnic__fake_port *port = vnic__alloc(sizeof *port);
    int rc;

    if (port == NULL) {
        return VNIC_ENOMEM;
    }
    rc = vnic__signal_init(&port->readable);
    if (rc < 0) {
        goto free_port;
    }
    port->magic = VNIC__FAKE_MAGIC;
    port->is_peer = is_peer;
    port->pair = pair;
    port->frame = *frame;
    rc = enter_pair(pair, port);
    if (rc < 0) {
        goto end_signal;
    }
    *ret_port = port;
    return 0;

end_signal:
    vnic__signal_destroy(&port->readable);
free_port:
    vnic__free(port);
    return rc;
}

void vnic__fake_remove_locked(struct vnic__fake_pair *pair)
{
    pair->removed = 1;
    for (uint32_t i = 0; i < pair->n_queues; i++) {
        vnic__fake_drop_all_locked(pair->queues[i]);
    }
    vnic__fake_settle_locked(pair);
}

/* Unlocks the pair, and frees what nobody needs any more. */
static void unlock_and_reap(struct vnic__fake_port *port)
{
    struct vnic__fake_pair *pair = port->pair;
    struct vnic__fake_port **link = &pair->ports;
    int port_ends = port->closed && port->users == NULL;
    int pair_ends;

    if (port_ends) {
        while (*link != port) {
            link = &(*link)->next;
        }
        *link = port->next;
    }
    pair_ends = pair->ports == NULL;
    vnic__mutex_unlock(&pair->lock);
    if (port_ends) {
        vnic__signal_destroy(&port->readable);
        port->magic = 0;
        vnic__free(port);
    }
    if (pair_ends) {
        vnic__fake_pair_free(pair);
    }
}

void vnic__fake_port_close(struct vnic__fake_port *port)
{
    struct vnic__fake_pair *pair = port->pair;

    vnic__mutex_lock(&pair->lock);
    port->closed = 1;
    port->owned = 0;
    if (port->is_peer) {
        pair->peer = NULL;
        port->attached = 0;
        vnic__fake_drop_all_locked(port);
    } else {
        vnic__fake_detach_locked(port);
        pair->n_open--;
        if (pair->n_open == 0) {
            pair->removed = 1;
        }
    }
    vnic__fake_settle_locked(pair);
    unlock_and_reap(port);
}

void vnic__fake_use_locked(struct vnic__fake_port *port, struct vnic *q, uint32_t borrowed)
{
    struct vnic__fake_user *user = q->priv;

    user->port = port;
    user->q = q;
    user->borrowed = borrowed;
    user->next = port->users;
    port->users = user;
    if (!borrowed) {
        port->owned = 1;
    }
    q->layer = port->pair->layer;
    q->frame = port->frame;
    vnic__fake_settle_locked(port->pair);
}

void vnic__fake_unuse(struct vnic__fake_user *user)
{
    struct vnic__fake_port *port = user->port;
    struct vnic__fake_user **link = &port->users;

    vnic__mutex_lock(&port->pair->lock);
    while (*link != user) {
        link = &(*link)->next;
    }
    *link = user->next;
    vnic__fake_end_pending_locked(port, user);
    unlock_and_reap(port);
}

/* The room that a packet of now needs, link header included, for every handle of a port. */
static void tell_need_locked(const struct vnic__fake_port *port)
{
    const struct vnic__fake_pair *pair = port->pair;
    uint32_t need = VNIC_MAX_PACKET; /* the device may send more than its MTU, as on Linux */

    if (!port->is_peer) {
        need = pair->mtu + (pair->layer == VNIC_TAP ? VNIC__FAKE_ETH_ROOM : 0u) +
               (uint32_t)vnic__frame_len(&port->frame);
    }
    for (const struct vnic__fake_user *user = port->users; user != NULL; user = user->next) {
        atomic_store(&user->q->need, need);
    }
}

void vnic__fake_settle_locked(struct vnic__fake_pair *pair)
{
    for (struct vnic__fake_port *port = pair->ports; port != NULL; port = port->next) {
        vnic__fake_settle_port_locked(port);
        tell_need_locked(port);
    }
    vnic__fake_settle_room_locked(pair);
}
