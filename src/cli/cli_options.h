/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options that every command which opens an interface has in common, from the command line to
 * struct vnic_config. The library checks the values; here only text becomes numbers.
 */
#ifndef VNIC_CLI_OPTIONS_H
#define VNIC_CLI_OPTIONS_H

#include <getopt.h>
#include <stddef.h>

#include "cli.h"

/* What the options say, and the memory that the configuration points into. */
struct cli_device {
    struct vnic_config cfg;
    char *addresses;
    char netns[512];
    int layer_given;
    uint32_t queues; /* --queues; 1 if not given */
    int quiet;
    int verbose;
    int json;
    int help;
};

/* Values of getopt_long() that are no letters. A command's own begin at CLI_OPT_OWN. */
enum cli_option {
    CLI_OPT_TAP = 1000,
    CLI_OPT_TUN,
    CLI_OPT_MTU,
    CLI_OPT_MAC,
    CLI_OPT_ALIAS,
    CLI_OPT_NETNS,
    CLI_OPT_BACKEND,
    CLI_OPT_OWNER,
    CLI_OPT_GROUP,
    CLI_OPT_MULTI_QUEUE,
    CLI_OPT_QUEUES,
    CLI_OPT_VNET_HDR,
    CLI_OPT_EXCLUSIVE,
    CLI_OPT_KEEP_STATE,
    CLI_OPT_NO_LINK_LOCAL,
    CLI_OPT_NO_CARRIER,
    CLI_OPT_DOWN,
    CLI_OPT_TX_QUEUE_LEN,
    CLI_OPT_IF_INDEX,
    CLI_OPT_WINTUN_PATH,
    CLI_OPT_ADAPTER_GUID,
    CLI_OPT_DESCRIPTION,
    CLI_OPT_HARDWARE_ID,
    CLI_OPT_RING_CAPACITY,
    CLI_OPT_METRIC,
    CLI_OPT_DNS,
    CLI_OPT_JSON,
    CLI_OPT_OWN
};

/* Entries of a table of struct option. clang-format would take their braces for blocks. */
/* clang-format off */
#define CLI_BASIC_OPTIONS                                           \
    {"help", no_argument, NULL, 'h'},                               \
    {"quiet", no_argument, NULL, 'q'},                              \
    {"verbose", no_argument, NULL, 'v'},                            \
    {"netns", required_argument, NULL, CLI_OPT_NETNS},              \
    {"backend", required_argument, NULL, CLI_OPT_BACKEND}
#define CLI_JSON_OPTION {"json", no_argument, NULL, CLI_OPT_JSON}
#define CLI_DEVICE_OPTIONS                                          \
    CLI_BASIC_OPTIONS,                                              \
    CLI_JSON_OPTION,                                                \
    {"tap", no_argument, NULL, CLI_OPT_TAP},                        \
    {"tun", no_argument, NULL, CLI_OPT_TUN},                        \
    {"mtu", required_argument, NULL, CLI_OPT_MTU},                  \
    {"mac", required_argument, NULL, CLI_OPT_MAC},                  \
    {"alias", required_argument, NULL, CLI_OPT_ALIAS},              \
    {"multi-queue", no_argument, NULL, CLI_OPT_MULTI_QUEUE},        \
    {"vnet-hdr", no_argument, NULL, CLI_OPT_VNET_HDR},              \
    {"exclusive", no_argument, NULL, CLI_OPT_EXCLUSIVE},            \
    {"keep-state", no_argument, NULL, CLI_OPT_KEEP_STATE},          \
    {"no-link-local", no_argument, NULL, CLI_OPT_NO_LINK_LOCAL},    \
    {"tx-queue-len", required_argument, NULL, CLI_OPT_TX_QUEUE_LEN}, \
    {"if-index", required_argument, NULL, CLI_OPT_IF_INDEX},         \
    {"metric", required_argument, NULL, CLI_OPT_METRIC},            \
    {"dns", required_argument, NULL, CLI_OPT_DNS},                  \
    {"description", required_argument, NULL, CLI_OPT_DESCRIPTION},  \
    {"wintun-path", required_argument, NULL, CLI_OPT_WINTUN_PATH},  \
    {"adapter-guid", required_argument, NULL, CLI_OPT_ADAPTER_GUID}, \
    {"ring-capacity", required_argument, NULL, CLI_OPT_RING_CAPACITY}, \
    {"hardware-id", required_argument, NULL, CLI_OPT_HARDWARE_ID}
/* clang-format on */

/* The help of these options, for the end of a command's own. */
#define CLI_BASIC_HELP                                                                             \
    "  --netns NS        act in this network namespace (name under /run/netns, or path)\n"         \
    "  --backend NAME    use this backend of `vnic --version`, not the system's default\n"         \
    "  -q, --quiet       say less\n"                                                               \
    "  -v, --verbose     say what the library had to do\n"                                         \
    "  -h, --help        this text\n"
#define CLI_DEVICE_HELP                                                                            \
    "Interface:\n"                                                                                 \
    "  --tun             IP packets (the default)\n"                                               \
    "  --tap             Ethernet frames\n"                                                        \
    "  --mtu N           largest packet, 68 to 65535 (with IPv6 from 1280)\n"                      \
    "  --mac MAC         address of a TAP, like 02:00:00:00:00:01\n"                               \
    "  --alias TEXT      descriptive text\n"                                                       \
    "  --multi-queue     several queues are possible\n"                                            \
    "  --vnet-hdr        queues carry virtio-net headers (QEMU uses them)\n"                       \
    "  --exclusive       fail if the interface exists\n"                                           \
    "  --keep-state      change nothing of an interface that exists\n"                             \
    "  --no-link-local   no fe80:: address and no router solicitations of the kernel\n"            \
    "  --tx-queue-len N  packets that the kernel holds for the reader\n"                           \
    "  --if-index N      index of a new interface\n"                                               \
    "Interface, on Windows:\n"                                                                     \
    "  --metric N        metric of the interface's routes; 0: the system chooses\n"                \
    "  --dns LIST        DNS servers and domains: \"1.1.1.1 fd00::53 search corp.example\"\n"      \
    "  --description T   what lists of devices call it\n"                                          \
    "  --wintun-path F   wintun.dll, by its absolute path\n"                                       \
    "  --adapter-guid G  GUID of a new Wintun adapter, like {00000000-…}\n"                        \
    "  --ring-capacity N bytes of each of Wintun's rings, a power of two\n"                        \
    "  --hardware-id ID  driver of a TAP adapter, instead of tap0901\n" CLI_BASIC_HELP

void cli_device_init(struct cli_device *d);
void cli_device_free(struct cli_device *d);

/* Takes one option. Returns 0, CLI_USAGE after complaining, or -1 if the option is not one of these. */
int cli_device_option(struct cli_device *d, int option, const char *argument);

/* Joins the remaining arguments, n of them, to the list of addresses. Returns 0 or CLI_FAILURE. */
int cli_device_addresses(struct cli_device *d, char *const *addresses, int n);

/* Takes layer, queues and header from an interface that exists already, where the options do not say
 * them: attaching needs the same. Returns 1 if there is one, 0 if not. */
int cli_device_match(struct cli_device *d);

/* Opens the interface; complains on failure. Returns 0 or an exit code. */
int cli_device_open(struct cli_device *d, vnic **ret_dev);

/* "tun0 (TUN, MTU 1500, 10.9.0.1/24)". Returns buf. */
const char *cli_device_describe(vnic *dev, char *buf, size_t cap);

#endif
