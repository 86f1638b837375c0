/* SPDX-License-Identifier: Apache-2.0 */
/* Small things that several subcommands need. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

int cli_parse_number(const char *what, const char *text, uint64_t min, uint64_t max,
                     uint64_t *ret_value)
{
    unsigned long long value;
    char *end;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value < min ||
        value > max) {
        return cli_usage_error("%s: \"%s\" is not a number from %llu to %llu", what, text,
                               (unsigned long long)min, (unsigned long long)max);
    }
    *ret_value = value;
    return 0;
}

struct find_request {
    const char *name;
    struct vnic_info *ret_info;
    int found;
};

static int find_compare(void *user, const struct vnic_info *info)
{
    struct find_request *request = user;

    if (strcmp(info->name, request->name) != 0) {
        return 0;
    }
    *request->ret_info = *info;
    request->found = 1;
    return 1;
}

int cli_find_interface(const char *backend, const char *name, struct vnic_info *ret_info,
                       struct vnic_error *ret_err)
{
    struct find_request request = {name, ret_info, 0};
    int rc = vnic_list(backend, find_compare, &request, ret_err);

    if (rc < 0) {
        return rc;
    }
    if (!request.found) {
        memset(ret_err, 0, sizeof *ret_err);
        ret_err->code = VNIC_ENODEV;
        (void)snprintf(ret_err->text, sizeof ret_err->text,
                       "there is no TUN or TAP interface \"%s\": `vnic list` shows those that are "
                       "there",
                       name);
        return VNIC_ENODEV;
    }
    return 0;
}

const char *cli_layer_name(uint32_t layer)
{
    return layer == VNIC_TAP ? "TAP" : "TUN";
}

const char *cli_address_text(uint8_t family, const uint8_t *address, char *buf, size_t cap)
{
    struct vnic_prefix host = {.family = family, .prefix_len = family == VNIC_IPV4 ? 32 : 128};
    char *slash;

    memcpy(host.addr, address, family == VNIC_IPV4 ? 4 : 16);
    if (vnic_prefix_format(&host, buf, cap) < 0) {
        (void)snprintf(buf, cap, "?");
    }
    slash = strchr(buf, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    return buf;
}

int cli_wants_color(void)
{
    /* https://no-color.org: a non-empty NO_COLOR turns colours off. */
    const char *no_color = getenv("NO_COLOR");

    return cli_output_is_terminal() && (no_color == NULL || no_color[0] == '\0');
}

/* Bytes of the character at `text`: what follows its first byte belongs to it. */
static size_t character_length(const char *text)
{
    size_t len = 1;

    while (((unsigned char)text[len] & 0xC0) == 0x80) {
        len++;
    }
    return len;
}

const char *cli_printable(const char *text, char *buf, size_t cap)
{
    size_t used = 0;

    while (*text != '\0') {
        unsigned char c = (unsigned char)*text;
        size_t len = character_length(text);

        /* The longest that is put there, and the terminator. */
        if (used + (len > 4 ? len : 4) >= cap) {
            break;
        }
        if (c < 0x20 || c == 0x7F) {
            used += (size_t)snprintf(buf + used, cap - used, "\\x%02x", c);
            text++;
        } else {
            memcpy(buf + used, text, len);
            used += len;
            text += len;
        }
    }
    buf[used] = '\0';
    return buf;
}
