/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of IP Helper: rows of interfaces and addresses with the return codes that the functions' pages
 * in the Windows documentation (netioapi.h, iphlpapi.h) list; each is cited where it is modelled.
 */
#ifndef VNIC_TESTS_MODEL_IPHLP_H
#define VNIC_TESTS_MODEL_IPHLP_H

#include "model_machine.h"

namespace model
{

struct IpHelper {
    bool no_ipv6 = false;      /* IPv6 is disabled on every interface */
    unsigned late = 0;         /* so many looks at GetIpInterfaceEntry() find nothing yet */
    bool never_usable = false; /* addresses stay tentative */
    uint32_t mtu_limit = 0;    /* more than that is refused; 0: nothing is */
    bool no_dns = false;       /* SetInterfaceDnsSettings() is absent, as before Windows 10 2004 */
    bool no_setters = false;   /* all that may be absent is */
    unsigned changes = 0;      /* addresses that were added or removed, or should have been */
};
IpHelper &ip_helper();

void ip_helper_reset();

/* What the end of an adapter object takes along, also when the adapter is only restarted. */
void lose_addresses(const InterfacePtr &i);

}

#endif
