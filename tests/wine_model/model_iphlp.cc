/* SPDX-License-Identifier: Apache-2.0 */
#include "model_iphlp.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "fault_models.h"

namespace model
{
namespace
{

IpHelper faults;

std::string text_of(const SOCKADDR_INET &a, unsigned prefix)
{
    std::string text;
    char part[8];
    bool v6 = a.si_family == AF_INET6;
    auto *bytes = v6 ? reinterpret_cast<const uint8_t *>(&a.Ipv6.sin6_addr)
                     : reinterpret_cast<const uint8_t *>(&a.Ipv4.sin_addr);
    for (unsigned n = 0; n < (v6 ? 16u : 4u); n++) {
        snprintf(part, sizeof part, v6 ? "%02x" : "%u", bytes[n]);
        text += n > 0 && (!v6 || n % 2 == 0) ? (v6 ? ":" : ".") : "";
        text += part;
    }
    return text + "/" + std::to_string(prefix);
}

bool is_same(const SOCKADDR_INET &a, const SOCKADDR_INET &b)
{
    return a.si_family == b.si_family && text_of(a, 0) == text_of(b, 0);
}

/* "The interface LUID or interface index" finds it; the LUID goes first when it is not 0. */
InterfacePtr find_row(const NET_LUID &luid, NET_IFINDEX index)
{
    for (const auto &i : interfaces())
        if (luid.Value != 0 ? i->luid.Value == luid.Value : i->index == index)
            return i;
    return nullptr;
}

Family *family_of(const InterfacePtr &i, ADDRESS_FAMILY family)
{
    i->v6.present = !faults.no_ipv6;
    if (family == AF_INET)
        return &i->v4;
    return family == AF_INET6 ? &i->v6 : nullptr;
}

/* The IP stack hears of the medium a moment after the driver said so, and then begins to look for duplicates;
 * so many looks at the table stand for that moment, and for one probe. */
constexpr unsigned MOMENT = 3, PROBE = 100;

void begin_detection(const InterfacePtr &i, Address *a)
{
    a->looks = PROBE * family_of(i, a->row.Address.si_family)->dad_transmits;
    a->detecting = a->looks > 0;
    a->row.DadState = a->detecting ? IpDadStateTentative : IpDadStatePreferred;
}

/* What became of the addresses until this look. Without a medium all are tentative. */
void detect(const InterfacePtr &i)
{
    for (Address &a : i->addresses) {
        if (!i->connected || faults.never_usable) {
            a.row.DadState = IpDadStateTentative;
            a.detecting = false;
            a.looks = MOMENT;
        } else if (a.row.DadState == IpDadStateTentative && --a.looks == 0) {
            if (a.detecting)
                a.row.DadState = IpDadStatePreferred;
            else
                begin_detection(i, &a);
        }
    }
}

std::list<Address>::iterator find_address(const InterfacePtr &i, const SOCKADDR_INET &wanted)
{
    return std::find_if(i->addresses.begin(), i->addresses.end(),
                        [&wanted](const Address &a) { return is_same(a.row.Address, wanted); });
}

}

IpHelper &ip_helper()
{
    return faults;
}

void ip_helper_reset()
{
    faults = IpHelper();
}

/*
 * CreateUnicastIpAddressEntry(): "The IP address exists only as long as the adapter object exists. Restarting
 * the computer destroys the IP address, as does manually resetting the network interface card." The system's
 * own come again.
 */
void lose_addresses(const InterfacePtr &i)
{
    i->addresses.remove_if(
        [](const Address &a) { return a.row.PrefixOrigin != IpPrefixOriginWellKnown; });
    for (Family *f : {&i->v4, &i->v6}) {
        bool present = f->present;
        *f = Family();
        f->present = present;
    }
}

}

using namespace model;

/* ---- Identities ---------------------------------------------------------------------------------- */

DWORD vnic__model_luid_to_index(const NET_LUID *luid, NET_IFINDEX *ret_index)
{
    Hold guard(lock());
    InterfacePtr i = find(*luid);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    *ret_index = i->index;
    return NO_ERROR;
}

