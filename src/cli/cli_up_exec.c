/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic up -- COMMAND`: the tool becomes the command, which gets the descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* The number that a program finds the first queue under, as documented. */
#define UP_FIRST_FD 3

#define UP_MAX_QUEUES 256

int cli_up_exec_require(void)
{
    return 0;
}

/* Moves descriptor `from` to number `to`, inherited and blocking. Returns 0 or errno. */
static int up_place_fd(int from, int to)
{
    int flags = fcntl(from, F_GETFL);

    if (flags < 0 || fcntl(from, F_SETFL, flags & ~O_NONBLOCK) < 0) {
        return errno;
    }
    if (from != to && dup2(from, to) < 0) {
        return errno;
    }
    if (from != to) {
        (void)close(from);
    }
    /* dup2() clears close-on-exec by itself, but not when both numbers are the same. */
    return fcntl(to, F_SETFD, 0) < 0 ? errno : 0;
}

/* Takes the descriptors out of the library and moves them above their places, so that no move
 * overwrites one that is still to be moved. */
static int up_take_fds(vnic **queues, int *fds, int n)
{
    int above = UP_FIRST_FD + n;

    for (int i = 0; i < n; i++) {
        intptr_t native = -1;
        int rc = vnic_release(queues[i], &native);

        if (rc < 0) {
            return cli_fail(rc, NULL);
        }
        queues[i] = NULL;
        fds[i] = fcntl((int)native, F_DUPFD_CLOEXEC, above);
        if (fds[i] < 0) {
            cli_complain("cannot move descriptor %d: %s", (int)native, strerror(errno));
            return CLI_FAILURE;
        }
        (void)close((int)native);
    }
    return 0;
}

static int up_set_environment(int n, const char *name)
{
    char list[UP_MAX_QUEUES * 4 + 1] = "";
    size_t used = 0;

    for (int i = 0; i < n; i++) {
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%d", i == 0 ? "" : ":",
                                 UP_FIRST_FD + i);
    }
    if (setenv("VNIC_FD", "3", 1) != 0 || setenv("VNIC_FDS", list, 1) != 0 ||
        setenv("VNIC_NAME", name, 1) != 0) {
        return cli_fail(VNIC_ENOMEM, NULL);
    }
    return 0;
}

/* Becomes the command. Its exit status is ours, and so are the signals, without any middleman. */
int cli_up_exec(vnic **queues, int n, char *const *command)
{
    int fds[UP_MAX_QUEUES];
    char name[VNIC_NAME_SIZE] = "";
    int rc;

    (void)vnic_get_name(queues[0], name, sizeof name);
    rc = up_set_environment(n, name);
    if (rc == 0) {
        rc = up_take_fds(queues, fds, n);
    }
    if (rc != 0) {
        return rc;
    }
    /* Now, because the wakeup's descriptor may have a number that is about to be taken. */
    cli_signals_stop();
    for (int i = 0; i < n; i++) {
        int error = up_place_fd(fds[i], UP_FIRST_FD + i);

        if (error != 0) {
            cli_complain("cannot prepare descriptor %d: %s", UP_FIRST_FD + i, strerror(error));
            return CLI_FAILURE;
        }
    }
    (void)execvp(command[0], command);
    rc = errno == ENOENT ? CLI_NO_COMMAND : CLI_CANNOT_RUN;
    cli_complain("cannot run \"%s\": %s", command[0], strerror(errno));
    return rc;
}
