/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `vnic tunnel` is compared with: the same loop on the descriptor itself, for IPv4 and a fixed peer.
 * `plain` reads and writes packet by packet; `offload` reads and writes super-packets with virtio-net
 * headers and splits and merges them by vnic/segment.h. Run by bench/tunneling.py.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vnic/segment.h>

/* As in src/cli/cli_tunnel.h. */
#define BATCH 128
#define MESSAGES 8
#define TRAIN 64
#define TRAIN_BYTES 65507u
#define RECEIVED (MESSAGES * 128)
#define BUFFER 65536u

/* Linux include/uapi/linux/if_tun.h; since 6.2. */
#define USO4 0x20
#define USO6 0x40

static int tun_fd;
static int udp_fd;
static int with_offload;
static size_t room;
static uint8_t *memory;
static uint8_t super_packet[BUFFER];
static struct iovec out[BATCH];
static int out_n;
static uint8_t in_memory[MESSAGES][BUFFER];
static struct vnic_packet in[RECEIVED];
static vnic_merge *merge;
static struct virtio_net_hdr header;
static struct vnic_split split;
static int left_of_split;

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_tunnel_raw: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void open_tun(const char *name)
{
    struct vnic_merge_rules rules = {
        sizeof rules, VNIC_TUN, VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_USO4 | VNIC_F_USO6, 65535, 64};
    unsigned long features = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    struct ifreq request;

    tun_fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    memset(&request, 0, sizeof request);
    (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    request.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | (with_offload ? IFF_VNET_HDR : 0));
    if (tun_fd < 0 || ioctl(tun_fd, TUNSETIFF, &request) < 0) {
        die("/dev/net/tun");
    }
    if (with_offload && ioctl(tun_fd, TUNSETOFFLOAD, features | USO4 | USO6) < 0 &&
        ioctl(tun_fd, TUNSETOFFLOAD, features) < 0) {
        die("TUNSETOFFLOAD");
    }
    if (with_offload && vnic_merge_create(&rules, &merge) < 0) {
        die("vnic_merge_create");
    }
}

static void open_udp(const char *from, const char *to, const char *port)
{
    struct sockaddr_in local = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)strtol(port, NULL, 10))};
    struct sockaddr_in peer = local;
    int buffer = 4 << 20;
    int one = 1;

    (void)inet_pton(AF_INET, from, &local.sin_addr);
    (void)inet_pton(AF_INET, to, &peer.sin_addr);
    udp_fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (udp_fd < 0 || bind(udp_fd, (const struct sockaddr *)&local, sizeof local) < 0 ||
        connect(udp_fd, (const struct sockaddr *)&peer, sizeof peer) < 0) {
        die("socket");
    }
    (void)setsockopt(udp_fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    (void)setsockopt(udp_fd, SOL_UDP, UDP_GRO, &one, sizeof one);
}

/* ---- To the peer -------------------------------------------------------------------------------- */

static void read_plain(void)
{
    for (out_n = 0; out_n < BATCH; out_n++) {
        uint8_t *at = memory + (size_t)out_n * room;
        ssize_t n = read(tun_fd, at, room);

        if (n <= 0) {
            return;
        }
        out[out_n] = (struct iovec){at, (size_t)n};
    }
}

/* Reads the next super-packet. Returns how many packets it is. */
static int read_super(void)
{
    struct iovec pieces[2] = {{&header, sizeof header}, {super_packet, sizeof super_packet}};
    ssize_t n = readv(tun_fd, pieces, 2);
    struct vnic_packet packet;
    int count;

    if (n <= (ssize_t)sizeof header) {
        return 0;
    }
    memset(&packet, 0, sizeof packet);
    packet.data = super_packet;
    packet.len = (uint32_t)((size_t)n - sizeof header);
    packet.gso_type = header.gso_type;
    packet.gso_size = header.gso_size;
    packet.hdr_len = header.hdr_len;
    packet.csum = header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM ? VNIC_CSUM_PARTIAL : 0;
    packet.csum_start = header.csum_start;
    packet.csum_offset = header.csum_offset;
    count = vnic_split_begin(&split, &packet, VNIC_TUN, 0);
    return count < 0 ? 0 : count;
}

static void read_offload(void)
{
    for (out_n = 0; out_n < BATCH;) {
        struct vnic_packet segment;

        if (left_of_split == 0 && (left_of_split = read_super()) == 0) {
            return;
        }
        segment.data = memory + (size_t)out_n * room;
        segment.cap = (uint32_t)room;
        left_of_split--;
        if (vnic_split_copy(&split, &segment) == 1) {
            out[out_n++] = (struct iovec){segment.data, segment.len};
        }
    }
}

static int train_from(int at, struct iovec *ret)
{
    size_t len = out[at].iov_len;
    int n = 1;

    *ret = out[at];
    while (at + n < out_n && n < TRAIN && out[at + n - 1].iov_len == len &&
           out[at + n].iov_len <= len && ret->iov_len + out[at + n].iov_len <= TRAIN_BYTES &&
           (uint8_t *)ret->iov_base + ret->iov_len == out[at + n].iov_base) {
        ret->iov_len += out[at + n++].iov_len;
    }
    return n;
}

