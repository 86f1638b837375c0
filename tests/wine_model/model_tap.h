/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of the device of TAP-Windows6 9.27: `\\.\Global\{GUID}.tap`, its control codes and its reads
 * and writes that stay pending. Rules: src/device.c, src/txpath.c, src/rxpath.c and src/tap-windows.h of
 * the driver's source; each is cited where it is modelled. The functions have the form of the Win32 ones
 * that they stand for; the models of the doors call them.
 */
#ifndef VNIC_TESTS_MODEL_TAP_H
#define VNIC_TESTS_MODEL_TAP_H

#include <string>

#include "model_machine.h"

namespace model
{

HANDLE device_open(const std::wstring &path);
bool is_device(HANDLE handle);
void device_close(HANDLE handle);
BOOL device_control(HANDLE handle, DWORD code, const void *in, DWORD in_len, void *out,
                    DWORD out_len, DWORD *ret_len, OVERLAPPED *overlapped);
BOOL device_read(HANDLE handle, void *buf, DWORD len, OVERLAPPED *overlapped);
BOOL device_write(HANDLE handle, const void *data, DWORD len, OVERLAPPED *overlapped);
BOOL device_cancel(HANDLE handle, OVERLAPPED *overlapped);
BOOL device_result(HANDLE handle, OVERLAPPED *overlapped, DWORD *ret_len, BOOL wait);

/* What is wrong with the driver. */
struct TapFaults {
    bool at_once = false;        /* reads that find a frame complete without ERROR_IO_PENDING */
    bool slow_writes = false;    /* writes stay pending until tap_finish_writes() */
    DWORD write_error = 0;       /* every write fails so */
    DWORD read_error = 0;        /* every read is refused so */
    DWORD cancel_error = 0;      /* nothing can be cancelled */
    bool asleep = false;         /* without power: reads and writes are refused, what pends stays */
    DWORD major = 9, minor = 27; /* TAP_WIN_IOCTL_GET_VERSION */
};
TapFaults &tap_faults();

/* A frame for the program; false: nobody has the device, no medium, or 64 are waiting already. */
bool tap_give(const InterfacePtr &i, const Bytes &frame);
/* The next frame that the program wrote; empty when none comes in time. */
Bytes tap_take(const InterfacePtr &i, int timeout_ms);
void tap_finish_writes(const InterfacePtr &i);
/* What going to sleep does: whatever is pending ends with ERROR_OPERATION_ABORTED. */
void tap_abort_all(const InterfacePtr &i);
/* What the end of a thread does: the reads that it asked for end with ERROR_OPERATION_ABORTED. */
void tap_end_thread(const InterfacePtr &i, DWORD thread);
/* The device is removed, or disabled by somebody else. */
void tap_pull(const InterfacePtr &i);
/* Somebody disables the adapter and enables it again: who has it open has a device that is dead. */
void tap_start_anew(const InterfacePtr &i);
/* How often the device was opened. */
int tap_opened(const InterfacePtr &i);
/* Somebody else has the device open. */
void tap_occupy(const InterfacePtr &i, bool occupied);

bool tap_is_open(const InterfacePtr &i);
bool tap_is_tun(const InterfacePtr &i);
/* What TUN mode was told: "10.9.0.1 0.0.0.0 0.0.0.0", the address, the network and its mask. */
std::string tap_tun_config(const InterfacePtr &i);
size_t tap_pending_reads(const InterfacePtr &i);
size_t tap_pending_writes(const InterfacePtr &i);

/* The block that is freed now: a mistake when the device still has an operation in it. */
void tap_freed(const void *block, size_t size);

void tap_reset();

}

#endif
