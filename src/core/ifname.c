/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules are those of Linux dev_valid_name() in net/core/dev.c (not empty, not too long, not "."
 * or "..", no '/', ':' or space: the name becomes a directory in sysfs, and ':' once marked an
 * alias), with three more for names that the system would take but that do harm: control characters
 * and bytes above 126 (unreadable in logs and shells), and '%' (dev_alloc_name() reads it as a
 * pattern, and one left in a name breaks every tool that passes it to printf).
 */
#include "ifname.h"

#include <string.h>

#include "vnic/error.h"

static const char *char_reason(char c)
{
    if (c == '/') {
        return "contains '/'";
    }
    if (c == ':') {
        return "contains ':'";
    }
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
        return "contains white space";
    }
    return c < 33 || c > 126 ? "contains a character that cannot be printed" : NULL;
}

static const char *pattern_reason(const char *name, uint32_t flags)
{
    const char *percent = strchr(name, '%');

    if (percent == NULL) {
        return NULL;
    }
    if ((flags & VNIC__IFNAME_PATTERN) == 0) {
        return "contains '%', which is for automatic numbers only";
    }
    if (percent[1] != 'd') {
        return "contains '%' without 'd' behind it";
    }
    return strchr(percent + 1, '%') != NULL ? "contains more than one '%'" : NULL;
}

static const char *name_reason(const char *name, size_t max, uint32_t flags)
{
    size_t len;

    if (name == NULL || name[0] == '\0') {
        return "is empty";
    }
    len = strlen(name);
    if (len > max) {
        return max == VNIC__IFNAME_MAX ? "is longer than 15 characters" : "is too long";
    }
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return "is a directory, not a name";
    }
    for (size_t i = 0; i < len; i++) {
        const char *reason = char_reason(name[i]);

        if (reason != NULL) {
            return reason;
        }
    }
    return pattern_reason(name, flags);
}

int vnic__ifname_check(const char *name, size_t max, uint32_t flags, const char **ret_reason)
{
    const char *reason = name_reason(name, max, flags);

    if (reason == NULL) {
        return VNIC_OK;
    }
    if (ret_reason != NULL) {
        *ret_reason = reason;
    }
    return VNIC_ENAME;
}
