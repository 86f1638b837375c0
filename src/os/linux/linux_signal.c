/* SPDX-License-Identifier: Apache-2.0 */
/* The signal of core/os.h as an eventfd (eventfd(2)): readable while its counter is not zero. */
#include <errno.h>

#include "core/os.h"
#include "linux_sys.h"
#include "vnic/error.h"

/* ENOSPC is the limit of watches, fs.epoll.max_user_watches (epoll_ctl(2)). */
static int signal_code(int os_code)
{
    if (os_code == EMFILE || os_code == ENFILE) {
        return VNIC_EMFILE;
    }
    return os_code == ENOMEM || os_code == ENOSPC ? VNIC_ENOMEM : VNIC_EOS;
}

int vnic__signal_init(struct vnic__signal *s)
{
    int fd = vnic__sys_eventfd();

    s->handle = fd;
    s->trigger = fd;
    if (fd >= 0) {
        return 0;
    }
    return signal_code(errno);
}

void vnic__signal_destroy(struct vnic__signal *s)
{
    if (s->handle >= 0) {
        (void)vnic__sys_close((int)s->handle);
    }
    s->handle = -1;
    s->trigger = -1;
}

/* A signal handler may come in between: the write is tried again, a full counter is set already. */
void vnic__signal_set(const struct vnic__signal *s)
{
    static const uint64_t one = 1;
    int saved = errno;

    while (vnic__sys_write((int)s->trigger, &one, sizeof one) < 0 && errno == EINTR) {
    }
    errno = saved;
}

void vnic__signal_clear(const struct vnic__signal *s)
{
    uint64_t count;
    int saved = errno;

    while (vnic__sys_read((int)s->handle, &count, sizeof count) < 0 && errno == EINTR) {
    }
    errno = saved;
}

int vnic__signal_wait_any(const struct vnic__signal *const *signals, int n, int64_t deadline_ns)
{
    struct pollfd fds[VNIC__SIGNAL_MAX];
    int64_t left = -1;

    for (int i = 0; i < n; i++) {
        fds[i] = (struct pollfd){.fd = (int)signals[i]->handle, .events = POLLIN};
    }
    if (deadline_ns >= 0) {
        left = deadline_ns - vnic__now_ns();
        left = left > 0 ? left : 0;
    }
    if (vnic__sys_ppoll(fds, (unsigned)n, left) < 0 && errno != EINTR && errno != EAGAIN) {
        return VNIC_EOS;
    }
    return 0;
}

/* An epoll descriptor can be waited for like any other, level-triggered (epoll(7)). */
int vnic__signal_group(const struct vnic__signal *const *signals, int n, intptr_t *ret_handle)
{
    int epoll_fd = vnic__sys_epoll_create();
    int code;

    if (epoll_fd < 0) {
        return signal_code(errno);
    }
    for (int i = 0; i < n; i++) {
        if (vnic__sys_epoll_add(epoll_fd, (int)signals[i]->handle, EPOLLIN) < 0) {
            code = signal_code(errno);
            (void)vnic__sys_close(epoll_fd);
            return code;
        }
    }
    *ret_handle = epoll_fd;
    return 0;
}

void vnic__signal_group_end(intptr_t handle)
{
    (void)vnic__sys_close((int)handle);
}
