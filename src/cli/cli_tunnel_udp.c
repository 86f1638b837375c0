/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket of `vnic tunnel`: opening it, and receiving. The kernel gives datagrams of one length that
 * come behind each other as one (UDP_GRO, udp(7)). A datagram counts only if it came from the peer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli.h"
#include "cli_tunnel.h"

/* RFC 791, RFC 8200 and RFC 768: the headers around a datagram. */
#define UDP_HEADERS_V4 28u
#define UDP_HEADERS_V6 48u

#define UDP_BUFFER 65536u

/* Bytes that the kernel may hold for us while the interface is busy. */
#define UDP_KERNEL_BUFFER (4 << 20)

/* ---- Opening ------------------------------------------------------------------------------------ */

static int udp_complain(const char *what, const union cli_endpoint *e)
{
    char text[CLI_ENDPOINT_TEXT];
    int error = errno;

    cli_complain("%s %s: %s", what, cli_endpoint_text(e, text, sizeof text), strerror(error));
    return error == EACCES || error == EPERM ? CLI_PERMISSION
           : error == EADDRINUSE             ? CLI_CONFLICT
           : error == EADDRNOTAVAIL          ? CLI_USAGE
                                             : CLI_FAILURE;
}

static void udp_set(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

/* Options that the socket works without, only slower; each that a kernel lacks is left out. */
static void udp_set_options(struct cli_udp *udp)
{
    int zero = 0;

    /* Never in fragments: a longer packet is an error that tells us the path's MTU (ip(7)). */
    udp_set(udp->fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    udp_set(udp->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
    /* Beyond the system's limit where we may, else up to it (socket(7)). */
    udp_set(udp->fd, SOL_SOCKET, SO_RCVBUF, UDP_KERNEL_BUFFER);
    udp_set(udp->fd, SOL_SOCKET, SO_RCVBUFFORCE, UDP_KERNEL_BUFFER);
    udp_set(udp->fd, SOL_UDP, UDP_GRO, 1);
    udp->trains = setsockopt(udp->fd, SOL_UDP, UDP_SEGMENT, &zero, sizeof zero) == 0;
}

static int udp_bind(struct cli_udp *udp, const union cli_endpoint *local)
{
    union cli_endpoint at = *local;

    if (cli_endpoint_port(local) == 0) {
        return 0;
    }
    if (at.any.sa_family == AF_UNSPEC) {
        /* Every address, of the peer's family. */
        memset(&at, 0, sizeof at);
        at.any.sa_family = udp->peer.any.sa_family;
        cli_endpoint_set_port(&at, cli_endpoint_port(local));
    }
    if (bind(udp->fd, &at.any, cli_endpoint_size(&at)) < 0) {
        return udp_complain("cannot listen at", &at);
    }
    return 0;
}

static int udp_connect(struct cli_udp *udp)
{
    if (connect(udp->fd, &udp->peer.any, cli_endpoint_size(&udp->peer)) < 0) {
        return udp_complain("no way to", &udp->peer);
    }
    udp->connected = 1;
    return 0;
}

int cli_udp_open(struct cli_udp *udp, const union cli_endpoint *local,
                 const union cli_endpoint *peer, struct cli_tunnel_stats *stats)
{
    int rc;

    udp->peer = *peer;
    udp->stats = stats;
    udp->learn_port = cli_endpoint_port(peer) == 0;
    udp->fd = socket(peer->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    udp->buffers = malloc((size_t)CLI_TUNNEL_MESSAGES * UDP_BUFFER);
    if (udp->fd < 0 || udp->buffers == NULL) {
        cli_complain("cannot make a socket: %s", strerror(errno));
        return CLI_FAILURE;
    }
    udp_set_options(udp);
    rc = udp_bind(udp, local);
    return rc == 0 && !udp->learn_port ? udp_connect(udp) : rc;
}

void cli_udp_close(struct cli_udp *udp)
{
    if (udp->fd >= 0) {
        (void)close(udp->fd);
    }
    free(udp->buffers);
}

void cli_udp_forget(struct cli_udp *udp)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};

    /* connect(2): AF_UNSPEC dissolves the association. */
    if (udp->learn_port && udp->connected && connect(udp->fd, &none, sizeof none) == 0) {
        cli_endpoint_set_port(&udp->peer, 0);
        udp->connected = 0;
    }
}

uint64_t cli_udp_overflow(const struct cli_udp *udp)
{
    /* Linux net/core/sock.c sk_get_meminfo(). */
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t len = sizeof info;

    return getsockopt(udp->fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0 ? info[SK_MEMINFO_DROPS]
                                                                        : 0;
}

/* ip(7), ipv6(7): IP_MTU needs a connected socket; connecting one sends nothing. */
static uint32_t udp_ask_mtu(int fd, int v6)
{
    int mtu = 0;
    socklen_t len = sizeof mtu;
    int rc = v6 ? getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &len)
                : getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &len);

    return rc == 0 && mtu > 0 ? (uint32_t)mtu : 0;
}

uint32_t cli_udp_room(const struct cli_udp *udp)
{
    int v6 = udp->peer.any.sa_family == AF_INET6;
    uint32_t headers = v6 ? UDP_HEADERS_V6 : UDP_HEADERS_V4;
    union cli_endpoint to = udp->peer;
    uint32_t mtu = 0;

    if (udp->connected) {
        mtu = udp_ask_mtu(udp->fd, v6);
    } else {
        int fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        /* The peer's port is not known yet; the way does not depend on it. RFC 863. */
        cli_endpoint_set_port(&to, 9);
        if (fd >= 0 && connect(fd, &to.any, cli_endpoint_size(&to)) == 0) {
            mtu = udp_ask_mtu(fd, v6);
        }
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    mtu = mtu > 65535 ? 65535 : mtu;
    return mtu > headers ? mtu - headers : 0;
}

/* ---- Receiving ---------------------------------------------------------------------------------- */

struct udp_receiving {
    struct mmsghdr messages[CLI_TUNNEL_MESSAGES];
    _Alignas(struct cmsghdr) char control[CLI_TUNNEL_MESSAGES][CMSG_SPACE(sizeof(int))];
    union cli_endpoint from[CLI_TUNNEL_MESSAGES];
    struct iovec pieces[CLI_TUNNEL_MESSAGES];
};

/* The length of the datagrams of a train; 0: it is a single one. */
static uint32_t udp_segment_of(struct msghdr *message)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    int segment = 0;

    if (c != NULL && c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
        memcpy(&segment, CMSG_DATA(c), sizeof segment);
    }
    return segment > 0 ? (uint32_t)segment : 0;
}

/* Cuts a message into the packets that it is made of. Returns how many. */
static int udp_cut(uint8_t *data, uint32_t len, uint32_t segment, struct vnic_packet *pkts)
{
    int n = 0;

    segment = segment == 0 ? len : segment;
    for (uint32_t at = 0; at < len && n < CLI_TUNNEL_TRAIN_RECEIVED; at += segment) {
        memset(&pkts[n], 0, sizeof pkts[n]);
        pkts[n].data = data + at;
        pkts[n++].len = len - at < segment ? len - at : segment;
    }
    return n;
}

/* Whether a message counts. The first one tells the port of a peer that has none yet. */
static int udp_is_from_peer(struct cli_udp *udp, const union cli_endpoint *from)
{
    if (!cli_endpoint_is(&udp->peer, from)) {
        udp->stats->strangers++;
        return 0;
    }
    if (!udp->connected) {
        cli_endpoint_set_port(&udp->peer, cli_endpoint_port(from));
        if (udp_connect(udp) != 0) {
            cli_endpoint_set_port(&udp->peer, 0);
            return 0;
        }
    }
    return 1;
}

static void udp_make_room(struct cli_udp *udp, struct udp_receiving *r)
{
    for (int i = 0; i < CLI_TUNNEL_MESSAGES; i++) {
        struct msghdr *message = &r->messages[i].msg_hdr;

        r->pieces[i] = (struct iovec){udp->buffers + (size_t)i * UDP_BUFFER, UDP_BUFFER};
        memset(message, 0, sizeof *message);
        message->msg_name = &r->from[i];
        message->msg_namelen = sizeof r->from[i];
        message->msg_iov = &r->pieces[i];
        message->msg_iovlen = 1;
        message->msg_control = r->control[i];
        message->msg_controllen = sizeof r->control[i];
    }
}

int cli_udp_recv(struct cli_udp *udp, struct vnic_packet *pkts, int *ret_heard)
{
    static struct udp_receiving r;
    int n_packets = 0;
    int n;

    udp_make_room(udp, &r);
    n = recvmmsg(udp->fd, r.messages, CLI_TUNNEL_MESSAGES, MSG_DONTWAIT, NULL);
    if (n < 0) {
        /* An answer of the network to something that we sent: it is told here too. */
        udp->path_changed |= errno == EMSGSIZE;
        return 0;
    }
    for (int i = 0; i < n; i++) {
        uint32_t len = r.messages[i].msg_len;

        if (!udp_is_from_peer(udp, &r.from[i])) {
            continue;
        }
        *ret_heard = 1;
        udp->stats->in_messages++;
        udp->stats->keep_alives_received += len == 0;
        n_packets += udp_cut(udp->buffers + (size_t)i * UDP_BUFFER, len,
                             udp_segment_of(&r.messages[i].msg_hdr), pkts + n_packets);
    }
    return n_packets;
}
