/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `vnic tunnel`, in five files: cli_tunnel.c has the command line, the start and the end;
 * cli_tunnel_loop.c moves packets between the interface and the socket; cli_tunnel_udp.c and
 * cli_tunnel_send.c are the socket; cli_tunnel_stats.c prints. One datagram of UDP is one packet, as
 * it is; an empty datagram is a keep-alive.
 */
#ifndef VNIC_CLI_TUNNEL_H
#define VNIC_CLI_TUNNEL_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "cli_endpoint.h"
#include "cli_options.h"
#include "vnic/vnic.h"

/* Packets that are taken from the interface at once: about three trains of full size. */
#define CLI_TUNNEL_BATCH 128

/* Messages of the socket that are taken at once; each may be a train of up to 64 KiB. */
#define CLI_TUNNEL_MESSAGES 8

/* Linux include/linux/udp.h UDP_MAX_SEGMENTS: 64, and 128 from 6.9 on. What we send fits both; what
 * we receive may be either. */
#define CLI_TUNNEL_TRAIN_SENT 64
#define CLI_TUNNEL_TRAIN_RECEIVED 128

/* Packets that one call of cli_udp_recv() may give. */
#define CLI_TUNNEL_RECEIVED (CLI_TUNNEL_MESSAGES * CLI_TUNNEL_TRAIN_RECEIVED)

struct cli_tunnel_stats {
    uint64_t out_packets; /* from the interface to the peer */
    uint64_t out_bytes;
    uint64_t out_messages; /* trains and single datagrams that the kernel took */
    uint64_t out_full;     /* how often the socket was full, and the interface had to wait */
    uint64_t in_packets;   /* from the peer to the interface */
    uint64_t in_bytes;
    uint64_t in_messages;
    uint64_t keep_alives_sent;
    uint64_t keep_alives_received;
    uint64_t too_long;  /* dropped: longer than the path takes */
    uint64_t refused;   /* dropped: by the network, its error was reported */
    uint64_t no_peer;   /* dropped: before the peer's port was known */
    uint64_t bad;       /* dropped: from the peer, but the interface did not take it */
    uint64_t strangers; /* dropped: datagrams that were not from the peer */
};

/* ---- The socket (cli_tunnel_udp.c, cli_tunnel_send.c) ---- */

struct cli_udp {
    int fd;
    int connected;    /* the peer's port is known */
    int learn_port;   /* the peer's port is that of its first datagram */
    int trains;       /* whether the kernel cuts trains (UDP_SEGMENT) */
    int alone;        /* packets that must go without a train, because the kernel refused theirs */
    int path_changed; /* the kernel said that something was too long for the path */
    union cli_endpoint peer;
    struct cli_tunnel_stats *stats;
    uint8_t *buffers; /* CLI_TUNNEL_MESSAGES of 64 KiB */
};

/* Opens the socket, at `local` if it is not empty. Returns 0 or an exit code after complaining. */
int cli_udp_open(struct cli_udp *udp, const union cli_endpoint *local,
                 const union cli_endpoint *peer, struct cli_tunnel_stats *stats);
void cli_udp_close(struct cli_udp *udp);

/* The longest packet that the path to the peer takes now, 0 if the system does not tell. */
uint32_t cli_udp_room(const struct cli_udp *udp);

/* Sends packets in order, each in a datagram of its own. Returns how many are done with (sent, or
 * dropped and counted); fewer than n: the socket is full. */
int cli_udp_send(struct cli_udp *udp, const struct vnic_packet *pkts, int n);

/* Messages from the peer that the system had no room for, because we did not take them in time. */
uint64_t cli_udp_overflow(const struct cli_udp *udp);

void cli_udp_keep_alive(struct cli_udp *udp);

/* Takes what is there, into pkts[CLI_TUNNEL_RECEIVED]: data (borrowed until the next call) and len.
 * Returns how many packets. *ret_heard is set to 1 if anything came from the peer. */
int cli_udp_recv(struct cli_udp *udp, struct vnic_packet *pkts, int *ret_heard);

/* The peer has been silent for long: if its port was learned, it may have another now. */
void cli_udp_forget(struct cli_udp *udp);

/* ---- The rest ---- */

struct cli_tunnel {
    struct cli_device device;
    struct cli_udp udp;
    struct cli_tunnel_stats stats;
    vnic *dev;
    sigset_t waiting;       /* the mask while it sleeps: at other times more is held back */
    uint64_t keep_alive_ns; /* 0: none */
    uint64_t started_ns;
    uint64_t sent_ns;  /* when something was last sent */
    uint64_t heard_ns; /* when something last came from the peer, 0: never */
    int offload_given;
    int mtu_fixed;
    uint32_t mtu; /* of the interface, as far as we know */
    int tap;

    /* Packets on their way to the peer: out[out_done … out_n-1] wait for room in the socket. */
    struct vnic_packet out[CLI_TUNNEL_BATCH];
    int out_n;
    int out_done;
    int out_used; /* the first places, which are to be described anew */
    uint8_t *out_memory;
    uint32_t out_size; /* of each */
    struct vnic_packet in[CLI_TUNNEL_RECEIVED];
};

/* From now on SIGUSR1 asks for statistics, and signals come only while the loop sleeps. */
void cli_tunnel_hold_signals(struct cli_tunnel *t);

/* Moves packets until a signal comes or the interface goes. Returns a VNIC_E… code. */
int cli_tunnel_loop(struct cli_tunnel *t);

/* What is printed at the beginning, at SIGUSR1 and at the end. */
void cli_tunnel_print_start(const struct cli_tunnel *t);
void cli_tunnel_print_stats(const struct cli_tunnel *t);

#endif
