/* SPDX-License-Identifier: Apache-2.0 */
/* More queues of an interface, and taking queues out of service and back. */
#include <errno.h>
#include <string.h>

#include "linux_netns.h"
#include "linux_sys.h"
#include "linux_tun.h"

/* How often an interface that is being renamed is looked at again. */
#define QUEUE_TRIES 8
#define QUEUE_AGAIN 1

int vnic__linux_fd_state(int fd, struct ifreq *ret_ifr)
{
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    if (vnic__sys_ioctl_ptr(fd, TUNGETIFF, &ifr) == 0) {
        if (ret_ifr != NULL) {
            *ret_ifr = ifr;
        }
        /* Linux drivers/net/tun.c: TUNGETIFF reports a detached queue with this bit. */
        return ifr.ifr_flags & IFF_DETACH_QUEUE ? LINUX_FD_DETACHED : LINUX_FD_ATTACHED;
    }
    switch (errno) {
    case EBADFD:
        return LINUX_FD_NONE;
    case EBADF:
        return VNIC_EBADFD;
    case ENOMEM:
        return VNIC_EOS;
    default: /* ENOTTY, EINVAL, EOPNOTSUPP, …: a file of another kind */
        return LINUX_FD_FOREIGN;
    }
}

int vnic__linux_other_netns(int tun_fd)
{
    struct linux_netns_id theirs;
    struct stat ours;
    int nsfd = vnic__sys_ioctl_int(tun_fd, TUNGETDEVNETNS, 0);

    if (nsfd < 0) {
        return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? LINUX_NETNS_FAILED
                                                                     : LINUX_NETNS_UNTOLD;
    }
    if (vnic__netns_id(nsfd, &theirs, NULL) == 0 &&
        vnic__sys_stat("/proc/thread-self/ns/net", &ours) == 0) {
        if (theirs.ino == ours.st_ino && theirs.dev == ours.st_dev) {
            (void)vnic__sys_close(nsfd);
            return LINUX_NETNS_OWN;
        }
        return nsfd;
    }
    (void)vnic__sys_close(nsfd);
    return LINUX_NETNS_UNTOLD;
}

/* ---- Another queue ------------------------------------------------------------------------------ */

struct queue_job {
    int first_fd; /* a queue that is attached */
    int new_fd;   /* the result */
};

/* See drop_filter() in linux_open.c: the kernel says 0 and has attached nothing. */
static int fail_filtered(struct vnic_error *err, const char *operation)
{
    return vnic__fail(err, VNIC_EOS, operation, NULL,
                      "a socket filter on the interface keeps the queue from attaching: remove it "
                      "(TUNDETACHFILTER)");
}

/*
 * TUNSETIFF with the name of now. It would make a new interface if ours were renamed in between, so the
 * name is compared afterwards; closing the descriptor undoes that.
 */
static int join_interface(struct queue_job *job, int fd, struct vnic_error *err)
{
    struct linux_tun_facts facts = {.owner = VNIC_UNSET, .group = VNIC_UNSET};
    struct linux_setiff_case about = {facts.name, &facts, VNIC_UNSET};
    struct ifreq ifr;
    struct ifreq after;
    int os_code;

    if (vnic__linux_fd_state(job->first_fd, &ifr) != LINUX_FD_ATTACHED) {
        return vnic__fail(err, VNIC_ECLOSED, "TUNGETIFF", NULL,
                          "the interface was removed, so it takes no more queues");
    }
    memcpy(facts.name, ifr.ifr_name, sizeof facts.name - 1);
    if (vnic__sys_ioctl_ptr(fd, TUNSETIFF, &ifr) < 0) {
        os_code = errno;
        (void)vnic__linux_query(facts.name, &facts, NULL);
        return vnic__linux_fail_setiff(err, os_code, &about);
    }
    if (vnic__linux_fd_state(job->first_fd, &after) != LINUX_FD_ATTACHED ||
        strncmp(after.ifr_name, facts.name, IFNAMSIZ) != 0) {
        return QUEUE_AGAIN;
    }
    if (vnic__linux_fd_state(fd, NULL) != LINUX_FD_ATTACHED) {
        return fail_filtered(err, "TUNSETIFF");
    }
    return 0;
}

static int try_queue(struct queue_job *job, struct vnic_error *err)
{
    int fd = vnic__linux_node_open(err);
    int rc;

    if (fd < 0) {
        return fd;
    }
    rc = join_interface(job, fd, err);
    if (rc != 0) {
        (void)vnic__sys_close(fd);
        return rc;
    }
    job->new_fd = fd;
    return 0;
}

static int queue_here(void *arg, struct vnic_error *err)
{
    int rc = QUEUE_AGAIN;

    for (int i = 0; i < QUEUE_TRIES && rc == QUEUE_AGAIN; i++) {
        rc = try_queue(arg, err);
    }
    if (rc == QUEUE_AGAIN) {
        rc = vnic__fail(err, VNIC_EBUSY, "TUNSETIFF", NULL,
                        "the interface is renamed all the time: try again");
    }
    return rc;
}

