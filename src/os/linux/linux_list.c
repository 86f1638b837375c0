/* SPDX-License-Identifier: Apache-2.0 */
/* Links that no handle belongs to: every TUN and TAP of a namespace, and one by its name. */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "linux_link.h"
#include "linux_sys.h"

/* The links of a dump. They are all read before anybody is told: a dump may have to begin again. */
struct listed_link {
    struct vnic_info info;
    struct listed_link *next;
};

struct link_list {
    struct listed_link *first;
    struct listed_link **end;
};

static void free_list(struct link_list *list)
{
    while (list->first) {
        struct listed_link *link = list->first;
        list->first = link->next;
        vnic__free(link);
    }
    list->end = &list->first;
}

static int take_listed_link(void *user, const struct linux_nl_msg *msg)
{
    struct link_list *list = user;
    struct listed_link *added;
    struct linux_nl_link link;

    if (msg->type != RTM_NEWLINK)
        return 0;
    if (vnic__nl_parse_link(msg, &link) < 0)
        return EPROTO;
    if (strcmp(link.tun.kind, "tun") != 0)
        return 0;
    added = vnic__alloc(sizeof *added);
    if (!added)
        return ENOMEM;
    added->info.size = sizeof added->info;
    vnic__linux_fill_info(&link, &added->info);
    *list->end = added;
    list->end = &added->next;
    return 0;
}

/* Reads all links of kind "tun" in the namespace of the socket. Returns 0 or an errno. */
static int read_links(const struct linux_nl_socket *nl, struct link_list *list,
                      struct linux_nl_result *result)
{
    struct ifinfomsg head = {.ifi_family = AF_UNSPEC};
    struct linux_nl_request req;
    int error = EINTR;

    for (int i = 0; error == EINTR && i < VNIC__NL_DUMP_TRIES; i++) {
        size_t nest;
        free_list(list);
        vnic__nl_begin(&req, RTM_GETLINK, NLM_F_DUMP, &head, sizeof head);
        /* The kernel sends this kind only: net/core/rtnetlink.c link_dump_filtered(). */
        nest = vnic__nl_nest(&req, IFLA_LINKINFO);
        vnic__nl_put(&req, IFLA_INFO_KIND, "tun", sizeof "tun");
        vnic__nl_nest_end(&req, nest);
        error = vnic__nl_call(nl, &req, take_listed_link, list, result);
    }
    return error;
}

int vnic__linux_list(int (*fn)(void *user, const struct vnic_info *info), void *user,
                     struct vnic_error *err)
{
    struct link_list list = {NULL, NULL};
    struct linux_nl_result result;
    uint32_t seq = 0;
    struct linux_nl_socket nl = {vnic__nl_open(), &seq};
    int n = 0, error;

    if (nl.fd < 0)
        return vnic__nl_fail_errno(err, NL_OP_LIST_LINKS, "", errno);
    list.end = &list.first;
    error = read_links(&nl, &list, &result);
    (void)vnic__sys_close(nl.fd);
    if (error != 0)
        n = vnic__nl_fail(err, NL_OP_LIST_LINKS, "", NULL, &result);
    for (struct listed_link *link = list.first; error == 0 && link; link = link->next) {
        n++;
        if (fn(user, &link->info) != 0)
            break;
    }
    free_list(&list);
    return n;
}

int vnic__linux_query(const char *name, struct linux_tun_facts *ret, struct vnic_error *err)
{
    struct linux_nl_result result;
    struct linux_nl_link link;
    uint32_t seq = 0;
    struct linux_nl_socket nl = {vnic__nl_open(), &seq};
    int error;

    if (nl.fd < 0)
        return vnic__nl_fail_errno(err, NL_OP_GET_LINK, name, errno);
    error = vnic__nl_get_link(&nl, name, 0, &link, &result);
    (void)vnic__sys_close(nl.fd);
    if (error == ENODEV && result.from_kernel) {
        (void)vnic__fail(err, VNIC_ENODEV, "RTM_GETLINK", "name",
                         "there is no interface %s in this network namespace", name);
        vnic__fail_os(err, VNIC_OS_NETLINK, ENODEV);
        return VNIC_ENODEV;
    }
    if (error != 0)
        return vnic__nl_fail(err, NL_OP_GET_LINK, name, NULL, &result);
    *ret = link.tun;
    return 0;
}
