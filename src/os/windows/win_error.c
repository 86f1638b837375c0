/* SPDX-License-Identifier: Apache-2.0 */
/* What a number of Windows means where its operation has nothing special to say, and the texts. */
#include "win_error.h"

#include <stddef.h>
#include <stdio.h>

#include <windows.h>

#include <setupapi.h>

#include "core/fail.h"

/* Every number that an operation of this library tells apart, or that users have been seen to meet. */
#define WIN_NAMED_CODES(X)                                                                         \
    X(ERROR_SUCCESS, VNIC_EOS)                                                                     \
    X(ERROR_INVALID_FUNCTION, VNIC_ENOTSUP)                                                        \
    X(ERROR_FILE_NOT_FOUND, VNIC_EOS)                                                              \
    X(ERROR_PATH_NOT_FOUND, VNIC_EOS)                                                              \
    X(ERROR_TOO_MANY_OPEN_FILES, VNIC_EMFILE)                                                      \
    X(ERROR_ACCESS_DENIED, VNIC_EPERM)                                                             \
    X(ERROR_INVALID_HANDLE, VNIC_EOS)                                                              \
    X(ERROR_NOT_ENOUGH_MEMORY, VNIC_ENOMEM)                                                        \
    X(ERROR_BAD_FORMAT, VNIC_EVERSION)                                                             \
    X(ERROR_INVALID_DATA, VNIC_EOS)                                                                \
    X(ERROR_OUTOFMEMORY, VNIC_ENOMEM)                                                              \
    X(ERROR_NO_MORE_FILES, VNIC_EOS)                                                               \
    X(ERROR_NOT_READY, VNIC_EOS)                                                                   \
    X(ERROR_BAD_LENGTH, VNIC_EOS)                                                                  \
    X(ERROR_GEN_FAILURE, VNIC_EOS)                                                                 \
    X(ERROR_SHARING_VIOLATION, VNIC_EBUSY)                                                         \
    X(ERROR_HANDLE_EOF, VNIC_ECLOSED)                                                              \
    X(ERROR_NOT_SUPPORTED, VNIC_ENOTSUP)                                                           \
    X(ERROR_DUP_NAME, VNIC_EEXIST)                                                                 \
    X(ERROR_DEV_NOT_EXIST, VNIC_ECLOSED)                                                           \
    X(ERROR_NETWORK_ACCESS_DENIED, VNIC_EPERM)                                                     \
    X(ERROR_FILE_EXISTS, VNIC_EEXIST)                                                              \
    X(ERROR_INVALID_PARAMETER, VNIC_EOS)                                                           \
    X(ERROR_BROKEN_PIPE, VNIC_ECLOSED)                                                             \
    X(ERROR_BUFFER_OVERFLOW, VNIC_EOS)                                                             \
    X(ERROR_CALL_NOT_IMPLEMENTED, VNIC_ENOTSUP)                                                    \
    X(ERROR_SEM_TIMEOUT, VNIC_EOS)                                                                 \
    X(ERROR_INSUFFICIENT_BUFFER, VNIC_EOS)                                                         \
    X(ERROR_INVALID_NAME, VNIC_ENAME)                                                              \
    X(ERROR_MOD_NOT_FOUND, VNIC_EOS)                                                               \
    X(ERROR_PROC_NOT_FOUND, VNIC_EVERSION)                                                         \
    X(ERROR_BUSY, VNIC_EBUSY)                                                                      \
    X(ERROR_ALREADY_EXISTS, VNIC_EEXIST)                                                           \
    X(ERROR_BAD_EXE_FORMAT, VNIC_EVERSION)                                                         \
    X(ERROR_EXE_MACHINE_TYPE_MISMATCH, VNIC_EVERSION)                                              \
    X(ERROR_FILENAME_EXCED_RANGE, VNIC_EOS)                                                        \
    X(ERROR_MORE_DATA, VNIC_EOS)                                                                   \
    X(ERROR_VERSION_PARSE_ERROR, VNIC_EVERSION)                                                    \
    X(ERROR_NO_MORE_ITEMS, VNIC_EAGAIN)                                                            \
    X(ERROR_INVALID_BLOCK, VNIC_EOS)                                                               \
    X(WAIT_TIMEOUT, VNIC_EOS)                                                                      \
    X(ERROR_DRIVER_BLOCKED, VNIC_ENODRIVER)                                                        \
    X(ERROR_INVALID_IMAGE_HASH, VNIC_ENODRIVER)                                                    \
    X(ERROR_OPERATION_ABORTED, VNIC_EOS)                                                           \
    X(ERROR_IO_INCOMPLETE, VNIC_EAGAIN)                                                            \
    X(ERROR_IO_PENDING, VNIC_EAGAIN)                                                               \
    X(ERROR_NOACCESS, VNIC_EOS)                                                                    \
    X(ERROR_SERVICE_DOES_NOT_EXIST, VNIC_ENODRIVER)                                                \
    X(ERROR_SERVICE_MARKED_FOR_DELETE, VNIC_ENODRIVER)                                             \
    X(ERROR_IO_DEVICE, VNIC_EOS)                                                                   \
    X(ERROR_DLL_INIT_FAILED, VNIC_EOS)                                                             \
    X(ERROR_DEVICE_NOT_CONNECTED, VNIC_ECLOSED)                                                    \
    X(ERROR_NOT_FOUND, VNIC_EOS)                                                                   \
    X(ERROR_DEVICE_NOT_AVAILABLE, VNIC_ECLOSED)                                                    \
    X(ERROR_CANCELLED, VNIC_EOS)                                                                   \
    X(ERROR_DEVICE_IN_USE, VNIC_EBUSY)                                                             \
    X(ERROR_ALREADY_INITIALIZED, VNIC_EBUSY)                                                       \
    X(ERROR_NO_MORE_DEVICES, VNIC_EOS)                                                             \
    X(ERROR_PRIVILEGE_NOT_HELD, VNIC_EPERM)                                                        \
    X(ERROR_NO_SYSTEM_RESOURCES, VNIC_ENOMEM)                                                      \
    X(ERROR_NONPAGED_SYSTEM_RESOURCES, VNIC_ENOMEM)                                                \
    X(ERROR_PAGED_SYSTEM_RESOURCES, VNIC_ENOMEM)                                                   \
    X(ERROR_WORKING_SET_QUOTA, VNIC_ENOMEM)                                                        \
    X(ERROR_PAGEFILE_QUOTA, VNIC_ENOMEM)                                                           \
    X(ERROR_COMMITMENT_LIMIT, VNIC_ENOMEM)                                                         \
    X(ERROR_NOT_ENOUGH_QUOTA, VNIC_ENOMEM)                                                         \
    X(ERROR_NO_UNICODE_TRANSLATION, VNIC_EINVAL)                                                   \
    X(ERROR_OBJECT_ALREADY_EXISTS, VNIC_EEXIST)                                                    \
    X(ERROR_TIMEOUT, VNIC_EOS)                                                                     \
    X(ERROR_ACCESS_DISABLED_BY_POLICY, VNIC_EPERM)                                                 \
    X(ERROR_DS_UNAVAILABLE, VNIC_EOS)                                                              \
    X(ERROR_SUCCESS_REBOOT_REQUIRED, VNIC_EOS)                                                     \
    X(ERROR_NOT_AUTHENTICATED, VNIC_EPERM)                                                         \
    X(ERROR_IN_WOW64, VNIC_EVERSION)                                                               \
    X(ERROR_NO_SUCH_DEVINST, VNIC_ECLOSED)                                                         \
    X(ERROR_DEVINST_ALREADY_EXISTS, VNIC_EEXIST)                                                   \
    X(ERROR_NO_DEVICE_SELECTED, VNIC_EOS)                                                          \
    X(ERROR_NO_DRIVER_SELECTED, VNIC_ENODRIVER)                                                    \
    X(ERROR_NO_COMPAT_DRIVERS, VNIC_ENODRIVER)                                                     \
    X(ERROR_INF_IN_USE_BY_DEVICES, VNIC_EBUSY)                                                     \
    X(ERROR_INVALID_DEVINST_NAME, VNIC_EOS)                                                        \
    X(ERROR_KEY_DOES_NOT_EXIST, VNIC_EOS)                                                          \
    X(ERROR_INVALID_CLASS, VNIC_EOS)                                                               \
    X(ERROR_DRIVER_STORE_ADD_FAILED, VNIC_ENODRIVER)                                               \
    X(ERROR_AUTHENTICODE_TRUST_NOT_ESTABLISHED, VNIC_ENODRIVER)                                    \
    X(ERROR_AUTHENTICODE_PUBLISHER_NOT_TRUSTED, VNIC_ENODRIVER)                                    \
    X(E_NOTIMPL, VNIC_ENOTSUP)                                                                     \
    X(E_NOINTERFACE, VNIC_ENOTSUP)                                                                 \
    X(E_FAIL, VNIC_EOS)                                                                            \
    X(E_UNEXPECTED, VNIC_EOS)                                                                      \
    X(CO_E_NOTINITIALIZED, VNIC_EOS)                                                               \
    X(CO_E_SERVER_EXEC_FAILURE, VNIC_EOS)                                                          \
    X(RPC_E_CHANGED_MODE, VNIC_EOS)                                                                \
    X(RPC_S_SERVER_UNAVAILABLE, VNIC_EOS)                                                          \
    X(REGDB_E_CLASSNOTREG, VNIC_ENOTSUP)

