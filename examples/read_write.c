/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One packet at a time, with a timeout, and in pieces: the IP header in one buffer, what follows in
 * another. It answers ping.
 *
 * Run it as root, and ping 10.9.0.2 from another terminal. It ends when nothing came for 3 seconds.
 */
#include <stdio.h>
#include <string.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

#define IP_HEADER 20
#define IP_PROTOCOL 9
#define IP_SOURCE 12
#define ICMP_ECHO 8
#define ICMP_CHECKSUM 2

static int is_ping(const uint8_t *ip, const uint8_t *icmp, size_t len)
{
    return ip[0] == 0x45 && ip[IP_PROTOCOL] == VNIC_IPPROTO_ICMP && len >= 8 &&
           icmp[0] == ICMP_ECHO;
}

/* Swapping the addresses leaves the checksum of the IP header as it is. */
static void make_answer(uint8_t *ip, uint8_t *icmp, size_t len)
{
    uint8_t source[4];
    uint16_t sum;

    memcpy(source, ip + IP_SOURCE, 4);
    memcpy(ip + IP_SOURCE, ip + IP_SOURCE + 4, 4);
    memcpy(ip + IP_SOURCE + 4, source, 4);
    memset(icmp, 0, 4);
    sum = vnic_checksum(icmp, len);
    icmp[ICMP_CHECKSUM] = (uint8_t)(sum >> 8);
    icmp[ICMP_CHECKSUM + 1] = (uint8_t)sum;
}

static int answer_pings(vnic *dev)
{
    static uint8_t body[VNIC_MAX_PACKET];
    uint8_t header[IP_HEADER];
    int answered = 0;

    for (;;) {
        /* [recvv] */
        const struct vnic_iovec room[2] = {{header, sizeof header}, {body, sizeof body}};
        int len = vnic_recvv(dev, room, 2, 3000);

        if (len == VNIC_ETIMEDOUT) {
            return answered;
        }
        if (len < 0) {
            return len;
        }
        /* [/recvv] */
        if (len <= IP_HEADER || !is_ping(header, body, (size_t)len - IP_HEADER)) {
            continue;
        }
        make_answer(header, body, (size_t)len - IP_HEADER);
        /* [sendv] */
        const struct vnic_iovec answer[2] = {{header, IP_HEADER}, {body, (size_t)len - IP_HEADER}};
        int rc = vnic_sendv(dev, answer, 2, 100);

        if (rc < 0) {
            return rc;
        }
        /* [/sendv] */
        answered++;
    }
}

int main(void)
{
    struct vnic_config cfg;
    struct vnic_error err;
    vnic *dev;
    int rc;

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    rc = answer_pings(dev);
    vnic_close(dev);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", vnic_error_name(rc), vnic_error_text(rc));
        return 1;
    }
    printf("answered %d pings\n", rc);
    return 0;
}
