/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS servers and search domains of an interface. SetInterfaceDnsSettings() is there from Windows 10
 * version 2004 on; older systems keep the same in the registry (win_netdns_reg.c).
 */
#include "win_netdns.h"

#include <string.h>
#include <wchar.h>

#include "core/alloc.h"
#include "core/fail.h"

static const uint8_t win_dns_families[2] = {VNIC_IPV4, VNIC_IPV6};

/* Settings of nothing but servers and domains of a family. */
static void win_dns_begin(struct win_dns_settings *ret, int family)
{
    memset(ret, 0, sizeof *ret);
    ret->version = WIN_DNS_VERSION;
    ret->flags = WIN_DNS_SERVERS | WIN_DNS_SEARCH |
                 (win_dns_families[family] == VNIC_IPV6 ? WIN_DNS_IPV6 : 0u);
}

/* Where a family is not there, it has no servers either: that is as wanted, unless some were named. */
static int win_dns_is_absence(DWORD os_code)
{
    return vnic__win_is_absent(os_code) || os_code == ERROR_FILE_NOT_FOUND;
}

/* ---- What there is ------------------------------------------------------------------------------ */

static DWORD win_dns_copy(const wchar_t *text, struct win_dns_value *ret)
{
    size_t units = text != NULL ? wcslen(text) : 0;

    ret->type = text != NULL ? REG_SZ : REG_NONE;
    if (units > WIN_DNS_VALUE_UNITS) {
        return ERROR_MORE_DATA;
    }
    ret->len = (DWORD)(units * sizeof ret->text[0]);
    memcpy(ret->text, text != NULL ? text : L"", ret->len);
    ret->text[units] = 0;
    return NO_ERROR;
}

static DWORD win_dns_keep_family(const GUID *guid, int family, struct win_dns_family *ret)
{
    struct win_dns_settings settings;
    DWORD os_code;

    win_dns_begin(&settings, family);
    os_code = vnic__sys_get_dns(guid, &settings);
    if (os_code == ERROR_PROC_NOT_FOUND) {
        ret->by_registry = 1;
        os_code = vnic__win_dns_reg_keep(guid, family, ret);
    } else if (os_code == NO_ERROR) {
        os_code = win_dns_copy(settings.name_server, &ret->servers);
        if (os_code == NO_ERROR) {
            os_code = win_dns_copy(settings.search_list, &ret->search);
        }
        vnic__sys_free_dns(&settings);
    }
    ret->is_absent = os_code != NO_ERROR;
    return win_dns_is_absence(os_code) ? NO_ERROR : os_code;
}

/* In memory for vnic__free(). */
static int win_dns_keep(struct vnic *q, struct win_dns_kept **ret, struct vnic_error *err)
{
    struct win_dns_kept *kept = vnic__alloc(sizeof *kept);
    DWORD os_code = NO_ERROR;

    if (kept == NULL) {
        return vnic__fail_memory(err, "read DNS settings");
    }
    for (int i = 0; i < 2 && os_code == NO_ERROR; i++) {
        os_code = win_dns_keep_family(&win_iface_of(q)->guid, i, &kept->families[i]);
    }
    if (os_code != NO_ERROR) {
        vnic__free(kept);
        return vnic__win_net_fail(q, err, WIN_NET_GET_DNS, os_code, NULL);
    }
    *ret = kept;
    return 0;
}

int vnic__win_get_dns(struct vnic *q, struct vnic__dns *ret_dns, struct vnic_error *err)
{
    struct win_dns_kept *kept;
    int rc = win_dns_keep(q, &kept, err);

    if (rc == 0) {
        (void)vnic__win_dns_to_core(kept, ret_dns);
        vnic__free(kept);
    }
    return rc;
}

int vnic__win_keep_dns(struct vnic *q, void **ret_kept, struct vnic_error *err)
{
    struct win_dns_kept *kept;
    struct vnic__dns told;
    int rc = win_dns_keep(q, &kept, err);

    if (rc < 0) {
        return rc;
    }
    rc = vnic__win_dns_to_core(kept, &told);
    if (ret_kept != NULL) {
        *ret_kept = kept;
    } else {
        vnic__free(kept);
    }
    return rc;
}

