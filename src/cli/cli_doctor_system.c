/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic doctor`: kernel, device node, driver, container, limits, helpful programs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli_doctor_linux.h"
#include "cli_json.h"
#include "cli_tcp.h"

#define NODE "/dev/net/tun"

/* Linux Documentation/admin-guide/devices.txt: character device 10:200. */
#define NODE_MAJOR 10
#define NODE_MINOR 200

void cli_check_kernel(struct cli_finding *f)
{
    struct utsname system;
    char *minor_text = NULL;
    long major = 0;
    long minor = 0;

    if (uname(&system) != 0) {
        cli_find(f, CLI_HEALTH_NOTE, NULL, "the kernel's version cannot be told");
        return;
    }
    major = strtol(system.release, &minor_text, 10);
    if (*minor_text == '.') {
        minor = strtol(minor_text + 1, NULL, 10);
    }
    if (major > 6 || (major == 6 && minor >= 2)) {
        /* Linux net/core/dev.c dev_change_name(): an interface that is up can be renamed. */
        cli_find(f, CLI_HEALTH_OK, NULL, "kernel %s (%s)", system.release, system.machine);
    } else {
        cli_find(f, CLI_HEALTH_NOTE, NULL,
                 "kernel %s (%s): before 6.2 an interface must be down to be renamed",
                 system.release, system.machine);
    }
}

static void check_node_open(struct cli_finding *f, unsigned mode)
{
    int fd = open(NODE, O_RDWR | O_CLOEXEC);

    if (fd >= 0) {
        (void)close(fd);
        cli_find(f, CLI_HEALTH_OK, NULL, NODE " can be opened (mode %04o)", mode);
    } else if (errno == EACCES || errno == EPERM) {
        cli_find(
            f, CLI_HEALTH_BAD, "chmod 0666 " NODE " (as root; creating still needs CAP_NET_ADMIN)",
            NODE " cannot be opened by this user (mode %04o)%s", mode,
            errno == EPERM ? ": the container's device rules forbid it; allow device 10:200" : "");
    } else {
        cli_find(f, CLI_HEALTH_BAD, "modprobe tun", NODE " cannot be opened: %s", strerror(errno));
    }
}

void cli_check_node(struct cli_finding *f)
{
    struct stat st;

    if (stat(NODE, &st) != 0) {
        cli_find(f, CLI_HEALTH_BAD,
                 "modprobe tun; mkdir -p /dev/net; mknod -m 0666 " NODE
                 " c 10 200 (in a container: start it with --device " NODE ")",
                 NODE " is not there: %s", strerror(errno));
    } else if (!S_ISCHR(st.st_mode) || major(st.st_rdev) != NODE_MAJOR ||
               minor(st.st_rdev) != NODE_MINOR) {
        cli_find(f, CLI_HEALTH_BAD, "rm " NODE "; mknod -m 0666 " NODE " c 10 200",
                 NODE " is not the character device 10:200");
    } else {
        check_node_open(f, (unsigned)st.st_mode & 07777u);
    }
}

/* Whether a list of modules of the running kernel names tun.ko. */
static int check_module_listed(const char *list)
{
    struct utsname system;
    char path[256];
    char line[1024];
    int found = 0;
    FILE *file;

    if (uname(&system) != 0) {
        return 0;
    }
    (void)snprintf(path, sizeof path, "/lib/modules/%s/%s", system.release, list);
    file = fopen(path, "re");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        found = strstr(line, "/tun.ko") != NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

void cli_check_module(struct cli_finding *f)
{
    char misc[4096];

    /* A driver that is there, built in or loaded, has its minor number in /proc/misc. */
    if (cli_read_file("/proc/misc", misc, sizeof misc) > 0 && strstr(misc, "200 tun") != NULL) {
        cli_find(f, CLI_HEALTH_OK, NULL, "the tun driver is %s",
                 access("/sys/module/tun/initstate", F_OK) == 0 ? "loaded" : "in the kernel");
    } else if (check_module_listed("modules.dep")) {
        cli_find(f, CLI_HEALTH_NOTE, "modprobe tun",
                 "the tun driver is a module that is not loaded; opening " NODE " loads it");
    } else {
        cli_find(f, CLI_HEALTH_BAD,
                 "install the kernel's module package (for example linux-modules-extra), or a "
                 "kernel with CONFIG_TUN",
                 "the running kernel has no tun driver");
    }
}

void cli_check_container(struct cli_finding *f)
{
    char kind[64];

    if (access("/.dockerenv", F_OK) == 0) {
        cli_find(f, CLI_HEALTH_NOTE, "docker run --cap-add NET_ADMIN --device /dev/net/tun …",
                 "this is a Docker container: what it may do, its start decides");
    } else if (access("/run/.containerenv", F_OK) == 0) {
        cli_find(f, CLI_HEALTH_NOTE, "podman run --cap-add NET_ADMIN --device /dev/net/tun …",
                 "this is a Podman container: what it may do, its start decides");
    } else if (cli_read_file("/run/systemd/container", kind, sizeof kind) > 0) {
        cli_find(f, CLI_HEALTH_NOTE, "allow the container /dev/net/tun and CAP_NET_ADMIN",
                 "this is a container (%s): what it may do, its start decides", kind);
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "not in a container, as far as can be seen");
    }
}

void cli_check_limits(struct cli_finding *f)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        cli_find(f, CLI_HEALTH_NOTE, NULL, "the limit of descriptors cannot be told");
    } else if (limit.rlim_cur < 64) {
        cli_find(f, CLI_HEALTH_NOTE, "ulimit -n 1024",
                 "only %llu descriptors: a queue needs up to three",
                 (unsigned long long)limit.rlim_cur);
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "%llu descriptors (a queue needs up to three)",
                 (unsigned long long)limit.rlim_cur);
    }
}

/* Whether a program is in one of the usual places. */
static int check_program(const char *name)
{
    static const char *const places[] = {"/bin", "/usr/bin", "/sbin", "/usr/sbin",
                                         "/usr/local/bin"};
    char path[128];

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", places[i], name);
        if (access(path, X_OK) == 0) {
            return 1;
        }
    }
    return 0;
}

void cli_check_tools(struct cli_finding *f)
{
    static const char *const programs[] = {"ip", "ping", "tcpdump"};
    char missing[64] = "";

    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        if (!check_program(programs[i])) {
            (void)snprintf(missing + strlen(missing), sizeof missing - strlen(missing), " %s",
                           programs[i]);
        }
    }
    cli_find(f, missing[0] == '\0' ? CLI_HEALTH_OK : CLI_HEALTH_NOTE,
             missing[0] == '\0' ? NULL : "apt install iproute2 iputils-ping tcpdump",
             "helpful programs: %s%s; this build: JSON %s, TCP echo %s",
             missing[0] == '\0' ? "all there" : "missing", missing,
             cli_json_available() ? "yes" : "no", cli_tcp_available() ? "yes" : "no");
}
