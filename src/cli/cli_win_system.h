/* SPDX-License-Identifier: Apache-2.0 */
/* What only the Windows files of the tool ask of the system. */
#ifndef VNIC_CLI_WIN_SYSTEM_H
#define VNIC_CLI_WIN_SYSTEM_H

struct cli_win_version {
    unsigned long major;
    unsigned long minor;
    unsigned long build;
};

/* The version that really runs; 0.0.0 if it does not tell. */
void cli_win_version(struct cli_win_version *ret);

/* The processor of the machine, whatever the program was compiled for: "x86_64", "arm64", … */
const char *cli_win_machine(void);

#endif
