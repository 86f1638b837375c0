/* SPDX-License-Identifier: Apache-2.0 */
/* The `vnic` tool: finds the subcommand and hands over. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_tcp.h"

struct cli_command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct cli_command cli_commands[] = {
    {"demo", cli_run_demo, "show that it works: real ping and TCP in a private namespace"},
    {"up", cli_run_up, "create an interface and hold it, or run a program with it"},
    {"down", cli_run_down, "remove a persistent interface"},
    {"echo", cli_run_echo, "answer ping, UDP and TCP echo from user space"},
    {"dump", cli_run_dump, "show or save the packets that the system sends to an interface"},
    {"tunnel", cli_run_tunnel, "carry an interface's packets to another host, in UDP"},
    {"list", cli_run_list, "list the TUN and TAP interfaces"},
    {"info", cli_run_info, "tell everything about one interface"},
    {"doctor", cli_run_doctor, "tell what this machine can do and how to get what is missing"},
    {"bench", cli_run_bench, "measure what this machine gives in each mode of the library"},
};

#define CLI_N_COMMANDS (sizeof cli_commands / sizeof cli_commands[0])

static void main_help(FILE *out)
{
    fputs("Usage: vnic COMMAND [OPTION…]\n"
          "\n"
          "Creates and uses virtual network interfaces: TUN (IP packets) and TAP (Ethernet).\n"
          "\n"
          "Commands:\n",
          out);
    for (size_t i = 0; i < CLI_N_COMMANDS; i++) {
        fprintf(out, "  %-8s %s\n", cli_commands[i].name, cli_commands[i].summary);
    }
    fputs(
        "\n"
        "Options:\n"
        "  -h, --help     this text; `vnic COMMAND --help` has the options and examples\n"
        "  -V, --version  the version, and what this build can do\n"
        "\n"
        "Exit codes: 0 success, 1 failure, 2 wrong command line or value, 3 permission denied,\n"
        "4 not supported here, 5 no such interface, namespace or descriptor, 6 taken or in use.\n"
        "\n"
        "Start with `vnic demo` (Linux). If something is missing, `vnic doctor` says what and how\n"
        "to get it. The manual is vnic(1).\n",
        out);
}

static int main_version(void)
{
    const char *const *backend = vnic_backends();

    printf("vnic %s\nbackends:", vnic_version_string());
    for (; *backend != NULL; backend++) {
        printf(" %s", *backend);
    }
    printf("\n--json: %s\nTCP echo: %s\n",
           cli_json_available() ? "yes (json-c)" : "not in this build",
           cli_tcp_available() ? "yes (lwIP)" : "not in this build");
    return cli_finish(CLI_OK);
}

int cli_main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        main_help(stdout);
        return cli_finish(CLI_OK);
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        return main_version();
    }
    for (size_t i = 0; i < CLI_N_COMMANDS; i++) {
        if (strcmp(name, cli_commands[i].name) == 0) {
            static char program[32];

            /* getopt_long() begins its complaints with the program's name. */
            (void)snprintf(program, sizeof program, "vnic %s", name);
            argv[1] = program;
            cli_set_command(cli_commands[i].name);
            return cli_finish(cli_commands[i].run(argc - 1, argv + 1));
        }
    }
    if (name[0] == '\0') {
        main_help(stderr);
        return CLI_USAGE;
    }
    return cli_usage_error("there is no command \"%s\"", name);
}
