/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In place of the doors to IP Helper and to the folder of connections: one interface, kept in memory, whose
 * functions fail on command. The linker takes these, and leaves win_sys_iphlp.c and win_sys_netcon.c out.
 */
#ifndef VNIC_TESTS_NETCONF_DOOR_H
#define VNIC_TESTS_NETCONF_DOOR_H

#include <cstdint>
#include <string>
#include <vector>

namespace door
{

const uint64_t luid = 0x35000007000000;
const void *interface_guid();

/* As it was before any test: an interface "door", 1500 bytes, both families, no addresses. */
void reset();

/* The n-th call (1: the next one) of a function of the door, "set_ip_interface", answers with a number
 * instead of being done. */
void fail(const std::string &call, uint32_t number, int nth = 1);

/* Whether what was to fail was called. */
bool has_failed();

/* The interface is no longer there. */
void remove();

/* A family is there, or not, or after so many looks only. family: 4 or 6. */
void set_family(int family, bool present, int looks = 0);

/* What an administrator did to it. */
void set_administrative(bool up);

/* The folder of connections does not have it. */
void hide_connection();

/* What somebody else set. */
void set_metrics(uint32_t v4, uint32_t v6);
void set_mtus(uint32_t v4, uint32_t v6);
void set_dns(int i, const std::wstring &servers, const std::wstring &search);

struct State {
    std::string name;
    uint32_t mtu[2];    /* of IPv4 and IPv6 */
    uint32_t metric[2]; /* 0: automatic */
    uint32_t dad[2];
    std::vector<std::string> addresses;
    std::wstring servers[2], search[2];
    bool up;
    int tables;  /* that were given and not freed */
    int objects; /* COM objects that were not released, and initialisations not ended */
};
const State &state();

}

#endif
