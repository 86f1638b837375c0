/* SPDX-License-Identifier: Apache-2.0 */
/* Members of the configuration that one family of systems has: their checks are the same everywhere, so
 * that a mistake shows wherever the program is tested. */
#include <string.h>

#include "config.h"
#include "dns_text.h"
#include "fail.h"
#include "inet_text.h"
#include "utf8.h"

/* api/wintun.h WINTUN_MIN_RING_CAPACITY, WINTUN_MAX_RING_CAPACITY. */
#define RING_MIN 0x20000u
#define RING_MAX 0x4000000u
#define METRIC_MAX 2147483647u
/* Wintun's tunnel type and an adapter's name share this limit: api/adapter.c MAX_ADAPTER_NAME, 128 with
 * the terminator. */
#define DESCRIPTION_UNITS 127
/* Windows cfgmgr32.h MAX_DEVICE_ID_LEN is 200. */
#define HARDWARE_ID_MAX 199

int vnic__check_metric(uint32_t metric, struct vnic_error *err)
{
    return vnic__check_range("metric", metric, 0, METRIC_MAX, err);
}

static int check_ring(uint32_t bytes, struct vnic_error *err)
{
    int rc = vnic__check_range("ring_capacity", bytes, RING_MIN, RING_MAX, err);

    if (rc == 0 && (bytes & (bytes - 1)) != 0) {
        rc = vnic__fail(err, VNIC_EINVAL, "check", "ring_capacity",
                        "\"ring_capacity\" is %u: it must be a power of two, such as 4194304",
                        (unsigned)bytes);
    }
    return rc;
}

/* RFC 4122 section 3, with or without the braces that Windows puts around it; nil is none. */
static int is_guid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t len = strlen(text);
    int any = 0;

    if (len == sizeof form + 1 && text[0] == '{' && text[len - 1] == '}') {
        text++;
        len -= 2;
    }
    if (len != sizeof form - 1) {
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        int digit = vnic__hex_digit(text[i]);

        if (form[i] == '-' ? text[i] != '-' : digit < 0) {
            return 0;
        }
        any |= digit > 0;
    }
    return any;
}

static int check_guid(const char *text, struct vnic_error *err)
{
    if (is_guid(text)) {
        return 0;
    }
    return vnic__fail(err, VNIC_EINVAL, "check", "adapter_guid",
                      "\"%.64s\" is not a GUID: write it like "
                      "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
                      text);
}

static int check_description(const char *text, struct vnic_error *err)
{
    int units = vnic__utf16_units(text);

    for (const char *c = text; *c != '\0'; c++) {
        units = (unsigned char)*c < 0x20 || *c == 0x7f ? -1 : units;
    }
    if (units > 0 && units <= DESCRIPTION_UNITS) {
        return 0;
    }
    return vnic__fail(
        err, VNIC_EINVAL, "check", "description",
        "the description \"%.64s\" is empty, longer than %d UTF-16 units, no UTF-8, or "
        "has control characters: give a short text",
        text, DESCRIPTION_UNITS);
}

static int check_hardware_id(const char *text, struct vnic_error *err)
{
    size_t len = strlen(text);
    int good = len > 0 && len <= HARDWARE_ID_MAX;

    for (size_t i = 0; i < len; i++) {
        good = good && text[i] > ' ' && text[i] < 0x7f && text[i] != ',';
    }
    if (good) {
        return 0;
    }
    return vnic__fail(err, VNIC_EINVAL, "check", "hardware_id",
                      "\"%.64s\" is not a hardware id: write it like tap0901, in at most %d plain "
                      "characters without spaces and commas",
                      text, HARDWARE_ID_MAX);
}

static int check_wintun_path(const char *path, struct vnic_error *err)
{
    if (path[0] != '\0' && vnic__utf16_units(path) > 0) {
        return 0;
    }
    return vnic__fail(err, VNIC_EINVAL, "check", "wintun_path",
                      "wintun_path \"%.64s\" is empty or no UTF-8: give the absolute path of "
                      "wintun.dll, or leave it out",
                      path);
}

int vnic__config_system_options(const struct vnic_config *c, const struct vnic__backend *b,
                                struct vnic_error *err)
{
    const struct vnic__option rows[] = {
        {VNIC__OPT_WINTUN_PATH, "wintun_path", c->wintun_path != NULL},
        {VNIC__OPT_ADAPTER_GUID, "adapter_guid", c->adapter_guid != NULL},
        {VNIC__OPT_DESCRIPTION, "description", c->description != NULL},
        {VNIC__OPT_HARDWARE_ID, "hardware_id", c->hardware_id != NULL},
        {VNIC__OPT_RING, "ring_capacity", c->ring_capacity != VNIC_UNSET},
        {VNIC__OPT_METRIC, "metric", c->metric != VNIC_UNSET},
        {VNIC__OPT_DNS, "dns", c->dns != NULL},
    };

    return vnic__check_options(b, rows, sizeof rows / sizeof rows[0], err);
}

int vnic__config_system(const struct vnic_config *c, struct vnic__settings *ret,
                        struct vnic_error *err)
{
    int rc = 0;

    if (c->wintun_path != NULL) {
        rc = check_wintun_path(c->wintun_path, err);
    }
    if (rc == 0 && c->adapter_guid != NULL) {
        rc = check_guid(c->adapter_guid, err);
    }
    if (rc == 0 && c->description != NULL) {
        rc = check_description(c->description, err);
    }
    if (rc == 0 && c->hardware_id != NULL) {
        rc = check_hardware_id(c->hardware_id, err);
    }
    if (rc == 0 && c->ring_capacity != VNIC_UNSET) {
        rc = check_ring(c->ring_capacity, err);
    }
    if (rc == 0 && c->metric != VNIC_UNSET) {
        rc = vnic__check_metric(c->metric, err);
    }
    if (rc == 0 && c->dns != NULL) {
        rc = vnic__dns_parse(c->dns, &ret->dns, err);
        ret->has_dns = 1;
    }
    ret->wintun_path = c->wintun_path;
    ret->adapter_guid = c->adapter_guid;
    ret->description = c->description;
    ret->hardware_id = c->hardware_id;
    ret->ring_capacity = c->ring_capacity;
    ret->metric = c->metric;
    return rc;
}
