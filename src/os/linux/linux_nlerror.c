/* SPDX-License-Identifier: Apache-2.0 */
#include "linux_nlerror.h"

#include <errno.h>
#include <string.h>

#include "core/fail.h"

/* How an operation is called in vnic_error.operation, .field and in the sentence. */
struct nl_op_words {
    const char *operation;
    const char *field;
    const char *what; /* completed by the interface's name */
};

static const struct nl_op_words op_words[] = {
    [NL_OP_GET_LINK] = {"RTM_GETLINK", "", "look at interface"},
    [NL_OP_LIST_LINKS] = {"RTM_GETLINK", "", "list the interfaces"},
    [NL_OP_LIST_ADDRESSES] = {"RTM_GETADDR", "addresses", "list the addresses of"},
    [NL_OP_SET_UP] = {"RTM_SETLINK IFF_UP", "up", "bring up or down"},
    [NL_OP_SET_MTU] = {"RTM_SETLINK IFLA_MTU", "mtu", "set the MTU of"},
    [NL_OP_SET_NAME] = {"RTM_SETLINK IFLA_IFNAME", "name", "rename"},
    [NL_OP_SET_MAC] = {"RTM_SETLINK IFLA_ADDRESS", "mac", "set the MAC address of"},
    [NL_OP_SET_TX_QUEUE_LEN] = {"RTM_SETLINK IFLA_TXQLEN", "tx_queue_len",
                                "set the queue length of"},
    [NL_OP_SET_ALIAS] = {"RTM_SETLINK IFLA_IFALIAS", "alias", "set the alias of"},
    [NL_OP_SET_LINK_LOCAL] = {"RTM_SETLINK ADDR_GEN_MODE", "flags",
                              "set how link-local addresses are made for"},
    [NL_OP_SET_PROMOTE] = {"RTM_SETLINK IFLA_INET_CONF", "addresses",
                           "keep the secondary addresses of"},
    [NL_OP_ADD_ADDRESS] = {"RTM_NEWADDR", "addresses", "add an address to"},
    [NL_OP_REMOVE_ADDRESS] = {"RTM_DELADDR", "addresses", "remove an address of"},
};

/* What an errno means. ANY_OP rules stand behind those of single operations, the first match counts. */
#define ANY_OP (-1)
struct nl_rule {
    int op;
    int error;
    int code;
    const char *why;
};

#define WHY_IPV6_OFF                                                                               \
    "IPv6 is disabled here (sysctl net.ipv6.conf.all.disable_ipv6, or that of the interface, or "  \
    "the kernel runs without IPv6): set the sysctl to 0, or leave IPv6 addresses out"

/*
 * Sources: Linux net/core/dev.c dev_change_name() and dev_set_mtu_ext(), net/core/rtnetlink.c
 * do_setlink(), net/ipv4/devinet.c inet_rtm_newaddr(), net/ipv6/addrconf.c inet6_addr_add().
 */
