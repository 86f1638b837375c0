/* SPDX-License-Identifier: Apache-2.0 */
/* Creating an interface or attaching to one, in the namespace that was asked for. */
#include <errno.h>
#include <string.h>

#include "linux_netns.h"
#include "linux_sys.h"
#include "linux_tun.h"

/* Others may make, remove and rename interfaces between our looking and our acting. */
#define OPEN_TRIES 8
#define OPEN_AGAIN 1

/* One try: what was found before, and what is there so far. */
struct open_try {
    struct vnic *q;
    const struct vnic__settings *s;
    struct linux_tun_facts facts;
    int exists; /* 1: facts are of the interface of that name */
    int others; /* 1: it has other queues */
};

static int is_literal(const char *name)
{
    return name != NULL && strchr(name, '%') == NULL;
}

/* ---- Looking ------------------------------------------------------------------------------------ */

static int look_before(struct open_try *t, struct vnic_error *err)
{
    struct vnic_error why; /* that there is none of that name is no failure */
    int rc;

    t->exists = 0;
    t->others = 0;
    if (!is_literal(t->s->name)) {
        return 0;
    }
    rc = vnic__linux_query(t->s->name, &t->facts, &why);
    if (rc == VNIC_ENODEV) {
        return 0;
    }
    if (rc < 0) {
        if (err != NULL) {
            *err = why;
        }
        return rc;
    }
    t->exists = 1;
    if (t->s->flags & VNIC_EXCLUSIVE) {
        return vnic__fail(err, VNIC_EEXIST, "open", "name",
                          "an interface %s exists already and VNIC_EXCLUSIVE was given: choose "
                          "another name, or remove it (ip link del %s)",
                          t->s->name, t->s->name);
    }
    return vnic__linux_state_check(&t->facts, t->s, &t->others, err);
}

/* ---- Attaching ---------------------------------------------------------------------------------- */

static unsigned flags_of(const struct vnic__settings *s)
{
    unsigned flags = s->layer == VNIC_TAP ? IFF_TAP : IFF_TUN;

    flags |= s->flags & VNIC_KEEP_HEADER ? 0u : IFF_NO_PI;
    flags |= s->flags & VNIC_MULTI_QUEUE ? IFF_MULTI_QUEUE : 0u;
    flags |= s->flags & VNIC_VNET_HDR ? IFF_VNET_HDR : 0u;
    flags |= s->flags & VNIC_NO_CARRIER ? IFF_NO_CARRIER : 0u;
    return flags;
}

static int set_index(int fd, uint32_t if_index, struct vnic_error *err)
{
    if (if_index == VNIC_UNSET || vnic__sys_ioctl_ptr(fd, TUNSETIFINDEX, &if_index) == 0) {
        return 0;
    }
    return vnic__linux_fail(err, errno, "TUNSETIFINDEX",
                            "cannot choose the index of the interface");
}

/* A kernel before 5.17 does not know IFF_NO_CARRIER and ignores it; TUNSETCARRIER is older. */
static int set_no_carrier(int fd, const struct vnic__settings *s, struct vnic_error *err)
{
    int off = 0;

    if ((s->flags & VNIC_NO_CARRIER) == 0 || vnic__sys_ioctl_ptr(fd, TUNSETCARRIER, &off) == 0) {
        return 0;
    }
    return vnic__linux_fail(err, errno, "TUNSETCARRIER", "cannot turn the carrier off");
}

/*
 * TUNSETIFF. IFF_TUN_EXCL when we found none of that name: then it is certain who made it. On success
 * ret_ifr has the name that it got.
 */
static int attach_to_interface(const struct open_try *t, int fd, struct ifreq *ret_ifr,
                               struct vnic_error *err)
{
    struct linux_setiff_case about = {t->s->name != NULL ? t->s->name : "",
                                      t->exists ? &t->facts : NULL, t->s->if_index};
    int rc = t->exists ? 0 : set_index(fd, t->s->if_index, err);
    struct linux_tun_facts now;
    int os_code;

