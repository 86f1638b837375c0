/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Ethernet addresses as text and as bytes.
 */
#ifndef VNIC_MAC_H
#define VNIC_MAC_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/export.h"

VNIC_BEGIN_DECLS

/** Bytes of an Ethernet address. */
#define VNIC_MAC_LEN 6

/** Room for "02:00:00:00:00:01" with its end. */
#define VNIC_MAC_TEXT_MAX 18

/**
 * Read an Ethernet address from text: six pairs of hexadecimal digits, all separated by ':' or all
 * by '-', in either case. Multicast addresses are read as well; see vnic_mac_is_unicast().
 *
 * @param text       [in]   a terminated string, nothing before or after the address
 * @param ret        [out]  uint8_t[6]; filled on success only
 * @return           VNIC_OK
 * @error VNIC_EINVAL       text or ret is NULL
 * @error VNIC_EADDR        the text is no Ethernet address
 * @thread  any
 * @platform same everywhere
 * @source  IEEE 802-2014 section 8.1
 * @since   0.1
 */
VNIC_API int vnic_mac_parse(const char *text, uint8_t *ret);

/**
 * Write an Ethernet address as text: lower case, separated by ':'.
 *
 * @param mac        [in]   uint8_t[6]
 * @param buf        [out]  char[cap]; terminated; VNIC_MAC_TEXT_MAX is enough
 * @param cap        [in]   room in buf, bytes
 * @return           length of the text without its end, 17
 * @error VNIC_EINVAL       mac or buf is NULL
 * @error VNIC_EMSGSIZE     buf is too small
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_mac_format(const uint8_t *mac, char *buf, size_t cap);

/**
 * Whether an address can belong to one device: its group bit is clear and it is not all zeros.
 *
 * @param mac        [in]   uint8_t[6]
 * @return           1 if it can, 0 if not
 * @error VNIC_EINVAL       mac is NULL
 * @thread  any
 * @platform same everywhere
 * @source  IEEE 802-2014 section 8.2.2; Linux include/linux/etherdevice.h is_valid_ether_addr
 * @since   0.1
 */
VNIC_API int vnic_mac_is_unicast(const uint8_t *mac);

VNIC_END_DECLS

#endif
