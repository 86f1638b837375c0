/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of the interface: all of it is in memory. */
#include "fake_pair.h"

#include <stdio.h>
#include <string.h>

#include "core/fail.h"

static int fail_gone(const char *operation, struct vnic_error *err)
{
    return vnic__fail(err, VNIC_ECLOSED, operation, NULL, "the interface was removed");
}

int vnic__fake_lock_to_change(struct vnic *q, const char *operation, struct vnic_error *err)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);

    if (port->is_peer) {
        return vnic__fail(err, VNIC_ENOTSUP, operation, NULL,
                          "the far side of a fake interface cannot change it: use a handle of the "
                          "device");
    }
    vnic__mutex_lock(&port->pair->lock);
    if (port->pair->removed) {
        vnic__mutex_unlock(&port->pair->lock);
        return fail_gone(operation, err);
    }
    return 0;
}

/* Unlocks after a change; signals, and what handles know, follow. */
static int unlock_changed(struct vnic__fake_pair *pair)
{
    vnic__fake_settle_locked(pair);
    vnic__mutex_unlock(&pair->lock);
    return 0;
}

static uint32_t info_flags_locked(const struct vnic__fake_pair *pair, uint32_t link_kind)
{
    uint32_t flags = 0;

    flags |= pair->up ? VNIC_IF_UP : 0u;
    flags |= pair->carrier ? VNIC_IF_CARRIER : 0u;
    flags |= pair->up && pair->carrier ? VNIC_IF_RUNNING : 0u;
    flags |= pair->multi_queue ? VNIC_IF_MULTI_QUEUE : 0u;
    if (link_kind == VNIC__LINK_PI || link_kind == VNIC__LINK_PI_VNET) {
        flags |= VNIC_IF_PI;
    }
    if (link_kind == VNIC__LINK_VNET || link_kind == VNIC__LINK_PI_VNET) {
        flags |= VNIC_IF_VNET_HDR;
    }
    return flags;
}

static int fake_get_info(struct vnic *q, struct vnic_info *ret_info, struct vnic_error *err)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);
    struct vnic__fake_pair *pair = port->pair;

    vnic__mutex_lock(&pair->lock);
    if (pair->removed) {
        vnic__mutex_unlock(&pair->lock);
        return fail_gone("vnic_get_info", err);
    }
    memcpy(ret_info->name, pair->name, sizeof ret_info->name);
    memcpy(ret_info->alias, pair->alias, sizeof ret_info->alias);
    (void)snprintf(ret_info->backend, sizeof ret_info->backend, "fake");
    ret_info->if_index = 1;
    ret_info->layer = pair->layer;
    ret_info->flags = info_flags_locked(pair, port->frame.kind);
    ret_info->mtu = pair->mtu;
    ret_info->n_queues = pair->n_queues;
    ret_info->n_detached = pair->n_open - pair->n_queues;
    ret_info->owner_uid = VNIC_UNSET;
    ret_info->group_gid = VNIC_UNSET;
    ret_info->tx_queue_len = pair->queue_len;
    ret_info->vnet_hdr_len = port->frame.vnet_len;
    ret_info->metric = pair->metric;
    memcpy(ret_info->mac, pair->mac, sizeof ret_info->mac);
    vnic__mutex_unlock(&pair->lock);
    return 0;
}

static int fake_get_stats(struct vnic *q, struct vnic_stats *ret_stats, struct vnic_error *err)
{
    struct vnic__fake_port *port = vnic__fake_port_of(q);
    struct vnic_stats now;

    vnic__mutex_lock(&port->pair->lock);
    now = port->pair->stats;
    if (port->pair->removed) {
        vnic__mutex_unlock(&port->pair->lock);
        return fail_gone("vnic_get_stats", err);
    }
    vnic__mutex_unlock(&port->pair->lock);
    ret_stats->rx_packets = port->is_peer ? now.tx_packets : now.rx_packets;
    ret_stats->rx_bytes = port->is_peer ? now.tx_bytes : now.rx_bytes;
    ret_stats->rx_dropped = port->is_peer ? now.tx_dropped : now.rx_dropped;
    ret_stats->rx_errors = port->is_peer ? now.tx_errors : now.rx_errors;
    ret_stats->tx_packets = port->is_peer ? now.rx_packets : now.tx_packets;
    ret_stats->tx_bytes = port->is_peer ? now.rx_bytes : now.tx_bytes;
    ret_stats->tx_dropped = port->is_peer ? now.rx_dropped : now.tx_dropped;
    ret_stats->tx_errors = port->is_peer ? now.rx_errors : now.tx_errors;
    return 0;
}