static const struct nl_rule rules[] = {
    {NL_OP_SET_MTU, EINVAL, VNIC_EINVAL, "the interface does not take this MTU"},
    {NL_OP_SET_MTU, ERANGE, VNIC_EINVAL, "the interface does not take this MTU"},
    {NL_OP_SET_NAME, EEXIST, VNIC_EEXIST, "the name is taken: choose another one"},
    {NL_OP_SET_NAME, EINVAL, VNIC_ENAME, "the kernel takes no such name"},
    {NL_OP_SET_NAME, EBUSY, VNIC_EBUSY,
     "kernels before 6.2 rename an interface only while it is down: bring it down first"},
    {NL_OP_SET_MAC, EADDRNOTAVAIL, VNIC_EADDR, "no interface can have this address"},
    {NL_OP_SET_MAC, EOPNOTSUPP, VNIC_ENOTSUP, "a TUN interface has no MAC address"},
    {NL_OP_SET_TX_QUEUE_LEN, EINVAL, VNIC_EINVAL, "the kernel takes no such length"},
    {NL_OP_SET_TX_QUEUE_LEN, ERANGE, VNIC_EINVAL, "the kernel takes no such length"},
    {NL_OP_SET_ALIAS, EINVAL, VNIC_EINVAL, "the kernel takes no such text"},
    {NL_OP_SET_LINK_LOCAL, EAFNOSUPPORT, VNIC_ENOTSUP, WHY_IPV6_OFF},
    {NL_OP_SET_LINK_LOCAL, EOPNOTSUPP, VNIC_ENOTSUP, WHY_IPV6_OFF},
    {NL_OP_ADD_ADDRESS, EEXIST, VNIC_EEXIST, "the interface has it already"},
    {NL_OP_ADD_ADDRESS, EINVAL, VNIC_EADDR, "an interface cannot have it"},
    {NL_OP_ADD_ADDRESS, EADDRNOTAVAIL, VNIC_EADDR, "an interface cannot have it"},
    {NL_OP_ADD_ADDRESS, EACCES, VNIC_ENOTSUP, WHY_IPV6_OFF},
    {NL_OP_ADD_ADDRESS, EAFNOSUPPORT, VNIC_ENOTSUP, WHY_IPV6_OFF},
    {NL_OP_ADD_ADDRESS, EOPNOTSUPP, VNIC_ENOTSUP, WHY_IPV6_OFF},
    {NL_OP_REMOVE_ADDRESS, EADDRNOTAVAIL, VNIC_EADDR, "the interface does not have it"},
    {ANY_OP, EPERM, VNIC_EPERM,
     "permission denied (needs CAP_NET_ADMIN in the user namespace that owns the interface's "
     "network "
     "namespace: run as root, or give the program that capability)"},
    {ANY_OP, EACCES, VNIC_EPERM,
     "a security policy of this system (SELinux, seccomp, …) keeps this program from rtnetlink"},
    {ANY_OP, ENODEV, VNIC_ECLOSED, "the interface was removed"},
    {ANY_OP, ENOMEM, VNIC_ENOMEM, "out of memory"},
    {ANY_OP, ENOBUFS, VNIC_ENOMEM, "the kernel is out of buffers"},
    {ANY_OP, EMFILE, VNIC_EMFILE, "this process has no descriptor left"},
    {ANY_OP, ENFILE, VNIC_EMFILE, "this system has no descriptor left"},
    {ANY_OP, EINTR, VNIC_EOS, "it changed again and again while it was read: try again"},
};

static const struct nl_rule *find_rule(enum linux_nl_op op, int error)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].error == error && (rules[i].op == ANY_OP || rules[i].op == (int)op))
            return &rules[i];
    return NULL;
}

int vnic__nl_fail(struct vnic_error *err, enum linux_nl_op op, const char *name, const char *value,
                  const struct linux_nl_result *result)
{
    const struct nl_op_words *words = &op_words[op];
    const struct nl_rule *rule = find_rule(op, result->error);
    const char *why = rule ? rule->why : "the kernel refused";
    int code = rule ? rule->code : VNIC_EOS;

    (void)vnic__fail(err, code, words->operation, words->field, "cannot %s%s%s%s%s%s: %s%s%s%s",
                     words->what, *name ? " " : "", name, value ? " («" : "", value ? value : "",
                     value ? "»)" : "", why, result->text[0] ? "; the kernel says «" : "",
                     result->text, result->text[0] ? "»" : "");
    vnic__fail_os(err, result->from_kernel ? VNIC_OS_NETLINK : VNIC_OS_ERRNO, result->error);
    return code;
}

int vnic__nl_fail_errno(struct vnic_error *err, enum linux_nl_op op, const char *name, int error)
{
    struct linux_nl_result result;

    memset(&result, 0, sizeof result);
    result.error = error;
    return vnic__nl_fail(err, op, name, NULL, &result);
}
