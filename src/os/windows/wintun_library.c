/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wintun.dll: loaded, all its entry points found, and shared by the adapters of the process.
 *
 * One static object holds what is loaded, because the DLL has state of its own for the whole process (its
 * logger, its lock for installations): the library's only state that is not behind a handle. When
 * the last adapter is closed the file stays mapped and is used again. It cannot be unloaded: closing an adapter
 * makes the DLL queue work to a thread of the system's pool, without holding itself (Wintun api/adapter.c
 * QueueUpOrphanedDeviceCleanupRoutine()), and the code must be there when that thread begins.
 */
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "win_error.h"
#include "win_sys_module.h"
#include "win_text.h"
#include "wintun.h"

/* The first version with this interface: earlier ones have other functions of the same names. */
#define WINTUN_MAJOR 0u
#define WINTUN_MINOR 14u

/* winver.h VS_VERSIONINFO: three words, the text "VS_VERSION_INFO" and padding; then VS_FIXEDFILEINFO. */
#define VERSION_FIXED_AT 40u
#define VERSION_FIXED_SIZE 52u
#define VERSION_SIGNATURE 0xFEEF04BDu

_Static_assert(sizeof(struct wintun_table) == WINTUN_ENTRIES * sizeof(FARPROC),
               "the table is an array of pointers to functions");

/* In the order of struct wintun_table. */
static const char *const wintun_entry_names[WINTUN_ENTRIES] = {
    "WintunCreateAdapter",      "WintunOpenAdapter",    "WintunCloseAdapter",
    "WintunDeleteDriver",       "WintunGetAdapterLUID", "WintunGetRunningDriverVersion",
    "WintunSetLogger",          "WintunStartSession",   "WintunEndSession",
    "WintunGetReadWaitEvent",   "WintunReceivePacket",  "WintunReleaseReceivePacket",
    "WintunAllocateSendPacket", "WintunSendPacket",
};

/* ---- Loading ------------------------------------------------------------------------------------ */

static const struct win_reason load_reasons[] = {
    {ERROR_BAD_EXE_FORMAT, VNIC_ENODRIVER,
     "it is built for another processor, or is no DLL: take the one for this program (amd64, arm64 "
     "or, for programs of 32 bits, x86) from the Wintun archive, www.wintun.net"},
    {ERROR_EXE_MACHINE_TYPE_MISMATCH, VNIC_ENODRIVER,
     "it is built for another processor: take the one for this program (amd64, arm64 or, for "
     "programs of 32 bits, x86) from the Wintun archive, www.wintun.net"},
    {ERROR_FILE_NOT_FOUND, VNIC_ENODRIVER, "the file is gone: put it back"},
    {ERROR_PATH_NOT_FOUND, VNIC_ENODRIVER, "its directory is gone: put it back"},
    {ERROR_MOD_NOT_FOUND, VNIC_ENODRIVER,
     "the file, or a DLL of Windows that it needs, is missing: download it again from "
     "www.wintun.net"},
    {ERROR_PROC_NOT_FOUND, VNIC_ENODRIVER,
     "this Windows lacks a function that it needs: update Windows"},
    {ERROR_INVALID_PARAMETER, VNIC_ENODRIVER,
     "this Windows lacks the safe way to load a DLL: install its update KB2533623"},
    {ERROR_DLL_INIT_FAILED, VNIC_EOS, "its own start failed: see whether memory is short"},
    {ERROR_ACCESS_DENIED, VNIC_EPERM, "the file may not be read: correct its permissions"},
    {ERROR_SHARING_VIOLATION, VNIC_EPERM,
     "another program has the file open for itself: end that program"},
    {ERROR_ACCESS_DISABLED_BY_POLICY, VNIC_EPERM,
     "a policy of this machine forbids it: ask its administrator to allow wintun.dll"},
    {ERROR_INVALID_IMAGE_HASH, VNIC_ENODRIVER,
     "its signature does not fit: download it again from www.wintun.net"},
    {0, 0, NULL},
};

static void name_file(const struct wintun_library *library, const char *before, char *ret,
                      size_t cap)
{
    char path[160];

    (void)vnic__win_utf8(library->path, path, sizeof path);
    (void)snprintf(ret, cap, "%s%s", before, path);
}

static uint32_t word_at(const uint8_t *bytes, size_t at)
{
    uint32_t word;

    memcpy(&word, bytes + at, sizeof word); /* resources are in the machine's byte order */
    return word;
}

/* A file that tells no version is taken by its functions alone. */
static void read_version(struct wintun_library *library)
{
    DWORD size;
    const uint8_t *bytes = vnic__sys_version_resource(library->module, &size);
    uint32_t high;
    uint32_t low;

    if (bytes == NULL || size < VERSION_FIXED_AT + VERSION_FIXED_SIZE ||
        word_at(bytes, VERSION_FIXED_AT) != VERSION_SIGNATURE) {
        return;
    }
    high = word_at(bytes, VERSION_FIXED_AT + 8); /* dwFileVersionMS, dwFileVersionLS */
    low = word_at(bytes, VERSION_FIXED_AT + 12);
    library->file_version[0] = high >> 16;
    library->file_version[1] = high & 0xFFFF;
    library->file_version[2] = low >> 16;
    library->file_version[3] = low & 0xFFFF;
}

