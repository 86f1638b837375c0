/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test iphlpapi.dll: the functions of its .def that are not forwarded. Rules are those of the pages of
 * netioapi.h and iphlpapi.h in Microsoft's documentation.
 */
#include "iphlpapi_double.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Windows' own defaults (MIB_IPINTERFACE_ROW): three probes for IPv4, one for IPv6. */
#define IPHLP_DAD_IPV4 3
#define IPHLP_METRIC 25
#define IPHLP_IPV6_MIN_MTU 1280

/* ---- What Linux does not keep ------------------------------------------------------------------- */

struct iphlp_memory {
    NET_LUID luid;
    ADDRESS_FAMILY family;
    ULONG metric;
    BOOLEAN automatic;
    ULONG dad;
};

/* For all interfaces of a long test, each with its own number. */
#define IPHLP_MEMORIES 4096

static struct iphlp_memory memories[IPHLP_MEMORIES];
static SRWLOCK memories_lock = SRWLOCK_INIT;

/* The memory of a family of an interface, made on first use; NULL when there is no room. */
static struct iphlp_memory *iphlp_memory_of(const NET_LUID *luid, ADDRESS_FAMILY family)
{
    for (int i = 0; i < IPHLP_MEMORIES; i++) {
        struct iphlp_memory *m = &memories[i];

        if (m->luid.Value == luid->Value && m->family == family) {
            return m;
        }
        if (m->luid.Value == 0) {
            m->luid = *luid;
            m->family = family;
            m->metric = IPHLP_METRIC;
            m->automatic = TRUE;
            m->dad = IPHLP_DAD_IPV4;
            return m;
        }
    }
    return NULL;
}

/* ---- Families of an interface ------------------------------------------------------------------- */

static BOOL iphlp_has_family(const char *ifname, ADDRESS_FAMILY family)
{
    return family == AF_INET || iphlp_read_conf6(ifname, "disable_ipv6") == 0;
}

/* Finds the Linux interface of a row, or says why not. */
static DWORD iphlp_find_row(const MIB_IPINTERFACE_ROW *row, char *ret_name)
{
    if (row == NULL || (row->Family != AF_INET && row->Family != AF_INET6) ||
        row->InterfaceLuid.Value == 0) {
        return ERROR_INVALID_PARAMETER;
    }
    if (iphlp_interface(&row->InterfaceLuid, ret_name) == 0) {
        return ERROR_FILE_NOT_FOUND;
    }
    return iphlp_has_family(ret_name, row->Family) ? NO_ERROR : ERROR_NOT_FOUND;
}

static void iphlp_fill_ipv6(MIB_IPINTERFACE_ROW *row, const char *ifname)
{
    /* addr_gen_mode 1: no link-local address is made. */
    row->LinkLocalAddressBehavior =
        iphlp_read_conf6(ifname, "addr_gen_mode") == 1 ? LinkLocalAlwaysOff : LinkLocalAlwaysOn;
    row->RouterDiscoveryBehavior = iphlp_read_conf6(ifname, "accept_ra") == 0
                                       ? RouterDiscoveryDisabled
                                       : RouterDiscoveryEnabled;
    row->DadTransmits = (ULONG)iphlp_read_conf6(ifname, "dad_transmits");
    row->NlMtu = (ULONG)iphlp_read_conf6(ifname, "mtu");
}

