/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces: opening one, telling two apart, and running a function inside one. The caller's
 * thread never changes its namespace: a short-lived helper thread does.
 */
#ifndef VNIC_OS_LINUX_LINUX_NETNS_H
#define VNIC_OS_LINUX_LINUX_NETNS_H

#include <stdint.h>

#include "vnic/error.h"

/* What tells one namespace from another: device and inode of its file. */
struct linux_netns_id {
    uint64_t dev;
    uint64_t ino;
};

/*
 * Opens the network namespace at a path (a bind mount as of `ip netns add`, or /proc/PID/ns/net).
 * Returns a descriptor that the caller closes, or VNIC_ENETNS, VNIC_EPERM, VNIC_EMFILE, VNIC_ENOMEM,
 * VNIC_EOS.
 */
int vnic__netns_open(const char *path, struct vnic_error *err);

/* Whether fd is a network namespace: 0, or VNIC_ENETNS. fd stays the caller's. */
int vnic__netns_check(int fd, struct vnic_error *err);

/* Device and inode of a namespace descriptor. 0, or VNIC_EOS. */
int vnic__netns_id(int nsfd, struct linux_netns_id *ret, struct vnic_error *err);

/*
 * Runs fn(arg, err) in a helper thread that has entered the namespace, with all signals blocked, and
 * waits for it. Returns what fn returned; VNIC_EPERM when the namespace may not be entered, VNIC_ENETNS
 * when nsfd is none, VNIC_ENOMEM or VNIC_EOS when there is no thread; then fn was not called.
 */
int vnic__netns_run(int nsfd, int (*fn)(void *arg, struct vnic_error *err), void *arg,
                    struct vnic_error *err);

#endif
