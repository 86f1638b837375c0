/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wine_unelevated PROGRAM ARGUMENT…: runs a program with the other token of an administrator, the one that is
 * not elevated, and ends with its exit code; 77 when this system has no such token.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

/* Behind the program's own name the command line is that of the other program. */
static wchar_t *rest_of_command_line(void)
{
    wchar_t *p = GetCommandLineW();
    int quoted = 0;

    for (; *p != L'\0' && (quoted || (*p != L' ' && *p != L'\t')); p++) {
        quoted ^= *p == L'"';
    }
    while (*p == L' ' || *p == L'\t') {
        p++;
    }
    return p;
}

static HANDLE token_that_is_not_elevated(void)
{
    TOKEN_LINKED_TOKEN linked = {NULL};
    HANDLE token, primary = NULL;
    DWORD size;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &token)) {
        return NULL;
    }
    if (!GetTokenInformation(token, TokenLinkedToken, &linked, sizeof linked, &size) ||
        !DuplicateTokenEx(linked.LinkedToken, MAXIMUM_ALLOWED, NULL, SecurityImpersonation,
                          TokenPrimary, &primary)) {
        return NULL;
    }
    return primary;
}

int main(void)
{
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION process;
    HANDLE token = token_that_is_not_elevated();
    DWORD code = 1;

    if (token == NULL || !CreateProcessAsUserW(token, NULL, rest_of_command_line(), NULL, NULL,
                                               TRUE, 0, NULL, NULL, &start, &process)) {
        (void)fprintf(stderr, "no token that is not elevated: error %lu\n", GetLastError());
        return 77;
    }
    (void)WaitForSingleObject(process.hProcess, INFINITE);
    (void)GetExitCodeProcess(process.hProcess, &code);
    return (int)code;
}
