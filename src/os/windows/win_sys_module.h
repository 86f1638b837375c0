/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to kernel32 and advapi32 for what loading a DLL needs: directories, modules, their resources,
 * and the rights of the process. One thin function a call; GetLastError() is the system's after it.
 */
#ifndef VNIC_OS_WINDOWS_WIN_SYS_MODULE_H
#define VNIC_OS_WINDOWS_WIN_SYS_MODULE_H

#include <windows.h>

/* ---- Directories and files ---------------------------------------------------------------------- */

/* GetModuleFileNameW of the program: units stored; cap or more: too little room; 0 when it fails. */
DWORD vnic__sys_program_path(wchar_t *ret, DWORD cap);
/* GetSystemDirectoryW: units stored, more than cap: too little room; 0 when it fails. */
DWORD vnic__sys_system_directory(wchar_t *ret, DWORD cap);
/* @fail INVALID_FILE_ATTRIBUTES */
DWORD vnic__sys_file_attributes(const wchar_t *path);

/* ---- Modules ------------------------------------------------------------------------------------ */

/* LoadLibraryExW; NULL when it fails. */
HMODULE vnic__sys_load_library(const wchar_t *path, DWORD flags);
/* @fail none */
void vnic__sys_free_library(HMODULE module);
/* NULL when it fails. */
FARPROC vnic__sys_get_proc(HMODULE module, const char *name);
/* The version resource, number 1, as it lies in the module: *ret_size bytes; NULL when it fails. */
const void *vnic__sys_version_resource(HMODULE module, DWORD *ret_size);

/* ---- Threads and rights ------------------------------------------------------------------------- */

/* GetCurrentThreadId. @fail none */
DWORD vnic__sys_thread_id(void);
/* 1: the process has an elevated token, 0: it has not. @fail -1 */
int vnic__sys_is_elevated(void);
/* Sleeps. @fail none */
void vnic__sys_sleep_ms(DWORD ms);
/* A lock that needs no making, for the library's only static state. @fail none */
void vnic__sys_static_lock(SRWLOCK *lock);
/* @fail none */
void vnic__sys_static_unlock(SRWLOCK *lock);

#endif
