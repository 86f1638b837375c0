/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Installing an adapter of a driver that Windows has in its store, restarting it and removing it. The
 * steps are those of Microsoft's "Installing a root-enumerated device" with the class installer's
 * requests in their documented order (setupapi.h, DIF_…).
 */
#include <string.h>
#include <wchar.h>

#include "core/fail.h"
#include "win_error.h"
#include "win_sys.h"
#include "win_text.h"
#include "wintap.h"

#define INSTALL_WAIT_NS 15000000000
#define INSTALL_LOOK_MS 100u
#define RESTART_TRIES 3
#define REMOVE_TRIES 3
/* The device becomes ROOT\NET\0000 or so, as those of the class are called. */
#define DEVICE_NAME L"NET"
#define HARDWARE_ID_UNITS 200

#define WHY_RIGHT                                                                                  \
    "adapters are for administrators: start the program with \"Run as administrator\", or from a " \
    "service"
#define WHY_DRIVER                                                                                 \
    "Windows has no driver of this hardware id: install TAP-Windows6 (it comes with OpenVPN), or " \
    "name an adapter that exists"

static const struct win_reason install_reasons[] = {
    {ERROR_ACCESS_DENIED, VNIC_EPERM, WHY_RIGHT},
    {ERROR_PRIVILEGE_NOT_HELD, VNIC_EPERM, WHY_RIGHT},
    {ERROR_NOT_AUTHENTICATED, VNIC_EPERM, WHY_RIGHT},
    {ERROR_NO_COMPAT_DRIVERS, VNIC_ENODRIVER, WHY_DRIVER},
    {ERROR_NO_DRIVER_SELECTED, VNIC_ENODRIVER, WHY_DRIVER},
    {ERROR_NO_MORE_ITEMS, VNIC_ENODRIVER, WHY_DRIVER},
    {ERROR_FILE_NOT_FOUND, VNIC_ENODRIVER,
     "a file of the driver is missing: install TAP-Windows6 again"},
    {ERROR_SERVICE_MARKED_FOR_DELETE, VNIC_ENODRIVER,
     "an older driver is being removed: end the programs that use it, or restart Windows"},
    {ERROR_IN_WOW64, VNIC_ENOTSUP,
     "a 32-bit program cannot install devices on 64-bit Windows: use a 64-bit one, or name an "
     "adapter that exists"},
    {ERROR_SUCCESS_REBOOT_REQUIRED, VNIC_EBUSY, "Windows has to be restarted first"},
    {WAIT_TIMEOUT, VNIC_ENODRIVER,
     "Windows made the device but did not finish it in 15 seconds: look into the Device Manager"},
    {0, 0, NULL},
};

/* A device that is being installed. */
struct wintap_install {
    HDEVINFO set;
    SP_DEVINFO_DATA device;
    uint32_t registered; /* 1: Windows knows it, so it has to be removed */
    const char *step;    /* what was tried last */
};

/* Notes a step; the system's number when it failed. */
static uint32_t step(struct wintap_install *in, const char *name, int ok)
{
    uint32_t os_code = ok ? 0 : GetLastError();

    in->step = name;
    return ok || os_code != 0 ? os_code : ERROR_GEN_FAILURE;
}

/* ---- The steps ---------------------------------------------------------------------------------- */

static uint32_t set_hardware_id(struct wintap_install *in, const wchar_t *id)
{
    wchar_t list[HARDWARE_ID_UNITS + 2] = {0};
    size_t len = wcslen(id);

    if (len > HARDWARE_ID_UNITS) {
        in->step = "SetupDiSetDeviceRegistryPropertyW";
        return ERROR_INVALID_PARAMETER;
    }
    wmemcpy(list, id, len);
    return step(in, "SetupDiSetDeviceRegistryPropertyW",
                vnic__sys_device_set_property(in->set, &in->device, SPDRP_HARDWAREID, list,
                                              (DWORD)((len + 2) * sizeof list[0])));
}

