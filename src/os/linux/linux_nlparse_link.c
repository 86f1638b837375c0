/* SPDX-License-Identifier: Apache-2.0 */
/* Reading RTM_NEWLINK: rtnetlink(7), Linux include/uapi/linux/if_link.h, net/core/rtnetlink.c. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "linux_nlparse.h"

/* IFLA_INFO_DATA of kind "tun": Linux drivers/net/tun.c tun_fill_info(). */
static uint32_t *tun_member(struct linux_tun_facts *ret, uint16_t type)
{
    switch (type) {
    case IFLA_TUN_OWNER:
        return &ret->owner;
    case IFLA_TUN_GROUP:
        return &ret->group;
    case IFLA_TUN_TYPE: /* IFF_TUN 1, IFF_TAP 2: the numbers of VNIC_TUN and VNIC_TAP */
        return &ret->layer;
    case IFLA_TUN_PI:
        return &ret->pi;
    case IFLA_TUN_VNET_HDR:
        return &ret->vnet_hdr;
    case IFLA_TUN_PERSIST:
        return &ret->persist;
    case IFLA_TUN_MULTI_QUEUE:
        return &ret->multi_queue;
    case IFLA_TUN_NUM_QUEUES:
        return &ret->n_queues;
    case IFLA_TUN_NUM_DISABLED_QUEUES:
        return &ret->n_disabled;
    default:
        return NULL;
    }
}

static int parse_tun_data(const struct linux_nl_attr *nest, struct linux_tun_facts *ret)
{
    struct linux_nl_attr attr;
    size_t offset = 0;
    int more;

    while ((more = vnic__nl_next_attr(nest->data, nest->len, &offset, &attr)) > 0) {
        uint32_t *member = tun_member(ret, attr.type);
        if (member)
            *member = vnic__nl_number(&attr);
    }
    if (ret->layer > VNIC_TAP)
        ret->layer = 0;
    return more;
}

static int parse_linkinfo(const struct linux_nl_attr *nest, struct linux_tun_facts *ret)
{
    struct linux_nl_attr attr, data = {0, NULL, 0};
    size_t offset = 0;
    int more;

    while ((more = vnic__nl_next_attr(nest->data, nest->len, &offset, &attr)) > 0) {
        if (attr.type == IFLA_INFO_KIND)
            vnic__nl_text(&attr, ret->kind, sizeof ret->kind);
        else if (attr.type == IFLA_INFO_DATA)
            data = attr;
    }
    if (more == 0 && strcmp(ret->kind, "tun") == 0 && data.data)
        more = parse_tun_data(&data, ret);
    return more;
}

/* AF_INET: IFLA_INET_CONF is an array of u32, number n at n - 1: Linux net/ipv4/devinet.c. */
static int parse_inet_spec(const struct linux_nl_attr *nest, struct linux_nl_link *ret)
{
    const size_t at = (VNIC__NL_PROMOTE_SECONDARIES - 1) * sizeof(uint32_t);
    struct linux_nl_attr attr;
    size_t offset = 0;
    int more;

    while ((more = vnic__nl_next_attr(nest->data, nest->len, &offset, &attr)) > 0) {
        if (attr.type == IFLA_INET_CONF && attr.len >= at + sizeof(uint32_t)) {
            ret->has_promote = 1;
            memcpy(&ret->promote, attr.data + at, sizeof ret->promote);
        }
    }
    return more;
}

static int parse_inet6_spec(const struct linux_nl_attr *nest, struct linux_nl_link *ret)
{
    struct linux_nl_attr attr;
    size_t offset = 0;
    int more;

    while ((more = vnic__nl_next_attr(nest->data, nest->len, &offset, &attr)) > 0) {
        if (attr.type == IFLA_INET6_ADDR_GEN_MODE && attr.len == 1) {
            ret->has_gen_mode = 1;
            ret->gen_mode = attr.data[0];
        }
    }
    return more;
}