DWORD vnic__model_luid_to_guid(const NET_LUID *luid, GUID *ret_guid)
{
    Hold guard(lock());
    InterfacePtr i = find(*luid);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    *ret_guid = i->guid;
    return NO_ERROR;
}

DWORD vnic__model_guid_to_luid(const GUID *guid, NET_LUID *ret_luid)
{
    Hold guard(lock());
    InterfacePtr i = find(*guid);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    *ret_luid = i->luid;
    return NO_ERROR;
}

/* ConvertInterfaceAliasToLuid: ERROR_INVALID_PARAMETER when the alias is not known. NDIS has no interface
 * for a device that is not started, so an orphan has no alias either. */
DWORD vnic__model_alias_to_luid(const WCHAR *alias, NET_LUID *ret_luid)
{
    Hold guard(lock());
    InterfacePtr i = find(std::wstring(alias));
    if (i == nullptr || i->problem)
        return ERROR_INVALID_PARAMETER;
    *ret_luid = i->luid;
    return NO_ERROR;
}

/* ---- Interfaces ---------------------------------------------------------------------------------- */

/* GetIfEntry2: ERROR_FILE_NOT_FOUND for a LUID and index that nothing has. */
DWORD vnic__model_get_if_entry(MIB_IF_ROW2 *row)
{
    Hold guard(lock());
    InterfacePtr i = find_row(row->InterfaceLuid, row->InterfaceIndex);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    memset(row, 0, sizeof *row);
    row->InterfaceLuid = i->luid;
    row->InterfaceIndex = i->index;
    row->InterfaceGuid = i->guid;
    wcsncpy(row->Alias, i->name.c_str(), IF_MAX_STRING_SIZE);
    wcsncpy(row->Description, i->description.c_str(), IF_MAX_STRING_SIZE);
    row->PhysicalAddressLength = i->driver == Interface::Driver::tap ? 6 : 0;
    memcpy(row->PhysicalAddress, i->mac, sizeof i->mac);
    row->Mtu = i->v4.mtu;
    row->Type = static_cast<ULONG>(i->luid.Info.IfType);
    row->AdminStatus = i->up ? NET_IF_ADMIN_STATUS_UP : NET_IF_ADMIN_STATUS_DOWN;
    row->OperStatus = i->up && i->connected ? IfOperStatusUp : IfOperStatusDown;
    row->MediaConnectState =
        i->connected ? MediaConnectStateConnected : MediaConnectStateDisconnected;
    row->InUcastPkts = i->out_packets;
    row->InOctets = i->out_bytes;
    row->OutUcastPkts = i->in_packets;
    row->OutOctets = i->in_bytes;
    return NO_ERROR;
}

/* SetIfEntry: ERROR_FILE_NOT_FOUND for an unknown index, ERROR_INVALID_PARAMETER for another status. */
DWORD vnic__model_set_if_entry(MIB_IFROW *row)
{
    Hold guard(lock());
    InterfacePtr i = find_row(NET_LUID{}, row->dwIndex);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    if (row->dwAdminStatus != MIB_IF_ADMIN_STATUS_UP &&
        row->dwAdminStatus != MIB_IF_ADMIN_STATUS_DOWN)
        return ERROR_INVALID_PARAMETER;
    i->up = row->dwAdminStatus == MIB_IF_ADMIN_STATUS_UP;
    changed().notify_all();
    return NO_ERROR;
}

