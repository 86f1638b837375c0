/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating a Wintun adapter or opening one.
 *
 * The rule: an adapter of the name that Wintun knows is opened, or refused with VNIC_EXCLUSIVE. Else one is
 * created, unless another interface has the name: WintunCreateAdapter would not fail then but rename
 * that other interface (Wintun api/adapter.c NciSetAdapterName()), so it is looked for first.
 *
 * Orphans are adapters whose creator died. Wintun removes those of all programs by itself, in a thread
 * that each of its calls about adapters starts at its end, and WintunOpenAdapter does not find them once
 * they are gone. Two cases are left to us. An adapter that is still there but no longer works: opening fails,
 * and creating is tried. One that is gone but keeps its name registered: the new adapter gets the name
 * with a number behind it. Then it is closed, which starts the thread, and created once more.
 */
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

#include <setupapi.h>

#include "core/fail.h"
#include "win_error.h"
#include "win_sys_iphlp.h"
#include "win_sys_module.h"
#include "wintun_adapter.h"

/* How often, and how far apart, creation is tried while something of an earlier adapter is in the way. */
#define CREATE_TRIES 5
#define CREATE_PAUSE_MS 100

static const struct win_reason create_reasons[] = {
    {ERROR_ACCESS_DENIED, VNIC_EPERM,
     "making adapters is for administrators: start the program with \"Run as administrator\", or "
     "from a service"},
    {ERROR_PRIVILEGE_NOT_HELD, VNIC_EPERM,
     "making adapters is for administrators: start the program with \"Run as administrator\", or "
     "from a service"},
    {ERROR_FILE_NOT_FOUND, VNIC_ENODRIVER,
     "Windows has no Wintun driver and could not install the one inside the DLL: look into "
     "setupapi.dev.log in the directory INF of Windows"},
    {ERROR_PATH_NOT_FOUND, VNIC_ENODRIVER,
     "Windows has no Wintun driver and could not install the one inside the DLL: look into "
     "setupapi.dev.log in the directory INF of Windows"},
    {ERROR_MOD_NOT_FOUND, VNIC_ENODRIVER,
     "Windows has no Wintun driver and could not install the one inside the DLL: look into "
     "setupapi.dev.log in the directory INF of Windows"},
    {ERROR_NOT_SUPPORTED, VNIC_ENODRIVER,
     "the DLL has no driver for the processor of this machine: take a newer one from "
     "www.wintun.net"},
    {ERROR_INVALID_IMAGE_HASH, VNIC_ENODRIVER,
     "Windows does not trust the signature of the driver: update Windows, or see whether its test "
     "or boot settings forbid it"},
    {ERROR_DRIVER_BLOCKED, VNIC_ENODRIVER, "a policy of this machine blocks the driver"},
    {ERROR_SERVICE_MARKED_FOR_DELETE, VNIC_ENODRIVER,
     "an older driver is being removed: end the programs that use it, or restart Windows"},
    {ERROR_DEVICE_NOT_AVAILABLE, VNIC_ENODRIVER,
     "Windows made the device but its driver did not start: look into the Device Manager"},
    {WAIT_TIMEOUT, VNIC_ENODRIVER,
     "Windows made the device but its driver did not start in 15 seconds: look into the Device "
     "Manager"},
    {ERROR_ALREADY_EXISTS, VNIC_EEXIST,
     "an adapter with this GUID exists under another name: choose another adapter_guid, or open "
     "that adapter by its name"},
    {ERROR_DUP_NAME, VNIC_EEXIST, "another interface has this name: choose another one"},
    {ERROR_INVALID_NAME, VNIC_ENAME, "Windows refuses this name: choose another one"},
    {ERROR_INVALID_PARAMETER, VNIC_ENAME, "Wintun refuses this name or GUID: choose another one"},
    {ERROR_BUFFER_OVERFLOW, VNIC_ENAME, "the name or the description is too long: shorten it"},
    {0, 0, NULL},
};

static const struct win_reason open_reasons[] = {
    {ERROR_ACCESS_DENIED, VNIC_EPERM,
     "opening adapters is for administrators: start the program with \"Run as administrator\", or "
     "from a service"},
    {ERROR_PRIVILEGE_NOT_HELD, VNIC_EPERM,
     "opening adapters is for administrators: start the program with \"Run as administrator\", or "
     "from a service"},
    {0, 0, NULL},
};

static int fail_about(const struct wintun_try *t, uint32_t os_code, const char *operation,
                      const char *field, const struct win_reason *reasons, struct vnic_error *err)
{
    char what[160];

    (void)snprintf(what, sizeof what, "cannot %s the adapter %.100s",
                   reasons == open_reasons ? "open" : "create", t->name);
    return vnic__win_fail(err, os_code, operation, field, reasons, what);
}

/* ---- Opening ------------------------------------------------------------------------------------ */

