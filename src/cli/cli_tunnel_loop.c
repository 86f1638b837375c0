/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of `vnic tunnel`: one thread, which takes what is there from one side, gives it to the
 * other, and sleeps when neither has anything. All calls go on without waiting; only ppoll() waits.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "cli.h"
#include "cli_tunnel.h"

/* Until the peer was heard, the side that knows its port calls it every second. */
#define TUNNEL_CALL_NS 1000000000u

/* After so many intervals of silence a peer whose port was learned may have another one. */
#define TUNNEL_SILENT_INTERVALS 3u

static volatile sig_atomic_t tunnel_wants_stats;

static void tunnel_on_usr1(int number)
{
    (void)number;
    tunnel_wants_stats = 1;
}

/* The signals are let in while ppoll() waits and at no other time, so that none can slip in between a
 * look at its flag and the sleep. */
void cli_tunnel_hold_signals(struct cli_tunnel *t)
{
    struct sigaction action = {.sa_handler = tunnel_on_usr1};
    sigset_t held;

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGUSR1, &action, NULL);
    (void)sigemptyset(&held);
    (void)sigaddset(&held, SIGUSR1);
    (void)sigaddset(&held, SIGINT);
    (void)sigaddset(&held, SIGTERM);
    (void)sigaddset(&held, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &held, &t->waiting);
    (void)sigdelset(&t->waiting, SIGUSR1);
}

/* ---- From the interface to the peer ------------------------------------------------------------- */

/* Every packet has its place in one block, so that packets of full length lie behind each other. Only the
 * first n, which the last batch has used, are to be described anew. */
static void tunnel_offer_room(struct cli_tunnel *t, int n)
{
    memset(t->out, 0, (size_t)n * sizeof t->out[0]);
    for (int i = 0; i < n; i++) {
        t->out[i].data = t->out_memory + (size_t)i * t->out_size;
        t->out[i].cap = t->out_size;
    }
}

/* Leaves out what did not fit: longer than any packet that the path takes. */
static void tunnel_keep_whole(struct cli_tunnel *t, int n)
{
    t->out_used = n;
    t->out_n = 0;
    t->out_done = 0;
    for (int i = 0; i < n; i++) {
        if (t->out[i].status != 0) {
            t->stats.too_long++;
            continue;
        }
        t->stats.out_packets++;
        t->stats.out_bytes += t->out[i].len;
        t->out[t->out_n++] = t->out[i];
    }
}

/* Returns 0 or a VNIC_E… code. */
static int tunnel_to_peer(struct cli_tunnel *t, uint64_t now)
{
    if (t->out_done == t->out_n) {
        int n;

        tunnel_offer_room(t, t->out_used);
        t->out_used = 0;
        n = vnic_recv_many(t->dev, t->out, CLI_TUNNEL_BATCH, VNIC_NOWAIT);
        if (n < 0) {
            return n == VNIC_EAGAIN ? 0 : n;
        }
        tunnel_keep_whole(t, n);
    }
    t->out_done += cli_udp_send(&t->udp, t->out + t->out_done, t->out_n - t->out_done);
    if (t->out_done < t->out_n) {
        /* Nothing more is taken from the interface until there is room: its queue fills up, and the
         * senders behind it slow down. */
        t->stats.out_full++;
    } else {
        t->sent_ns = now;
    }
    return 0;
}

/* ---- From the peer to the interface ------------------------------------------------------------- */

/* Returns 0 or a VNIC_E… code. */
static int tunnel_from_peer(struct cli_tunnel *t, uint64_t now)
{
    int heard = 0;
    int n = cli_udp_recv(&t->udp, t->in, &heard);
    int accepted = 0;

    if (heard) {
        t->heard_ns = now;
    }
    if (n > 0) {
        accepted = vnic_send_many(t->dev, t->in, n, VNIC_NOWAIT);
    }
    for (int i = 0; i < n; i++) {
        t->stats.in_packets += t->in[i].status == 0;
        t->stats.in_bytes += t->in[i].status == 0 ? t->in[i].len : 0;
        t->stats.bad += t->in[i].status != 0;
    }
    /* What one packet or the moment is to blame for is counted; what ends the tunnel is said. */
    if (accepted == VNIC_ECLOSED || accepted == VNIC_EINTERRUPTED || accepted == VNIC_EDETACHED) {
        return accepted;
    }
    return 0;
}

