/* SPDX-License-Identifier: Apache-2.0 */
/* The test wintun.dll: adapters, the logger, the driver. See wintun_double.h. */
#include "wintun_double.h"

#include <iphlpapi.h>
#include <objbase.h>
#include <stdlib.h>
#include <wchar.h>

#include "double_ifname.h"

typedef BOOL(CALLBACK *double_logger)(int level, DWORD64 timestamp, LPCWSTR text);

static double_logger logger;

DWORD double_log(int level, DWORD error, const WCHAR *text)
{
    double_logger tell = logger;

    if (tell != NULL) {
        FILETIME now;

        GetSystemTimeAsFileTime(&now);
        (void)tell(level, (DWORD64)now.dwHighDateTime << 32 | now.dwLowDateTime, text);
    }
    SetLastError(error);
    return error;
}

DOUBLE_EXPORT void WINAPI WintunSetLogger(double_logger fn)
{
    logger = fn;
}

DOUBLE_EXPORT DWORD WINAPI WintunGetRunningDriverVersion(void)
{
    if (!double_store_driver()) {
        SetLastError(ERROR_FILE_NOT_FOUND);
        return 0;
    }
    return 0 << 16 | 14;
}

/* Wintun's driver cannot go while an adapter of any process uses it (api/driver.c). */
DOUBLE_EXPORT BOOL WINAPI WintunDeleteDriver(void)
{
    HANDLE lock = double_store_lock();
    BOOL empty = double_store_is_empty();

    if (empty) {
        double_store_set_driver(FALSE);
    } else {
        (void)double_log(DOUBLE_LOG_WARN, ERROR_SHARING_VIOLATION, L"Adapters are still in use");
    }
    double_store_unlock(lock);
    return empty;
}

DOUBLE_EXPORT void WINAPI WintunGetAdapterLUID(struct double_adapter *a, NET_LUID *ret)
{
    *ret = a->luid;
}

/* What a Linux errno of making the interface is on Windows. */
static DWORD double_error_of(int rc)
{
    switch (-rc) {
    case LX_EPERM:
    case LX_EACCES:
        return ERROR_ACCESS_DENIED;
    default:
        return ERROR_FILE_NOT_FOUND;
    }
}

/*
 * A name that another adapter has is taken from it: that one becomes "NAME 1", "NAME 2", … until one is
 * free (api/adapter.c, NciSetAdapterName).
 */
static BOOL double_free_name(const WCHAR *name, const char *ifname)
{
    struct double_adapter holder;
    BOOL ours = double_store_find_name(name, &holder);
    int index = lx_if_index(ifname);
    WCHAR other[DOUBLE_NAME_MAX];
    char other_ifname[DOUBLE_IFNAME_SIZE];

    if (!ours && index < 0) {
        return TRUE;
    }
    for (int i = 1; i <= 1000; i++) {
        struct double_adapter second;

        if (swprintf(other, DOUBLE_NAME_MAX, L"%ls %d", name, i) < 0) {
            return FALSE;
        }
        double_ifname((const uint16_t *)other, other_ifname);
        if (double_store_find_name(other, &second) || lx_if_index(other_ifname) > 0) {
            continue;
        }
        if (index > 0 && lx_if_rename(ifname, other_ifname) < 0) {
            return FALSE;
        }
        if (ours) {
            double_store_rename(&holder.guid, other);
        }
        return TRUE;
    }
    return FALSE;
}

/* The Linux interface: nobody's packets yet, for its only queue is detached. */
static int double_make_interface(struct double_adapter *a, const char *ifname)
{
    struct lx_ifreq r = lx_request(ifname);
    int rc;

    a->control = lx_tun_open(ifname, LX_IFF_TUN | LX_IFF_MULTI_QUEUE);
    if (a->control < 0) {
        return a->control;
    }
    a->ifindex = lx_if_index(ifname);
    /* The driver says so of itself (driver/wintun.c: MtuSize is TUN_MAX_IP_PACKET_SIZE). */
    r.u.number = 65535;
    rc = lx_if_ioctl(LX_SIOCSIFMTU, &r);
    if (rc >= 0) {
        r = lx_request(ifname);
        r.u.flags = LX_IFF_DETACH_QUEUE;
        rc = lx_ioctl(a->control, LX_TUNSETQUEUE, &r);
    }
    if (rc < 0) {
        lx_close(a->control);
    }
    return rc;
}

