/* SPDX-License-Identifier: Apache-2.0 */
/* What the tool needs of a POSIX system; see cli.h. Windows has cli_win_system.c instead. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
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

int cli_local_time(uint64_t seconds, struct tm *ret)
{
    time_t when = (time_t)seconds;

    return localtime_r(&when, ret) != NULL;
}

void cli_pause_ms(unsigned ms)
{
    const struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};

    (void)nanosleep(&pause, NULL);
}

int cli_output_is_terminal(void)
{
    return isatty(STDOUT_FILENO);
}

int cli_reader_is_gone(int error)
{
    return error == EPIPE;
}

FILE *cli_create_file(const char *path)
{
    return fopen(path, "wbe");
}

int cli_system_name(char *os, size_t os_cap, char *hardware, size_t hardware_cap)
{
    struct utsname system;

    if (uname(&system) != 0) {
        return 0;
    }
    (void)snprintf(os, os_cap, "%.60s %.60s", system.sysname, system.release);
    (void)snprintf(hardware, hardware_cap, "%s", system.machine);
    return 1;
}

/* Any number that is not VNIC_UNSET. */
static int system_id(const char *what, const char *text, uint32_t *ret)
{
    uint64_t value = 0;
    int rc = cli_parse_number(what, text, 0, UINT32_MAX - 1, &value);

    *ret = (uint32_t)value;
    return rc;
}

int cli_parse_user(const char *text, uint32_t *ret)
{
    const struct passwd *entry = getpwnam(text);

    if (entry != NULL) {
        *ret = (uint32_t)entry->pw_uid;
        return 0;
    }
    if (text[0] < '0' || text[0] > '9') {
        return cli_usage_error("--owner: there is no user \"%s\"", text);
    }
    return system_id("--owner", text, ret);
}

int cli_parse_group(const char *text, uint32_t *ret)
{
    const struct group *entry = getgrnam(text);

    if (entry != NULL) {
        *ret = (uint32_t)entry->gr_gid;
        return 0;
    }
    if (text[0] < '0' || text[0] > '9') {
        return cli_usage_error("--group: there is no group \"%s\"", text);
    }
    return system_id("--group", text, ret);
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
