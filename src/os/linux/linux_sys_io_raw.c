/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls made for packets, as raw system calls. The C library's read, write and poll are
 * cancellation points, which costs two atomic operations a call in a program with threads and lets
 * pthread_cancel end a thread inside the library.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "linux_sys.h"

ssize_t vnic__sys_read(int fd, void *buf, size_t len)
{
    return syscall(SYS_read, fd, buf, len);
}

ssize_t vnic__sys_write(int fd, const void *buf, size_t len)
{
    return syscall(SYS_write, fd, buf, len);
}

ssize_t vnic__sys_readv(int fd, const struct iovec *iov, int n)
{
    return syscall(SYS_readv, fd, iov, n);
}

ssize_t vnic__sys_writev(int fd, const struct iovec *iov, int n)
{
    return syscall(SYS_writev, fd, iov, n);
}

/* The offset is passed as two halves on every machine (linux/fs/read_write.c pos_from_hilo()). */
ssize_t vnic__sys_preadv2(int fd, const struct iovec *iov, int n, int flags)
{
    return syscall(SYS_preadv2, fd, iov, n, -1L, -1L, flags);
}

ssize_t vnic__sys_pwritev2(int fd, const struct iovec *iov, int n, int flags)
{
    return syscall(SYS_pwritev2, fd, iov, n, -1L, -1L, flags);
}

#define RAW_NS_PER_S 1000000000

/* What SYS_ppoll takes on every machine: two longs, whatever time_t the C library was built with. */
struct raw_timespec {
    long sec;
    long nsec;
};

int vnic__sys_ppoll(struct pollfd *fds, unsigned n, int64_t timeout_ns)
{
    struct raw_timespec ts = {0, 0};
    if (timeout_ns >= 0) {
        /* A wait may end early, core looks again: so a 32-bit long needs no second system call. */
        int64_t sec = timeout_ns / RAW_NS_PER_S;
        ts.sec = sec > INT32_MAX ? INT32_MAX : (long)sec;
        ts.nsec = (long)(timeout_ns % RAW_NS_PER_S);
    }
    /* The kernel writes the time that is left into ts, which is why it is a copy. */
    return (int)syscall(SYS_ppoll, fds, n, timeout_ns >= 0 ? &ts : NULL, NULL, (size_t)0);
}
