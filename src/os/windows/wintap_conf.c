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

#define RESTART_NS 10000000000
#define RESTART_TRIES 3
#define PARAMETER_UNITS 16

static const struct win_reason gone_reasons[] = {
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
    return os_code == 0 ? 0
                        : vnic__win_fail(err, os_code, "TAP_WIN_IOCTL_SET_MEDIA_STATUS", "up",
                                         gone_reasons, "cannot plug the medium in or out");
}

/* ---- Parameters of the driver ------------------------------------------------------------------- */

/* A parameter in the driver's key, which it reads when it starts. "": there is none. */
static LSTATUS read_parameter(HKEY key, const wchar_t *name, wchar_t ret[PARAMETER_UNITS])
{
    DWORD type = 0;
    DWORD len = (PARAMETER_UNITS - 1) * sizeof ret[0];
    LSTATUS status = vnic__sys_reg_get(key, name, &type, ret, &len);

    ret[PARAMETER_UNITS - 1] = L'\0';
    if (status != ERROR_SUCCESS || type != REG_SZ) {
        ret[0] = L'\0';
    } else {
        ret[len / sizeof ret[0]] = L'\0';
    }
    return status == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : status;
}

static LSTATUS write_parameter(HKEY key, const wchar_t *name, const wchar_t *value)
{
    LSTATUS status;

    if (value[0] != L'\0') {
        return vnic__sys_reg_set(key, name, REG_SZ, value,
                                 (DWORD)((wcslen(value) + 1) * sizeof value[0]));
    }
    status = vnic__sys_reg_unset(key, name);
    return status == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : status;
}

/* The device after a restart; NULL: it did not come back. */
static HANDLE open_restarted(struct vnic *q)
{
    struct wintap_iface *wi = wintap_iface_of(q);
    int64_t deadline = vnic__now_ns() + RESTART_NS;
    HANDLE file;

    for (int i = 0; i < RESTART_TRIES; i++) {
        if (vnic__wintap_device_open(&wi->adapter, deadline, &file, NULL) < 0) {
            continue;
        }
        if (vnic__wintap_device_check(file, wi, NULL) == 0 &&
            vnic__wintap_device_setup(q, file) == 0) {
            return file;
        }
        vnic__sys_close_device(file);
    }
    return NULL;
}

/* Restarts the adapter without its user, who finds the same device afterwards. */
static int restart(struct vnic *q, struct vnic_error *err)
{
    struct wintap_iface *wi = wintap_iface_of(q);
    HANDLE file;
    int rc;

    vnic__wintap_pause(q);
    rc = vnic__wintap_restart(&wi->adapter, err);
    /* Whatever became of it: the handle goes on if the device is there. */
    file = open_restarted(q);
    vnic__wintap_resume(q, file);
    (void)vnic__wintap_refresh_need(q);
    if (rc == 0 && file == NULL) {
        rc = vnic__fail(err, VNIC_ECLOSED, "CreateFileW", NULL,
                        "the TAP adapter did not come back after its restart: look into the Device "
                        "Manager, and open it again");
    }
    return rc;
}

/* What a parameter has to become, and how it is seen that it has. */
struct wintap_parameter {
    const wchar_t *name;
    const char *field;
    wchar_t value[PARAMETER_UNITS];
    int (*holds)(struct vnic *q, const void *wanted, uint32_t *ret_os_code);
    const void *wanted;
};

static int apply_parameter(struct vnic *q, const struct wintap_parameter *p, struct vnic_error *err)
{
    uint32_t os_code = 0;
    struct vnic_error why;
    int rc = restart(q, &why);

    if (rc == 0) {
        rc = vnic__win_wait_interface(q, &why);
    }
    /* The driver has the last word: a restart that failed in part may have done what it was for. */
    if (p->holds(q, p->wanted, &os_code)) {
        return 0;
    }
    if (rc < 0) {
        if (err != NULL) {
            *err = why;
        }
    } else if (os_code != 0) {
        rc = vnic__win_fail(err, os_code, "DeviceIoControl", p->field, gone_reasons,
                            "cannot ask the TAP driver for its parameter");
    } else {
        rc = vnic__fail(err, VNIC_ENOTSUP, "DIF_PROPERTYCHANGE", p->field,
                        "the TAP driver does not take this value of its parameter");
    }
    return rc;
}