DWORD WINAPI double_GetIpInterfaceEntry(MIB_IPINTERFACE_ROW *row)
{
    char ifname[LX_IFNAMSIZ];
    DWORD rc = iphlp_find_row(row, ifname);
    struct iphlp_memory *m;

    if (rc != NO_ERROR) {
        return rc;
    }
    AcquireSRWLockExclusive(&memories_lock);
    m = iphlp_memory_of(&row->InterfaceLuid, row->Family);
    if (m != NULL) {
        row->InterfaceIndex = (NET_IFINDEX)iphlp_interface(&row->InterfaceLuid, NULL);
        row->Metric = m->metric;
        row->UseAutomaticMetric = m->automatic;
        row->DadTransmits = m->dad;
        row->NlMtu = (ULONG)iphlp_read_mtu(ifname);
        /* For IPv4 too, which writing refuses: the documented trap. */
        row->SitePrefixLength = 64;
        row->Connected = TRUE;
        if (row->Family == AF_INET6) {
            iphlp_fill_ipv6(row, ifname);
        }
    }
    ReleaseSRWLockExclusive(&memories_lock);
    return m != NULL ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

static int iphlp_write_ipv6(const MIB_IPINTERFACE_ROW *row, const char *ifname)
{
    int rc = iphlp_write_conf6(ifname, "mtu", (long)row->NlMtu);

    if (rc == 0) {
        rc = iphlp_write_conf6(ifname, "dad_transmits", (long)row->DadTransmits);
    }
    if (rc == 0) {
        rc = iphlp_write_conf6(ifname, "addr_gen_mode",
                               row->LinkLocalAddressBehavior == LinkLocalAlwaysOff);
    }
    return rc != 0 ? rc
                   : iphlp_write_conf6(ifname, "accept_ra",
                                       row->RouterDiscoveryBehavior != RouterDiscoveryDisabled);
}

DWORD WINAPI double_SetIpInterfaceEntry(MIB_IPINTERFACE_ROW *row)
{
    char ifname[LX_IFNAMSIZ];
    DWORD rc = iphlp_find_row(row, ifname);
    struct iphlp_memory *m;

    if (rc != NO_ERROR) {
        return rc;
    }
    if ((row->Family == AF_INET && row->SitePrefixLength > 32) || row->SitePrefixLength > 128 ||
        row->NlMtu > 65535 || (row->Family == AF_INET6 && row->NlMtu < IPHLP_IPV6_MIN_MTU)) {
        return ERROR_INVALID_PARAMETER;
    }
    rc = iphlp_error_of(row->Family == AF_INET6 ? iphlp_write_ipv6(row, ifname)
                                                : iphlp_write_mtu(ifname, (long)row->NlMtu));
    if (rc != NO_ERROR) {
        return rc;
    }
    AcquireSRWLockExclusive(&memories_lock);
    m = iphlp_memory_of(&row->InterfaceLuid, row->Family);
    if (m != NULL) {
        m->metric = row->UseAutomaticMetric ? IPHLP_METRIC : row->Metric;
        m->automatic = row->UseAutomaticMetric;
        m->dad = row->DadTransmits;
    }
    ReleaseSRWLockExclusive(&memories_lock);
    return NO_ERROR;
}

/* ---- The interface ------------------------------------------------------------------------------ */

/* The key of the test wintun.dll (wintun_double_store.c): its adapters have names that Linux lacks. */
#define IPHLP_STORE L"Software\\vnic-test-wintun"

struct iphlp_named {
    WCHAR name[IF_MAX_STRING_SIZE + 1];
    int index; /* of the Linux interface */
};

/* Adapter `i` of the key. Returns 1, 0: it tells nothing, -1: there are no more. */
static int iphlp_named_at(HKEY top, DWORD i, struct iphlp_named *ret)
{
    WCHAR row[64];
    DWORD n = 64, size = sizeof ret->name, index_size = sizeof ret->index;

    if (RegEnumKeyExW(top, i, row, &n, NULL, NULL, NULL, NULL) != ERROR_SUCCESS) {
        return -1;
    }
    return RegGetValueW(top, row, L"Name", RRF_RT_REG_SZ, NULL, ret->name, &size) ==
               ERROR_SUCCESS &&
           RegGetValueW(top, row, L"Index", RRF_RT_REG_DWORD, NULL, &ret->index, &index_size) ==
               ERROR_SUCCESS;
}

/* Finds an adapter that is there, by its name or, when that is NULL, by its number. */
static BOOL iphlp_find_named(const WCHAR *name, int index, struct iphlp_named *ret)
{
    char ifname[LX_IFNAMSIZ];
    BOOL found = FALSE;
    int there = 0;
    HKEY top;

    if (RegOpenKeyExW(HKEY_CURRENT_USER, IPHLP_STORE, 0, KEY_READ, &top) != ERROR_SUCCESS) {
        return FALSE;
    }
    for (DWORD i = 0; !found && (there = iphlp_named_at(top, i, ret)) >= 0; i++) {
        found = there > 0 &&
                (name == NULL ? ret->index == index : _wcsicmp(ret->name, name) == 0) &&
                lx_if_name(ret->index, ifname) >= 0;
    }
    (void)RegCloseKey(top);
    return found;
}

/* Wine remembers interfaces that are gone, and finds them by the names that others have now. */
static DWORD iphlp_luid_of_ifname(const WCHAR *alias, NET_LUID *ret_luid)
{
    char ifname[LX_IFNAMSIZ] = "";
    int index;

    for (int i = 0; alias[i] != 0; i++) {
        if (i == LX_IFNAMSIZ - 1 || alias[i] > '~') {
            return ERROR_INVALID_PARAMETER;
        }
        ifname[i] = (char)alias[i];
    }
    index = lx_if_index(ifname);
    return index > 0 ? (DWORD)ConvertInterfaceIndexToLuid((NET_IFINDEX)index, ret_luid)
                     : ERROR_INVALID_PARAMETER;
}

DWORD WINAPI double_ConvertInterfaceAliasToLuid(const WCHAR *alias, NET_LUID *ret_luid)
{
    struct iphlp_named named;

    return iphlp_find_named(alias, 0, &named)
               ? (DWORD)ConvertInterfaceIndexToLuid((NET_IFINDEX)named.index, ret_luid)
               : iphlp_luid_of_ifname(alias, ret_luid);
}

DWORD WINAPI double_GetIfEntry2(MIB_IF_ROW2 *row)
{
    struct iphlp_named named;
    DWORD rc;

    if (row != NULL && row->InterfaceLuid.Value != 0 &&
        iphlp_interface(&row->InterfaceLuid, NULL) == 0) {
        return ERROR_FILE_NOT_FOUND;
    }
    rc = GetIfEntry2(row);
    if (rc == NO_ERROR && iphlp_find_named(NULL, (int)row->InterfaceIndex, &named)) {
        memcpy(row->Alias, named.name, sizeof row->Alias);
    }
    return rc;
}

/* ---- Addresses ---------------------------------------------------------------------------------- */

void WINAPI double_InitializeUnicastIpAddressEntry(MIB_UNICASTIPADDRESS_ROW *row)
{
    memset(row, 0, sizeof *row);
    row->PrefixOrigin = IpPrefixOriginUnchanged;
    row->SuffixOrigin = IpSuffixOriginUnchanged;
    row->ValidLifetime = row->PreferredLifetime = 0xffffffff;
    row->OnLinkPrefixLength = 255;
}

/* What both functions check alike, and the interface. */
static DWORD iphlp_check_address(const MIB_UNICASTIPADDRESS_ROW *row, char *ret_name,
                                 int *ret_index)
{
    ADDRESS_FAMILY family = row != NULL ? row->Address.si_family : AF_UNSPEC;

    if ((family != AF_INET && family != AF_INET6) || row->InterfaceLuid.Value == 0 ||
        row->OnLinkPrefixLength > (family == AF_INET ? 32 : 128) ||
        row->ValidLifetime < row->PreferredLifetime ||
        (row->PrefixOrigin == IpPrefixOriginUnchanged) !=
            (row->SuffixOrigin == IpSuffixOriginUnchanged)) {
        return ERROR_INVALID_PARAMETER;
    }
    *ret_index = iphlp_interface(&row->InterfaceLuid, ret_name);
    return *ret_index != 0 && iphlp_has_family(ret_name, family) ? NO_ERROR : ERROR_NOT_FOUND;
}

/* Whether detection of duplicates runs is the interface's to say: DadState of the row is ignored. */
DWORD WINAPI double_CreateUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *row)
{
    char ifname[LX_IFNAMSIZ];
    int index = 0;
    DWORD rc = iphlp_check_address(row, ifname, &index);
    long dad;

    if (rc != NO_ERROR) {
        return rc;
    }
    dad = row->Address.si_family == AF_INET6 ? iphlp_read_conf6(ifname, "dad_transmits") : 0;
    return iphlp_error_of(iphlp_address(index, row, 1, dad > 0));
}