/* Nobody may be asked anything: there may be nobody. */
static uint32_t set_quiet(struct wintap_install *in)
{
    SP_DEVINSTALL_PARAMS_W params = {.cbSize = sizeof params};
    uint32_t os_code = step(in, "SetupDiGetDeviceInstallParamsW",
                            vnic__sys_device_get_install(in->set, &in->device, &params));

    if (os_code != 0) {
        return os_code;
    }
    params.Flags |= DI_QUIETINSTALL;
    return step(in, "SetupDiSetDeviceInstallParamsW",
                vnic__sys_device_set_install(in->set, &in->device, &params));
}

static uint32_t create_device(struct wintap_install *in, const wchar_t *id,
                              const wchar_t *description)
{
    uint32_t os_code;

    in->device.cbSize = sizeof in->device;
    os_code = step(in, "SetupDiCreateDeviceInfoW",
                   vnic__sys_device_create(in->set, DEVICE_NAME, &vnic__wintap_net_class,
                                           description, &in->device));
    if (os_code == 0) {
        os_code = set_quiet(in);
    }
    return os_code == 0 ? set_hardware_id(in, id) : os_code;
}

static uint32_t install_device(struct wintap_install *in)
{
    uint32_t os_code = step(in, "DIF_REGISTERDEVICE",
                            vnic__sys_device_request(DIF_REGISTERDEVICE, in->set, &in->device));

    if (os_code != 0) {
        return os_code;
    }
    in->registered = 1;
    /* Neither is needed by a driver without co-installers and device interfaces: their failure shows in
     * the next step if it matters. */
    (void)vnic__sys_device_request(DIF_REGISTER_COINSTALLERS, in->set, &in->device);
    (void)vnic__sys_device_request(DIF_INSTALLINTERFACES, in->set, &in->device);
    return step(in, "DIF_INSTALLDEVICE",
                vnic__sys_device_request(DIF_INSTALLDEVICE, in->set, &in->device));
}

/* What lists of devices show; a hint, so its failure is none. */
static void set_description(struct wintap_install *in, const wchar_t *description)
{
    if (description != NULL) {
        (void)vnic__sys_device_set_property(in->set, &in->device, SPDRP_FRIENDLYNAME, description,
                                            (DWORD)((wcslen(description) + 1) * sizeof(wchar_t)));
    }
}

/* ---- Waiting until it is finished --------------------------------------------------------------- */

static uint32_t wait_key(HKEY key, struct wintap_adapter *ret)
{
    int64_t deadline = vnic__now_ns() + INSTALL_WAIT_NS;
    HANDLE event = vnic__sys_create_event(FALSE, FALSE);
    uint32_t os_code;

    if (event == NULL) {
        return GetLastError();
    }
    while ((os_code = vnic__wintap_read_key(key, ret)) == ERROR_FILE_NOT_FOUND) {
        if (vnic__now_ns() >= deadline) {
            os_code = WAIT_TIMEOUT;
            break;
        }
        /* Should Windows not tell of changes, the time-out does. */
        (void)vnic__sys_reg_notify(key, event);
        (void)vnic__sys_wait_any(1, &event, INSTALL_LOOK_MS);
    }
    (void)vnic__sys_close_handle(event);
    return os_code;
}

static uint32_t finish_device(struct wintap_install *in, struct wintap_adapter *ret)
{
    uint32_t os_code;
    HKEY key;

    os_code =
        step(in, "SetupDiGetDeviceInstanceIdW",
             vnic__sys_device_instance_id(in->set, &in->device, ret->instance_id,
                                          sizeof ret->instance_id / sizeof ret->instance_id[0]));
    if (os_code != 0) {
        return os_code;
    }
    key = vnic__sys_device_open_key(in->set, &in->device, DIREG_DRV, KEY_QUERY_VALUE | KEY_NOTIFY);
    os_code = step(in, "SetupDiOpenDevRegKey", key != INVALID_HANDLE_VALUE);
    if (os_code != 0) {
        return os_code;
    }
    in->step = "NetCfgInstanceId";
    os_code = wait_key(key, ret);
    vnic__sys_reg_close(key);
    return os_code;
}

