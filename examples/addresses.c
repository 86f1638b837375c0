/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses while the interface is open: as text, as structures, one at a time and all at once.
 *
 * Run: addresses [BACKEND]     as root, or anywhere with the backend "fake".
 */
#include <stdio.h>
#include <vnic/vnic.h>

#define MAX_ADDRESSES 16

static int list_addresses(vnic *dev, const char *title, struct vnic_error *err)
{
    /* [list] */
    struct vnic_prefix have[MAX_ADDRESSES];
    char text[VNIC_PREFIX_TEXT_MAX];
    int n = vnic_get_addresses(dev, have, MAX_ADDRESSES, err);

    if (n < 0) {
        return n;
    }
    printf("%s:", title);
    for (int i = 0; i < n && i < MAX_ADDRESSES; i++) {
        if ((have[i].flags & VNIC_PREFIX_KERNEL) == 0 &&
            vnic_prefix_format(&have[i], text, sizeof text) > 0) {
            printf(" %s", text);
        }
    }
    printf("\n");
    /* [/list] */
    return 0;
}

static int change_addresses(vnic *dev, struct vnic_error *err)
{
    /* [change] */
    struct vnic_prefix one, all[2];
    int n, rc;

    if (vnic_prefix_parse("10.9.1.1/32 peer 10.9.1.2", &one) < 0) {
        return -1;
    }
    rc = vnic_add_address(dev, &one, err);
    if (rc < 0) {
        return rc;
    }
    n = vnic_prefix_list_parse("10.9.0.1/24, 10.9.2.1/24", all, 2, NULL, NULL);
    if (n < 0) {
        return n;
    }
    /* 10.9.0.1/24 is there already and stays untouched; the others go and come. */
    rc = vnic_set_addresses(dev, all, n, err);
    /* [/change] */
    return rc;
}

int main(int argc, char **argv)
{
    struct vnic_error err = {0};
    struct vnic_config cfg;
    vnic *dev;
    int rc;

    vnic_config_init(&cfg);
    cfg.backend = argc > 1 ? argv[1] : NULL;
    cfg.addresses = "10.9.0.1/24 fd09::1/64";
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    rc = list_addresses(dev, "opened with", &err);
    if (rc == 0) {
        rc = change_addresses(dev, &err);
    }
    if (rc == 0) {
        rc = list_addresses(dev, "now", &err);
    }
    if (rc < 0) {
        fprintf(stderr, "%s\n", err.text);
    }
    vnic_close(dev);
    return rc < 0 ? 1 : 0;
}
