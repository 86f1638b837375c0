/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls made for packets through the C library: sanitizers replace these functions and so see the
 * memory that a raw system call fills behind their back.
 */
#include <time.h>
#include <unistd.h>

#include "linux_sys.h"

ssize_t vnic__sys_read(int fd, void *buf, size_t len)
{
    return read(fd, buf, len);
}

ssize_t vnic__sys_write(int fd, const void *buf, size_t len)
{
    return write(fd, buf, len);
}

ssize_t vnic__sys_readv(int fd, const struct iovec *iov, int n)
{
    return readv(fd, iov, n);
}

ssize_t vnic__sys_writev(int fd, const struct iovec *iov, int n)
{
    return writev(fd, iov, n);
}

ssize_t vnic__sys_preadv2(int fd, const struct iovec *iov, int n, int flags)
{
    return preadv2(fd, iov, n, -1, flags);
}

ssize_t vnic__sys_pwritev2(int fd, const struct iovec *iov, int n, int flags)
{
    return pwritev2(fd, iov, n, -1, flags);
}

int vnic__sys_ppoll(struct pollfd *fds, unsigned n, int64_t timeout_ns)
{
    struct timespec ts = {0};
    if (timeout_ns >= 0) {
        ts.tv_sec = (time_t)(timeout_ns / 1000000000);
        ts.tv_nsec = (long)(timeout_ns % 1000000000);
    }
    return ppoll(fds, n, timeout_ns >= 0 ? &ts : NULL, NULL);
}
