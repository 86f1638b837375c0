/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to io_uring: liburing makes these system calls itself, so its functions stand behind it like
 * the C library's. What liburing does in memory alone (its inline functions) needs no door. Part of
 * builds that have liburing. Functions return as liburing does, -errno; they are tagged for the sweep.
 */
#ifndef VNIC_OS_LINUX_SYS_URING_H
#define VNIC_OS_LINUX_SYS_URING_H

#include <liburing.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* io_uring_setup(2) and the mapping of its rings. @fail -errno */
int vnic__sys_uring_init(unsigned entries, struct io_uring *ring, struct io_uring_params *params);
/* Unmaps the rings and closes the descriptor. */
void vnic__sys_uring_exit(struct io_uring *ring);
/* Hands over what is queued; returns how many the kernel took. @fail -errno */
int vnic__sys_uring_submit(struct io_uring *ring);
/* The same, and waits for n completions. @fail -errno */
int vnic__sys_uring_submit_and_wait(struct io_uring *ring, unsigned n);
/* Lets the kernel finish work that waits for this thread to come by. @fail -errno */
int vnic__sys_uring_get_events(struct io_uring *ring);

/* io_uring_register(2): which operations there are; n elements follow in probe->ops. @fail -errno */
int vnic__sys_uring_probe(struct io_uring *ring, struct io_uring_probe *probe, unsigned n);
/* @fail -errno */
int vnic__sys_uring_add_buffers(struct io_uring *ring, struct io_uring_buf_reg *reg);
/* @fail -errno */
int vnic__sys_uring_remove_buffers(struct io_uring *ring, int group);
/* @fail -errno */
int vnic__sys_uring_add_file(struct io_uring *ring, int fd);
/* @fail -errno */
int vnic__sys_uring_remove_file(struct io_uring *ring);
/* Ends requests and waits until none of them runs. @fail -errno */
int vnic__sys_uring_cancel(struct io_uring *ring, struct io_uring_sync_cancel_reg *reg);

/* Zeroed pages of their own, small ones, which are there once they are touched. @fail NULL */
void *vnic__sys_pages_map(size_t len);
/* @fail none */
int vnic__sys_pages_unmap(void *pages, size_t len);

/* Tells threads apart without a system call. @fail none */
uintptr_t vnic__sys_thread_self(void);
/* @fail none */
pid_t vnic__sys_getpid(void);

#endif
