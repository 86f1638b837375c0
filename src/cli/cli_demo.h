/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `vnic demo`. */
#ifndef VNIC_CLI_DEMO_H
#define VNIC_CLI_DEMO_H

#include <stddef.h>

/* ---- Telling what happens (cli_demo.c) ---- */

/* A heading, a line about something that was made, a result. */
void cli_demo_title(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cli_demo_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cli_demo_result(int ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- Ping (cli_demo_ping.c) ---- */

struct cli_ping {
    int sent;
    int received;
    double average_ms;
    const char *how; /* "the system's ping", "a raw socket" */
};

/* Pings an IPv4 or IPv6 address three times, by the system's program or, without one, by a socket.
 * Returns 0 if it could be tried, else errno. */
int cli_ping(const char *address, struct cli_ping *ret);

/* ---- TCP through two devices (cli_demo_tcp.c) ---- */

/* The whole step, with its lines. */
void cli_demo_tcp(void);

#endif
