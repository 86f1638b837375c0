/* SPDX-License-Identifier: Apache-2.0 */
#include "win_sys_file.h"

HANDLE vnic__sys_open_device(const wchar_t *path, DWORD flags)
{
    return CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
}

void vnic__sys_close_device(HANDLE file)
{
    (void)CloseHandle(file);
}

int vnic__sys_device_control(HANDLE file, DWORD request, void *in, DWORD in_len, void *ret_out,
                             DWORD out_len, OVERLAPPED *overlapped)
{
    return DeviceIoControl(file, request, in, in_len, ret_out, out_len, NULL, overlapped);
}

int vnic__sys_read_device(HANDLE file, void *buf, DWORD len, OVERLAPPED *overlapped)
{
    return ReadFile(file, buf, len, NULL, overlapped);
}

int vnic__sys_write_device(HANDLE file, const void *data, DWORD len, OVERLAPPED *overlapped)
{
    return WriteFile(file, data, len, NULL, overlapped);
}

int vnic__sys_overlapped_result(HANDLE file, OVERLAPPED *overlapped, DWORD *ret_len)
{
    return GetOverlappedResult(file, overlapped, ret_len, FALSE);
}

int vnic__sys_cancel_io(HANDLE file, OVERLAPPED *overlapped)
{
    return CancelIoEx(file, overlapped);
}
