/* SPDX-License-Identifier: Apache-2.0 */
#include "linux_sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int vnic__sys_open(const char *path, int flags)
{
    return open(path, flags | O_CLOEXEC);
}

int vnic__sys_close(int fd)
{
    return close(fd);
}

int vnic__sys_fcntl_int(int fd, int command, int arg)
{
    return fcntl(fd, command, arg);
}

int vnic__sys_stat(const char *path, struct stat *ret)
{
    return stat(path, ret);
}

int vnic__sys_fstat(int fd, struct stat *ret)
{
    return fstat(fd, ret);
}

int vnic__sys_mkdir(const char *path, mode_t mode)
{
    return mkdir(path, mode);
}

int vnic__sys_mknod_char(const char *path, mode_t mode, unsigned major_nr, unsigned minor_nr)
{
    return mknod(path, S_IFCHR | mode, makedev(major_nr, minor_nr));
}

int vnic__sys_unlink(const char *path)
{
    return unlink(path);
}

int vnic__sys_rmdir(const char *path)
{
    return rmdir(path);
}

/* The C libraries disagree about the type of the request (glibc: unsigned long, musl: int), so that
 * ioctl(3) cannot be called without a cast that is wrong somewhere. The system call takes a long. */
int vnic__sys_ioctl_int(int fd, unsigned long request, unsigned long value)
{
    return (int)syscall(SYS_ioctl, fd, request, value);
}

int vnic__sys_ioctl_ptr(int fd, unsigned long request, void *arg)
{
    return (int)syscall(SYS_ioctl, fd, request, arg);
}

int vnic__sys_socket(int domain, int type, int protocol)
{
    return socket(domain, type | SOCK_CLOEXEC, protocol);
}

int vnic__sys_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    return bind(fd, addr, len);
}

int vnic__sys_getsockname(int fd, struct sockaddr *ret_addr, socklen_t *len)
{
    return getsockname(fd, ret_addr, len);
}

int vnic__sys_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
    return setsockopt(fd, level, option, value, len);
}

ssize_t vnic__sys_sendmsg(int fd, const struct msghdr *msg, int flags)
{
    return sendmsg(fd, msg, flags);
}

ssize_t vnic__sys_recvmsg(int fd, struct msghdr *msg, int flags)
{
    return recvmsg(fd, msg, flags);
}

int vnic__sys_setns(int fd, int nstype)
{
    return setns(fd, nstype);
}

int vnic__sys_thread_create(pthread_t *ret_thread, void *(*run)(void *), void *arg)
{
    int code = pthread_create(ret_thread, NULL, run, arg);
    if (code == 0)
        return 0;
    errno = code;
    return -1;
}

int vnic__sys_thread_join(pthread_t thread)
{
    int code = pthread_join(thread, NULL);
    if (code == 0)
        return 0;
    errno = code;
    return -1;
}

int vnic__sys_sigmask_block(sigset_t *ret_old)
{
    sigset_t all;
    (void)sigfillset(&all);
    return pthread_sigmask(SIG_SETMASK, &all, ret_old);
}

int vnic__sys_sigmask_restore(const sigset_t *old)
{
    return pthread_sigmask(SIG_SETMASK, old, NULL);
}

uid_t vnic__sys_geteuid(void)
{
    return geteuid();
}

pid_t vnic__sys_gettid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

int vnic__sys_uname(struct utsname *ret)
{
    return uname(ret);
}

int vnic__sys_eventfd(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int vnic__sys_epoll_create(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

int vnic__sys_epoll_add(int epfd, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data = {.fd = fd}};
    return epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
}

int vnic__sys_epoll_del(int epfd, int fd)
{
    struct epoll_event event = {.events = 0};
    return epoll_ctl(epfd, EPOLL_CTL_DEL, fd, &event);
}