static int fake_get_name(struct vnic *q, char *ret_name, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    uint32_t removed;

    vnic__mutex_lock(&pair->lock);
    removed = pair->removed;
    memcpy(ret_name, pair->name, sizeof pair->name);
    vnic__mutex_unlock(&pair->lock);
    return removed ? fail_gone("vnic_get_name", err) : 0;
}

/* Setters of one number differ only in where it goes. */
static int set_fake_number(struct vnic *q, size_t offset, uint32_t value, const char *operation,
                           struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int rc = vnic__fake_lock_to_change(q, operation, err);

    if (rc < 0) {
        return rc;
    }
    memcpy((unsigned char *)pair + offset, &value, sizeof value);
    return unlock_changed(pair);
}

static int fake_set_up(struct vnic *q, uint32_t up, struct vnic_error *err)
{
    return set_fake_number(q, offsetof(struct vnic__fake_pair, up), up, "vnic_set_up", err);
}

static int fake_set_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err)
{
    return set_fake_number(q, offsetof(struct vnic__fake_pair, mtu), mtu, "vnic_set_mtu", err);
}

static int fake_set_carrier(struct vnic *q, uint32_t on, struct vnic_error *err)
{
    return set_fake_number(q, offsetof(struct vnic__fake_pair, carrier), on, "vnic_set_carrier",
                           err);
}

static int fake_set_tx_queue_len(struct vnic *q, uint32_t packets, struct vnic_error *err)
{
    return set_fake_number(q, offsetof(struct vnic__fake_pair, queue_len), packets,
                           "vnic_set_tx_queue_len", err);
}

static int fake_set_metric(struct vnic *q, uint32_t metric, struct vnic_error *err)
{
    return set_fake_number(q, offsetof(struct vnic__fake_pair, metric), metric, "vnic_set_metric",
                           err);
}

static int fake_set_link_local(struct vnic *q, uint32_t mode, struct vnic_error *err)
{
    return set_fake_number(q, offsetof(struct vnic__fake_pair, link_local), mode,
                           "set link-local mode", err);
}

static int fake_get_link_local(struct vnic *q, uint32_t *ret_mode, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;

    (void)err;
    vnic__mutex_lock(&pair->lock);
    *ret_mode = pair->link_local;
    vnic__mutex_unlock(&pair->lock);
    return 0;
}

static int fake_set_name(struct vnic *q, const char *name, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int rc = vnic__fake_lock_to_change(q, "vnic_set_name", err);

    if (rc < 0) {
        return rc;
    }
    (void)snprintf(pair->name, sizeof pair->name, "%s", name);
    return unlock_changed(pair);
}

static int fake_set_alias(struct vnic *q, const char *alias, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int rc = vnic__fake_lock_to_change(q, "vnic_set_alias", err);

    if (rc < 0) {
        return rc;
    }
    (void)snprintf(pair->alias, sizeof pair->alias, "%s", alias);
    return unlock_changed(pair);
}

static int fake_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int rc = vnic__fake_lock_to_change(q, "vnic_set_mac", err);

    if (rc < 0) {
        return rc;
    }
    memcpy(pair->mac, mac, sizeof pair->mac);
    return unlock_changed(pair);
}

static int fake_set_dns(struct vnic *q, const struct vnic__dns *dns, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int rc = vnic__fake_lock_to_change(q, "vnic_set_dns", err);

    if (rc < 0) {
        return rc;
    }
    pair->dns = *dns;
    return unlock_changed(pair);
}

static int fake_get_dns(struct vnic *q, struct vnic__dns *ret_dns, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int rc = vnic__fake_lock_to_change(q, "read DNS settings", err);

    if (rc < 0) {
        return rc;
    }
    *ret_dns = pair->dns;
    vnic__mutex_unlock(&pair->lock);
    return 0;
}

const struct vnic__netconf vnic__fake_netconf = {
    .get_info = fake_get_info,
    .get_stats = fake_get_stats,
    .get_name = fake_get_name,
    .set_up = fake_set_up,
    .set_mtu = fake_set_mtu,
    .set_name = fake_set_name,
    .set_mac = fake_set_mac,
    .set_tx_queue_len = fake_set_tx_queue_len,
    .set_alias = fake_set_alias,
    .set_carrier = fake_set_carrier,
    .set_metric = fake_set_metric,
    .set_dns = fake_set_dns,
    .get_dns = fake_get_dns,
    .get_link_local = fake_get_link_local,
    .set_link_local = fake_set_link_local,
    .add_address = vnic__fake_add_address,
    .remove_address = vnic__fake_remove_address,
    .list_addresses = vnic__fake_list_addresses,
};