/* ---- Remove ------------------------------------------------------------------------------------- */

/*
 * From all hardware profiles, which Windows takes for granted where it is not said: so it is said, and no
 * matter if it cannot be.
 */
static int request_removal(struct wintap_install *in)
{
    SP_REMOVEDEVICE_PARAMS removal = {
        .ClassInstallHeader = {sizeof(SP_CLASSINSTALL_HEADER), DIF_REMOVE},
        .Scope = DI_REMOVEDEVICE_GLOBAL,
    };

    (void)vnic__sys_device_class_install(in->set, &in->device, &removal.ClassInstallHeader,
                                         sizeof removal);
    return vnic__sys_device_request(DIF_REMOVE, in->set, &in->device);
}

static int fail_device(struct vnic_error *err, const char *operation, const char *what)
{
    return vnic__win_fail(err, GetLastError(), operation, NULL, install_reasons, what);
}

/* Opens the device of an adapter in a set of its own. */
static int open_device(const struct wintap_adapter *adapter, struct wintap_install *ret,
                       const char *what, struct vnic_error *err)
{
    memset(ret, 0, sizeof *ret);
    ret->device.cbSize = sizeof ret->device;
    ret->set = vnic__sys_device_set_create(&vnic__wintap_net_class);
    if (ret->set == INVALID_HANDLE_VALUE) {
        return fail_device(err, "SetupDiCreateDeviceInfoListExW", what);
    }
    if (!vnic__sys_device_open(ret->set, adapter->instance_id, &ret->device)) {
        int rc = fail_device(err, "SetupDiOpenDeviceInfoW", what);

        vnic__sys_device_set_destroy(ret->set);
        return rc;
    }
    return 0;
}

static int remove_adapter(const struct wintap_adapter *adapter, struct vnic_error *err)
{
    static const char what[] = "cannot remove the TAP adapter";
    struct wintap_install in;
    int rc = open_device(adapter, &in, what, err);

    if (rc < 0) {
        return rc;
    }
    if (!request_removal(&in)) {
        rc = fail_device(err, "DIF_REMOVE", what);
    }
    vnic__sys_device_set_destroy(in.set);
    return rc;
}

void vnic__wintap_remove_own(const struct vnic *q)
{
    struct vnic_error why;
    int rc = VNIC_EOS;

    /* One that somebody else has removed is VNIC_ECLOSED. */
    for (int i = 0; i < REMOVE_TRIES && rc < 0 && rc != VNIC_ECLOSED; i++) {
        rc = remove_adapter(&wintap_iface_of(q)->adapter, &why);
    }
    if (rc < 0 && rc != VNIC_ECLOSED) {
        vnic__log(q->iface, VNIC_LOG_WARNING, "%s", why.text);
    }
}

/* ---- Install ------------------------------------------------------------------------------------ */

static uint32_t install_one(struct wintap_install *in, const wchar_t *id,
                            const wchar_t *description, struct wintap_adapter *ret)
{
    uint32_t os_code = create_device(in, id, description);

    if (os_code != 0) {
        return os_code;
    }
    os_code = step(in, "SetupDiBuildDriverInfoList", vnic__sys_drivers_build(in->set, &in->device));
    if (os_code != 0) {
        return os_code;
    }
    /* The system's own choice among the drivers that fit: by rank, then the newest. */
    os_code = step(in, "DIF_SELECTBESTCOMPATDRV",
                   vnic__sys_device_request(DIF_SELECTBESTCOMPATDRV, in->set, &in->device));
    if (os_code == 0) {
        os_code = install_device(in);
    }
    vnic__sys_drivers_destroy(in->set, &in->device);
    if (os_code == 0) {
        set_description(in, description);
        os_code = finish_device(in, ret);
    }
    return os_code;
}

