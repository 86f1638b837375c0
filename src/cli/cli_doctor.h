/* SPDX-License-Identifier: Apache-2.0 */
/* What `vnic doctor` looks at. Each check fills one finding; cli_doctor.c prints them. */
#ifndef VNIC_CLI_DOCTOR_H
#define VNIC_CLI_DOCTOR_H

enum cli_health {
    CLI_HEALTH_OK,
    CLI_HEALTH_NOTE, /* works, but worth knowing */
    CLI_HEALTH_BAD   /* vnic cannot do its work because of this */
};

struct cli_finding {
    const char *name; /* stable, for --json: "device_node" */
    enum cli_health health;
    char text[400]; /* what was found */
    char fix[400];  /* a command, or what to do; "" if nothing */
};

/* cli_doctor_system.c: what the machine has. */
void cli_check_kernel(struct cli_finding *f);
void cli_check_node(struct cli_finding *f);
void cli_check_module(struct cli_finding *f);
void cli_check_container(struct cli_finding *f);
void cli_check_limits(struct cli_finding *f);
void cli_check_tools(struct cli_finding *f);

/* cli_doctor_net.c: what the network is set to. */
void cli_check_ipv6(struct cli_finding *f);
void cli_check_rp_filter(struct cli_finding *f);
void cli_check_managers(struct cli_finding *f);

/* cli_doctor_rights.c: what this user may do, and whether it really works. */
void cli_check_capability(struct cli_finding *f);
void cli_check_user_namespaces(struct cli_finding *f);
void cli_check_create_here(struct cli_finding *f);
void cli_check_create_tun(struct cli_finding *f);
void cli_check_create_tap(struct cli_finding *f);

/* Fills a finding. `fix` may be NULL. */
void cli_find(struct cli_finding *f, enum cli_health health, const char *fix, const char *format,
              ...) __attribute__((format(printf, 4, 5)));

/* Reads a small file into buf, without its last newline. Returns its length, -1 if it cannot. */
int cli_read_file(const char *path, char *buf, int cap);

/* The number in a file of /proc/sys, or `missing`. */
long cli_read_sysctl(const char *path, long missing);

#endif
