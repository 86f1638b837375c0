/* SPDX-License-Identifier: Apache-2.0 */
/* The codes' names and texts, and the filling of struct vnic_error. */
#include "vnic/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"

struct error_entry {
    int code;
    const char *name;
    const char *text;
    const char *advice;
};

static const struct error_entry error_table[] = {{VNIC_OK, "VNIC_OK", "success", ""},
#define ERROR_ENTRY(name, number, text, advice) {name, #name, text, advice},
                                                 VNIC_ERROR_MAP(ERROR_ENTRY)
#undef ERROR_ENTRY
};

static const struct error_entry *find_error(int code)
{
    static const struct error_entry unknown = {0, "VNIC_UNKNOWN", "unknown code", ""};

    for (size_t i = 0; i < sizeof error_table / sizeof error_table[0]; i++) {
        if (error_table[i].code == code) {
            return &error_table[i];
        }
    }
    return &unknown;
}

const char *vnic_error_name(int code)
{
    return find_error(code)->name;
}

const char *vnic_error_text(int code)
{
    return find_error(code)->text;
}

const char *vnic_error_advice(int code)
{
    return find_error(code)->advice;
}

/* Bytes of the character at s; 0: a control character, or no UTF-8 (RFC 3629 section 4). */
static size_t shown_len(const unsigned char *s)
{
    size_t len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    unsigned low = 0x80, high = 0xbf;

    if (s[0] < 0x80) {
        return s[0] >= 0x20 && s[0] != 0x7f;
    }
    if (s[0] < 0xc2 || s[0] > 0xf4) {
        return 0;
    }
    low = s[0] == 0xe0 || s[0] == 0xc2 ? 0xa0 : s[0] == 0xf0 ? 0x90 : low;
    high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : high;
    if (s[1] < low || s[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if (s[i] < 0x80 || s[i] > 0xbf) {
            return 0;
        }
    }
    return len;
}

void vnic__clean_text(char *text)
{
    while (*text != '\0') {
        size_t len = shown_len((const unsigned char *)text);

        if (len == 0) {
            *text = '?';
            len = 1;
        }
        text += len;
    }
}

int vnic__fail(struct vnic_error *err, int code, const char *operation, const char *field,
               const char *format, ...)
{
    va_list args;

    if (err == NULL) {
        return code;
    }
    memset(err, 0, sizeof *err);
    err->code = code;
    (void)snprintf(err->operation, sizeof err->operation, "%s", operation ? operation : "");
    (void)snprintf(err->field, sizeof err->field, "%s", field ? field : "");
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    vnic__clean_text(err->text);
    return code;
}

void vnic__fail_os(struct vnic_error *err, uint32_t domain, int32_t os_code)
{
    if (err != NULL) {
        err->os_domain = domain;
        err->os_code = os_code;
    }
}

int vnic__fail_memory(struct vnic_error *err, const char *operation)
{
    return vnic__fail(err, VNIC_ENOMEM, operation, NULL,
                      "out of memory: free memory and try again");
}

int vnic__fail_null(struct vnic_error *err, const char *operation, const char *argument)
{
    return vnic__fail(err, VNIC_EINVAL, operation, argument,
                      "the argument \"%s\" is NULL: pass a valid pointer", argument);
}

int vnic__fail_unsupported(struct vnic_error *err, const char *operation, const char *field,
                           const char *backend)
{
    return vnic__fail(err, VNIC_ENOTSUP, operation, field,
                      "the backend \"%s\" does not support \"%s\": leave it out, or choose another "
                      "backend",
                      backend, field);
}
