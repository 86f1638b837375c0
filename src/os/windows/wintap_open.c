/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which adapter a name means. One of the driver's that has the name is opened, or refused with
 * VNIC_EXCLUSIVE; one of another kind is VNIC_EKIND; else an adapter is installed and renamed. Without a
 * name one is installed and has the name that Windows gives it.
 */
#include <stdio.h>
#include <string.h>

#include "core/fail.h"
#include "win_error.h"
#include "win_netconf.h"
#include "win_sys_file.h"
#include "win_text.h"
#include "wintap.h"

/* Numbers that "%d" may become. */
#define NAME_NUMBERS 1000
#define NAME_TAKEN 1
#define HARDWARE_ID_UNITS 200
#define DESCRIPTION_UNITS 128
#define START_NS 10000000000

struct wintap_open {
    struct vnic *q;
    const struct vnic__settings *s;
    char name[4 * WIN_NAME_UNITS + 1];
    wchar_t hardware_id[HARDWARE_ID_UNITS + 1];
    wchar_t description[DESCRIPTION_UNITS];
};

/* ---- Names -------------------------------------------------------------------------------------- */

/* 1: an interface has the name; 0: none has; or a code. */
static int look_up(const char *name, NET_LUID *ret_luid, struct vnic_error *err)
{
    wchar_t wide[WIN_NAME_UNITS + 1];
    DWORD os_code;

    if (vnic__win_utf16(name, wide, WIN_NAME_UNITS + 1) < 0) {
        return vnic__fail(err, VNIC_ENAME, "vnic_open", "name",
                          "the name is longer than %d characters", WIN_NAME_UNITS);
    }
    os_code = vnic__sys_alias_to_luid(wide, ret_luid);
    /* MSDN: "ERROR_INVALID_PARAMETER: … the InterfaceAlias parameter was invalid". */
    if (os_code == ERROR_INVALID_PARAMETER || os_code == ERROR_NOT_FOUND ||
        os_code == ERROR_FILE_NOT_FOUND) {
        return 0;
    }
    return os_code == NO_ERROR ? 1
                               : vnic__win_fail(err, os_code, "ConvertInterfaceAliasToLuid", "name",
                                                NULL, "cannot look for an interface of that name");
}

/* The pattern with the first number that no interface has. */
static int choose_number(struct wintap_open *o, struct vnic_error *err)
{
    const char *pattern = o->s->name;
    const char *percent = strchr(pattern, '%');
    NET_LUID luid;

    for (int i = 0; i < NAME_NUMBERS; i++) {
        int n = snprintf(o->name, sizeof o->name, "%.*s%d%s", (int)(percent - pattern), pattern, i,
                         percent + 2);
        int rc = n < 0 || (size_t)n >= sizeof o->name
                     ? vnic__fail(err, VNIC_ENAME, "vnic_open", "name", "the name is too long")
                     : look_up(o->name, &luid, err);

        if (rc <= 0) {
            return rc;
        }
    }
    return vnic__fail(err, VNIC_ELIMIT, "vnic_open", "name",
                      "all %d numbers of %.100s are taken: choose another name", NAME_NUMBERS,
                      pattern);
}

/* ---- Finding ------------------------------------------------------------------------------------ */

static const wchar_t *wanted_id(const struct wintap_open *o)
{
    return o->s->hardware_id != NULL ? o->hardware_id : NULL;
}

/* 1: there is one of the name, and it is the adapter of q now; 0: no interface has it; or a code. */
static int find_named(struct wintap_open *o, struct vnic_error *err)
{
    struct wintap_query query = {.hardware_id = wanted_id(o)};
    NET_LUID luid;
    int rc = look_up(o->name, &luid, err);

    if (rc <= 0) {
        return rc;
    }
    if (o->s->flags & VNIC_EXCLUSIVE) {
        return vnic__fail(err, VNIC_EEXIST, "vnic_open", "name",
                          "an interface %.100s exists already and VNIC_EXCLUSIVE was given: choose "
                          "another name",
                          o->name);
    }
    query.luid = luid.Value;
    rc = vnic__wintap_find(&query, &wintap_iface_of(o->q)->adapter, err);
    if (rc == 0) {
        return vnic__fail(err, VNIC_EKIND, "vnic_open", "name",
                          "%.100s is an interface of another kind, not an adapter of the TAP "
                          "driver: choose another name, or rename that interface",
                          o->name);
    }
    return rc;
}

/* ---- Opening ------------------------------------------------------------------------------------ */

static void set_identity(struct vnic *q)
{
    struct wintap_iface *wi = wintap_iface_of(q);

    wi->win.luid = wi->adapter.luid;
    wi->win.guid = wi->adapter.guid;
}