static int install_id(const wchar_t *id, const wchar_t *description, struct wintap_adapter *ret,
                      struct vnic_error *err)
{
    struct wintap_install in = {.set = vnic__sys_device_set_create(&vnic__wintap_net_class)};
    uint32_t os_code;

    if (in.set == INVALID_HANDLE_VALUE) {
        return vnic__win_fail(err, GetLastError(), "SetupDiCreateDeviceInfoListExW", NULL,
                              install_reasons, "cannot install a TAP adapter");
    }
    os_code = install_one(&in, id, description, ret);
    for (int i = 0; os_code != 0 && in.registered && i < REMOVE_TRIES; i++) {
        in.registered = !request_removal(&in);
    }
    vnic__sys_device_set_destroy(in.set);
    if (os_code == 0) {
        return 0;
    }
    return vnic__win_fail(err, os_code, in.step, NULL, install_reasons,
                          "cannot install a TAP adapter");
}

int vnic__wintap_install(const wchar_t *hardware_id, const wchar_t *description,
                         struct wintap_adapter *ret, struct vnic_error *err)
{
    int rc = VNIC_ENODRIVER;
    const wchar_t *id;

    memset(ret, 0, sizeof *ret);
    for (int i = 0; rc == VNIC_ENODRIVER && (id = vnic__wintap_hardware_id(hardware_id, i)) != NULL;
         i++) {
        rc = install_id(id, description, ret, err);
    }
    if (rc < 0) {
        return rc;
    }
    rc = vnic__wintap_mark(ret, 0, err);
    if (rc < 0) {
        (void)remove_adapter(ret, NULL);
        return rc;
    }
    ret->ours = 1;
    return 0;
}

/* ---- Restart ------------------------------------------------------------------------------------ */

static int change_state(struct wintap_install *in, DWORD state, struct vnic_error *err)
{
    static const char what[] = "cannot restart the TAP adapter";
    SP_PROPCHANGE_PARAMS change = {
        .ClassInstallHeader = {sizeof(SP_CLASSINSTALL_HEADER), DIF_PROPERTYCHANGE},
        .StateChange = state,
        .Scope = DICS_FLAG_GLOBAL,
    };

    if (!vnic__sys_device_class_install(in->set, &in->device, &change.ClassInstallHeader,
                                        sizeof change)) {
        return fail_device(err, "SetupDiSetClassInstallParamsW", what);
    }
    if (!vnic__sys_device_request(DIF_PROPERTYCHANGE, in->set, &in->device)) {
        return fail_device(err, "DIF_PROPERTYCHANGE", what);
    }
    return 0;
}

/* Windows may say that it does all this at its next start only. */
static int check_restarted(struct wintap_install *in, struct vnic_error *err)
{
    SP_DEVINSTALL_PARAMS_W params = {.cbSize = sizeof params};

    if (vnic__sys_device_get_install(in->set, &in->device, &params) &&
        (params.Flags & (DI_NEEDRESTART | DI_NEEDREBOOT)) != 0) {
        return vnic__win_fail(err, ERROR_SUCCESS_REBOOT_REQUIRED, "DIF_PROPERTYCHANGE", NULL,
                              install_reasons, "cannot restart the TAP adapter");
    }
    return 0;
}

int vnic__wintap_restart(const struct wintap_adapter *adapter, struct vnic_error *err)
{
    struct wintap_install in;
    int rc = open_device(adapter, &in, "cannot restart the TAP adapter", err);
    int enabled = VNIC_EOS;
    struct vnic_error why;

    if (rc < 0) {
        return rc;
    }
    rc = change_state(&in, DICS_DISABLE, err);
    /* Whatever happened, it must not stay disabled. */
    for (int i = 0; i < RESTART_TRIES && enabled < 0; i++) {
        enabled = change_state(&in, DICS_ENABLE, &why);
    }
    if (rc == 0 && enabled < 0) {
        rc = enabled;
        if (err != NULL) {
            *err = why;
        }
    }
    if (rc == 0) {
        rc = check_restarted(&in, err);
    }
    vnic__sys_device_set_destroy(in.set);
    return rc;
}
