/* SPDX-License-Identifier: Apache-2.0 */
/* Where an interface is now: namespace, index and name, all of which others may change at any time. */
#ifndef VNIC_OS_LINUX_LINUX_WHERE_H
#define VNIC_OS_LINUX_LINUX_WHERE_H

#include "linux_nlerror.h"
#include "linux_tun.h"

/* The interface as it was a moment ago, and a socket in its namespace. */
struct linux_where {
    struct linux_nl_socket nl;
    struct linux_nl_link link; /* link.tun.name and link.tun.if_index say which one */
    int fd;                    /* a queue that is attached to it; -1: all are detached */
};

/*
 * A descriptor of the interface that is attached to it: the queue's own, else that of a sibling.
 * With ret_ifr what TUNGETIFF says. Returns the descriptor; VNIC_EDETACHED when all of them are
 * detached, VNIC_ECLOSED when the interface is gone, VNIC_EOS. [lock]
 */
int vnic__linux_attached_fd(struct vnic *q, struct ifreq *ret_ifr, struct vnic_error *err);

/*
 * Finds the interface. VNIC_ECLOSED when it is gone, VNIC_EPERM when it is where the caller may not
 * look, VNIC_ENOMEM, VNIC_EMFILE, VNIC_EOS. [lock]
 */
int vnic__linux_where(struct vnic *q, struct linux_where *ret, struct vnic_error *err);

/*
 * Sends a request about the interface that vnic__linux_where() found: vnic__nl_call(), and the socket is
 * given up after a failure that leaves it in an unknown state. [lock]
 */
int vnic__linux_ask(struct vnic *q, struct linux_where *at, struct linux_nl_request *req,
                    int (*fn)(void *user, const struct linux_nl_msg *msg), void *user,
                    struct linux_nl_result *ret);

/*
 * Asks for one link, by name or, when name is NULL, by index. Returns 0 with *ret filled, or the errno
 * that is also in *result.
 */
int vnic__nl_get_link(const struct linux_nl_socket *nl, const char *name, uint32_t if_index,
                      struct linux_nl_link *ret, struct linux_nl_result *result);

#endif
