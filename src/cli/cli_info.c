/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic info`: everything about one interface, without attaching to it. */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_netdev.h"
#include "cli_options.h"
#include "cli_show.h"
#include "vnic/mac.h"

static const char info_help[] =
    "Usage: vnic info NAME [OPTION…]\n"
    "\n"
    "Tells what a TUN or TAP interface is: kind, state, addresses, queues, owner, flags and\n"
    "counters. It is not opened, so no right is needed and its user is not disturbed.\n"
    "\n"
    "Counters are as the program behind the interface sees them: \"received\" is what the system\n"
    "sent to it; \"dropped\" there is what came while its queue was full.\n"
    "\n"
    "Options:\n"
    "  --json            print a JSON object\n" CLI_BASIC_HELP "\n"
    "Examples:\n"
    "  vnic info tun0\n"
    "  vnic info tun0 --json | jq .statistics.rx_dropped\n";

static const struct option info_options[] = {
    CLI_BASIC_OPTIONS, CLI_JSON_OPTION, {NULL, 0, NULL, 0}};

static void info_append_address(void *user, const char *text)
{
    cli_json_append_text(user, text);
}

static void info_print_address(void *user, const char *text)
{
    (void)user;
    printf("  address     %s\n", text);
}

static void info_print_json(const struct vnic_info *info, const struct vnic_stats *stats, int live)
{
    struct json_object *object = cli_show_json(info);
    struct json_object *addresses = cli_json_array();
    struct json_object *counters = cli_json_object();

    if (live) {
        cli_netdev_addresses(info->name, info_append_address, addresses);
    }
    cli_json_child(object, "addresses", addresses);
    if (stats == NULL) {
        cli_json_child(object, "statistics", NULL);
    } else {
        cli_json_number(counters, "rx_packets", stats->rx_packets);
        cli_json_number(counters, "rx_bytes", stats->rx_bytes);
        cli_json_number(counters, "rx_dropped", stats->rx_dropped);
        cli_json_number(counters, "rx_errors", stats->rx_errors);
        cli_json_number(counters, "tx_packets", stats->tx_packets);
        cli_json_number(counters, "tx_bytes", stats->tx_bytes);
        cli_json_number(counters, "tx_dropped", stats->tx_dropped);
        cli_json_number(counters, "tx_errors", stats->tx_errors);
        cli_json_child(object, "statistics", counters);
    }
    cli_json_print(object);
}

static void info_print_counters(const struct vnic_stats *stats)
{
    printf("  received    %llu packets, %llu bytes, %llu dropped, %llu errors\n",
           (unsigned long long)stats->rx_packets, (unsigned long long)stats->rx_bytes,
           (unsigned long long)stats->rx_dropped, (unsigned long long)stats->rx_errors);
    printf("  sent        %llu packets, %llu bytes, %llu dropped, %llu errors\n",
           (unsigned long long)stats->tx_packets, (unsigned long long)stats->tx_bytes,
           (unsigned long long)stats->tx_dropped, (unsigned long long)stats->tx_errors);
}

/* What only Windows tells. */
static void info_print_windows(const struct vnic_info *info)
{
    if (info->metric == 0) {
        printf("  metric      automatic\n");
    } else if (info->metric != VNIC_UNSET) {
        printf("  metric      %lu\n", (unsigned long)info->metric);
    }
    if (info->guid[0] != '\0') {
        printf("  GUID        %s\n", info->guid);
    }
    if (info->luid != 0) {
        printf("  LUID        0x%016llx\n", (unsigned long long)info->luid);
    }
    if (info->driver_version[0] != '\0') {
        printf("  driver      %s %s\n", info->backend, info->driver_version);
    }
}

static void info_print_text(const struct vnic_info *info, const struct vnic_stats *stats, int live)
{
    char text[CLI_NAME_TEXT];

    printf("%s\n", cli_printable(info->name, text, sizeof text));
    printf("  kind        %s\n",
           info->layer == VNIC_TAP ? "TAP (Ethernet frames)" : "TUN (IP packets)");
    printf("  state       %s\n", cli_show_state(info));
    printf("  index       %lu\n", (unsigned long)info->if_index);
    printf("  MTU         %lu\n", (unsigned long)info->mtu);
    if (info->layer == VNIC_TAP && vnic_mac_format(info->mac, text, sizeof text) > 0) {
        printf("  MAC         %s\n", text);
    }
    if (live) {
        cli_netdev_addresses(info->name, info_print_address, NULL);
    }
    printf("  queues      %s", cli_show_queues(info, text, sizeof text));
    if (info->n_detached != VNIC_UNSET && info->n_detached > 0) {
        printf(" and %lu detached", (unsigned long)info->n_detached);
    }
    if (info->tx_queue_len != VNIC_UNSET) {
        printf(", %lu packets long", (unsigned long)info->tx_queue_len);
    }
    putchar('\n');
    printf("  owner       %s\n", cli_show_owner(info, text, sizeof text));
    printf("  flags       %s\n", cli_show_flags(info, text, sizeof text));
    if (info->alias[0] != '\0') {
        printf("  alias       %s\n", cli_printable(info->alias, text, sizeof text));
    }
    info_print_windows(info);
    if (stats != NULL) {
        info_print_counters(stats);
    }
}

static int info_run(const struct cli_device *d, const char *name)
{
    struct vnic_stats stats = {.size = sizeof stats};
    struct vnic_error err = {0};
    struct vnic_info info;
    int live;
    int rc;

    if (d->cfg.netns != NULL) {
        rc = cli_enter_netns(d->netns);
        if (rc != 0) {
            return rc;
        }
    }
    rc = cli_find_interface(d->cfg.backend, name, &info, &err);
    if (rc < 0) {
        return cli_fail(rc, &err);
    }
    /* An interface of these backends may have the name of one of the system's. */
    live = strcmp(info.backend, "fake") != 0 && strcmp(info.backend, "null") != 0;
    if (d->json) {
        info_print_json(&info, live && cli_netdev_stats(info.name, &stats) ? &stats : NULL, live);
    } else {
        info_print_text(&info, live && cli_netdev_stats(info.name, &stats) ? &stats : NULL, live);
    }
    return CLI_OK;
}

int cli_run_info(int argc, char **argv)
{
    struct cli_device device;
    int option;
    int rc;

    cli_device_init(&device);
    while ((option = getopt_long(argc, argv, "hqv", info_options, NULL)) != -1) {
        rc = cli_device_option(&device, option, optarg);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    if (device.help) {
        fputs(info_help, stdout);
        return CLI_OK;
    }
    if (argc - optind != 1) {
        return cli_usage_error("give one interface name; `vnic list` shows them");
    }
    return info_run(&device, argv[optind]);
}
