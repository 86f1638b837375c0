/* SPDX-License-Identifier: Apache-2.0 */
/* Packets on their way from one side to the other. */
#include "fake_pair.h"

#include "core/alloc.h"

void vnic__fake_settle_port_locked(struct vnic__fake_port *port)
{
    uint32_t set = port->head != NULL || port->closed || port->pair->removed;

    if (set == port->readable_is_set) {
        return;
    }
    port->readable_is_set = set;
    if (set) {
        vnic__signal_set(&port->readable);
    } else {
        vnic__signal_clear(&port->readable);
    }
}

/* Whether the device may put one more packet into the peer's queue. */
static uint32_t has_room_locked(const struct vnic__fake_pair *pair)
{
    uint32_t limit = pair->queue_len > 0 ? pair->queue_len : 1;

    return pair->peer == NULL || pair->peer->count + pair->n_pending < limit;
}

void vnic__fake_settle_room_locked(struct vnic__fake_pair *pair)
{
    uint32_t set = pair->removed || (pair->up && has_room_locked(pair));

    if (set == pair->room_is_set) {
        return;
    }
    pair->room_is_set = set;
    if (set) {
        vnic__signal_set(&pair->room);
    } else {
        vnic__signal_clear(&pair->room);
    }
}

/* Appends a packet; the port owns it. */
static void enqueue_locked(struct vnic__fake_port *port, struct vnic__fake_packet *packet)
{
    packet->next = NULL;
    if (port->tail != NULL) {
        port->tail->next = packet;
    } else {
        port->head = packet;
    }
    port->tail = packet;
    port->count++;
    vnic__fake_settle_port_locked(port);
}

static struct vnic__fake_packet *dequeue_locked(struct vnic__fake_port *port)
{
    struct vnic__fake_packet *packet = port->head;

    port->head = packet->next;
    if (port->head == NULL) {
        port->tail = NULL;
    }
    port->count--;
    vnic__fake_settle_port_locked(port);
    return packet;
}

void vnic__fake_drop_all_locked(struct vnic__fake_port *port)
{
    while (port->head != NULL) {
        vnic__free(dequeue_locked(port));
    }
}

void vnic__fake_pass_locked(struct vnic__fake_pair *pair, struct vnic__fake_packet *packet)
{
    pair->stats.tx_packets++;
    pair->stats.tx_bytes += packet->len;
    if (pair->peer == NULL) {
        pair->stats.tx_dropped++;
        vnic__free(packet);
        return;
    }
    enqueue_locked(pair->peer, packet);
    vnic__fake_settle_room_locked(pair);
}

/* The device sends: the peer's queue pushes back. */
static int deliver_to_peer_locked(struct vnic__fake_port *from, struct vnic__fake_packet *packet)
{
    if (!has_room_locked(from->pair)) {
        return VNIC_EAGAIN;
    }
    if (!vnic__fake_wait_behind_locked(from, packet)) {
        vnic__fake_pass_locked(from->pair, packet);
    }
    return 0;
}

/* The far side sends: a queue that is full drops. */
static int deliver_to_device_locked(struct vnic__fake_pair *pair, struct vnic__fake_packet *packet)
{
    uint32_t limit = pair->mtu + (pair->layer == VNIC_TAP ? VNIC__FAKE_ETH_ROOM : 0u);
    struct vnic__fake_port *to = NULL;

    if (packet->len > limit) {
        return VNIC_EMSGSIZE;
    }
    if (pair->n_queues > 0 && pair->carrier) {
        uint32_t hash =
            pair->n_queues == 1 ? 0 : vnic__fake_flow_hash(packet->data, packet->len, pair->layer);

        to = pair->queues[hash % pair->n_queues];
    }
    if (to == NULL || to->count >= pair->queue_len) {
        pair->stats.rx_dropped++;
        vnic__free(packet);
        return 0;
    }
    pair->stats.rx_packets++;
    pair->stats.rx_bytes += packet->len;
    enqueue_locked(to, packet);
    return 0;
}

/*
 * Whether a port is closed for every call. The peer's is so only when it has received all that was on
 * its way: a handle is closed as a whole, so until then sending finds the interface down.
 */
static int is_over_locked(const struct vnic__fake_port *port)
{
    return port->closed || (port->pair->removed && port->head == NULL);
}

int vnic__fake_is_ready_locked(const struct vnic__fake_port *from)
{
    if (is_over_locked(from)) {
        return VNIC_ECLOSED;
    }
    if (from->pair->removed || (from->attached && !from->pair->up)) {
        return VNIC_EDOWN;
    }
    return from->attached ? 0 : VNIC_EDETACHED;
}

int vnic__fake_may_send_locked(const struct vnic__fake_port *from)
{
    int rc = vnic__fake_is_ready_locked(from);

    return rc == 0 && !has_room_locked(from->pair) ? VNIC_EAGAIN : rc;
}

int vnic__fake_deliver(struct vnic__fake_port *from, struct vnic__fake_packet *packet)
{
    struct vnic__fake_pair *pair = from->pair;
    int rc;

    vnic__mutex_lock(&pair->lock);
    rc = vnic__fake_is_ready_locked(from);
    if (rc == 0) {
        rc = from->is_peer ? deliver_to_device_locked(pair, packet)
                           : deliver_to_peer_locked(from, packet);
    }
    vnic__mutex_unlock(&pair->lock);
    return rc;
}

void vnic__fake_count_bad(struct vnic__fake_port *from)
{
    vnic__mutex_lock(&from->pair->lock);
    if (from->is_peer) {
        from->pair->stats.rx_errors++;
    } else {
        from->pair->stats.tx_errors++;
    }
    vnic__mutex_unlock(&from->pair->lock);
}

int vnic__fake_take(struct vnic__fake_port *port, struct vnic__fake_packet **ret_packet)
{
    struct vnic__fake_pair *pair = port->pair;
    int rc = 0;

    vnic__mutex_lock(&pair->lock);
    if (port->head != NULL) {
        *ret_packet = dequeue_locked(port);
        if (port->is_peer) {
            vnic__fake_settle_room_locked(pair);
        }
    } else {
        rc = is_over_locked(port) ? VNIC_ECLOSED : VNIC_EAGAIN;
    }
    vnic__mutex_unlock(&pair->lock);
    return rc;
}

int vnic__fake_ready(struct vnic__fake_port *port, int events)
{
    struct vnic__fake_pair *pair = port->pair;
    int ready = 0;

    vnic__mutex_lock(&pair->lock);
    if (is_over_locked(port)) {
        ready = VNIC_ECLOSED;
    } else {
        if (port->head != NULL) {
            ready |= events & VNIC_READABLE;
        }
        /* What the peer sends is dropped rather than kept waiting. */
        if (port->is_peer || pair->room_is_set) {
            ready |= events & VNIC_WRITABLE;
        }
    }
    vnic__mutex_unlock(&pair->lock);
    return ready;
}
