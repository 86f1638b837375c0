/* SPDX-License-Identifier: Apache-2.0 */
/* What `vnic doctor` looks at on Linux. */
#ifndef VNIC_CLI_DOCTOR_LINUX_H
#define VNIC_CLI_DOCTOR_LINUX_H

#include "cli_doctor.h"

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

/* Reads a small file into buf, without its last newline. Returns its length, -1 if it cannot. */
int cli_read_file(const char *path, char *buf, int cap);

/* The number in a file of /proc/sys, or `missing`. */
long cli_read_sysctl(const char *path, long missing);

#endif
