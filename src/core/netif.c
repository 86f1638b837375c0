/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of a handle: what it is, and setting one thing of it. */
#include <stddef.h>
#include <string.h>

#include "address_set.h"
#include "apply.h"
#include "backends.h"
#include "config.h"
#include "device.h"
#include "offload.h"

/* Sizes of version 0.1: anything less was never a version of the structure. */
#define INFO_SIZE_MIN offsetof(struct vnic_info, offload)
#define STATS_SIZE_MIN offsetof(struct vnic_stats, queue_rx_super)

static const struct vnic__netconf no_netconf;

/* The configuration slots of a handle; never NULL. */
static const struct vnic__netconf *conf_of(const vnic *dev)
{
    return dev->backend->netconf == NULL ? &no_netconf : dev->backend->netconf;
}

static int check_struct_size(size_t size, size_t min, const char *operation, struct vnic_error *err)
{
    if (size >= min) {
        return 0;
    }
    return vnic__fail(err, VNIC_EVERSION, operation, "size",
                      "the structure's size is %llu: set it to sizeof the structure, %llu here",
                      (unsigned long long)size, (unsigned long long)min);
}

int vnic_get_info(vnic *dev, struct vnic_info *ret_info, struct vnic_error *ret_err)
{
    struct vnic_info info;
    int rc;

    if (dev == NULL || ret_info == NULL) {
        return vnic__fail_null(ret_err, "vnic_get_info", dev == NULL ? "dev" : "ret_info");
    }
    rc = check_struct_size(ret_info->size, INFO_SIZE_MIN, "vnic_get_info", ret_err);
    if (rc < 0) {
        return rc;
    }
    if (conf_of(dev)->get_info == NULL) {
        return vnic__fail_unsupported(ret_err, "vnic_get_info", "info", dev->backend->name);
    }
    memset(&info, 0, sizeof info);
    vnic__mutex_lock(&dev->iface->lock);
    rc = conf_of(dev)->get_info(dev, &info, ret_err);
    vnic__mutex_unlock(&dev->iface->lock);
    if (rc == 0) {
        vnic__offload_info(dev, &info);
        vnic__complete_info(dev->backend, &info);
        info.size = ret_info->size < sizeof info ? ret_info->size : sizeof info;
        memcpy(ret_info, &info, info.size);
    }
    return rc;
}

int vnic_layer(vnic *dev)
{
    return dev == NULL ? VNIC_EINVAL : (int)dev->layer;
}

int vnic_get_name(vnic *dev, char *ret_name, size_t cap)
{
    char name[VNIC_NAME_SIZE] = "";
    size_t len;
    int rc;

    if (dev == NULL || ret_name == NULL) {
        return VNIC_EINVAL;
    }
    if (conf_of(dev)->get_name == NULL) {
        return VNIC_ENOTSUP;
    }
    vnic__mutex_lock(&dev->iface->lock);
    rc = conf_of(dev)->get_name(dev, name, NULL);
    vnic__mutex_unlock(&dev->iface->lock);
    if (rc < 0) {
        return rc;
    }
    len = strlen(name);
    if (len >= cap) {
        return VNIC_EMSGSIZE;
    }
    memcpy(ret_name, name, len + 1);
    return (int)len;
}

static void add_queue_counters(vnic *dev, struct vnic_stats *stats)
{
    stats->queue_rx_packets = atomic_load_explicit(&dev->rx.packets, memory_order_relaxed);
    stats->queue_rx_bytes = atomic_load_explicit(&dev->rx.bytes, memory_order_relaxed);
    stats->queue_tx_packets = atomic_load_explicit(&dev->tx.packets, memory_order_relaxed);
    stats->queue_tx_bytes = atomic_load_explicit(&dev->tx.bytes, memory_order_relaxed);
    stats->queue_rx_cut = atomic_load_explicit(&dev->rx_cut, memory_order_relaxed);
    vnic__offload_stats(dev, stats);
}

