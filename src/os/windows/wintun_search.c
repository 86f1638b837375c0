/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where wintun.dll is looked for. A DLL runs with the rights of its program, which here is an
 * administrator's: so only at the path that the caller gives, in the directory of the program, and in
 * System32. Never in the current directory, which is whatever the user stands in, and never along PATH.
 */
#include <string.h>
#include <wchar.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "win_error.h"
#include "win_sys_module.h"
#include "win_text.h"
#include "wintun.h"

#define WINTUN_FILE L"wintun.dll"

/* The longest path that Windows has (UNICODE_STRING: 65534 bytes), and where most begin to be too long. */
#define PATH_UNITS_MAX 32768u
#define PATH_UNITS_FIRST 260u
#define PATH_UNITS_SHORT 248u

static int fail_search_memory(struct vnic_error *err)
{
    return vnic__fail_memory(err, "find wintun.dll");
}

/* ---- The caller's path -------------------------------------------------------------------------- */

/* "C:\…" or "\\server\…", "\\?\…". "\dir" and "C:dir" depend on where the process stands. */
static int is_absolute(const wchar_t *path)
{
    int drive = (path[0] >= L'A' && path[0] <= L'Z') || (path[0] >= L'a' && path[0] <= L'z');

    return (drive && path[1] == L':' && path[2] == L'\\') ||
           (path[0] == L'\\' && path[1] == L'\\' && path[2] != L'\0');
}

/*
 * Whether a part of it is "." or "..": with "\\?\" before it Windows would look for a directory of that
 * name, and without it a path that leads back to where the process stands is no clear one.
 */
static int has_dots(const wchar_t *path)
{
    for (const wchar_t *p = wcsstr(path, L"\\."); p != NULL; p = wcsstr(p + 1, L"\\.")) {
        const wchar_t *end = p[2] == L'.' ? p + 3 : p + 2;

        if (*end == L'\\' || *end == L'\0') {
            return 1;
        }
    }
    return 0;
}

/* Long paths need the form that Windows does not interpret (MSDN "Maximum Path Length Limitation"). */
static wchar_t *lengthen(const wchar_t *path)
{
    static const wchar_t plain[] = L"\\\\?\\";
    static const wchar_t server[] = L"\\\\?\\UNC\\";
    size_t len = wcslen(path);
    int is_server = path[0] == L'\\';
    const wchar_t *prefix = is_server ? server : plain;
    size_t prefix_len = wcslen(prefix);
    size_t skip = is_server ? 2 : 0;
    wchar_t *longer;

    if (len < PATH_UNITS_SHORT || wcsncmp(path, plain, 4) == 0) {
        prefix_len = 0;
        skip = 0;
    }
    longer = vnic__alloc((prefix_len + len - skip + 1) * sizeof *longer);
    if (longer != NULL) {
        wmemcpy(longer, prefix, prefix_len);
        wmemcpy(longer + prefix_len, path + skip, len - skip + 1);
    }
    return longer;
}

static int use_given_path(const char *path, wchar_t **ret, struct vnic_error *err)
{
    wchar_t *wide;
    int rc = vnic__win_utf16_new(path, &wide);

    if (rc == VNIC_ENOMEM) {
        return fail_search_memory(err);
    }
    if (rc < 0) {
        return vnic__fail(err, VNIC_EINVAL, "find wintun.dll", "wintun_path",
                          "the path of the DLL is not valid UTF-8");
    }
    for (wchar_t *p = wide; *p != L'\0'; p++) {
        *p = *p == L'/' ? L'\\' : *p;
    }
    if (!is_absolute(wide) || has_dots(wide)) {
        vnic__free(wide);
        return vnic__fail(err, VNIC_EINVAL, "find wintun.dll", "wintun_path",
                          "\"%.200s\" is not an absolute path without \".\" and \"..\": a relative "
                          "one would load whatever lies where the program was started; give the "
                          "file's whole path, C:\\…\\wintun.dll",
                          path);
    }
    *ret = lengthen(wide);
    vnic__free(wide);
    return *ret != NULL ? 0 : fail_search_memory(err);
}

