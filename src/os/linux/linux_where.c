/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue's descriptor is the one thing that stays with the interface whatever others do to it.
 * So before each operation it is asked for the name (TUNGETIFF) and the namespace (TUNGETDEVNETNS); the
 * name is looked up in that namespace, which gives the index, and the descriptor is asked for the name
 * again: when it is the same the index is right. Sockets never move: when the interface is in
 * another namespace a new socket is made there, in a helper thread.
 *
 * TUNGETDEVNETNS needs CAP_NET_ADMIN. An owner without it is served in the namespace where the socket
 * was made, which is the thread's own: the interface must be found there with the descriptor's name,
 * kind and flags, and with the same index as the last time.
 */
#include "linux_where.h"

#include <errno.h>
#include <linux/ioctl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <string.h>

#include "core/fail.h"
#include "linux_netns.h"
#include "linux_sys.h"

/* How often an interface that moves or is renamed while we look is looked for again. */
#define WHERE_TRIES 8

/* ---- The descriptor ----------------------------------------------------------------------------- */

/* Sums up what was seen of the descriptors when none of them is attached. */
static int fail_not_attached(struct vnic_error *err, int detached)
{
    if (detached)
        return vnic__fail(err, VNIC_EDETACHED, "TUNGETIFF", "",
                          "all queues of the interface are detached: attach one again with "
                          "vnic_attach_queue()");
    return vnic__fail(err, VNIC_ECLOSED, "TUNGETIFF", "",
                      "the interface was removed: close the handle");
}

int vnic__linux_attached_fd(struct vnic *q, struct ifreq *ret_ifr, struct vnic_error *err)
{
    int state = vnic__linux_fd_state(linux_queue_of(q)->fd, ret_ifr);
    int detached = state == LINUX_FD_DETACHED;

    if (state == LINUX_FD_ATTACHED)
        return linux_queue_of(q)->fd;
    if (state < 0)
        return vnic__fail(err, VNIC_EOS, "TUNGETIFF", "",
                          "the descriptor does not tell which interface it belongs to");
    for (struct vnic *sibling = q->iface->queues; sibling; sibling = sibling->next) {
        if (sibling == q)
            continue;
        state = vnic__linux_fd_state(linux_queue_of(sibling)->fd, ret_ifr);
        if (state == LINUX_FD_ATTACHED)
            return linux_queue_of(sibling)->fd;
        detached |= state == LINUX_FD_DETACHED;
    }
    return fail_not_attached(err, detached);
}

/* ---- The namespace ------------------------------------------------------------------------------ */

static void forget_socket(struct linux_netconf_state *state)
{
    if (state->ready)
        (void)vnic__sys_close(state->nl_fd);
    state->ready = 0;
    state->broken = 0;
    state->ns_dev = 0;
    state->ns_ino = 0;
}

void vnic__linux_netconf_end(struct linux_netconf_state *state)
{
    forget_socket(state);
}

/* For vnic__netns_run(): the socket is made where the thread is. */
static int open_socket_here(void *arg, struct vnic_error *err)
{
    int *ret_fd = arg;
    *ret_fd = vnic__nl_open();
    return *ret_fd < 0 ? vnic__nl_fail_errno(err, NL_OP_GET_LINK, "", errno) : 0;
}

/* The namespace that a socket is in; 0 when the system does not tell, which is no failure. */
static int is_socket_in(int fd, const struct linux_netns_id *ns)
{
    struct linux_netns_id id;
    int nsfd = vnic__sys_ioctl_int(fd, SIOCGSKNS, 0); /* Linux net/socket.c, since 4.9 */
    int same;

    if (nsfd < 0)
        return 0;
    same = vnic__netns_id(nsfd, &id, NULL) == 0 && id.dev == ns->dev && id.ino == ns->ino;
    (void)vnic__sys_close(nsfd);
    return same;
}

/* A socket in the namespace nsfd: made in this thread when that is its own, else in a helper's. */
static int open_socket_in(int nsfd, const struct linux_netns_id *ns, int *ret_fd,
                          struct vnic_error *err)
{
    int code = open_socket_here(ret_fd, err);

    if (code < 0 || is_socket_in(*ret_fd, ns))
        return code;
    (void)vnic__sys_close(*ret_fd);
    return vnic__netns_run(nsfd, open_socket_here, ret_fd, err);
}

/* How the namespace of an interface came to be known. */
#define TOLD_NOTHING 0 /* no right to ask */
#define TOLD_ORIGIN 1  /* where the descriptor was opened; the interface may have moved since */
#define TOLD_NOW 2     /* where the interface is */

