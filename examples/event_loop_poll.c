/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handle in a program's own poll() loop, beside another descriptor (here: standard input).
 *
 * Run it as root, and ping 10.9.0.2 from another terminal. The end of standard input (Ctrl-D)
 * ends it.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

/* Answers all that is there. Returns the code that ended it: VNIC_EAGAIN when nothing is left. */
static int drain_packets(vnic *dev, unsigned *answered)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    int len;

    /* [drain] */
    while ((len = vnic_recv(dev, packet, sizeof packet)) >= 0) {
        if (vnic_echo_icmp(packet, (size_t)len, VNIC_TUN) == 1 &&
            vnic_send(dev, packet, (size_t)len) >= 0) {
            ++*answered;
        }
    }
    /* [/drain] */
    return len;
}

static int run_loop(vnic *dev, unsigned *answered)
{
    /* [loop] */
    intptr_t handle = vnic_wait_handle(dev);

    if (handle < 0) {
        return (int)handle;
    }
    struct pollfd fds[2] = {{.fd = (int)handle, .events = POLLIN},
                            {.fd = STDIN_FILENO, .events = POLLIN}};

    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            return VNIC_EOS;
        }
        if (fds[0].revents) {
            int rc = drain_packets(dev, answered);

            if (rc != VNIC_EAGAIN) {
                return rc;
            }
        }
        if (fds[1].revents) {
            char line[256];

            if (read(STDIN_FILENO, line, sizeof line) <= 0) {
                return 0;
            }
        }
    }
    /* [/loop] */
}

int main(void)
{
    struct vnic_config cfg;
    struct vnic_error err;
    unsigned answered = 0;
    vnic *dev;
    int rc;

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    cfg.flags = VNIC_NONBLOCK;
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("answering; the end of the input ends it\n");
    rc = run_loop(dev, &answered);
    vnic_close(dev);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", vnic_error_name(rc), vnic_error_text(rc));
        return 1;
    }
    printf("answered %u pings\n", answered);
    return 0;
}
