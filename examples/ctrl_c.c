/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A blocking loop that ends on Ctrl-C: vnic_shutdown() may be called in a signal handler, and the
 * call that is blocked returns VNIC_ECLOSED.
 *
 * Run it as root, press Ctrl-C (or send SIGTERM). The exit code is 0 and the interface is gone.
 */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <vnic/vnic.h>

/* [handler] */
static _Atomic(vnic *) device;

static void stop_receiving(int number)
{
    (void)number;
    vnic_shutdown(atomic_load(&device));
}
/* [/handler] */

static int install_handler(void)
{
    struct sigaction action = {0};

    action.sa_handler = stop_receiving;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGINT, &action, NULL) < 0 || sigaction(SIGTERM, &action, NULL) < 0 ? -1 : 0;
}

int main(void)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    struct vnic_config cfg;
    struct vnic_error err;
    unsigned count = 0;
    vnic *dev;
    int rc;

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    /* [loop] */
    atomic_store(&device, dev);
    if (install_handler() < 0) {
        perror("sigaction");
        vnic_close(dev);
        return 1;
    }
    printf("receiving; Ctrl-C ends it\n");
    while ((rc = vnic_recv(dev, packet, sizeof packet)) >= 0) {
        count++;
    }
    /* A second Ctrl-C must not meet a handle that is closed. */
    atomic_store(&device, NULL);
    vnic_close(dev);
    /* [/loop] */
    printf("ended with %s after %u packets\n", vnic_error_name(rc), count);
    return rc == VNIC_ECLOSED ? 0 : 1;
}
