/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text and identifiers: UTF-8 at the API, UTF-16 for Windows, and GUIDs. Nothing here calls the
 * system, and nothing is ever cut in the middle of a character.
 */
#ifndef VNIC_OS_WINDOWS_WIN_TEXT_H
#define VNIC_OS_WINDOWS_WIN_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <windows.h>

/* The longest friendly name of an adapter, in UTF-16 units without the terminator: Windows keeps 256,
 * Wintun's driver 127 (MAX_ADAPTER_NAME 128 in its api/wintun.h until 0.13, api/adapter.c since). */
#define WIN_NAME_UNITS 127

/* "{8-4-4-4-12}" with its terminator. */
#define WIN_GUID_SIZE 39

/*
 * UTF-8 to UTF-16. Returns the units stored, terminator not counted; VNIC_EINVAL when it is no UTF-8
 * (overlong forms, surrogates and numbers above U+10FFFF are none); VNIC_EMSGSIZE when it needs more
 * than cap units with the terminator. Nothing useful is stored then. ret NULL with cap 0: counts only.
 */
int vnic__win_utf16(const char *utf8, wchar_t *ret, size_t cap);

/* The same in memory of its own, for vnic__free(). VNIC_EINVAL or VNIC_ENOMEM. */
int vnic__win_utf16_new(const char *utf8, wchar_t **ret);

/*
 * UTF-16 to UTF-8, always terminated (cap > 0). Half a surrogate pair becomes U+FFFD. What does not
 * fit is left out from a character's beginning on. Returns the bytes that the whole text needs,
 * terminator not counted, so a result >= cap tells that it was cut.
 */
size_t vnic__win_utf8(const wchar_t *utf16, char *ret, size_t cap);

/* The same for units that have no terminator: n of them, or up to the first 0. */
size_t vnic__win_utf8_n(const wchar_t *utf16, size_t n, char *ret, size_t cap);

/*
 * Whether Windows takes this as the friendly name of an adapter; flags: 0 or VNIC__IFNAME_PATTERN.
 * Returns 0, or VNIC_ENAME with a phrase that says what is wrong: "contains '/'" (see core/ifname.h).
 */
int vnic__win_name_check(const char *name, uint32_t flags, const char **ret_reason);

/* "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", lower case. */
void vnic__win_guid_text(const GUID *guid, char ret[WIN_GUID_SIZE]);

/* The same in UTF-16 and upper case, as the registry and device paths have it. */
void vnic__win_guid_wide(const GUID *guid, wchar_t ret[WIN_GUID_SIZE]);

/* Reads a GUID, with or without braces, in any case. Returns 0 or VNIC_EINVAL. */
int vnic__win_guid_parse(const char *text, GUID *ret);
int vnic__win_guid_parse_wide(const wchar_t *text, GUID *ret);

/*
 * The GUID that belongs to an adapter's name: version 5 of RFC 4122 section 4.3, which is SHA-1 over
 * the bytes of a namespace (fixed for this library, see win_guid.c) and of the name in UTF-8 with A-Z
 * made lower case, because Windows compares names without regard to case. The same name gives the
 * same GUID on every machine and in every version of the library.
 */
void vnic__win_guid_of_name(const char *name, GUID *ret);

#endif
