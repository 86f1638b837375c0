/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR of rtnetlink(7); Linux include/uapi/linux/if_addr.h. */
#include "linux_link.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "core/fail.h"

/* How often an operation is begun again when the interface went elsewhere in its midst. */
#define ADDR_TRIES 4

/* Linux include/uapi/linux/if_addr.h since 5.18; not in every system's header. */
#define ADDR_IFA_PROTO 11
#define ADDR_PROTO_KERNEL_LL 3 /* IFAPROT_KERNEL_LL: link-local set by the kernel */

/* RFC 8200 section 5; below it Linux takes IPv6 off the interface: ipv6_add_dev(). */
#define ADDR_IPV6_MIN_MTU 1280

/* ---- Listing ------------------------------------------------------------------------------------ */

/* A walk over the addresses of one interface; `take` gets NULL when the walk begins again. */
struct addr_walk {
    uint32_t if_index;
    void (*take)(void *user, const struct linux_nl_addr *addr);
    void *user;
};

static int walk_message(void *user, const struct linux_nl_msg *msg)
{
    const struct addr_walk *walk = user;
    struct linux_nl_addr addr;

    if (msg->type != RTM_NEWADDR)
        return 0;
    if (vnic__nl_parse_addr(msg, &addr) < 0)
        return EPROTO;
    /* A kernel before 4.20 does not filter, and sends those of every interface. */
    if (addr.if_index == walk->if_index && (addr.family == AF_INET || addr.family == AF_INET6))
        walk->take(walk->user, &addr);
    return 0;
}

/* Returns 0 or the errno, also in *result. */
static int walk_addresses(struct vnic *q, struct linux_where *at, struct addr_walk *walk,
                          struct linux_nl_result *result)
{
    struct ifaddrmsg head = {.ifa_family = AF_UNSPEC, .ifa_index = at->link.tun.if_index};
    struct linux_nl_request req;
    int error = EINTR;

    walk->if_index = at->link.tun.if_index;
    for (int i = 0; error == EINTR && i < VNIC__NL_DUMP_TRIES; i++) {
        walk->take(walk->user, NULL);
        vnic__nl_begin(&req, RTM_GETADDR, NLM_F_DUMP, &head, sizeof head);
        error = vnic__linux_ask(q, at, &req, walk_message, walk, result);
    }
    return error;
}

/*
 * Whether the kernel made an address itself. Since 5.18 it says so (IFA_PROTO). Before, a person's fe80::
 * cannot be told from the kernel's: then every permanent fe80::/64 counts as the kernel's, unless the
 * interface is set to have none.
 */
static int is_kernel_address(const struct linux_nl_addr *addr, const struct linux_nl_link *link)
{
    if (addr->proto != 0 || link->knows_proto)
        return addr->proto == ADDR_PROTO_KERNEL_LL;
    return addr->family == AF_INET6 && addr->prefix_len == 64 && addr->local[0] == 0xfe &&
           (addr->local[1] & 0xc0) == 0x80 && (addr->flags & IFA_F_PERMANENT) &&
           link->has_gen_mode && link->gen_mode != IN6_ADDR_GEN_MODE_NONE;
}

/* In the form that a person would have written: the usual broadcast address is not spelled out. */
static void to_prefix(const struct linux_nl_addr *addr, const struct linux_nl_link *link,
                      struct vnic_prefix *ret)
{
    uint8_t usual[4];

    memset(ret, 0, sizeof *ret);
    ret->family = addr->family == AF_INET ? VNIC_IPV4 : VNIC_IPV6;
    ret->prefix_len = addr->prefix_len;
    memcpy(ret->addr, addr->local, sizeof ret->addr);
    if (addr->has_peer) {
        ret->flags |= VNIC_PREFIX_PEER;
        memcpy(ret->peer, addr->peer, sizeof ret->peer);
    }
    if (is_kernel_address(addr, link))
        ret->flags |= VNIC_PREFIX_KERNEL;
    if (addr->family != AF_INET || addr->prefix_len > 30)
        return;
    if (!addr->has_broadcast) {
        if (!addr->has_peer)
            ret->flags |= VNIC_PREFIX_NO_BROADCAST;
        return;
    }
    if (!addr->has_peer && vnic_prefix_broadcast(ret, usual) == 1 &&
        memcmp(usual, addr->broadcast, sizeof usual) == 0)
        return;
    ret->flags |= VNIC_PREFIX_BROADCAST;
    memcpy(ret->broadcast, addr->broadcast, sizeof usual);
}

