/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic echo`: an interface behind which every address answers ping, UDP and TCP echo. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_answer.h"
#include "cli_decode.h"
#include "cli_json.h"
#include "cli_options.h"
#include "cli_tcp.h"

/* RFC 862. */
#define ECHO_PORT 7
#define ECHO_MAX_PORTS 64

static const char echo_help[] =
    "Usage: vnic echo [NAME] ADDRESS… [OPTION…]\n"
    "\n"
    "Creates an interface (NAME, by default the first free number) with the addresses, and "
    "answers\n"
    "from user space for every other address of their networks: ARP and Neighbour Discovery "
    "(TAP),\n"
    "ping, UDP echo on every port, TCP echo on port 7. Ends with Ctrl-C.\n"
    "\n"
    "TCP needs lwIP in this build; `vnic --version` tells.\n"
    "\n"
    "Options:\n"
    "  --tcp-port N      TCP echo on port N too; may be given several times\n"
    "  --no-tcp          no TCP\n"
    "  -c, --count N     end after N packets were received\n"
    "  --json            print the counters as JSON at the end\n"
    "  -v, --verbose     show every packet\n" CLI_DEVICE_HELP "\n"
    "Examples:\n"
    "  vnic echo 10.9.0.1/24 fd09::1/64         then: ping 10.9.0.2, ping fd09::2\n"
    "  vnic echo tap0 10.9.0.1/24 --tap         then: nc 10.9.0.77 7\n"
    "  vnic echo tun0 10.9.0.1/24 --tcp-port 80\n";

enum echo_option { ECHO_TCP_PORT = CLI_OPT_OWN, ECHO_NO_TCP };

static const struct option echo_options[] = {CLI_DEVICE_OPTIONS,
                                             {"tcp-port", required_argument, NULL, ECHO_TCP_PORT},
                                             {"no-tcp", no_argument, NULL, ECHO_NO_TCP},
                                             {"count", required_argument, NULL, 'c'},
                                             {NULL, 0, NULL, 0}};

/* Which Ethernet address an IP address was last seen with, so that TCP can answer later. */
struct echo_neighbour {
    uint8_t ip[16];
    uint8_t mac[6];
};

#define ECHO_N_NEIGHBOURS 256

struct echo {
    struct cli_device device;
    struct cli_answer answer;
    vnic *dev;
    uint16_t ports[ECHO_MAX_PORTS];
    int n_ports;
    int no_tcp;
    uint64_t count; /* --count; 0: no end */
    uint64_t received;
    struct echo_neighbour neighbours[ECHO_N_NEIGHBOURS];
};

static int echo_option(struct echo *echo, int option)
{
    uint64_t value = 0;
    int rc;

    switch (option) {
    case ECHO_TCP_PORT:
        rc = cli_parse_number("--tcp-port", optarg, 1, 65535, &value);
        if (rc == 0 && echo->n_ports == ECHO_MAX_PORTS) {
            return cli_usage_error("--tcp-port: at most %d ports", ECHO_MAX_PORTS - 1);
        }
        echo->ports[echo->n_ports] = (uint16_t)value;
        echo->n_ports += value != ECHO_PORT;
        return rc;
    case ECHO_NO_TCP:
        echo->no_tcp = 1;
        return 0;
    case 'c':
        return cli_parse_number("--count", optarg, 1, UINT64_MAX, &echo->count);
    default:
        return cli_device_option(&echo->device, option, optarg);
    }
}

/* The first argument is the interface's name, unless it is an address. */
static int echo_arguments(struct echo *echo, int argc, char **argv)
{
    struct vnic_prefix prefix;
    int first = optind;

    if (first < argc && vnic_prefix_parse(argv[first], &prefix) != VNIC_OK) {
        echo->device.cfg.name = argv[first++];
    }
    if (first >= argc) {
        return cli_usage_error("give an address for the system's end, for example 10.9.0.1/24");
    }
    return cli_device_addresses(&echo->device, argv + first, argc - first);
}

static int echo_parse(struct echo *echo, int argc, char **argv)
{
    int option;
    int rc;

    echo->ports[echo->n_ports++] = ECHO_PORT;
    while ((option = getopt_long(argc, argv, "hqvc:", echo_options, NULL)) != -1) {
        rc = echo_option(echo, option);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    return echo->device.help ? 0 : echo_arguments(echo, argc, argv);
}

static struct echo_neighbour *echo_slot(struct echo *echo, const uint8_t *ip)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (int i = 0; i < 16; i++) {
        hash = (hash ^ ip[i]) * 16777619u;
    }
    return &echo->neighbours[hash % ECHO_N_NEIGHBOURS];
}

/* The address at `at` of an IP packet, IPv4 filled up with zeros. */
static void echo_address(const uint8_t *ip, size_t at4, size_t at6, uint8_t *ret)
{
    memset(ret, 0, 16);
    if (ip[0] >> 4 == 4) {
        memcpy(ret, ip + at4, 4);
    } else {
        memcpy(ret, ip + at6, 16);
    }
}

static void echo_learn(struct echo *echo, const uint8_t *frame)
{
    uint8_t ip[16];
    struct echo_neighbour *slot;

    echo_address(frame + echo->answer.parsed.l3_offset, 12, 8, ip);
    slot = echo_slot(echo, ip);
    memcpy(slot->ip, ip, sizeof slot->ip);
    memcpy(slot->mac, frame + 6, sizeof slot->mac);
}

/* A packet of the TCP stack goes out, on a TAP in a frame. */
static void echo_tcp_output(void *user, const uint8_t *data, size_t len)
{
    struct echo *echo = user;
    uint8_t frame[14];
    uint8_t ip[16];
    struct vnic_iovec pieces[2];
    int first = echo->answer.layer == VNIC_TAP ? 0 : 1;
    /* vnic_iovec serves both ways: vnic_sendv() does not write to what `base` points to. */
    union {
        const void *from;
        void *base;
    } packet = {data};

    if (first == 0) {
        echo_address(data, 16, 24, ip);
        memcpy(frame, echo_slot(echo, ip)->mac, 6);
        memcpy(frame + 6, echo->answer.mac, 6);
        frame[12] = data[0] >> 4 == 4 ? VNIC_ETHERTYPE_IPV4 >> 8 : VNIC_ETHERTYPE_IPV6 >> 8;
        frame[13] = data[0] >> 4 == 4 ? VNIC_ETHERTYPE_IPV4 & 0xFF : VNIC_ETHERTYPE_IPV6 & 0xFF;
    }
    pieces[0].base = frame;
    pieces[0].len = sizeof frame;
    pieces[1].base = packet.base;
    pieces[1].len = len;
    if (vnic_sendv(echo->dev, pieces + first, 2 - first, VNIC_FOREVER) < 0) {
        echo->answer.failed++;
    }
}

static void echo_packet(struct echo *echo, uint8_t *data, size_t len)
{
    struct cli_decoded decoded;
    char line[512];

    echo->received++;
    if (echo->device.verbose) {
        cli_decode(data, len, echo->answer.layer, &decoded);
        puts(cli_decode_line(&decoded, len, line, sizeof line));
    }
    if (cli_answer_packet(&echo->answer, data, len) == CLI_ANSWERED_TCP && !echo->no_tcp) {
        if (echo->answer.layer == VNIC_TAP) {
            echo_learn(echo, data);
        }
        cli_tcp_input(data + echo->answer.parsed.l3_offset,
                      echo->answer.parsed.packet_len - echo->answer.parsed.l3_offset);
    }
}

static int echo_loop(struct echo *echo)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    int rc = 0;

    while (echo->count == 0 || echo->received < echo->count) {
        int wait_ms = echo->no_tcp ? -1 : cli_tcp_wait_ms();

        (void)fflush(stdout);
        rc = vnic_recv_timeout(echo->dev, packet, sizeof packet,
                               wait_ms < 0 ? VNIC_FOREVER : wait_ms);
        if (rc > 0) {
            echo_packet(echo, packet, (size_t)rc);
        } else if (rc != VNIC_ETIMEDOUT && rc != VNIC_EAGAIN) {
            break;
        }
        if (!echo->no_tcp) {
            cli_tcp_work();
        }
    }
    return rc;
}

static void echo_report(const struct echo *echo)
{
    const uint64_t *n = echo->answer.counts;

    if (echo->device.json) {
        struct json_object *object = cli_json_object();

        cli_json_number(object, "packets", echo->received);
        cli_json_number(object, "neighbour_answers", n[CLI_ANSWERED_NEIGHBOUR]);
        cli_json_number(object, "ping_answers", n[CLI_ANSWERED_PING]);
        cli_json_number(object, "udp_answers", n[CLI_ANSWERED_UDP]);
        cli_json_number(object, "tcp_packets", n[CLI_ANSWERED_TCP]);
        cli_json_number(object, "tcp_connections", cli_tcp_connections());
        cli_json_number(object, "tcp_bytes", cli_tcp_bytes());
        cli_json_number(object, "ignored", n[CLI_ANSWERED_NOTHING]);
        cli_json_number(object, "failed", echo->answer.failed);
        cli_json_print(object);
    } else if (!echo->device.quiet) {
        printf("%llu packets: answered %llu ping, %llu UDP, %llu ARP and ND; %llu TCP connections "
               "(%llu bytes); %llu ignored\n",
               (unsigned long long)echo->received, (unsigned long long)n[CLI_ANSWERED_PING],
               (unsigned long long)n[CLI_ANSWERED_UDP],
               (unsigned long long)n[CLI_ANSWERED_NEIGHBOUR],
               (unsigned long long)cli_tcp_connections(), (unsigned long long)cli_tcp_bytes(),
               (unsigned long long)n[CLI_ANSWERED_NOTHING]);
    }
}

static int echo_start_tcp(struct echo *echo)
{
    struct vnic_info info = {.size = sizeof info};

    if (!cli_tcp_available()) {
        if (echo->n_ports > 1) {
            cli_complain("--tcp-port: TCP echo is not in this build: build vnic where lwIP "
                         "(liblwip-dev) is installed");
            return CLI_UNSUPPORTED;
        }
        echo->no_tcp = 1;
    }
    if (echo->no_tcp) {
        return 0;
    }
    if (vnic_get_info(echo->dev, &info, NULL) < 0) {
        info.mtu = 1500;
    }
    if (cli_tcp_start(echo->ports, echo->n_ports, info.mtu, echo_tcp_output, echo) != 0) {
        return cli_fail(VNIC_ENOMEM, NULL);
    }
    return 0;
}

static int echo_run(struct echo *echo)
{
    char text[2400];
    int rc;

    (void)cli_device_match(&echo->device);
    rc = cli_device_open(&echo->device, &echo->dev);
    if (rc != 0) {
        return rc;
    }
    rc = cli_answer_start(&echo->answer, echo->dev);
    if (rc < 0) {
        return cli_fail(rc, NULL);
    }
    rc = echo_start_tcp(echo);
    if (rc != 0) {
        return rc;
    }
    if (!echo->device.quiet && !echo->device.json) {
        printf("%s: every other address of its networks answers ping%s; end with Ctrl-C\n",
               cli_device_describe(echo->dev, text, sizeof text),
               echo->no_tcp ? " and UDP echo (no TCP)" : ", UDP and TCP echo");
    }
    rc = echo_loop(echo);
    echo_report(echo);
    if (rc >= 0 || rc == VNIC_EINTERRUPTED) {
        return CLI_OK;
    }
    if (rc == VNIC_ECLOSED) {
        cli_complain("the interface was removed by somebody else");
        return CLI_FAILURE;
    }
    return cli_fail(rc, NULL);
}

int cli_run_echo(int argc, char **argv)
{
    static struct echo echo;
    int rc;

    cli_device_init(&echo.device);
    rc = echo_parse(&echo, argc, argv);
    if (rc == 0 && echo.device.help) {
        fputs(echo_help, stdout);
    } else if (rc == 0) {
        rc = cli_signals_start();
        if (rc == 0) {
            rc = echo_run(&echo);
            vnic_close(echo.dev);
        }
    }
    cli_device_free(&echo.device);
    return rc;
}
