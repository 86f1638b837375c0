/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to device files: opening, control requests, overlapped reads and writes. One thin call for
 * each function of kernel32; what they fail with is in GetLastError() afterwards. Tests link a copy
 * that fails the n-th call, or a model of the driver instead.
 */
#ifndef VNIC_OS_WINDOWS_WIN_SYS_FILE_H
#define VNIC_OS_WINDOWS_WIN_SYS_FILE_H

#include <windows.h>

/* CreateFileW of what exists, not shared, not inherited, for reading and writing; flags:
 * FILE_FLAG_OVERLAPPED, … @fail INVALID_HANDLE_VALUE */
HANDLE vnic__sys_open_device(const wchar_t *path, DWORD flags);
/* CloseHandle. @fail none */
void vnic__sys_close_device(HANDLE file);
/* DeviceIoControl; 0 with ERROR_IO_PENDING: it goes on, see vnic__sys_overlapped_result(). */
int vnic__sys_device_control(HANDLE file, DWORD request, void *in, DWORD in_len, void *ret_out,
                             DWORD out_len, OVERLAPPED *overlapped);

/*
 * ReadFile and WriteFile. 0 with ERROR_IO_PENDING: it goes on; then, and when they are done at once, the
 * result is in the OVERLAPPED. Buffer and OVERLAPPED belong to the system until then.
 */
int vnic__sys_read_device(HANDLE file, void *buf, DWORD len, OVERLAPPED *overlapped);
int vnic__sys_write_device(HANDLE file, const void *data, DWORD len, OVERLAPPED *overlapped);

/* GetOverlappedResult; 0 with ERROR_IO_INCOMPLETE: not done yet. It never waits. */
int vnic__sys_overlapped_result(HANDLE file, OVERLAPPED *overlapped, DWORD *ret_len);
/* CancelIoEx; NULL: everything of this file. 0 with ERROR_NOT_FOUND: there was nothing to cancel. */
int vnic__sys_cancel_io(HANDLE file, OVERLAPPED *overlapped);

#endif
