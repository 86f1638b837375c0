/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to wintun.dll: its 14 functions, declared here in the form that Wintun documents (api/wintun.h,
 * version 0.14), and one thin call for each. The table is filled by the loader (wintun_library.c) from
 * GetProcAddress; nothing is linked. Functions that fail leave their number in GetLastError(), and
 * so do the calls here. Tests link a copy that fails the n-th call, or a model instead.
 */
#ifndef VNIC_OS_WINDOWS_WIN_SYS_WINTUN_H
#define VNIC_OS_WINDOWS_WIN_SYS_WINTUN_H

#include <stdint.h>

#include <windows.h>

/* An adapter and a session are pointers that only the DLL looks into. */
typedef struct wintun_adapter_object *wintun_adapter;
typedef struct wintun_session_object *wintun_session;

/* WINTUN_LOGGER_LEVEL. */
#define WINTUN_LEVEL_INFO 0
#define WINTUN_LEVEL_WARN 1
#define WINTUN_LEVEL_ERR 2

/* WINTUN_MIN_RING_CAPACITY, WINTUN_MAX_RING_CAPACITY, WINTUN_MAX_IP_PACKET_SIZE. */
#define WINTUN_RING_MIN 0x20000u
#define WINTUN_RING_MAX 0x4000000u
#define WINTUN_PACKET_MAX 0xFFFFu

/* One line; the time counts 100 ns since 1601. */
typedef void(CALLBACK *wintun_logger)(int level, uint64_t time, const wchar_t *text);

/* The entry points, in the order of wintun_entry_names. */
struct wintun_table {
    wintun_adapter(WINAPI *create_adapter)(const wchar_t *name, const wchar_t *type,
                                           const GUID *guid);
    wintun_adapter(WINAPI *open_adapter)(const wchar_t *name);
    void(WINAPI *close_adapter)(wintun_adapter adapter);
    BOOL(WINAPI *delete_driver)(void);
    void(WINAPI *get_adapter_luid)(wintun_adapter adapter, uint64_t *ret_luid); /* NET_LUID */
    DWORD(WINAPI *get_running_driver_version)(void);
    void(WINAPI *set_logger)(wintun_logger logger);
    wintun_session(WINAPI *start_session)(wintun_adapter adapter, DWORD capacity);
    void(WINAPI *end_session)(wintun_session session);
    HANDLE(WINAPI *get_read_wait_event)(wintun_session session);
    BYTE *(WINAPI *receive_packet)(wintun_session session, DWORD *ret_size);
    void(WINAPI *release_receive_packet)(wintun_session session, const BYTE *packet);
    BYTE *(WINAPI *allocate_send_packet)(wintun_session session, DWORD size);
    void(WINAPI *send_packet)(wintun_session session, const BYTE *packet);
};

#define WINTUN_ENTRIES 14

/* ---- Adapters ----------------------------------------------------------------------------------- */

/* NULL when it fails. */
wintun_adapter vnic__sys_wintun_create_adapter(const struct wintun_table *t, const wchar_t *name,
                                               const wchar_t *type, const GUID *guid);
/* NULL when it fails. */
wintun_adapter vnic__sys_wintun_open_adapter(const struct wintun_table *t, const wchar_t *name);
/* Removes the adapter when this handle created it. @fail none */
void vnic__sys_wintun_close_adapter(const struct wintun_table *t, wintun_adapter adapter);
/* 0 when it fails. */
int vnic__sys_wintun_delete_driver(const struct wintun_table *t);
/* @fail none */
void vnic__sys_wintun_get_adapter_luid(const struct wintun_table *t, wintun_adapter adapter,
                                       uint64_t *ret_luid);
/* major << 16 | minor; 0 when it fails, ERROR_FILE_NOT_FOUND: no driver is loaded. */
DWORD vnic__sys_wintun_driver_version(const struct wintun_table *t);
/* NULL: none. One for the whole DLL. @fail none */
void vnic__sys_wintun_set_logger(const struct wintun_table *t, wintun_logger logger);

/* ---- Sessions ----------------------------------------------------------------------------------- */

/* NULL when it fails. */
wintun_session vnic__sys_wintun_start_session(const struct wintun_table *t, wintun_adapter adapter,
                                              DWORD capacity);
/* Frees the rings: no packet of them may be out. @fail none */
void vnic__sys_wintun_end_session(const struct wintun_table *t, wintun_session session);
/* Auto-reset, the session's own. @fail none */
HANDLE vnic__sys_wintun_read_event(const struct wintun_table *t, wintun_session session);

/* ---- Packets ------------------------------------------------------------------------------------ */

/* NULL: ERROR_NO_MORE_ITEMS, ERROR_HANDLE_EOF (the adapter is gone), ERROR_INVALID_DATA. */
BYTE *vnic__sys_wintun_receive(const struct wintun_table *t, wintun_session session,
                               DWORD *ret_size);
/* From any thread, in any order. @fail none */
void vnic__sys_wintun_release(const struct wintun_table *t, wintun_session session,
                              const BYTE *packet);
/* NULL: ERROR_BUFFER_OVERFLOW (full), ERROR_HANDLE_EOF. What is allocated must be sent. */
BYTE *vnic__sys_wintun_allocate(const struct wintun_table *t, wintun_session session, DWORD size);
/* Packets leave in the order of their allocation. @fail none */
void vnic__sys_wintun_send(const struct wintun_table *t, wintun_session session,
                           const BYTE *packet);

#endif
