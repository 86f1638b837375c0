/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling struct vnic_error. Each function returns the code that it was given, so that a failure is
 * one statement: return vnic__fail(…). err may be NULL everywhere.
 */
#ifndef VNIC_CORE_FAIL_H
#define VNIC_CORE_FAIL_H

#include "vnic/error.h"

/* `operation` and `field` may be NULL; the text is formatted and must be a sentence for a person. */
int vnic__fail(struct vnic_error *err, int code, const char *operation, const char *field,
               const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 5, 6)))
#endif
    ;

/*
 * Puts '?' for control characters and for what is no UTF-8: texts quote names and paths, which may hold
 * anything, and end up on terminals and in logs.
 */
void vnic__clean_text(char *text);

/* Adds the system's number to a filled err. */
void vnic__fail_os(struct vnic_error *err, uint32_t domain, int32_t os_code);

/* VNIC_ENOMEM. */
int vnic__fail_memory(struct vnic_error *err, const char *operation);

/* VNIC_EINVAL for an argument that is NULL. */
int vnic__fail_null(struct vnic_error *err, const char *operation, const char *argument);

/* VNIC_ENOTSUP, naming the option or call. */
int vnic__fail_unsupported(struct vnic_error *err, const char *operation, const char *field,
                           const char *backend);

#endif