static int check_version(const struct wintun_library *library, struct vnic_error *err)
{
    const uint32_t *v = library->file_version;
    char file[200];

    if (v[0] > WINTUN_MAJOR || v[1] >= WINTUN_MINOR || (v[0] | v[1] | v[2] | v[3]) == 0) {
        return 0;
    }
    name_file(library, "", file, sizeof file);
    return vnic__fail(err, VNIC_EVERSION, "load wintun.dll", "wintun_path",
                      "%s is version %u.%u.%u, and %u.%u or later is needed: download it from "
                      "www.wintun.net",
                      file, (unsigned)v[0], (unsigned)v[1], (unsigned)v[2], WINTUN_MAJOR,
                      WINTUN_MINOR);
}

static int find_entries(struct wintun_library *library, struct vnic_error *err)
{
    FARPROC entries[WINTUN_ENTRIES];
    char file[200];

    for (int i = 0; i < WINTUN_ENTRIES; i++) {
        entries[i] = vnic__sys_get_proc(library->module, wintun_entry_names[i]);
        if (entries[i] == NULL) {
            uint32_t os_code = GetLastError();

            name_file(library, "", file, sizeof file);
            (void)vnic__fail(err, VNIC_EVERSION, "load wintun.dll", "wintun_path",
                             "%s has no function %s, so it is too old or is not Wintun: download "
                             "version %u.%u or later from www.wintun.net",
                             file, wintun_entry_names[i], WINTUN_MAJOR, WINTUN_MINOR);
            vnic__fail_os(err, VNIC_OS_WIN32, (int32_t)os_code);
            return VNIC_EVERSION;
        }
    }
    memcpy(&library->table, entries, sizeof entries);
    return 0;
}

int vnic__wintun_load(const char *path, struct wintun_library *ret, struct vnic_error *err)
{
    char what[200];
    int rc;

    memset(ret, 0, sizeof *ret);
    rc = vnic__wintun_find(path, &ret->path, err);
    if (rc < 0) {
        return rc;
    }
    /* What it needs itself is of Windows and comes from System32 only. */
    ret->module = vnic__sys_load_library(ret->path, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (ret->module == NULL) {
        uint32_t os_code = GetLastError();

        name_file(ret, "cannot load ", what, sizeof what);
        rc = vnic__win_fail(err, os_code, "LoadLibraryEx", "wintun_path", load_reasons, what);
    } else {
        read_version(ret);
        rc = check_version(ret, err);
        rc = rc < 0 ? rc : find_entries(ret, err);
    }
    if (rc < 0) {
        vnic__wintun_unload(ret);
    }
    return rc;
}

void vnic__wintun_unload(struct wintun_library *library)
{
    if (library->module != NULL) {
        vnic__sys_free_library(library->module);
        library->module = NULL;
    }
    vnic__free(library->path);
    library->path = NULL;
}

/* ---- Sharing ------------------------------------------------------------------------------------ */

static struct {
    SRWLOCK lock;
    struct wintun_library library; /* module NULL: nothing is loaded */
    unsigned refs;
} wintun_shared = {.lock = SRWLOCK_INIT};

/* Whether `path` is the file that is loaded. 1, 0, or a code. */
static int is_loaded_locked(const char *path, struct vnic_error *err)
{
    wchar_t *wanted;
    int same;
    int rc;

    if (wintun_shared.library.module == NULL) {
        return 0;
    }
    if (path == NULL) {
        return 1;
    }
    rc = vnic__wintun_find(path, &wanted, err);
    if (rc < 0) {
        return rc;
    }
    same = _wcsicmp(wanted, wintun_shared.library.path) == 0;
    vnic__free(wanted);
    return same;
}

static int load_locked(const char *path, struct vnic_error *err)
{
    struct wintun_library *library = &wintun_shared.library;
    struct wintun_library fresh;
    char what[200];
    int rc = is_loaded_locked(path, err);

    if (rc != 0) {
        return rc < 0 ? rc : 0;
    }
    if (wintun_shared.refs > 0) {
        name_file(library, "", what, sizeof what);
        return vnic__fail(err, VNIC_EBUSY, "load wintun.dll", "wintun_path",
                          "this program has adapters by %s, and all of a program share one DLL: "
                          "give the same path, or close them first",
                          what);
    }
    rc = vnic__wintun_load(path, &fresh, err);
    if (rc == 0) {
        /* Another file that was used earlier stays mapped, for the reason above. */
        vnic__free(library->path);
        *library = fresh;
    }
    return rc;
}

int vnic__wintun_library_get(const char *path, struct wintun_library **ret, struct vnic_error *err)
{
    int rc;

    vnic__sys_static_lock(&wintun_shared.lock);
    rc = load_locked(path, err);
    if (rc == 0) {
        if (wintun_shared.refs++ == 0) {
            vnic__sys_wintun_set_logger(&wintun_shared.library.table, vnic__wintun_logger);
        }
        *ret = &wintun_shared.library;
    }
    vnic__sys_static_unlock(&wintun_shared.lock);
    return rc;
}

/* Without the logger the DLL calls nothing of ours: this library may itself be a DLL that is unloaded. */
void vnic__wintun_library_put(struct wintun_library *library)
{
    vnic__sys_static_lock(&wintun_shared.lock);
    if (--wintun_shared.refs == 0) {
        vnic__sys_wintun_set_logger(&library->table, NULL);
    }
    vnic__sys_static_unlock(&wintun_shared.lock);
}
