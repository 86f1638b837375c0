/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic up`: create an interface and hold it, make it persistent, or give it to a program. */
#include <string.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_options.h"

static const char up_help[] =
    "Usage: vnic up NAME [ADDRESS…] [OPTION…] [-- COMMAND [ARGUMENT…]]\n"
    "\n"
    "Creates the interface NAME (\"tun%d\": the first free number), gives it the addresses, "
    "brings\n"
    "it up and holds it until Ctrl-C or SIGTERM; packets that the system sends to it meanwhile "
    "are\n"
    "dropped, unless --multi-queue lets another program attach. Nothing stays behind.\n"
    "\n"
    "With -- COMMAND, runs COMMAND in its place. The descriptor is number 3, blocking, and in the\n"
    "variable VNIC_FD; the interface's name is in VNIC_NAME. With --queues N there are N, from\n"
    "number 3 on, listed in VNIC_FDS (\"3:4:5\"). The interface goes when COMMAND has closed "
    "them,\n"
    "and COMMAND's exit status is that of vnic (126: cannot be run, 127: not found).\n"
    "\n"
    "With --persist the interface stays, and vnic ends at once; `vnic down NAME` removes it.\n"
    "\n"
    "Options:\n"
    "  --persist         the interface stays after the last descriptor is closed\n"
    "  --owner USER      this user may attach to it later without privileges\n"
    "  --group GROUP     so may members of this group; with --owner too, both must match\n"
    "  --queues N        N queues, 1 to 256; more than one means --multi-queue\n"
    "  --down            do not bring it up\n"
    "  --no-carrier      create it without carrier\n"
    "  --json            print what was created as JSON\n" CLI_DEVICE_HELP "\n"
    "Examples:\n"
    "  vnic up tun0 10.9.0.1/24 fd09::1/64\n"
    "  vnic up tap0 --tap --persist --owner $USER\n"
    "  vnic up tap0 10.9.0.1/24 --tap --vnet-hdr -- \\\n"
    "      qemu-system-x86_64 -netdev tap,id=n0,fd=3 -device virtio-net-pci,netdev=n0 …\n"
    "  vnic up vpn0 --persist --owner $USER && openconnect --interface vpn0 vpn.example.org\n";

enum up_option { UP_PERSIST = CLI_OPT_OWN };

static const struct option up_options[] = {CLI_DEVICE_OPTIONS,
                                           {"persist", no_argument, NULL, UP_PERSIST},
                                           {"owner", required_argument, NULL, CLI_OPT_OWNER},
                                           {"group", required_argument, NULL, CLI_OPT_GROUP},
                                           {"queues", required_argument, NULL, CLI_OPT_QUEUES},
                                           {"down", no_argument, NULL, CLI_OPT_DOWN},
                                           {"no-carrier", no_argument, NULL, CLI_OPT_NO_CARRIER},
                                           {NULL, 0, NULL, 0}};

struct up {
    struct cli_device device;
    int persist;
    char *const *command; /* NULL: none */
    vnic *queues[256];
};

/* Where "--" stands in argv, argc if nowhere. getopt_long() would move it. */
static int up_find_dashes(int argc, char **argv)
{
    int i = 1;

    while (i < argc && strcmp(argv[i], "--") != 0) {
        i++;
    }
    return i;
}

static int up_parse(struct up *up, int argc, char **argv)
{
    int dashes = up_find_dashes(argc, argv);
    int option;
    int rc;

    while ((option = getopt_long(dashes, argv, "hqv", up_options, NULL)) != -1) {
        if (option == UP_PERSIST) {
            up->persist = 1;
            up->device.cfg.persist = 1;
            continue;
        }
        rc = cli_device_option(&up->device, option, optarg);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    if (up->device.help) {
        return 0;
    }
    if (dashes < argc) {
        up->command = argv + dashes + 1;
        if (up->command[0] == NULL) {
            return cli_usage_error("there is no command after \"--\"");
        }
        rc = cli_up_exec_require();
        if (rc != 0) {
            return rc;
        }
    }
    if (optind >= dashes) {
        return cli_usage_error("which interface? Give a name, for example tun0 or tun%%d");
    }
    up->device.cfg.name = argv[optind];
    return cli_device_addresses(&up->device, argv + optind + 1, dashes - optind - 1);
}

static int up_open_queues(struct up *up)
{
    struct vnic_error err = {0};
    int rc = cli_device_open(&up->device, &up->queues[0]);

    if (rc == 0 && up->device.queues > 1) {
        int more = (int)up->device.queues - 1;

        rc = vnic_open_queues(up->queues[0], up->queues + 1, more, &err);
        rc = rc < 0 ? cli_fail(rc, &err) : 0;
    }
    return rc;
}

static void up_close_queues(struct up *up)
{
    for (uint32_t i = 0; i < up->device.queues; i++) {
        vnic_close(up->queues[i]);
        up->queues[i] = NULL;
    }
}

static void up_announce(const struct up *up)
{
    char text[2400];
    char name[VNIC_NAME_SIZE];

    if (up->device.json) {
        struct json_object *object = cli_json_object();

        (void)vnic_get_name(up->queues[0], name, sizeof name);
        cli_json_text(object, "name", name);
        cli_json_bool(object, "persistent", up->persist);
        cli_json_number(object, "queues", up->device.queues);
        cli_json_print_line(object);
    } else if (!up->device.quiet) {
        printf("%s is %s\n", cli_device_describe(up->queues[0], text, sizeof text),
               up->device.cfg.up == 0 ? "there, down" : "up");
    }
    (void)fflush(stdout);
}

/* Other programs attach: a queue of ours that nobody reads would get its share of their flows. Returns
 * what a call on the interface would: VNIC_EINTERRUPTED for a signal, or VNIC_ECLOSED. */
static int up_hold_aside(struct up *up)
{
    char name[VNIC_NAME_SIZE];

    for (uint32_t i = 0; i < up->device.queues; i++) {
        (void)vnic_detach_queue(up->queues[i], NULL);
    }
    /* A detached queue has nothing to wait for. The pause ends with a signal. */
    while (vnic_wakeup_value(cli_signals_wakeup()) == 0) {
        if (vnic_get_name(up->queues[0], name, sizeof name) == VNIC_ECLOSED) {
            return VNIC_ECLOSED;
        }
        cli_pause_ms(200);
    }
    return VNIC_EINTERRUPTED;
}

/* Takes the packets meanwhile, so that nothing piles up. */
static int up_hold_reading(struct up *up)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    int rc;

    do {
        rc = vnic_recv(up->queues[0], packet, sizeof packet);
    } while (rc >= 0 || rc == VNIC_EMSGSIZE);
    return rc;
}

/* Holds the interface until a signal comes or it is removed. */
static int up_hold(struct up *up)
{
    int aside = (up->device.cfg.flags & VNIC_MULTI_QUEUE) != 0;
    int rc = aside ? up_hold_aside(up) : up_hold_reading(up);

    if (rc == VNIC_EINTERRUPTED) {
        return CLI_OK;
    }
    if (rc == VNIC_ECLOSED) {
        cli_complain("the interface was removed by somebody else");
        return CLI_FAILURE;
    }
    return cli_fail(rc, NULL);
}

static int up_run(struct up *up)
{
    int rc = up_open_queues(up);

    if (rc != 0) {
        return rc;
    }
    if (up->command != NULL) {
        return cli_up_exec(up->queues, (int)up->device.queues, up->command);
    }
    up_announce(up);
    return up->persist ? CLI_OK : up_hold(up);
}

int cli_run_up(int argc, char **argv)
{
    static struct up up;
    int rc;

    cli_device_init(&up.device);
    rc = up_parse(&up, argc, argv);
    if (rc == 0 && up.device.help) {
        fputs(up_help, stdout);
    } else if (rc == 0) {
        rc = cli_signals_start();
        if (rc == 0) {
            rc = up_run(&up);
            up_close_queues(&up);
        }
    }
    cli_device_free(&up.device);
    return rc;
}
