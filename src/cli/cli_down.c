/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic down`: end the persistence of an interface, which removes it when nobody has it open. */
#include "cli.h"
#include "cli_options.h"

static const char down_help[] =
    "Usage: vnic down NAME [OPTION…]\n"
    "\n"
    "Removes a persistent interface. If a program has it open through several queues, it stays\n"
    "until that program ends.\n"
    "\n"
    "Options:\n" CLI_BASIC_HELP "\n"
    "Examples:\n"
    "  vnic down tap0\n"
    "  vnic down tun0 --netns blue\n";

static const struct option down_options[] = {CLI_BASIC_OPTIONS, {NULL, 0, NULL, 0}};

static int down_parse(struct cli_device *d, int argc, char **argv)
{
    int option;
    int rc;

    while ((option = getopt_long(argc, argv, "hqv", down_options, NULL)) != -1) {
        rc = cli_device_option(d, option, optarg);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    if (d->help) {
        return 0;
    }
    if (argc - optind != 1) {
        return cli_usage_error("give one interface name");
    }
    d->cfg.name = argv[optind];
    return 0;
}

static int down_run(struct cli_device *d)
{
    struct vnic_error err = {0};
    struct vnic_info info;
    vnic *dev;
    int rc;

    if (d->cfg.netns != NULL) {
        rc = cli_enter_netns(d->netns);
        if (rc != 0) {
            return rc;
        }
        d->cfg.netns = NULL;
    }
    rc = cli_find_interface(d->cfg.backend, d->cfg.name, &info, &err);
    if (rc < 0) {
        return cli_fail(rc, &err);
    }
    if ((info.flags & VNIC_IF_PERSIST) == 0) {
        cli_complain("\"%s\" is not persistent: it goes when the program that has it open ends",
                     d->cfg.name);
        return CLI_CONFLICT;
    }
    (void)cli_device_match(d);
    d->cfg.flags |= VNIC_KEEP_STATE;
    rc = cli_device_open(d, &dev);
    if (rc != 0) {
        return rc;
    }
    rc = vnic_set_persist(dev, 0, &err);
    vnic_close(dev);
    if (rc < 0) {
        return cli_fail(rc, &err);
    }
    if (!d->quiet) {
        printf("%s is removed\n", d->cfg.name);
    }
    return CLI_OK;
}

int cli_run_down(int argc, char **argv)
{
    struct cli_device device;
    int rc;

    cli_device_init(&device);
    rc = down_parse(&device, argc, argv);
    if (rc == 0 && device.help) {
        fputs(down_help, stdout);
    } else if (rc == 0) {
        rc = down_run(&device);
    }
    cli_device_free(&device);
    return rc;
}
