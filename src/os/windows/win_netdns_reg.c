/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS settings by the registry, for Windows before 10 version 2004. The values are those that Microsoft's
 * "TCP/IP and NBT configuration parameters" documents (article 314053): NameServer and Domain of
 * Tcpip\Parameters\Interfaces\{GUID}. The same values below Tcpip6 are what the system's own tools write;
 * there is no documentation of them.
 */
#include <string.h>
#include <wchar.h>

#include "win_netdns.h"
#include "win_sys_setup.h"
#include "win_text.h"

#define WIN_DNS_KEY_UNITS 160

static const wchar_t *const win_dns_services[2] = {
    L"SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\",
    L"SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters\\Interfaces\\",
};

/* The IP stack makes the key when it takes the interface; without it there is nothing to set. */
static DWORD win_dns_open_key(const GUID *guid, int family, DWORD access, HKEY *ret_key)
{
    wchar_t path[WIN_DNS_KEY_UNITS];
    wchar_t text[WIN_GUID_SIZE];
    size_t len = wcslen(win_dns_services[family]);

    vnic__win_guid_wide(guid, text);
    memcpy(path, win_dns_services[family], len * sizeof path[0]);
    memcpy(path + len, text, sizeof text);
    return (DWORD)vnic__sys_reg_open(HKEY_LOCAL_MACHINE, path, access, ret_key);
}

static DWORD win_dns_put_value(HKEY key, const wchar_t *name, const wchar_t *value)
{
    return (DWORD)vnic__sys_reg_set(key, name, REG_SZ, value,
                                    (DWORD)((wcslen(value) + 1) * sizeof value[0]));
}

DWORD vnic__win_dns_reg_set(const GUID *guid, int family, const struct win_dns_text *text)
{
    HKEY key;
    DWORD os_code = win_dns_open_key(guid, family, KEY_SET_VALUE, &key);

    if (os_code != NO_ERROR) {
        return os_code;
    }
    os_code = win_dns_put_value(key, L"NameServer", text->servers);
    /* The suffix of an interface is kept with IPv4 only. */
    if (os_code == NO_ERROR && family == 0) {
        os_code = win_dns_put_value(key, L"Domain", text->search);
    }
    vnic__sys_reg_close(key);
    return os_code;
}

/* A value that is not there, or is no text, is none. */
static const wchar_t *win_dns_get_value(HKEY key, const wchar_t *name, wchar_t *buf, DWORD units)
{
    DWORD type = 0;
    DWORD len = (units - 1) * (DWORD)sizeof buf[0];

    if (vnic__sys_reg_get(key, name, &type, buf, &len) != NO_ERROR || type != REG_SZ) {
        return NULL;
    }
    buf[len / sizeof buf[0]] = 0;
    return buf;
}

DWORD vnic__win_dns_reg_add(const GUID *guid, int family, struct vnic__dns *dns)
{
    wchar_t servers[WIN_DNS_SERVERS_UNITS];
    wchar_t domain[VNIC__DNS_SEARCH_SIZE];
    HKEY key;
    DWORD os_code = win_dns_open_key(guid, family, KEY_QUERY_VALUE, &key);

    if (os_code != NO_ERROR) {
        return os_code;
    }
    vnic__win_dns_add_text(
        dns, win_dns_get_value(key, L"NameServer", servers, WIN_DNS_SERVERS_UNITS),
        family == 0 ? win_dns_get_value(key, L"Domain", domain, VNIC__DNS_SEARCH_SIZE) : NULL);
    vnic__sys_reg_close(key);
    return os_code;
}
