/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several packets in one call. It answers ping and returns UDP datagrams to their senders.
 *
 * Run it as root, and "ping -f 10.9.0.2" from another terminal. It ends when nothing came for 3
 * seconds.
 */
#include <stdio.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

#define BATCH 32
#define ROOM 2048

static uint8_t memory[BATCH][ROOM];

/* Points the packets at their memory: a batch that was sorted or sent has moved it. */
static void prepare_batch(struct vnic_packet *pkts)
{
    for (int i = 0; i < BATCH; i++) {
        pkts[i] = (struct vnic_packet){.data = memory[i], .cap = ROOM};
    }
}

/* Moves the packets that became answers to the front. */
static int keep_answers(struct vnic_packet *pkts, int n)
{
    int kept = 0;

    for (int i = 0; i < n; i++) {
        if (pkts[i].status == 0 && (vnic_echo_icmp(pkts[i].data, pkts[i].len, VNIC_TUN) == 1 ||
                                    vnic_echo_udp(pkts[i].data, pkts[i].len, VNIC_TUN) == 1)) {
            pkts[kept++] = pkts[i];
        }
    }
    return kept;
}

/* Returns how many were sent, or a code. */
static int send_all(vnic *dev, struct vnic_packet *pkts, int n)
{
    /* [send_many] */
    int sent = 0;

    while (n > 0) {
        int rc = vnic_send_many(dev, pkts, n, 1000);

        if (rc < 0) {
            return rc;
        }
        sent += rc;
        n = vnic_packets_unsent(pkts, n);
    }
    /* [/send_many] */
    return sent;
}

static int echo_batches(vnic *dev, int *ret_answered)
{
    struct vnic_packet pkts[BATCH];

    for (;;) {
        /* [recv_many] */
        prepare_batch(pkts);
        int n = vnic_recv_many(dev, pkts, BATCH, 3000);

        if (n < 0) {
            return n;
        }
        n = keep_answers(pkts, n);
        /* [/recv_many] */
        n = send_all(dev, pkts, n);
        if (n < 0) {
            return n;
        }
        *ret_answered += n;
    }
}

int main(void)
{
    struct vnic_config cfg;
    struct vnic_error err;
    int answered = 0;
    vnic *dev;
    int rc;

    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    rc = echo_batches(dev, &answered);
    vnic_close(dev);
    if (rc != VNIC_ETIMEDOUT) {
        fprintf(stderr, "%s: %s\n", vnic_error_name(rc), vnic_error_text(rc));
        return 1;
    }
    printf("answered %d packets\n", answered);
    return 0;
}