int vnic_get_stats(vnic *dev, struct vnic_stats *ret_stats, struct vnic_error *ret_err)
{
    struct vnic_stats stats;
    int rc;

    if (dev == NULL || ret_stats == NULL) {
        return vnic__fail_null(ret_err, "vnic_get_stats", dev == NULL ? "dev" : "ret_stats");
    }
    rc = check_struct_size(ret_stats->size, STATS_SIZE_MIN, "vnic_get_stats", ret_err);
    if (rc < 0) {
        return rc;
    }
    if (conf_of(dev)->get_stats == NULL) {
        return vnic__fail_unsupported(ret_err, "vnic_get_stats", "stats", dev->backend->name);
    }
    memset(&stats, 0, sizeof stats);
    vnic__mutex_lock(&dev->iface->lock);
    rc = conf_of(dev)->get_stats(dev, &stats, ret_err);
    vnic__mutex_unlock(&dev->iface->lock);
    if (rc == 0) {
        add_queue_counters(dev, &stats);
        stats.size = ret_stats->size < sizeof stats ? ret_stats->size : sizeof stats;
        memcpy(ret_stats, &stats, stats.size);
    }
    return rc;
}

/* Begins a setter: the handle exists and the backend has the slot. Takes the lock on success. */
static int begin_setting(vnic *dev, int has_slot, const char *operation, const char *field,
                         struct vnic_error *err)
{
    if (!has_slot) {
        return vnic__fail_unsupported(err, operation, field, dev->backend->name);
    }
    vnic__mutex_lock(&dev->iface->lock);
    return 0;
}

static int end_setting(vnic *dev, int rc)
{
    vnic__mutex_unlock(&dev->iface->lock);
    return rc < 0 ? rc : 0;
}

/* What the interface is now, so that a setter can leave alone what is so already. */
static int read_info(vnic *dev, struct vnic_info *ret, struct vnic_error *err)
{
    memset(ret, 0, sizeof *ret);
    return conf_of(dev)->get_info(dev, ret, err);
}

int vnic_set_up(vnic *dev, int up, struct vnic_error *ret_err)
{
    struct vnic_info now;
    int rc;

    if (dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_up", "dev");
    }
    rc = begin_setting(dev, conf_of(dev)->set_up != NULL, "vnic_set_up", "up", ret_err);
    if (rc < 0) {
        return rc;
    }
    rc = read_info(dev, &now, ret_err);
    if (rc == 0 && ((now.flags & VNIC_IF_UP) != 0) != (up != 0)) {
        rc = conf_of(dev)->set_up(dev, up != 0, ret_err);
    }
    return end_setting(dev, rc);
}

/*
 * Below 1280 bytes Linux takes IPv6 off an interface, and gives it back anew above, link-local address
 * included (net/ipv6/addrconf.c addrconf_notify(), NETDEV_CHANGEMTU): the wish is to be made again.
 */
static int renew_no_link_local(vnic *dev, struct vnic_error *err)
{
    uint32_t mode = 0;
    int rc = 0;

    if ((dev->flags & VNIC_NO_LINK_LOCAL) == 0) {
        return 0;
    }
    rc = conf_of(dev)->get_link_local(dev, &mode, err);
    if (rc == VNIC_ENOTSUP) {
        return 0;
    }
    if (rc == 0 && mode != 0) {
        rc = conf_of(dev)->set_link_local(dev, 0, err);
        rc = rc < 0 ? rc : vnic__addresses_change(dev, NULL, 0, VNIC__ADDRESSES_NO_KERNEL, err);
    }
    return rc;
}