static int set_parameter(struct vnic *q, const struct wintap_parameter *p, struct vnic_error *err)
{
    const struct wintap_adapter *adapter = &wintap_iface_of(q)->adapter;
    wchar_t before[PARAMETER_UNITS];
    LSTATUS status;
    HKEY key;
    int rc = vnic__wintap_open_key(adapter, KEY_QUERY_VALUE | KEY_SET_VALUE, &key, err);

    if (rc < 0) {
        return rc;
    }
    status = read_parameter(key, p->name, before);
    if (status == ERROR_SUCCESS) {
        status = write_parameter(key, p->name, p->value);
    }
    if (status != ERROR_SUCCESS) {
        rc = vnic__win_fail(err, (uint32_t)status, "RegSetValueExW", p->field, NULL,
                            "cannot set a parameter of the TAP driver");
    } else {
        rc = apply_parameter(q, p, err);
        if (rc < 0) {
            (void)write_parameter(key, p->name, before);
            (void)restart(q, NULL);
        }
    }
    vnic__sys_reg_close(key);
    return rc;
}

/* ---- MAC and MTU -------------------------------------------------------------------------------- */

/* Which MAC the adapter has now, by the driver. */
static uint32_t ask_mac(struct vnic *q, uint8_t ret[6])
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t os_code = ERROR_FILE_NOT_FOUND;

    vnic__mutex_lock(&tq->lock);
    if (tq->file != NULL) {
        os_code = vnic__wintap_control(tq->file, WINTAP_GET_MAC, NULL, 0, ret, 6);
    }
    vnic__mutex_unlock(&tq->lock);
    return os_code;
}

static int has_mac(struct vnic *q, const void *wanted, uint32_t *ret_os_code)
{
    uint8_t mac[6];

    *ret_os_code = ask_mac(q, mac);
    return *ret_os_code == 0 && memcmp(mac, wanted, sizeof mac) == 0;
}

/* "NetworkAddress" of MSDN, "Keywords Not Displayed in the User Interface": hexadecimal digits alone. */
static int wintap_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err)
{
    static const wchar_t digits[] = L"0123456789ABCDEF";
    struct wintap_parameter p = {
        .name = L"NetworkAddress", .field = "mac", .holds = has_mac, .wanted = mac};

    if (q->layer != VNIC_TAP) {
        return vnic__fail_unsupported(err, "vnic_set_mac", "mac", q->backend->name);
    }
    for (int i = 0; i < 6; i++) {
        p.value[2 * i] = digits[mac[i] >> 4];
        p.value[2 * i + 1] = digits[mac[i] & 15];
    }
    return set_parameter(q, &p, err);
}

static int has_mtu(struct vnic *q, const void *wanted, uint32_t *ret_os_code)
{
    *ret_os_code = 0;
    return wintap_iface_of(q)->driver_mtu >= *(const uint32_t *)wanted;
}

/* The IP layer's MTU can be at most the driver's; src/adapter.c tapReadConfiguration() reads "MTU". */
static int wintap_prepare_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err)
{
    struct wintap_parameter p = {.name = L"MTU", .field = "mtu", .holds = has_mtu, .wanted = &mtu};
    uint32_t rest = mtu;
    int n = 1;

    if (mtu <= wintap_iface_of(q)->driver_mtu) {
        return 0;
    }
    for (uint32_t value = mtu; value >= 10; value /= 10) {
        n++;
    }
    for (int i = n - 1; i >= 0; i--) {
        p.value[i] = (wchar_t)(L'0' + rest % 10);
        rest /= 10;
    }
    return set_parameter(q, &p, err);
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
    return os_code == 0
               ? 0
               : vnic__win_fail(err, os_code, "TAP_WIN_IOCTL_CONFIG_TUN", "addresses", gone_reasons,
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
    } else if (ask_mac(q, mac) == 0) {
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
    .set_mac = wintap_set_mac,
    .prepare_mtu = wintap_prepare_mtu,
    .set_persist = wintap_set_persist,
    .address_changed = wintap_address_changed,
    .add_info = wintap_add_info,
    .add_stats = wintap_add_stats,
};
