/* SPDX-License-Identifier: Apache-2.0 */
/* `vnic bench`: what this kernel and this processor give in each mode of the library. */
#include "cli_bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli.h"
#include "cli_json.h"
#include "cli_options.h"
#include "cli_private.h"

/* The last rounds, and taking down the namespace. */
#define BENCH_GRACE_SECONDS 30

static const char bench_help[] =
    "Usage: vnic bench [OPTION…]\n"
    "\n"
    "Measures what this kernel and this processor give in each mode of the library: datagrams "
    "come\n"
    "out of an interface, are turned round and sent back, by one thread. It counts the "
    "processor's\n"
    "time, so other programs disturb little. Takes a few seconds, in a private network namespace;\n"
    "works without root where user namespaces are allowed.\n"
    "\n"
    "Options:\n"
    "  --seconds N       so long, 1 to 600 (default: 10)\n"
    "  --json            print the results as a JSON object\n"
    "  -h, --help        this text\n"
    "\n"
    "Example:\n"
    "  vnic bench\n";

enum bench_option { BENCH_SECONDS = CLI_OPT_OWN };

static const struct option bench_options[] = {{"help", no_argument, NULL, 'h'},
                                              {"json", no_argument, NULL, CLI_OPT_JSON},
                                              {"seconds", required_argument, NULL, BENCH_SECONDS},
                                              {NULL, 0, NULL, 0}};

static struct cli_bench_mode bench_modes[] = {
    {.name = "plain",
     .what = "a packet a call",
     .offload = VNIC_OFFLOAD_NONE,
     .engine = "plain",
     .batch = 1},
    {.name = "batch",
     .what = "64 packets a call",
     .offload = VNIC_OFFLOAD_NONE,
     .engine = "plain",
     .batch = 64},
    {.name = "uring",
     .what = "the same, through io_uring",
     .offload = VNIC_OFFLOAD_NONE,
     .engine = "uring",
     .batch = 64},
    {.name = "split",
     .what = "offload: super-packets are split and merged",
     .offload = VNIC_OFFLOAD_SPLIT,
     .engine = "plain",
     .batch = 128},
    {.name = "raw",
     .what = "offload: super-packets as they are",
     .offload = VNIC_OFFLOAD_RAW,
     .engine = "plain",
     .batch = 4},
};

#define BENCH_N_MODES (sizeof bench_modes / sizeof bench_modes[0])

static const size_t bench_sum_sizes[] = {1400, 65536};

#define BENCH_N_SUMS (sizeof bench_sum_sizes / sizeof bench_sum_sizes[0])

struct bench {
    uint64_t seconds;
    int json;
    struct cli_bench_sums sums[BENCH_N_SUMS];
    char cpu[128];
    struct utsname kernel;
};

static void bench_find_cpu(struct bench *bench)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[256];

    (void)snprintf(bench->cpu, sizeof bench->cpu, "a processor without a name");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *colon = strchr(line, ':');

        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            colon[strcspn(colon, "\n")] = '\0';
            (void)snprintf(bench->cpu, sizeof bench->cpu, "%s", colon + 2);
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

/* All modes in turns, so that none has a better minute than another. */
static void bench_measure(struct bench *bench)
{
    uint64_t end = cli_mono_ns() + bench->seconds * 1000000000u;

    for (unsigned i = 0; i < BENCH_N_MODES; i++) {
        cli_bench_open(&bench_modes[i], i);
    }
    for (int round = 0; round < CLI_BENCH_ROUNDS && (round < 3 || cli_mono_ns() < end); round++) {
        for (size_t i = 0; i < BENCH_N_MODES; i++) {
            cli_bench_round(&bench_modes[i], CLI_BENCH_SMALL);
            cli_bench_round(&bench_modes[i], CLI_BENCH_LARGE);
        }
    }
    for (size_t i = 0; i < BENCH_N_MODES; i++) {
        cli_bench_close(&bench_modes[i]);
    }
    for (size_t i = 0; i < BENCH_N_SUMS; i++) {
        cli_bench_checksums(bench_sum_sizes[i], &bench->sums[i]);
    }
}

/* ---- What is printed ---------------------------------------------------------------------------- */

static double bench_gbit(const struct cli_bench_mode *mode)
{
    double ns = cli_bench_median(&mode->ns[CLI_BENCH_LARGE]);

    return ns > 0 ? 1400 * 8 / ns : 0;
}

static double bench_mpps(const struct cli_bench_mode *mode)
{
    double ns = cli_bench_median(&mode->ns[CLI_BENCH_SMALL]);

    return ns > 0 ? 1000 / ns : 0;
}

static void bench_print_mode(const struct cli_bench_mode *mode)
{
    if (mode->came_back == 0) {
        printf("%-7s %s\n", mode->name,
               mode->err.text[0] != '\0' ? mode->err.text : "no packet came back");
        return;
    }
    printf("%-7s %9.0f %9.2f %11.0f %9.1f   %s\n", mode->name,
           cli_bench_median(&mode->ns[CLI_BENCH_SMALL]), bench_mpps(mode),
           cli_bench_median(&mode->ns[CLI_BENCH_LARGE]), bench_gbit(mode), mode->what);
}

