/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * How long a packet says that it is. A system that cuts a packet to the reader's buffer without a
 * word is found out by comparing this with the number of bytes that arrived.
 */
#ifndef VNIC_CORE_CLAIMED_LEN_H
#define VNIC_CORE_CLAIMED_LEN_H

#include <stddef.h>
#include <stdint.h>

/** Bytes of a TUN packet and of a TAP frame that are always enough for an answer, if there is one. */
#define VNIC__CLAIM_PEEK_IP 7u
#define VNIC__CLAIM_PEEK_ETH 29u

/**
 * The length that an IP header claims for its packet.
 *
 * @param p    uint8_t[len], the start of the packet; may be NULL if len is 0
 * @param len  bytes available, the rest of the packet is not needed
 * @return     bytes; -1: too few bytes to tell, not IP, a jumbogram, or a length that cannot be
 */
int64_t vnic__ip_claimed_len(const uint8_t *p, size_t len);

/**
 * The length that the headers of an Ethernet frame claim (IPv4, IPv6, ARP, behind up to two VLAN
 * tags). A frame may be longer (padding), never shorter.
 *
 * @return     bytes, Ethernet header included; -1: as above, or another EtherType
 */
int64_t vnic__eth_claimed_len(const uint8_t *p, size_t len);

#endif
