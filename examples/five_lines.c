/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole idea in five statements: say what you want, open it, receive, close.
 *
 * Run it as root, and ping 10.9.0.2 or fd09::2 from another terminal. Ctrl-C ends it, and the
 * interface is gone.
 */
/* [program] */
#include <stdio.h>
#include <vnic/vnic.h>

int main(void)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    struct vnic_error err;
    struct vnic_config cfg;
    vnic *dev;
    int len;

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24 fd09::1/64";
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    while ((len = vnic_recv(dev, packet, sizeof packet)) >= 0) {
        printf("a packet of %d bytes, IP version %d\n", len, packet[0] >> 4);
    }
    vnic_close(dev);
    return 0;
}
/* [/program] */
