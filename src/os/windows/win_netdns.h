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

/* What one family gets. */
struct win_dns_text {
    wchar_t servers[WIN_DNS_SERVERS_UNITS];
    wchar_t search[VNIC__DNS_SEARCH_SIZE];
};

/* The longest text of somebody else's that is kept, without its terminator; it is far beyond what is used. */
#define WIN_DNS_VALUE_UNITS 2048

/* A text as it is, to be put back. */
struct win_dns_value {
    DWORD type; /* REG_SZ; REG_NONE: there is none; in the registry it may be another one */
    DWORD len;  /* bytes */
    wchar_t text[WIN_DNS_VALUE_UNITS + 1]; /* terminated */
};

/* What one family has. */
struct win_dns_family {
    int is_absent;   /* 1: the family is not there, or has no settings */
    int by_registry; /* 1: the system lacks the function */
    struct win_dns_value servers;
    struct win_dns_value search; /* in the registry: the one domain, kept with IPv4 */
};

struct win_dns_kept {
    struct win_dns_family families[2];
};

/* The text of the servers of one family (VNIC_IPV4, VNIC_IPV6), and of all domains. */
void vnic__win_dns_to_text(const struct vnic__dns *dns, uint8_t family, struct win_dns_text *ret);

/* What there is, for core. Returns 1 when that is not all: something is no address, has no room, or is said of
 * one family only. */
int vnic__win_dns_to_core(const struct win_dns_kept *kept, struct vnic__dns *ret);

/*
 * The same by the registry: family 0 is IPv4, 1 is IPv6. Return a number of Windows. The resolver reads
 * these values when an address of the interface changes, and not before; and of the domains it knows only
 * one for an interface, which is its DNS suffix.
 */
DWORD vnic__win_dns_reg_set(const GUID *guid, int family, const struct win_dns_text *text);
DWORD vnic__win_dns_reg_keep(const GUID *guid, int family, struct win_dns_family *ret);
DWORD vnic__win_dns_reg_restore(const GUID *guid, int family, const struct win_dns_family *kept);

/* For keep and restore of struct vnic__netconf. */
int vnic__win_keep_dns(struct vnic *q, void **ret_kept, struct vnic_error *err);
int vnic__win_restore_dns(struct vnic *q, const struct win_dns_kept *kept, struct vnic_error *err);

#endif
