/* SPDX-License-Identifier: Apache-2.0 */
/* Setting what belongs to the link: rtnetlink(7), RTM_SETLINK; Linux net/core/rtnetlink.c do_setlink(). */
#include "linux_link.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "core/fail.h"

/* How often an operation is begun again when the interface went elsewhere in its midst. */
#define LINK_TRIES 4

/* One setting: what to put into the request. */
struct link_setting {
    enum linux_nl_op op;
    const char *text; /* the value, for the sentence of an error; NULL: none */
    void (*put)(struct linux_nl_request *req, const void *value);
    const void *value;
    uint32_t change_up; /* 1: the flag IFF_UP is set as `up` says */
    uint32_t up;
};

/* Sends one setting to the interface that was found. Returns 0 or the errno, also in *result. */
static int send_setting(struct vnic *q, struct linux_where *at, const struct link_setting *set,
                        struct linux_nl_result *result)
{
    struct ifinfomsg head = {.ifi_family = AF_UNSPEC, .ifi_index = (int)at->link.tun.if_index};
    struct linux_nl_request req;

    if (set->change_up) {
        head.ifi_change = IFF_UP;
        head.ifi_flags = set->up ? IFF_UP : 0;
    }
    vnic__nl_begin(&req, RTM_SETLINK, NLM_F_ACK, &head, sizeof head);
    if (set->put)
        set->put(&req, set->value);
    return vnic__linux_ask(q, at, &req, NULL, NULL, result);
}

/* Finds the interface and sets; when it went elsewhere in between (ENODEV) once more. */
static int set_link(struct vnic *q, const struct link_setting *set, struct vnic_error *err)
{
    struct linux_nl_result result;
    struct linux_where at;

    for (int i = 0; i < LINK_TRIES; i++) {
        int code = vnic__linux_where(q, &at, err);
        if (code < 0)
            return code;
        if (send_setting(q, &at, set, &result) == 0)
            return 0;
        if (result.error != ENODEV || !result.from_kernel)
            break;
    }
    return vnic__nl_fail(err, set->op, at.link.tun.name, set->text, &result);
}

int vnic__linux_set_up(struct vnic *q, uint32_t up, struct vnic_error *err)
{
    struct link_setting set = {
        .op = NL_OP_SET_UP, .text = up ? "up" : "down", .change_up = 1, .up = up};
    return set_link(q, &set, err);
}

static void put_mtu(struct linux_nl_request *req, const void *value)
{
    vnic__nl_put(req, IFLA_MTU, value, sizeof(uint32_t));
}

int vnic__linux_set_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err)
{
    char text[16];
    struct link_setting set = {.op = NL_OP_SET_MTU, .text = text, .put = put_mtu, .value = &mtu};
    int code;

    (void)snprintf(text, sizeof text, "%u", (unsigned)mtu);
    code = set_link(q, &set, err);
    if (code == 0)
        vnic__linux_mtu_changed(q, mtu);
    return code;
}

static void put_name(struct linux_nl_request *req, const void *value)
{
    vnic__nl_put(req, IFLA_IFNAME, value, strlen(value) + 1);
}

int vnic__linux_set_name(struct vnic *q, const char *name, struct vnic_error *err)
{
    struct link_setting set = {.op = NL_OP_SET_NAME, .text = name, .put = put_name, .value = name};
    return set_link(q, &set, err);
}

static void put_mac(struct linux_nl_request *req, const void *value)
{
    vnic__nl_put(req, IFLA_ADDRESS, value, 6);
}

int vnic__linux_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err)
{
    char text[24];
    struct link_setting set = {.op = NL_OP_SET_MAC, .text = text, .put = put_mac, .value = mac};

    (void)snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                   mac[3], mac[4], mac[5]);
    return set_link(q, &set, err);
}

static void put_tx_queue_len(struct linux_nl_request *req, const void *value)
{
    vnic__nl_put(req, IFLA_TXQLEN, value, sizeof(uint32_t));
}

