/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * IP addresses with a prefix length: as text, as a list, and as a small structure.
 *
 * The text forms are those that people type: "10.9.0.1/24", "10.9.0.1/255.255.255.0", "fd09::1/64",
 * "10.9.0.1/32 peer 10.9.0.2", "10.9.0.1/24 broadcast 10.9.0.255". Nothing here touches a device,
 * allocates memory or asks the system; results are the same everywhere.
 */
#ifndef VNIC_PREFIX_H
#define VNIC_PREFIX_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/export.h"

VNIC_BEGIN_DECLS

/** Values of vnic_prefix.family. */
#define VNIC_IPV4 4u /**< IPv4 */
#define VNIC_IPV6 6u /**< IPv6 */

/** Flags of vnic_prefix.flags. */
#define VNIC_PREFIX_PEER 0x0001u      /**< peer holds the address of the other end */
#define VNIC_PREFIX_BROADCAST 0x0002u /**< broadcast holds an explicit broadcast address (IPv4) */
#define VNIC_PREFIX_NO_BROADCAST 0x0004u /**< the text said "broadcast none" (IPv4) */
#define VNIC_PREFIX_KERNEL 0x0008u /**< listed only: made by the system itself; not compared */

/** Room for the longest text of one prefix, with its end: two IPv6 addresses, "/128" and " peer ". */
#define VNIC_PREFIX_TEXT_MAX 128

/**
 * An address with its prefix length, and optionally a peer and a broadcast address.
 * Addresses are in network order; IPv4 uses the first 4 bytes and leaves the others 0.
 * Unused members and the reserved space are 0: a function refuses what it does not know.
 */
struct vnic_prefix {
    uint8_t family;        /**< VNIC_IPV4 or VNIC_IPV6 */
    uint8_t prefix_len;    /**< 0 … 32 or 0 … 128 bits */
    uint16_t flags;        /**< VNIC_PREFIX_… */
    uint32_t reserved;     /**< 0 */
    uint8_t addr[16];      /**< the address itself, host bits included */
    uint8_t peer[16];      /**< the other end, if VNIC_PREFIX_PEER */
    uint8_t broadcast[16]; /**< if VNIC_PREFIX_BROADCAST */
    uint64_t reserved2;    /**< 0 */
};

/**
 * Read one prefix from text.
 *
 * The form is ADDRESS[/LENGTH][ peer ADDRESS][ broadcast ADDRESS|none]; LENGTH is a number or, for
 * IPv4, a contiguous dotted mask. No length means one host: /32 or /128. Numbers are decimal
 * without leading zeros, so that "010.0.0.1" has no second reading. IPv6 follows RFC 4291 (an
 * IPv4 tail is allowed); a scope ("%eth0") is refused, because an interface is named elsewhere.
 * Spaces around the text are allowed. Host bits are kept: "10.9.0.1/24" is an address in a network.
 *
 * @param text       [in]   a terminated string
 * @param ret        [out]  filled on success only
 * @return           VNIC_OK
 * @error VNIC_EINVAL       text or ret is NULL
 * @error VNIC_EADDR        the text is no prefix: bad address, length, mask, peer or broadcast, or
 *                          something follows it
 * @thread  any
 * @platform same everywhere
 * @source  RFC 4291 section 2.2, RFC 4632 section 3.1
 * @since   0.1
 */
VNIC_API int vnic_prefix_parse(const char *text, struct vnic_prefix *ret);

/**
 * Read a list of prefixes from text: "10.9.0.1/24 fd09::1/64".
 *
 * Items are separated by spaces, tabs, commas or line ends, in any number; each has the form that
 * vnic_prefix_parse() reads. An empty list is allowed. No address may occur twice: an IPv6 address
 * is the same whatever its length and peer, an IPv4 address may repeat only with different peers.
 *
 * @param text           [in]   a terminated string
 * @param ret            [out]  struct vnic_prefix[cap], in the order of the text; contents undefined
 *                              on error; NULL with cap 0 to check and count only (duplicates among
 *                              items that are not stored are not seen)
 * @param cap            [in]   room in ret, items; 0 counts without storing
 * @param ret_err_offset [out]  on error, where the offending item starts in text, bytes; may be NULL
 * @param ret_err_len    [out]  on error, how long it is, bytes; may be NULL
 * @return           how many items the text has, 0 … cap (without limit if cap is 0)
 * @error VNIC_EINVAL       text is NULL, cap is negative, or ret is NULL though cap is not 0
 * @error VNIC_EADDR        an item is no prefix
 * @error VNIC_EEXIST       an item repeats the address of an earlier one
 * @error VNIC_EMSGSIZE     more than cap items
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_prefix_list_parse(const char *text, struct vnic_prefix *ret, int cap,
                                    size_t *ret_err_offset, size_t *ret_err_len);

/**
 * Write a prefix as text that vnic_prefix_parse() reads back to the same value.
 *
 * The length is always written. IPv6 is in the canonical form: lower case, longest run of zeros
 * as "::", an IPv4-mapped address with a dotted tail.
 *
 * @param prefix     [in]   what to write
 * @param buf        [out]  char[cap]; terminated; VNIC_PREFIX_TEXT_MAX is always enough; contents
 *                          undefined on error
 * @param cap        [in]   room in buf, bytes
 * @return           length of the text without its end
 * @error VNIC_EINVAL       prefix or buf is NULL
 * @error VNIC_EADDR        the structure is not valid, see vnic_prefix_check()
 * @error VNIC_EMSGSIZE     buf is too small
 * @thread  any
 * @platform same everywhere
 * @source  RFC 5952 sections 4 and 5
 * @since   0.1
 */
