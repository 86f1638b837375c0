/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending of `vnic tunnel`. The kernel carries a train of datagrams, all of one length but the last, as
 * one (UDP_SEGMENT, udp(7)), and several trains are one call (sendmmsg(2)).
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#include "cli_tunnel.h"

/* The longest payload over IPv4 (RFC 791, RFC 768), so that a train fits both families. */
#define UDP_TRAIN_BYTES (65535u - 28u)

/* What one sendmmsg() gets. The ancillary data of a train is the length of its datagrams. */
struct udp_sending {
    struct mmsghdr messages[CLI_TUNNEL_BATCH];
    _Alignas(struct cmsghdr) char control[CLI_TUNNEL_BATCH][CMSG_SPACE(sizeof(uint16_t))];
    int packets[CLI_TUNNEL_BATCH]; /* of each message */
    struct iovec pieces[CLI_TUNNEL_BATCH];
    int n;
};

/* How many of the packets make one train: all as long as the first, and one shorter at the end. */
static int udp_train(const struct cli_udp *udp, const struct vnic_packet *pkts, int n)
{
    uint32_t total = pkts[0].len;
    int count = 1;

    if (!udp->trains || udp->alone > 0) {
        return 1;
    }
    while (count < n && count < CLI_TUNNEL_TRAIN_SENT && pkts[count].len <= pkts[0].len &&
           pkts[count - 1].len == pkts[0].len && total + pkts[count].len <= UDP_TRAIN_BYTES) {
        total += pkts[count++].len;
    }
    return count;
}

/* The bytes of a train. Packets that lie behind each other are one piece. */
static size_t udp_gather(const struct vnic_packet *pkts, int n, struct iovec *pieces)
{
    size_t used = 0;

    for (int i = 0; i < n; i++) {
        if (i > 0 && pkts[i - 1].data + pkts[i - 1].len == pkts[i].data) {
            pieces[used - 1].iov_len += pkts[i].len;
        } else {
            pieces[used++] = (struct iovec){pkts[i].data, pkts[i].len};
        }
    }
    return used;
}

static void udp_mark_train(struct msghdr *message, char *control, uint16_t segment)
{
    struct cmsghdr *c;

    message->msg_control = control;
    message->msg_controllen = CMSG_SPACE(sizeof segment);
    c = CMSG_FIRSTHDR(message);
    c->cmsg_level = SOL_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof segment);
    memcpy(CMSG_DATA(c), &segment, sizeof segment);
}

static void udp_prepare(struct cli_udp *udp, const struct vnic_packet *pkts, int n,
                        struct udp_sending *s)
{
    size_t used = 0;

    s->n = 0;
    for (int at = 0; at < n; at += s->packets[s->n++]) {
        struct msghdr *message = &s->messages[s->n].msg_hdr;
        int count = udp_train(udp, pkts + at, n - at);

        memset(message, 0, sizeof *message);
        message->msg_iov = &s->pieces[used];
        message->msg_iovlen = udp_gather(pkts + at, count, &s->pieces[used]);
        used += message->msg_iovlen;
        if (count > 1) {
            udp_mark_train(message, s->control[s->n], (uint16_t)pkts[at].len);
        }
        s->packets[s->n] = count;
        udp->alone -= udp->alone > 0;
    }
}

/* The kernel refused a message of so many packets. Returns how many of them are done with. */
static int udp_refused(struct cli_udp *udp, int error, int packets)
{
    if (packets > 1 && (error == EINVAL || error == EMSGSIZE || error == EIO)) {
        /* EIO: the device cannot checksum, so that the kernel does not cut (Linux net/ipv4/udp.c
         * udp_send_skb()). Otherwise it is the length: each packet learns for itself. */
        udp->trains = udp->trains && error != EIO;
        udp->alone = packets;
        return 0;
    }
    if (error == EMSGSIZE) {
        udp->path_changed = 1;
        udp->stats->too_long += (uint64_t)packets;
    } else {
        udp->stats->refused += (uint64_t)packets;
    }
    return packets;
}

/* Gives prepared messages to the kernel. Returns packets done with; *ret_error: why it ended early. */
static int udp_hand_over(struct cli_udp *udp, struct udp_sending *s, int *ret_error)
{
    int done = 0;
    int at = 0;

    *ret_error = 0;
    while (at < s->n) {
        int sent = sendmmsg(udp->fd, s->messages + at, (unsigned)(s->n - at), MSG_DONTWAIT);

        if (sent < 0) {
            *ret_error = errno;
            break;
        }
        udp->stats->out_messages += (uint64_t)sent;
        for (; sent > 0; sent--) {
            done += s->packets[at++];
        }
    }
    if (*ret_error != 0 && *ret_error != EAGAIN) {
        done += udp_refused(udp, *ret_error, s->packets[at]);
    }
    return done;
}

int cli_udp_send(struct cli_udp *udp, const struct vnic_packet *pkts, int n)
{
    static struct udp_sending s;
    int error = 0;
    int done = 0;

    if (!udp->connected) {
        udp->stats->no_peer += (uint64_t)n;
        return n;
    }
    while (done < n && error != EAGAIN) {
        /* The rest is put together anew after an error: its trains may have to be other ones. */
        udp_prepare(udp, pkts + done, n - done, &s);
        done += udp_hand_over(udp, &s, &error);
    }
    return done;
}

void cli_udp_keep_alive(struct cli_udp *udp)
{
    if (udp->connected && send(udp->fd, "", 0, MSG_DONTWAIT) == 0) {
        udp->stats->keep_alives_sent++;
    }
}
