/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets without a copy: borrow a view, put an outer header into the headroom in front of the
 * packet, and commit the same memory. This is what a VPN does with every packet.
 *
 * It runs anywhere, because both ends are in memory (backend "fake"): the far side sends a
 * packet, and receives it wrapped in an outer IPv4 header (IP in IP, RFC 2003).
 */
#include <stdio.h>
#include <string.h>
#include <vnic/fake.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

#define OUTER_LEN 20
#define BATCH 16

static const uint8_t inner[28] = {
    0x45, 0,    0, 28, 0, 0, 0, 0, 64, VNIC_IPPROTO_UDP, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2, /* IPv4 */
    0x12, 0x34, 0, 7,  0, 8, 0, 0                                                        /* UDP */
};

static void write_outer_header(uint8_t *p, uint32_t total)
{
    static const uint8_t start[OUTER_LEN] = {0x45, 0, 0,   0, 0, 0, 0,   0, 64, 4,
                                             0,    0, 192, 0, 2, 1, 192, 0, 2,  2};

    memcpy(p, start, OUTER_LEN);
    p[2] = (uint8_t)(total >> 8);
    p[3] = (uint8_t)total;
    (void)vnic_checksum_set(p, total, VNIC_TUN);
}

/* Receives what is there, wraps it, sends it. */
static int wrap_packets(vnic *dev)
{
    /* [views] */
    struct vnic_packet pkts[BATCH] = {{0}};
    int n = vnic_acquire_many(dev, pkts, BATCH, 1000);

    if (n < 0) {
        return n;
    }
    for (int i = 0; i < n; i++) {
        if (pkts[i].headroom < OUTER_LEN) {
            (void)vnic_release_many(dev, pkts, n);
            return VNIC_EMSGSIZE;
        }
        pkts[i].data -= OUTER_LEN;
        pkts[i].len += OUTER_LEN;
        write_outer_header(pkts[i].data, pkts[i].len);
    }
    int sent = vnic_commit_many(dev, pkts, n, 1000);

    /* What was not accepted is still ours: give it back. */
    for (int i = 0; i < n; i++) {
        if (sent < 0 || pkts[i].status < 0) {
            (void)vnic_release_many(dev, &pkts[i], 1);
        }
    }
    /* [/views] */
    return sent;
}

/* Fills new memory of the library and sends it. */
static int send_reserved(vnic *dev)
{
    /* [reserve] */
    struct vnic_packet pkt = {.len = sizeof inner};
    int rc = vnic_reserve_many(dev, &pkt, 1, VNIC_NOWAIT);

    if (rc < 0) {
        return rc;
    }
    memcpy(pkt.data, inner, sizeof inner);
    rc = vnic_commit_many(dev, &pkt, 1, 1000);
    if (rc < 0) {
        (void)vnic_release_many(dev, &pkt, 1);
    }
    /* [/reserve] */
    return rc;
}

static int run_both(vnic *dev, vnic *peer)
{
    uint8_t got[2048];
    int rc = vnic_send(peer, inner, sizeof inner);

    if (rc >= 0) {
        rc = wrap_packets(dev);
    }
    if (rc >= 0) {
        rc = vnic_recv_timeout(peer, got, sizeof got, 1000);
    }
    if (rc >= 0) {
        printf("the far side sent %zu bytes and received %d, outer header intact: %s\n",
               sizeof inner, rc,
               vnic_checksum_verify(got, (size_t)rc, VNIC_TUN) & VNIC_SUM_IP_GOOD ? "yes" : "no");
        rc = send_reserved(dev);
    }
    if (rc >= 0) {
        rc = vnic_recv_timeout(peer, got, sizeof got, 1000);
    }
    if (rc >= 0) {
        printf("and then %d bytes that were made in place\n", rc);
    }
    return rc;
}

int main(void)
{
    struct vnic_config cfg;
    struct vnic_error err;
    vnic *dev, *peer;
    int rc;

    vnic_config_init(&cfg);
    cfg.backend = "fake";
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    if (vnic_fake_peer(dev, &peer, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        vnic_close(dev);
        return 1;
    }
    rc = run_both(dev, peer);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", vnic_error_name(rc), vnic_error_text(rc));
    }
    vnic_close(peer);
    vnic_close(dev);
    return rc < 0 ? 1 : 0;
}