int vnic_set_mtu(vnic *dev, uint32_t mtu, struct vnic_error *ret_err)
{
    struct vnic_info now;
    int rc;

    if (dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_mtu", "dev");
    }
    rc = vnic__check_mtu(mtu, ret_err);
    if (rc == 0) {
        rc = begin_setting(dev, conf_of(dev)->set_mtu != NULL, "vnic_set_mtu", "mtu", ret_err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = read_info(dev, &now, ret_err);
    if (rc == 0) {
        rc = vnic__must_set(dev, VNIC__KEEP_MTU, mtu, now.mtu, ret_err);
    }
    if (rc > 0) {
        rc = vnic__addresses_check_mtu(dev, mtu, ret_err);
        rc = rc < 0 ? rc : conf_of(dev)->set_mtu(dev, mtu, ret_err);
        rc = rc < 0 ? rc : renew_no_link_local(dev, ret_err);
    }
    return end_setting(dev, rc);
}

int vnic_set_name(vnic *dev, const char *name, struct vnic_error *ret_err)
{
    struct vnic_info now;
    int rc;

    if (dev == NULL || name == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_name", dev == NULL ? "dev" : "name");
    }
    rc = vnic__check_name(dev->backend, name, 0, ret_err);
    if (rc == 0) {
        rc = begin_setting(dev, conf_of(dev)->set_name != NULL, "vnic_set_name", "name", ret_err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = read_info(dev, &now, ret_err);
    if (rc == 0 && strcmp(now.name, name) != 0) {
        rc = conf_of(dev)->set_name(dev, name, ret_err);
    }
    return end_setting(dev, rc);
}

int vnic_set_mac(vnic *dev, const uint8_t *mac, struct vnic_error *ret_err)
{
    struct vnic_info now;
    int rc;

    if (dev == NULL || mac == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_mac", dev == NULL ? "dev" : "mac");
    }
    if (dev->layer != VNIC_TAP) {
        return vnic__fail(ret_err, VNIC_ENOTSUP, "vnic_set_mac", "mac",
                          "a TUN interface has no MAC address: open a TAP if you need one");
    }
    rc = vnic__check_mac(mac, "given", ret_err);
    if (rc == 0) {
        rc = begin_setting(dev, conf_of(dev)->set_mac != NULL, "vnic_set_mac", "mac", ret_err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = read_info(dev, &now, ret_err);
    if (rc == 0 && memcmp(now.mac, mac, sizeof now.mac) != 0) {
        rc = conf_of(dev)->set_mac(dev, mac, ret_err);
    }
    return end_setting(dev, rc);
}

int vnic_set_tx_queue_len(vnic *dev, uint32_t packets, struct vnic_error *ret_err)
{
    struct vnic_info now;
    int rc;

    if (dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_tx_queue_len", "dev");
    }
    rc = vnic__check_range("tx_queue_len", packets, 0, VNIC__TX_QUEUE_LEN_MAX, ret_err);
    if (rc == 0) {
        rc = begin_setting(dev, conf_of(dev)->set_tx_queue_len != NULL, "vnic_set_tx_queue_len",
                           "tx_queue_len", ret_err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = read_info(dev, &now, ret_err);
    if (rc == 0 && now.tx_queue_len != packets) {
        rc = conf_of(dev)->set_tx_queue_len(dev, packets, ret_err);
    }
    return end_setting(dev, rc);
}

int vnic_set_alias(vnic *dev, const char *alias, struct vnic_error *ret_err)
{
    struct vnic_info now;
    int rc;

    if (dev == NULL || alias == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_alias", dev == NULL ? "dev" : "alias");
    }
    rc = vnic__check_alias(alias, ret_err);
    if (rc == 0) {
        rc =
            begin_setting(dev, conf_of(dev)->set_alias != NULL, "vnic_set_alias", "alias", ret_err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = read_info(dev, &now, ret_err);
    if (rc == 0 && strcmp(now.alias, alias) != 0) {
        rc = conf_of(dev)->set_alias(dev, alias, ret_err);
    }
    return end_setting(dev, rc);
}

/* The setters below act through the descriptor: no right, no namespace, nothing to compare first. */
typedef int fd_setter(struct vnic *q, uint32_t value, struct vnic_error *err);

static int set_through_fd(vnic *dev, fd_setter *set, uint32_t value, const char *operation,
                          const char *field, struct vnic_error *err)
{
    int rc = begin_setting(dev, set != NULL, operation, field, err);

    if (rc < 0) {
        return rc;
    }
    if (atomic_load(&dev->stop) & VNIC__STOP_DETACHED) {
        rc = vnic__fail(err, VNIC_EDETACHED, operation, field,
                        "the queue is detached: attach it with vnic_attach_queue(), or use another "
                        "queue of the interface");
    } else {
        rc = set(dev, value, err);
    }
    return end_setting(dev, rc);
}

int vnic_set_carrier(vnic *dev, int on, struct vnic_error *ret_err)
{
    if (dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_carrier", "dev");
    }
    return set_through_fd(dev, conf_of(dev)->set_carrier, on != 0, "vnic_set_carrier", "carrier",
                          ret_err);
}

int vnic_set_persist(vnic *dev, int on, struct vnic_error *ret_err)
{
    if (dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_persist", "dev");
    }
    return set_through_fd(dev, conf_of(dev)->set_persist, on != 0, "vnic_set_persist", "persist",
                          ret_err);
}

int vnic_set_owner(vnic *dev, uint32_t uid, struct vnic_error *ret_err)
{
    if (dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_owner", "dev");
    }
    return set_through_fd(dev, conf_of(dev)->set_owner, uid, "vnic_set_owner", "owner_uid",
                          ret_err);
}

int vnic_set_group(vnic *dev, uint32_t gid, struct vnic_error *ret_err)
{
    if (dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_set_group", "dev");
    }
    return set_through_fd(dev, conf_of(dev)->set_group, gid, "vnic_set_group", "group_gid",
                          ret_err);
}
