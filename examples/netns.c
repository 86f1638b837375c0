/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interface inside another network namespace: the program stays where it is, the packets come to
 * it through the handle. This is how a container gets a network from user space.
 *
 * Run: netns PATH     as root on Linux; PATH is /run/netns/NAME (made by "ip netns add NAME") or
 * /proc/PID/ns/net. Then, for example, "ip netns exec NAME ping 10.9.0.2". It ends when nothing
 * came for 3 seconds.
 */
#include <stdio.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

static int answer_pings(vnic *dev)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    int answered = 0;

    for (;;) {
        int len = vnic_recv_timeout(dev, packet, sizeof packet, 3000);

        if (len < 0) {
            return len == VNIC_ETIMEDOUT ? answered : len;
        }
        if (vnic_echo_icmp(packet, (size_t)len, VNIC_TUN) == 1 &&
            vnic_send(dev, packet, (size_t)len) >= 0) {
            answered++;
        }
    }
}

int main(int argc, char **argv)
{
    struct vnic_config cfg;
    struct vnic_error err;
    vnic *dev;
    int rc;

    if (argc != 2) {
        fprintf(stderr, "usage: netns PATH\n");
        return 2;
    }
    vnic_config_init(&cfg);
    /* [netns] */
    cfg.netns = argv[1];
    cfg.name = "tun0";
    cfg.addresses = "10.9.0.1/24";
    /* [/netns] */
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("tun0 is in %s\n", argv[1]);
    rc = answer_pings(dev);
    vnic_close(dev);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", vnic_error_name(rc), vnic_error_text(rc));
        return 1;
    }
    printf("answered %d pings\n", rc);
    return 0;
}
