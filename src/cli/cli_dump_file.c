/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic dump -w`: the pcapng file; see cli_dump.h. */
#include "cli_dump.h"

#include <errno.h>
#include <string.h>

#include "cli.h"

static int dump_write_bytes(void *user, const void *data, size_t len)
{
    struct dump *dump = user;

    if (fwrite(data, 1, len, dump->file) != len) {
        dump->write_error = errno;
        return VNIC_EOS;
    }
    return 0;
}

int cli_dump_fail_write(const struct dump *dump)
{
    if (cli_reader_is_gone(dump->write_error)) {
        return CLI_OK;
    }
    cli_complain("cannot write \"%s\": %s", dump->file_name, strerror(dump->write_error));
    return CLI_FAILURE;
}

static int dump_start_capture(struct dump *dump)
{
    struct vnic_capture_config cfg = {.size = sizeof cfg, .write = dump_write_bytes, .user = dump};
    struct vnic_capture_interface desc = {.size = sizeof desc, .layer = dump->layer};
    struct vnic_info info = {.size = sizeof info};
    struct vnic_error err = {0};
    char os[160];
    char hardware[80];
    char application[32];
    int rc;

    if (cli_system_name(os, sizeof os, hardware, sizeof hardware)) {
        cfg.os = desc.os = os;
        cfg.hardware = hardware;
    }
    (void)snprintf(application, sizeof application, "vnic %s", vnic_version_string());
    cfg.application = application;
    rc = vnic_capture_create(&cfg, &dump->capture, &err);
    if (rc < 0) {
        return dump->write_error != 0 ? cli_dump_fail_write(dump) : cli_fail(rc, &err);
    }
    if (vnic_get_info(dump->dev, &info, NULL) == 0) {
        desc.name = info.name;
        desc.description = info.alias;
        memcpy(desc.mac, info.mac, sizeof desc.mac);
    }
    desc.snaplen = (uint32_t)dump->snaplen;
    rc = vnic_capture_add_interface(dump->capture, &desc, &err);
    if (rc < 0) {
        return dump->write_error != 0 ? cli_dump_fail_write(dump) : cli_fail(rc, &err);
    }
    return 0;
}

int cli_dump_open_file(struct dump *dump)
{
    if (dump->file_name == NULL) {
        return 0;
    }
    if (strcmp(dump->file_name, "-") == 0) {
        if (cli_output_is_terminal()) {
            return cli_usage_error("pcapng is not for a terminal: use -w FILE or a pipe");
        }
        dump->file = stdout;
        return dump_start_capture(dump);
    }
    dump->file = cli_create_file(dump->file_name);
    if (dump->file == NULL) {
        cli_complain("cannot create \"%s\": %s", dump->file_name, strerror(errno));
        return errno == EACCES ? CLI_PERMISSION : CLI_FAILURE;
    }
    return dump_start_capture(dump);
}

void cli_dump_write_counts(struct dump *dump)
{
    struct vnic_stats stats = {.size = sizeof stats};
    struct vnic_capture_stats counts = {.size = sizeof counts};

    if (dump->capture == NULL || vnic_get_stats(dump->dev, &stats, NULL) < 0) {
        return;
    }
    counts.time_ns = counts.end_ns = cli_wall_ns();
    counts.start_ns = dump->start_ns;
    counts.received = stats.rx_packets;
    counts.dropped = stats.rx_dropped;
    counts.os_dropped = VNIC_CAPTURE_UNKNOWN;
    counts.delivered = dump->packets;
    (void)vnic_capture_write_stats(dump->capture, &counts);
}

int cli_dump_close_file(struct dump *dump, int code)
{
    vnic_capture_destroy(dump->capture);
    dump->capture = NULL;
    if (dump->file != NULL && dump->file != stdout && fclose(dump->file) != 0 && code == CLI_OK) {
        dump->write_error = errno;
        return cli_dump_fail_write(dump);
    }
    return code;
}
