/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of Linux interfaces: what the rest of the Linux backend uses of it.
 *
 * Each operation finds the interface where it is now (linux_where.c), then speaks rtnetlink with a
 * socket that lives in that network namespace, or uses the queue's own descriptor (linux_fdconf.c).
 */
#ifndef VNIC_OS_LINUX_LINUX_NETCONF_H
#define VNIC_OS_LINUX_LINUX_NETCONF_H

#include <stdint.h>

#include "core/backend.h"

/*
 * What configuration keeps for an interface, inside the interface's private state. All zeros is the
 * state of a new interface. Guarded by vnic__iface.lock.
 */
struct linux_netconf_state {
    uint32_t ready;    /* 1: nl_fd is a netlink socket */
    uint32_t broken;   /* 1: an answer on it got lost: the next operation makes a new one */
    uint32_t nl_seq;   /* sequence number of the last request on it */
    int nl_fd;         /* stays in the namespace where it was made */
    uint32_t if_index; /* index at the last look; 0: not looked yet */
    uint64_t ns_dev;   /* namespace of nl_fd, from fstat(); both 0 when the kernel would not tell */
    uint64_t ns_ino;
};

/* Closes what the state holds; for the end of an interface's last queue. Allowed on all zeros. */
void vnic__linux_netconf_end(struct linux_netconf_state *state);

/* What rtnetlink tells of a link without attaching to it. */
struct linux_tun_facts {
    char name[16]; /* IFNAMSIZ */
    char kind[16]; /* "tun" for TUN and TAP; "" for an interface of no kind */
    uint32_t if_index;
    uint32_t layer; /* VNIC_TUN or VNIC_TAP; 0 when kind is not "tun" */
    uint32_t pi;    /* 1: queues carry packet information; so for the others */
    uint32_t vnet_hdr;
    uint32_t multi_queue;
    uint32_t persist;
    uint32_t owner;      /* VNIC_UNSET: none */
    uint32_t group;      /* VNIC_UNSET: none */
    uint32_t n_queues;   /* attached; told only of a multi-queue interface, else 0 */
    uint32_t n_disabled; /* detached; likewise */
};

/*
 * Looks at the link of this name in the current thread's network namespace. Needs no right. Returns 0,
 * VNIC_ENODEV when there is none (err is filled then too), VNIC_ENOMEM, VNIC_EMFILE or VNIC_EOS.
 */
int vnic__linux_query(const char *name, struct linux_tun_facts *ret, struct vnic_error *err);

/* The list slot of the backend: every link of kind "tun" in the current thread's namespace. */
int vnic__linux_list(int (*fn)(void *user, const struct vnic_info *info), void *user,
                     struct vnic_error *err);

/* The configuration slots. */
extern const struct vnic__netconf vnic__linux_netconf;

#endif
