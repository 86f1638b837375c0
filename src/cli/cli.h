/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the `vnic` tool share. The tool is a user of the library like any other: it
 * includes public headers only. Each subcommand is one file with one function cli_run_<name>(), which
 * returns the exit code of the process.
 */
#ifndef VNIC_CLI_H
#define VNIC_CLI_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "vnic/vnic.h"

/* Exit codes; the same table is in vnic(1) and in `vnic --help`. */
#define CLI_OK 0
#define CLI_FAILURE 1      /* something failed that has no code of its own */
#define CLI_USAGE 2        /* wrong command line, or a value that cannot be right */
#define CLI_PERMISSION 3   /* a right is missing */
#define CLI_UNSUPPORTED 4  /* this system, backend or build cannot do it */
#define CLI_NOT_FOUND 5    /* no such interface, namespace or descriptor */
#define CLI_CONFLICT 6     /* taken, in use, or of another kind */
#define CLI_CANNOT_RUN 126 /* `up -- CMD`: CMD is there but cannot be run */
#define CLI_NO_COMMAND 127 /* `up -- CMD`: CMD is not there */

/* Runs the tool with arguments in UTF-8; the system's own entry calls it. */
int cli_main(int argc, char **argv);

/* ---- Subcommands; where a system cannot have one, it says so and returns CLI_UNSUPPORTED ---- */

int cli_run_demo(int argc, char **argv);
int cli_run_up(int argc, char **argv);
int cli_run_down(int argc, char **argv);
int cli_run_echo(int argc, char **argv);
int cli_run_dump(int argc, char **argv);
int cli_run_tunnel(int argc, char **argv);
int cli_run_list(int argc, char **argv);
int cli_run_info(int argc, char **argv);
int cli_run_doctor(int argc, char **argv);
int cli_run_bench(int argc, char **argv);

/* ---- Messages (cli_message.c) ---- */

/* "vnic <command>: …" on standard error; the command is the one that runs. */
void cli_set_command(const char *command);
void cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains about a wrong command line and names the help; returns CLI_USAGE. */
int cli_usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Names the help, after getopt_long() complained by itself; returns CLI_USAGE. */
int cli_usage_hint(void);

/* Says what err says (or, if it is empty, what the code means); returns the exit code for it. */
int cli_fail(int code, const struct vnic_error *err);

/* The exit code that stands for a VNIC_E… code. */
int cli_exit_code(int code);

/* Ends standard output: the exit code `code`, or CLI_FAILURE if not everything could be written. A
 * reader that went away (EPIPE) is no failure. */
int cli_finish(int code);

/* ---- Signals (cli_signal.c) ---- */

/* Makes the wakeup that SIGINT, SIGTERM and SIGHUP trigger with their number. Returns 0, or an exit
 * code after complaining. Ignores SIGPIPE, so that a closed pipe is an error of write(). */
int cli_signals_start(void);

/* The wakeup, for vnic_config.wakeup; NULL before cli_signals_start(). */
vnic_wakeup *cli_signals_wakeup(void);

/* Signals behave as by default again (for a program that is run in our place). */
void cli_signals_stop(void);

/* ---- Small things (cli_util.c) ---- */

/* Reads a whole decimal number, min … max. Returns 0, or CLI_USAGE after complaining about `what`. */
int cli_parse_number(const char *what, const char *text, uint64_t min, uint64_t max,
                     uint64_t *ret_value);

/* Finds an interface by name. Returns 0, or VNIC_ENODEV or another code with err filled. */
int cli_find_interface(const char *backend, const char *name, struct vnic_info *ret_info,
                       struct vnic_error *ret_err);

/* "TUN" or "TAP". */
const char *cli_layer_name(uint32_t layer);

/* Room for any interface's name as cli_printable() shows it. */
#define CLI_NAME_TEXT (4 * VNIC_NAME_SIZE)

/* Text that came from outside, with control characters made visible; what does not fit is left out from a
 * character's beginning on. Returns buf. */
const char *cli_printable(const char *text, char *buf, size_t cap);

/* An address of a family VNIC_IPV…, in network order, as text. Returns buf. */
const char *cli_address_text(uint8_t family, const uint8_t *address, char *buf, size_t cap);

/* Whether standard output gets colours when nobody said. */
int cli_wants_color(void);

/* ---- The system; one implementation for each (cli_system.c, cli_win_system.c) ---- */

/* Nanoseconds since 1970 and, for durations, of a monotonic clock. */
uint64_t cli_wall_ns(void);
uint64_t cli_mono_ns(void);

/* The parts of a time, in seconds since 1970, on the clock of the wall. Returns 1, 0 if unknown. */
int cli_local_time(uint64_t seconds, struct tm *ret);

/* Waits so long, or until a signal comes. */
void cli_pause_ms(unsigned ms);

/* Whether a person reads standard output. */
int cli_output_is_terminal(void);

/* Whether a failed write, with this errno, means that the reader of a pipe went away. */
int cli_reader_is_gone(int error);

/* Creates a file for bytes as they are. Returns NULL with errno. */
FILE *cli_create_file(const char *path);

/* The names of the system and of its processor. Returns 1, 0 if it does not tell. */
int cli_system_name(char *os, size_t os_cap, char *hardware, size_t hardware_cap);

/* Makes the process enter a network namespace: a path, or a name under /run/netns. Returns 0, or an
 * exit code after complaining. */
int cli_enter_netns(const char *netns);

/* The path of a namespace that was given by name or path. Returns 0 or CLI_USAGE. */
int cli_netns_path(const char *netns, char *ret_path, size_t cap);

/* Reads the number, or finds the name, of a user or a group. Return 0, or an exit code after
 * complaining. */
int cli_parse_user(const char *text, uint32_t *ret);
int cli_parse_group(const char *text, uint32_t *ret);

/* The names of users and groups, else their numbers. Returns buf. */
const char *cli_user_name(uint32_t uid, char *buf, size_t cap);
const char *cli_group_name(uint32_t gid, char *buf, size_t cap);

/* ---- `up -- COMMAND` (cli_up_exec.c) ---- */

/* Complains and returns CLI_UNSUPPORTED where queues cannot be given to another program; else 0. */
int cli_up_exec_require(void);

/* Becomes a command that gets the queues' descriptors. Returns an exit code if it cannot. */
int cli_up_exec(vnic **queues, int n, char *const *command);

#endif
