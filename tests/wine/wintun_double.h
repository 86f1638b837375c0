/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the test wintun.dll: the functions of Wintun 0.14.1 with the same rules, over a Linux TUN.
 *
 * wintun_double.c         the exported functions about adapters, the logger, the driver
 * wintun_double_device.c   the device of an adapter, for lists
 * wintun_double_session.c  those about sessions, and the threads that stand for the driver
 * wintun_double_store.c    which adapters there are, for all processes of this Wine
 *
 * The rules are those of WireGuard/wintun at tag 0.14.1 (api/adapter.c, api/session.c, driver/wintun.c),
 * each named where it is followed. This code is our own.
 */
#ifndef VNIC_TESTS_WINTUN_DOUBLE_H
#define VNIC_TESTS_WINTUN_DOUBLE_H

#include <winsock2.h>

#include <windows.h>

#include <ifdef.h>
#include <stdint.h>

#include "linux_calls.h"

/* api/wintun.h and api/adapter.c: MAX_ADAPTER_NAME, with the zero at the end. */
#define DOUBLE_NAME_MAX 128

#define DOUBLE_EXPORT __declspec(dllexport)

/* A row of the store, and what a handle knows. */
struct double_adapter {
    WCHAR name[DOUBLE_NAME_MAX];
    GUID guid;
    NET_LUID luid;
    int ifindex; /* of the Linux interface: stays when it is renamed */
    int control; /* the creator's queue, detached: with it the interface ends; -1 in an opened handle */
};

/* One adapter is made, opened or closed at a time, as with Wintun's mutex for installing devices. */
HANDLE double_store_lock(void);
void double_store_unlock(HANDLE lock);
/* All need the lock. Rows of interfaces that are gone are removed on the way. */
BOOL double_store_add(const struct double_adapter *a);
void double_store_remove(const GUID *guid);
BOOL double_store_find_name(const WCHAR *name, struct double_adapter *ret);
BOOL double_store_find_guid(const GUID *guid, struct double_adapter *ret);
void double_store_rename(const GUID *guid, const WCHAR *name);
/* Whether the driver is loaded: it is since an adapter was made, until it is deleted. */
BOOL double_store_driver(void);
void double_store_set_driver(BOOL loaded);
BOOL double_store_is_empty(void);

/* The device that lists of devices show (wintun_double_device.c). */
void double_device_add(const struct double_adapter *a);
void double_device_remove(const struct double_adapter *a);

/* Wintun's levels (api/wintun.h). */
#define DOUBLE_LOG_INFO 0
#define DOUBLE_LOG_WARN 1
#define DOUBLE_LOG_ERR 2
/* Tells the program, and leaves GetLastError() at `error`, which it returns. */
DWORD double_log(int level, DWORD error, const WCHAR *text);

#endif
