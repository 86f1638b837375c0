/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors made elsewhere. The descriptor is asked what it is; nothing of the device is changed but
 * what the settings say, and of the descriptor nothing at all if it is borrowed.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "linux_netns.h"
#include "linux_sys.h"
#include "linux_tun.h"

/* What is learnt about the interface in its namespace. */
struct adopt_job {
    struct linux_iface *li;
    const struct ifreq *ifr;      /* what TUNGETIFF said */
    struct linux_tun_facts facts; /* found = 1: of the interface */
    int found;
};

static uint32_t ifr_flags_of(const struct ifreq *ifr)
{
    return (unsigned short)ifr->ifr_flags;
}

static uint32_t layer_of(const struct ifreq *ifr)
{
    return ifr_flags_of(ifr) & IFF_TAP ? VNIC_TAP : VNIC_TUN;
}

/* ---- What the descriptor is --------------------------------------------------------------------- */

static int ask_descriptor(intptr_t native, struct ifreq *ret_ifr, struct vnic_error *err)
{
    int state =
        native < 0 || native > INT_MAX ? VNIC_EBADFD : vnic__linux_fd_state((int)native, ret_ifr);

    switch (state) {
    case LINUX_FD_ATTACHED:
        return 0;
    case LINUX_FD_DETACHED:
        return vnic__fail(err, VNIC_EDETACHED, "TUNGETIFF", "native",
                          "descriptor %ld is a queue that is detached from %.15s: attach it first "
                          "(TUNSETQUEUE)",
                          (long)native, ret_ifr->ifr_name);
    case LINUX_FD_NONE:
        return vnic__fail(err, VNIC_EBADFD, "TUNGETIFF", "native",
                          "descriptor %ld is of /dev/net/tun but has no interface: none was made "
                          "with it, or it was removed",
                          (long)native);
    case LINUX_FD_FOREIGN:
        return vnic__fail(err, VNIC_EBADFD, "TUNGETIFF", "native",
                          "descriptor %ld is not a TUN or TAP", (long)native);
    case VNIC_EBADFD:
        return vnic__fail(err, VNIC_EBADFD, "TUNGETIFF", "native", "descriptor %ld is not open",
                          (long)native);
    default:
        return vnic__linux_fail(err, errno, "TUNGETIFF", "cannot ask the descriptor what it is");
    }
}

static int check_layer(const struct ifreq *ifr, const struct vnic__settings *s,
                       struct vnic_error *err)
{
    if (s->layer != VNIC_UNSET && s->layer != layer_of(ifr)) {
        return vnic__fail(err, VNIC_EKIND, "adopt", "layer",
                          "the descriptor is of %.15s, which is a %s: leave `layer` unset, or ask "
                          "for that",
                          ifr->ifr_name, layer_of(ifr) == VNIC_TAP ? "TAP" : "TUN");
    }
    return 0;
}

/* ---- What the interface is ---------------------------------------------------------------------- */

/* Whether what rtnetlink tells of that name can be the descriptor's interface. */
static int facts_fit(const struct linux_tun_facts *facts, const struct ifreq *ifr)
{
    uint32_t flags = ifr_flags_of(ifr);

    return facts->layer == layer_of(ifr) &&
           (facts->multi_queue != 0) == ((flags & IFF_MULTI_QUEUE) != 0) &&
           (facts->vnet_hdr != 0) == ((flags & IFF_VNET_HDR) != 0) &&
           (facts->persist != 0) == ((flags & IFF_PERSIST) != 0);
}

/* Runs in the interface's namespace, or in the caller's if the system does not tell which it is. */
static int ask_interface(void *arg, struct vnic_error *err)
{
    struct adopt_job *job = arg;
    struct vnic_error why;
    int rc = vnic__linux_query_socket(err);

    if (rc < 0) {
        return rc;
    }
    job->li->query_fd = rc;
    rc = vnic__linux_query(job->ifr->ifr_name, &job->facts, &why);
    if (rc == VNIC_ENOMEM || rc == VNIC_EMFILE) {
        if (err != NULL) {
            *err = why;
        }
        (void)vnic__sys_close(job->li->query_fd);
        job->li->query_fd = -1;
        return rc;
    }
    /* A sandbox may forbid rtnetlink (Android does); then the header has to be guessed. */
    job->found = rc == 0 && facts_fit(&job->facts, job->ifr);
    return 0;
}

static int find_interface(int fd, struct adopt_job *job, struct vnic_error *err)
{
    int nsfd = vnic__linux_other_netns(fd);
    int rc;

    if (nsfd == LINUX_NETNS_FAILED) {
        return vnic__linux_fail(err, errno, "TUNGETDEVNETNS", "cannot look for the interface");
    }
    if (nsfd >= 0) {
        rc = vnic__netns_run(nsfd, ask_interface, job, err);
        (void)vnic__sys_close(nsfd);
    } else {
        rc = ask_interface(job, err);
    }
    /* Only a namespace that is certain to be the right one may tell the MTU. */
    if (rc == 0 && nsfd != LINUX_NETNS_UNTOLD && job->found) {
        job->li->if_index = job->facts.if_index;
    }
    return rc;
}

/* ---- Taking it ---------------------------------------------------------------------------------- */

