/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `vnic dump`: the command (cli_dump.c), its text and JSON (cli_dump_print.c), its files
 * (cli_dump_file.c). */
#ifndef VNIC_CLI_DUMP_H
#define VNIC_CLI_DUMP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli_options.h"
#include "vnic/capture.h"

struct dump {
    struct cli_device device;
    vnic *dev;
    intptr_t fd;           /* --fd; -1: none */
    const char *file_name; /* --write; NULL: none */
    FILE *file;
    vnic_capture *capture;
    uint32_t layer;
    uint64_t count; /* --count; 0: no end */
    uint64_t snaplen;
    uint64_t deadline_ns; /* 0: none */
    uint64_t start_ns;
    uint64_t lost;        /* dropped by the system and not yet written down */
    uint64_t lost_before; /* the system's count when it was last asked */
    uint64_t packets;
    uint64_t bytes;
    int write_error; /* errno of the file */
    int color;
    int hex;
};

/* Writes a packet on standard output, as the options say. */
void cli_dump_print(const struct dump *dump, const uint8_t *data, size_t len, uint64_t time_ns);

/* Opens the file of --write and begins the capture; nothing without --write. Returns 0 or an exit
 * code. */
int cli_dump_open_file(struct dump *dump);

/* Complains about the file, but for a pipe that was closed; returns the exit code. */
int cli_dump_fail_write(const struct dump *dump);

/* Writes the counters at the end of the capture, if there is one. */
void cli_dump_write_counts(struct dump *dump);

/* Closes the file. Returns `code`, or that of a failure to write its last bytes. */
int cli_dump_close_file(struct dump *dump, int code);

#endif
