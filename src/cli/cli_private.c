/* SPDX-License-Identifier: Apache-2.0 */
/* Private network namespaces; see cli_private.h. */
#include "cli_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

static int private_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t n;
    int error;

    if (fd < 0) {
        return errno;
    }
    n = write(fd, text, strlen(text));
    error = n < 0 ? errno : 0;
    (void)close(fd);
    return error;
}

/* user_namespaces(7): one id can be mapped without rights, once setgroups is denied. */
static int private_map_ids(unsigned long uid, unsigned long gid)
{
    char text[64];
    int error;

    (void)snprintf(text, sizeof text, "0 %lu 1", uid);
    error = private_write("/proc/self/uid_map", text);
    if (error == 0) {
        error = private_write("/proc/self/setgroups", "deny");
    }
    if (error == 0) {
        (void)snprintf(text, sizeof text, "0 %lu 1", gid);
        error = private_write("/proc/self/gid_map", text);
    }
    return error;
}

int cli_private_enter(int *ret_user)
{
    unsigned long uid = (unsigned long)geteuid();
    unsigned long gid = (unsigned long)getegid();

    *ret_user = 0;
    if (unshare(CLONE_NEWNET) == 0) {
        return 0;
    }
    if (errno != EPERM) {
        return errno;
    }
    *ret_user = 1;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return errno;
    }
    return private_map_ids(uid, gid);
}

const char *cli_private_advice(int error)
{
    switch (error) {
    case EPERM:
    case EACCES:
        return "unprivileged user namespaces are switched off: run as root, or allow them "
               "(sysctl -w kernel.unprivileged_userns_clone=1, user.max_user_namespaces=10000, "
               "kernel.apparmor_restrict_unprivileged_userns=0, whichever of them exists)";
    case ENOSPC:
        return "the limit of namespaces is reached: sysctl -w user.max_net_namespaces=10000 "
               "user.max_user_namespaces=10000";
    case EINVAL:
    case ENOSYS:
        return "this kernel is built without network or user namespaces";
    default:
        return "run as root";
    }
}

static int private_wait(pid_t child, unsigned seconds)
{
    uint64_t deadline = cli_mono_ns() + (uint64_t)seconds * 1000000000u;
    int status = 0;

    for (;;) {
        pid_t done = waitpid(child, &status, WNOHANG);

        if (done == child) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : CLI_FAILURE;
        }
        if (done < 0 && errno != EINTR) {
            return CLI_FAILURE;
        }
        if (cli_mono_ns() > deadline) {
            cli_complain("this took longer than %u seconds: given up", seconds);
            (void)kill(child, SIGKILL);
            (void)waitpid(child, &status, 0);
            return CLI_FAILURE;
        }
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
}

int cli_private_run(int (*fn)(void *user), void *user, unsigned seconds)
{
    pid_t parent = getpid();
    pid_t child;

    (void)fflush(NULL);
    child = fork();
    if (child < 0) {
        cli_complain("cannot start a process: %s", strerror(errno));
        return CLI_FAILURE;
    }
    if (child == 0) {
        int rc;

        /* Nothing may outlive the command, not even when it is killed. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(CLI_FAILURE);
        }
        rc = cli_finish(fn(user));
        exit(rc);
    }
    return private_wait(child, seconds);
}

int cli_private_current(void)
{
    return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

int cli_private_switch(int netns_fd)
{
    return setns(netns_fd, CLONE_NEWNET);
}

int cli_private_new_netns(void)
{
    int before = cli_private_current();
    int made = -1;
    int error;

    if (before < 0) {
        return -1;
    }
    if (unshare(CLONE_NEWNET) == 0) {
        made = cli_private_current();
    }
    error = errno;
    (void)cli_private_switch(before);
    (void)close(before);
    errno = error;
    return made;
}
