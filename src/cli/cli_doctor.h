/* SPDX-License-Identifier: Apache-2.0 */
/* What `vnic doctor` looks at. Each check fills one finding; cli_doctor.c prints them. */
#ifndef VNIC_CLI_DOCTOR_H
#define VNIC_CLI_DOCTOR_H

#include <stddef.h>

enum cli_health {
    CLI_HEALTH_OK,
    CLI_HEALTH_NOTE, /* works, but worth knowing */
    CLI_HEALTH_BAD   /* vnic cannot do its work because of this */
};

struct cli_finding {
    const char *name; /* stable, for --json: "device_node" */
    enum cli_health health;
    char text[1200]; /* what was found; there is room for a path of the library's */
    char fix[400];   /* a command, or what to do; "" if nothing */
};

/* What a system looks at, in this order; one definition for each (cli_doctor_linux.c,
 * cli_win_doctor.c). */
struct cli_check {
    const char *name;
    void (*check)(struct cli_finding *f);
};

struct cli_doctor {
    const struct cli_check *checks;
    size_t n_checks;
    const char *try_it; /* the command that shows that it works */
};

extern const struct cli_doctor cli_doctor;

/* Fills a finding. `fix` may be NULL. */
void cli_find(struct cli_finding *f, enum cli_health health, const char *fix, const char *format,
              ...) __attribute__((format(printf, 4, 5)));

#endif
