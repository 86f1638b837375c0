/* SPDX-License-Identifier: Apache-2.0 */
/* What configuration asks of this backend: what only the driver, its key in the registry or a restart of
 * the adapter can do. */
#include <stdio.h>
#include <string.h>

#include "core/fail.h"
#include "win_error.h"
#include "win_netconf.h"
#include "win_sys_file.h"
#include "win_text.h"
#include "wintap.h"

const struct win_reason vnic__wintap_gone_reasons[] = {
    {ERROR_OPERATION_ABORTED, VNIC_ECLOSED, "the adapter was removed or disabled"},
    {ERROR_INVALID_HANDLE, VNIC_ECLOSED, "the adapter was removed or disabled"},
    {ERROR_FILE_NOT_FOUND, VNIC_ECLOSED, "the adapter was removed or disabled"},
    {ERROR_BAD_COMMAND, VNIC_ECLOSED, "the adapter was removed or disabled"},
    {0, 0, NULL},
};

/* ---- Up and down -------------------------------------------------------------------------------- */

static uint32_t set_media_locked(struct vnic *q, uint32_t up)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    if (tq->state == WINTAP_GONE) {
        return ERROR_FILE_NOT_FOUND;
    }
    /* A device that is being opened anew gets the state of then. */
    return tq->file != NULL ? vnic__wintap_set_media(tq->file, up) : 0;
}

static int wintap_set_up(struct vnic *q, uint32_t up, struct vnic_error *err)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t os_code;

    vnic__mutex_lock(&tq->lock);
    os_code = set_media_locked(q, up);
    if (os_code == 0) {
        atomic_store(&win_iface_of(q)->up, up);
        vnic__wintap_fill_locked(q);
        vnic__wintap_tell_locked(q);
        vnic__wintap_wake_locked(q);
    }
    vnic__mutex_unlock(&tq->lock);
    return os_code == 0
               ? 0
               : vnic__win_fail(err, os_code, "TAP_WIN_IOCTL_SET_MEDIA_STATUS", "up",
                                vnic__wintap_gone_reasons, "cannot plug the medium in or out");
}

/* ---- Persistence -------------------------------------------------------------------------------- */

static int wintap_set_persist(struct vnic *q, uint32_t on, struct vnic_error *err)
{
    struct wintap_adapter *adapter = &wintap_iface_of(q)->adapter;
    int rc;

    if (!adapter->ours) {
        return on ? 0
                  : vnic__fail(err, VNIC_ENOTSUP, "vnic_set_persist", "persist",
                               "another program installed this adapter, and it stays: remove it in "
                               "the Device Manager");
    }
    rc = vnic__wintap_mark(adapter, on, err);
    if (rc == 0) {
        adapter->persist = on;
    }
    return rc;
}

/* ---- The address of TUN mode -------------------------------------------------------------------- */

#define ADDRESSES_MAX 64

/* The first IPv4 address that is left; 0.0.0.0: none. */
static void find_tun_address(struct vnic *q, uint8_t ret[4])
{
    struct vnic_prefix list[ADDRESSES_MAX];
    int n = vnic__win_list_addresses(q, list, ADDRESSES_MAX, NULL);

    memset(ret, 0, 4);
    for (int i = 0; i < n && i < ADDRESSES_MAX; i++) {
        if (list[i].family == VNIC_IPV4) {
            memcpy(ret, list[i].addr, 4);
            return;
        }
    }
}

static int wintap_address_changed(struct vnic *q, const struct vnic_prefix *p, uint32_t added,
                                  struct vnic_error *err)
{
    static const uint8_t none[4] = {0, 0, 0, 0};
    struct wintap_iface *wi = wintap_iface_of(q);
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t os_code = 0;
    uint8_t now[4];

    if (q->layer != VNIC_TUN || p->family != VNIC_IPV4 ||
        memcmp(wi->tun_address, added ? none : p->addr, 4) != 0) {
        return 0;
    }
    if (added) {
        memcpy(now, p->addr, 4);
    } else {
        find_tun_address(q, now);
    }
    vnic__mutex_lock(&tq->lock);
    memcpy(wi->tun_address, now, 4);
    if (tq->file != NULL) {
        os_code = vnic__wintap_config_tun(tq->file, now);
    }
    vnic__mutex_unlock(&tq->lock);
    return os_code == 0 ? 0
                        : vnic__win_fail(err, os_code, "TAP_WIN_IOCTL_CONFIG_TUN", "addresses",
                                         vnic__wintap_gone_reasons,
                                         "cannot tell the TAP driver the address of TUN mode");
}

/* ---- Information -------------------------------------------------------------------------------- */

static void wintap_add_info(struct vnic *q, struct vnic_info *info)
{
    const struct wintap_iface *wi = wintap_iface_of(q);
    uint8_t mac[6];

    (void)snprintf(info->driver_version, sizeof info->driver_version, "%lu.%lu",
                   (unsigned long)wi->version[0], (unsigned long)wi->version[1]);
    if (!wi->adapter.ours || wi->adapter.persist) {
        info->flags |= VNIC_IF_PERSIST;
    }
    if (q->layer == VNIC_TUN) {
        memset(info->mac, 0, sizeof info->mac);
    } else if (vnic__wintap_ask_mac(q, mac) == 0) {
        memcpy(info->mac, mac, sizeof mac);
    }
}

/* The system counts frames; a TUN's packets are what is behind their headers. */
static uint64_t without_headers(uint64_t bytes, uint64_t packets)
{
    uint64_t headers = packets * WINTAP_ETH_HEADER;

    return bytes > headers ? bytes - headers : 0;
}

static void wintap_add_stats(struct vnic *q, struct vnic_stats *stats)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    if (q->layer == VNIC_TUN) {
        stats->rx_bytes = without_headers(stats->rx_bytes, stats->rx_packets);
        stats->tx_bytes = without_headers(stats->tx_bytes, stats->tx_packets);
    }

    vnic__mutex_lock(&tq->lock);
    vnic__wintap_reap_locked(q);
    stats->tx_dropped += tq->tx_lost;
    stats->rx_errors += tq->rx_bad;
    vnic__mutex_unlock(&tq->lock);
}

const struct win_link vnic__wintap_link = {
    .set_up = wintap_set_up,
    .set_mac = vnic__wintap_set_mac,
    .prepare_mtu = vnic__wintap_prepare_mtu,
    .unprepare_mtu = vnic__wintap_unprepare_mtu,
    .set_persist = wintap_set_persist,
    .address_changed = wintap_address_changed,
    .add_info = wintap_add_info,
    .add_stats = wintap_add_stats,
};
