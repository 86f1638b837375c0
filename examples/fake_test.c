/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Testing your own program with no root, no kernel and no network: the backend "fake" is an
 * interface in memory, and its far side is where the kernel would be.
 *
 * The program under test is serve(): it answers ping until its device is shut down. Run it
 * anywhere.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <vnic/fake.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

/* [program] */
static void *serve(void *arg)
{
    vnic *dev = arg;
    uint8_t packet[2048];
    int len;

    while ((len = vnic_recv(dev, packet, sizeof packet)) >= 0 || len == VNIC_EMSGSIZE) {
        if (len > 0 && vnic_echo_icmp(packet, (size_t)len, VNIC_TUN) == 1) {
            (void)vnic_send(dev, packet, (size_t)len);
        }
    }
    return NULL;
}
/* [/program] */

static int failures;

static void check(int good, const char *what)
{
    printf("%s: %s\n", good ? "ok" : "FAILED", what);
    failures += !good;
}

/* An echo request from 10.9.0.1 to 10.9.0.2. */
static size_t make_ping(uint8_t *p)
{
    static const uint8_t ping[28] = {0x45, 0, 0,  28, 0, 0, 0,  0, 64, VNIC_IPPROTO_ICMP,
                                     0,    0, 10, 9,  0, 1, 10, 9, 0,  2,
                                     8,    0, 0,  0,  0, 1, 0,  1};

    memcpy(p, ping, sizeof ping);
    (void)vnic_checksum_set(p, sizeof ping, VNIC_TUN);
    return sizeof ping;
}

/* [test] */
static void test_ping_is_answered(vnic *peer)
{
    uint8_t packet[2048];
    size_t len = make_ping(packet);
    int rc = vnic_send(peer, packet, len);

    check(rc == (int)len, "the far side sends a ping");
    rc = vnic_recv_timeout(peer, packet, sizeof packet, 1000);
    check(rc == (int)len && packet[20] == 0, "and receives the answer");
}

static void test_other_packets_are_ignored(vnic *peer)
{
    uint8_t packet[2048];
    size_t len = make_ping(packet);

    packet[20] = 13; /* a timestamp request, RFC 792 */
    (void)vnic_checksum_set(packet, len, VNIC_TUN);
    (void)vnic_send(peer, packet, len);
    check(vnic_recv_timeout(peer, packet, sizeof packet, 50) == VNIC_ETIMEDOUT,
          "a timestamp request is not answered");
}
/* [/test] */

static int run_tests(vnic *dev, vnic *peer)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, serve, dev) != 0) {
        return 1;
    }
    test_ping_is_answered(peer);
    test_other_packets_are_ignored(peer);
    /* [end] */
    vnic_fake_remove(dev); /* as if somebody deleted the interface: serve() must end */
    pthread_join(thread, NULL);
    check(1, "the program ends when its interface is removed");
    /* [/end] */
    return failures;
}

int main(void)
{
    struct vnic_config cfg;
    struct vnic_error err;
    vnic *dev, *peer;
    int rc;

    /* [open] */
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
    /* [/open] */
    rc = run_tests(dev, peer);
    vnic_close(peer);
    vnic_close(dev);
    return rc == 0 ? 0 : 1;
}
