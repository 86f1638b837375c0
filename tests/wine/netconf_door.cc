/* SPDX-License-Identifier: Apache-2.0 */
#include "wine/netconf_door.h"

#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <netcon.h>
#include <netioapi.h>

#include <cstdlib>
#include <cstring>

#include "vnic/prefix.h"

extern "C" {
#include "os/windows/win_sys_iphlp.h"
#include "os/windows/win_sys_netcon.h"
}

namespace door
{
namespace
{

const GUID guid = {0x76e1c001, 0x1111, 0x2222, {1, 2, 3, 4, 5, 6, 7, 8}};

State now;
std::wstring alias; /* now.name in UTF-16, as Windows has it */
bool is_there, is_shown, is_present[2];
int looks_left[2];
std::string failing;
uint32_t number;
int calls_left;
int link_local, router_discovery;
bool has_failed_yet;

/* 0: the call is to be done. */
uint32_t hit(const char *call)
{
    if (failing != call || calls_left == 0 || --calls_left > 0)
        return 0;
    has_failed_yet = true;
    return number;
}

int at(ADDRESS_FAMILY family)
{
    return family == AF_INET ? 0 : 1;
}

/* What a row about a family answers before anything else; 0: go on. */
DWORD check(const char *call, const NET_LUID &wanted, ADDRESS_FAMILY family, DWORD gone)
{
    uint32_t rc = hit(call);

    if (rc != 0)
        return rc;
    if (!is_there || wanted.Value != luid)
        return gone;
    if (looks_left[at(family)] > 0) {
        looks_left[at(family)]--;
        return ERROR_NOT_FOUND;
    }
    return is_present[at(family)] ? NO_ERROR : ERROR_NOT_FOUND;
}

vnic_prefix prefix_of(const MIB_UNICASTIPADDRESS_ROW *row)
{
    vnic_prefix p = {};

    p.family = row->Address.si_family == AF_INET ? VNIC_IPV4 : VNIC_IPV6;
    p.prefix_len = row->OnLinkPrefixLength;
    if (p.family == VNIC_IPV4)
        memcpy(p.addr, &row->Address.Ipv4.sin_addr, 4);
    else
        memcpy(p.addr, &row->Address.Ipv6.sin6_addr, 16);
    return p;
}

/* Where an address is in the list, with whatever length; its end when it is not there. */
std::vector<std::string>::iterator find(const MIB_UNICASTIPADDRESS_ROW *row)
{
    vnic_prefix wanted = prefix_of(row), p;
    auto i = now.addresses.begin();

    for (; i != now.addresses.end(); ++i)
        if (vnic_prefix_parse(i->c_str(), &p) == 0 && p.family == wanted.family &&
            memcmp(p.addr, wanted.addr, sizeof p.addr) == 0)
            break;
    return i;
}

wchar_t *copy(const std::wstring &text)
{
    return wcscpy(static_cast<wchar_t *>(malloc((text.size() + 1) * sizeof(wchar_t))),
                  text.c_str());
}

}

const void *interface_guid()
{
    return &guid;
}

void reset()
{
    now = State();
    now.name = "door";
    alias = L"door";
    now.mtu[0] = now.mtu[1] = 1500;
    now.dad[0] = 3;
    now.dad[1] = 1;
    now.up = true;
    is_there = is_shown = is_present[0] = is_present[1] = true;
    looks_left[0] = looks_left[1] = 0;
    link_local = LinkLocalAlwaysOn;
    router_discovery = RouterDiscoveryEnabled;
    failing.clear();
    has_failed_yet = false;
}

void fail(const std::string &call, uint32_t with, int nth)
{
    failing = call;
    number = with;
    calls_left = nth;
    has_failed_yet = false;
}

bool has_failed()
{
    return has_failed_yet;
}

void remove()
{
    is_there = false;
}

void set_family(int family, bool present, int looks)
{
    is_present[family == 4 ? 0 : 1] = present;
    looks_left[family == 4 ? 0 : 1] = looks;
}

void set_administrative(bool up)
{
    now.up = up;
}

void hide_connection()
{
    is_shown = false;
}

void set_metrics(uint32_t v4, uint32_t v6)
{
    now.metric[0] = v4;
    now.metric[1] = v6;
}

void set_mtus(uint32_t v4, uint32_t v6)
{
    now.mtu[0] = v4;
    now.mtu[1] = v6;
}

void set_dns(int i, const std::wstring &servers, const std::wstring &search)
{
    now.servers[i] = servers;
    now.search[i] = search;
}

const State &state()
{
    return now;
}

}

using namespace door;