VNIC_API int vnic_prefix_format(const struct vnic_prefix *prefix, char *buf, size_t cap);

/**
 * Check a prefix that was filled by hand.
 *
 * @param prefix     [in]   what to check
 * @return           VNIC_OK if the family, length, flags and addresses agree with each other
 * @error VNIC_EINVAL       prefix is NULL
 * @error VNIC_EADDR        unknown family or flags, length too long, unused bytes not 0, broadcast on
 *                          IPv6 or on an IPv4 /31 or /32, or both broadcast flags
 * @thread  any
 * @platform same everywhere
 * @source  RFC 3021 section 2.2 (no broadcast on a /31)
 * @since   0.1
 */
VNIC_API int vnic_prefix_check(const struct vnic_prefix *prefix);

/**
 * Whether an address can be the own address of an interface: not unspecified, not multicast, not
 * the limited broadcast address.
 *
 * @param prefix     [in]   what to ask about; the address counts, not the length
 * @return           1 if it can, 0 if not
 * @error VNIC_EINVAL       prefix is NULL
 * @error VNIC_EADDR        the structure is not valid, see vnic_prefix_check()
 * @thread  any
 * @platform same everywhere
 * @source  RFC 1122 section 3.2.1.3, RFC 4291 sections 2.5.2 and 2.7
 * @since   0.1
 */
VNIC_API int vnic_prefix_is_assignable(const struct vnic_prefix *prefix);

/**
 * Whether two prefixes are the same in everything: address, length, peer and broadcast.
 *
 * @param a          [in]   one
 * @param b          [in]   the other
 * @return           1 if equal, 0 if not
 * @error VNIC_EINVAL       a or b is NULL
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_prefix_equal(const struct vnic_prefix *a, const struct vnic_prefix *b);

/**
 * Whether a network contains all of another prefix.
 *
 * @param net        [in]   the network; its host bits do not matter
 * @param inner      [in]   an address or a smaller network
 * @return           1 if inner has the same family, is not larger and lies in net; 0 if not
 * @error VNIC_EINVAL       net or inner is NULL
 * @error VNIC_EADDR        a structure is not valid, see vnic_prefix_check()
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_prefix_contains(const struct vnic_prefix *net, const struct vnic_prefix *inner);

/**
 * The network of an address: host bits cleared, without peer and broadcast.
 *
 * @param prefix     [in]   an address
 * @param ret        [out]  the network, same length; may be the same object as prefix
 * @return           VNIC_OK
 * @error VNIC_EINVAL       prefix or ret is NULL
 * @error VNIC_EADDR        the structure is not valid, see vnic_prefix_check()
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_prefix_network(const struct vnic_prefix *prefix, struct vnic_prefix *ret);

/**
 * An address of a network by its number: 0 is the network's own address, 1 the first host, …
 *
 * @param net        [in]   the network; its host bits do not matter
 * @param index      [in]   which address
 * @param ret        [out]  the address, with the length of the network, without peer and broadcast;
 *                          may be the same object as net
 * @return           VNIC_OK
 * @error VNIC_EINVAL       net or ret is NULL
 * @error VNIC_EADDR        the structure is not valid, or the network has no address of that number
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_prefix_host(const struct vnic_prefix *net, uint64_t index,
                              struct vnic_prefix *ret);

/**
 * The broadcast address that goes with an IPv4 address: the explicit one, otherwise the last
 * address of the network.
 *
 * @param prefix     [in]   an address
 * @param ret        [out]  uint8_t[4], network order; filled only when 1 is returned
 * @return           1 if there is one; 0 if not (IPv6, /31, /32, "broadcast none")
 * @error VNIC_EINVAL       prefix or ret is NULL
 * @error VNIC_EADDR        the structure is not valid, see vnic_prefix_check()
 * @thread  any
 * @platform same everywhere
 * @source  RFC 919 section 7, RFC 3021 section 2.2
 * @since   0.1
 */
VNIC_API int vnic_prefix_broadcast(const struct vnic_prefix *prefix, uint8_t *ret);

VNIC_END_DECLS

#endif