int vnic__linux_set_tx_queue_len(struct vnic *q, uint32_t packets, struct vnic_error *err)
{
    char text[16];
    struct link_setting set = {
        .op = NL_OP_SET_TX_QUEUE_LEN, .text = text, .put = put_tx_queue_len, .value = &packets};

    (void)snprintf(text, sizeof text, "%u", (unsigned)packets);
    return set_link(q, &set, err);
}

/* An empty attribute removes the alias: Linux net/core/dev.c dev_set_alias(). */
static void put_alias(struct linux_nl_request *req, const void *value)
{
    vnic__nl_put(req, IFLA_IFALIAS, value, strlen(value));
}

int vnic__linux_set_alias(struct vnic *q, const char *alias, struct vnic_error *err)
{
    struct link_setting set = {.op = NL_OP_SET_ALIAS, .put = put_alias, .value = alias};
    return set_link(q, &set, err);
}

/* ---- Per protocol: IFLA_AF_SPEC { AF_INET6 { … } } ---------------------------------------------- */

static void put_gen_mode(struct linux_nl_request *req, const void *value)
{
    size_t spec = vnic__nl_nest(req, IFLA_AF_SPEC);
    size_t inet6 = vnic__nl_nest(req, AF_INET6);

    vnic__nl_put(req, IFLA_INET6_ADDR_GEN_MODE, value, 1);
    vnic__nl_nest_end(req, inet6);
    vnic__nl_nest_end(req, spec);
}

/*
 * Core's mode 0 is the kernel's IN6_ADDR_GEN_MODE_NONE, 1; every other mode is the kernel's plus one.
 * Without a link-local address the kernel sends no router solicitations either: they begin when such
 * an address has become usable (Linux net/ipv6/addrconf.c addrconf_dad_completed()).
 */
int vnic__linux_get_link_local(struct vnic *q, uint32_t *ret_mode, struct vnic_error *err)
{
    struct linux_where at;
    int code = vnic__linux_where(q, &at, err);

    if (code < 0)
        return code;
    if (!at.link.has_gen_mode)
        return vnic__nl_fail_errno(err, NL_OP_SET_LINK_LOCAL, at.link.tun.name, EAFNOSUPPORT);
    *ret_mode = at.link.gen_mode == IN6_ADDR_GEN_MODE_NONE ? 0 : at.link.gen_mode + 1;
    return 0;
}

int vnic__linux_set_link_local(struct vnic *q, uint32_t mode, struct vnic_error *err)
{
    uint8_t kernel_mode = mode == 0 ? IN6_ADDR_GEN_MODE_NONE : (uint8_t)(mode - 1);
    struct link_setting set = {
        .op = NL_OP_SET_LINK_LOCAL, .put = put_gen_mode, .value = &kernel_mode};
    return set_link(q, &set, err);
}

/* IFLA_INET_CONF holds attributes whose type is the number of the setting: net/ipv4/devinet.c. */
static void put_promote(struct linux_nl_request *req, const void *value)
{
    size_t spec = vnic__nl_nest(req, IFLA_AF_SPEC);
    size_t inet = vnic__nl_nest(req, AF_INET);
    size_t conf = vnic__nl_nest(req, IFLA_INET_CONF);

    vnic__nl_put(req, VNIC__NL_PROMOTE_SECONDARIES, value, sizeof(uint32_t));
    vnic__nl_nest_end(req, conf);
    vnic__nl_nest_end(req, inet);
    vnic__nl_nest_end(req, spec);
}

int vnic__linux_set_promote(struct vnic *q, struct linux_where *at, uint32_t on,
                            struct linux_nl_result *ret)
{
    struct link_setting set = {.op = NL_OP_SET_PROMOTE, .put = put_promote, .value = &on};

    return send_setting(q, at, &set, ret);
}
