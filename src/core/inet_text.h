/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * IP addresses as text. Core includes no system header, and systems' own functions differ in what
 * they take (leading zeros, scopes, shortened IPv4), so these are the library's own.
 */
#ifndef VNIC_CORE_INET_TEXT_H
#define VNIC_CORE_INET_TEXT_H

#include <stddef.h>
#include <stdint.h>

/** Room for the longest address text, without an end. */
#define VNIC__INET_TEXT_MAX 46

/** Four decimal numbers without leading zeros; 1 and ret (uint8_t[4]) filled, or 0. */
int vnic__ipv4_parse(const char *text, size_t len, uint8_t *ret);

/** RFC 4291 section 2.2, all three forms, no scope; 1 and ret (uint8_t[16]) filled, or 0. */
int vnic__ipv6_parse(const char *text, size_t len, uint8_t *ret);

/** Writes without an end to buf (char[VNIC__INET_TEXT_MAX]); returns the length. */
size_t vnic__ipv4_format(const uint8_t *addr, char *buf);

/** The canonical form of RFC 5952; as vnic__ipv4_format(). */
size_t vnic__ipv6_format(const uint8_t *addr, char *buf);

/** Writes a decimal number without an end; returns the length. */
size_t vnic__decimal_format(uint32_t value, char *buf);

/** Reads digits only, without leading zeros, at most max; -1 if it is not such a number. */
int vnic__decimal_parse(const char *text, size_t len, uint32_t max);

/** Value of a hexadecimal digit, or -1. */
int vnic__hex_digit(char c);

#endif
