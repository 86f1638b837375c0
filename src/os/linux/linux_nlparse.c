/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layouts: netlink(7), rtnetlink(7), Linux include/uapi/linux/netlink.h, if_link.h, if_addr.h. Numbers are
 * in host order and copied out with memcpy, because nothing promises their alignment.
 */
#include "linux_nlparse.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* Messages and attributes begin at multiples of 4: NLMSG_ALIGNTO, NLA_ALIGNTO. */
static size_t nl_align(size_t len)
{
    return (len + 3u) & ~(size_t)3u;
}

static uint16_t nl_u16(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t nl_u32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* Moves *offset over an item of `size` bytes and its padding, but not past the end. */
static void nl_advance(size_t *offset, size_t size, size_t len)
{
    size_t step = nl_align(size);
    *offset = step > len - *offset ? len : *offset + step;
}

int vnic__nl_next_msg(const uint8_t *buf, size_t len, size_t *offset, struct linux_nl_msg *ret)
{
    const uint8_t *at;
    uint32_t size;

    if (*offset >= len)
        return 0;
    if (len - *offset < sizeof(struct nlmsghdr))
        return -1;
    at = buf + *offset;
    size = nl_u32(at + offsetof(struct nlmsghdr, nlmsg_len));
    if (size < sizeof(struct nlmsghdr) || size > len - *offset)
        return -1;
    ret->type = nl_u16(at + offsetof(struct nlmsghdr, nlmsg_type));
    ret->flags = nl_u16(at + offsetof(struct nlmsghdr, nlmsg_flags));
    ret->seq = nl_u32(at + offsetof(struct nlmsghdr, nlmsg_seq));
    ret->payload = at + sizeof(struct nlmsghdr);
    ret->len = size - sizeof(struct nlmsghdr);
    nl_advance(offset, size, len);
    return 1;
}

int vnic__nl_next_attr(const uint8_t *buf, size_t len, size_t *offset, struct linux_nl_attr *ret)
{
    const uint8_t *at;
    uint16_t size;

    if (*offset >= len)
        return 0;
    if (len - *offset < sizeof(struct nlattr))
        return -1;
    at = buf + *offset;
    size = nl_u16(at + offsetof(struct nlattr, nla_len));
    /* A rest that holds no data is passed over, as the kernel's own nla_parse() does (lib/nlattr.c):
     * qemu-user 7.2 gives an empty last attribute in the byte order of the wrong machine. */
    if (len - *offset == sizeof(struct nlattr) && size != sizeof(struct nlattr))
        return 0;
    if (size < sizeof(struct nlattr) || size > len - *offset)
        return -1;
    ret->type = nl_u16(at + offsetof(struct nlattr, nla_type)) & (uint16_t)NLA_TYPE_MASK;
    ret->data = at + sizeof(struct nlattr);
    ret->len = size - sizeof(struct nlattr);
    nl_advance(offset, size, len);
    return 1;
}

void vnic__nl_text(const struct linux_nl_attr *attr, char *ret, size_t cap)
{
    size_t i;
    for (i = 0; i < attr->len && i + 1 < cap && attr->data[i] != 0; i++)
        ret[i] = (char)attr->data[i];
    ret[i] = '\0';
}

uint32_t vnic__nl_number(const struct linux_nl_attr *attr)
{
    if (attr->len == 1)
        return attr->data[0];
    if (attr->len == 2)
        return nl_u16(attr->data);
    return attr->len == 4 ? nl_u32(attr->data) : 0;
}

/* The kernel's sentence among the attributes behind an acknowledgement. */
static void find_ack_text(const uint8_t *buf, size_t len, char *ret, size_t cap)
{
    struct linux_nl_attr attr;
    size_t offset = 0;
    while (vnic__nl_next_attr(buf, len, &offset, &attr) > 0)
        if (attr.type == NLMSGERR_ATTR_MSG)
            vnic__nl_text(&attr, ret, cap);
    for (; *ret != '\0'; ret++)
        if ((unsigned char)*ret < 0x20)
            *ret = ' ';
}

/*
 * NLMSG_ERROR: struct nlmsgerr, whose request is cut to its header when NLM_F_CAPPED, then attributes
 * when NLM_F_ACK_TLVS. NLMSG_DONE: an int, then the attributes. Older kernels may send an empty one.
 */
int vnic__nl_parse_verdict(const struct linux_nl_msg *msg, struct linux_nl_verdict *ret)
{
    size_t tlvs = sizeof(int32_t);
    int32_t code = 0;

    memset(ret, 0, sizeof *ret);
    if (msg->len >= sizeof code)
        memcpy(&code, msg->payload, sizeof code);
    else if (msg->type != NLMSG_DONE)
        return -1;
    if (code > 0 && msg->type == NLMSG_DONE) /* a length, not an error */
        code = 0;
    if (code > 0 || code < -4095) /* MAX_ERRNO, include/linux/err.h */
        return -1;
    ret->error = -code;
    if (!(msg->flags & NLM_F_ACK_TLVS))
        return 0;
    if (msg->type == NLMSG_ERROR) {
        tlvs = sizeof(struct nlmsgerr);
        if (msg->len >= tlvs && !(msg->flags & NLM_F_CAPPED)) {
            uint32_t whole = nl_u32(msg->payload + offsetof(struct nlmsgerr, msg) +
                                    offsetof(struct nlmsghdr, nlmsg_len));
            if (whole < sizeof(struct nlmsghdr) || whole > msg->len)
                return 0;
            tlvs = offsetof(struct nlmsgerr, msg) + nl_align(whole);
        }
    }
    if (tlvs <= msg->len)
        find_ack_text(msg->payload + tlvs, msg->len - tlvs, ret->text, sizeof ret->text);
    return 0;
}

/* IFA_PROTO came with Linux 5.18 and is not in every system's header: include/uapi/linux/if_addr.h. */
#define NL_IFA_PROTO 11

/* IFA_ADDRESS and IFA_LOCAL: "on a point-to-point link IFA_ADDRESS is the other end", if_addr.h. */
static void settle_peer(struct linux_nl_addr *ret, uint32_t has_address, uint32_t has_local)
{
    if (!has_local)
        memcpy(ret->local, ret->peer, sizeof ret->local);
    ret->has_peer =
        has_address && has_local && memcmp(ret->local, ret->peer, sizeof ret->peer) != 0;
    if (!ret->has_peer)
        memset(ret->peer, 0, sizeof ret->peer);
}

/* One attribute of an address whose family has addresses of `size` bytes. */
static void parse_addr_attr(const struct linux_nl_attr *attr, size_t size,
                            struct linux_nl_addr *ret, uint32_t *has_address, uint32_t *has_local)
{
    if (attr->type == IFA_ADDRESS && attr->len == size) {
        memcpy(ret->peer, attr->data, size);
        *has_address = 1;
    } else if (attr->type == IFA_LOCAL && attr->len == size) {
        memcpy(ret->local, attr->data, size);
        *has_local = 1;
    } else if (attr->type == IFA_BROADCAST && attr->len == size) {
        memcpy(ret->broadcast, attr->data, size);
        ret->has_broadcast = 1;
    } else if (attr->type == IFA_FLAGS && attr->len == 4) {
        ret->flags = nl_u32(attr->data);
    } else if (attr->type == NL_IFA_PROTO && attr->len == 1) {
        ret->proto = attr->data[0];
    }
}

int vnic__nl_parse_addr(const struct linux_nl_msg *msg, struct linux_nl_addr *ret)
{
    size_t offset = nl_align(sizeof(struct ifaddrmsg)), size;
    uint32_t has_address = 0, has_local = 0;
    struct linux_nl_attr attr;
    struct ifaddrmsg head;
    int more;

    memset(ret, 0, sizeof *ret);
    if (msg->len < sizeof head)
        return -1;
    memcpy(&head, msg->payload, sizeof head);
    ret->family = head.ifa_family;
    ret->prefix_len = head.ifa_prefixlen;
    ret->scope = head.ifa_scope;
    ret->flags = head.ifa_flags;
    ret->if_index = head.ifa_index;
    if (ret->family != AF_INET && ret->family != AF_INET6)
        return 0; /* another family's address: the caller passes over it */
    size = ret->family == AF_INET ? 4 : 16;
    while ((more = vnic__nl_next_attr(msg->payload, msg->len, &offset, &attr)) > 0)
        parse_addr_attr(&attr, size, ret, &has_address, &has_local);
    settle_peer(ret, has_address, has_local);
    if (ret->prefix_len > size * 8 || (!has_address && !has_local))
        return -1;
    return more;
}
