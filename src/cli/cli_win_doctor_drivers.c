/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic doctor` on Windows: the two drivers. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

#include "cli.h"
#include "cli_win_doctor.h"
#include "vnic/windows.h"

#define GET_WINTUN                                                                                 \
    "get wintun.dll 0.14.1 from https://www.wintun.net and put the file for this processor "       \
    "beside "                                                                                      \
    "vnic.exe"

/* Looks for wintun.dll as an open would. Returns as vnic_wintun_probe(). */
static int drivers_probe(struct vnic_wintun_info *info, struct vnic_error *err)
{
    memset(info, 0, sizeof *info);
    memset(err, 0, sizeof *err);
    info->size = sizeof *info;
    return vnic_wintun_probe(NULL, info, err);
}

void cli_check_wintun_dll(struct cli_finding *f)
{
    struct vnic_wintun_info info;
    struct vnic_error err;
    int rc = drivers_probe(&info, &err);

    if (rc < 0) {
        cli_find(f, CLI_HEALTH_BAD, GET_WINTUN, "%s",
                 err.text[0] == '\0' ? vnic_error_text(rc) : err.text);
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "wintun.dll %s: %s",
                 info.dll_version[0] == '\0' ? "of unknown version" : info.dll_version, info.path);
    }
}

void cli_check_wintun_driver(struct cli_finding *f)
{
    struct vnic_wintun_info info;
    struct vnic_error err;

    if (drivers_probe(&info, &err) < 0) {
        cli_find(f, CLI_HEALTH_NOTE, NULL, "the Wintun driver cannot be asked for without its DLL");
    } else if (info.driver_version[0] == '\0') {
        cli_find(f, CLI_HEALTH_OK, NULL,
                 "the Wintun driver does not run now: wintun.dll brings it with the first adapter");
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "the Wintun driver %s runs", info.driver_version);
    }
}

void cli_check_create_wintun(struct cli_finding *f)
{
    struct vnic_wintun_info info;
    struct vnic_error err;
    int elevated = cli_win_elevated();

    /* Nothing is created to find out: an adapter is seen by the whole machine. */
    if (drivers_probe(&info, &err) < 0) {
        cli_find(f, CLI_HEALTH_BAD, GET_WINTUN, "a TUN cannot be created: there is no wintun.dll");
    } else if (elevated == 0) {
        cli_find(f, CLI_HEALTH_BAD, "start the terminal with \"Run as administrator\"",
                 "a TUN cannot be created: this process is not elevated");
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "a TUN can be created, as far as can be told by looking");
    }
}

/* Whether a driver is installed as a service of this name. */
static int drivers_installed(const wchar_t *name)
{
    wchar_t key[80];
    HKEY handle;

    (void)swprintf(key, sizeof key / sizeof key[0], L"SYSTEM\\CurrentControlSet\\Services\\%ls",
                   name);
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_QUERY_VALUE, &handle) != ERROR_SUCCESS) {
        return 0;
    }
    (void)RegCloseKey(handle);
    return 1;
}

void cli_check_tap_driver(struct cli_finding *f)
{
    if (drivers_installed(L"tap0901")) {
        cli_find(f, CLI_HEALTH_OK, NULL, "the TAP-Windows6 driver (tap0901) is installed");
    } else {
        cli_find(f, CLI_HEALTH_NOTE,
                 "install TAP-Windows6 9.27.0 (https://github.com/OpenVPN/tap-windows6/releases), "
                 "which OpenVPN's installer brings too",
                 "the TAP-Windows6 driver (tap0901) is not installed: --tap is not possible");
    }
}

void cli_check_create_tap_adapter(struct cli_finding *f)
{
    if (!drivers_installed(L"tap0901")) {
        cli_find(f, CLI_HEALTH_NOTE, NULL, "a TAP cannot be created: there is no driver");
    } else if (cli_win_elevated() == 0) {
        cli_find(f, CLI_HEALTH_NOTE, "start the terminal with \"Run as administrator\"",
                 "a TAP cannot be created: this process is not elevated");
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "a TAP can be created, as far as can be told by looking");
    }
}
