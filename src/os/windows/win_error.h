/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a number of Windows means, operation by operation, and the sentence that says what to do.
 *
 * One function makes all errors: an operation hands in the number, a table of the numbers that mean
 * something special for it, and what failed in words. Numbers that the table does not have get their
 * general meaning.
 */
#ifndef VNIC_OS_WINDOWS_WIN_ERROR_H
#define VNIC_OS_WINDOWS_WIN_ERROR_H

#include <stdint.h>

#include <windows.h>

#include "vnic/error.h"

/* winerror.h of the Windows SDK; older copies lack these. */
#ifndef ERROR_INVALID_IMAGE_HASH
#define ERROR_INVALID_IMAGE_HASH 577u
#endif
#ifndef ERROR_VERSION_PARSE_ERROR
#define ERROR_VERSION_PARSE_ERROR 777u
#endif

/* One number of an operation. A table of them ends with an advice of NULL. */
struct win_reason {
    uint32_t
        os_code; /* GetLastError(), a NETIO status, … ; an HRESULT of a Win32 error is unpacked */
    int code;    /* VNIC_E… */
    const char *advice; /* why and what to do: goes behind "cannot do this: " */
};

/*
 * Fills err with "WHAT: ADVICE (NAME, Windows error N)" and the number; returns the code. `operation` is
 * the system's function ("WintunCreateAdapter"), `field` the member of the configuration at fault or
 * NULL, `reasons` may be NULL, `what` says what failed ("cannot create the adapter tun0").
 */
int vnic__win_fail(struct vnic_error *err, uint32_t os_code, const char *operation,
                   const char *field, const struct win_reason *reasons, const char *what);

/* The code of a number for packet calls, which have no err; reasons may be NULL. */
int vnic__win_code(uint32_t os_code, const struct win_reason *reasons);

/* "ERROR_ACCESS_DENIED"; "an error without a name here" for one that nothing here uses. */
const char *vnic__win_error_name(uint32_t os_code);

/*
 * HRESULTs with FACILITY_WIN32 and NTSTATUS-free numbers as plain Win32 codes: SetupAPI, SwDevice and
 * Wintun hand on both kinds with SetLastError().
 */
uint32_t vnic__win_plain_code(uint32_t os_code);

/* rc, or VNIC_EOS (err's code too) when it is none of `codes`, which 0 ends: a function returns nothing
 * that its documentation does not promise. */
int vnic__win_promised(struct vnic_error *err, int rc, const int *codes);

#endif
