/* SPDX-License-Identifier: Apache-2.0 */
/* What `vnic tunnel` prints: people's lines, or with --json an object a line. */
#include "cli.h"
#include "cli_json.h"
#include "cli_tunnel.h"

#define TUNNEL_WARNING                                                                             \
    "nothing is encrypted or authenticated: who can read the path reads the packets, and who can " \
    "send with the peer's address can send into the interface"

static uint64_t tunnel_milliseconds(uint64_t from)
{
    return (cli_mono_ns() - from) / 1000000u;
}

static void tunnel_json_start(const struct cli_tunnel *t)
{
    struct json_object *object = cli_json_object();
    char name[VNIC_NAME_SIZE] = "";
    char peer[CLI_ENDPOINT_TEXT];

    cli_json_text(object, "event", "start");
    (void)vnic_get_name(t->dev, name, sizeof name);
    cli_json_text(object, "name", name);
    cli_json_text(object, "layer", t->tap ? "TAP" : "TUN");
    cli_json_number(object, "mtu", t->mtu);
    cli_json_text(object, "peer", cli_endpoint_text(&t->udp.peer, peer, sizeof peer));
    cli_json_bool(object, "offload", t->device.cfg.offload == VNIC_OFFLOAD_SPLIT);
    cli_json_bool(object, "encrypted", 0);
    cli_json_print_line(object);
}

void cli_tunnel_print_start(const struct cli_tunnel *t)
{
    char peer[CLI_ENDPOINT_TEXT];
    char text[2400];

    if (t->device.json) {
        tunnel_json_start(t);
    } else if (!t->device.quiet) {
        printf("%s: tunnel to %s; end with Ctrl-C\n%s\n",
               cli_device_describe(t->dev, text, sizeof text),
               cli_endpoint_text(&t->udp.peer, peer, sizeof peer), TUNNEL_WARNING);
    }
    (void)fflush(stdout);
}

static void tunnel_json_way(struct json_object *object, const char *key, uint64_t packets,
                            uint64_t bytes, uint64_t messages)
{
    struct json_object *way = cli_json_object();

    cli_json_number(way, "packets", packets);
    cli_json_number(way, "bytes", bytes);
    cli_json_number(way, "messages", messages);
    cli_json_child(object, key, way);
}

static void tunnel_json_stats(const struct cli_tunnel *t)
{
    const struct cli_tunnel_stats *s = &t->stats;
    struct json_object *object = cli_json_object();
    struct json_object *dropped = cli_json_object();
    char peer[CLI_ENDPOINT_TEXT];

    cli_json_text(object, "event", "statistics");
    cli_json_number(object, "milliseconds", tunnel_milliseconds(t->started_ns));
    cli_json_text(object, "peer", cli_endpoint_text(&t->udp.peer, peer, sizeof peer));
    if (t->heard_ns == 0) {
        cli_json_null(object, "heard_milliseconds_ago");
    } else {
        cli_json_number(object, "heard_milliseconds_ago", tunnel_milliseconds(t->heard_ns));
    }
    cli_json_number(object, "mtu", t->mtu);
    tunnel_json_way(object, "to_peer", s->out_packets, s->out_bytes, s->out_messages);
    tunnel_json_way(object, "from_peer", s->in_packets, s->in_bytes, s->in_messages);
    cli_json_number(object, "socket_full", s->out_full);
    cli_json_number(object, "keep_alives_sent", s->keep_alives_sent);
    cli_json_number(object, "keep_alives_received", s->keep_alives_received);
    cli_json_number(dropped, "too_long", s->too_long);
    cli_json_number(dropped, "refused", s->refused);
    cli_json_number(dropped, "no_peer", s->no_peer);
    cli_json_number(dropped, "bad", s->bad);
    cli_json_number(dropped, "overflow", cli_udp_overflow(&t->udp));
    cli_json_number(dropped, "strangers", s->strangers);
    cli_json_child(object, "dropped", dropped);
    cli_json_print_line(object);
}

static void tunnel_text_stats(const struct cli_tunnel *t)
{
    const struct cli_tunnel_stats *s = &t->stats;
    char peer[CLI_ENDPOINT_TEXT];

    printf("%s: ", cli_endpoint_text(&t->udp.peer, peer, sizeof peer));
    if (t->heard_ns == 0) {
        printf("not heard");
    } else {
        printf("heard %.1f s ago", (double)tunnel_milliseconds(t->heard_ns) / 1000);
    }
    printf("; sent %llu packets (%llu bytes) in %llu messages, received %llu (%llu) in %llu; the "
           "socket was full %llu times; dropped %llu too long, %llu refused, %llu without a peer, "
           "%llu bad, %llu not taken in time; %llu datagrams of strangers\n",
           (unsigned long long)s->out_packets, (unsigned long long)s->out_bytes,
           (unsigned long long)s->out_messages, (unsigned long long)s->in_packets,
           (unsigned long long)s->in_bytes, (unsigned long long)s->in_messages,
           (unsigned long long)s->out_full, (unsigned long long)s->too_long,
           (unsigned long long)s->refused, (unsigned long long)s->no_peer,
           (unsigned long long)s->bad, (unsigned long long)cli_udp_overflow(&t->udp),
           (unsigned long long)s->strangers);
}

void cli_tunnel_print_stats(const struct cli_tunnel *t)
{
    if (t->device.json) {
        tunnel_json_stats(t);
    } else {
        tunnel_text_stats(t);
    }
    (void)fflush(stdout);
}
