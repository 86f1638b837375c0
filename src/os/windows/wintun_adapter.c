/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing a Wintun adapter: its DLL, and the names that may be tried. */
#include "wintun_adapter.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "core/fail.h"

/* Numbers that "%d" may become. */
#define NUMBERS 1000

/* Windows adds " Tunnel" to it in lists of devices. */
#define DESCRIPTION_DEFAULT L"vnic"
#define NAME_DEFAULT "tun%d"

/* "tun%d" with a number; 0, or VNIC_EMSGSIZE. */
static int put_number(const char *pattern, int number, char *ret, size_t cap)
{
    const char *percent = strchr(pattern, '%');
    int before = (int)(percent - pattern);
    int n = snprintf(ret, cap, "%.*s%d%s", before, pattern, number, percent + 2);

    return n >= 0 && (size_t)n < cap ? 0 : VNIC_EMSGSIZE;
}

static int try_numbers(struct wintun_try *t, const char *pattern, struct vnic_error *err)
{
    int rc = WINTUN_NAME_TAKEN;

    t->is_pattern = 1;
    for (int i = 0; i < NUMBERS && rc == WINTUN_NAME_TAKEN; i++) {
        if (put_number(pattern, i, t->name, sizeof t->name) < 0) {
            return vnic__fail(err, VNIC_ENAME, "vnic_open", "name", "the name is too long");
        }
        rc = vnic__wintun_try_name(t, err);
    }
    if (rc == WINTUN_NAME_TAKEN) {
        rc =
            vnic__fail(err, VNIC_ELIMIT, "vnic_open", "name",
                       "all %d numbers of %.100s are taken: choose another name", NUMBERS, pattern);
    }
    return rc;
}

static int try_all(struct wintun_try *t, struct vnic_error *err)
{
    const char *name = t->s->name != NULL ? t->s->name : NAME_DEFAULT;
    const char *description = t->s->description;
    size_t len = strlen(name);

    wmemcpy(t->description, DESCRIPTION_DEFAULT, wcslen(DESCRIPTION_DEFAULT) + 1);
    if (description != NULL &&
        vnic__win_utf16(description, t->description, WIN_NAME_UNITS + 1) < 0) {
        return vnic__fail(err, VNIC_EINVAL, "vnic_open", "description",
                          "the description is no UTF-8 or longer than %d characters",
                          WIN_NAME_UNITS);
    }
    if (strchr(name, '%') != NULL) {
        return try_numbers(t, name, err);
    }
    if (len >= sizeof t->name) {
        return vnic__fail(err, VNIC_ENAME, "vnic_open", "name",
                          "the name is longer than %d characters", WIN_NAME_UNITS);
    }
    memcpy(t->name, name, len + 1);
    return vnic__wintun_try_name(t, err);
}

int vnic__wintun_adapter_open(struct vnic *q, const struct vnic__settings *s,
                              struct vnic_error *err)
{
    struct wintun_iface *wi = wintun_iface_of(q);
    struct wintun_try t;
    int rc = vnic__wintun_library_get(s->wintun_path, &wi->library, err);

    if (rc < 0) {
        return rc;
    }
    memset(&t, 0, sizeof t);
    t.q = q;
    t.s = s;
    t.table = &wi->library->table;
    wi->ring_capacity = s->ring_capacity != VNIC_UNSET ? s->ring_capacity : WINTUN_RING_DEFAULT;
    q->iface->created = 0;
    rc = try_all(&t, err);
    if (rc < 0) {
        vnic__wintun_library_put(wi->library);
        wi->library = NULL;
    }
    return rc;
}

void vnic__wintun_adapter_close(struct vnic *q)
{
    struct wintun_iface *wi = wintun_iface_of(q);

    vnic__wintun_close_handle(q);
    vnic__wintun_library_put(wi->library);
    wi->library = NULL;
}
