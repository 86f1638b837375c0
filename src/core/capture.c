/* SPDX-License-Identifier: Apache-2.0 */
/* The pcapng writer: checks, and one function a block type. */
#include "vnic/capture.h"

#include <string.h>

#include "alloc.h"
#include "capture_block.h"
#include "fail.h"

/* draft-ietf-opsawg-pcapng section 4.1: byte-order magic, version 1.0, section length unknown. */
#define SHB_MAGIC 0x1A2B3C4Du
#define SHB_MAJOR 1u
#define SHB_MINOR 0u
#define SHB_LENGTH_UNKNOWN 0xFFFFFFFFu
#define SHB_HARDWARE 2u
#define SHB_OS 3u
#define SHB_USERAPPL 4u

/* Section 4.2; link types: www.tcpdump.org/linktypes.html. */
#define IDB_NAME 2u
#define IDB_DESCRIPTION 3u
#define IDB_MAC 6u
#define IDB_TSRESOL 9u
#define IDB_OS 12u
#define IDB_NANOSECONDS 9u /* a power of ten, negated */
#define LINKTYPE_ETHERNET 1u
#define LINKTYPE_RAW 101u

/* Section 4.3. */
#define EPB_FLAGS 2u
#define EPB_DROPCOUNT 4u
#define EPB_HEAD_LEN 28u

/* Section 4.6. */
#define ISB_STARTTIME 2u
#define ISB_ENDTIME 3u
#define ISB_IFRECV 4u
#define ISB_IFDROP 5u
#define ISB_OSDROP 7u
#define ISB_USRDELIV 8u

struct vnic_capture {
    int (*write)(void *user, const void *data, size_t len);
    void *user;
    int failed; /* the code of the write that failed: half a block is out, so nothing may follow */
    uint32_t n_interfaces;
    uint32_t snaplen[VNIC_CAPTURE_MAX_INTERFACES];
};

static int capture_put(vnic_capture *c, const void *data, size_t len)
{
    int rc;

    if (c->failed == 0 && len > 0) {
        rc = c->write(c->user, data, len);
        c->failed = rc < 0 ? rc : 0;
    }
    return c->failed;
}

static int capture_check_text(const char *text, const char *field, struct vnic_error *ret_err)
{
    if (text != NULL && memchr(text, '\0', VNIC_CAPTURE_TEXT_MAX + 1) == NULL) {
        return vnic__fail(ret_err, VNIC_EINVAL, "vnic_capture", field,
                          "the text \"%.40s…\" is longer than %d bytes: shorten it", text,
                          VNIC_CAPTURE_TEXT_MAX);
    }
    return 0;
}

static int capture_fail_size(struct vnic_error *ret_err, const char *operation)
{
    return vnic__fail(ret_err, VNIC_EVERSION, operation, "size",
                      "the member \"size\" is not that of this library's structure: set it with "
                      "sizeof, and use a header of version %s",
                      vnic_version_string());
}

static int capture_fail_write(struct vnic_error *ret_err, const char *operation, int rc)
{
    return vnic__fail(ret_err, rc, operation, "write",
                      "the capture could not be written: %s. Start a new stream",
                      vnic_error_text(rc));
}

static int capture_check_config(const struct vnic_capture_config *cfg, struct vnic_error *ret_err)
{
    int rc;

    if (cfg->size != sizeof *cfg) {
        return capture_fail_size(ret_err, "vnic_capture_create");
    }
    if (cfg->write == NULL) {
        return vnic__fail_null(ret_err, "vnic_capture_create", "write");
    }
    rc = capture_check_text(cfg->hardware, "hardware", ret_err);
    if (rc == 0) {
        rc = capture_check_text(cfg->os, "os", ret_err);
    }
    if (rc == 0) {
        rc = capture_check_text(cfg->application, "application", ret_err);
    }
    return rc;
}

static int capture_write_section(vnic_capture *c, const struct vnic_capture_config *cfg)
{
    struct vnic__capture_block b;

    vnic__block_begin(&b, VNIC__PCAPNG_SHB);
    vnic__block_put32(&b, SHB_MAGIC);
    vnic__block_put16(&b, SHB_MAJOR);
    vnic__block_put16(&b, SHB_MINOR);
    vnic__block_put32(&b, SHB_LENGTH_UNKNOWN);
    vnic__block_put32(&b, SHB_LENGTH_UNKNOWN);
    vnic__block_option_text(&b, SHB_HARDWARE, cfg->hardware);
    vnic__block_option_text(&b, SHB_OS, cfg->os);
    vnic__block_option_text(&b, SHB_USERAPPL, cfg->application);
    vnic__block_end(&b, 0);
    return capture_put(c, b.bytes, b.len);
}

