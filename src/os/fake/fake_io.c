/* SPDX-License-Identifier: Apache-2.0 */
/* Reading, writing and waiting. */
#include "fake_pair.h"

#include <string.h>

#include "core/alloc.h"

/* Where the next byte of a list of pieces is. */
struct fake_cursor {
    const struct vnic_iovec *iov;
    int n;
    size_t offset;
};

/* Copies to or from the pieces, and moves on; returns the bytes copied, fewer at the end. */
static size_t move_bytes(struct fake_cursor *at, uint8_t *bytes, size_t len, int into_pieces)
{
    size_t done = 0;

    while (done < len && at->n > 0) {
        size_t part = at->iov->len - at->offset;
        uint8_t *piece = at->iov->base;

        if (part > len - done) {
            part = len - done;
        }
        if (part > 0 && into_pieces) {
            memcpy(piece + at->offset, bytes + done, part);
        } else if (part > 0) {
            memcpy(bytes + done, piece + at->offset, part);
        }
        done += part;
        at->offset += part;
        if (at->offset == at->iov->len) {
            at->iov++;
            at->n--;
            at->offset = 0;
        }
    }
    return done;
}

int vnic__fake_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);
    struct fake_cursor at = {iov, n, 0};
    uint8_t header[VNIC__FRAME_MAX];
    size_t header_len = vnic__frame_len(&port->frame);
    struct vnic__fake_packet *packet;
    size_t stored;
    int rc = vnic__fake_take(port, &packet);

    *ret_flags = 0;
    if (rc < 0) {
        return rc;
    }
    /* Only packets that have an EtherType were let in, so this cannot fail. */
    (void)vnic__frame_encode(&port->frame, packet->data, packet->len, NULL, header);
    stored = move_bytes(&at, header, header_len, 1);
    stored += move_bytes(&at, packet->data, packet->len, 1);
    if (stored < header_len + packet->len) {
        *ret_flags = VNIC__READ_CUT;
    }
    vnic__free(packet);
    return (int)stored;
}

/* Linux drivers/net/tun.c tun_get_user(). */
int vnic__fake_check_packet(const struct vnic__fake_port *port, const uint8_t *data, size_t len)
{
    int tap = port->pair->layer == VNIC_TAP;

    if (len == 0 || (tap && len < VNIC__FAKE_ETH_HEADER)) {
        return VNIC_EINVAL;
    }
    if (len > 65535u + (tap ? VNIC__FAKE_ETH_ROOM : 0u)) {
        return VNIC_EMSGSIZE;
    }
    /* With packet information the protocol is what that says, so anything may follow. */
    if (!tap && port->frame.kind != VNIC__LINK_PI && port->frame.kind != VNIC__LINK_PI_VNET &&
        vnic__frame_ethertype(data, len, 0) == 0) {
        return VNIC_EINVAL;
    }
    return 0;
}

/* A link header that asks for work on the packet (GSO, a checksum) asks too much of this backend. */
static int check_header(const struct vnic__fake_port *port, const uint8_t *header, size_t len)
{
    struct vnic__frame_meta meta;

    if (vnic__frame_decode(&port->frame, header, len, &meta) < 0) {
        return VNIC_EINVAL;
    }
    return meta.gso_type != VNIC__GSO_NONE || (meta.vnet_flags & VNIC__VNET_NEEDS_CSUM)
               ? VNIC_EINVAL
               : 0;
}

int vnic__fake_write(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);
    struct fake_cursor at = {iov, n, 0};
    uint8_t header[VNIC__FRAME_MAX];
    size_t header_len = vnic__frame_len(&port->frame);
    struct vnic__fake_packet *packet;
    size_t total = 0;
    int rc;

    for (int i = 0; i < n; i++) {
        total += iov[i].len;
    }
    if (total < header_len || total > (size_t)VNIC_MAX_PACKET + VNIC__FRAME_MAX) {
        vnic__fake_count_bad(port);
        return total < header_len ? VNIC_EINVAL : VNIC_EMSGSIZE;
    }
    packet = vnic__alloc(sizeof *packet + total - header_len);
    if (packet == NULL) {
        return VNIC_ENOMEM;
    }
    (void)move_bytes(&at, header, header_len, 0);
    packet->len = (uint32_t)move_bytes(&at, packet->data, total - header_len, 0);
    rc = check_header(port, header, header_len);
    if (rc == 0) {
        rc = vnic__fake_check_packet(port, packet->data, packet->len);
    }
    if (rc < 0) {
        vnic__fake_count_bad(port);
    } else {
        rc = vnic__fake_deliver(port, packet);
    }
    if (rc < 0) {
        vnic__free(packet);
        return rc;
    }
    return (int)total;
}

int vnic__fake_wait(struct vnic *q, int events, int64_t deadline_ns)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);
    const struct vnic__signal *signals[4];
    int n = 0;
    int rc = vnic__fake_ready(port, events);

    if (rc != 0) {
        return rc;
    }
    /* A signal that changes from here on is found set, so nothing can be missed. */
    signals[n++] = &q->signal;
    if (q->wakeup != NULL) {
        signals[n++] = &q->wakeup->signal;
    }
    if (events & VNIC_READABLE) {
        signals[n++] = &port->readable;
    }
    if (events & VNIC_WRITABLE) {
        signals[n++] = &port->pair->room;
    }
    rc = vnic__signal_wait_any(signals, n, deadline_ns);
    return rc < 0 ? rc : vnic__fake_ready(port, events);
}

int vnic__fake_wait_handle(struct vnic *q, intptr_t *ret_handle)
{
    struct vnic__fake_user *user = q->priv;
    const struct vnic__signal *signals[3] = {&q->signal, &user->port->readable, NULL};
    int n = 2;
    int rc;

    if (q->wakeup != NULL) {
        signals[n++] = &q->wakeup->signal;
    }
    rc = vnic__signal_group_init(&user->group, signals, n);
    if (rc < 0) {
        return rc;
    }
    *ret_handle = user->group.handle;
    return 0;
}
