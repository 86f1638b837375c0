/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, as far as core needs it. */
#ifndef VNIC_CORE_UTF8_H
#define VNIC_CORE_UTF8_H

#include <stddef.h>

/* Bytes of the character at s, 1 … 4; 0 at the end of the text and for what is no UTF-8 (RFC 3629 section
 * 4: overlong forms, surrogates and numbers above U+10FFFF are none). */
size_t vnic__utf8_len(const char *s);

/* The UTF-16 units that a text takes, without a terminator; -1: it is no UTF-8, or endless. */
int vnic__utf16_units(const char *text);

#endif
