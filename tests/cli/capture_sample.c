/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a pcapng stream with everything that vnic/capture.h can write to standard output: two
 * interfaces, both directions and none, a cut packet, drops, statistics. With the argument "alike" both
 * interfaces are TAPs and nothing is cut, because libpcap reads one link type and one length a file.
 */
#include <stdio.h>
#include <string.h>

#include "vnic/capture.h"

#define START UINT64_C(1700000000123456789)

static int sample_write(void *user, const void *data, size_t len)
{
    return fwrite(data, 1, len, user) == len ? 0 : VNIC_EOS;
}

/* An IPv4 UDP datagram from 10.9.0.1 port 1000 to 10.9.0.2 port 2000, without a UDP checksum. */
static const uint8_t sample_packet[] = {0x45, 0,    0, 33, 0, 1,  0,   0,   64,  17,  0x66,
                                        0xb7, 10,   9, 0,  1, 10, 9,   0,   2,   0x3, 0xe8,
                                        0x7,  0xd0, 0, 13, 0, 0,  'h', 'e', 'l', 'l', 'o'};

static int sample_packets(vnic_capture *capture, int first, int second, int alike)
{
    uint8_t frame[14 + sizeof sample_packet] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
    struct vnic_capture_packet packet = {.size = sizeof packet};
    int rc;

    memcpy(frame + 14, sample_packet, sizeof sample_packet);
    packet.if_number = (uint32_t)first;
    packet.data = alike ? frame : sample_packet;
    packet.len = alike ? sizeof frame : sizeof sample_packet;
    packet.time_ns = START;
    packet.direction = VNIC_CAPTURE_OUTBOUND;
    rc = vnic_capture_write(capture, &packet);
    packet.time_ns = START + 1;
    packet.direction = VNIC_CAPTURE_INBOUND;
    packet.dropped = 7;
    rc = rc < 0 ? rc : vnic_capture_write(capture, &packet);
    packet.if_number = (uint32_t)second;
    packet.data = frame;
    packet.len = sizeof frame;
    packet.time_ns = START + 1000000000u;
    packet.direction = VNIC_CAPTURE_NO_DIRECTION;
    packet.dropped = 0;
    return rc < 0 ? rc : vnic_capture_write(capture, &packet);
}

static int sample_stats(vnic_capture *capture, int number)
{
    struct vnic_capture_stats stats = {.size = sizeof stats, .time_ns = START + 2000000000u};

    stats.if_number = (uint32_t)number;
    stats.start_ns = START;
    stats.end_ns = START + 2000000000u;
    stats.received = 9;
    stats.dropped = 7;
    stats.os_dropped = VNIC_CAPTURE_UNKNOWN;
    stats.delivered = 2;
    return vnic_capture_write_stats(capture, &stats);
}

int main(int argc, char **argv)
{
    struct vnic_capture_config cfg = {.size = sizeof cfg, .write = sample_write};
    struct vnic_capture_interface tun_desc = {.size = sizeof tun_desc};
    struct vnic_capture_interface tap_desc = {.size = sizeof tap_desc};
    struct vnic_error err = {0};
    vnic_capture *capture = NULL;
    int alike = argc > 1 && strcmp(argv[1], "alike") == 0;
    int tun = -1;
    int tap = -1;
    int rc;

    cfg.user = stdout;
    cfg.hardware = "a machine";
    cfg.os = "an \xc3\xb6perating system";
    cfg.application = "capture_sample";
    tun_desc.name = "tun-x";
    tun_desc.description = "IP packets";
    tap_desc.name = "tap-y";
    tun_desc.layer = alike ? VNIC_TAP : VNIC_TUN;
    tap_desc.layer = VNIC_TAP;
    tap_desc.snaplen = alike ? 0 : 20;
    tap_desc.mac[0] = 2;
    rc = vnic_capture_create(&cfg, &capture, &err);
    if (rc == 0) {
        tun = vnic_capture_add_interface(capture, &tun_desc, &err);
        tap = vnic_capture_add_interface(capture, &tap_desc, &err);
        rc = tap < 0 ? tap : sample_packets(capture, tun, tap, alike);
        rc = rc < 0 ? rc : sample_stats(capture, tun);
    }
    vnic_capture_destroy(capture);
    return rc < 0 || fflush(stdout) != 0;
}
