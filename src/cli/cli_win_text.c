/* SPDX-License-Identifier: Apache-2.0 */
/* Between UTF-8 and UTF-16; see cli_win_text.h. */
#include "cli_win_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

wchar_t *cli_win_wide(const char *text)
{
    int units = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = units > 0 ? malloc((size_t)units * sizeof *wide) : NULL;

    if (wide != NULL) {
        (void)MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, units);
    }
    return wide;
}

char *cli_win_narrow(const wchar_t *text)
{
    int bytes = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, NULL, 0, NULL, NULL);
    char *narrow = bytes > 0 ? malloc((size_t)bytes) : NULL;

    if (narrow != NULL) {
        (void)WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, narrow, bytes, NULL,
                                  NULL);
    }
    return narrow;
}

const char *cli_win_show(const wchar_t *text, char *buf, size_t cap)
{
    if (WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, buf, (int)cap, NULL, NULL) <=
        0) {
        (void)snprintf(buf, cap, "?");
    }
    return buf;
}