static DWORD double_create(struct double_adapter *a, const WCHAR *name, const GUID *guid)
{
    char ifname[DOUBLE_IFNAME_SIZE];
    struct double_adapter other;
    DWORD rc;
    int made;

    (void)lstrcpynW(a->name, name, DOUBLE_NAME_MAX);
    if (guid != NULL) {
        a->guid = *guid;
    } else if (FAILED(CoCreateGuid(&a->guid))) {
        return ERROR_GEN_FAILURE;
    }
    /* An HRESULT, as SwDeviceCreate gives it and WintunCreateAdapter passes it on. */
    if (double_store_find_guid(&a->guid, &other)) {
        return (DWORD)HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS);
    }
    double_ifname((const uint16_t *)name, ifname);
    if (!double_free_name(name, ifname)) {
        return ERROR_DUP_NAME;
    }
    made = double_make_interface(a, ifname);
    if (made < 0) {
        return double_error_of(made);
    }
    /* By number: by name Wine finds interfaces that are gone. */
    rc = ConvertInterfaceIndexToLuid((NET_IFINDEX)a->ifindex, &a->luid);
    if (rc == NO_ERROR && !double_store_add(a)) {
        rc = GetLastError();
    }
    if (rc != NO_ERROR) {
        lx_close(a->control);
    } else {
        double_device_add(a);
    }
    return rc;
}

/* Only administrators enter the namespace in which all programs take turns (api/namespace.c). */
static BOOL double_may_enter(void)
{
    TOKEN_ELEVATION elevation = {0};
    DWORD size = 0;
    HANDLE token;

    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
        (void)GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size);
        (void)CloseHandle(token);
    }
    if (!elevation.TokenIsElevated) {
        (void)double_log(DOUBLE_LOG_ERR, ERROR_ACCESS_DENIED,
                         L"Failed to take device installation mutex");
    }
    return elevation.TokenIsElevated != 0;
}

DOUBLE_EXPORT struct double_adapter *WINAPI WintunCreateAdapter(LPCWSTR name, LPCWSTR type,
                                                                const GUID *guid)
{
    struct double_adapter *a;
    HANDLE lock;
    DWORD rc;

    if (!double_may_enter()) {
        return NULL;
    }
    if (wcslen(name) >= DOUBLE_NAME_MAX || wcslen(type) >= DOUBLE_NAME_MAX) {
        (void)double_log(DOUBLE_LOG_ERR, ERROR_BUFFER_OVERFLOW, L"The name is too long");
        return NULL;
    }
    a = calloc(1, sizeof *a);
    if (a == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    (void)double_log(DOUBLE_LOG_INFO, 0, L"Creating adapter");
    lock = double_store_lock();
    rc = double_create(a, name, guid);
    if (rc == NO_ERROR) {
        double_store_set_driver(TRUE);
    }
    double_store_unlock(lock);
    if (rc != NO_ERROR) {
        free(a);
        (void)double_log(DOUBLE_LOG_ERR, rc, L"Failed to create adapter");
        return NULL;
    }
    return a;
}

DOUBLE_EXPORT struct double_adapter *WINAPI WintunOpenAdapter(LPCWSTR name)
{
    struct double_adapter *a;
    HANDLE lock;
    BOOL found;

    if (!double_may_enter()) {
        return NULL;
    }
    a = calloc(1, sizeof *a);
    if (a == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    lock = double_store_lock();
    found = double_store_find_name(name, a);
    double_store_unlock(lock);
    if (!found) {
        free(a);
        (void)double_log(DOUBLE_LOG_ERR, ERROR_NOT_FOUND, L"Failed to find matching adapter name");
        return NULL;
    }
    return a;
}

/* The adapter ends with its creator's handle, whoever has a session; others only forget it. */
DOUBLE_EXPORT void WINAPI WintunCloseAdapter(struct double_adapter *a)
{
    if (a == NULL) {
        return;
    }
    if (a->control >= 0) {
        HANDLE lock = double_store_lock();

        double_device_remove(a);
        double_store_remove(&a->guid);
        (void)lx_if_delete(a->ifindex);
        lx_close(a->control);
        double_store_unlock(lock);
    }
    free(a);
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, void *reserved)
{
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        (void)DisableThreadLibraryCalls(self);
    }
    return TRUE;
}
