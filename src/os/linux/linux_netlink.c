/* SPDX-License-Identifier: Apache-2.0 */
#include "linux_netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "core/alloc.h"
#include "linux_sys.h"

/* Linux include/linux/socket.h; the C libraries' headers do not all have it. netlink(7) uses it. */
#define NL_SOL_NETLINK 270

/* Enough for an acknowledgement and for one link or address, so that only dumps need more memory. */
#define NL_INBOX_LEN 4096u

int vnic__nl_open(void)
{
    /* They make errors speak and dumps obey their filters. An older kernel that lacks one still works. */
    static const int options[] = {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK};
    const int on = 1;
    int fd = vnic__sys_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

    for (size_t i = 0; fd >= 0 && i < sizeof options / sizeof options[0]; i++)
        (void)vnic__sys_setsockopt(fd, NL_SOL_NETLINK, options[i], &on, sizeof on);
    return fd;
}

/* Lengthens the request by len bytes, padded with zeros to a multiple of 4, and returns where they are. */
static uint8_t *nl_extend(struct linux_nl_request *req, size_t len)
{
    uint8_t *at = (uint8_t *)req->words + req->len;
    size_t padded = (len + 3u) & ~(size_t)3u;
    memset(at, 0, padded);
    req->len += padded;
    return at;
}

void vnic__nl_begin(struct linux_nl_request *req, uint16_t type, uint16_t flags, const void *head,
                    size_t head_len)
{
    struct nlmsghdr header = {0};

    header.nlmsg_type = type;
    header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    req->len = 0;
    memcpy(nl_extend(req, sizeof header), &header, sizeof header);
    memcpy(nl_extend(req, head_len), head, head_len);
}

void vnic__nl_put(struct linux_nl_request *req, uint16_t type, const void *data, size_t len)
{
    struct nlattr attr;

    attr.nla_len = (uint16_t)(sizeof attr + len);
    attr.nla_type = type;
    memcpy(nl_extend(req, sizeof attr), &attr, sizeof attr);
    if (len > 0)
        memcpy(nl_extend(req, len), data, len);
}

void vnic__nl_put_u32(struct linux_nl_request *req, uint16_t type, uint32_t value)
{
    vnic__nl_put(req, type, &value, sizeof value);
}

size_t vnic__nl_nest(struct linux_nl_request *req, uint16_t type)
{
    size_t nest = req->len;
    vnic__nl_put(req, (uint16_t)(type | NLA_F_NESTED), NULL, 0);
    return nest;
}

void vnic__nl_nest_end(struct linux_nl_request *req, size_t nest)
{
    uint16_t len = (uint16_t)(req->len - nest);
    memcpy((uint8_t *)req->words + nest + offsetof(struct nlattr, nla_len), &len, sizeof len);
}

/* Numbers the request and sends it to the kernel (nl_pid 0). Returns 0 or an errno. */
static int nl_send(const struct linux_nl_socket *nl, struct linux_nl_request *req)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct iovec iov = {.iov_base = req->words, .iov_len = req->len};
    struct msghdr msg = {
        .msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = &iov, .msg_iovlen = 1};
    uint32_t len = (uint32_t)req->len, seq = ++*nl->seq;
    ssize_t sent;

    memcpy((uint8_t *)req->words + offsetof(struct nlmsghdr, nlmsg_len), &len, sizeof len);
    memcpy((uint8_t *)req->words + offsetof(struct nlmsghdr, nlmsg_seq), &seq, sizeof seq);
    do
        sent = vnic__sys_sendmsg(nl->fd, &msg, 0);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return errno;
    return (size_t)sent == req->len ? 0 : EIO;
}

/*
 * The datagrams of one answer. The first room is on the stack: a change that the kernel has made must not
 * be reported as failed for want of memory.
 */
struct nl_inbox {
    uint8_t *buf;  /* first, or larger */
    uint8_t *more; /* what to free */
    size_t cap;
    size_t len;
    uint8_t first[NL_INBOX_LEN];
};