/* An address is found without its length, which Linux wants for IPv4 and IPv6 alike. */
DWORD WINAPI double_DeleteUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *row)
{
    char ifname[LX_IFNAMSIZ];
    int index = 0;
    DWORD rc = iphlp_check_address(row, ifname, &index);
    MIB_UNICASTIPADDRESS_ROW found;

    if (rc != NO_ERROR) {
        return rc;
    }
    found = *row;
    rc = GetUnicastIpAddressEntry(&found);
    return rc != NO_ERROR ? rc : iphlp_error_of(iphlp_address(index, &found, 0, 0));
}

/*
 * Wine says of every address that it came by DHCP. Linux' own fe80:: are what Windows calls well known,
 * the others are manual.
 */
DWORD WINAPI double_GetUnicastIpAddressTable(ADDRESS_FAMILY family,
                                             MIB_UNICASTIPADDRESS_TABLE **ret_table)
{
    DWORD rc = GetUnicastIpAddressTable(family, ret_table);

    for (ULONG i = 0; rc == NO_ERROR && i < (*ret_table)->NumEntries; i++) {
        MIB_UNICASTIPADDRESS_ROW *row = &(*ret_table)->Table[i];
        const uint8_t *address = (const uint8_t *)&row->Address.Ipv6.sin6_addr;
        WCHAR alias[IF_MAX_STRING_SIZE + 1];
        BOOL known = row->Address.si_family == AF_INET6 && address[0] == 0xfe && address[1] == 0x80;

        /* It takes an interface for an earlier one of the same name. */
        if (iphlp_interface(&row->InterfaceLuid, NULL) == 0 &&
            ConvertInterfaceLuidToAlias(&row->InterfaceLuid, alias, IF_MAX_STRING_SIZE + 1) ==
                NO_ERROR) {
            (void)iphlp_luid_of_ifname(alias, &row->InterfaceLuid);
        }
        row->PrefixOrigin = known ? IpPrefixOriginWellKnown : IpPrefixOriginManual;
        row->SuffixOrigin = known ? IpSuffixOriginLinkLayerAddress : IpSuffixOriginManual;
    }
    return rc;
}