/* setupapi.h of the Windows SDK; older copies lack it. */
#ifndef ERROR_DRIVER_STORE_ADD_FAILED
#define ERROR_DRIVER_STORE_ADD_FAILED 0xE0000247u
#endif

/* An HRESULT that carries a Win32 error: winerror.h HRESULT_FROM_WIN32(). */
#define WIN_HRESULT_OF_WIN32 0x80070000u
#define WIN_HRESULT_FACILITY 0xFFFF0000u
#define WIN_HRESULT_NUMBER 0x0000FFFFu

struct win_named_code {
    uint32_t os_code;
    int code;
    const char *name;
};

static const struct win_named_code *find_named_code(uint32_t os_code)
{
#define WIN_NAMED_CODE(name, code) {(uint32_t)(name), code, #name},
    static const struct win_named_code all[] = {WIN_NAMED_CODES(WIN_NAMED_CODE)};
#undef WIN_NAMED_CODE

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].os_code == os_code) {
            return &all[i];
        }
    }
    return NULL;
}

uint32_t vnic__win_plain_code(uint32_t os_code)
{
    return (os_code & WIN_HRESULT_FACILITY) == WIN_HRESULT_OF_WIN32 ? os_code & WIN_HRESULT_NUMBER
                                                                    : os_code;
}

