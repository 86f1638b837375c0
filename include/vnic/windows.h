/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What only Windows has: asking for wintun.dll and its driver before anything is opened, and deleting
 * the driver. No header of Windows is included; on other systems the functions exist and answer
 * VNIC_ENOTSUP, so that one source serves all.
 */
#ifndef VNIC_WINDOWS_H
#define VNIC_WINDOWS_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/error.h"
#include "vnic/export.h"

VNIC_BEGIN_DECLS

/** What vnic_wintun_probe() found. Strings are UTF-8 and terminated; what is unknown is "". */
struct vnic_wintun_info {
    size_t size;             /**< sizeof(struct vnic_wintun_info), set by the caller */
    char path[1024];         /**< file of the DLL that vnic_open() would use; "" if it is longer */
    char dll_version[32];    /**< of that file, "0.14.1" */
    char driver_version[32]; /**< of the driver that runs, "0.14"; "": none is loaded now */
    uint32_t elevated;       /**< 1: this program has the rights to make adapters */
    uint32_t reserved;       /**< 0 */
};

/**
 * Looks for wintun.dll as vnic_open() does, loads it, and tells what it is. Nothing is created, and no
 * driver is installed. That no driver runs is no error: the first adapter brings it.
 *
 * @param path       [in]   the DLL's file, an absolute path; NULL: wintun.dll in the program's directory,
 *                          then in System32
 * @param ret_info   [out]  `size` set by the caller; at most so many bytes are filled
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       ret_info NULL, or path is empty or not absolute
 * @error VNIC_ENOTSUP      not Windows
 * @error VNIC_ENODRIVER    there is no such file, or it is for another processor; err.text says what to do
 * @error VNIC_EVERSION     ret_info->size is too small to be true, or the DLL lacks a function
 * @error VNIC_EPERM        the file may not be read
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EOS          anything else; err.os_code has it
 * @thread  any
 * @platform Windows
 * @source  wintun.h WintunGetRunningDriverVersion()
 * @since   0.3
 */
VNIC_API VNIC_MUST_CHECK int vnic_wintun_probe(const char *path, struct vnic_wintun_info *ret_info,
                                               struct vnic_error *ret_err);

/**
 * Deletes the Wintun driver from the system, for uninstallers. It comes back with the next adapter, of
 * whatever program. Never done by any other call.
 *
 * @param path       [in]   as vnic_wintun_probe()
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0, also when there was no driver
 * @error VNIC_EINVAL       path is empty or not absolute
 * @error VNIC_ENOTSUP      not Windows
 * @error VNIC_ENODRIVER    as vnic_wintun_probe()
 * @error VNIC_EVERSION     as vnic_wintun_probe()
 * @error VNIC_EBUSY        adapters exist, of this or another program; end them first
 * @error VNIC_EPERM        not elevated: only administrators may
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EOS          anything else; err.os_code has it
 * @thread  any
 * @platform Windows
 * @source  wintun.h WintunDeleteDriver()
 * @since   0.3
 */
VNIC_API int vnic_wintun_delete_driver(const char *path, struct vnic_error *ret_err);

VNIC_END_DECLS

#endif
