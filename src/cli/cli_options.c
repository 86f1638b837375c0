/* SPDX-License-Identifier: Apache-2.0 */
/* The options of an interface; see cli_options.h. */
#include "cli_options.h"

#include <stdlib.h>
#include <string.h>

#include "cli_json.h"

static void options_log(void *user, int level, const char *text)
{
    (void)user;
    (void)level;
    fprintf(stderr, "vnic: %s\n", text);
    (void)fflush(stderr);
}

void cli_device_init(struct cli_device *d)
{
    memset(d, 0, sizeof *d);
    vnic_config_init(&d->cfg);
    d->cfg.flags = 0;
    d->queues = 1;
}

void cli_device_free(struct cli_device *d)
{
    free(d->addresses);
    d->addresses = NULL;
}

/* Any number that is not VNIC_UNSET; whether it is in range, the library says. */
static int option_number(const char *what, const char *text, uint32_t *ret)
{
    uint64_t value = 0;
    int rc = cli_parse_number(what, text, 0, UINT32_MAX - 1, &value);

    *ret = (uint32_t)value;
    return rc;
}

static int option_netns(struct cli_device *d, const char *argument)
{
    int rc = cli_netns_path(argument, d->netns, sizeof d->netns);

    d->cfg.netns = d->netns;
    return rc;
}

static int option_queues(struct cli_device *d, const char *argument)
{
    uint64_t value = 1;
    /* MAX_TAP_QUEUES of Linux drivers/net/tun.c. */
    int rc = cli_parse_number("--queues", argument, 1, 256, &value);

    d->queues = (uint32_t)value;
    d->cfg.flags |= value > 1 ? VNIC_MULTI_QUEUE : 0;
    return rc;
}

/* Options that are for adapters of Windows; elsewhere the library names what it cannot honour. */
static int option_of_windows(struct cli_device *d, int option, const char *argument)
{
    switch (option) {
    case CLI_OPT_WINTUN_PATH:
        d->cfg.wintun_path = argument;
        return 0;
    case CLI_OPT_ADAPTER_GUID:
        d->cfg.adapter_guid = argument;
        return 0;
    case CLI_OPT_DESCRIPTION:
        d->cfg.description = argument;
        return 0;
    case CLI_OPT_HARDWARE_ID:
        d->cfg.hardware_id = argument;
        return 0;
    case CLI_OPT_RING_CAPACITY:
        return option_number("--ring-capacity", argument, &d->cfg.ring_capacity);
    case CLI_OPT_METRIC:
        return option_number("--metric", argument, &d->cfg.metric);
    case CLI_OPT_DNS:
        d->cfg.dns = argument;
        return 0;
    default:
        return -1;
    }
}

/* Options with a value. */
static int option_with_value(struct cli_device *d, int option, const char *argument)
{
    switch (option) {
    case CLI_OPT_MTU:
        return option_number("--mtu", argument, &d->cfg.mtu);
    case CLI_OPT_MAC:
        d->cfg.mac = argument;
        return 0;
    case CLI_OPT_ALIAS:
        d->cfg.alias = argument;
        return 0;
    case CLI_OPT_NETNS:
        return option_netns(d, argument);
    case CLI_OPT_BACKEND:
        d->cfg.backend = argument;
        return 0;
    case CLI_OPT_OWNER:
        return cli_parse_user(argument, &d->cfg.owner_uid);
    case CLI_OPT_GROUP:
        return cli_parse_group(argument, &d->cfg.group_gid);
    case CLI_OPT_QUEUES:
        return option_queues(d, argument);
    case CLI_OPT_TX_QUEUE_LEN:
        return option_number("--tx-queue-len", argument, &d->cfg.tx_queue_len);
    case CLI_OPT_IF_INDEX:
        return option_number("--if-index", argument, &d->cfg.if_index);
    default:
        return option_of_windows(d, option, argument);
    }
}

static int option_layer(struct cli_device *d, uint32_t layer)
{
    if (d->layer_given && d->cfg.layer != layer) {
        return cli_usage_error("--tun and --tap exclude each other");
    }
    d->layer_given = 1;
    d->cfg.layer = layer;
    return 0;
}