/* ---- Up and down -------------------------------------------------------------------------------- */

DWORD WINAPI double_SetIfEntry(MIB_IFROW *row)
{
    char ifname[LX_IFNAMSIZ];

    if (row == NULL || row->dwIndex == 0) {
        return ERROR_INVALID_PARAMETER;
    }
    if (lx_if_name((int)row->dwIndex, ifname) < 0) {
        return ERROR_FILE_NOT_FOUND;
    }
    return iphlp_error_of(lx_if_set_up(ifname, row->dwAdminStatus == MIB_IF_ADMIN_STATUS_UP));
}

/* ---- DNS ---------------------------------------------------------------------------------------- */

/* DNS_INTERFACE_SETTINGS, version 1. */
struct iphlp_dns {
    ULONG version;
    ULONG64 flags;
    WCHAR *domain;
    WCHAR *name_server;
    WCHAR *search_list;
    ULONG registration_enabled;
    ULONG register_adapter_name;
    ULONG enable_llmnr;
    ULONG query_adapter_name;
    WCHAR *profile_name_server;
};

#define IPHLP_DNS_IPV6 0x1u
#define IPHLP_DNS_NAMESERVER 0x2u
#define IPHLP_DNS_SEARCHLIST 0x4u
#define IPHLP_DNS_TEXT 1024

static struct {
    GUID guid;
    WCHAR name_server[2][IPHLP_DNS_TEXT];
    WCHAR search_list[2][IPHLP_DNS_TEXT];
} dns_memory[512];
static int n_dns_memory;

/*
 * Of an interface; -1 when it is gone, or there is no room. A GUID that Wine does not know is that of an
 * adapter of a test driver.
 */
static int iphlp_dns_of(const GUID *guid)
{
    NET_LUID luid;
    int i = 0;

    if (ConvertInterfaceGuidToLuid(guid, &luid) == NO_ERROR && iphlp_interface(&luid, NULL) == 0) {
        return -1;
    }
    while (i < n_dns_memory && memcmp(&dns_memory[i].guid, guid, sizeof *guid) != 0) {
        i++;
    }
    if (i == n_dns_memory && i < (int)(sizeof dns_memory / sizeof dns_memory[0])) {
        dns_memory[i].guid = *guid;
        n_dns_memory++;
    }
    return i < n_dns_memory ? i : -1;
}

DWORD WINAPI double_SetInterfaceDnsSettings(GUID guid, const struct iphlp_dns *settings)
{
    int v6 = (settings->flags & IPHLP_DNS_IPV6) != 0;
    int at = iphlp_dns_of(&guid);

    if (settings->version != 1) {
        return ERROR_INVALID_PARAMETER;
    }
    if (at < 0) {
        return ERROR_FILE_NOT_FOUND;
    }
    if (settings->flags & IPHLP_DNS_NAMESERVER) {
        /* Servers of the other family are refused. */
        if ((wcschr(settings->name_server, L':') != NULL) != v6 && settings->name_server[0] != 0) {
            return ERROR_INVALID_PARAMETER;
        }
        lstrcpynW(dns_memory[at].name_server[v6], settings->name_server, IPHLP_DNS_TEXT);
    }
    if (settings->flags & IPHLP_DNS_SEARCHLIST) {
        lstrcpynW(dns_memory[at].search_list[v6], settings->search_list, IPHLP_DNS_TEXT);
    }
    return NO_ERROR;
}

DWORD WINAPI double_GetInterfaceDnsSettings(GUID guid, struct iphlp_dns *settings)
{
    int v6 = (settings->flags & IPHLP_DNS_IPV6) != 0;
    int at = iphlp_dns_of(&guid);

    if (settings->version != 1) {
        return ERROR_INVALID_PARAMETER;
    }
    if (at < 0) {
        return ERROR_FILE_NOT_FOUND;
    }
    settings->name_server = _wcsdup(dns_memory[at].name_server[v6]);
    settings->search_list = _wcsdup(dns_memory[at].search_list[v6]);
    return settings->name_server != NULL && settings->search_list != NULL ? NO_ERROR
                                                                          : ERROR_NOT_ENOUGH_MEMORY;
}

void WINAPI double_FreeInterfaceDnsSettings(struct iphlp_dns *settings)
{
    free(settings->name_server);
    free(settings->search_list);
    settings->name_server = settings->search_list = NULL;
}