const char *vnic__win_error_name(uint32_t os_code)
{
    const struct win_named_code *found = find_named_code(vnic__win_plain_code(os_code));

    return found != NULL ? found->name : "an error without a name here";
}

static const struct win_reason *find_reason(uint32_t os_code, const struct win_reason *reasons)
{
    for (; reasons != NULL && reasons->advice != NULL; reasons++) {
        if (reasons->os_code == os_code) {
            return reasons;
        }
    }
    return NULL;
}

int vnic__win_code(uint32_t os_code, const struct win_reason *reasons)
{
    uint32_t plain = vnic__win_plain_code(os_code);
    const struct win_reason *reason = find_reason(plain, reasons);
    const struct win_named_code *named;

    if (reason != NULL) {
        return reason->code;
    }
    named = find_named_code(plain);
    return named != NULL ? named->code : VNIC_EOS;
}

/* Those of COM and of the installer are written in hexadecimal everywhere, the others are not. */
static void write_code(uint32_t os_code, char *ret, size_t cap)
{
    (void)snprintf(ret, cap, os_code > INT32_MAX ? "0x%08lX" : "%lu", (unsigned long)os_code);
}

int vnic__win_fail(struct vnic_error *err, uint32_t os_code, const char *operation,
                   const char *field, const struct win_reason *reasons, const char *what)
{
    uint32_t plain = vnic__win_plain_code(os_code);
    const struct win_reason *reason = find_reason(plain, reasons);
    int code = vnic__win_code(plain, reasons);
    char number[16];

    write_code(plain, number, sizeof number);
    if (reason != NULL) {
        (void)vnic__fail(err, code, operation, field, "%s: %s (%s, Windows error %s)", what,
                         reason->advice, vnic__win_error_name(plain), number);
    } else {
        (void)vnic__fail(err, code, operation, field, "%s: %s (%s, Windows error %s): %s", what,
                         vnic_error_text(code), vnic__win_error_name(plain), number,
                         vnic_error_advice(code));
    }
    vnic__fail_os(err, VNIC_OS_WIN32, (int32_t)plain);
    return code;
}

int vnic__win_promised(struct vnic_error *err, int rc, const int *codes)
{
    if (rc >= 0) {
        return rc;
    }
    for (const int *code = codes; *code != 0; code++) {
        if (*code == rc) {
            return rc;
        }
    }
    if (err != NULL) {
        err->code = VNIC_EOS;
    }
    return VNIC_EOS;
}
