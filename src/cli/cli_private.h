/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private network namespace for `demo` and `doctor`: entered by a child process, it and everything
 * in it go when that process ends, however it ends.
 */
#ifndef VNIC_CLI_PRIVATE_H
#define VNIC_CLI_PRIVATE_H

#include <stddef.h>

/*
 * Puts the calling process into a new network namespace, as root directly, else through a new user
 * namespace in which it is root. Returns 0, or errno; *ret_user says whether a user namespace was
 * needed, also on failure.
 */
int cli_private_enter(int *ret_user);

/* The advice for a private namespace that could not be made. */
const char *cli_private_advice(int error);

/*
 * Runs fn(user) in a child process, which exits with its result, and waits at most `seconds` (then the
 * child is killed). Returns the exit code; CLI_FAILURE if it was killed or could not be started.
 */
int cli_private_run(int (*fn)(void *user), void *user, unsigned seconds);

/*
 * Makes another network namespace, without leaving the present one. Returns a descriptor of it, to be
 * closed by the caller, or -1 with errno.
 */
int cli_private_new_netns(void);

/* Enters the namespace of a descriptor. Returns 0 or -1 with errno. */
int cli_private_switch(int netns_fd);

/* A descriptor of the calling thread's namespace, or -1 with errno. */
int cli_private_current(void);

#endif