static ssize_t nl_recv(int fd, struct nl_inbox *in, int flags, struct sockaddr_nl *ret_from)
{
    struct iovec iov = {.iov_base = in->buf, .iov_len = in->cap};
    struct msghdr msg = {
        .msg_name = ret_from, .msg_namelen = sizeof *ret_from, .msg_iov = &iov, .msg_iovlen = 1};
    ssize_t got;

    do
        got = vnic__sys_recvmsg(fd, &msg, flags);
    while (got < 0 && errno == EINTR);
    return got;
}

/*
 * Receives the next datagram whole: a look tells how long it is, then the buffer is grown, then it is
 * taken. Those that do not come from the kernel are dropped: any process may write to a netlink
 * socket. Returns 0 or an errno.
 */
static int nl_receive(int fd, struct nl_inbox *in)
{
    struct sockaddr_nl from;
    ssize_t got;

    do {
        memset(&from, 0, sizeof from);
        got = nl_recv(fd, in, MSG_PEEK | MSG_TRUNC, &from);
        if (got < 0)
            return errno;
        if ((size_t)got > in->cap) {
            size_t cap = ((size_t)got + NL_INBOX_LEN - 1) & ~(size_t)(NL_INBOX_LEN - 1);
            vnic__free(in->more);
            in->more = in->buf = vnic__alloc(cap);
            in->cap = in->buf ? cap : 0;
            if (!in->buf)
                return ENOMEM;
        }
        got = nl_recv(fd, in, MSG_TRUNC, &from);
        if (got < 0)
            return errno;
        if ((size_t)got > in->cap)
            return EPROTO;
    } while (from.nl_pid != 0);
    in->len = (size_t)got;
    return 0;
}

/* What reading an answer has found so far. */
struct nl_reading {
    int (*fn)(void *user, const struct linux_nl_msg *msg);
    void *user;
    uint32_t seq;
    uint32_t done;    /* the verdict came */
    uint32_t changed; /* a part of the dump said NLM_F_DUMP_INTR */
    int stopped;      /* errno of fn: the rest is read but not looked at */
};

/* Looks at one datagram. Returns 0, or EPROTO for bytes that are no messages. */
static int nl_read_datagram(struct nl_reading *r, const struct nl_inbox *in,
                            struct linux_nl_result *ret)
{
    struct linux_nl_verdict verdict;
    struct linux_nl_msg msg;
    size_t offset = 0;
    int more;

    while ((more = vnic__nl_next_msg(in->buf, in->len, &offset, &msg)) > 0) {
        if (msg.seq != r->seq || msg.type == NLMSG_NOOP)
            continue; /* the rest of an earlier answer */
        if (msg.type == NLMSG_OVERRUN)
            return ENOBUFS;
        if (msg.flags & NLM_F_DUMP_INTR)
            r->changed = 1;
        if (msg.type == NLMSG_ERROR || msg.type == NLMSG_DONE) {
            if (vnic__nl_parse_verdict(&msg, &verdict) < 0)
                return EPROTO;
            r->done = 1;
            ret->error = verdict.error;
            memcpy(ret->text, verdict.text, sizeof ret->text);
            return 0;
        }
        if (r->fn && r->stopped == 0)
            r->stopped = r->fn(r->user, &msg);
    }
    return more < 0 ? EPROTO : 0;
}

int vnic__nl_call(const struct linux_nl_socket *nl, struct linux_nl_request *req,
                  int (*fn)(void *user, const struct linux_nl_msg *msg), void *user,
                  struct linux_nl_result *ret)
{
    struct nl_reading r = {.fn = fn, .user = user};
    struct nl_inbox in;
    int error;

    in.buf = in.first;
    in.cap = sizeof in.first;
    in.more = NULL;
    memset(ret, 0, sizeof *ret);
    error = nl_send(nl, req);
    r.seq = *nl->seq;
    while (error == 0 && !r.done) {
        error = nl_receive(nl->fd, &in);
        if (error == 0)
            error = nl_read_datagram(&r, &in, ret);
    }
    vnic__free(in.more);
    if (error == 0 && ret->error == 0)
        error = r.stopped;
    ret->from_kernel = error == 0;
    if (error != 0)
        ret->error = error;
    else if (ret->error == 0 && r.changed)
        ret->error = EINTR;
    return ret->error;
}