/* GetIpInterfaceEntry: ERROR_FILE_NOT_FOUND, ERROR_NOT_FOUND for a family that is not bound to it. */
DWORD vnic__model_get_ip_interface(MIB_IPINTERFACE_ROW *row)
{
    Hold guard(lock());
    if (faults.no_setters)
        return ERROR_PROC_NOT_FOUND;
    InterfacePtr i = find_row(row->InterfaceLuid, row->InterfaceIndex);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    Family *f = family_of(i, row->Family);
    if (f == nullptr)
        return ERROR_INVALID_PARAMETER;
    if (faults.late > 0) {
        faults.late--;
        return ERROR_NOT_FOUND;
    }
    if (!f->present)
        return ERROR_NOT_FOUND;
    ADDRESS_FAMILY family = row->Family;
    memset(row, 0, sizeof *row);
    row->Family = family;
    row->InterfaceLuid = i->luid;
    row->InterfaceIndex = i->index;
    row->NlMtu = f->mtu;
    row->Metric = f->metric;
    row->UseAutomaticMetric = f->automatic_metric;
    row->DadTransmits = f->dad_transmits;
    /* What Get fills in Set refuses: it must be made 0 for IPv4. */
    row->SitePrefixLength = 64;
    row->Connected = i->connected;
    return NO_ERROR;
}

/* SetIpInterfaceEntry: ERROR_INVALID_PARAMETER, among other things for SitePrefixLength above 32. */
DWORD vnic__model_set_ip_interface(MIB_IPINTERFACE_ROW *row)
{
    Hold guard(lock());
    if (faults.no_setters)
        return ERROR_PROC_NOT_FOUND;
    InterfacePtr i = find_row(row->InterfaceLuid, row->InterfaceIndex);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    Family *f = family_of(i, row->Family);
    if (f == nullptr || row->SitePrefixLength > (row->Family == AF_INET ? 32u : 128u))
        return ERROR_INVALID_PARAMETER;
    if (!f->present)
        return ERROR_NOT_FOUND;
    if (faults.mtu_limit != 0 && row->NlMtu > faults.mtu_limit)
        return ERROR_INVALID_PARAMETER;
    f->mtu = row->NlMtu;
    f->metric = row->Metric;
    f->automatic_metric = row->UseAutomaticMetric != 0;
    f->dad_transmits = row->DadTransmits;
    return NO_ERROR;
}

/* ---- Addresses ----------------------------------------------------------------------------------- */

/* GetUnicastIpAddressTable: ERROR_NOT_FOUND when there is no address at all. */
DWORD vnic__model_get_unicast_table(ADDRESS_FAMILY family, MIB_UNICASTIPADDRESS_TABLE **ret_table)
{
    Hold guard(lock());
    std::vector<MIB_UNICASTIPADDRESS_ROW> rows;
    for (const auto &i : interfaces()) {
        detect(i);
        for (const auto &a : i->addresses)
            if (family == AF_UNSPEC || a.row.Address.si_family == family)
                rows.push_back(a.row);
    }
    size_t size = offsetof(MIB_UNICASTIPADDRESS_TABLE, Table) + (rows.size() + 1) * sizeof rows[0];
    auto *table = static_cast<MIB_UNICASTIPADDRESS_TABLE *>(calloc(1, size));
    table->NumEntries = static_cast<ULONG>(rows.size());
    std::copy(rows.begin(), rows.end(), table->Table);
    hold("mib table", table);
    *ret_table = table;
    return NO_ERROR;
}

void vnic__model_free_mib_table(void *table)
{
    drop("mib table", table);
    free(table);
}

/* InitializeUnicastIpAddressEntry: "unspecified" everywhere, 0xFFFFFFFF for the lifetimes. */
DWORD vnic__model_init_unicast(MIB_UNICASTIPADDRESS_ROW *ret_row)
{
    if (faults.no_setters)
        return ERROR_PROC_NOT_FOUND;
    memset(ret_row, 0, sizeof *ret_row);
    ret_row->PrefixOrigin = IpPrefixOriginUnchanged;
    ret_row->SuffixOrigin = IpSuffixOriginUnchanged;
    ret_row->ValidLifetime = 0xFFFFFFFF;
    ret_row->PreferredLifetime = 0xFFFFFFFF;
    ret_row->OnLinkPrefixLength = 255;
    return NO_ERROR;
}

/*
 * CreateUnicastIpAddressEntry: ERROR_NOT_FOUND for an interface that is not there or lacks the family,
 * ERROR_OBJECT_ALREADY_EXISTS, ERROR_INVALID_PARAMETER for the unspecified address and a bad length.
 */