int vnic_capture_create(const struct vnic_capture_config *cfg, vnic_capture **ret_capture,
                        struct vnic_error *ret_err)
{
    vnic_capture *c;
    int rc;

    if (ret_capture == NULL) {
        return vnic__fail_null(ret_err, "vnic_capture_create", "ret_capture");
    }
    *ret_capture = NULL;
    if (cfg == NULL) {
        return vnic__fail_null(ret_err, "vnic_capture_create", "cfg");
    }
    rc = capture_check_config(cfg, ret_err);
    if (rc < 0) {
        return rc;
    }
    c = vnic__alloc(sizeof *c);
    if (c == NULL) {
        return vnic__fail_memory(ret_err, "vnic_capture_create");
    }
    c->write = cfg->write;
    c->user = cfg->user;
    rc = capture_write_section(c, cfg);
    if (rc < 0) {
        vnic__free(c);
        return capture_fail_write(ret_err, "vnic_capture_create", rc);
    }
    *ret_capture = c;
    return 0;
}

static int capture_check_interface(const vnic_capture *c, const struct vnic_capture_interface *desc,
                                   struct vnic_error *ret_err)
{
    int rc;

    if (desc->size != sizeof *desc) {
        return capture_fail_size(ret_err, "vnic_capture_add_interface");
    }
    if (desc->layer != VNIC_TUN && desc->layer != VNIC_TAP) {
        return vnic__fail(ret_err, VNIC_EINVAL, "vnic_capture_add_interface", "layer",
                          "the layer %lu is unknown: use VNIC_TUN or VNIC_TAP",
                          (unsigned long)desc->layer);
    }
    if (desc->snaplen > VNIC_CAPTURE_SNAPLEN) {
        return vnic__fail(ret_err, VNIC_EINVAL, "vnic_capture_add_interface", "snaplen",
                          "the snaplen %lu is too large: use 1 to %lu, or 0 for the largest",
                          (unsigned long)desc->snaplen, (unsigned long)VNIC_CAPTURE_SNAPLEN);
    }
    rc = capture_check_text(desc->name, "name", ret_err);
    if (rc == 0) {
        rc = capture_check_text(desc->description, "description", ret_err);
    }
    if (rc == 0) {
        rc = capture_check_text(desc->os, "os", ret_err);
    }
    if (rc == 0 && c->n_interfaces == VNIC_CAPTURE_MAX_INTERFACES) {
        rc = vnic__fail(ret_err, VNIC_ELIMIT, "vnic_capture_add_interface", NULL,
                        "a stream has at most %d interfaces: start another one",
                        VNIC_CAPTURE_MAX_INTERFACES);
    }
    return rc;
}

static int capture_write_interface(vnic_capture *c, const struct vnic_capture_interface *desc,
                                   uint32_t snaplen)
{
    static const uint8_t no_mac[6] = {0};
    static const uint8_t resolution = IDB_NANOSECONDS;
    struct vnic__capture_block b;

    vnic__block_begin(&b, VNIC__PCAPNG_IDB);
    vnic__block_put16(&b, desc->layer == VNIC_TAP ? LINKTYPE_ETHERNET : LINKTYPE_RAW);
    vnic__block_put16(&b, 0);
    vnic__block_put32(&b, snaplen);
    vnic__block_option_text(&b, IDB_NAME, desc->name);
    vnic__block_option_text(&b, IDB_DESCRIPTION, desc->description);
    if (memcmp(desc->mac, no_mac, sizeof no_mac) != 0) {
        vnic__block_option(&b, IDB_MAC, desc->mac, sizeof desc->mac);
    }
    vnic__block_option(&b, IDB_TSRESOL, &resolution, sizeof resolution);
    vnic__block_option_text(&b, IDB_OS, desc->os);
    vnic__block_end(&b, 0);
    return capture_put(c, b.bytes, b.len);
}

int vnic_capture_add_interface(vnic_capture *capture, const struct vnic_capture_interface *desc,
                               struct vnic_error *ret_err)
{
    uint32_t snaplen;
    int rc;

