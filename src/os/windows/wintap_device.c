/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's device: opening it, its version and MTU, media status and TUN mode. */
#include <string.h>
#include <wchar.h>

#include "core/fail.h"
#include "win_error.h"
#include "win_sys.h"
#include "win_sys_file.h"
#include "win_sys_module.h"
#include "win_text.h"
#include "wintap.h"

#define DEVICE_LOOK_MS 20u
#define DEVICE_PREFIX_UNITS 11
#define DEVICE_PATH_UNITS (DEVICE_PREFIX_UNITS + WIN_GUID_SIZE + 4)
#define DEVICE_CONTROL_NS 5000000000

/* ---- Requests ----------------------------------------------------------------------------------- */

/*
 * The driver answers at once; a file that was opened for overlapped operations has to be asked with one
 * all the same. The system writes into it until it is done, so there is no way to give up.
 */
static uint32_t finish_control(HANDLE file, OVERLAPPED *overlapped)
{
    int64_t deadline = vnic__now_ns() + DEVICE_CONTROL_NS;
    int cancelled = 0;
    DWORD len;

    while (!vnic__sys_overlapped_result(file, overlapped, &len)) {
        uint32_t os_code = GetLastError();

        if (os_code != ERROR_IO_INCOMPLETE) {
            return os_code;
        }
        if (!cancelled && vnic__now_ns() >= deadline) {
            (void)vnic__sys_cancel_io(file, overlapped);
            cancelled = 1;
        }
        (void)vnic__sys_wait_any(1, &overlapped->hEvent, DEVICE_LOOK_MS);
    }
    return 0;
}

uint32_t vnic__wintap_control(HANDLE file, uint32_t request, void *in, uint32_t in_len,
                              void *ret_out, uint32_t out_len)
{
    OVERLAPPED overlapped = {.hEvent = vnic__sys_create_event(TRUE, FALSE)};
    uint32_t os_code = 0;

    if (overlapped.hEvent == NULL) {
        return GetLastError();
    }
    if (!vnic__sys_device_control(file, request, in, in_len, ret_out, out_len, &overlapped)) {
        os_code = GetLastError();
        if (os_code == ERROR_IO_PENDING) {
            os_code = finish_control(file, &overlapped);
        }
    }
    (void)vnic__sys_close_handle(overlapped.hEvent);
    return os_code;
}

/* ---- Opening ------------------------------------------------------------------------------------ */

/* src/device.c TapDeviceCreate(): a second user is told STATUS_UNSUCCESSFUL, which is
 * ERROR_GEN_FAILURE. The name is missing while the adapter is disabled or its driver does not run. */
static const struct win_reason open_reasons[] = {
    {ERROR_GEN_FAILURE, VNIC_EBUSY,
     "another program has the adapter open: end it, or use another adapter"},
    {ERROR_SHARING_VIOLATION, VNIC_EBUSY,
     "another program has the adapter open: end it, or use another adapter"},
    {ERROR_BUSY, VNIC_EBUSY,
     "another program has the adapter open: end it, or use another adapter"},
    {ERROR_ACCESS_DENIED, VNIC_EPERM,
     "the adapter is for administrators: start the program with \"Run as administrator\", or allow "
     "\"Non-Admin Access\" in the adapter's properties"},
    {ERROR_FILE_NOT_FOUND, VNIC_ENODRIVER,
     "the driver offers no device for it: is the adapter disabled? See the Device Manager"},
    {ERROR_PATH_NOT_FOUND, VNIC_ENODRIVER,
     "the driver offers no device for it: is the adapter disabled? See the Device Manager"},
    {ERROR_DEV_NOT_EXIST, VNIC_ENODRIVER, /* STATUS_DEVICE_DOES_NOT_EXIST: it is just going */
     "the driver offers no device for it: is the adapter disabled? See the Device Manager"},
    {0, 0, NULL},
};

/* The name of the device, \\.\Global\{GUID}.tap: src/tap-windows.h USERMODEDEVICEDIR, TAP_WIN_SUFFIX. */
static void device_path(const struct wintap_adapter *adapter, wchar_t ret[DEVICE_PATH_UNITS])
{
    vnic__win_guid_wide(&adapter->guid, ret + DEVICE_PREFIX_UNITS);
    wmemcpy(ret, L"\\\\.\\Global\\", DEVICE_PREFIX_UNITS);
    wmemcpy(ret + DEVICE_PREFIX_UNITS + WIN_GUID_SIZE - 1, L".tap",
            sizeof L".tap" / sizeof(wchar_t));
}

