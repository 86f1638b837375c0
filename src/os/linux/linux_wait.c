/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for packets, room, the handle's own signal and the shared wakeup's. */
#include <errno.h>

#include "core/offload.h"
#include "linux_sys.h"
#include "linux_tun.h"

static int64_t ns_until(int64_t deadline_ns)
{
    int64_t left;

    if (deadline_ns < 0) {
        return -1;
    }
    left = deadline_ns - vnic__now_ns();
    return left > 0 ? left : 0;
}

int vnic__linux_is_removed(const struct vnic *q)
{
    int state = vnic__linux_fd_state(linux_queue_of(q)->fd, NULL);

    return state == LINUX_FD_NONE || state == VNIC_EBADFD;
}

int vnic__linux_poll(const struct vnic *q, struct pollfd *fds, unsigned n, int64_t deadline_ns)
{
    fds[n++] = (struct pollfd){.fd = (int)q->signal.handle, .events = POLLIN};
    if (q->wakeup != NULL) {
        fds[n++] = (struct pollfd){.fd = (int)q->wakeup->signal.handle, .events = POLLIN};
    }
    return vnic__sys_ppoll(fds, n, ns_until(deadline_ns));
}

int vnic__linux_wait(struct vnic *q, int events, int64_t deadline_ns)
{
    struct pollfd fds[LINUX_POLL_MAX];
    int ready = 0;

    fds[0] = (struct pollfd){.fd = linux_queue_of(q)->fd};
    fds[0].events =
        (short)((events & VNIC_READABLE ? POLLIN : 0) | (events & VNIC_WRITABLE ? POLLOUT : 0));
    if (vnic__linux_poll(q, fds, 1, deadline_ns) < 0) {
        return errno == EINTR ? 0 : VNIC_EOS;
    }
    if ((fds[0].revents & (POLLERR | POLLNVAL)) && vnic__linux_is_removed(q)) {
        return VNIC_ECLOSED;
    }
    ready |= fds[0].revents & POLLIN ? VNIC_READABLE : 0;
    ready |= fds[0].revents & POLLOUT ? VNIC_WRITABLE : 0;
    return ready & events;
}

/* Level-triggered, so that a loop that stops early is told again; EPOLLERR (removal) comes unasked. */
int vnic__linux_make_wait_handle(struct vnic *q, int fd, intptr_t *ret_handle)
{
    static const int promised[] = {VNIC_ENOMEM, VNIC_EMFILE, 0};
    int epoll_fd = vnic__sys_epoll_create();
    int code;

    if (epoll_fd < 0) {
        return vnic__linux_promised(NULL, vnic__linux_code(errno), promised);
    }
    if (vnic__sys_epoll_add(epoll_fd, fd, EPOLLIN) < 0 ||
        vnic__sys_epoll_add(epoll_fd, (int)q->signal.handle, EPOLLIN) < 0 ||
        (q->wakeup != NULL &&
         vnic__sys_epoll_add(epoll_fd, (int)q->wakeup->signal.handle, EPOLLIN) < 0) ||
        (q->offload != NULL &&
         vnic__sys_epoll_add(epoll_fd, (int)q->offload->signal.handle, EPOLLIN) < 0)) {
        code = vnic__linux_code(errno);
        (void)vnic__sys_close(epoll_fd);
        return vnic__linux_promised(NULL, code, promised);
    }
    linux_queue_of(q)->epoll_fd = epoll_fd;
    *ret_handle = epoll_fd;
    return 0;
}

int vnic__linux_wait_handle(struct vnic *q, intptr_t *ret_handle)
{
    return vnic__linux_make_wait_handle(q, linux_queue_of(q)->fd, ret_handle);
}