/*
 * The namespace that the interface is in: TUNGETDEVNETNS. EINVAL means that the kernel does not know the
 * call (before 5.2) or that the namespace is being removed; then SIOCGSKNS tells where the descriptor
 * was opened. Both need CAP_NET_ADMIN there. Returns a descriptor or -1 with errno.
 */
static int open_device_netns(int fd, int *ret_told)
{
    int nsfd = vnic__sys_ioctl_int(fd, TUNGETDEVNETNS, 0);

    *ret_told = nsfd >= 0 ? TOLD_NOW : TOLD_NOTHING;
    if (nsfd < 0 && (errno == EINVAL || errno == ENOTTY)) {
        nsfd = vnic__sys_ioctl_int(fd, SIOCGSKNS, 0);
        *ret_told = nsfd >= 0 ? TOLD_ORIGIN : TOLD_NOTHING;
    }
    return nsfd;
}

/* Makes the cached socket one in the namespace nsfd. */
static int settle_in(struct linux_netconf_state *state, int nsfd, struct vnic_error *err)
{
    struct linux_netns_id ns;
    int fd = -1;
    int code = vnic__netns_id(nsfd, &ns, err);

    if (code < 0)
        return code;
    if (state->ready && !state->broken && state->ns_dev == ns.dev && state->ns_ino == ns.ino)
        return 0;
    code = open_socket_in(nsfd, &ns, &fd, err);
    if (code < 0)
        return code;
    forget_socket(state);
    state->nl_fd = fd;
    state->ready = 1;
    state->ns_dev = ns.dev;
    state->ns_ino = ns.ino;
    return 0;
}

/* Makes sure of a socket where the interface is. *ret_told: TOLD_…. */
static int settle_socket(struct linux_netconf_state *state, int fd, int *ret_told,
                         struct vnic_error *err)
{
    int nsfd = open_device_netns(fd, ret_told);
    int fresh = -1;
    int code;

    if (nsfd >= 0) {
        code = settle_in(state, nsfd, err);
        (void)vnic__sys_close(nsfd);
        return code;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        return vnic__nl_fail_errno(err, NL_OP_GET_LINK, "", errno);
    if (state->ready && !state->broken)
        return 0;
    code = open_socket_here(&fresh, err);
    if (code < 0)
        return code;
    forget_socket(state);
    state->nl_fd = fresh;
    state->ready = 1;
    return 0;
}

/* ---- The index ---------------------------------------------------------------------------------- */

struct link_answer {
    struct linux_nl_link *link;
    int seen;
};

static int take_link(void *user, const struct linux_nl_msg *msg)
{
    struct link_answer *answer = user;
    if (msg->type != RTM_NEWLINK)
        return 0;
    answer->seen = 1;
    return vnic__nl_parse_link(msg, answer->link) < 0 ? EPROTO : 0;
}

int vnic__nl_get_link(const struct linux_nl_socket *nl, const char *name, uint32_t if_index,
                      struct linux_nl_link *ret, struct linux_nl_result *result)
{
    struct ifinfomsg head = {.ifi_family = AF_UNSPEC, .ifi_index = (int)if_index};
    struct link_answer answer = {ret, 0};
    struct linux_nl_request req;

    vnic__nl_begin(&req, RTM_GETLINK, NLM_F_ACK, &head, sizeof head);
    if (name)
        vnic__nl_put(&req, IFLA_IFNAME, name, strlen(name) + 1);
    if (vnic__nl_call(nl, &req, take_link, &answer, result) == 0 && !answer.seen) {
        result->error = EPROTO;
        result->from_kernel = 0;
    }
    return result->error;
}

/* Whether a link is of the kind and flags that the descriptor tells of: TUNGETIFF in tun.c. */
static int is_same_device(const struct linux_tun_facts *tun, const struct ifreq *ifr)
{
    unsigned flags = (unsigned short)ifr->ifr_flags;
    uint32_t layer = (flags & IFF_TAP) ? VNIC_TAP : VNIC_TUN;

    return strcmp(tun->kind, "tun") == 0 && strcmp(tun->name, ifr->ifr_name) == 0 &&
           tun->layer == layer && tun->persist == ((flags & IFF_PERSIST) != 0) &&
           tun->multi_queue == ((flags & IFF_MULTI_QUEUE) != 0);
}

/* The descriptor has an interface, but it is not where it should be found. */
static int fail_lost(struct vnic_error *err, int told, const char *name)
{
    if (told == TOLD_NOTHING) {
        return vnic__fail(
            err, VNIC_EPERM, "TUNGETDEVNETNS", "",
            "%s is not in this network namespace, and finding the one that it moved to "
            "needs CAP_NET_ADMIN in the user namespace that owns that one",
            name);
    }
    if (told == TOLD_ORIGIN) {
        return vnic__fail(err, VNIC_ECLOSED, "TUNGETDEVNETNS", "",
                          "%s left its network namespace for one that is being removed (or that "
                          "this kernel, older than 5.2, does not tell): close the handle",
                          name);
    }
    return vnic__fail(err, VNIC_EOS, "RTM_GETLINK", "",
                      "%s is renamed or moved faster than it can be found: try again", name);
}

static struct linux_nl_socket socket_of(struct linux_netconf_state *state)
{
    struct linux_nl_socket nl = {state->nl_fd, &state->nl_seq};
    return nl;
}

/*
 * After an answer that did not get through nobody knows what the socket holds. It is not closed here: the
 * operation that runs may still use it, and its number may be another's as soon as it is closed.
 */
static void note_broken(struct linux_netconf_state *state, const struct linux_nl_result *result)
{
    if (result->error != 0 && !result->from_kernel)
        state->broken = 1;
}

/* All queues are detached, so nothing tells the name: the index of the last look has to do. */
static int where_by_index(struct linux_netconf_state *state, struct linux_where *ret,
                          struct vnic_error *err)
{
    struct linux_nl_result result;
    int error;