static void send_trains(void)
{
    static _Alignas(struct cmsghdr) char control[BATCH][CMSG_SPACE(sizeof(uint16_t))];
    static struct mmsghdr messages[BATCH];
    static struct iovec trains[BATCH];
    unsigned n = 0;

    for (int at = 0; at < out_n; n++) {
        struct msghdr *m = &messages[n].msg_hdr;
        uint16_t segment = (uint16_t)out[at].iov_len;
        int count = train_from(at, &trains[n]);

        memset(m, 0, sizeof *m);
        m->msg_iov = &trains[n];
        m->msg_iovlen = 1;
        if (count > 1) {
            struct cmsghdr *c;

            m->msg_control = control[n];
            m->msg_controllen = sizeof control[n];
            c = CMSG_FIRSTHDR(m);
            c->cmsg_level = SOL_UDP;
            c->cmsg_type = UDP_SEGMENT;
            c->cmsg_len = CMSG_LEN(sizeof segment);
            memcpy(CMSG_DATA(c), &segment, sizeof segment);
        }
        at += count;
    }
    for (unsigned done = 0; done < n;) {
        struct pollfd writable = {udp_fd, POLLOUT, 0};
        int sent = sendmmsg(udp_fd, messages + done, n - done, 0);

        if (sent < 0 && errno == EAGAIN) {
            (void)poll(&writable, 1, -1);
        } else {
            done += sent < 0 ? 1 : (unsigned)sent;
        }
    }
}

/* ---- From the peer ------------------------------------------------------------------------------ */

static int receive(void)
{
    static _Alignas(struct cmsghdr) char control[MESSAGES][CMSG_SPACE(sizeof(int))];
    static struct mmsghdr messages[MESSAGES];
    static struct iovec pieces[MESSAGES];
    int packets = 0;
    int n;

    for (int i = 0; i < MESSAGES; i++) {
        pieces[i] = (struct iovec){in_memory[i], BUFFER};
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_control = control[i];
        messages[i].msg_hdr.msg_controllen = sizeof control[i];
    }
    n = recvmmsg(udp_fd, messages, MESSAGES, 0, NULL);
    for (int i = 0; i < n; i++) {
        struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        uint32_t len = messages[i].msg_len;
        int segment = (int)len;

        if (c != NULL && c->cmsg_type == UDP_GRO) {
            memcpy(&segment, CMSG_DATA(c), sizeof segment);
        }
        for (uint32_t at = 0; at < len; at += (uint32_t)segment) {
            memset(&in[packets], 0, sizeof in[packets]);
            in[packets].data = in_memory[i] + at;
            in[packets++].len = len - at < (uint32_t)segment ? len - at : (uint32_t)segment;
        }
    }
    return packets;
}

static void write_plain(int n)
{
    for (int i = 0; i < n; i++) {
        (void)!write(tun_fd, in[i].data, in[i].len);
    }
}

static void write_merged(const struct vnic_packet *pkts, int n)
{
    static struct vnic_iovec gathered[VNIC_MERGE_IOV_MAX];
    static struct iovec pieces[VNIC_MERGE_IOV_MAX + 1];
    int outputs = vnic_merge_plan(merge, pkts, n);

    for (int i = 0; i < outputs; i++) {
        struct vnic_packet packet;
        int count = vnic_merge_gather(merge, i, &packet, gathered, VNIC_MERGE_IOV_MAX);

        memset(&header, 0, sizeof header);
        header.flags = packet.csum == VNIC_CSUM_PARTIAL ? VIRTIO_NET_HDR_F_NEEDS_CSUM : 0;
        header.gso_type = packet.gso_type;
        header.gso_size = packet.gso_size;
        header.hdr_len = packet.hdr_len;
        header.csum_start = packet.csum_start;
        header.csum_offset = packet.csum_offset;
        pieces[0] = (struct iovec){&header, sizeof header};
        for (int piece = 0; piece < count; piece++) {
            pieces[piece + 1] = (struct iovec){gathered[piece].base, gathered[piece].len};
        }
        (void)!writev(tun_fd, pieces, count + 1);
    }
}

static void from_peer(void)
{
    int n = receive();

    if (!with_offload) {
        write_plain(n);
        return;
    }
    for (int at = 0; at < n; at += VNIC_MERGE_MAX) {
        int count = n - at < VNIC_MERGE_MAX ? n - at : VNIC_MERGE_MAX;

        write_merged(in + at, count);
    }
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        (void)fprintf(stderr, "usage: bench_tunnel_raw plain|offload NAME MTU FROM TO PORT\n");
        return 2;
    }
    with_offload = strcmp(argv[1], "offload") == 0;
    room = (size_t)strtol(argv[3], NULL, 10);
    memory = malloc(BATCH * room);
    open_tun(argv[2]);
    open_udp(argv[4], argv[5], argv[6]);
    (void)printf("ready\n");
    (void)fflush(stdout);
    for (;;) {
        struct pollfd fds[2] = {{udp_fd, POLLIN, 0}, {tun_fd, POLLIN, 0}};

        (void)poll(fds, 2, -1);
        if (fds[1].revents != 0) {
            if (with_offload) {
                read_offload();
            } else {
                read_plain();
            }
            send_trains();
        }
        if (fds[0].revents != 0) {
            from_peer();
        }
    }
}