/* ---- Time and the path -------------------------------------------------------------------------- */

/* The path has become narrower: the interface follows, and the system cuts its packets to that. */
static void tunnel_follow_path(struct cli_tunnel *t)
{
    uint32_t room = cli_udp_room(&t->udp) - (t->tap ? 14u : 0u);
    struct vnic_error err = {0};

    t->udp.path_changed = 0;
    if (room >= t->mtu || room < 68 || t->mtu_fixed) {
        return;
    }
    if (vnic_set_mtu(t->dev, room, &err) < 0) {
        cli_complain("the path takes packets of %lu bytes only: %s", (unsigned long)room, err.text);
    } else if (!t->device.quiet) {
        cli_complain("the path has become narrower: MTU %lu", (unsigned long)room);
    }
    /* Also when it failed: this is said once for each width. */
    t->mtu = room;
}

/* When something is to be done without a packet. Returns milliseconds from now, -1: never. */
static int tunnel_keep_alive(struct cli_tunnel *t, uint64_t now)
{
    uint64_t interval = t->heard_ns == 0 ? TUNNEL_CALL_NS : t->keep_alive_ns;
    uint64_t silent = TUNNEL_SILENT_INTERVALS * t->keep_alive_ns;

    if (t->keep_alive_ns == 0) {
        return -1;
    }
    if (t->heard_ns != 0 && now - t->heard_ns > silent) {
        cli_udp_forget(&t->udp);
        t->heard_ns = 0;
    }
    if (now - t->sent_ns >= interval) {
        cli_udp_keep_alive(&t->udp);
        t->sent_ns = now;
    }
    return (int)((t->sent_ns + interval - now) / 1000000u) + 1;
}

/* What tunnel_wait() found. */
#define TUNNEL_SOCKET 1
#define TUNNEL_INTERFACE 2

/* Sleeps until a side has something, a signal came or the time is over. Both stay ready while there is
 * more, so a side need not be emptied at once, and none starves. */
static int tunnel_wait(struct cli_tunnel *t, uint64_t now)
{
    int full = t->out_done < t->out_n;
    struct pollfd fds[2] = {{t->udp.fd, (short)(POLLIN | (full ? POLLOUT : 0)), 0},
                            {(int)vnic_wait_handle(t->dev), full ? 0 : POLLIN, 0}};
    int ms = tunnel_keep_alive(t, now);
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    if (ppoll(fds, 2, ms < 0 ? NULL : &time, &t->waiting) < 0) {
        return 0;
    }
    return (fds[0].revents != 0 ? TUNNEL_SOCKET : 0) |
           (fds[1].revents != 0 || (fds[0].revents & POLLOUT) != 0 ? TUNNEL_INTERFACE : 0);
}

int cli_tunnel_loop(struct cli_tunnel *t)
{
    int rc = 0;

    tunnel_offer_room(t, CLI_TUNNEL_BATCH);
    t->started_ns = cli_mono_ns();
    while (rc == 0 && vnic_wakeup_value(cli_signals_wakeup()) == 0) {
        int ready = tunnel_wait(t, cli_mono_ns());
        uint64_t now = cli_mono_ns();

        if (tunnel_wants_stats) {
            tunnel_wants_stats = 0;
            cli_tunnel_print_stats(t);
        }
        if (ready & TUNNEL_INTERFACE) {
            rc = tunnel_to_peer(t, now);
        }
        if (rc == 0 && (ready & TUNNEL_SOCKET) != 0) {
            rc = tunnel_from_peer(t, now);
        }
        if (t->udp.path_changed) {
            tunnel_follow_path(t);
        }
    }
    return rc < 0 ? rc : VNIC_EINTERRUPTED;
}
