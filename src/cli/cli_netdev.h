/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the system tells about an interface that the tool has not opened: vnic_list() says what it
 * is, and here come its addresses and counters, for which the library needs a handle.
 */
#ifndef VNIC_CLI_NETDEV_H
#define VNIC_CLI_NETDEV_H

#include <stdint.h>

#include "vnic/vnic.h"

/* Calls fn for each address of an interface, as "10.9.0.1/24" or "fd09::1/64". */
void cli_netdev_addresses(const char *name, void (*fn)(void *user, const char *text), void *user);

/* Reads the interface's counters, from the library's point of view (see struct vnic_stats). Returns 1,
 * or 0 if the system does not tell. */
int cli_netdev_stats(const char *name, struct vnic_stats *ret_stats);

#endif