/* Options that are a bit of vnic_config.flags. Returns 0 for another. */
static uint32_t option_flag(int option)
{
    switch (option) {
    case CLI_OPT_MULTI_QUEUE:
        return VNIC_MULTI_QUEUE;
    case CLI_OPT_VNET_HDR:
        return VNIC_VNET_HDR;
    case CLI_OPT_EXCLUSIVE:
        return VNIC_EXCLUSIVE;
    case CLI_OPT_KEEP_STATE:
        return VNIC_KEEP_STATE;
    case CLI_OPT_NO_LINK_LOCAL:
        return VNIC_NO_LINK_LOCAL;
    case CLI_OPT_NO_CARRIER:
        return VNIC_NO_CARRIER;
    default:
        return 0;
    }
}

int cli_device_option(struct cli_device *d, int option, const char *argument)
{
    uint32_t flag = option_flag(option);

    if (flag != 0) {
        d->cfg.flags |= flag;
        return 0;
    }
    switch (option) {
    case 'h':
        d->help = 1;
        return 0;
    case 'q':
        d->quiet = 1;
        return 0;
    case 'v':
        d->verbose = 1;
        d->cfg.log = options_log;
        return 0;
    case CLI_OPT_JSON:
        d->json = 1;
        return cli_json_require();
    case CLI_OPT_TAP:
        return option_layer(d, VNIC_TAP);
    case CLI_OPT_TUN:
        return option_layer(d, VNIC_TUN);
    case CLI_OPT_DOWN:
        d->cfg.up = 0;
        return 0;
    default:
        return option_with_value(d, option, argument);
    }
}

int cli_device_addresses(struct cli_device *d, char *const *addresses, int n)
{
    size_t size = 1;
    size_t used = 0;

    if (n == 0) {
        return 0;
    }
    for (int i = 0; i < n; i++) {
        size += strlen(addresses[i]) + 1;
    }
    d->addresses = malloc(size);
    if (d->addresses == NULL) {
        return cli_fail(VNIC_ENOMEM, NULL);
    }
    for (int i = 0; i < n; i++) {
        used += (size_t)snprintf(d->addresses + used, size - used, "%s ", addresses[i]);
    }
    d->cfg.addresses = d->addresses;
    return 0;
}

int cli_device_match(struct cli_device *d)
{
    struct vnic_info info;
    struct vnic_error err;

    if (d->cfg.name == NULL || d->cfg.netns != NULL ||
        cli_find_interface(d->cfg.backend, d->cfg.name, &info, &err) < 0) {
        return 0;
    }
    if (!d->layer_given) {
        d->cfg.layer = info.layer;
    }
    d->cfg.flags |= info.flags & VNIC_IF_MULTI_QUEUE ? VNIC_MULTI_QUEUE : 0;
    d->cfg.flags |= info.flags & VNIC_IF_VNET_HDR ? VNIC_VNET_HDR : 0;
    return 1;
}

int cli_device_open(struct cli_device *d, vnic **ret_dev)
{
    struct vnic_error err = {0};
    int rc;

    d->cfg.wakeup = cli_signals_wakeup();
    rc = vnic_open(&d->cfg, ret_dev, &err);
    return rc < 0 ? cli_fail(rc, &err) : 0;
}

const char *cli_device_describe(vnic *dev, char *buf, size_t cap)
{
    struct vnic_info info = {.size = sizeof info};
    struct vnic_prefix prefixes[16];
    char name[CLI_NAME_TEXT];
    size_t used;
    int n;

    if (vnic_get_info(dev, &info, NULL) < 0) {
        (void)snprintf(buf, cap, "the interface");
        return buf;
    }
    used =
        (size_t)snprintf(buf, cap, "%s (%s, MTU %lu", cli_printable(info.name, name, sizeof name),
                         cli_layer_name(info.layer), (unsigned long)info.mtu);
    n = vnic_get_addresses(dev, prefixes, 16, NULL);
    for (int i = 0; i < n && i < 16; i++) {
        char text[VNIC_PREFIX_TEXT_MAX];

        /* The kernel's own fe80:: address was not asked for and only distracts. */
        if ((prefixes[i].flags & VNIC_PREFIX_KERNEL) == 0 &&
            vnic_prefix_format(&prefixes[i], text, sizeof text) > 0 && used + 132 < cap) {
            used += (size_t)snprintf(buf + used, cap - used, ", %s", text);
        }
    }
    (void)snprintf(buf + used, cap - used, ")");
    return buf;
}