/* ---- The places of our own ---------------------------------------------------------------------- */

/* Gives the directory in a buffer of *cap units with room for the file's name behind it, or NULL. */
typedef DWORD (*directory_source)(wchar_t *ret, DWORD cap);

static int read_directory(directory_source source, wchar_t **ret, struct vnic_error *err)
{
    for (DWORD cap = PATH_UNITS_FIRST; cap <= PATH_UNITS_MAX; cap *= 2) {
        wchar_t *path = vnic__alloc((cap + sizeof WINTUN_FILE) * sizeof *path);
        DWORD len;

        if (path == NULL) {
            return fail_search_memory(err);
        }
        len = source(path, cap);
        if (len > 0 && len < cap) {
            *ret = path;
            return 0;
        }
        vnic__free(path);
        if (len == 0) {
            break;
        }
    }
    return vnic__win_fail(err, GetLastError(), "find wintun.dll", NULL, NULL,
                          "cannot tell the directories of the program and of Windows");
}

/* The program's own path ends with its name; System32's has no file. */
static int place_of(directory_source source, int ends_with_file, wchar_t **ret,
                    struct vnic_error *err)
{
    wchar_t *path;
    wchar_t *slash;
    int rc = read_directory(source, &path, err);

    if (rc < 0) {
        return rc;
    }
    slash = wcsrchr(path, L'\\');
    if (!ends_with_file || slash == NULL) {
        slash = path + wcslen(path);
    }
    memcpy(slash, L"\\" WINTUN_FILE, sizeof(L"\\" WINTUN_FILE));
    *ret = lengthen(path);
    vnic__free(path);
    return *ret != NULL ? 0 : fail_search_memory(err);
}

/* A file that may not be looked at is there: loading it says what is wrong. */
static int is_file(const wchar_t *path)
{
    DWORD attributes = vnic__sys_file_attributes(path);

    if (attributes == INVALID_FILE_ATTRIBUTES) {
        return GetLastError() == ERROR_ACCESS_DENIED;
    }
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

/* 1: *ret is a file. 0: there is none, *ret is where it would be. */
static int look_in(int which, wchar_t **ret, struct vnic_error *err)
{
    int rc = which == 0 ? place_of(vnic__sys_program_path, 1, ret, err)
                        : place_of(vnic__sys_system_directory, 0, ret, err);

    return rc < 0 ? rc : is_file(*ret);
}

/* ---- Both --------------------------------------------------------------------------------------- */

static int fail_absent(const wchar_t *program_place, struct vnic_error *err)
{
    char place[160];

    (void)vnic__win_utf8(program_place, place, sizeof place);
    return vnic__fail(err, VNIC_ENODRIVER, "find wintun.dll", "wintun_path",
                      "wintun.dll is neither at %s nor in System32: download the Wintun archive "
                      "from www.wintun.net and put the DLL of this processor beside the program, "
                      "or give its whole path as wintun_path",
                      place);
}

static int search_places(wchar_t **ret, struct vnic_error *err)
{
    wchar_t *first;
    int rc = look_in(0, &first, err);

    if (rc == 0) {
        rc = look_in(1, ret, err);
        if (rc == 0) {
            vnic__free(*ret);
            *ret = NULL;
            rc = fail_absent(first, err);
        }
        vnic__free(first);
    } else if (rc > 0) {
        *ret = first;
    }
    return rc < 0 ? rc : 0;
}

int vnic__wintun_find(const char *path, wchar_t **ret, struct vnic_error *err)
{
    int rc;

    if (path == NULL) {
        return search_places(ret, err);
    }
    rc = use_given_path(path, ret, err);
    if (rc == 0 && !is_file(*ret)) {
        vnic__free(*ret);
        *ret = NULL;
        rc = vnic__fail(err, VNIC_ENODRIVER, "find wintun.dll", "wintun_path",
                        "there is no file %.200s: correct the path, or download the Wintun archive "
                        "from www.wintun.net and put the DLL of this processor there",
                        path);
    }
    return rc;
}
