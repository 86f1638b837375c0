/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signal of core/os.h as a pipe, for Unix systems without eventfd. One byte in the pipe means
 * "set". Its own door to the system, like posix_sys.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "core/os.h"
#include "vnic/error.h"

#define POSIX_NS_PER_MS 1000000

static int prepare_end(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
        return -1;
    }
    return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int pipe_code(int os_code)
{
    if (os_code == EMFILE || os_code == ENFILE) {
        return VNIC_EMFILE;
    }
    return os_code == ENOMEM ? VNIC_ENOMEM : VNIC_EOS;
}

/* pipe2() is not on every system (Apple has none), so a fork in another thread may inherit the pipe. */
int vnic__signal_init(struct vnic__signal *s)
{
    int ends[2];
    int os_code;

    s->handle = -1;
    s->trigger = -1;
    if (pipe(ends) < 0) {
        return pipe_code(errno);
    }
    if (prepare_end(ends[0]) < 0 || prepare_end(ends[1]) < 0) {
        os_code = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return pipe_code(os_code);
    }
    s->handle = ends[0];
    s->trigger = ends[1];
    return 0;
}

void vnic__signal_destroy(struct vnic__signal *s)
{
    if (s->handle >= 0) {
        (void)close((int)s->handle);
        (void)close((int)s->trigger);
    }
    s->handle = -1;
    s->trigger = -1;
}

/* A full pipe is set already, so a failed write needs no answer. */
void vnic__signal_set(const struct vnic__signal *s)
{
    int saved = errno;
    ssize_t written = write((int)s->trigger, "", 1);

    (void)written;
    errno = saved;
}

void vnic__signal_clear(const struct vnic__signal *s)
{
    char drain[64];
    int saved = errno;

    while (read((int)s->handle, drain, sizeof drain) > 0) {
    }
    errno = saved;
}

/* Milliseconds until a deadline, rounded up so that a wait does not end just before it. */
static int poll_ms_until(int64_t deadline_ns)
{
    int64_t left;

    if (deadline_ns < 0) {
        return -1;
    }
    left = deadline_ns - vnic__now_ns();
    if (left <= 0) {
        return 0;
    }
    left = (left + POSIX_NS_PER_MS - 1) / POSIX_NS_PER_MS;
    return left < INT_MAX ? (int)left : INT_MAX;
}

int vnic__signal_wait_any(const struct vnic__signal *const *signals, int n, int64_t deadline_ns)
{
    struct pollfd fds[VNIC__SIGNAL_MAX];

    for (int i = 0; i < n; i++) {
        fds[i].fd = (int)signals[i]->handle;
        fds[i].events = POLLIN;
        fds[i].revents = 0;
    }
    if (poll(fds, (nfds_t)n, poll_ms_until(deadline_ns)) < 0 && errno != EINTR && errno != EAGAIN) {
        return VNIC_EOS;
    }
    return 0;
}