    if (rc < 0) {
        return rc;
    }
    memset(ret_ifr, 0, sizeof *ret_ifr);
    memcpy(ret_ifr->ifr_name, about.name, strnlen(about.name, IFNAMSIZ - 1));
    ret_ifr->ifr_flags = (short)(flags_of(t->s) | (t->exists ? 0u : IFF_TUN_EXCL));
    if (vnic__sys_ioctl_ptr(fd, TUNSETIFF, ret_ifr) == 0) {
        return set_no_carrier(fd, t->s, err);
    }
    os_code = errno;
    /* EBUSY of a new one: somebody made it meanwhile, or the index is taken. */
    if (os_code == EBUSY && !t->exists && is_literal(t->s->name) &&
        vnic__linux_query(t->s->name, &now, NULL) == 0) {
        return OPEN_AGAIN;
    }
    return vnic__linux_fail_setiff(err, os_code, &about);
}

/* ---- What the descriptor has now ---------------------------------------------------------------- */

static int read_endian(int fd, uint8_t *ret_endian, struct vnic_error *err)
{
    int little = 0;
    int big = 0;

    if (vnic__sys_ioctl_ptr(fd, TUNGETVNETLE, &little) < 0) {
        return vnic__linux_fail(err, errno, "TUNGETVNETLE",
                                "cannot read the byte order of the virtio-net header");
    }
    /* EINVAL: a kernel without CONFIG_TUN_VNET_CROSS_LE, where it cannot be on. */
    if (vnic__sys_ioctl_ptr(fd, TUNGETVNETBE, &big) < 0) {
        if (errno != EINVAL) {
            return vnic__linux_fail(err, errno, "TUNGETVNETBE",
                                    "cannot read the byte order of the virtio-net header");
        }
        big = 0;
    }
    *ret_endian = VNIC__ENDIAN_NATIVE;
    if (little || big) {
        *ret_endian = little ? VNIC__ENDIAN_LITTLE : VNIC__ENDIAN_BIG;
    }
    return 0;
}

int vnic__linux_read_frame(struct vnic *q, int fd, uint32_t layer, int pi, int vnet_hdr,
                           struct vnic_error *err)
{
    struct vnic__frame_kind *frame = &q->frame;
    int size = 0;
    int rc = 0;

    memset(frame, 0, sizeof *frame);
    q->layer = layer;
    frame->tap = layer == VNIC_TAP;
    frame->kind = pi ? VNIC__LINK_PI : VNIC__LINK_NONE;
    if (vnet_hdr) {
        frame->kind = pi ? VNIC__LINK_PI_VNET : VNIC__LINK_VNET;
        if (vnic__sys_ioctl_ptr(fd, TUNGETVNETHDRSZ, &size) < 0) {
            return vnic__linux_fail(err, errno, "TUNGETVNETHDRSZ",
                                    "cannot read the size of the virtio-net header");
        }
        if (size < (int)VNIC__VNET_LEN_MIN || size > (int)VNIC__VNET_LEN_MAX) {
            return vnic__fail(
                err, VNIC_ENOTSUP, "TUNGETVNETHDRSZ", "VNIC_VNET_HDR",
                "the virtio-net header of the interface has %d bytes, and %u to %u are "
                "understood",
                size, VNIC__VNET_LEN_MIN, VNIC__VNET_LEN_MAX);
        }
        frame->vnet_len = (uint8_t)size;
        rc = read_endian(fd, &frame->vnet_endian, err);
    }
    linux_queue_of(q)->link_len = (uint32_t)vnic__frame_len(frame);
    return rc;
}

/*
 * A socket filter that an earlier user left on a TAP is put on a new queue from the memory of whoever
 * attaches; if that happens to work TUNSETIFF says 0 and attaches nothing (Linux drivers/net/tun.c
 * tun_attach(), "if (!err) goto out"). IFF_NO_PI, which is also IFF_NOFILTER, goes around it, so the
 * filter is removed by a descriptor that has it.
 */
