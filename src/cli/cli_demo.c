/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic demo`: shows on the screen that devices work, with the kernel itself as the witness. */
#include "cli_demo.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>

#include "cli.h"
#include "cli_answer.h"
#include "cli_json.h"
#include "cli_options.h"
#include "cli_private.h"

/* Everything takes two or three seconds; a machine may be slow or busy. */
#define DEMO_SECONDS 60

static const char demo_help[] =
    "Usage: vnic demo [OPTION…]\n"
    "\n"
    "Creates a TUN and a TAP in a private network namespace and lets the system's own ping reach\n"
    "addresses that exist only in this program; then sends 16 MiB by TCP between two namespaces\n"
    "through a pair of devices. Takes a few seconds, changes nothing on the machine and leaves\n"
    "nothing behind. Works without root where user namespaces are allowed.\n"
    "\n"
    "Options:\n"
    "  --json            print the results as a JSON object\n"
    "  -h, --help        this text\n"
    "\n"
    "Exit code: 0 if everything worked; else `vnic doctor` may know why.\n"
    "\n"
    "Example:\n"
    "  vnic demo\n";

static const struct option demo_options[] = {{"help", no_argument, NULL, 'h'},
                                             {"json", no_argument, NULL, CLI_OPT_JSON},
                                             {NULL, 0, NULL, 0}};

/* A device whose packets are answered by a thread. */
struct demo_device {
    vnic *dev;
    struct cli_answer answer;
    pthread_t thread;
    int running;
};

static struct json_object *demo_steps; /* --json */
static int demo_failures;
static char demo_last_title[80];

static void demo_print(const char *mark, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void demo_print(const char *mark, const char *format, va_list args)
{
    char text[512];
    struct json_object *step;

    (void)vsnprintf(text, sizeof text, format, args);
    if (demo_steps == NULL) {
        printf("  %-8s %s\n", mark, text);
        (void)fflush(stdout);
    } else if (mark[0] != '\0') {
        step = cli_json_object();
        cli_json_text(step, "step", demo_last_title);
        cli_json_bool(step, "ok", strcmp(mark, "FAILED") != 0);
        cli_json_text(step, "detail", text);
        cli_json_append(demo_steps, step);
    }
}

void cli_demo_title(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(demo_last_title, sizeof demo_last_title, format, args);
    va_end(args);
    if (demo_steps == NULL) {
        printf("%s\n", demo_last_title);
        (void)fflush(stdout);
    }
}

void cli_demo_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    demo_print("", format, args);
    va_end(args);
}

void cli_demo_result(int ok, const char *format, ...)
{
    va_list args;

    demo_failures += !ok;
    va_start(args, format);
    demo_print(ok ? "ok" : "FAILED", format, args);
    va_end(args);
}

static void *demo_answer_main(void *argument)
{
    struct demo_device *d = argument;
    static uint8_t packet[VNIC_MAX_PACKET];
    int n;

    while ((n = vnic_recv(d->dev, packet, sizeof packet)) >= 0 || n == VNIC_EMSGSIZE) {
        if (n > 0) {
            (void)cli_answer_packet(&d->answer, packet, (size_t)n);
        }
    }
    return NULL;
}

/* Opens a device with both kinds of addresses, or with IPv4 only where there is no IPv6. */
static int demo_open(struct demo_device *d, uint32_t layer, const char *name, const char *v4,
                     const char *v6, int *ret_v6)
{
    struct vnic_config cfg;
    struct vnic_error err = {0};
    char addresses[128];
    char text[600];
    int rc;

    vnic_config_init(&cfg);
    cfg.layer = layer;
    cfg.name = name;
    (void)snprintf(addresses, sizeof addresses, "%s %s", v4, v6);
    cfg.addresses = addresses;
    rc = vnic_open(&cfg, &d->dev, &err);
    *ret_v6 = rc != VNIC_ENOTSUP;
    if (rc == VNIC_ENOTSUP) {
        cli_demo_note("without IPv6: %s", err.text);
        cfg.addresses = v4;
        rc = vnic_open(&cfg, &d->dev, &err);
    }
    if (rc < 0) {
        cli_demo_result(0, "%s", err.text);
        return rc;
    }
    cli_demo_result(1, "created %s", cli_device_describe(d->dev, text, sizeof text));
    rc = cli_answer_start(&d->answer, d->dev);
    if (rc == 0) {
        d->running = pthread_create(&d->thread, NULL, demo_answer_main, d) == 0;
    }
    return rc;
}

static void demo_close(struct demo_device *d)
{
    if (d->running) {
        (void)vnic_shutdown(d->dev);
        (void)pthread_join(d->thread, NULL);
    }
    vnic_close(d->dev);
}

static void demo_ping(const char *address)
{
    struct cli_ping ping;
    int error = cli_ping(address, &ping);

    if (error != 0) {
        cli_demo_result(0, "ping %s: %s", address, strerror(error));
        return;
    }
    cli_demo_result(ping.received == ping.sent,
                    "ping %s: %d of %d answered from user space, %.2f ms each (%s)", address,
                    ping.received, ping.sent, ping.average_ms, ping.how);
}

static void demo_tun(void)
{
    static struct demo_device d;
    int v6;

    cli_demo_title("TUN: IP packets");
    if (demo_open(&d, VNIC_TUN, "demo-tun", "10.9.0.1/24", "fd09::1/64", &v6) == 0) {
        demo_ping("10.9.0.2");
        if (v6) {
            demo_ping("fd09::2");
        }
    }
    demo_close(&d);
}

static void demo_tap(void)
{
    static struct demo_device d;
    int v6;
    int failed = demo_failures;

    cli_demo_title("TAP: Ethernet frames");
    if (demo_open(&d, VNIC_TAP, "demo-tap", "10.9.1.1/24", "fd09:1::1/64", &v6) == 0) {
        demo_ping("10.9.1.2");
        if (v6) {
            demo_ping("fd09:1::2");
        }
    }
    demo_close(&d);
    if (failed == demo_failures) {
        cli_demo_result(d.answer.counts[CLI_ANSWERED_NEIGHBOUR] > 0,
                        "the kernel asked who has these addresses (ARP%s): %llu answers",
                        v6 ? ", Neighbour Discovery" : "",
                        (unsigned long long)d.answer.counts[CLI_ANSWERED_NEIGHBOUR]);
    }
}

static int demo_count(void *user, const struct vnic_info *info)
{
    (void)user;
    (void)info;
    return 0;
}

static void demo_check_left_over(void)
{
    int n = vnic_list(NULL, demo_count, NULL, NULL);

    cli_demo_title("Afterwards");
    if (n < 0) {
        cli_demo_result(0, "cannot list the interfaces: %s", vnic_error_text(n));
    } else {
        cli_demo_result(n == 0, "the devices are closed: %d interfaces are left", n);
    }
}

static void demo_print_end(void)
{
    if (demo_steps != NULL) {
        struct json_object *object = cli_json_object();

        cli_json_bool(object, "ok", demo_failures == 0);
        cli_json_number(object, "failures", (uint64_t)demo_failures);
        cli_json_child(object, "steps", demo_steps);
        cli_json_print(object);
    } else if (demo_failures == 0) {
        printf("\nIt works. Next: `vnic echo 10.9.0.1/24` (as root) and ping 10.9.0.2 from another "
               "shell.\n");
    } else {
        printf("\n%d step%s failed. `vnic doctor` tells what this machine is missing.\n",
               demo_failures, demo_failures == 1 ? "" : "s");
    }
}

/* In the child process, whose namespaces go with it. */
static int demo_main(void *user)
{
    int in_user_namespace;
    int error = cli_private_enter(&in_user_namespace);

    if (error != 0) {
        cli_complain("cannot make a private network namespace: %s; %s", strerror(error),
                     cli_private_advice(error));
        return error == EPERM || error == EACCES ? CLI_PERMISSION : CLI_UNSUPPORTED;
    }
    demo_steps = *(const int *)user ? cli_json_array() : NULL;
    if (demo_steps == NULL) {
        printf("This happens in a private network namespace%s; nothing of it will stay.\n\n",
               in_user_namespace ? " (without root)" : "");
    }
    demo_tun();
    demo_tap();
    cli_demo_tcp();
    demo_check_left_over();
    demo_print_end();
    return demo_failures == 0 ? CLI_OK : CLI_FAILURE;
}

int cli_run_demo(int argc, char **argv)
{
    struct cli_device device;
    int option;
    int rc;

    cli_device_init(&device);
    while ((option = getopt_long(argc, argv, "h", demo_options, NULL)) != -1) {
        rc = cli_device_option(&device, option, optarg);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    if (device.help) {
        fputs(demo_help, stdout);
        return CLI_OK;
    }
    if (optind < argc) {
        return cli_usage_error("\"%s\": demo takes no argument", argv[optind]);
    }
    return cli_private_run(demo_main, &device.json, DEMO_SECONDS);
}