static int parse_af_spec(const struct linux_nl_attr *nest, struct linux_nl_link *ret)
{
    struct linux_nl_attr attr;
    size_t offset = 0;
    int more;

    while ((more = vnic__nl_next_attr(nest->data, nest->len, &offset, &attr)) > 0) {
        if (attr.type == AF_INET && parse_inet_spec(&attr, ret) < 0)
            return -1;
        if (attr.type == AF_INET6 && parse_inet6_spec(&attr, ret) < 0)
            return -1;
    }
    return more;
}

/* The structure grows with the kernel, so a shorter one is filled with zeros. */
static void parse_stats(const struct linux_nl_attr *attr, struct linux_nl_link *ret)
{
    struct rtnl_link_stats64 stats;
    memset(&stats, 0, sizeof stats);
    memcpy(&stats, attr->data, attr->len < sizeof stats ? attr->len : sizeof stats);
    ret->rx_packets = stats.rx_packets;
    ret->rx_bytes = stats.rx_bytes;
    ret->rx_errors = stats.rx_errors;
    ret->rx_dropped = stats.rx_dropped;
    ret->rx_frame_errors = stats.rx_frame_errors;
    ret->tx_packets = stats.tx_packets;
    ret->tx_bytes = stats.tx_bytes;
    ret->tx_errors = stats.tx_errors;
    ret->tx_dropped = stats.tx_dropped;
}

/*
 * IFLA_TSO_MAX_SIZE is told of every link since Linux 5.19, and not in every system's header:
 * include/uapi/linux/if_link.h. A kernel that tells it also marks its own addresses (IFA_PROTO, 5.18).
 */
#define NL_IFLA_TSO_MAX_SIZE 59

static uint32_t *link_member(struct linux_nl_link *ret, uint16_t type)
{
    switch (type) {
    case IFLA_MTU:
        return &ret->mtu;
    case IFLA_TXQLEN:
        return &ret->tx_queue_len;
    case IFLA_CARRIER:
        return &ret->carrier;
    default:
        return NULL;
    }
}

static void parse_mac(const struct linux_nl_attr *attr, struct linux_nl_link *ret)
{
    if (attr->len == 6) {
        memcpy(ret->mac, attr->data, 6);
        ret->mac_len = 6;
    }
}

static int parse_link_attr(const struct linux_nl_attr *attr, struct linux_nl_link *ret)
{
    uint32_t *member = link_member(ret, attr->type);

    if (member)
        *member = vnic__nl_number(attr);
    else if (attr->type == IFLA_IFNAME)
        vnic__nl_text(attr, ret->tun.name, sizeof ret->tun.name);
    else if (attr->type == IFLA_IFALIAS)
        vnic__nl_text(attr, ret->alias, sizeof ret->alias);
    else if (attr->type == IFLA_ADDRESS)
        parse_mac(attr, ret);
    else if (attr->type == IFLA_STATS64)
        parse_stats(attr, ret);
    else if (attr->type == NL_IFLA_TSO_MAX_SIZE)
        ret->knows_proto = 1;
    else if (attr->type == IFLA_LINKINFO)
        return parse_linkinfo(attr, &ret->tun);
    else if (attr->type == IFLA_AF_SPEC)
        return parse_af_spec(attr, ret);
    return 0;
}

int vnic__nl_parse_link(const struct linux_nl_msg *msg, struct linux_nl_link *ret)
{
    size_t offset = sizeof(struct ifinfomsg); /* 16, aligned */
    struct linux_nl_attr attr;
    int32_t index;
    int more;

    memset(ret, 0, sizeof *ret);
    ret->tun.owner = VNIC_UNSET;
    ret->tun.group = VNIC_UNSET;
    if (msg->len < sizeof(struct ifinfomsg))
        return -1;
    memcpy(&index, msg->payload + offsetof(struct ifinfomsg, ifi_index), sizeof index);
    if (index <= 0)
        return -1;
    ret->tun.if_index = (uint32_t)index;
    memcpy(&ret->ifi_flags, msg->payload + offsetof(struct ifinfomsg, ifi_flags),
           sizeof ret->ifi_flags);
    while ((more = vnic__nl_next_attr(msg->payload, msg->len, &offset, &attr)) > 0)
        if (parse_link_attr(&attr, ret) < 0)
            return -1;
    return more;
}
