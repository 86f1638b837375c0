/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration: one structure, checked completely before anything is created, and what the
 * interface became.
 *
 * Run: configure [BACKEND]     as root, or anywhere with the backend "fake".
 */
#include <inttypes.h>
#include <stdio.h>
#include <vnic/vnic.h>

static int show_interface(vnic *dev, struct vnic_error *err)
{
    /* [info] */
    struct vnic_info info = {.size = sizeof info};

    if (vnic_get_info(dev, &info, err) < 0) {
        return -1;
    }
    printf("%s: index %" PRIu32 ", mtu %" PRIu32 ", %s, alias \"%s\"\n", info.name, info.if_index,
           info.mtu, info.flags & VNIC_IF_UP ? "up" : "down", info.alias);
    /* [/info] */
    return 0;
}

static int change_while_open(vnic *dev, struct vnic_error *err)
{
    /* [setters] */
    if (vnic_set_mtu(dev, 1400, err) < 0 || vnic_set_name(dev, "office", err) < 0 ||
        vnic_set_up(dev, 0, err) < 0) {
        return -1;
    }
    /* [/setters] */
    return 0;
}

int main(int argc, char **argv)
{
    struct vnic_config cfg;
    struct vnic_error err;
    vnic *dev;
    int rc;

    /* [config] */
    vnic_config_init(&cfg);
    cfg.name = "home%d";
    cfg.addresses = "10.9.0.1/24 fd09::1/64";
    cfg.mtu = 1420;
    cfg.alias = "tunnel to the office";
    cfg.tx_queue_len = 1000;
    cfg.flags = VNIC_NO_LINK_LOCAL;
    /* [/config] */
    cfg.backend = argc > 1 ? argv[1] : NULL;
    /* [open] */
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    /* [/open] */
    rc = show_interface(dev, &err);
    if (rc == 0) {
        rc = change_while_open(dev, &err);
    }
    if (rc == 0) {
        rc = show_interface(dev, &err);
    }
    if (rc < 0) {
        fprintf(stderr, "%s\n", err.text);
    }
    vnic_close(dev);
    return rc < 0 ? 1 : 0;
}