/* 1: it is open; 0: there is none that could be; or a code. */
static int open_existing(struct wintun_try *t, struct vnic_error *err)
{
    struct wintun_iface *wi = wintun_iface_of(t->q);
    struct wintun_log_scope scope;
    uint32_t os_code;

    vnic__wintun_log_begin(&scope, t->q->iface, 1);
    SetLastError(ERROR_SUCCESS);
    wi->adapter = vnic__sys_wintun_open_adapter(t->table, t->wide);
    os_code = wi->adapter == NULL ? vnic__win_plain_code(GetLastError()) : 0;
    vnic__wintun_log_end(&scope);
    if (wi->adapter != NULL) {
        return 1;
    }
    if (vnic__win_code(os_code, NULL) == VNIC_EPERM ||
        vnic__win_code(os_code, NULL) == VNIC_ENOMEM) {
        return fail_about(t, os_code, "WintunOpenAdapter", NULL, open_reasons, err);
    }
    if (os_code != ERROR_NOT_FOUND) {
        vnic__log(t->q->iface, VNIC_LOG_INFO,
                  "an adapter %.100s cannot be opened (%s, Windows error %lu): one is made",
                  t->name, vnic__win_error_name(os_code), (unsigned long)os_code);
    }
    return 0;
}

/*
 * Whether any interface has the name; for one of Wintun's that is opened nobody asks. 1, 0, or a code: not
 * to know is no reason to create, for Wintun would rename the other interface.
 */
static int is_name_in_use(const struct wintun_try *t, struct vnic_error *err)
{
    NET_LUID luid;
    uint32_t os_code = vnic__sys_alias_to_luid(t->wide, &luid);

    /* MSDN: "ERROR_INVALID_PARAMETER: … the InterfaceAlias parameter was invalid". */
    if (os_code == ERROR_INVALID_PARAMETER || os_code == ERROR_NOT_FOUND ||
        os_code == ERROR_FILE_NOT_FOUND) {
        return 0;
    }
    return os_code == NO_ERROR
               ? 1
               : fail_about(t, os_code, "ConvertInterfaceAliasToLuid", "name", NULL, err);
}

static int fail_in_use(const struct wintun_try *t, struct vnic_error *err)
{
    if (t->is_pattern) {
        return WINTUN_NAME_TAKEN;
    }
    if (t->s->flags & VNIC_EXCLUSIVE) {
        return vnic__fail(err, VNIC_EEXIST, "vnic_open", "name",
                          "an interface %.100s exists already and VNIC_EXCLUSIVE was given: choose "
                          "another name",
                          t->name);
    }
    return vnic__fail(err, VNIC_EKIND, "vnic_open", "name",
                      "%.100s is an interface of another kind, not an adapter of Wintun: choose "
                      "another name, or rename that interface",
                      t->name);
}

/* ---- Creating ----------------------------------------------------------------------------------- */

/* Numbers that say that something of an earlier adapter is being removed at this moment. */
static int is_passing(uint32_t os_code)
{
    return os_code == ERROR_ALREADY_EXISTS || os_code == ERROR_NO_SUCH_DEVINST ||
           os_code == ERROR_NOT_READY || os_code == ERROR_BUSY ||
           os_code == ERROR_SERVICE_MARKED_FOR_DELETE || os_code == ERROR_DUP_NAME;
}

/*
 * Whether the adapter got the name with a number behind it, as Wintun chooses where the name is taken. Any
 * other alias is that of the moment in which the device was made: IP Helper may be late.
 */
static int got_a_number(const struct wintun_try *t)
{
    struct wintun_iface *wi = wintun_iface_of(t->q);
    size_t len = wcslen(t->wide);
    const wchar_t *digit;
    MIB_IF_ROW2 row;

    memset(&row, 0, sizeof row);
    vnic__sys_wintun_get_adapter_luid(t->table, wi->adapter, &row.InterfaceLuid.Value);
    if (vnic__sys_get_if_entry(&row) != NO_ERROR || wcsncmp(row.Alias, t->wide, len) != 0 ||
        row.Alias[len] != L' ') {
        return 0;
    }
    digit = row.Alias + len + 1;
    do {
        if (*digit < L'0' || *digit > L'9') {
            return 0;
        }
    } while (*++digit != L'\0');
    return 1;
}

/*
 * Whether it is there now; else *ret_os_code is the number of Windows (some failures of the DLL set none, and
 * what was there before would mislead), or ERROR_DUP_NAME when the adapter got another name.
 */
static int create_once(struct wintun_try *t, const GUID *guid, uint32_t *ret_os_code)
{
    struct wintun_iface *wi = wintun_iface_of(t->q);
    struct wintun_log_scope scope;

    vnic__wintun_log_begin(&scope, t->q->iface, 0);
    SetLastError(ERROR_SUCCESS);
    wi->adapter = vnic__sys_wintun_create_adapter(t->table, t->wide, t->description, guid);
    if (wi->adapter == NULL) {
        *ret_os_code = vnic__win_plain_code(GetLastError());
    } else if (got_a_number(t)) {
        vnic__sys_wintun_close_adapter(t->table, wi->adapter);
        wi->adapter = NULL;
        *ret_os_code = ERROR_DUP_NAME;
    }
    vnic__wintun_log_end(&scope);
    return wi->adapter != NULL;
}

/*
 * An error without a meaning of its own is about the driver when there is none: to install it is the
 * first thing that creating does, with the help of many parts of Windows that may fail.
 */
