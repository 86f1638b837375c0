/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic tunnel`: an interface whose packets travel to another host in UDP. See cli_tunnel.h. */
#include "cli_tunnel.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* The longest Ethernet header of a frame, with a VLAN tag (IEEE 802.1Q). */
#define TUNNEL_FRAME_HEADER 18u

/* Without a tag; the MTU of a TAP does not count it. */
#define TUNNEL_ETHERNET_HEADER 14u

static const char tunnel_help[] =
    "Usage: vnic tunnel [NAME] [ADDRESS…] --listen [HOST]:PORT --peer HOST[:PORT] [OPTION…]\n"
    "       vnic tunnel [NAME] [ADDRESS…] --connect HOST:PORT [OPTION…]\n"
    "\n"
    "Creates an interface (NAME, by default the first free number) and carries its packets to\n"
    "another host, where vnic tunnel runs too: each packet is a datagram of UDP, and back. IPv4 "
    "and\n"
    "IPv6, inside and outside. Ends with Ctrl-C; SIGUSR1 prints statistics.\n"
    "\n"
    "NOTHING IS ENCRYPTED OR AUTHENTICATED. Who can read the path reads the packets, and who can\n"
    "send with the peer's address can send into the interface. Use it where you trust the path.\n"
    "\n"
    "Datagrams count only if they come from the peer. If --peer has no port, the port is that of\n"
    "the first datagram from this address, until nothing came for three keep-alive intervals.\n"
    "Packets are as long as the path takes (--mtu: fixed, longer ones are dropped).\n"
    "\n"
    "Options:\n"
    "  --listen AT       wait at [HOST]:PORT, for example 192.0.2.1:4000, [fd00::1]:4000, :4000\n"
    "  --peer PEER       with --listen: the only host whose datagrams are taken\n"
    "  --connect PEER    call HOST:PORT; only its datagrams are taken\n"
    "  --keep-alive N    an empty datagram after N quiet seconds, 0 to 3600 (0: none; default: "
    "25)\n"
    "  --offload MODE    split (super-packets on the interface; the default where possible), none\n"
    "  --json            print start and statistics as JSON, an object a line\n" CLI_DEVICE_HELP
    "\n"
    "Examples:\n"
    "  vnic tunnel tun0 10.9.0.1/24 --listen :4000 --peer 192.0.2.2        on 192.0.2.1\n"
    "  vnic tunnel tun0 10.9.0.2/24 --connect 192.0.2.1:4000               on 192.0.2.2\n"
    "  vnic tunnel tap0 --tap --listen [fd00::1]:4000 --peer [fd00::2]:4000 --json\n";

enum tunnel_option {
    TUNNEL_LISTEN = CLI_OPT_OWN,
    TUNNEL_PEER,
    TUNNEL_CONNECT,
    TUNNEL_KEEP_ALIVE,
    TUNNEL_OFFLOAD
};

static const struct option tunnel_options[] = {
    CLI_DEVICE_OPTIONS,
    {"listen", required_argument, NULL, TUNNEL_LISTEN},
    {"peer", required_argument, NULL, TUNNEL_PEER},
    {"connect", required_argument, NULL, TUNNEL_CONNECT},
    {"keep-alive", required_argument, NULL, TUNNEL_KEEP_ALIVE},
    {"offload", required_argument, NULL, TUNNEL_OFFLOAD},
    {NULL, 0, NULL, 0}};

/* Where the tunnel's ends are, as text. */
struct tunnel_ends {
    const char *listen;
    const char *peer;
    const char *connect;
};

static int tunnel_keep_alive_option(struct cli_tunnel *t, const char *text)
{
    uint64_t seconds = 0;
    int rc = cli_parse_number("--keep-alive", text, 0, 3600, &seconds);

    t->keep_alive_ns = seconds * 1000000000u;
    return rc;
}

static int tunnel_offload_option(struct cli_tunnel *t, const char *text)
{
    t->offload_given = 1;
    if (strcmp(text, "split") == 0) {
        t->device.cfg.offload = VNIC_OFFLOAD_SPLIT;
    } else if (strcmp(text, "none") == 0) {
        t->device.cfg.offload = VNIC_OFFLOAD_NONE;
    } else {
        return cli_usage_error("--offload: \"%s\" is not split or none", text);
    }
    return 0;
}

static int tunnel_option(struct cli_tunnel *t, struct tunnel_ends *ends, int option)
{
    switch (option) {
    case TUNNEL_LISTEN:
        ends->listen = optarg;
        return 0;
    case TUNNEL_PEER:
        ends->peer = optarg;
        return 0;
    case TUNNEL_CONNECT:
        ends->connect = optarg;
        return 0;
    case TUNNEL_KEEP_ALIVE:
        return tunnel_keep_alive_option(t, optarg);
    case TUNNEL_OFFLOAD:
        return tunnel_offload_option(t, optarg);
    default:
        return cli_device_option(&t->device, option, optarg);
    }
}

static int tunnel_parse_ends(const struct tunnel_ends *ends, union cli_endpoint *ret_local,
                             union cli_endpoint *ret_peer)
{
    const char *what = ends->connect != NULL ? "--connect" : "--peer";
    const char *peer = ends->connect != NULL ? ends->connect : ends->peer;
    int rc;

    if ((ends->listen != NULL) == (ends->connect != NULL)) {
        return cli_usage_error("give --listen with --peer, or --connect");
    }
    if (ends->listen != NULL && ends->peer == NULL) {
        return cli_usage_error("--listen needs --peer: whose datagrams shall be taken?");
    }
    if (ends->connect != NULL && ends->peer != NULL) {
        return cli_usage_error("--connect names the peer: leave --peer out");
    }
    memset(ret_local, 0, sizeof *ret_local);
    rc = ends->listen == NULL
             ? 0
             : cli_endpoint_parse("--listen", ends->listen, CLI_ENDPOINT_HOST_OPTIONAL, AF_UNSPEC,
                                  ret_local);
    if (rc != 0) {
        return rc;
    }
    return cli_endpoint_parse(what, peer, ends->connect ? 0 : CLI_ENDPOINT_PORT_OPTIONAL,
                              ret_local->any.sa_family, ret_peer);
}

/* The first argument is the interface's name, unless it is an address. */
static int tunnel_arguments(struct cli_tunnel *t, int argc, char **argv)
{
    struct vnic_prefix prefix;
    int first = optind;

    if (first < argc && vnic_prefix_parse(argv[first], &prefix) != VNIC_OK) {
        t->device.cfg.name = argv[first++];
    }
    return cli_device_addresses(&t->device, argv + first, argc - first);
}

static int tunnel_parse(struct cli_tunnel *t, int argc, char **argv, struct tunnel_ends *ends)
{
    int option;
    int rc;

    while ((option = getopt_long(argc, argv, "hqv", tunnel_options, NULL)) != -1) {
        rc = tunnel_option(t, ends, option);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    return t->device.help ? 0 : tunnel_arguments(t, argc, argv);
}

/* The MTU is what is left of the path's, unless the user knows better, or wants nothing changed. */
static int tunnel_choose_mtu(struct cli_tunnel *t)
{
    uint32_t room = cli_udp_room(&t->udp);
    uint32_t header = t->device.cfg.layer == VNIC_TAP ? TUNNEL_ETHERNET_HEADER : 0;
    char peer[CLI_ENDPOINT_TEXT];

    t->mtu_fixed = t->device.cfg.mtu != VNIC_UNSET || (t->device.cfg.flags & VNIC_KEEP_STATE) != 0;
    if (t->mtu_fixed) {
        return 0;
    }
    if (room < header + 68) {
        cli_complain("there is no way to %s; with --mtu the tunnel waits for one",
                     cli_endpoint_text(&t->udp.peer, peer, sizeof peer));
        return CLI_FAILURE;
    }
    t->device.cfg.mtu = room - header;
    return 0;
}

/* Opens with offload where this system has it. */
static int tunnel_open_device(struct cli_tunnel *t)
{
    struct vnic_error err = {0};
    int rc;

    if (!t->offload_given) {
        t->device.cfg.offload = VNIC_OFFLOAD_SPLIT;
        t->device.cfg.wakeup = cli_signals_wakeup();
        rc = vnic_open(&t->device.cfg, &t->dev, &err);
        if (rc != VNIC_ENOTSUP || strcmp(err.field, "offload") != 0) {
            return rc < 0 ? cli_fail(rc, &err) : 0;
        }
        t->device.cfg.offload = VNIC_OFFLOAD_NONE;
    }
    return cli_device_open(&t->device, &t->dev);
}

static int tunnel_make_room(struct cli_tunnel *t)
{
    struct vnic_info info = {.size = sizeof info};

    /* Who may attach to an interface may not always ask about it. */
    t->mtu = vnic_get_info(t->dev, &info, NULL) == 0 ? info.mtu : 65535;
    t->tap = vnic_layer(t->dev) == VNIC_TAP;
    t->out_size = t->mtu + (t->tap ? TUNNEL_FRAME_HEADER : 0);
    t->out_memory = malloc((size_t)CLI_TUNNEL_BATCH * t->out_size);
    return t->out_memory == NULL ? cli_fail(VNIC_ENOMEM, NULL) : 0;
}

static int tunnel_end(const struct cli_tunnel *t, int rc)
{
    if (!t->device.quiet || t->device.json) {
        cli_tunnel_print_stats(t);
    }
    if (rc == VNIC_EINTERRUPTED) {
        return CLI_OK;
    }
    if (rc == VNIC_ECLOSED) {
        cli_complain("the interface was removed by somebody else");
        return CLI_FAILURE;
    }
    return cli_fail(rc, NULL);
}

static int tunnel_run(struct cli_tunnel *t, const union cli_endpoint *local,
                      const union cli_endpoint *peer)
{
    int rc;

    (void)cli_device_match(&t->device);
    rc = cli_udp_open(&t->udp, local, peer, &t->stats);
    rc = rc == 0 ? tunnel_choose_mtu(t) : rc;
    rc = rc == 0 ? tunnel_open_device(t) : rc;
    rc = rc == 0 ? tunnel_make_room(t) : rc;
    if (rc != 0) {
        return rc;
    }
    /* First, because whoever reads what is printed may send a signal at once. */
    cli_tunnel_hold_signals(t);
    cli_tunnel_print_start(t);
    return tunnel_end(t, cli_tunnel_loop(t));
}

int cli_run_tunnel(int argc, char **argv)
{
    static struct cli_tunnel tunnel = {.udp = {.fd = -1}, .keep_alive_ns = 25000000000u};
    struct tunnel_ends ends = {NULL, NULL, NULL};
    union cli_endpoint local;
    union cli_endpoint peer;
    int rc;

    cli_device_init(&tunnel.device);
    rc = tunnel_parse(&tunnel, argc, argv, &ends);
    if (rc == 0 && tunnel.device.help) {
        fputs(tunnel_help, stdout);
    } else if (rc == 0) {
        rc = tunnel_parse_ends(&ends, &local, &peer);
        rc = rc == 0 ? cli_signals_start() : rc;
        rc = rc == 0 ? tunnel_run(&tunnel, &local, &peer) : rc;
        vnic_close(tunnel.dev);
        cli_udp_close(&tunnel.udp);
        free(tunnel.out_memory);
    }
    cli_device_free(&tunnel.device);
    return rc;
}
