/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and counters of any interface, by IP Helper; see cli_netdev.h. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <netioapi.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_netdev.h"
#include "cli_win_text.h"

/* Finds an interface by its friendly name. Returns 1 or 0. */
static int netdev_find(const char *name, NET_LUID *ret_luid)
{
    wchar_t *wide = cli_win_wide(name);
    int found = wide != NULL && ConvertInterfaceAliasToLuid(wide, ret_luid) == NO_ERROR;

    free(wide);
    return found;
}

static void netdev_one_address(const MIB_UNICASTIPADDRESS_ROW *row,
                               void (*fn)(void *user, const char *text), void *user)
{
    struct vnic_prefix prefix = {.prefix_len = row->OnLinkPrefixLength};
    char text[VNIC_PREFIX_TEXT_MAX];

    if (row->Address.si_family == AF_INET) {
        prefix.family = VNIC_IPV4;
        memcpy(prefix.addr, &row->Address.Ipv4.sin_addr, 4);
    } else {
        prefix.family = VNIC_IPV6;
        memcpy(prefix.addr, &row->Address.Ipv6.sin6_addr, 16);
    }
    if (vnic_prefix_format(&prefix, text, sizeof text) > 0) {
        fn(user, text);
    }
}

void cli_netdev_addresses(const char *name, void (*fn)(void *user, const char *text), void *user)
{
    MIB_UNICASTIPADDRESS_TABLE *table;
    NET_LUID luid;

    if (!netdev_find(name, &luid) || GetUnicastIpAddressTable(AF_UNSPEC, &table) != NO_ERROR) {
        return;
    }
    for (ULONG i = 0; i < table->NumEntries; i++) {
        if (table->Table[i].InterfaceLuid.Value == luid.Value) {
            netdev_one_address(&table->Table[i], fn, user);
        }
    }
    FreeMibTable(table);
}

int cli_netdev_stats(const char *name, struct vnic_stats *ret_stats)
{
    MIB_IF_ROW2 row;

    memset(&row, 0, sizeof row);
    if (!netdev_find(name, &row.InterfaceLuid) || GetIfEntry2(&row) != NO_ERROR) {
        return 0;
    }
    /* What Windows receives is what the user of the interface sends. */
    ret_stats->tx_bytes = row.InOctets;
    ret_stats->tx_packets = row.InUcastPkts + row.InNUcastPkts;
    ret_stats->tx_errors = row.InErrors;
    ret_stats->tx_dropped = row.InDiscards;
    ret_stats->rx_bytes = row.OutOctets;
    ret_stats->rx_packets = row.OutUcastPkts + row.OutNUcastPkts;
    ret_stats->rx_errors = row.OutErrors;
    ret_stats->rx_dropped = row.OutDiscards;
    return 1;
}
