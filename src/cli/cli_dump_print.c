/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic dump`: packets as text and as JSON; see cli_dump.h. */
#include "cli_dump.h"

#include <string.h>
#include <time.h>

#include "cli.h"
#include "cli_decode.h"
#include "cli_json.h"

/* "12:34:56.123456" of a time. */
static const char *dump_time(uint64_t time_ns, char *buf, size_t cap)
{
    struct tm parts;

    if (!cli_local_time(time_ns / 1000000000u, &parts)) {
        memset(&parts, 0, sizeof parts);
    }
    (void)snprintf(buf, cap, "%02d:%02d:%02d.%06lu", parts.tm_hour, parts.tm_min, parts.tm_sec,
                   (unsigned long)(time_ns / 1000u % 1000000u));
    return buf;
}

static void dump_print_hex(const uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len; at += 16) {
        printf("    %04lx ", (unsigned long)at);
        for (size_t i = at; i < at + 16; i++) {
            if (i < len) {
                printf(" %02x", data[i]);
            } else {
                printf("   ");
            }
        }
        printf("  ");
        for (size_t i = at; i < at + 16 && i < len; i++) {
            putchar(data[i] >= 0x20 && data[i] < 0x7F ? data[i] : '.');
        }
        putchar('\n');
    }
}

static void dump_print_json(const struct cli_decoded *decoded, uint64_t time_ns, size_t len)
{
    struct json_object *object = cli_json_object();

    cli_json_text(object, "type", "packet");
    cli_json_number(object, "time_ns", time_ns);
    cli_decode_json(decoded, len, object);
    cli_json_print_line(object);
}

void cli_dump_print(const struct dump *dump, const uint8_t *data, size_t len, uint64_t time_ns)
{
    /* ECMA-48 SGR: other, neighbour, ICMP, UDP, TCP, bad. */
    static const char *const colors[] = {"\033[37m", "\033[35m", "\033[33m",
                                         "\033[32m", "\033[36m", "\033[1;31m"};
    struct cli_decoded decoded;
    char line[512];
    char time[32];

    cli_decode(data, len, dump->layer, &decoded);
    if (dump->device.json) {
        dump_print_json(&decoded, time_ns, len);
        return;
    }
    printf("%s %s%s%s\n", dump_time(time_ns, time, sizeof time),
           dump->color ? colors[decoded.kind] : "",
           cli_decode_line(&decoded, len, line, sizeof line), dump->color ? "\033[0m" : "");
    if (dump->hex) {
        dump_print_hex(data, len < dump->snaplen || dump->snaplen == 0 ? len : dump->snaplen);
    }
}