static int fail_to_create(const struct wintun_try *t, uint32_t os_code, struct vnic_error *err)
{
    const struct win_reason no_driver[] = {
        {os_code, VNIC_ENODRIVER,
         "no Wintun driver is loaded, and the one inside the DLL could not be installed: look into "
         "setupapi.dev.log in the directory INF of Windows"},
        {0, 0, NULL},
    };
    const char *field = t->s->adapter_guid != NULL ? "adapter_guid" : "name";
    int code = vnic__win_code(os_code, create_reasons);

    if (code == VNIC_EOS && vnic__sys_wintun_driver_version(t->table) == 0) {
        return fail_about(t, os_code, "WintunCreateAdapter", NULL, no_driver, err);
    }
    return fail_about(t, os_code, "WintunCreateAdapter", code == VNIC_EEXIST ? field : NULL,
                      create_reasons, err);
}

/*
 * The GUID that belongs to the name may be that of an adapter which was renamed since. It is a
 * convenience, so the next try leaves the choice to Wintun; a GUID that the caller gave is a demand.
 */
static int create_new(struct wintun_try *t, struct vnic_error *err)
{
    const char *wanted = t->s->adapter_guid;
    uint32_t os_code = 0;
    int leave_guid = 0;
    GUID guid;

    if (wanted == NULL) {
        vnic__win_guid_of_name(t->name, &guid);
    } else if (vnic__win_guid_parse(wanted, &guid) < 0) {
        return vnic__fail(err, VNIC_EINVAL, "vnic_open", "adapter_guid", "\"%.60s\" is no GUID",
                          wanted);
    }
    for (int i = 0; i < CREATE_TRIES; i++) {
        leave_guid |= wanted == NULL && os_code == ERROR_ALREADY_EXISTS;
        if (create_once(t, leave_guid ? NULL : &guid, &os_code)) {
            t->q->iface->created = 1;
            t->knows_guid = !leave_guid;
            wintun_iface_of(t->q)->win.guid = guid;
            return 0;
        }
        if (!is_passing(os_code) || i == CREATE_TRIES - 1) {
            break;
        }
        vnic__sys_sleep_ms(CREATE_PAUSE_MS);
    }
    return fail_to_create(t, os_code, err);
}

/* ---- Both ----------------------------------------------------------------------------------- */

/* LUID and GUID of what is open; an explicit GUID must be the adapter's. */
static int learn_identity(struct wintun_try *t, struct vnic_error *err)
{
    struct wintun_iface *wi = wintun_iface_of(t->q);
    NET_LUID luid = {0};
    uint32_t os_code;
    GUID wanted;

    vnic__sys_wintun_get_adapter_luid(t->table, wi->adapter, &luid.Value);
    wi->win.luid = luid.Value;
    if (t->knows_guid) {
        return 0;
    }
    os_code = vnic__sys_luid_to_guid(&luid, &wi->win.guid);
    if (os_code != NO_ERROR) {
        return fail_about(t, os_code, "ConvertInterfaceLuidToGuid", NULL, NULL, err);
    }
    if (t->s->adapter_guid == NULL || t->q->iface->created ||
        vnic__win_guid_parse(t->s->adapter_guid, &wanted) < 0 ||
        memcmp(&wanted, &wi->win.guid, sizeof wanted) == 0) {
        return 0;
    }
    return vnic__fail(err, VNIC_EKIND, "vnic_open", "adapter_guid",
                      "the adapter %.100s exists and has another GUID: leave adapter_guid out to "
                      "open it, or choose another name",
                      t->name);
}

void vnic__wintun_close_handle(struct vnic *q)
{
    struct wintun_iface *wi = wintun_iface_of(q);
    struct wintun_log_scope scope;

    if (wi->adapter == NULL) {
        return;
    }
    vnic__wintun_log_begin(&scope, q->iface, 0);
    vnic__sys_wintun_close_adapter(&wi->library->table, wi->adapter);
    vnic__wintun_log_end(&scope);
    wi->adapter = NULL;
}

int vnic__wintun_try_name(struct wintun_try *t, struct vnic_error *err)
{
    int rc;

    if (vnic__win_utf16(t->name, t->wide, WIN_NAME_UNITS + 1) < 0) {
        return vnic__fail(err, VNIC_ENAME, "vnic_open", "name",
                          "the name is longer than %d characters", WIN_NAME_UNITS);
    }
    rc = open_existing(t, err);
    if (rc < 0) {
        return rc;
    }
    if (rc > 0 && (t->is_pattern || (t->s->flags & VNIC_EXCLUSIVE))) {
        vnic__wintun_close_handle(t->q);
        return fail_in_use(t, err);
    }
    if (rc == 0) {
        rc = is_name_in_use(t, err);
        rc = rc > 0 ? fail_in_use(t, err) : rc;
        rc = rc == 0 ? create_new(t, err) : rc;
        if (rc != 0) {
            return rc;
        }
    }
    rc = learn_identity(t, err);
    if (rc < 0) {
        vnic__wintun_close_handle(t->q);
    }
    return rc;
}
