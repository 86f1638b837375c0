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
#define PARAMETER_UNITS 16

/* ---- Values in the key -------------------------------------------------------------------------- */

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
        rc = vnic__win_fail(err, os_code, "DeviceIoControl", p->field, vnic__wintap_gone_reasons,
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

/* "NetworkAddress" of MSDN, "Keywords Not Displayed in the User Interface": hexadecimal digits alone. */
int vnic__wintap_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err)
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
int vnic__wintap_prepare_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err)
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