/* ---- Putting it back ---------------------------------------------------------------------------- */

static DWORD win_dns_restore_family(const GUID *guid, int family, const struct win_dns_family *kept)
{
    struct win_dns_settings settings;

    if (kept->is_absent) {
        return NO_ERROR;
    }
    if (kept->by_registry) {
        return vnic__win_dns_reg_restore(guid, family, kept);
    }
    win_dns_begin(&settings, family);
    /* Only read by the function; an empty text takes away what is there. */
    settings.name_server = (wchar_t *)(uintptr_t)kept->servers.text;
    settings.search_list = (wchar_t *)(uintptr_t)kept->search.text;
    return vnic__sys_set_dns(guid, &settings);
}

int vnic__win_restore_dns(struct vnic *q, const struct win_dns_kept *kept, struct vnic_error *err)
{
    int rc = 0;

    for (int i = 0; i < 2; i++) {
        DWORD os_code = win_dns_restore_family(&win_iface_of(q)->guid, i, &kept->families[i]);

        if (os_code != NO_ERROR) {
            rc = vnic__win_net_fail(q, err, WIN_NET_SET_DNS, os_code, NULL);
        }
    }
    return rc;
}

/* ---- Setting ------------------------------------------------------------------------------------ */

/* Empty texts take away what is there: the interface is to have none. */
static DWORD win_dns_set_family(const GUID *guid, int family, const struct vnic__dns *dns)
{
    struct win_dns_settings settings;
    struct win_dns_text text;
    DWORD os_code;

    vnic__win_dns_to_text(dns, win_dns_families[family], &text);
    win_dns_begin(&settings, family);
    settings.name_server = text.servers;
    settings.search_list = text.search;
    os_code = vnic__sys_set_dns(guid, &settings);
    /* The registry knows one domain for an interface: a list is refused, as what the number says. */
    if (os_code == ERROR_PROC_NOT_FOUND && strchr(dns->search, ',') == NULL) {
        os_code = vnic__win_dns_reg_set(guid, family, &text);
    }
    return os_code;
}

static int win_dns_has_family(const struct vnic__dns *dns, uint8_t family)
{
    for (int i = 0; i < dns->n_servers; i++) {
        if (dns->servers[i].family == family) {
            return 1;
        }
    }
    return 0;
}

static int win_dns_apply(struct vnic *q, const struct vnic__dns *dns, struct vnic_error *err)
{
    const GUID *guid = &win_iface_of(q)->guid;
    int missing = 0;

    for (int i = 0; i < 2; i++) {
        DWORD os_code = win_dns_set_family(guid, i, dns);

        if (os_code == NO_ERROR) {
            continue;
        }
        if (win_dns_is_absence(os_code) && !win_dns_has_family(dns, win_dns_families[i]) &&
            missing == 0) {
            missing = 1;
            continue;
        }
        return vnic__win_net_fail(q, err, WIN_NET_SET_DNS, os_code, NULL);
    }
    return 0;
}

int vnic__win_set_dns(struct vnic *q, const struct vnic__dns *dns, struct vnic_error *err)
{
    char name[VNIC_NAME_SIZE];
    struct win_dns_kept *before;
    int rc = vnic__win_get_name(q, name, err);

    /* What is kept by GUID could be written for an interface that is gone. */
    rc = rc < 0 ? rc : win_dns_keep(q, &before, err);
    if (rc < 0) {
        return rc;
    }
    rc = win_dns_apply(q, dns, err);
    if (rc < 0) {
        (void)vnic__win_restore_dns(q, before, NULL);
    } else if (dns->n_servers > 0 || dns->search[0] != '\0') {
        win_iface_of(q)->has_dns = 1;
    }
    vnic__free(before);
    return rc;
}

void vnic__win_forget_dns(struct vnic *q)
{
    struct vnic__dns none;

    memset(&none, 0, sizeof none);
    if (win_iface_of(q)->has_dns || !q->iface->created) {
        (void)win_dns_apply(q, &none, NULL);
    }
}
