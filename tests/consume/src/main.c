/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user's first program does, with the fake backend so that it needs no rights: a device is
 * opened and closed, and header and library agree on their version.
 */
#include <stdio.h>
#include <string.h>
#include <vnic/version.h>
#include <vnic/vnic.h>

int main(void)
{
    if (vnic_version() != VNIC_VERSION) {
        fprintf(stderr, "header %x, library %x\n", (unsigned)VNIC_VERSION,
                (unsigned)vnic_version());
        return 1;
    }
    struct vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.backend = "fake";
    struct vnic_error error;
    vnic *dev = NULL;
    if (vnic_open(&cfg, &dev, &error) < 0) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    vnic_close(dev);
    printf("vnic %s\n", vnic_version_string());
    return 0;
}