struct addr_list {
    struct vnic_prefix *ret;
    int cap;
    int n;
    const struct linux_nl_link *link;
};

static void take_listed(void *user, const struct linux_nl_addr *addr)
{
    struct addr_list *list = user;
    if (!addr) {
        list->n = 0;
        return;
    }
    if (list->n < list->cap)
        to_prefix(addr, list->link, &list->ret[list->n]);
    list->n++;
}

int vnic__linux_list_addresses(struct vnic *q, struct vnic_prefix *ret, int cap,
                               struct vnic_error *err)
{
    struct linux_nl_result result;
    struct linux_where at;
    struct addr_list list = {ret, cap, 0, &at.link};
    struct addr_walk walk = {.take = take_listed, .user = &list};

    for (int i = 0; i < ADDR_TRIES; i++) {
        int code = vnic__linux_where(q, &at, err);
        if (code < 0)
            return code;
        if (walk_addresses(q, &at, &walk, &result) == 0)
            return list.n;
        if (result.error != ENODEV)
            break;
    }
    return vnic__nl_fail(err, NL_OP_LIST_ADDRESSES, at.link.tun.name, NULL, &result);
}

/* ---- Adding and removing ------------------------------------------------------------------------ */

static size_t addr_size(const struct vnic_prefix *p)
{
    return p->family == VNIC_IPV4 ? 4 : 16;
}

/* 127/8 has the scope of the host, as in ip-address(8); IPv6 scopes are the kernel's own business. */
static uint8_t addr_scope(const struct vnic_prefix *p)
{
    return p->family == VNIC_IPV4 && p->addr[0] == 127 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
}

/* Starts a request about an address with what names it: family, length, index, address and peer. */
static void begin_addr(struct linux_nl_request *req, uint16_t type, uint16_t flags,
                       const struct linux_where *at, const struct vnic_prefix *p)
{
    struct ifaddrmsg head = {.ifa_family = p->family == VNIC_IPV4 ? AF_INET : AF_INET6,
                             .ifa_prefixlen = p->prefix_len,
                             .ifa_scope = addr_scope(p),
                             .ifa_index = at->link.tun.if_index};
    const uint8_t *other = (p->flags & VNIC_PREFIX_PEER) ? p->peer : p->addr;

    vnic__nl_begin(req, type, (uint16_t)(NLM_F_ACK | flags), &head, sizeof head);
    vnic__nl_put(req, IFA_LOCAL, p->addr, addr_size(p));
    vnic__nl_put(req, IFA_ADDRESS, other, addr_size(p));
}

/* Returns 0 or the errno, also in *result. */
static int send_new_addr(struct vnic *q, struct linux_where *at, const struct vnic_prefix *p,
                         struct linux_nl_result *result)
{
    const uint8_t proto = ADDR_PROTO_KERNEL_LL;
    struct linux_nl_request req;
    uint8_t broadcast[4];

    begin_addr(&req, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, at, p);
    /* Nobody else can have the address of an interface that we made: so no detection. */
    if (p->family == VNIC_IPV6)
        vnic__nl_put_u32(&req, IFA_FLAGS, IFA_F_NODAD);
    /* With a peer the length counts for the peer's side: there is no usual broadcast address. */
    else if ((!(p->flags & VNIC_PREFIX_PEER) || (p->flags & VNIC_PREFIX_BROADCAST)) &&
             vnic_prefix_broadcast(p, broadcast) == 1)
        vnic__nl_put(&req, IFA_BROADCAST, broadcast, sizeof broadcast);
    /* An address of the kernel's own comes back as such. */
    if (p->flags & VNIC_PREFIX_KERNEL)
        vnic__nl_put(&req, ADDR_IFA_PROTO, &proto, sizeof proto);
    return vnic__linux_ask(q, at, &req, NULL, NULL, result);
}