/* TUNSETSNDBUF holds for the queues that are there; a new one starts without a limit. */
static int copy_sndbuf(int from, int to, struct vnic_error *err)
{
    int ours = 0;
    int theirs = 0;

    if (vnic__sys_ioctl_ptr(from, TUNGETSNDBUF, &theirs) < 0 ||
        vnic__sys_ioctl_ptr(to, TUNGETSNDBUF, &ours) < 0 ||
        (ours != theirs && vnic__sys_ioctl_ptr(to, TUNSETSNDBUF, &theirs) < 0)) {
        return vnic__linux_fail(err, errno, "TUNSETSNDBUF",
                                "cannot give the new queue the sndbuf of the others");
    }
    return 0;
}

/* A descriptor that is attached to the interface: that of `first`, or of another queue. */
static int attached_fd(const struct vnic *first)
{
    if (vnic__linux_fd_state(linux_queue_of(first)->fd, NULL) == LINUX_FD_ATTACHED) {
        return linux_queue_of(first)->fd;
    }
    for (const struct vnic *q = first->iface->queues; q != NULL; q = q->next) {
        if (vnic__linux_fd_state(linux_queue_of(q)->fd, NULL) == LINUX_FD_ATTACHED) {
            return linux_queue_of(q)->fd;
        }
    }
    return linux_queue_of(first)->fd;
}

static int open_second_fd(struct queue_job *job, struct vnic_error *err)
{
    int nsfd = vnic__linux_other_netns(job->first_fd);
    int rc;

    if (nsfd == LINUX_NETNS_FAILED) {
        return vnic__linux_fail(err, errno, "TUNGETDEVNETNS", "cannot look for the interface");
    }
    /* When the system does not tell, there is no right to create either, and the caller's is tried. */
    if (nsfd < 0) {
        return queue_here(job, err);
    }
    rc = vnic__netns_run(nsfd, queue_here, job, err);
    (void)vnic__sys_close(nsfd);
    return rc;
}

int vnic__linux_open_queue(struct vnic *q, struct vnic *first, struct vnic_error *err)
{
    struct linux_queue *lq = linux_queue_of(q);
    static const int promised[] = {VNIC_ELIMIT, VNIC_ECLOSED, VNIC_EPERM, VNIC_ENOMEM,
                                   VNIC_EMFILE, VNIC_ENOTSUP, 0};
    struct queue_job job = {attached_fd(first), -1};
    int rc;

    lq->fd = -1;
    lq->epoll_fd = -1;
    rc = vnic__linux_engine_begin(q, linux_queue_of(first)->uring != NULL ? "uring" : "plain",
                                  first->frame.vnet_len > 0, err);
    if (rc == 0) {
        rc = open_second_fd(&job, err);
    }
    if (rc == 0) {
        rc = copy_sndbuf(job.first_fd, job.new_fd, err);
        if (rc < 0) {
            (void)vnic__sys_close(job.new_fd);
        }
    }
    if (rc < 0) {
        vnic__linux_engine_end(q);
        return vnic__linux_promised(err, rc, promised);
    }
    lq->fd = job.new_fd;
    lq->offload_on = linux_queue_of(first)->offload_on;
    lq->engine_reason = linux_queue_of(first)->engine_reason;
    vnic__linux_engine_bind(q);
    lq->link_len = linux_queue_of(first)->link_len;
    q->layer = first->layer;
    q->frame = first->frame;
    q->flags &= ~VNIC_BORROW;
    (void)vnic__linux_learn_need(q);
    return 0;
}

/* ---- Out of service and back -------------------------------------------------------------------- */

static int set_queue(struct vnic *q, unsigned flag, int done, const char *what,
                     struct vnic_error *err)
{
    static const int promised[] = {VNIC_ECLOSED, VNIC_EPERM, 0};
    int fd = linux_queue_of(q)->fd;
    struct ifreq ifr;
    int os_code;
    int state;

    memset(&ifr, 0, sizeof ifr);
    ifr.ifr_flags = (short)flag;
    os_code = vnic__sys_ioctl_ptr(fd, TUNSETQUEUE, &ifr) == 0 ? 0 : errno;
    state = vnic__linux_fd_state(fd, NULL);
    if (state == done) {
        return 0;
    }
    if (state == LINUX_FD_NONE) {
        return vnic__fail(err, VNIC_ECLOSED, "TUNSETQUEUE", NULL,
                          "the interface was removed: close the handle");
    }
    if (os_code == 0) {
        return fail_filtered(err, "TUNSETQUEUE");
    }
    if (os_code == E2BIG) {
        (void)vnic__fail(err, VNIC_ELIMIT, "TUNSETQUEUE", NULL,
                         "the interface has all the queues that it can have (256)");
        vnic__fail_os(err, VNIC_OS_ERRNO, os_code);
        return VNIC_ELIMIT;
    }
    return vnic__linux_promised(err, vnic__linux_fail(err, os_code, "TUNSETQUEUE", what), promised);
}

/* Linux drivers/net/tun.c __tun_detach(): what is queued for this queue is dropped. */
int vnic__linux_detach(struct vnic *q, struct vnic_error *err)
{
    return set_queue(q, IFF_DETACH_QUEUE, LINUX_FD_DETACHED, "cannot detach the queue", err);
}

int vnic__linux_attach(struct vnic *q, struct vnic_error *err)
{
    return set_queue(q, IFF_ATTACH_QUEUE, LINUX_FD_ATTACHED, "cannot attach the queue", err);
}
