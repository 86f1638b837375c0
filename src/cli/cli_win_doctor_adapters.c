/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic doctor` on Windows: TAP adapters that are there, and adapters of other programs. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_win_doctor.h"
#include "cli_win_text.h"

struct adapters_found {
    int n;
    int cut; /* 1: not all of them are in names */
    char names[1000];
};

/* Adds a name to the list; when there is no room for it, that there are more. */
static void adapters_add(struct adapters_found *found, const char *name)
{
    size_t used = strlen(found->names);

    found->n++;
    if (found->cut) {
        return;
    }
    found->cut = used + strlen(name) + sizeof ", …" * 2 > sizeof found->names;
    (void)snprintf(found->names + used, sizeof found->names - used, "%s%s",
                   found->n == 1 ? "" : ", ", found->cut ? "…" : name);
}

static int adapters_one_tap(void *user, const struct vnic_info *info)
{
    struct adapters_found *found = user;
    char name[CLI_NAME_TEXT];

    if (strcmp(info->backend, "tap-windows6") == 0) {
        adapters_add(found, cli_printable(info->name, name, sizeof name));
    }
    return 0;
}

void cli_check_tap_adapters(struct cli_finding *f)
{
    struct adapters_found found = {0, 0, ""};
    struct vnic_error err = {0};
    int rc = vnic_list(NULL, adapters_one_tap, &found, &err);

    if (rc < 0) {
        cli_find(f, CLI_HEALTH_NOTE, NULL, "the adapters cannot be listed: %s",
                 err.text[0] == '\0' ? vnic_error_text(rc) : err.text);
    } else if (found.n == 0) {
        cli_find(f, CLI_HEALTH_OK, NULL, "there is no TAP adapter yet: --tap makes one");
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "TAP adapters that can be opened by name: %s",
                 found.names);
    }
}

/* What the adapters of programs that route or filter all traffic are called. */
static int adapters_is_tunnel(const wchar_t *description)
{
    static const wchar_t *const words[] = {
        L"WireGuard",   L"Wintun",           L"OpenVPN Data Channel",
        L"TAP-Windows", L"TAP Adapter",      L"Tailscale",
        L"ZeroTier",    L"Cisco AnyConnect", L"Fortinet",
        L"PANGP",       L"Juniper",          L"NordLynx",
        L"Mullvad",     L"Cloudflare"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (wcsstr(description, words[i]) != NULL) {
            return 1;
        }
    }
    return 0;
}

static IP_ADAPTER_ADDRESSES *adapters_read(void)
{
    /* Microsoft's advice for GetAdaptersAddresses(): begin with 15 KB, and ask again if more came. */
    ULONG size = 15000;
    ULONG status = ERROR_BUFFER_OVERFLOW;
    IP_ADAPTER_ADDRESSES *list = NULL;

    for (int round = 0; round < 4 && status == ERROR_BUFFER_OVERFLOW; round++) {
        free(list);
        list = malloc(size);
        if (list == NULL) {
            return NULL;
        }
        status = GetAdaptersAddresses(
            AF_UNSPEC, GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER,
            NULL, list, &size);
    }
    if (status != NO_ERROR) {
        free(list);
        return NULL;
    }
    return list;
}

void cli_check_other_adapters(struct cli_finding *f)
{
    struct adapters_found found = {0, 0, ""};
    IP_ADAPTER_ADDRESSES *list = adapters_read();

    for (const IP_ADAPTER_ADDRESSES *a = list; a != NULL; a = a->Next) {
        char name[CLI_NAME_TEXT];

        if (a->OperStatus == IfOperStatusUp && adapters_is_tunnel(a->Description)) {
            adapters_add(&found, cli_win_show(a->FriendlyName, name, sizeof name));
        }
    }
    free(list);
    if (found.n > 0) {
        cli_find(f, CLI_HEALTH_NOTE,
                 "route print, and Get-DnsClientNrptRule: compare with what you expect",
                 "other tunnels are up: %s; their routes, DNS rules and filters may win over yours",
                 found.names);
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "no adapter of another tunnel is up");
    }
}
