/* SPDX-License-Identifier: Apache-2.0 */
/* What the tool needs of Windows; see cli.h. POSIX systems have cli_system.c instead. */
#include <errno.h>
#include <stdlib.h>
#include <windows.h>

#include "cli.h"
#include "cli_win_system.h"
#include "cli_win_text.h"

/* 100 ns units from 1601 to 1970. */
#define SYSTEM_EPOCH UINT64_C(116444736000000000)

uint64_t cli_wall_ns(void)
{
    ULARGE_INTEGER value;
    FILETIME now;

    GetSystemTimePreciseAsFileTime(&now);
    value.LowPart = now.dwLowDateTime;
    value.HighPart = now.dwHighDateTime;
    return (value.QuadPart - SYSTEM_EPOCH) * 100u;
}

uint64_t cli_mono_ns(void)
{
    LARGE_INTEGER per_second;
    LARGE_INTEGER count;
    uint64_t ticks;
    uint64_t rate;

    (void)QueryPerformanceFrequency(&per_second);
    (void)QueryPerformanceCounter(&count);
    ticks = (uint64_t)count.QuadPart;
    rate = (uint64_t)per_second.QuadPart;
    return ticks / rate * 1000000000u + ticks % rate * 1000000000u / rate;
}

int cli_local_time(uint64_t seconds, struct tm *ret)
{
    __time64_t when = (__time64_t)seconds;

    return _localtime64_s(ret, &when) == 0;
}

/* Ctrl-C comes in another thread and does not end it: keep it short. */
void cli_pause_ms(unsigned ms)
{
    Sleep(ms);
}

int cli_output_is_terminal(void)
{
    DWORD mode;

    return GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode) != 0;
}

/* The C library makes ERROR_BROKEN_PIPE EPIPE, and ERROR_NO_DATA, which a pipe gives too, EINVAL. */
int cli_reader_is_gone(int error)
{
    return error == EPIPE || error == EINVAL;
}

FILE *cli_create_file(const char *path)
{
    wchar_t *wide = cli_win_wide(path);
    FILE *file;

    if (wide == NULL) {
        errno = EINVAL;
        return NULL;
    }
    file = _wfopen(wide, L"wb");
    free(wide);
    return file;
}

void cli_win_version(struct cli_win_version *ret)
{
    /* GetVersionEx() tells programs what it thinks they want to hear; this tells what is. */
    typedef LONG(WINAPI * tell_version)(OSVERSIONINFOW *);
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    OSVERSIONINFOW info = {.dwOSVersionInfoSize = sizeof info};
    tell_version tell = NULL;

    if (ntdll != NULL) {
        tell = (tell_version)(void (*)(void))GetProcAddress(ntdll, "RtlGetVersion");
    }
    if (tell != NULL) {
        (void)tell(&info);
    }
    ret->major = info.dwMajorVersion;
    ret->minor = info.dwMinorVersion;
    ret->build = info.dwBuildNumber;
}

const char *cli_win_machine(void)
{
    SYSTEM_INFO info;

    GetNativeSystemInfo(&info);
    switch (info.wProcessorArchitecture) {
    case PROCESSOR_ARCHITECTURE_AMD64:
        return "x86_64";
    case PROCESSOR_ARCHITECTURE_ARM64:
        return "arm64";
    case PROCESSOR_ARCHITECTURE_INTEL:
        return "x86";
    default:
        return "unknown processor";
    }
}

int cli_system_name(char *os, size_t os_cap, char *hardware, size_t hardware_cap)
{
    struct cli_win_version version;

    cli_win_version(&version);
    (void)snprintf(os, os_cap, "Windows %lu.%lu.%lu", version.major, version.minor, version.build);
    (void)snprintf(hardware, hardware_cap, "%s", cli_win_machine());
    return 1;
}

static int system_no_namespaces(void)
{
    cli_complain("--netns: Windows has no network namespaces");
    return CLI_UNSUPPORTED;
}

int cli_enter_netns(const char *netns)
{
    (void)netns;
    return system_no_namespaces();
}

int cli_netns_path(const char *netns, char *ret_path, size_t cap)
{
    (void)netns;
    (void)ret_path;
    (void)cap;
    return system_no_namespaces();
}

int cli_parse_user(const char *text, uint32_t *ret)
{
    (void)text;
    (void)ret;
    cli_complain("--owner: on Windows an adapter has no owner; administrators may open it");
    return CLI_UNSUPPORTED;
}

int cli_parse_group(const char *text, uint32_t *ret)
{
    (void)text;
    (void)ret;
    cli_complain("--group: on Windows an adapter has no group; administrators may open it");
    return CLI_UNSUPPORTED;
}

/* Owners exist only in the in-memory backend here, and are numbers. */
const char *cli_user_name(uint32_t uid, char *buf, size_t cap)
{
    (void)snprintf(buf, cap, "%lu", (unsigned long)uid);
    return buf;
}

const char *cli_group_name(uint32_t gid, char *buf, size_t cap)
{
    (void)snprintf(buf, cap, "%lu", (unsigned long)gid);
    return buf;
}
