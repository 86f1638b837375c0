/* SPDX-License-Identifier: Apache-2.0 */
/* The door to kernel32 and advapi32 for modules. */
#include "win_sys_module.h"

DWORD vnic__sys_program_path(wchar_t *ret, DWORD cap)
{
    return GetModuleFileNameW(NULL, ret, cap);
}

DWORD vnic__sys_system_directory(wchar_t *ret, DWORD cap)
{
    return GetSystemDirectoryW(ret, cap);
}

DWORD vnic__sys_file_attributes(const wchar_t *path)
{
    return GetFileAttributesW(path);
}

HMODULE vnic__sys_load_library(const wchar_t *path, DWORD flags)
{
    return LoadLibraryExW(path, NULL, flags);
}

void vnic__sys_free_library(HMODULE module)
{
    (void)FreeLibrary(module);
}

FARPROC vnic__sys_get_proc(HMODULE module, const char *name)
{
    return GetProcAddress(module, name);
}

/* winver.h VS_FILE_INFO is resource type 16, VS_VERSION_INFO is number 1. */
const void *vnic__sys_version_resource(HMODULE module, DWORD *ret_size)
{
    HRSRC found = FindResourceW(module, MAKEINTRESOURCEW(1), MAKEINTRESOURCEW(16));
    HGLOBAL loaded = found != NULL ? LoadResource(module, found) : NULL;

    *ret_size = found != NULL ? SizeofResource(module, found) : 0;
    return loaded != NULL ? LockResource(loaded) : NULL;
}

DWORD vnic__sys_thread_id(void)
{
    return GetCurrentThreadId();
}

int vnic__sys_is_elevated(void)
{
    TOKEN_ELEVATION elevation = {0};
    HANDLE token;
    DWORD size = 0;
    BOOL known;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
        return -1;
    }
    known = GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size);
    (void)CloseHandle(token);
    return known ? elevation.TokenIsElevated != 0 : -1;
}

void vnic__sys_sleep_ms(DWORD ms)
{
    Sleep(ms);
}

void vnic__sys_static_lock(SRWLOCK *lock)
{
    AcquireSRWLockExclusive(lock);
}

void vnic__sys_static_unlock(SRWLOCK *lock)
{
    ReleaseSRWLockExclusive(lock);
}
