/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Put before src/os/windows/win_services.c, which is a door of its own: in the library of the fault sweep
 * its events come through the failing door, so that they are counted and can fail.
 */
#ifndef VNIC_TESTS_FAULT_SERVICES_H
#define VNIC_TESTS_FAULT_SERVICES_H

#include <windows.h>

HANDLE vnic__sys_create_event(BOOL manual_reset, BOOL is_set);
BOOL vnic__sys_close_handle(HANDLE handle);

#define CreateEventW(security, manual_reset, is_set, name)                                         \
    vnic__sys_create_event((manual_reset), (is_set))
#define CloseHandle(handle) vnic__sys_close_handle(handle)

#endif
