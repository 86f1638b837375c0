/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of the driver: values in its key of the registry, which it reads when the adapter starts. So
 * setting one restarts the adapter. */
#include <string.h>

#include "core/fail.h"
#include "win_error.h"
#include "win_netconf.h"
#include "win_sys_file.h"
#include "wintap.h"

#define RESTART_NS 10000000000
#define RESTART_TRIES 3

#define MAC_NAME L"NetworkAddress"
#define MTU_NAME L"MTU"

/* ---- Values in the key -------------------------------------------------------------------------- */

static LSTATUS read_value(HKEY key, const wchar_t *name, struct wintap_value *ret)
{
    LSTATUS status;

    ret->len = sizeof ret->data;
    status = vnic__sys_reg_get(key, name, &ret->type, ret->data, &ret->len);
    ret->exists = status == ERROR_SUCCESS;
    return status == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : status;
}

static LSTATUS write_value(HKEY key, const wchar_t *name, const struct wintap_value *value)
{
    LSTATUS status;

    if (value->exists) {
        return vnic__sys_reg_set(key, name, value->type, value->data, value->len);
    }
    status = vnic__sys_reg_unset(key, name);
    return status == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : status;
}

static int same_value(const struct wintap_value *a, const struct wintap_value *b)
{
    return a->exists == b->exists && (!a->exists || (a->type == b->type && a->len == b->len &&
                                                     memcmp(a->data, b->data, a->len) == 0));
}

/* Text as the driver reads it, also for numbers. */
static void set_text(struct wintap_value *ret, const wchar_t *text)
{
    ret->exists = 1;
    ret->type = REG_SZ;
    ret->len = (DWORD)((wcslen(text) + 1) * sizeof text[0]);
    memcpy(ret->data, text, ret->len);
}

/* ---- Restarting --------------------------------------------------------------------------------- */

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

/* A restart, and what it loses put back: *ret_back is what became of that, when it was tried. */
static int restart_keeping(struct vnic *q, const struct win_kept *kept, int *ret_back,
                           struct vnic_error *err)
{
    int rc = restart(q, err);

    if (rc == 0) {
        rc = vnic__win_wait_interface(q, err);
    }
    *ret_back = vnic__win_put_back(q, kept, rc == 0 ? err : NULL);
    return rc < 0 ? rc : *ret_back;
}

/* ---- Setting ------------------------------------------------------------------------------------ */

/* What a parameter has to become, how it is seen that it has, and where is kept what it was. */
struct wintap_parameter {
    const wchar_t *name;
    const char *field;
    struct wintap_value value;
    int (*holds)(struct vnic *q, const void *wanted, uint32_t *ret_os_code);
    const void *wanted;
    struct wintap_before *before;
    struct wintap_value was; /* what was there, once it is set */
};

static int apply_parameter(struct vnic *q, const struct wintap_parameter *p,
                           const struct win_kept *kept, struct vnic_error *err)
{
    uint32_t os_code = 0;
    struct vnic_error why;
    int back = 0;
    int rc = restart_keeping(q, kept, &back, &why);

    /* The driver has the last word: a restart that failed in part may have done what it was for. */
    if (back == 0 && p->holds(q, p->wanted, &os_code)) {
        return 0;
    }
    if (rc < 0) {
        if (err != NULL) {
            *err = why;
        }
    } else if (os_code != 0) {
        rc = vnic__win_fail(err, os_code, "DeviceIoControl", p->field, vnic__wintap_gone_reasons,
                            "cannot ask the TAP driver for its parameter");
    } else {
        rc = vnic__fail(err, VNIC_ENOTSUP, "DIF_PROPERTYCHANGE", p->field,
                        "the TAP driver does not take this value of its parameter");
    }
    return rc;
}

/* On failure there is again what was there. */
static int replace_value(struct vnic *q, HKEY key, const struct wintap_parameter *p,
                         struct vnic_error *err)
{
    struct win_kept kept;
    LSTATUS status;
    int back;
    int rc = vnic__win_keep(q, &kept, err);

    if (rc == 0) {
        status = write_value(key, p->name, &p->value);
        if (status != ERROR_SUCCESS) {
            rc = vnic__win_fail(err, (uint32_t)status, "RegSetValueExW", p->field, NULL,
                                "cannot set a parameter of the TAP driver");
        } else {
            rc = apply_parameter(q, p, &kept, err);
            if (rc < 0) {
                (void)write_value(key, p->name, &p->was);
                (void)restart_keeping(q, &kept, &back, NULL);
            }
        }
    }
    vnic__win_kept_free(&kept);
    return rc;
}

static int set_parameter(struct vnic *q, struct wintap_parameter *p, struct vnic_error *err)
{
    LSTATUS status;
    HKEY key;
    int rc = vnic__wintap_open_key(&wintap_iface_of(q)->adapter, KEY_QUERY_VALUE | KEY_SET_VALUE,
                                   &key, err);

    if (rc < 0) {
        return rc;
    }
    status = read_value(key, p->name, &p->was);
    rc = status == ERROR_SUCCESS
             ? replace_value(q, key, p, err)
             : vnic__win_fail(err, (uint32_t)status, "RegQueryValueExW", p->field, NULL,
                              "cannot read a parameter of the TAP driver");
    if (rc == 0 && !p->before->is_known) {
        p->before->value = p->was;
        p->before->is_known = 1;
    }
    vnic__sys_reg_close(key);
    return rc;
}

