/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic doctor`: what this user may do, found out by doing it where nobody is disturbed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli.h"
#include "cli_doctor_linux.h"
#include "cli_private.h"

/* Linux include/uapi/linux/capability.h. */
#define CAPABILITY_NET_ADMIN 12

#define CHECK_SECONDS 20

static int has_net_admin(void)
{
    char status[8192];
    const char *line;

    if (cli_read_file("/proc/thread-self/status", status, sizeof status) <= 0) {
        return 0;
    }
    line = strstr(status, "CapEff:");
    return line != NULL && (strtoull(line + 7, NULL, 16) >> CAPABILITY_NET_ADMIN & 1);
}

void cli_check_capability(struct cli_finding *f)
{
    if (has_net_admin()) {
        cli_find(f, CLI_HEALTH_OK, NULL, "this process has CAP_NET_ADMIN");
    } else {
        cli_find(
            f, CLI_HEALTH_NOTE,
            "run as root (sudo vnic …), or: setcap cap_net_admin+ep \"$(command -v vnic)\", or "
            "let root make a persistent interface for you: vnic up tun0 --persist --owner $USER",
            "this process has no CAP_NET_ADMIN: it can attach to interfaces made for it, and "
            "create some in a private namespace");
    }
}

/* The result of a child process comes back in shared memory. */
struct rights_probe {
    uint32_t layer;
    int enter_error; /* errno of the private namespace */
    int in_user_namespace;
    int rc; /* of vnic_open() */
    struct vnic_error err;
};

static int rights_probe_main(void *user)
{
    struct rights_probe *probe = user;
    struct vnic_config cfg;
    vnic *dev = NULL;

    probe->enter_error = cli_private_enter(&probe->in_user_namespace);
    if (probe->enter_error != 0 || probe->layer == VNIC_UNSET) {
        return CLI_OK;
    }
    vnic_config_init(&cfg);
    cfg.layer = probe->layer;
    cfg.addresses = "10.9.0.1/24";
    probe->rc = vnic_open(&cfg, &dev, &probe->err);
    vnic_close(dev);
    return CLI_OK;
}

/* Runs a probe in a child. Returns its result, copied; enter_error is ECHILD if it did not end. */
static struct rights_probe rights_run(uint32_t layer)
{
    struct rights_probe result = {.layer = layer, .enter_error = ECHILD};
    struct rights_probe *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED) {
        result.enter_error = errno;
        return result;
    }
    shared->layer = layer;
    if (cli_private_run(rights_probe_main, shared, CHECK_SECONDS) == CLI_OK) {
        result = *shared;
    }
    (void)munmap(shared, sizeof *shared);
    return result;
}

void cli_check_user_namespaces(struct cli_finding *f)
{
    struct rights_probe probe = rights_run(VNIC_UNSET);

    if (probe.enter_error != 0) {
        cli_find(f, CLI_HEALTH_NOTE, cli_private_advice(probe.enter_error),
                 "no private network namespace: %s", strerror(probe.enter_error));
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "private network namespaces work (%s)",
                 probe.in_user_namespace ? "in a user namespace, without root" : "as root");
    }
}

static void check_private(struct cli_finding *f, uint32_t layer)
{
    struct rights_probe probe = rights_run(layer);

    if (probe.enter_error != 0) {
        cli_find(f, CLI_HEALTH_NOTE, NULL, "a %s in a private namespace could not be tried",
                 cli_layer_name(layer));
    } else if (probe.rc < 0) {
        cli_find(f, CLI_HEALTH_BAD, NULL, "a %s in a private namespace failed: %s",
                 cli_layer_name(layer), probe.err.text);
    } else {
        cli_find(f, CLI_HEALTH_OK, NULL, "a %s was created in a private namespace, with an address",
                 cli_layer_name(layer));
    }
}

void cli_check_create_tun(struct cli_finding *f)
{
    check_private(f, VNIC_TUN);
}

void cli_check_create_tap(struct cli_finding *f)
{
    check_private(f, VNIC_TAP);
}

/* In this namespace nothing is created, not even for a moment: others may be watching. */
void cli_check_create_here(struct cli_finding *f)
{
    struct cli_finding node;
    int can_open;

    cli_check_node(&node);
    can_open = node.health == CLI_HEALTH_OK;
    if (has_net_admin() && can_open) {
        cli_find(f, CLI_HEALTH_OK, NULL, "interfaces can be created in this network namespace");
    } else {
        cli_find(f, CLI_HEALTH_NOTE, NULL,
                 "interfaces cannot be created in this network namespace: %s%s%s",
                 can_open ? "" : "/dev/net/tun cannot be opened",
                 !can_open && !has_net_admin() ? ", and " : "",
                 has_net_admin() ? "" : "there is no CAP_NET_ADMIN");
    }
}