static int install_new(struct wintap_open *o, struct vnic_error *err)
{
    struct wintap_iface *wi = wintap_iface_of(o->q);
    const wchar_t *description = o->s->description != NULL ? o->description : NULL;
    int rc = vnic__wintap_install(wanted_id(o), description, &wi->adapter, err);

    if (rc < 0) {
        return rc;
    }
    o->q->iface->created = 1;
    set_identity(o->q);
    rc = vnic__win_wait_interface(o->q, err);
    if (rc == 0 && o->name[0] != '\0') {
        rc = vnic__win_set_name(o->q, o->name, err);
    }
    return rc;
}

static int get_adapter(struct wintap_open *o, struct vnic_error *err)
{
    int rc = 0;

    if (o->s->name == NULL) {
        return install_new(o, err);
    }
    if (strchr(o->s->name, '%') != NULL) {
        rc = choose_number(o, err);
    } else {
        (void)snprintf(o->name, sizeof o->name, "%s", o->s->name);
        rc = find_named(o, err);
    }
    if (rc != 0) {
        set_identity(o->q);
        return rc < 0 ? rc : 0;
    }
    return install_new(o, err);
}

/* The driver must answer for an address before the first packet is sent, so the first one is given now. */
static void choose_tun_address(struct vnic *q, const struct vnic__settings *s)
{
    for (int i = 0; q->layer == VNIC_TUN && i < s->n_prefixes; i++) {
        if (s->prefixes[i].family == VNIC_IPV4) {
            memcpy(wintap_iface_of(q)->tun_address, s->prefixes[i].addr, 4);
            return;
        }
    }
}

static int open_device(struct vnic *q, struct vnic_error *err)
{
    struct wintap_iface *wi = wintap_iface_of(q);
    int64_t deadline = q->iface->created ? vnic__now_ns() + START_NS : 0;
    uint32_t os_code;
    HANDLE file;
    int rc = vnic__wintap_device_open(&wi->adapter, deadline, &file, err);

    if (rc < 0) {
        return rc;
    }
    rc = vnic__wintap_device_check(file, wi, err);
    if (rc == 0) {
        os_code = vnic__wintap_device_setup(q, file);
        rc = os_code == 0 ? vnic__wintap_queue_begin(q, file, err)
                          : vnic__win_fail(err, os_code, "TAP_WIN_IOCTL_CONFIG_TUN", "layer", NULL,
                                           "the TAP driver does not go into TUN mode");
    }
    if (rc < 0) {
        vnic__sys_close_device(file);
    }
    return rc;
}

static int begin(struct wintap_open *o, struct vnic_error *err)
{
    const struct vnic__settings *s = o->s;

    if (s->hardware_id != NULL &&
        vnic__win_utf16(s->hardware_id, o->hardware_id, HARDWARE_ID_UNITS + 1) < 0) {
        return vnic__fail(err, VNIC_EINVAL, "vnic_open", "hardware_id",
                          "the hardware id is longer than %d characters", HARDWARE_ID_UNITS);
    }
    if (s->description != NULL &&
        vnic__win_utf16(s->description, o->description, DESCRIPTION_UNITS) < 0) {
        return vnic__fail(err, VNIC_EINVAL, "vnic_open", "description",
                          "the description is longer than %d characters", DESCRIPTION_UNITS - 1);
    }
    return 0;
}

int vnic__wintap_open(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err)
{
    static const int promised[] = {
        VNIC_EINVAL, VNIC_EEXIST,    VNIC_ENAME, VNIC_ENOTSUP, VNIC_ENOMEM,
        VNIC_EPERM,  VNIC_ENODRIVER, VNIC_EBUSY, VNIC_EKIND,   VNIC_EMFILE,
        VNIC_ELIMIT, VNIC_EVERSION,  0};
    struct wintap_open o = {.q = q, .s = s};
    int rc;

    q->layer = s->layer == VNIC_TAP ? VNIC_TAP : VNIC_TUN;
    memset(&q->frame, 0, sizeof q->frame);
    q->frame.tap = q->layer == VNIC_TAP;
    q->iface->multi_queue = 0;
    wintap_iface_of(q)->win.link = &vnic__wintap_link;
    choose_tun_address(q, s);
    rc = begin(&o, err);
    if (rc == 0) {
        rc = get_adapter(&o, err);
        rc = rc < 0 ? rc : open_device(q, err);
        if (rc < 0 && q->iface->created) {
            vnic__wintap_remove_own(q);
        }
    }
    if (rc == 0) {
        (void)vnic__wintap_refresh_need(q);
    }
    return vnic__win_promised(err, rc, promised);
}
