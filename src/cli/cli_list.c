/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic list`: the TUN and TAP interfaces of a network namespace. */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_options.h"
#include "cli_show.h"

static const char list_help[] =
    "Usage: vnic list [OPTION…]\n"
    "\n"
    "Lists the TUN and TAP interfaces, whoever made them.\n"
    "\n"
    "Options:\n"
    "  --json            print an array of JSON objects\n" CLI_BASIC_HELP "\n"
    "Examples:\n"
    "  vnic list\n"
    "  vnic list --json | jq -r '.[] | select(.persistent) | .name'\n";

static const struct option list_options[] = {
    CLI_BASIC_OPTIONS, CLI_JSON_OPTION, {NULL, 0, NULL, 0}};

struct list {
    struct json_object *array; /* --json */
    int n;
};

static int list_one(void *user, const struct vnic_info *info)
{
    struct list *list = user;
    char name[CLI_NAME_TEXT];
    char owner[160];
    char queues[16];
    char flags[80];

    if (list->array != NULL) {
        cli_json_append(list->array, cli_show_json(info));
        return 0;
    }
    if (list->n++ == 0) {
        printf("%-15s %-4s %-14s %6s %6s  %-14s %s\n", "NAME", "KIND", "STATE", "MTU", "QUEUES",
               "OWNER", "FLAGS");
    }
    printf("%-15s %-4s %-14s %6lu %6s  %-14s %s\n", cli_printable(info->name, name, sizeof name),
           cli_layer_name(info->layer), cli_show_state(info), (unsigned long)info->mtu,
           cli_show_queues(info, queues, sizeof queues), cli_show_owner(info, owner, sizeof owner),
           cli_show_flags(info, flags, sizeof flags));
    return 0;
}

static int list_run(const struct cli_device *d)
{
    struct list list = {NULL, 0};
    struct vnic_error err = {0};
    int rc;

    if (d->cfg.netns != NULL) {
        rc = cli_enter_netns(d->netns);
        if (rc != 0) {
            return rc;
        }
    }
    list.array = d->json ? cli_json_array() : NULL;
    rc = vnic_list(d->cfg.backend, list_one, &list, &err);
    if (list.array != NULL && rc >= 0) {
        cli_json_print(list.array);
    } else if (rc == 0 && !d->quiet) {
        fputs("there is no TUN or TAP interface; `vnic up tun0 10.9.0.1/24` makes one\n", stderr);
    }
    return rc < 0 ? cli_fail(rc, &err) : CLI_OK;
}

int cli_run_list(int argc, char **argv)
{
    struct cli_device device;
    int option;
    int rc;

    cli_device_init(&device);
    while ((option = getopt_long(argc, argv, "hqv", list_options, NULL)) != -1) {
        rc = cli_device_option(&device, option, optarg);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    if (device.help) {
        fputs(list_help, stdout);
        return CLI_OK;
    }
    if (optind < argc) {
        return cli_usage_error("\"%s\": list takes no name; `vnic info NAME` does", argv[optind]);
    }
    return list_run(&device);
}