static int fail_addr(struct vnic_error *err, enum linux_nl_op op, const struct linux_where *at,
                     const struct vnic_prefix *p, const struct linux_nl_result *result)
{
    char text[VNIC_PREFIX_TEXT_MAX];

    if (vnic_prefix_format(p, text, sizeof text) < 0)
        text[0] = '\0';
    if (op == NL_OP_ADD_ADDRESS && p->family == VNIC_IPV6 && result->error == EINVAL &&
        at->link.mtu < ADDR_IPV6_MIN_MTU) {
        (void)vnic__fail(
            err, VNIC_ENOTSUP, "RTM_NEWADDR", "addresses",
            "cannot add an address to %s («%s»): its MTU is %u, and IPv6 needs 1280: raise "
            "the MTU first",
            at->link.tun.name, text, (unsigned)at->link.mtu);
        vnic__fail_os(err, VNIC_OS_NETLINK, result->error);
        return VNIC_ENOTSUP;
    }
    return vnic__nl_fail(err, op, at->link.tun.name, text, result);
}

int vnic__linux_add_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err)
{
    struct linux_nl_result result;
    struct linux_where at;

    for (int i = 0; i < ADDR_TRIES; i++) {
        int code = vnic__linux_where(q, &at, err);
        if (code < 0)
            return code;
        if (send_new_addr(q, &at, p, &result) == 0)
            return 0;
        if (result.error != ENODEV)
            break;
    }
    return fail_addr(err, NL_OP_ADD_ADDRESS, &at, p, &result);
}

/* Looks for the address to remove, and whether its removal would take others along. */
struct addr_search {
    const struct vnic_prefix *wanted;
    struct linux_nl_addr found;
    int n_found;
    int n_secondary;
};

static void take_search(void *user, const struct linux_nl_addr *addr)
{
    struct addr_search *search = user;
    const struct vnic_prefix *p = search->wanted;

    if (!addr) {
        search->n_found = 0;
        search->n_secondary = 0;
        return;
    }
    if (addr->family == AF_INET && (addr->flags & IFA_F_SECONDARY))
        search->n_secondary++;
    if ((addr->family == AF_INET) != (p->family == VNIC_IPV4) || search->n_found > 0 ||
        addr->prefix_len != p->prefix_len || memcmp(addr->local, p->addr, addr_size(p)) != 0)
        return;
    if ((p->flags & VNIC_PREFIX_PEER) && memcmp(addr->peer, p->peer, addr_size(p)) != 0)
        return;
    search->found = *addr;
    search->n_found = 1;
}

/*
 * Removes what was found. The kernel takes the secondary addresses of a removed IPv4 address along,
 * unless promote_secondaries is set: it is, for this moment (Linux net/ipv4/devinet.c __inet_del_ifa()).
 */
static int send_del_addr(struct vnic *q, struct linux_where *at, const struct addr_search *search,
                         struct linux_nl_result *result)
{
    int promote = search->found.family == AF_INET && search->n_secondary > 0 &&
                  !(search->found.flags & IFA_F_SECONDARY) && at->link.has_promote &&
                  !at->link.promote;
    struct linux_nl_result ignored;
    struct linux_nl_request req;
    struct vnic_prefix exact;
    int error;

    to_prefix(&search->found, &at->link, &exact);
    if (promote && vnic__linux_set_promote(q, at, 1, result) != 0) {
        if (!result->from_kernel)
            (void)vnic__linux_set_promote(q, at, 0, &ignored);
        return result->error;
    }
    begin_addr(&req, RTM_DELADDR, 0, at, &exact);
    error = vnic__linux_ask(q, at, &req, NULL, NULL, result);
    if (promote)
        (void)vnic__linux_set_promote(q, at, 0, &ignored);
    return error;
}

int vnic__linux_remove_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err)
{
    struct linux_nl_result result;
    struct linux_where at;
    struct addr_search search = {.wanted = p};
    struct addr_walk walk = {.take = take_search, .user = &search};

    for (int i = 0; i < ADDR_TRIES; i++) {
        int code = vnic__linux_where(q, &at, err);
        if (code < 0)
            return code;
        if (walk_addresses(q, &at, &walk, &result) == 0) {
            if (search.n_found == 0)
                result.error = EADDRNOTAVAIL;
            else if (send_del_addr(q, &at, &search, &result) == 0)
                return 0;
        }
        if (result.error != ENODEV)
            break;
    }
    return fail_addr(err, NL_OP_REMOVE_ADDRESS, &at, p, &result);
}
