/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS servers and search domains of an interface. SetInterfaceDnsSettings() is there from Windows 10
 * version 2004 on; older systems keep the same in the registry (win_netdns_reg.c).
 */
#include "win_netdns.h"

#include <string.h>

static const uint8_t win_dns_families[2] = {VNIC_IPV4, VNIC_IPV6};

static ULONG64 win_dns_flags(int family)
{
    return WIN_DNS_SERVERS | WIN_DNS_SEARCH |
           (win_dns_families[family] == VNIC_IPV6 ? WIN_DNS_IPV6 : 0u);
}

/* Empty texts take away what is there: the interface is to have none. */
static DWORD win_dns_set_family(const GUID *guid, int family, const struct vnic__dns *dns)
{
    struct win_dns_settings settings;
    struct win_dns_text text;
    DWORD os_code;

    vnic__win_dns_to_text(dns, win_dns_families[family], &text);
    memset(&settings, 0, sizeof settings);
    settings.version = WIN_DNS_VERSION;
    settings.flags = win_dns_flags(family);
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

/* Where a family is not there, it has no servers either: that is as wanted, unless some were named. */
static int win_dns_is_absence(DWORD os_code)
{
    return os_code == ERROR_NOT_FOUND || os_code == ERROR_FILE_NOT_FOUND ||
           os_code == ERROR_NOT_SUPPORTED;
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
    struct vnic__dns before;
    int known;
    int rc = vnic__win_get_name(q, name, err);

    /* What is kept by GUID could be written for an interface that is gone. */
    if (rc < 0) {
        return rc;
    }
    known = vnic__win_get_dns(q, &before, NULL) == 0;
    rc = win_dns_apply(q, dns, err);
    if (rc < 0 && known) {
        (void)win_dns_apply(q, &before, NULL);
    }
    return rc;
}

static DWORD win_dns_add_family(const GUID *guid, int family, struct vnic__dns *dns)
{
    struct win_dns_settings settings;
    DWORD os_code;

    memset(&settings, 0, sizeof settings);
    settings.version = WIN_DNS_VERSION;
    settings.flags = win_dns_flags(family);
    os_code = vnic__sys_get_dns(guid, &settings);
    if (os_code == ERROR_PROC_NOT_FOUND) {
        return vnic__win_dns_reg_add(guid, family, dns);
    }
    if (os_code == NO_ERROR) {
        vnic__win_dns_add_text(dns, settings.name_server, settings.search_list);
        vnic__sys_free_dns(&settings);
    }
    return os_code;
}

int vnic__win_get_dns(struct vnic *q, struct vnic__dns *ret_dns, struct vnic_error *err)
{
    const GUID *guid = &win_iface_of(q)->guid;

    memset(ret_dns, 0, sizeof *ret_dns);
    for (int i = 0; i < 2; i++) {
        DWORD os_code = win_dns_add_family(guid, i, ret_dns);

        if (os_code != NO_ERROR && !win_dns_is_absence(os_code)) {
            return vnic__win_net_fail(q, err, WIN_NET_GET_DNS, os_code, NULL);
        }
    }
    return 0;
}
