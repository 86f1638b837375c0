/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State of a device that outlives a process: a persistent interface, or one that other processes have
 * queues of, may come with offloads, a header size, filters and more that an earlier user left there
 * (Linux drivers/net/tun.c: TUNSETIFF replaces the feature flags and nothing else). What can be read is
 * read before attaching. As the only queue all is put back to what a new device has; beside other
 * queues nothing is changed, and what does not match is refused.
 */
#include <errno.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "linux_netns.h"
#include "linux_sys.h"
#include "linux_tun.h"

/* ---- Before attaching --------------------------------------------------------------------------- */

static const char *layer_name(uint32_t layer)
{
    return layer == VNIC_TAP ? "TAP" : "TUN";
}

static int check_kind(const struct linux_tun_facts *facts, const struct vnic__settings *s,
                      struct vnic_error *err)
{
    int multi_queue = (s->flags & VNIC_MULTI_QUEUE) != 0;

    if (facts->layer == 0) {
        return vnic__fail(err, VNIC_EKIND, "open", "name",
                          "%s is not a TUN or TAP but an interface of kind \"%s\": choose another "
                          "name",
                          facts->name, facts->kind[0] != '\0' ? facts->kind : "none");
    }
    if (facts->layer != s->layer) {
        return vnic__fail(err, VNIC_EKIND, "open", "layer",
                          "%s is a %s, not a %s: choose another name, or ask for the layer that it "
                          "has",
                          facts->name, layer_name(facts->layer), layer_name(s->layer));
    }
    if ((facts->multi_queue != 0) != multi_queue) {
        return vnic__fail(err, VNIC_EKIND, "open", "flags",
                          multi_queue ? "%s has a single queue: open it without VNIC_MULTI_QUEUE"
                                      : "%s has several queues: open it with VNIC_MULTI_QUEUE",
                          facts->name);
    }
    if (s->if_index != VNIC_UNSET && s->if_index != facts->if_index) {
        return vnic__fail(err, VNIC_EBUSY, "open", "if_index",
                          "%s exists and has the index %u, not %u: leave if_index unset",
                          facts->name, facts->if_index, s->if_index);
    }
    return 0;
}

/* The header belongs to the interface, so all its queues have the same. */
static int check_beside_others(const struct linux_tun_facts *facts, const struct vnic__settings *s,
                               struct vnic_error *err)
{
    uint32_t pi = s->flags & VNIC_KEEP_HEADER ? 1 : 0;
    uint32_t vnet_hdr = s->flags & VNIC_VNET_HDR ? 1 : 0;

    if (facts->pi != pi) {
        return vnic__fail(err, VNIC_EKIND, "open", "flags",
                          "other queues of %s are open %s packet information: open it %s "
                          "VNIC_KEEP_HEADER",
                          facts->name, facts->pi ? "with" : "without",
                          facts->pi ? "with" : "without");
    }
    if (facts->vnet_hdr != vnet_hdr) {
        return vnic__fail(err, VNIC_EKIND, "open", "flags",
                          "other queues of %s are open %s virtio-net headers: open it %s "
                          "VNIC_VNET_HDR",
                          facts->name, facts->vnet_hdr ? "with" : "without",
                          facts->vnet_hdr ? "with" : "without");
    }
    if (s->flags & VNIC_NO_CARRIER) {
        return vnic__fail(err, VNIC_EBUSY, "open", "flags",
                          "other queues of %s are open, so its carrier is left alone: open it "
                          "without VNIC_NO_CARRIER",
                          facts->name);
    }
    if (s->sndbuf != VNIC_UNSET) {
        return vnic__fail(err, VNIC_EBUSY, "open", "sndbuf",
                          "other queues of %s are open and share their sndbuf: leave it unset",
                          facts->name);
    }
    return 0;
}

int vnic__linux_state_check(const struct linux_tun_facts *facts, const struct vnic__settings *s,
                            int *ret_others, struct vnic_error *err)
{
    int rc = check_kind(facts, s, err);

    *ret_others = facts->n_queues + facts->n_disabled > 0;
    if (rc == 0 && *ret_others) {
        rc = check_beside_others(facts, s, err);
    }
    return rc;
}

/* ---- After attaching ---------------------------------------------------------------------------- */

static int state_failed(struct vnic_error *err, const char *operation)
{
    return vnic__linux_fail(err, errno, operation,
                            "cannot put the state of the interface in order");
}

/* A virtio-net header as of a new device: 10 bytes, in the machine's byte order. */
static int reset_header(int fd, struct vnic_error *err)
{
    int size = (int)sizeof(struct virtio_net_hdr);
    int off = 0;

    if (vnic__sys_ioctl_ptr(fd, TUNSETVNETHDRSZ, &size) < 0) {
        return state_failed(err, "TUNSETVNETHDRSZ");
    }
    if (vnic__sys_ioctl_ptr(fd, TUNSETVNETLE, &off) < 0) {
        return state_failed(err, "TUNSETVNETLE");
    }
    /* EINVAL: a kernel without CONFIG_TUN_VNET_CROSS_LE, where it cannot be on. */
    if (vnic__sys_ioctl_ptr(fd, TUNSETVNETBE, &off) < 0 && errno != EINVAL) {
        return state_failed(err, "TUNSETVNETBE");
    }
    return 0;
}

