/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic doctor`: what this machine can do, what is missing, and the command that helps. */
#include "cli_doctor.h"

#include <stdarg.h>
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_options.h"
#include "cli_tcp.h"

static const char doctor_help[] =
    "Usage: vnic doctor [OPTION…]\n"
    "\n"
    "Looks at what vnic needs on this machine: driver, rights, IPv6 and other programs that "
    "meddle\n"
    "with interfaces; on Linux it creates a TUN and a TAP in a private namespace too. For what is\n"
    "missing it prints the command that helps. It changes nothing.\n"
    "\n"
    "Options:\n"
    "  --json            print a JSON object\n"
    "  -q, --quiet       print only what is not in order\n"
    "  -h, --help        this text\n"
    "\n"
    "Exit code: 0 if interfaces can be created, here or in a private namespace; else 1.\n"
    "\n"
    "Examples:\n"
    "  vnic doctor\n"
    "  vnic doctor --json | jq '.findings[] | select(.health != \"ok\")'\n";

static const struct option doctor_options[] = {{"help", no_argument, NULL, 'h'},
                                               {"quiet", no_argument, NULL, 'q'},
                                               {"json", no_argument, NULL, CLI_OPT_JSON},
                                               {NULL, 0, NULL, 0}};

/* Room for the checks of every system. */
#define DOCTOR_MAX 32

void cli_find(struct cli_finding *f, enum cli_health health, const char *fix, const char *format,
              ...)
{
    va_list args;

    f->health = health;
    va_start(args, format);
    (void)vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
    (void)snprintf(f->fix, sizeof f->fix, "%s", fix == NULL ? "" : fix);
}

static const char *doctor_health(enum cli_health health)
{
    static const char *const names[] = {"ok", "note", "bad"};

    return names[health];
}

static void doctor_print(const struct cli_finding *f, int color)
{
    /* ECMA-48 SGR: green, yellow, red. */
    static const char *const colors[] = {"\033[32m", "\033[33m", "\033[31m"};

    printf("%s%-5s%s %s\n", color ? colors[f->health] : "", doctor_health(f->health),
           color ? "\033[0m" : "", f->text);
    if (f->fix[0] != '\0') {
        printf("      -> %s\n", f->fix);
    }
}

static void doctor_append(struct json_object *array, const struct cli_finding *f)
{
    struct json_object *object = cli_json_object();

    cli_json_text(object, "name", f->name);
    cli_json_text(object, "health", doctor_health(f->health));
    cli_json_text(object, "text", f->text);
    cli_json_text(object, "fix", f->fix[0] == '\0' ? NULL : f->fix);
    cli_json_append(array, object);
}

/* One way of creating interfaces is enough to work with. */
static int doctor_can_create(const struct cli_finding *findings)
{
    int can = 0;

    for (size_t i = 0; i < cli_doctor.n_checks; i++) {
        if (strncmp(findings[i].name, "create_", 7) == 0) {
            can |= findings[i].health == CLI_HEALTH_OK;
        }
    }
    return can;
}

static void doctor_report_json(const struct cli_finding *findings, int can)
{
    struct json_object *object = cli_json_object();
    struct json_object *array = cli_json_array();

    cli_json_text(object, "version", vnic_version_string());
    cli_json_bool(object, "can_create", can);
    cli_json_bool(object, "tcp_echo", cli_tcp_available());
    for (size_t i = 0; i < cli_doctor.n_checks; i++) {
        doctor_append(array, &findings[i]);
    }
    cli_json_child(object, "findings", array);
    cli_json_print(object);
}

static void doctor_report_text(const struct cli_finding *findings, int can, int quiet)
{
    int color = cli_wants_color();

    for (size_t i = 0; i < cli_doctor.n_checks; i++) {
        if (!quiet || findings[i].health != CLI_HEALTH_OK) {
            doctor_print(&findings[i], color);
        }
    }
    if (!can) {
        puts("\nNo interface can be created here yet: follow the arrows above, from the top.");
    } else if (!quiet) {
        printf("\nInterfaces can be created. `vnic %s` shows it.\n", cli_doctor.try_it);
    }
}

int cli_run_doctor(int argc, char **argv)
{
    static struct cli_finding findings[DOCTOR_MAX];
    struct cli_device device;
    int option;
    int can;
    int rc;

    cli_device_init(&device);
    while ((option = getopt_long(argc, argv, "hq", doctor_options, NULL)) != -1) {
        rc = cli_device_option(&device, option, optarg);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    if (device.help) {
        fputs(doctor_help, stdout);
        return CLI_OK;
    }
    if (optind < argc) {
        return cli_usage_error("\"%s\": doctor takes no argument", argv[optind]);
    }
    for (size_t i = 0; i < cli_doctor.n_checks; i++) {
        findings[i].name = cli_doctor.checks[i].name;
        cli_doctor.checks[i].check(&findings[i]);
    }
    can = doctor_can_create(findings);
    if (device.json) {
        doctor_report_json(findings, can);
    } else {
        doctor_report_text(findings, can, device.quiet);
    }
    return can ? CLI_OK : CLI_FAILURE;
}
