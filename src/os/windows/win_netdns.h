/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS settings in the form in which Windows keeps them: for each family a list of servers and a list of
 * domains, both as text. win_netdns.c takes them to the system, win_netdns_text.c makes them of the
 * settings of core and back, win_netdns_reg.c is for systems that lack the function.
 */
#ifndef VNIC_OS_WINDOWS_WIN_NETDNS_H
#define VNIC_OS_WINDOWS_WIN_NETDNS_H

#include "win_netconf.h"

/* Addresses of at most 45 characters, each with a comma or the terminator. */
#define WIN_DNS_SERVERS_UNITS (VNIC__DNS_SERVERS_MAX * 46)

/* What one family has. */
struct win_dns_text {
    wchar_t servers[WIN_DNS_SERVERS_UNITS];
    wchar_t search[VNIC__DNS_SEARCH_SIZE];
};

/* The text of the servers of one family (VNIC_IPV4, VNIC_IPV6), and of all domains. */
void vnic__win_dns_to_text(const struct vnic__dns *dns, uint8_t family, struct win_dns_text *ret);

/* Adds what one family has; NULL: nothing. What is no address, or has no room, is left out. */
void vnic__win_dns_add_text(struct vnic__dns *dns, const wchar_t *servers, const wchar_t *search);

/*
 * The same by the registry: family 0 is IPv4, 1 is IPv6. Returns a number of Windows. The resolver reads
 * these values when an address of the interface changes, and not before; and of the domains it knows only
 * one for an interface, which is its DNS suffix.
 */
DWORD vnic__win_dns_reg_set(const GUID *guid, int family, const struct win_dns_text *text);
DWORD vnic__win_dns_reg_add(const GUID *guid, int family, struct vnic__dns *dns);

#endif
