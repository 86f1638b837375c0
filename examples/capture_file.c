/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture that Wireshark and tcpdump read: every packet that the device gave and took, with its
 * direction and its time.
 *
 * Run: capture_file FILE     as root, and ping 10.9.0.2 from another terminal. It ends when nothing
 * came for 3 seconds. Then: tcpdump -r FILE
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <time.h>
#include <vnic/capture.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

/* [writer] */
static int write_to_file(void *user, const void *data, size_t len)
{
    return fwrite(data, 1, len, user) == len ? 0 : VNIC_EOS;
}

static int save_packet(vnic_capture *capture, const uint8_t *data, uint32_t len, uint32_t direction)
{
    struct vnic_capture_packet packet = {.size = sizeof packet, .data = data, .len = len};
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    packet.time_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    packet.direction = direction;
    return vnic_capture_write(capture, &packet);
}
/* [/writer] */

static int answer_and_save(vnic *dev, vnic_capture *capture)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    int saved = 0;

    for (;;) {
        int len = vnic_recv_timeout(dev, packet, sizeof packet, 3000);
        int rc;

        if (len < 0) {
            return len == VNIC_ETIMEDOUT ? saved : len;
        }
        rc = save_packet(capture, packet, (uint32_t)len, VNIC_CAPTURE_OUTBOUND);
        saved++;
        if (rc == 0 && vnic_echo_icmp(packet, (size_t)len, VNIC_TUN) == 1 &&
            vnic_send(dev, packet, (size_t)len) >= 0) {
            rc = save_packet(capture, packet, (uint32_t)len, VNIC_CAPTURE_INBOUND);
            saved++;
        }
        if (rc < 0) {
            return rc;
        }
    }
}

/* Starts a stream with one interface: the device. */
static int start_capture(vnic *dev, FILE *file, vnic_capture **ret_capture, struct vnic_error *err)
{
    /* [start] */
    struct vnic_capture_config cfg = {
        .size = sizeof cfg, .write = write_to_file, .user = file, .application = "capture_file"};
    struct vnic_capture_interface desc = {.size = sizeof desc, .layer = VNIC_TUN};
    char name[VNIC_NAME_SIZE];
    int rc = vnic_capture_create(&cfg, ret_capture, err);

    if (rc < 0) {
        return rc;
    }
    desc.name = vnic_get_name(dev, name, sizeof name) > 0 ? name : NULL;
    rc = vnic_capture_add_interface(*ret_capture, &desc, err);
    /* [/start] */
    if (rc < 0) {
        vnic_capture_destroy(*ret_capture);
    }
    return rc;
}

static int capture_device(vnic *dev, FILE *file)
{
    struct vnic_error err;
    vnic_capture *capture;
    int rc = start_capture(dev, file, &capture, &err);

    if (rc < 0) {
        fprintf(stderr, "%s\n", err.text);
        return rc;
    }
    rc = answer_and_save(dev, capture);
    vnic_capture_destroy(capture);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", vnic_error_name(rc), vnic_error_text(rc));
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct vnic_config cfg;
    struct vnic_error err;
    FILE *file;
    vnic *dev;
    int rc;

    if (argc != 2) {
        fprintf(stderr, "usage: capture_file FILE\n");
        return 2;
    }
    file = fopen(argv[1], "wb");
    if (file == NULL) {
        perror(argv[1]);
        return 1;
    }
    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        fclose(file);
        return 1;
    }
    printf("capturing\n");
    rc = capture_device(dev, file);
    vnic_close(dev);
    if (fclose(file) != 0) {
        perror(argv[1]);
        return 1;
    }
    printf("saved %d packets\n", rc < 0 ? 0 : rc);
    return rc < 0 ? 1 : 0;
}
