/* SPDX-License-Identifier: Apache-2.0 */
/* The doors to device files, all of which lead to the modelled TAP driver. */
#include "model_tap.h"

#include "fault_models.h"

using namespace model;

HANDLE vnic__model_open_device(const wchar_t *path, DWORD flags)
{
    if ((flags & FILE_FLAG_OVERLAPPED) == 0)
        mistake("the device is opened without FILE_FLAG_OVERLAPPED");
    return device_open(path);
}

void vnic__model_close_device(HANDLE file)
{
    device_close(file);
}

int vnic__model_device_control(HANDLE file, DWORD request, void *in, DWORD in_len, void *ret_out,
                               DWORD out_len, OVERLAPPED *overlapped)
{
    return device_control(file, request, in, in_len, ret_out, out_len, nullptr, overlapped);
}

int vnic__model_read_device(HANDLE file, void *buf, DWORD len, OVERLAPPED *overlapped)
{
    return device_read(file, buf, len, overlapped);
}

int vnic__model_write_device(HANDLE file, const void *data, DWORD len, OVERLAPPED *overlapped)
{
    return device_write(file, data, len, overlapped);
}

int vnic__model_overlapped_result(HANDLE file, OVERLAPPED *overlapped, DWORD *ret_len)
{
    return device_result(file, overlapped, ret_len, FALSE);
}

int vnic__model_cancel_io(HANDLE file, OVERLAPPED *overlapped)
{
    return device_cancel(file, overlapped);
}
