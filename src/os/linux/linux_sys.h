/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to the Linux kernel and the C library: one thin function a call, and nothing else in this
 * directory calls the system. Tests link a copy that fails the n-th call (tests/fault), so every
 * prototype is plain, and every function returns -1 with errno set when it fails unless its comment
 * says otherwise. Descriptors are made close-on-exec by the call that makes them.
 *
 * linux_sys.c         cold calls
 * linux_sys_io_raw.c  the calls made for packets, as raw system calls: no cancellation point
 * linux_sys_io_libc.c the same through the C library, for sanitizers that must see the memory
 */
#ifndef VNIC_OS_LINUX_SYS_H
#define VNIC_OS_LINUX_SYS_H

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/utsname.h>

/* ---- Files -------------------------------------------------------------------------------------- */

/* open(2) with O_CLOEXEC added; no mode, so never with O_CREAT. */
int vnic__sys_open(const char *path, int flags);
int vnic__sys_close(int fd);
int vnic__sys_fcntl_int(int fd, int command, int arg);
int vnic__sys_stat(const char *path, struct stat *ret);
int vnic__sys_fstat(int fd, struct stat *ret);
int vnic__sys_mkdir(const char *path, mode_t mode);
/* mknod(2) of a character device. */
int vnic__sys_mknod_char(const char *path, mode_t mode, unsigned major_nr, unsigned minor_nr);
int vnic__sys_unlink(const char *path);
int vnic__sys_rmdir(const char *path);

/* ---- ioctl -------------------------------------------------------------------------------------- */

/* The argument is a number, passed by value: TUNSETPERSIST, TUNSETOWNER, TUNSETOFFLOAD, … */
int vnic__sys_ioctl_int(int fd, unsigned long request, unsigned long value);
/* The argument is memory that the call reads, writes or both. */
int vnic__sys_ioctl_ptr(int fd, unsigned long request, void *arg);

/* ---- Sockets ------------------------------------------------------------------------------------ */

/* socket(2) with SOCK_CLOEXEC added. */
int vnic__sys_socket(int domain, int type, int protocol);
int vnic__sys_bind(int fd, const struct sockaddr *addr, socklen_t len);
int vnic__sys_getsockname(int fd, struct sockaddr *ret_addr, socklen_t *len);
int vnic__sys_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
ssize_t vnic__sys_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t vnic__sys_recvmsg(int fd, struct msghdr *msg, int flags);

/* ---- Namespaces and threads --------------------------------------------------------------------- */

int vnic__sys_setns(int fd, int nstype);
/* pthread_create with default attributes; fails as a system call does. */
int vnic__sys_thread_create(pthread_t *ret_thread, void *(*run)(void *), void *arg);
/* Fails as a system call does, but cannot with a thread that exists. @fail none */
int vnic__sys_thread_join(pthread_t thread);
/* Blocks all signals of the calling thread; a helper thread that starts now inherits that. @fail none */
int vnic__sys_sigmask_block(sigset_t *ret_old);
/* @fail none */
int vnic__sys_sigmask_restore(const sigset_t *old);

/* ---- Who and where ------------------------------------------------------------------------------ */

/* @fail none */
uid_t vnic__sys_geteuid(void);
/* Cannot fail with memory that exists. @fail none */
int vnic__sys_uname(struct utsname *ret);
/* The id of the calling thread, as in /proc/self/task. @fail none */
pid_t vnic__sys_gettid(void);

/* ---- Waiting ------------------------------------------------------------------------------------ */

/* eventfd(2), non-blocking and close-on-exec. */
int vnic__sys_eventfd(void);
/* epoll_create1(2), close-on-exec. */
int vnic__sys_epoll_create(void);
int vnic__sys_epoll_add(int epfd, int fd, uint32_t events);
int vnic__sys_epoll_del(int epfd, int fd);

/* ---- Calls made for packets (linux_sys_io_raw.c or linux_sys_io_libc.c) ------------------------- */

ssize_t vnic__sys_read(int fd, void *buf, size_t len);
ssize_t vnic__sys_write(int fd, const void *buf, size_t len);
ssize_t vnic__sys_readv(int fd, const struct iovec *iov, int n);
ssize_t vnic__sys_writev(int fd, const struct iovec *iov, int n);
/* preadv2(2) and pwritev2(2) at offset -1, which means "no position". flags: RWF_NOWAIT */
ssize_t vnic__sys_preadv2(int fd, const struct iovec *iov, int n, int flags);
ssize_t vnic__sys_pwritev2(int fd, const struct iovec *iov, int n, int flags);
/* ppoll(2) without a signal mask. timeout_ns < 0: no end. */
int vnic__sys_ppoll(struct pollfd *fds, unsigned n, int64_t timeout_ns);

#endif
