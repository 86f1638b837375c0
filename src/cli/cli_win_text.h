/* SPDX-License-Identifier: Apache-2.0 */
/* Windows speaks UTF-16, the tool UTF-8. */
#ifndef VNIC_CLI_WIN_TEXT_H
#define VNIC_CLI_WIN_TEXT_H

#include <stddef.h>
#include <wchar.h>

/* The same text in UTF-16, to be freed with free(); NULL if it is not UTF-8 or there is no memory. */
wchar_t *cli_win_wide(const char *text);

/* The same text in UTF-8, to be freed with free(); NULL if it is not UTF-16 or there is no memory. */
char *cli_win_narrow(const wchar_t *text);

/* The same text in UTF-8, for people: "?" if it is not UTF-16 or does not fit. Returns buf. */
const char *cli_win_show(const wchar_t *text, char *buf, size_t cap);

#endif
