/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that need what Windows does not have. */
#include <string.h>

#include "cli.h"

/* Whether help was asked for, which is no failure. */
static int absent_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return 1;
        }
    }
    return 0;
}

static int absent(const char *command, const char *why, int argc, char **argv)
{
    if (absent_help(argc, argv)) {
        printf("`vnic %s` is not in the Windows build: %s.\n", command, why);
        return CLI_OK;
    }
    cli_complain("this command is not in the Windows build: %s", why);
    return CLI_UNSUPPORTED;
}

int cli_run_demo(int argc, char **argv)
{
    return absent("demo",
                  "it needs network namespaces, which Windows has not. `vnic doctor` tells what is "
                  "missing, `vnic echo 10.9.0.1/24` answers ping",
                  argc, argv);
}

int cli_run_bench(int argc, char **argv)
{
    return absent("bench",
                  "it measures Linux's modes in a network namespace, and Windows has neither", argc,
                  argv);
}

int cli_run_tunnel(int argc, char **argv)
{
    return absent(
        "tunnel",
        "its loop is made of Linux's calls for trains of datagrams. A program of your own "
        "does it with vnic_recv() and vnic_send()",
        argc, argv);
}

int cli_up_exec_require(void)
{
    cli_complain("-- COMMAND is not possible on Windows: an adapter has no descriptor that another "
                 "program could be given");
    return CLI_UNSUPPORTED;
}

/* Nobody comes here: cli_up_exec_require() said no. */
int cli_up_exec(vnic **queues, int n, char *const *command)
{
    (void)queues;
    (void)n;
    (void)command;
    return cli_up_exec_require();
}