    if (capture == NULL || desc == NULL) {
        return vnic__fail_null(ret_err, "vnic_capture_add_interface",
                               capture == NULL ? "capture" : "desc");
    }
    rc = capture_check_interface(capture, desc, ret_err);
    if (rc < 0) {
        return rc;
    }
    snaplen = desc->snaplen == 0 ? VNIC_CAPTURE_SNAPLEN : desc->snaplen;
    rc = capture_write_interface(capture, desc, snaplen);
    if (rc < 0) {
        return capture_fail_write(ret_err, "vnic_capture_add_interface", rc);
    }
    capture->snaplen[capture->n_interfaces] = snaplen;
    return (int)capture->n_interfaces++;
}

static int capture_check_packet(const vnic_capture *c, const struct vnic_capture_packet *packet)
{
    if (packet->size != sizeof *packet) {
        return VNIC_EVERSION;
    }
    if ((packet->data == NULL && packet->len > 0) || packet->if_number >= c->n_interfaces ||
        packet->direction > VNIC_CAPTURE_OUTBOUND ||
        (packet->orig_len != 0 && packet->orig_len < packet->len)) {
        return VNIC_EINVAL;
    }
    return 0;
}

/* What stands behind the packet's own bytes; it follows the head in the same buffer. */
static void capture_put_tail(struct vnic__capture_block *b,
                             const struct vnic_capture_packet *packet, uint32_t stored)
{
    uint8_t flags[4] = {(uint8_t)packet->direction, 0, 0, 0};

    vnic__block_pad(b, stored);
    if (packet->direction != VNIC_CAPTURE_NO_DIRECTION) {
        vnic__block_option(b, EPB_FLAGS, flags, sizeof flags);
    }
    if (packet->dropped != 0) {
        vnic__block_option64(b, EPB_DROPCOUNT, packet->dropped);
    }
    vnic__block_end(b, stored);
}

int vnic_capture_write(vnic_capture *capture, const struct vnic_capture_packet *packet)
{
    struct vnic__capture_block b;
    uint32_t stored;
    int rc;

    if (capture == NULL || packet == NULL) {
        return VNIC_EINVAL;
    }
    rc = capture_check_packet(capture, packet);
    if (rc < 0) {
        return rc;
    }
    stored = capture->snaplen[packet->if_number];
    stored = packet->len < stored ? packet->len : stored;
    vnic__block_begin(&b, VNIC__PCAPNG_EPB);
    vnic__block_put32(&b, packet->if_number);
    vnic__block_put_time(&b, packet->time_ns);
    vnic__block_put32(&b, stored);
    vnic__block_put32(&b, packet->orig_len == 0 ? packet->len : packet->orig_len);
    capture_put_tail(&b, packet, stored);
    (void)capture_put(capture, b.bytes, EPB_HEAD_LEN);
    (void)capture_put(capture, packet->data, stored);
    return capture_put(capture, b.bytes + EPB_HEAD_LEN, b.len - EPB_HEAD_LEN);
}

static void capture_put_count(struct vnic__capture_block *b, uint32_t code, uint64_t value)
{
    if (value != VNIC_CAPTURE_UNKNOWN) {
        vnic__block_option64(b, code, value);
    }
}

/* A time option is split into halves as a packet's time is, unlike a 64-bit count. */
static void capture_put_time_option(struct vnic__capture_block *b, uint32_t code, uint64_t time_ns)
{
    if (time_ns != VNIC_CAPTURE_UNKNOWN) {
        vnic__block_option64(b, code, time_ns >> 32 | time_ns << 32);
    }
}

int vnic_capture_write_stats(vnic_capture *capture, const struct vnic_capture_stats *stats)
{
    struct vnic__capture_block b;

    if (capture == NULL || stats == NULL) {
        return VNIC_EINVAL;
    }
    if (stats->size != sizeof *stats) {
        return VNIC_EVERSION;
    }
    if (stats->if_number >= capture->n_interfaces) {
        return VNIC_EINVAL;
    }
    vnic__block_begin(&b, VNIC__PCAPNG_ISB);
    vnic__block_put32(&b, stats->if_number);
    vnic__block_put_time(&b, stats->time_ns);
    capture_put_time_option(&b, ISB_STARTTIME, stats->start_ns);
    capture_put_time_option(&b, ISB_ENDTIME, stats->end_ns);
    capture_put_count(&b, ISB_IFRECV, stats->received);
    capture_put_count(&b, ISB_IFDROP, stats->dropped);
    capture_put_count(&b, ISB_OSDROP, stats->os_dropped);
    capture_put_count(&b, ISB_USRDELIV, stats->delivered);
    vnic__block_end(&b, 0);
    return capture_put(capture, b.bytes, b.len);
}

void vnic_capture_destroy(vnic_capture *capture)
{
    vnic__free(capture);
}
