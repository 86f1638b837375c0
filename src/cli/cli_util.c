/* SPDX-License-Identifier: Apache-2.0 */
/* Small things that several subcommands need. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

int cli_netns_path(const char *netns, char *ret_path, size_t cap)
{
    /* As ip-netns(8): a bare name is a file that `ip netns add` made. */
    const char *dir = strchr(netns, '/') != NULL ? "" : "/run/netns/";
    int len = snprintf(ret_path, cap, "%s%s", dir, netns);

    if (netns[0] == '\0') {
        return cli_usage_error("--netns: give a name or a path");
    }
    if (len < 0 || (size_t)len >= cap) {
        return cli_usage_error("--netns: the path is too long");
    }
    return 0;
}

int cli_enter_netns(const char *netns)
{
    char path[512];
    int error;
    int fd;

    if (cli_netns_path(netns, path, sizeof path) != 0) {
        return CLI_USAGE;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        cli_complain("no network namespace \"%s\": %s", path, strerror(errno));
        return errno == EACCES ? CLI_PERMISSION : CLI_NOT_FOUND;
    }
    error = setns(fd, CLONE_NEWNET) == 0 ? 0 : errno;
    (void)close(fd);
    if (error != 0) {
        cli_complain("cannot enter the network namespace \"%s\": %s%s", path, strerror(error),
                     error == EPERM ? " (needs CAP_SYS_ADMIN: run as root)" : "");
        return error == EPERM ? CLI_PERMISSION : CLI_NOT_FOUND;
    }
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

static uint64_t clock_ns(clockid_t id)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t cli_wall_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

uint64_t cli_mono_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

const char *cli_printable(const char *text, char *buf, size_t cap)
{
    size_t used = 0;

    for (; *text != '\0' && used + 5 < cap; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7F) {
            used += (size_t)snprintf(buf + used, cap - used, "\\x%02x", c);
        } else {
            buf[used++] = *text;
        }
    }
    buf[used] = '\0';
    return buf;
}

const char *cli_user_name(uint32_t uid, char *buf, size_t cap)
{
    const struct passwd *entry = getpwuid((uid_t)uid);

    if (entry != NULL) {
        (void)snprintf(buf, cap, "%s", entry->pw_name);
    } else {
        (void)snprintf(buf, cap, "%lu", (unsigned long)uid);
    }
    return buf;
}

const char *cli_group_name(uint32_t gid, char *buf, size_t cap)
{
    const struct group *entry = getgrgid((gid_t)gid);

    if (entry != NULL) {
        (void)snprintf(buf, cap, "%s", entry->gr_name);
    } else {
        (void)snprintf(buf, cap, "%lu", (unsigned long)gid);
    }
    return buf;
}