extern "C" {

/* ---- Interfaces --------------------------------------------------------------------------------- */

DWORD vnic__sys_luid_to_index(const NET_LUID *, NET_IFINDEX *ret_index)
{
    *ret_index = 7;
    return is_there ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

DWORD vnic__sys_luid_to_guid(const NET_LUID *, GUID *ret_guid)
{
    *ret_guid = guid;
    return is_there ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

DWORD vnic__sys_guid_to_luid(const GUID *, NET_LUID *ret_luid)
{
    ret_luid->Value = door::luid;
    return is_there ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

DWORD vnic__sys_alias_to_luid(const WCHAR *, NET_LUID *ret_luid)
{
    ret_luid->Value = door::luid;
    return is_there ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

DWORD vnic__sys_get_if_entry(MIB_IF_ROW2 *row)
{
    uint32_t rc = hit("get_if_entry");

    if (rc != 0 || !is_there)
        return rc != 0 ? rc : ERROR_FILE_NOT_FOUND;
    row->InterfaceIndex = 7;
    row->InterfaceGuid = guid;
    wcsncpy(row->Alias, alias.c_str(), IF_MAX_STRING_SIZE);
    row->Mtu = 65535;
    row->AdminStatus = now.up ? NET_IF_ADMIN_STATUS_UP : NET_IF_ADMIN_STATUS_DOWN;
    row->OperStatus = now.up ? IfOperStatusUp : IfOperStatusDown;
    row->MediaConnectState = MediaConnectStateConnected;
    row->OutUcastPkts = 1;
    row->OutNUcastPkts = 2;
    row->OutOctets = 3;
    row->OutDiscards = 4;
    row->OutErrors = 5;
    row->InUcastPkts = 10;
    row->InNUcastPkts = 20;
    row->InOctets = 30;
    row->InDiscards = 40;
    row->InErrors = 50;
    row->InUnknownProtos = 60;
    return NO_ERROR;
}

DWORD vnic__sys_set_if_entry(MIB_IFROW *row)
{
    uint32_t rc = hit("set_if_entry");

    if (rc == 0)
        now.up = row->dwAdminStatus == MIB_IF_ADMIN_STATUS_UP;
    return rc;
}

/* ---- Families ----------------------------------------------------------------------------------- */

DWORD vnic__sys_get_ip_interface(MIB_IPINTERFACE_ROW *row)
{
    DWORD rc = check("get_ip_interface", row->InterfaceLuid, row->Family, ERROR_FILE_NOT_FOUND);
    int i = at(row->Family);

    row->NlMtu = now.mtu[i];
    row->Metric = now.metric[i] != 0 ? now.metric[i] : 25;
    row->UseAutomaticMetric = now.metric[i] == 0;
    row->DadTransmits = now.dad[i];
    row->SitePrefixLength = 64;
    row->LinkLocalAddressBehavior = static_cast<NL_LINK_LOCAL_ADDRESS_BEHAVIOR>(link_local);
    row->RouterDiscoveryBehavior = static_cast<NL_ROUTER_DISCOVERY_BEHAVIOR>(router_discovery);
    return rc;
}

DWORD vnic__sys_set_ip_interface(MIB_IPINTERFACE_ROW *row)
{
    DWORD rc = check("set_ip_interface", row->InterfaceLuid, row->Family, ERROR_FILE_NOT_FOUND);
    int i = at(row->Family);

    if (rc == NO_ERROR && row->SitePrefixLength > (i == 0 ? 32u : 128u))
        rc = ERROR_INVALID_PARAMETER;
    if (rc == NO_ERROR) {
        now.mtu[i] = row->NlMtu;
        now.metric[i] = row->UseAutomaticMetric ? 0 : row->Metric;
        now.dad[i] = row->DadTransmits;
        link_local = i == 1 ? row->LinkLocalAddressBehavior : link_local;
        router_discovery = i == 1 ? row->RouterDiscoveryBehavior : router_discovery;
    }
    return rc;
}

/* ---- Addresses ---------------------------------------------------------------------------------- */

DWORD vnic__sys_get_unicast_table(ADDRESS_FAMILY, MIB_UNICASTIPADDRESS_TABLE **ret_table)
{
    uint32_t rc = hit("get_unicast_table");
    size_t n = now.addresses.size() + 1;

    if (rc != 0)
        return rc;
    auto *table = static_cast<MIB_UNICASTIPADDRESS_TABLE *>(calloc(n + 1, sizeof **ret_table));
    now.tables++;
    table->NumEntries = static_cast<ULONG>(n);
    /* The first is another interface's. */
    for (size_t i = 0; i < n; i++) {
        MIB_UNICASTIPADDRESS_ROW *row = &table->Table[i];
        vnic_prefix p = {};
        (void)vnic_prefix_parse(i > 0 ? now.addresses[i - 1].c_str() : "10.1.1.1/8", &p);
        row->InterfaceLuid.Value = i > 0 ? door::luid : 1;
        row->Address.si_family = p.family == VNIC_IPV4 ? AF_INET : AF_INET6;
        if (p.family == VNIC_IPV4)
            memcpy(&row->Address.Ipv4.sin_addr, p.addr, 4);
        else
            memcpy(&row->Address.Ipv6.sin6_addr, p.addr, 16);
        row->OnLinkPrefixLength = p.prefix_len;
        bool known = p.addr[0] == 0xfe || p.addr[0] == 169;
        row->PrefixOrigin = known ? IpPrefixOriginWellKnown : IpPrefixOriginManual;
        row->SuffixOrigin = known ? IpSuffixOriginLinkLayerAddress : IpSuffixOriginManual;
    }
    *ret_table = table;
    return NO_ERROR;
}

void vnic__sys_free_mib_table(void *table)
{
    now.tables--;
    free(table);
}

DWORD vnic__sys_init_unicast(MIB_UNICASTIPADDRESS_ROW *ret_row)
{
    ret_row->PrefixOrigin = IpPrefixOriginUnchanged;
    ret_row->SuffixOrigin = IpSuffixOriginUnchanged;
    return hit("init_unicast");
}

DWORD vnic__sys_create_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    DWORD rc = check("create_unicast", row->InterfaceLuid, row->Address.si_family, ERROR_NOT_FOUND);
    char text[VNIC_PREFIX_TEXT_MAX];
    vnic_prefix p = prefix_of(row);

    if (rc == NO_ERROR && find(row) != now.addresses.end())
        rc = ERROR_OBJECT_ALREADY_EXISTS;
    if (rc == NO_ERROR && vnic_prefix_format(&p, text, sizeof text) > 0) {
        /* What the library must have seen to: no detection in this moment, or it cannot be used yet. */
        now.addresses.push_back(text);
        if (now.dad[at(row->Address.si_family)] != 0)
            now.addresses.back() += " tentative";
    }
    return rc;
}

DWORD vnic__sys_delete_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    DWORD rc = check("delete_unicast", row->InterfaceLuid, row->Address.si_family, ERROR_NOT_FOUND);
    auto i = find(row);

    if (rc != NO_ERROR || i == now.addresses.end())
        return rc != NO_ERROR ? rc : ERROR_NOT_FOUND;
    now.addresses.erase(i);
    return NO_ERROR;
}

/* ---- DNS ---------------------------------------------------------------------------------------- */

DWORD vnic__sys_set_dns(const GUID *, const win_dns_settings *settings)
{
    uint32_t rc = hit("set_dns");
    int i = (settings->flags & WIN_DNS_IPV6) != 0;

    if (rc == 0) {
        now.servers[i] = settings->name_server;
        now.search[i] = settings->search_list;
    }
    return rc;
}

DWORD vnic__sys_get_dns(const GUID *, win_dns_settings *ret_settings)
{
    uint32_t rc = hit("get_dns");
    int i = (ret_settings->flags & WIN_DNS_IPV6) != 0;

    if (rc == 0) {
        now.tables++;
        ret_settings->name_server = copy(now.servers[i]);
        ret_settings->search_list = copy(now.search[i]);
    }
    return rc;
}

void vnic__sys_free_dns(win_dns_settings *settings)
{
    now.tables--;
    free(settings->name_server);
    free(settings->search_list);
}

/* ---- Connections -------------------------------------------------------------------------------- */

/* Two of them: another adapter's, and ours. */
static char objects[4];

HRESULT vnic__sys_com_begin(void)
{
    auto rc = static_cast<HRESULT>(hit("com_begin"));

    now.objects += SUCCEEDED(rc);
    return rc;
}

void vnic__sys_com_end(void)
{
    now.objects--;
}

static HRESULT give(const char *call, int which, void **ret)
{
    auto rc = static_cast<HRESULT>(hit(call));

    if (SUCCEEDED(rc)) {
        now.objects++;
        *ret = &objects[which];
    }
    return rc;
}

HRESULT vnic__sys_connections_open(INetConnectionManager **ret_manager)
{
    return give("connections_open", 0, reinterpret_cast<void **>(ret_manager));
}

static int next_connection;

HRESULT vnic__sys_connections_enum(INetConnectionManager *, IEnumNetConnection **ret_all)
{
    next_connection = 2;
    return give("connections_enum", 1, reinterpret_cast<void **>(ret_all));
}

HRESULT vnic__sys_connections_next(IEnumNetConnection *, INetConnection **ret_connection)
{
    if (next_connection > (is_there && is_shown ? 3 : 2))
        return S_FALSE;
    return give("connections_next", next_connection++, reinterpret_cast<void **>(ret_connection));
}

HRESULT vnic__sys_connection_properties(INetConnection *connection, NETCON_PROPERTIES **ret)
{
    auto rc = static_cast<HRESULT>(hit("connection_properties"));

    if (SUCCEEDED(rc)) {
        now.objects++;
        *ret = static_cast<NETCON_PROPERTIES *>(calloc(1, sizeof **ret));
        if (reinterpret_cast<char *>(connection) == &objects[3])
            (*ret)->guidId = guid;
    }
    return rc;
}

void vnic__sys_connection_free(NETCON_PROPERTIES *properties)
{
    now.objects--;
    free(properties);
}

HRESULT vnic__sys_connection_rename(INetConnection *, const wchar_t *name)
{
    auto rc = static_cast<HRESULT>(hit("connection_rename"));

    if (SUCCEEDED(rc)) {
        char text[1024] = "";
        (void)WideCharToMultiByte(CP_UTF8, 0, name, -1, text, sizeof text, nullptr, nullptr);
        now.name = text;
        alias = name;
    }
    return rc;
}

void vnic__sys_com_release(void *)
{
    now.objects--;
}
}
