/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic dump`: what the system sends to an interface, as text, JSON or pcapng. */
#include "cli_dump.h"

#include <errno.h>
#include <string.h>

#include "cli.h"
#include "cli_json.h"

static const char dump_help[] =
    "Usage: vnic dump [NAME [ADDRESS…]] [OPTION…]\n"
    "\n"
    "Creates the interface NAME (by default the first free tun or tap number), or attaches to it\n"
    "if it is there and persistent, and shows every packet that the system sends to it, one a\n"
    "line, until Ctrl-C. Nothing is answered. Counters come at the end, on standard error.\n"
    "\n"
    "Options:\n"
    "  --fd N            use descriptor N, made by somebody else, instead of creating; it is left\n"
    "                    as it was\n"
    "  -w, --write FILE  write pcapng to FILE (\"-\": standard output) instead of text\n"
    "  -c, --count N     end after N packets\n"
    "  -s, --snaplen N   store at most N bytes of each packet, 1 to 262144\n"
    "  -t, --timeout S   end after S seconds\n"
    "  -x, --hex         show the bytes too\n"
    "  --color WHEN      auto (on a terminal, the default), always or never\n"
    "  --json            one JSON object a packet, then one with the counters\n" CLI_DEVICE_HELP
    "\n"
    "Examples:\n"
    "  vnic dump tun0 10.9.0.1/24\n"
    "  vnic dump tap0 10.9.0.1/24 --tap -w packets.pcapng\n"
    "  vnic dump tun0 10.9.0.1/24 -w - | wireshark -k -i -\n"
    "  vnic up tun0 10.9.0.1/24 -- vnic dump --fd 3 -c 10\n";

enum dump_option { DUMP_FD = CLI_OPT_OWN, DUMP_COLOR };

static const struct option dump_options[] = {CLI_DEVICE_OPTIONS,
                                             {"fd", required_argument, NULL, DUMP_FD},
                                             {"write", required_argument, NULL, 'w'},
                                             {"count", required_argument, NULL, 'c'},
                                             {"snaplen", required_argument, NULL, 's'},
                                             {"timeout", required_argument, NULL, 't'},
                                             {"hex", no_argument, NULL, 'x'},
                                             {"color", required_argument, NULL, DUMP_COLOR},
                                             {NULL, 0, NULL, 0}};

static int dump_color_option(struct dump *dump, const char *when)
{
    if (strcmp(when, "auto") == 0) {
        dump->color = cli_wants_color();
    } else if (strcmp(when, "always") == 0) {
        dump->color = 1;
    } else if (strcmp(when, "never") == 0) {
        dump->color = 0;
    } else {
        return cli_usage_error("--color: \"%s\" is not auto, always or never", when);
    }
    return 0;
}

static int dump_option(struct dump *dump, int option)
{
    uint64_t value = 0;
    int rc;

    switch (option) {
    case DUMP_FD:
        rc = cli_parse_number("--fd", optarg, 0, INT32_MAX, &value);
        dump->fd = (intptr_t)value;
        return rc;
    case DUMP_COLOR:
        return dump_color_option(dump, optarg);
    case 'w':
        dump->file_name = optarg;
        return 0;
    case 'c':
        return cli_parse_number("--count", optarg, 1, UINT64_MAX, &dump->count);
    case 's':
        return cli_parse_number("--snaplen", optarg, 1, VNIC_CAPTURE_SNAPLEN, &dump->snaplen);
    case 't':
        rc = cli_parse_number("--timeout", optarg, 1, 1000000000, &value);
        dump->deadline_ns = cli_mono_ns() + value * 1000000000u;
        return rc;
    case 'x':
        dump->hex = 1;
        return 0;
    default:
        return cli_device_option(&dump->device, option, optarg);
    }
}

static int dump_parse(struct dump *dump, int argc, char **argv)
{
    int option;
    int rc = dump_color_option(dump, "auto");

    while ((option = getopt_long(argc, argv, "hqvw:c:s:t:x", dump_options, NULL)) != -1) {
        rc = dump_option(dump, option);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    if (dump->device.help) {
        return 0;
    }
    if (dump->fd >= 0 && optind < argc) {
        return cli_usage_error("--fd takes an interface that is there: leave \"%s\" out",
                               argv[optind]);
    }
    if (dump->device.json && dump->file_name != NULL) {
        return cli_usage_error("--json and --write exclude each other");
    }
    if (optind < argc) {
        dump->device.cfg.name = argv[optind];
        return cli_device_addresses(&dump->device, argv + optind + 1, argc - optind - 1);
    }
    return rc;
}

static int dump_open_device(struct dump *dump)
{
    struct vnic_info info = {.size = sizeof info};
    struct vnic_error err = {0};
    int rc;

    if (dump->fd >= 0) {
        dump->device.cfg.wakeup = cli_signals_wakeup();
        dump->device.cfg.flags |= VNIC_BORROW;
        rc = vnic_adopt(dump->fd, &dump->device.cfg, &dump->dev, &err);
        rc = rc < 0 ? cli_fail(rc, &err) : 0;
    } else {
        (void)cli_device_match(&dump->device);
        rc = cli_device_open(&dump->device, &dump->dev);
    }
    if (rc != 0) {
        return rc;
    }
    rc = vnic_get_info(dump->dev, &info, &err);
    if (rc < 0) {
        return cli_fail(rc, &err);
    }
    dump->layer = info.layer;
    return 0;
}

static uint64_t dump_lost(struct dump *dump)
{
    struct vnic_stats stats = {.size = sizeof stats};

    return vnic_get_stats(dump->dev, &stats, NULL) == 0 ? stats.rx_dropped : 0;
}

static int dump_packet(struct dump *dump, const uint8_t *data, size_t len)
{
    struct vnic_capture_packet packet = {.size = sizeof packet, .data = data};
    uint64_t now = cli_wall_ns();

    dump->packets++;
    dump->bytes += len;
    if (dump->capture == NULL) {
        cli_dump_print(dump, data, len, now);
        return ferror(stdout) ? VNIC_EOS : 0;
    }
    packet.len = (uint32_t)len;
    packet.time_ns = now;
    packet.direction = VNIC_CAPTURE_OUTBOUND;
    /* Asking costs system calls: the count is brought up to date when the queue was empty. */
    packet.dropped = dump->lost;
    dump->lost = 0;
    return vnic_capture_write(dump->capture, &packet);
}

static int dump_timeout_ms(const struct dump *dump)
{
    uint64_t now = cli_mono_ns();
    uint64_t left_ms;

    if (dump->deadline_ns == 0) {
        return VNIC_FOREVER;
    }
    left_ms = now >= dump->deadline_ns ? 0 : (dump->deadline_ns - now) / 1000000u + 1;
    return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

static void dump_update_lost(struct dump *dump)
{
    uint64_t lost;

    if (dump->capture != NULL) {
        lost = dump_lost(dump);
        dump->lost += lost - dump->lost_before;
        dump->lost_before = lost;
    }
}

/* Output is flushed whenever the queue is empty: prompt, and still in large pieces under load. */
static int dump_loop(struct dump *dump)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    int rc = 0;

    dump->lost_before = dump_lost(dump);
    while (rc >= 0 && (dump->count == 0 || dump->packets < dump->count)) {
        rc = vnic_recv_timeout(dump->dev, packet, sizeof packet, VNIC_NOWAIT);
        if (rc == VNIC_EAGAIN) {
            dump_update_lost(dump);
            if (fflush(dump->file != NULL ? dump->file : stdout) != 0) {
                dump->write_error = errno;
                return VNIC_EOS;
            }
            rc = vnic_recv_timeout(dump->dev, packet, sizeof packet, dump_timeout_ms(dump));
        }
        if (rc > 0) {
            rc = dump_packet(dump, packet, (size_t)rc);
        }
    }
    return rc;
}

static void dump_report(struct dump *dump)
{
    uint64_t lost = dump_lost(dump);

    if (dump->device.json) {
        struct json_object *object = cli_json_object();

        cli_json_text(object, "type", "counters");
        cli_json_number(object, "packets", dump->packets);
        cli_json_number(object, "bytes", dump->bytes);
        cli_json_number(object, "dropped", lost);
        cli_json_print_line(object);
    } else if (!dump->device.quiet) {
        (void)fflush(stdout);
        fprintf(stderr, "%llu packets, %llu bytes; %llu dropped by the system\n",
                (unsigned long long)dump->packets, (unsigned long long)dump->bytes,
                (unsigned long long)lost);
    }
}

/* The exit code for what ended the loop. */
static int dump_result(struct dump *dump, int rc)
{
    if (rc >= 0 || rc == VNIC_EINTERRUPTED || rc == VNIC_ETIMEDOUT || rc == VNIC_EAGAIN) {
        return CLI_OK;
    }
    if (dump->write_error != 0) {
        return cli_dump_fail_write(dump);
    }
    if (ferror(stdout)) {
        return CLI_OK;
    }
    if (rc == VNIC_ECLOSED) {
        cli_complain("the interface was removed by somebody else");
        return CLI_FAILURE;
    }
    return cli_fail(rc, NULL);
}

static int dump_run(struct dump *dump)
{
    char text[2400];
    int rc = dump_open_device(dump);

    if (rc == 0) {
        rc = cli_dump_open_file(dump);
    }
    if (rc != 0) {
        return cli_dump_close_file(dump, rc);
    }
    if (!dump->device.quiet && !dump->device.json) {
        fprintf(stderr, "packets that the system sends to %s; end with Ctrl-C\n",
                cli_device_describe(dump->dev, text, sizeof text));
        (void)fflush(stderr);
    }
    dump->start_ns = cli_wall_ns();
    rc = dump_result(dump, dump_loop(dump));
    cli_dump_write_counts(dump);
    dump_report(dump);
    return cli_dump_close_file(dump, rc);
}

int cli_run_dump(int argc, char **argv)
{
    static struct dump dump;
    int rc;

    dump.fd = -1;
    cli_device_init(&dump.device);
    rc = dump_parse(&dump, argc, argv);
    if (rc == 0 && dump.device.help) {
        fputs(dump_help, stdout);
    } else if (rc == 0) {
        rc = cli_signals_start();
        if (rc == 0) {
            rc = dump_run(&dump);
            vnic_close(dump.dev);
        }
    }
    cli_device_free(&dump.device);
    return rc;
}
