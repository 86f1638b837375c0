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

/* A value that is not there is kept as that. */
static DWORD win_dns_keep_value(HKEY key, const wchar_t *name, struct win_dns_value *ret)
{
    DWORD len = WIN_DNS_VALUE_UNITS * (DWORD)sizeof ret->text[0];
    DWORD os_code = (DWORD)vnic__sys_reg_get(key, name, &ret->type, ret->text, &len);

    if (os_code == ERROR_FILE_NOT_FOUND) {
        ret->type = REG_NONE;
        len = 0;
        os_code = NO_ERROR;
    }
    ret->len = len;
    ret->text[os_code == NO_ERROR ? len / sizeof ret->text[0] : 0] = 0;
    return os_code;
}

DWORD vnic__win_dns_reg_keep(const GUID *guid, int family, struct win_dns_family *ret)
{
    HKEY key;
    DWORD os_code = win_dns_open_key(guid, family, KEY_QUERY_VALUE, &key);

    if (os_code != NO_ERROR) {
        return os_code;
    }
    os_code = win_dns_keep_value(key, L"NameServer", &ret->servers);
    if (os_code == NO_ERROR && family == 0) {
        os_code = win_dns_keep_value(key, L"Domain", &ret->search);
    }
    vnic__sys_reg_close(key);
    return os_code;
}

static DWORD win_dns_restore_value(HKEY key, const wchar_t *name, const struct win_dns_value *kept)
{
    DWORD os_code;

    if (kept->type != REG_NONE) {
        return (DWORD)vnic__sys_reg_set(key, name, kept->type, kept->text, kept->len);
    }
    os_code = (DWORD)vnic__sys_reg_unset(key, name);
    return os_code == ERROR_FILE_NOT_FOUND ? NO_ERROR : os_code;
}

DWORD vnic__win_dns_reg_restore(const GUID *guid, int family, const struct win_dns_family *kept)
{
    HKEY key;
    DWORD os_code = win_dns_open_key(guid, family, KEY_SET_VALUE, &key);
    DWORD second = NO_ERROR;

    if (os_code != NO_ERROR) {
        return os_code;
    }
    os_code = win_dns_restore_value(key, L"NameServer", &kept->servers);
    if (family == 0) {
        second = win_dns_restore_value(key, L"Domain", &kept->search);
    }
    vnic__sys_reg_close(key);
    return os_code != NO_ERROR ? os_code : second;
}
