/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The adapters of all processes, in a registry key that ends with Wine. What Windows keeps in its device
 * tree is here: a name, a GUID, a LUID, and the number of the Linux interface.
 */
#include "wintun_double.h"

#include <wchar.h>

#define STORE_KEY L"Software\\vnic-test-wintun"

HANDLE double_store_lock(void)
{
    HANDLE lock = CreateMutexW(NULL, FALSE, L"vnic-test-wintun");

    if (lock != NULL) {
        (void)WaitForSingleObject(lock, INFINITE);
    }
    return lock;
}

void double_store_unlock(HANDLE lock)
{
    DWORD saved = GetLastError();

    (void)ReleaseMutex(lock);
    (void)CloseHandle(lock);
    SetLastError(saved);
}

static HKEY store_open(HKEY above, const WCHAR *path)
{
    HKEY key = NULL;

    (void)RegCreateKeyExW(above, path, 0, NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS, NULL, &key,
                          NULL);
    return key;
}

static void store_guid_text(const GUID *g, WCHAR *ret)
{
    (void)swprintf(ret, 40, L"{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", g->Data1,
                   g->Data2, g->Data3, g->Data4[0], g->Data4[1], g->Data4[2], g->Data4[3],
                   g->Data4[4], g->Data4[5], g->Data4[6], g->Data4[7]);
}

BOOL double_store_add(const struct double_adapter *a)
{
    WCHAR guid[40];
    HKEY top = store_open(HKEY_CURRENT_USER, STORE_KEY), row;
    LSTATUS rc;

    store_guid_text(&a->guid, guid);
    row = top != NULL ? store_open(top, guid) : NULL;
    rc = row == NULL ? ERROR_GEN_FAILURE
                     : RegSetValueExW(row, L"Adapter", 0, REG_BINARY, (const BYTE *)a, sizeof *a);
    /* For the test iphlpapi.dll, which tells the name to programs. */
    if (rc == ERROR_SUCCESS) {
        (void)RegSetValueExW(row, L"Name", 0, REG_SZ, (const BYTE *)a->name,
                             (DWORD)((wcslen(a->name) + 1) * sizeof a->name[0]));
        (void)RegSetValueExW(row, L"Index", 0, REG_DWORD, (const BYTE *)&a->ifindex,
                             sizeof a->ifindex);
    }
    if (row != NULL) {
        (void)RegCloseKey(row);
    }
    if (top != NULL) {
        (void)RegCloseKey(top);
    }
    SetLastError((DWORD)rc);
    return rc == ERROR_SUCCESS;
}

void double_store_remove(const GUID *guid)
{
    WCHAR text[40];
    HKEY top = store_open(HKEY_CURRENT_USER, STORE_KEY);

    store_guid_text(guid, text);
    if (top != NULL) {
        (void)RegDeleteKeyW(top, text);
        (void)RegCloseKey(top);
    }
}

/* Row `index` of the store: 1 it is there, 0 its interface is gone, -1 no more rows. */
static int store_row(HKEY top, DWORD index, struct double_adapter *ret)
{
    WCHAR name[64];
    char ifname[LX_IFNAMSIZ];
    DWORD n = 64, size = sizeof *ret;

    if (RegEnumKeyExW(top, index, name, &n, NULL, NULL, NULL, NULL) != ERROR_SUCCESS) {
        return -1;
    }
    if (RegGetValueW(top, name, L"Adapter", RRF_RT_REG_BINARY, NULL, ret, &size) != ERROR_SUCCESS ||
        size != sizeof *ret || lx_if_name(ret->ifindex, ifname) < 0) {
        (void)RegDeleteKeyW(top, name);
        return 0;
    }
    ret->control = -1;
    return 1;
}

/* The first row that a name or a GUID stands for; both NULL: any. */
static BOOL store_find(const WCHAR *name, const GUID *guid, struct double_adapter *ret)
{
    HKEY top = store_open(HKEY_CURRENT_USER, STORE_KEY);
    BOOL found = FALSE;
    int there = 0;

    if (top == NULL) {
        return FALSE;
    }
    for (DWORD i = 0; !found && (there = store_row(top, i, ret)) >= 0;) {
        found = there > 0 && (name == NULL || _wcsicmp(name, ret->name) == 0) &&
                (guid == NULL || memcmp(guid, &ret->guid, sizeof *guid) == 0);
        i += there > 0;
    }
    (void)RegCloseKey(top);
    return found;
}

BOOL double_store_find_name(const WCHAR *name, struct double_adapter *ret)
{
    return store_find(name, NULL, ret);
}

BOOL double_store_find_guid(const GUID *guid, struct double_adapter *ret)
{
    return store_find(NULL, guid, ret);
}

BOOL double_store_is_empty(void)
{
    struct double_adapter any;

    return !store_find(NULL, NULL, &any);
}

void double_store_rename(const GUID *guid, const WCHAR *name)
{
    struct double_adapter a;

    if (double_store_find_guid(guid, &a)) {
        (void)lstrcpynW(a.name, name, DOUBLE_NAME_MAX);
        (void)double_store_add(&a);
    }
}

BOOL double_store_driver(void)
{
    DWORD loaded = 0, size = sizeof loaded;

    return RegGetValueW(HKEY_CURRENT_USER, STORE_KEY, L"Driver", RRF_RT_REG_DWORD, NULL, &loaded,
                        &size) == ERROR_SUCCESS &&
           loaded != 0;
}

void double_store_set_driver(BOOL loaded)
{
    DWORD value = (DWORD)loaded;
    HKEY top = store_open(HKEY_CURRENT_USER, STORE_KEY);

    if (top != NULL) {
        (void)RegSetValueExW(top, L"Driver", 0, REG_DWORD, (const BYTE *)&value, sizeof value);
        (void)RegCloseKey(top);
    }
}
