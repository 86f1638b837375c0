/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the test iphlpapi.dll: the functions of IP Helper that Wine 8 lacks, done to the Linux interface
 * by raw system calls, so that the rest, which is Wine's own (iphlpreal.dll), reads back what was set, and
 * so does `ip address` outside.
 *
 * iphlpapi_double.c   the exported functions
 * iphlpapi_linux.c    what they do to Linux: netlink, ioctls, /proc/sys
 *
 * What Linux does not keep (metrics, detection of duplicate IPv4 addresses, DNS) is kept in this process.
 */
#ifndef VNIC_TESTS_IPHLPAPI_DOUBLE_H
#define VNIC_TESTS_IPHLPAPI_DOUBLE_H

#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <netioapi.h>

#include "linux_calls.h"

/* Linux errno as a number of Windows. */
DWORD iphlp_error_of(int rc);

/* The Linux interface behind a LUID: its number, and its name (LX_IFNAMSIZ) unless that is NULL; 0: there
 * is none. */
int iphlp_interface(const NET_LUID *luid, char *ret_name);

/* Adds (1) or removes (0) an address. Returns 0, or a negative errno. */
int iphlp_address(int ifindex, const MIB_UNICASTIPADDRESS_ROW *row, int add, int detect);

/* Settings of IPv6 in /proc/sys/net/ipv6/conf: "mtu", "dad_transmits", … Negative: there is none. */
long iphlp_read_conf6(const char *ifname, const char *setting);
int iphlp_write_conf6(const char *ifname, const char *setting, long value);

long iphlp_read_mtu(const char *ifname);
int iphlp_write_mtu(const char *ifname, long mtu);

#endif
