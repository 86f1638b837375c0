/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random content from a socket in one network to a socket in another, compared byte by byte. Each
 * function returns "" or what was wrong.
 */
#ifndef VNIC_TESTS_TRANSFER_H
#define VNIC_TESTS_TRANSFER_H

#include <stddef.h>
#include <stdint.h>

#include <string>

namespace wire
{

/* The networks; family is AF_INET or AF_INET6. A has 10.9.0.1 and fd09::1, B 10.9.0.2 and fd09::2. */
struct Route {
    int ns_a, ns_b;
    int family;
};

/* Waits until a datagram from A comes through to B, so that what follows tests nothing but data. */
std::string wait_for_route(const Route &route);

/* One TCP connection from A to B, so many bytes each way at the same time. */
std::string exchange_tcp(const Route &route, size_t bytes_there, size_t bytes_back,
                         bool with_ecn = false);

struct Datagrams {
    size_t payload = 1400; /* of each, the last of a lot is shorter */
    unsigned in_lot = 40;  /* handed to the kernel at once, UDP_SEGMENT */
    unsigned lots = 20;
    bool may_be_lost = false; /* and may change places */
};

/* What came of them. */
struct Arrived {
    unsigned datagrams = 0;
    unsigned joined = 0; /* datagrams that came to the socket together (UDP_GRO) */
};

/* From A to B. Each carries its number: none may be wrong or come twice, none lost or out of order
 * unless that is allowed. */
std::string send_udp(const Route &route, const Datagrams &plan, Arrived *ret);

}

#endif