static int set_sndbuf(int fd, uint32_t bytes, struct vnic_error *err)
{
    int sndbuf = bytes == VNIC_UNSET ? INT_MAX : (int)bytes;

    if (vnic__sys_ioctl_ptr(fd, TUNSETSNDBUF, &sndbuf) < 0) {
        return state_failed(err, "TUNSETSNDBUF");
    }
    return 0;
}

static int reset_filters(int fd, uint32_t layer, struct vnic_error *err)
{
    struct tun_filter none = {0, 0};
    int no_program = -1;

    if (layer == VNIC_TAP && vnic__sys_ioctl_ptr(fd, TUNSETTXFILTER, &none) < 0) {
        return state_failed(err, "TUNSETTXFILTER");
    }
    if (layer == VNIC_TAP && vnic__sys_ioctl_int(fd, TUNDETACHFILTER, 0) < 0) {
        return state_failed(err, "TUNDETACHFILTER");
    }
    /* EINVAL: a kernel before 4.16 knows no such programs. */
    if (vnic__sys_ioctl_ptr(fd, TUNSETSTEERINGEBPF, &no_program) < 0 && errno != EINVAL) {
        return state_failed(err, "TUNSETSTEERINGEBPF");
    }
    if (vnic__sys_ioctl_ptr(fd, TUNSETFILTEREBPF, &no_program) < 0 && errno != EINVAL) {
        return state_failed(err, "TUNSETFILTEREBPF");
    }
    return 0;
}

int vnic__linux_state_begin(int fd, const struct vnic__settings *s, struct vnic_error *err)
{
    return s->sndbuf == VNIC_UNSET ? 0 : set_sndbuf(fd, s->sndbuf, err);
}

int vnic__linux_state_reset(int fd, const struct vnic__settings *s, struct vnic_error *err)
{
    int rc;

    if (vnic__sys_ioctl_int(fd, TUNSETOFFLOAD, 0) < 0) {
        return state_failed(err, "TUNSETOFFLOAD");
    }
    rc = reset_header(fd, err);
    if (rc == 0) {
        rc = set_sndbuf(fd, s->sndbuf, err);
    }
    return rc == 0 ? reset_filters(fd, s->layer, err) : rc;
}

void vnic__linux_state_give_back(int fd, uint32_t old_flags)
{
    struct ifreq ifr;
    int attached = old_flags != 0 && vnic__linux_fd_state(fd, &ifr) == LINUX_FD_ATTACHED;
    int other;

    (void)vnic__sys_close(fd);
    other = attached ? vnic__linux_node_open(NULL) : -1;
    if (other >= 0) {
        ifr.ifr_flags = (short)old_flags;
        (void)vnic__sys_ioctl_ptr(other, TUNSETIFF, &ifr);
        (void)vnic__sys_close(other);
    }
}

static int give_back_here(void *arg, struct vnic_error *err)
{
    struct linux_queue *lq = arg;

    (void)err;
    vnic__linux_state_give_back(lq->fd, lq->old_flags);
    return 0;
}

void vnic__linux_open_undo(struct linux_queue *lq)
{
    int nsfd = lq->old_flags != 0 ? vnic__linux_other_netns(lq->fd) : LINUX_NETNS_OWN;

    if (nsfd < 0) {
        (void)give_back_here(lq, NULL);
        return;
    }
    if (vnic__netns_run(nsfd, give_back_here, lq, NULL) < 0) {
        (void)vnic__sys_close(lq->fd);
    }
    (void)vnic__sys_close(nsfd);
}

/*
 * The offload mask cannot be read, but each of its bits needs TUN_F_CSUM (set_offload()), which shows
 * as the interface's transmit checksum feature, readable by everybody.
 */
static int has_offloads(int query_fd, const char *name)
{
    struct ethtool_value value = {.cmd = ETHTOOL_GTXCSUM};
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    memcpy(ifr.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
    ifr.ifr_data = (void *)&value;
    return vnic__sys_ioctl_ptr(query_fd, SIOCETHTOOL, &ifr) == 0 && value.data != 0;
}

int vnic__linux_state_match(int query_fd, const char *name, struct vnic_error *err)
{
    if (!has_offloads(query_fd, name)) {
        return 0;
    }
    return vnic__fail(
        err, VNIC_EBUSY, "open", "offload",
        "other queues of %s are open and have offloads on, so that unfinished packets "
        "would arrive here: end their owner first",
        name);
}
