/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic doctor` on Windows: what it looks at; the system, and the rights of this process. */
#include "cli_win_doctor.h"

#include <stdio.h>
#include <windows.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_tcp.h"
#include "cli_win_system.h"

static const struct cli_check win_checks[] = {{"windows", cli_check_windows},
                                              {"elevation", cli_check_elevation},
                                              {"wintun_dll", cli_check_wintun_dll},
                                              {"wintun_driver", cli_check_wintun_driver},
                                              {"create_tun", cli_check_create_wintun},
                                              {"tap_driver", cli_check_tap_driver},
                                              {"tap_adapters", cli_check_tap_adapters},
                                              {"create_tap", cli_check_create_tap_adapter},
                                              {"other_adapters", cli_check_other_adapters},
                                              {"ipv6", cli_check_ipv6_stack},
                                              {"dns_settings", cli_check_dns_settings},
                                              {"build", cli_check_build}};

const struct cli_doctor cli_doctor = {win_checks, sizeof win_checks / sizeof win_checks[0],
                                      "echo 10.9.0.1/24"};

void cli_check_windows(struct cli_finding *f)
{
    struct cli_win_version version;

    cli_win_version(&version);
    if (version.major >= 10) {
        cli_find(f, CLI_HEALTH_OK, NULL, "Windows %lu.%lu.%lu (%s)", version.major, version.minor,
                 version.build, cli_win_machine());
    } else {
        cli_find(f, CLI_HEALTH_NOTE, NULL,
                 "Windows %lu.%lu.%lu (%s): vnic is made for Windows 10 and later", version.major,
                 version.minor, version.build, cli_win_machine());
    }
}

int cli_win_elevated(void)
{
    TOKEN_ELEVATION elevation = {0};
    DWORD len = 0;
    HANDLE token;
    BOOL told;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
        return -1;
    }
    told = GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &len);
    (void)CloseHandle(token);
    return told ? elevation.TokenIsElevated != 0 : -1;
}

void cli_check_elevation(struct cli_finding *f)
{
    switch (cli_win_elevated()) {
    case 1:
        cli_find(f, CLI_HEALTH_OK, NULL, "this process is elevated");
        break;
    case 0:
        cli_find(
            f, CLI_HEALTH_BAD,
            "start the terminal with \"Run as administrator\", or run the program as a service",
            "this process is not elevated: it can neither create adapters nor open them");
        break;
    default:
        cli_find(f, CLI_HEALTH_NOTE, NULL,
                 "Windows does not tell whether this process is elevated");
    }
}

void cli_check_ipv6_stack(struct cli_finding *f)
{
    /* Microsoft, "Guidance for configuring IPv6 in Windows": 0x01 tunnels, 0x10 adapters that are not
     * tunnels, 0xFF all. */
    DWORD disabled = 0;
    DWORD len = sizeof disabled;
    LSTATUS status =
        RegGetValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters",
                     L"DisabledComponents", RRF_RT_REG_DWORD, NULL, &disabled, &len);

    if (status == ERROR_SUCCESS && (disabled & 0x11) != 0) {
        cli_find(
            f, CLI_HEALTH_NOTE,
            "reg delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters /v "
            "DisabledComponents, then restart",
            "IPv6 is switched off by DisabledComponents = 0x%lx: only IPv4 addresses can be set",
            disabled);
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "IPv6 is not switched off");
    }
}

void cli_check_dns_settings(struct cli_finding *f)
{
    HMODULE helper = LoadLibraryExW(L"iphlpapi.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    int there = helper != NULL && GetProcAddress(helper, "SetInterfaceDnsSettings") != NULL;

    if (helper != NULL) {
        (void)FreeLibrary(helper);
    }
    if (there) {
        cli_find(f, CLI_HEALTH_OK, NULL, "DNS servers are set by SetInterfaceDnsSettings");
    } else {
        cli_find(
            f, CLI_HEALTH_NOTE, "install Windows 10 2004 or later",
            "this Windows has no SetInterfaceDnsSettings: --dns goes by the registry, and takes "
            "effect when the DNS client looks there again");
    }
}

void cli_check_build(struct cli_finding *f)
{
    cli_find(f, CLI_HEALTH_OK, NULL, "this build: vnic %s, JSON %s, TCP echo %s",
             vnic_version_string(), cli_json_available() ? "yes" : "no",
             cli_tcp_available() ? "yes" : "no");
}