static int drop_filter(const struct open_try *t, struct vnic_error *err)
{
    struct ifreq ifr;
    int fd;

    if (!t->exists || t->others || t->s->layer != VNIC_TAP) {
        return vnic__fail(err, VNIC_EBUSY, "TUNSETIFF", "name",
                          t->others ? "%s has other queues, and a filter that keeps this one out: "
                                      "end their owner first"
                                    : "%s was removed while it was being opened: try again",
                          t->s->name != NULL ? t->s->name : "the interface");
    }
    fd = vnic__linux_node_open(err);
    if (fd < 0) {
        return fd;
    }
    memset(&ifr, 0, sizeof ifr);
    memcpy(ifr.ifr_name, t->facts.name, sizeof ifr.ifr_name - 1);
    ifr.ifr_flags = (short)(flags_of(t->s) | IFF_NO_PI);
    if (vnic__sys_ioctl_ptr(fd, TUNSETIFF, &ifr) == 0) {
        (void)vnic__sys_ioctl_int(fd, TUNDETACHFILTER, 0);
    }
    (void)vnic__sys_close(fd);
    return OPEN_AGAIN;
}

/* The flags that the kernel gave must be those asked for. */
static int verify_flags(const struct open_try *t, int fd, struct vnic_error *err)
{
    unsigned mask = IFF_TUN | IFF_TAP | IFF_MULTI_QUEUE | IFF_VNET_HDR;
    unsigned wanted = flags_of(t->s) & mask;
    unsigned flags;
    struct ifreq ifr;

    if (vnic__linux_fd_state(fd, &ifr) != LINUX_FD_ATTACHED) {
        return drop_filter(t, err);
    }
    flags = (unsigned)(unsigned short)ifr.ifr_flags & mask;
    if (flags != wanted) {
        return vnic__fail(
            err, VNIC_EKIND, "TUNGETIFF", "flags",
            "%.15s has the flags 0x%x, not 0x%x as asked: other queues of it are open "
            "in another way",
            ifr.ifr_name, flags, wanted);
    }
    return 0;
}

/* ---- Putting it together ------------------------------------------------------------------------ */