/* ---- MAC and MTU -------------------------------------------------------------------------------- */

uint32_t vnic__wintap_ask_mac(struct vnic *q, uint8_t ret[6])
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

    *ret_os_code = vnic__wintap_ask_mac(q, mac);
    return *ret_os_code == 0 && memcmp(mac, wanted, sizeof mac) == 0;
}

/*
 * "NetworkAddress" of MSDN, "Keywords Not Displayed in the User Interface": hexadecimal digits alone. The MAC
 * that the adapter had at first comes back as it was there: mostly by no value at all.
 */
int vnic__wintap_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err)
{
    static const wchar_t digits[] = L"0123456789ABCDEF";
    struct wintap_iface *wi = wintap_iface_of(q);
    struct wintap_parameter p = {.name = MAC_NAME,
                                 .field = "mac",
                                 .holds = has_mac,
                                 .wanted = mac,
                                 .before = &wi->mac_before};
    wchar_t text[13] = {0};
    uint32_t os_code;

    if (q->layer != VNIC_TAP) {
        return vnic__fail_unsupported(err, "vnic_set_mac", "mac", q->backend->name);
    }
    if (!wi->mac_before.is_known) {
        os_code = vnic__wintap_ask_mac(q, wi->first_mac);
        if (os_code != 0) {
            return vnic__win_fail(err, os_code, "TAP_WIN_IOCTL_GET_MAC", "mac",
                                  vnic__wintap_gone_reasons,
                                  "cannot ask the TAP driver for its MAC");
        }
    }
    for (int i = 0; i < 6; i++) {
        text[2 * i] = digits[mac[i] >> 4];
        text[2 * i + 1] = digits[mac[i] & 15];
    }
    set_text(&p.value, text);
    if (wi->mac_before.is_known && memcmp(mac, wi->first_mac, sizeof wi->first_mac) == 0) {
        p.value = wi->mac_before.value;
    }
    return set_parameter(q, &p, err);
}

static int has_mtu(struct vnic *q, const void *wanted, uint32_t *ret_os_code)
{
    *ret_os_code = 0;
    return wintap_iface_of(q)->driver_mtu >= *(const uint32_t *)wanted;
}

/* The IP layer's MTU can be at most the driver's; src/adapter.c tapReadConfiguration() reads "MTU". */
int vnic__wintap_prepare_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err)
{
    struct wintap_iface *wi = wintap_iface_of(q);
    struct wintap_parameter p = {.name = MTU_NAME,
                                 .field = "mtu",
                                 .holds = has_mtu,
                                 .wanted = &mtu,
                                 .before = &wi->mtu_before};
    wchar_t text[11] = {0};
    uint32_t rest = mtu;
    int n = 1;
    int rc;

    wi->is_mtu_raised = 0;
    if (mtu <= wi->driver_mtu) {
        return 0;
    }
    for (uint32_t value = mtu; value >= 10; value /= 10) {
        n++;
    }
    for (int i = n - 1; i >= 0; i--) {
        text[i] = (wchar_t)(L'0' + rest % 10);
        rest /= 10;
    }
    set_text(&p.value, text);
    rc = set_parameter(q, &p, err);
    if (rc == 0) {
        wi->is_mtu_raised = 1;
        wi->mtu_was = p.was;
    }
    return rc;
}

/* ---- Undoing ------------------------------------------------------------------------------------ */

void vnic__wintap_unprepare_mtu(struct vnic *q)
{
    struct wintap_iface *wi = wintap_iface_of(q);
    struct win_kept kept;
    int back;
    HKEY key;

    if (!wi->is_mtu_raised || vnic__wintap_open_key(&wi->adapter, KEY_SET_VALUE, &key, NULL) < 0) {
        return;
    }
    wi->is_mtu_raised = 0;
    if (write_value(key, MTU_NAME, &wi->mtu_was) == ERROR_SUCCESS &&
        vnic__win_keep(q, &kept, NULL) == 0) {
        (void)restart_keeping(q, &kept, &back, NULL);
        vnic__win_kept_free(&kept);
    }
    vnic__sys_reg_close(key);
}

/* 1: it was another one than at first, and is written again. */
static int undo_value(HKEY key, const wchar_t *name, const struct wintap_before *before)
{
    struct wintap_value now;

    return before->is_known && read_value(key, name, &now) == ERROR_SUCCESS &&
           !same_value(&now, &before->value) &&
           write_value(key, name, &before->value) == ERROR_SUCCESS;
}

void vnic__wintap_undo_parameters(struct vnic *q)
{
    struct wintap_iface *wi = wintap_iface_of(q);
    struct win_kept kept;
    int undone;
    HKEY key;

    if ((!wi->mac_before.is_known && !wi->mtu_before.is_known) ||
        vnic__wintap_open_key(&wi->adapter, KEY_QUERY_VALUE | KEY_SET_VALUE, &key, NULL) < 0) {
        return;
    }
    undone = undo_value(key, MAC_NAME, &wi->mac_before);
    undone |= undo_value(key, MTU_NAME, &wi->mtu_before);
    vnic__sys_reg_close(key);
    if (undone && vnic__win_keep(q, &kept, NULL) == 0) {
        if (vnic__wintap_restart(&wi->adapter, NULL) == 0 &&
            vnic__win_wait_interface(q, NULL) == 0) {
            (void)vnic__win_put_back(q, &kept, NULL);
        }
        vnic__win_kept_free(&kept);
    }
}