int vnic__wintap_device_open(const struct wintap_adapter *adapter, int64_t deadline_ns,
                             HANDLE *ret_file, struct vnic_error *err)
{
    wchar_t path[DEVICE_PATH_UNITS];
    uint32_t os_code;

    device_path(adapter, path);
    for (;;) {
        *ret_file = vnic__sys_open_device(path, FILE_ATTRIBUTE_SYSTEM | FILE_FLAG_OVERLAPPED);
        if (*ret_file != INVALID_HANDLE_VALUE) {
            return 0;
        }
        os_code = GetLastError();
        *ret_file = NULL;
        if (os_code == ERROR_ACCESS_DENIED || vnic__now_ns() >= deadline_ns) {
            return vnic__win_fail(err, os_code, "CreateFileW", NULL, open_reasons,
                                  "cannot open the device of the TAP adapter");
        }
        vnic__sys_sleep_ms(DEVICE_LOOK_MS);
    }
}

int vnic__wintap_device_check(HANDLE file, struct wintap_iface *wi, struct vnic_error *err)
{
    uint32_t version[3] = {0, 0, 0};
    uint32_t mtu = 0;
    uint32_t os_code =
        vnic__wintap_control(file, WINTAP_GET_VERSION, NULL, 0, version, sizeof version);

    if (os_code != 0) {
        return vnic__win_fail(err, os_code, "TAP_WIN_IOCTL_GET_VERSION", NULL, NULL,
                              "cannot ask the TAP driver for its version");
    }
    if (version[0] < WINTAP_VERSION_MIN) {
        return vnic__fail(err, VNIC_EVERSION, "TAP_WIN_IOCTL_GET_VERSION", NULL,
                          "the TAP driver has version %lu.%lu and 9 or later is needed: install "
                          "TAP-Windows6",
                          (unsigned long)version[0], (unsigned long)version[1]);
    }
    os_code = vnic__wintap_control(file, WINTAP_GET_MTU, NULL, 0, &mtu, sizeof mtu);
    if (os_code != 0) {
        return vnic__win_fail(err, os_code, "TAP_WIN_IOCTL_GET_MTU", NULL, NULL,
                              "cannot ask the TAP driver for its MTU");
    }
    memcpy(wi->version, version, sizeof version);
    wi->driver_mtu = mtu;
    return 0;
}

/* ---- Mode and state ----------------------------------------------------------------------------- */

/*
 * TUN mode: the driver takes Ethernet headers off and puts them on, and answers the ARP requests of
 * one IPv4 address (src/txpath.c ProcessARP()). The network 0.0.0.0/0 lets it answer for every
 * neighbour, so that any route through the interface works, as on a TUN. Without an address it must answer
 * nobody: who asks from 0.0.0.0 looks for duplicates of an address that it is about to have, and the answer
 * would be one. The network of 0.0.0.0 alone does that. IPv6 has no such thing: only
 * the neighbour fe80::8 is answered for (HandleIPv6NeighborDiscovery()), so IPv6 routes need that next
 * hop, and other neighbour solicitations come out as packets.
 */
uint32_t vnic__wintap_config_tun(HANDLE file, const uint8_t address[4])
{
    static const uint8_t none[4] = {0, 0, 0, 0};
    uint8_t config[12] = {0};

    memcpy(config, address, 4);
    if (memcmp(address, none, 4) == 0) {
        memset(config + 8, 0xFF, 4);
    }
    return vnic__wintap_control(file, WINTAP_CONFIG_TUN, config, sizeof config, config,
                                sizeof config);
}

uint32_t vnic__wintap_set_media(HANDLE file, uint32_t connected)
{
    return vnic__wintap_control(file, WINTAP_SET_MEDIA_STATUS, &connected, sizeof connected,
                                &connected, sizeof connected);
}

uint32_t vnic__wintap_device_setup(const struct vnic *q, HANDLE file)
{
    const struct wintap_iface *wi = wintap_iface_of(q);
    uint32_t up = atomic_load(&win_iface_of(q)->up);
    uint32_t os_code = 0;

    if (q->layer == VNIC_TUN) {
        os_code = vnic__wintap_config_tun(file, wi->tun_address);
    }
    return os_code == 0 && up ? vnic__wintap_set_media(file, 1) : os_code;
}
