/* SPDX-License-Identifier: Apache-2.0 */
/* Words for struct vnic_info; see cli_show.h. */
#include "cli_show.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "vnic/mac.h"

static const struct {
    uint32_t flag;
    const char *word;
    const char *key;
} show_flags[] = {{VNIC_IF_PERSIST, "persistent", "persistent"},
                  {VNIC_IF_MULTI_QUEUE, "multi-queue", "multi_queue"},
                  {VNIC_IF_VNET_HDR, "vnet-hdr", "vnet_hdr"},
                  {VNIC_IF_PI, "pi", "packet_info"}};

#define SHOW_N_FLAGS (sizeof show_flags / sizeof show_flags[0])

const char *cli_show_state(const struct vnic_info *info)
{
    if ((info->flags & VNIC_IF_UP) == 0) {
        return "down";
    }
    return info->flags & VNIC_IF_CARRIER ? "up" : "up, no carrier";
}

const char *cli_show_flags(const struct vnic_info *info, char *buf, size_t cap)
{
    size_t used = 0;

    (void)snprintf(buf, cap, "-");
    for (size_t i = 0; i < SHOW_N_FLAGS; i++) {
        if (info->flags & show_flags[i].flag) {
            used += (size_t)snprintf(buf + used, cap - used, "%s%s", used == 0 ? "" : " ",
                                     show_flags[i].word);
        }
    }
    return buf;
}

const char *cli_show_queues(const struct vnic_info *info, char *buf, size_t cap)
{
    if (info->n_queues == VNIC_UNSET) {
        (void)snprintf(buf, cap, "single");
    } else {
        (void)snprintf(buf, cap, "%lu", (unsigned long)info->n_queues);
    }
    return buf;
}

const char *cli_show_owner(const struct vnic_info *info, char *buf, size_t cap)
{
    char user[64] = "";
    char group[64] = "";

    if (info->owner_uid != VNIC_UNSET) {
        (void)cli_user_name(info->owner_uid, user, sizeof user);
    }
    if (info->group_gid != VNIC_UNSET) {
        (void)cli_group_name(info->group_gid, group, sizeof group);
    }
    if (user[0] == '\0' && group[0] == '\0') {
        (void)snprintf(buf, cap, "-");
    } else {
        (void)snprintf(buf, cap, "%s%s%s%s", user, user[0] && group[0] ? " and " : "",
                       group[0] ? "group " : "", group);
    }
    return buf;
}

/* What the system does not tell is null. */
static void show_json_known(struct json_object *object, const char *key, uint32_t value)
{
    if (value == VNIC_UNSET) {
        cli_json_null(object, key);
    } else {
        cli_json_number(object, key, value);
    }
}

/* What only adapters of Windows have is null elsewhere. */
static void show_json_windows(struct json_object *object, const struct vnic_info *info)
{
    show_json_known(object, "metric", info->metric);
    cli_json_text(object, "guid", info->guid[0] == '\0' ? NULL : info->guid);
    if (info->luid == 0) {
        cli_json_null(object, "luid");
    } else {
        cli_json_number(object, "luid", info->luid);
    }
    cli_json_text(object, "driver_version",
                  info->driver_version[0] == '\0' ? NULL : info->driver_version);
}

struct json_object *cli_show_json(const struct vnic_info *info)
{
    struct json_object *object = cli_json_object();
    char mac[VNIC_MAC_TEXT_MAX];

    cli_json_text(object, "name", info->name);
    cli_json_text(object, "kind", info->layer == VNIC_TAP ? "tap" : "tun");
    cli_json_text(object, "backend", info->backend);
    cli_json_number(object, "index", info->if_index);
    cli_json_bool(object, "up", (info->flags & VNIC_IF_UP) != 0);
    cli_json_bool(object, "carrier", (info->flags & VNIC_IF_CARRIER) != 0);
    cli_json_number(object, "mtu", info->mtu);
    show_json_known(object, "queues", info->n_queues);
    show_json_known(object, "detached_queues", info->n_detached);
    show_json_known(object, "tx_queue_len", info->tx_queue_len);
    cli_json_number(object, "vnet_hdr_len", info->vnet_hdr_len);
    show_json_known(object, "owner_uid", info->owner_uid);
    show_json_known(object, "group_gid", info->group_gid);
    for (size_t i = 0; i < SHOW_N_FLAGS; i++) {
        cli_json_bool(object, show_flags[i].key, (info->flags & show_flags[i].flag) != 0);
    }
    if (info->layer == VNIC_TAP && vnic_mac_format(info->mac, mac, sizeof mac) > 0) {
        cli_json_text(object, "mac", mac);
    } else {
        cli_json_null(object, "mac");
    }
    cli_json_text(object, "alias", info->alias);
    show_json_windows(object, info);
    return object;
}