/* Our own open file is made non-blocking; the old flags are kept for a failure later on. */
static int take_descriptor(struct linux_queue *lq, int fd, struct vnic_error *err)
{
    lq->old_status = vnic__sys_fcntl_int(fd, F_GETFL, 0);
    lq->old_descriptor = vnic__sys_fcntl_int(fd, F_GETFD, 0);
    if (lq->old_status < 0 || lq->old_descriptor < 0 ||
        vnic__sys_fcntl_int(fd, F_SETFD, FD_CLOEXEC) < 0) {
        return vnic__linux_fail(err, errno, "fcntl", "cannot set up the descriptor");
    }
    if (vnic__sys_fcntl_int(fd, F_SETFL, lq->old_status | O_NONBLOCK) < 0) {
        int os_code = errno;

        (void)vnic__sys_fcntl_int(fd, F_SETFD, lq->old_descriptor);
        return vnic__linux_fail(err, os_code, "fcntl", "cannot make the descriptor non-blocking");
    }
    return 0;
}

static int set_wishes(struct linux_queue *lq, int fd, const struct vnic__settings *s,
                      struct vnic_error *err)
{
    int sndbuf = (int)s->sndbuf;
    int old = 0;

    if (s->sndbuf == VNIC_UNSET) {
        return 0;
    }
    if (vnic__sys_ioctl_ptr(fd, TUNGETSNDBUF, &old) < 0 ||
        vnic__sys_ioctl_ptr(fd, TUNSETSNDBUF, &sndbuf) < 0) {
        return vnic__linux_fail(err, errno, "TUNSETSNDBUF", "cannot set the sndbuf");
    }
    lq->old_sndbuf = old;
    return 0;
}

static void restore_sndbuf(struct linux_queue *lq, int fd)
{
    int sndbuf = lq->old_sndbuf;

    if (sndbuf != 0) {
        (void)vnic__sys_ioctl_ptr(fd, TUNSETSNDBUF, &sndbuf);
    }
}

void vnic__linux_adopt_undo(struct vnic *q)
{
    struct linux_queue *lq = linux_queue_of(q);

    restore_sndbuf(lq, lq->fd);
    if ((q->flags & VNIC_BORROW) == 0) {
        (void)vnic__sys_fcntl_int(lq->fd, F_SETFL, lq->old_status);
        (void)vnic__sys_fcntl_int(lq->fd, F_SETFD, lq->old_descriptor);
    }
}

static int fill_queue(struct vnic *q, int fd, const struct adopt_job *job,
                      const struct vnic__settings *s, struct vnic_error *err)
{
    uint32_t flags = ifr_flags_of(job->ifr);
    int pi = job->found && job->facts.pi;
    int rc =
        vnic__linux_read_frame(q, fd, layer_of(job->ifr), pi, (flags & IFF_VNET_HDR) != 0, err);

    if (rc == 0) {
        vnic__linux_offload_adopt(q, s);
        rc = set_wishes(linux_queue_of(q), fd, s, err);
    }
    if (rc == 0 && !(s->flags & VNIC_BORROW)) {
        rc = take_descriptor(linux_queue_of(q), fd, err);
        if (rc < 0) {
            restore_sndbuf(linux_queue_of(q), fd);
        }
    }
    if (rc == 0 && !job->found) {
        vnic__log(
            q->iface, VNIC_LOG_WARNING,
            "%.15s is in another namespace or rtnetlink is forbidden: taken to have no packet "
            "information",
            job->ifr->ifr_name);
    }
    return rc;
}

static int adopt_fd(struct vnic *q, intptr_t native, const struct vnic__settings *s,
                    struct vnic_error *err)
{
    struct linux_iface *li = linux_iface_of(q);
    struct ifreq ifr;
    struct adopt_job job = {.li = li, .ifr = &ifr};
    int rc;

    memset(&ifr, 0, sizeof ifr);
    rc = ask_descriptor(native, &ifr, err);
    if (rc == 0) {
        rc = check_layer(&ifr, s, err);
    }
    if (rc == 0) {
        rc = find_interface((int)native, &job, err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = fill_queue(q, (int)native, &job, s, err);
    if (rc < 0) {
        (void)vnic__sys_close(li->query_fd);
        li->query_fd = -1;
        return rc;
    }
    q->iface->created = 0;
    q->iface->multi_queue = (ifr_flags_of(&ifr) & IFF_MULTI_QUEUE) != 0;
    return 0;
}

int vnic__linux_adopt(struct vnic *q, intptr_t native, const struct vnic__settings *s,
                      struct vnic_error *err)
{
    static const int promised[] = {VNIC_EBADFD, VNIC_EKIND, VNIC_EDETACHED, VNIC_ENOTSUP,
                                   VNIC_ENOMEM, VNIC_EPERM, VNIC_EMFILE,    0};
    struct linux_queue *lq = linux_queue_of(q);
    int rc;

    lq->fd = -1;
    lq->epoll_fd = -1;
    linux_iface_of(q)->query_fd = -1;
    rc = vnic__linux_engine_begin(q, s->engine, s->offload != VNIC_OFFLOAD_NONE, err);
    if (rc == 0) {
        rc = adopt_fd(q, native, s, err);
    }
    if (rc < 0) {
        vnic__linux_engine_end(q);
        return vnic__linux_promised(err, rc, promised);
    }
    lq->fd = (int)native;
    vnic__linux_engine_bind(q);
    (void)vnic__linux_learn_need(q);
    if (s->flags & VNIC_BORROW) {
        /* Reads of a borrowed descriptor never are plain: they carry RWF_NOWAIT. */
        atomic_store(&lq->mode, LINUX_MODE_NOWAIT);
        atomic_store(&q->direct_from, SIZE_MAX);
    }
    return 0;
}