static void bench_print(const struct bench *bench)
{
    printf("Linux %s, %s\n\n", bench->kernel.release, bench->cpu);
    printf("One thread: received, turned round, sent back (processor's time, medians)\n\n");
    printf("         36-byte datagrams    trains of 46 x 1400\n");
    printf("mode    ns/packet Mpacket/s   ns/packet    Gbit/s\n");
    for (size_t i = 0; i < BENCH_N_MODES; i++) {
        bench_print_mode(&bench_modes[i]);
    }
    printf("\nChecksums (gigabytes a second)\n\n");
    printf("bytes    checksum  copy+checksum  memcpy\n");
    for (size_t i = 0; i < BENCH_N_SUMS; i++) {
        printf("%5zu    %8.1f  %13.1f  %6.1f\n", bench_sum_sizes[i], bench->sums[i].sum,
               bench->sums[i].copy_and_sum, bench->sums[i].copy);
    }
}

/* cli_json.h has whole numbers only; so the units are small. */
static struct json_object *bench_json_mode(const struct cli_bench_mode *mode)
{
    struct json_object *object = cli_json_object();

    cli_json_text(object, "mode", mode->name);
    cli_json_text(object, "what", mode->what);
    if (mode->came_back == 0) {
        cli_json_text(object, "missing",
                      mode->err.text[0] != '\0' ? mode->err.text : "no packet came back");
        return object;
    }
    cli_json_number(object, "rounds", (uint64_t)mode->ns[CLI_BENCH_LARGE].n);
    cli_json_number(object, "small_picoseconds_per_packet",
                    (uint64_t)(cli_bench_median(&mode->ns[CLI_BENCH_SMALL]) * 1000));
    cli_json_number(object, "large_picoseconds_per_packet",
                    (uint64_t)(cli_bench_median(&mode->ns[CLI_BENCH_LARGE]) * 1000));
    cli_json_number(object, "large_megabits_per_second", (uint64_t)(bench_gbit(mode) * 1000));
    return object;
}

static void bench_print_json(const struct bench *bench)
{
    struct json_object *object = cli_json_object();
    struct json_object *modes = cli_json_array();
    struct json_object *sums = cli_json_array();

    cli_json_text(object, "version", vnic_version_string());
    cli_json_text(object, "kernel", bench->kernel.release);
    cli_json_text(object, "processor", bench->cpu);
    for (size_t i = 0; i < BENCH_N_MODES; i++) {
        cli_json_append(modes, bench_json_mode(&bench_modes[i]));
    }
    cli_json_child(object, "modes", modes);
    for (size_t i = 0; i < BENCH_N_SUMS; i++) {
        struct json_object *sum = cli_json_object();

        cli_json_number(sum, "bytes", bench_sum_sizes[i]);
        cli_json_number(sum, "checksum_megabytes_per_second",
                        (uint64_t)(bench->sums[i].sum * 1000));
        cli_json_number(sum, "copy_and_checksum_megabytes_per_second",
                        (uint64_t)(bench->sums[i].copy_and_sum * 1000));
        cli_json_number(sum, "memcpy_megabytes_per_second", (uint64_t)(bench->sums[i].copy * 1000));
        cli_json_append(sums, sum);
    }
    cli_json_child(object, "checksums", sums);
    cli_json_print(object);
}

/* In the child process, whose namespace goes with it. */
static int bench_main(void *user)
{
    struct bench *bench = user;
    int in_user_namespace;
    int error = cli_private_enter(&in_user_namespace);

    if (error != 0) {
        cli_complain("cannot make a private network namespace: %s; %s", strerror(error),
                     cli_private_advice(error));
        return error == EPERM || error == EACCES ? CLI_PERMISSION : CLI_UNSUPPORTED;
    }
    (void)uname(&bench->kernel);
    bench_find_cpu(bench);
    bench_measure(bench);
    if (bench->json) {
        bench_print_json(bench);
    } else {
        bench_print(bench);
    }
    /* The first mode needs nothing that a kernel may lack. */
    if (bench_modes[0].came_back == 0) {
        cli_complain("nothing could be measured; `vnic doctor` may know why");
        return CLI_FAILURE;
    }
    return CLI_OK;
}

int cli_run_bench(int argc, char **argv)
{
    static struct bench bench = {.seconds = 10};
    struct cli_device device;
    int option;
    int rc;

    cli_device_init(&device);
    while ((option = getopt_long(argc, argv, "h", bench_options, NULL)) != -1) {
        rc = option == BENCH_SECONDS ? cli_parse_number("--seconds", optarg, 1, 600, &bench.seconds)
                                     : cli_device_option(&device, option, optarg);
        if (rc != 0) {
            return rc < 0 ? cli_usage_hint() : rc;
        }
    }
    if (device.help) {
        fputs(bench_help, stdout);
        return CLI_OK;
    }
    if (optind < argc) {
        return cli_usage_error("\"%s\": bench takes no argument", argv[optind]);
    }
    bench.json = device.json;
    return cli_private_run(bench_main, &bench, (unsigned)bench.seconds + BENCH_GRACE_SECONDS);
}