/* The descriptor is attached: brings the device's state in order and fills the objects. */
static int settle_queue(struct open_try *t, int fd, const struct ifreq *ifr, struct vnic_error *err)
{
    struct linux_iface *li = linux_iface_of(t->q);
    int rc = verify_flags(t, fd, err);

    if (rc != 0) {
        return rc;
    }
    li->if_index = vnic__linux_index_of(li->query_fd, ifr->ifr_name);
    if (t->exists && li->if_index != t->facts.if_index) {
        /* The one that we looked at is gone, and TUNSETIFF has made another. */
        return OPEN_AGAIN;
    }
    if (t->others) {
        rc = t->s->offload != VNIC_OFFLOAD_NONE
                 ? 0
                 : vnic__linux_state_match(li->query_fd, ifr->ifr_name, err);
    } else if (t->exists) {
        rc = vnic__linux_state_reset(fd, t->s, err);
    } else {
        rc = vnic__linux_state_begin(fd, t->s, err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = vnic__linux_read_frame(t->q, fd, t->s->layer, (t->s->flags & VNIC_KEEP_HEADER) != 0,
                                (t->s->flags & VNIC_VNET_HDR) != 0, err);
    return rc < 0 ? rc : vnic__linux_offload_begin(t->q, fd, t->s, t->others, err);
}

/* The flags that TUNSETIFF replaced; beside other queues they had to be the same. */
static uint32_t old_flags_of(const struct open_try *t)
{
    const struct linux_tun_facts *facts = &t->facts;
    uint32_t flags = facts->layer == VNIC_TAP ? IFF_TAP : IFF_TUN;

    if (!t->exists || t->others) {
        return 0;
    }
    flags |= facts->pi ? 0u : IFF_NO_PI;
    flags |= facts->vnet_hdr ? IFF_VNET_HDR : 0u;
    flags |= facts->multi_queue ? IFF_MULTI_QUEUE : 0u;
    return flags == (flags_of(t->s) & ~(uint32_t)IFF_NO_CARRIER) ? 0 : flags;
}

static int try_open(struct open_try *t, struct vnic_error *err)
{
    struct ifreq ifr;
    int rc = look_before(t, err);
    int fd;

    if (rc < 0) {
        return rc;
    }
    fd = vnic__linux_node_open(err);
    if (fd < 0) {
        return fd;
    }
    rc = attach_to_interface(t, fd, &ifr, err);
    if (rc == 0) {
        rc = settle_queue(t, fd, &ifr, err);
    }
    if (rc != 0) {
        vnic__linux_state_give_back(fd, old_flags_of(t));
        return rc;
    }
    linux_queue_of(t->q)->fd = fd;
    linux_queue_of(t->q)->old_flags = old_flags_of(t);
    t->q->iface->created = !t->exists;
    t->q->iface->multi_queue = (t->s->flags & VNIC_MULTI_QUEUE) != 0;
    (void)vnic__linux_learn_need(t->q);
    return 0;
}

/* Runs in a thread that is in the right namespace. */
static int open_here(void *arg, struct vnic_error *err)
{
    struct open_try *t = arg;
    struct linux_iface *li = linux_iface_of(t->q);
    int rc = vnic__linux_query_socket(err);

    if (rc < 0) {
        return rc;
    }
    li->query_fd = rc;
    for (int i = 0; i < OPEN_TRIES; i++) {
        rc = try_open(t, err);
        if (rc == 0) {
            return 0;
        }
        if (rc != OPEN_AGAIN) {
            break;
        }
    }
    (void)vnic__sys_close(li->query_fd);
    li->query_fd = -1;
    if (rc == OPEN_AGAIN) {
        rc = vnic__fail(err, VNIC_EBUSY, "open", "name",
                        "%s is made and removed by others all the time: try again", t->s->name);
    }
    return rc;
}

static int open_in(int nsfd, struct open_try *t, const char *field, struct vnic_error *err)
{
    int rc = vnic__netns_check(nsfd, err);

    if (rc == 0) {
        return vnic__netns_run(nsfd, open_here, t, err);
    }
    if (err != NULL) {
        memcpy(err->field, field, strlen(field) + 1);
    }
    return rc;
}

/* In the namespace that the settings name; a helper thread enters it, never the caller's. */
static int open_somewhere(struct open_try *t, struct vnic_error *err)
{
    const struct vnic__settings *s = t->s;
    int nsfd;
    int rc;

    if (s->netns_fd >= 0) {
        return open_in((int)s->netns_fd, t, "netns_fd", err);
    }
    if (s->netns == NULL) {
        return open_here(t, err);
    }
    nsfd = vnic__netns_open(s->netns, err);
    if (nsfd < 0) {
        return nsfd;
    }
    rc = open_in(nsfd, t, "netns", err);
    (void)vnic__sys_close(nsfd);
    return rc;
}

int vnic__linux_open(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err)
{
    static const int promised[] = {VNIC_EEXIST, VNIC_ENAME,     VNIC_ENOTSUP, VNIC_ENOMEM,
                                   VNIC_EPERM,  VNIC_ENODRIVER, VNIC_EBUSY,   VNIC_EKIND,
                                   VNIC_EMFILE, VNIC_ELIMIT,    VNIC_ENETNS,  0};
    struct open_try t = {.q = q, .s = s};
    int rc;

    linux_iface_of(q)->query_fd = -1;
    linux_queue_of(q)->fd = -1;
    linux_queue_of(q)->epoll_fd = -1;
    rc = vnic__linux_engine_begin(q, s->engine, s->offload != VNIC_OFFLOAD_NONE, err);
    if (rc == 0) {
        rc = open_somewhere(&t, err);
        if (rc < 0) {
            vnic__linux_engine_end(q);
        } else {
            vnic__linux_engine_bind(q);
        }
    }
    return vnic__linux_promised(err, rc, promised);
}
