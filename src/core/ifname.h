/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Rules for the name of an interface, checked before the system is asked.
 */
#ifndef VNIC_CORE_IFNAME_H
#define VNIC_CORE_IFNAME_H

#include <stddef.h>
#include <stdint.h>

/** The longest name on Linux and the BSDs: IFNAMSIZ is 16 and includes the terminator. */
#define VNIC__IFNAME_MAX 15

/** One "%d" is allowed: the system replaces it by the first free number. */
#define VNIC__IFNAME_PATTERN 0x1u

/**
 * Check the name of an interface.
 *
 * @param name        the name; NULL is refused
 * @param max         longest length allowed, bytes, without the terminator
 * @param flags       0 or VNIC__IFNAME_PATTERN
 * @param ret_reason  on failure, a static phrase that says what is wrong with the name, to go
 *                    into a sentence: "the name «x» …"; may be NULL
 * @return            0, or VNIC_ENAME
 */
int vnic__ifname_check(const char *name, size_t max, uint32_t flags, const char **ret_reason);

#endif
