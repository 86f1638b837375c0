/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP echo of `vnic echo`, through lwIP. A build without lwIP has cli_tcp_none.c instead.
 *
 * lwIP is used as a plain layer 3 stack in the caller's thread: it gets IP packets and gives IP
 * packets; Ethernet, ARP and Neighbour Discovery stay with the caller.
 */
#ifndef VNIC_CLI_TCP_H
#define VNIC_CLI_TCP_H

#include <stddef.h>
#include <stdint.h>

/* Whether this build has TCP echo. */
int cli_tcp_available(void);

/*
 * Starts the stack, listening on ports[n]. `output` gets each IP packet that it sends: data[len].
 * Returns 0, or -1 if there is no memory. Once a process.
 */
int cli_tcp_start(const uint16_t *ports, int n, uint32_t mtu,
                  void (*output)(void *user, const uint8_t *data, size_t len), void *user);

/* Gives an IP packet with TCP inside to the stack, whatever address it is for. */
void cli_tcp_input(const uint8_t *data, size_t len);

/* Does what is due (retransmissions, …); to be called when cli_tcp_wait_ms() is over. */
void cli_tcp_work(void);

/* Milliseconds until something will be due, -1: nothing. */
int cli_tcp_wait_ms(void);

/* Connections accepted, and bytes sent back, since the start. */
uint64_t cli_tcp_connections(void);
uint64_t cli_tcp_bytes(void);

#endif
