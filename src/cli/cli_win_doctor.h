/* SPDX-License-Identifier: Apache-2.0 */
/* What `vnic doctor` looks at on Windows. */
#ifndef VNIC_CLI_WIN_DOCTOR_H
#define VNIC_CLI_WIN_DOCTOR_H

#include "cli_doctor.h"

/* cli_win_doctor.c: the system and this process. */
void cli_check_windows(struct cli_finding *f);
void cli_check_elevation(struct cli_finding *f);
void cli_check_ipv6_stack(struct cli_finding *f);
void cli_check_dns_settings(struct cli_finding *f);
void cli_check_build(struct cli_finding *f);

/* cli_win_doctor_drivers.c: Wintun and TAP-Windows6. */
void cli_check_wintun_dll(struct cli_finding *f);
void cli_check_wintun_driver(struct cli_finding *f);
void cli_check_tap_driver(struct cli_finding *f);
void cli_check_create_wintun(struct cli_finding *f);
void cli_check_create_tap_adapter(struct cli_finding *f);

/* cli_win_doctor_adapters.c: adapters that are there. */
void cli_check_tap_adapters(struct cli_finding *f);
void cli_check_other_adapters(struct cli_finding *f);

/* Whether this process has the rights of an administrator: 1, 0, -1 if Windows does not tell. */
int cli_win_elevated(void);

#endif