DWORD vnic__model_create_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    Hold guard(lock());
    faults.changes++;
    if (faults.no_setters)
        return ERROR_PROC_NOT_FOUND;
    InterfacePtr i = find_row(row->InterfaceLuid, row->InterfaceIndex);
    Family *f = i != nullptr ? family_of(i, row->Address.si_family) : nullptr;
    if (i == nullptr)
        return ERROR_NOT_FOUND;
    if (f == nullptr || row->OnLinkPrefixLength > (row->Address.si_family == AF_INET ? 32 : 128))
        return ERROR_INVALID_PARAMETER;
    if (!f->present)
        return ERROR_NOT_FOUND;
    if (find_address(i, row->Address) != i->addresses.end())
        return ERROR_OBJECT_ALREADY_EXISTS;
    Address a;
    a.text = text_of(row->Address, row->OnLinkPrefixLength);
    a.row = *row;
    a.row.InterfaceLuid = i->luid;
    a.row.InterfaceIndex = i->index;
    /* "DadState … ignored" where an address is created. */
    begin_detection(i, &a);
    i->addresses.push_back(a);
    if (!i->connected)
        detect(i);
    changed().notify_all();
    return NO_ERROR;
}

DWORD vnic__model_delete_unicast(const MIB_UNICASTIPADDRESS_ROW *row)
{
    Hold guard(lock());
    faults.changes++;
    if (faults.no_setters)
        return ERROR_PROC_NOT_FOUND;
    InterfacePtr i = find_row(row->InterfaceLuid, row->InterfaceIndex);
    if (i == nullptr)
        return ERROR_NOT_FOUND;
    auto found = find_address(i, row->Address);
    if (found == i->addresses.end())
        return ERROR_NOT_FOUND;
    i->addresses.erase(found);
    changed().notify_all();
    return NO_ERROR;
}

/* ---- DNS ----------------------------------------------------------------------------------------- */

namespace
{

WCHAR *copy(const std::wstring &text)
{
    auto *out = static_cast<WCHAR *>(calloc(text.size() + 1, sizeof(WCHAR)));
    wcscpy(out, text.c_str());
    return out;
}

}

/* SetInterfaceDnsSettings: flags say which members count; DNS_SETTING_IPV6 which family. */
DWORD vnic__model_set_dns(const GUID *guid, const struct win_dns_settings *settings)
{
    Hold guard(lock());
    if (faults.no_dns || faults.no_setters)
        return ERROR_PROC_NOT_FOUND;
    InterfacePtr i = find(*guid);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    if (settings->version != WIN_DNS_VERSION)
        return ERROR_INVALID_PARAMETER;
    Dns &dns = i->dns[(settings->flags & WIN_DNS_IPV6) != 0];
    if ((settings->flags & WIN_DNS_SERVERS) != 0)
        dns.servers = settings->name_server != nullptr ? settings->name_server : L"";
    if ((settings->flags & WIN_DNS_SEARCH) != 0)
        dns.search = settings->search_list != nullptr ? settings->search_list : L"";
    return NO_ERROR;
}

DWORD vnic__model_get_dns(const GUID *guid, struct win_dns_settings *ret_settings)
{
    Hold guard(lock());
    if (faults.no_dns || faults.no_setters)
        return ERROR_PROC_NOT_FOUND;
    InterfacePtr i = find(*guid);
    if (i == nullptr)
        return ERROR_FILE_NOT_FOUND;
    const Dns &dns = i->dns[(ret_settings->flags & WIN_DNS_IPV6) != 0];
    ret_settings->flags |= WIN_DNS_SERVERS | WIN_DNS_SEARCH;
    ret_settings->name_server = copy(dns.servers);
    ret_settings->search_list = copy(dns.search);
    hold("dns settings", ret_settings->name_server);
    return NO_ERROR;
}

void vnic__model_free_dns(struct win_dns_settings *settings)
{
    if (settings->name_server == nullptr)
        return;
    drop("dns settings", settings->name_server);
    free(settings->name_server);
    free(settings->search_list);
    settings->name_server = settings->search_list = nullptr;
}
