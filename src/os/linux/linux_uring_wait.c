/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting with io_uring: for the ring's descriptor, which is readable while a completion is in it, and for
 * the signals. While the ring cannot read, for the queue itself.
 */
#include <errno.h>

#include "linux_sys.h"
#include "linux_uring.h"

static short tun_events(int events, int armed)
{
    int wanted = events & VNIC_WRITABLE ? POLLOUT : 0;

    return (short)(wanted | ((events & VNIC_READABLE) && !armed ? POLLIN : 0));
}

/* Waits without reading first: `ready` is there already. */
static int wait_for(struct vnic *q, int events, int armed, int ready, int64_t deadline_ns)
{
    struct uring_rx *rx = &linux_uring_of(q)->rx;
    struct pollfd fds[LINUX_POLL_MAX];
    int rc;

    fds[0] = (struct pollfd){.fd = linux_queue_of(q)->fd, .events = tun_events(events, armed)};
    fds[1] = (struct pollfd){.fd = rx->ring.ring_fd, .events = POLLIN};
    if (fds[0].events == 0) {
        /* The ring tells of removal too, and each descriptor that is waited for costs. */
        fds[0].fd = -1;
    }
    if (!armed || (events & VNIC_READABLE) == 0) {
        fds[1].fd = -1;
    }
    if (vnic__linux_poll(q, fds, 2, deadline_ns) < 0) {
        return errno == EINTR ? ready : VNIC_EOS;
    }
    if ((fds[0].revents & (POLLERR | POLLNVAL)) && vnic__linux_is_removed(q)) {
        /* What was read ahead can still be received. */
        return ready & events ? ready : VNIC_ECLOSED;
    }
    ready |= fds[0].revents & POLLIN ? VNIC_READABLE : 0;
    ready |= fds[0].revents & POLLOUT ? VNIC_WRITABLE : 0;
    if (fds[1].revents != 0) {
        rc = vnic__uring_rx_look(q, rx, &armed);
        if (rc < 0 && rc != VNIC_EAGAIN) {
            return rc;
        }
        ready |= rc == URING_PACKET ? VNIC_READABLE : 0;
    }
    return ready & events;
}

int vnic__uring_wait(struct vnic *q, int events, int64_t deadline_ns)
{
    int armed = 0;
    int ready = 0;

    if (events & VNIC_READABLE) {
        int rc = vnic__uring_rx_look(q, &linux_uring_of(q)->rx, &armed);

        if (rc < 0 && rc != VNIC_EAGAIN) {
            return rc;
        }
        ready = rc == URING_PACKET ? VNIC_READABLE : 0;
    }
    return ready == events ? ready : wait_for(q, events, armed, ready, ready ? 0 : deadline_ns);
}

/* Level-triggered: the ring's descriptor is readable while a completion is in it. */
int vnic__uring_wait_handle(struct vnic *q, intptr_t *ret_handle)
{
    struct uring_rx *rx = &linux_uring_of(q)->rx;
    int armed;

    if (rx->n_buffers == 0) {
        return vnic__linux_wait_handle(q, ret_handle);
    }
    (void)vnic__uring_rx_look(q, rx, &armed);
    return armed ? vnic__linux_make_wait_handle(q, rx->ring.ring_fd, ret_handle) : VNIC_ENOMEM;
}