    if (!state->ready || state->if_index == 0)
        return vnic__fail(err, VNIC_EOS, "RTM_GETLINK", "",
                          "the interface was never looked at while a queue was attached, and now "
                          "none is: attach one with vnic_attach_queue()");
    ret->nl = socket_of(state);
    error = vnic__nl_get_link(&ret->nl, NULL, state->if_index, &ret->link, &result);
    note_broken(state, &result);
    if (error != 0)
        return vnic__nl_fail(err, NL_OP_GET_LINK, "", NULL, &result);
    if (strcmp(ret->link.tun.kind, "tun") != 0)
        return vnic__nl_fail_errno(err, NL_OP_GET_LINK, "", ENODEV);
    return 0;
}

/*
 * Looks the descriptor's name up and makes sure that it was this interface's name all the time.
 * Returns 0, VNIC_EAGAIN when it was not found so and should be looked for again, or a failure.
 */
static int where_by_name(struct vnic *q, const struct ifreq *ifr, struct linux_where *ret,
                         struct vnic_error *err)
{
    struct linux_netconf_state *state = &linux_iface_of(q)->netconf;
    struct linux_nl_result result;
    struct ifreq again;
    int error;

    ret->nl = socket_of(state);
    error = vnic__nl_get_link(&ret->nl, ifr->ifr_name, 0, &ret->link, &result);
    note_broken(state, &result);
    if (error == ENODEV)
        return VNIC_EAGAIN;
    if (error != 0)
        return vnic__nl_fail(err, NL_OP_GET_LINK, ifr->ifr_name, NULL, &result);
    if (!is_same_device(&ret->link.tun, ifr))
        return VNIC_EAGAIN;
    if (vnic__linux_fd_state(ret->fd, &again) != LINUX_FD_ATTACHED ||
        strcmp(again.ifr_name, ifr->ifr_name) != 0)
        return VNIC_EAGAIN;
    return 0;
}

int vnic__linux_where(struct vnic *q, struct linux_where *ret, struct vnic_error *err)
{
    struct linux_netconf_state *state = &linux_iface_of(q)->netconf;
    struct ifreq ifr;
    int told = TOLD_NOTHING;

    memset(&ifr, 0, sizeof ifr);
    for (int i = 0; i < WHERE_TRIES; i++) {
        struct vnic_error inner; /* err is for failures only, and VNIC_EDETACHED is none here */
        int code = ret->fd = vnic__linux_attached_fd(q, &ifr, &inner);
        if (code == VNIC_EDETACHED)
            return where_by_index(state, ret, err);
        if (code < 0 && err)
            *err = inner;
        if (code >= 0)
            code = settle_socket(state, ret->fd, &told, err);
        if (code >= 0)
            code = where_by_name(q, &ifr, ret, err);
        if (code >= 0 && told == TOLD_NOTHING && state->if_index != 0 &&
            state->if_index != ret->link.tun.if_index)
            break;
        if (code >= 0)
            state->if_index = ret->link.tun.if_index;
        if (code != VNIC_EAGAIN)
            return code;
    }
    return fail_lost(err, told, ifr.ifr_name);
}

int vnic__linux_ask(struct vnic *q, struct linux_where *at, struct linux_nl_request *req,
                    int (*fn)(void *user, const struct linux_nl_msg *msg), void *user,
                    struct linux_nl_result *ret)
{
    int error = vnic__nl_call(&at->nl, req, fn, user, ret);
    note_broken(&linux_iface_of(q)->netconf, ret);
    return error;
}
