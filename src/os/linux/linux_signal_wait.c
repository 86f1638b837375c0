/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for several signals at once, and one descriptor that stands for them all. */
#include <errno.h>

#include "core/os.h"
#include "linux_sys.h"
#include "vnic/error.h"

int vnic__signal_wait_any(const struct vnic__signal *const *signals, int n, int64_t deadline_ns)
{
    struct pollfd fds[VNIC__SIGNAL_MAX];
    int64_t left = -1;

    for (int i = 0; i < n; i++) {
        fds[i].fd = (int)signals[i]->handle;
        fds[i].events = POLLIN;
        fds[i].revents = 0;
    }
    if (deadline_ns >= 0) {
        left = deadline_ns - vnic__now_ns();
        left = left > 0 ? left : 0;
    }
    /* EINTR: the caller looks again, with the same deadline. ENOMEM passes, poll(2) says. */
    if (vnic__sys_ppoll(fds, (unsigned)n, left) < 0 && errno != EINTR && errno != ENOMEM) {
        return VNIC_EOS;
    }
    return 0;
}

int vnic__signal_group_init(struct vnic__signal_group *g, const struct vnic__signal *const *signals,
                            int n)
{
    int fd = vnic__sys_epoll_create();
    int saved;

    if (fd < 0) {
        goto failed;
    }
    for (int i = 0; i < n; i++) {
        if (vnic__sys_epoll_add(fd, (int)signals[i]->handle, EPOLLIN) < 0) {
            goto close_fd;
        }
    }
    g->handle = fd;
    g->priv = NULL;
    return 0;

close_fd:
    saved = errno;
    (void)vnic__sys_close(fd);
    errno = saved;
failed:
    if (errno == EMFILE || errno == ENFILE) {
        return VNIC_EMFILE;
    }
    /* ENOSPC: /proc/sys/fs/epoll/max_user_watches, memory that the user may lock up in watches. */
    return errno == ENOMEM || errno == ENOSPC ? VNIC_ENOMEM : VNIC_EOS;
}

void vnic__signal_group_destroy(struct vnic__signal_group *g)
{
    (void)vnic__sys_close((int)g->handle);
}
