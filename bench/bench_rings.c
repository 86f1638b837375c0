/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T13: what the library adds to the rings of Wintun, and what it saves where packets stay in them.
 *
 *     bench_rings ROUNDS PASSES
 *     bench_rings sizes ROUNDS PACKETS
 *
 * The rings are in this process (tests/windows/ring_model.c): the same locks and the same order as those of
 * wintun.dll, and no driver. The ring to the library is filled once; a section reads it from its first
 * packet to its last, PASSES times. A group is the sections R V V R (raw, vnic), a round one group, on the
 * thread's CPU clock, which only Linux tells: the program is run by Wine. One line a kind: its id, then
 * vnic's time divided by the other's, for each round. T13.idle is CPU milliseconds of the process a second.
 *
 * With "sizes" a thread in the driver's place pushes PACKETS packets of 1400 bytes, yielding while the ring is
 * full, and vnic_recv_many() takes them. Lines curve.ring.time.BYTES: the time that took, divided by that
 * of the default size in the same round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/windows/wintun.h"
#include "windows/ring_device.h"
#include "wine/linux_calls.h"

#define CAPACITY 0x800000u
#define MAX_ROUNDS 64
#define BATCH 32
#define IDLE_MS 2000

/* linux/time.h and arch/x86/entry/syscalls/syscall_64.tbl */
#define CLOCK_OF_PROCESS 2
#define CLOCK_OF_THREAD 3
#define CALL_CLOCK_GETTIME 228

struct bench {
    struct ring_adapter *adapter;
    vnic *dev;
    wintun_session session;
    uint32_t count; /* packets in the ring */
    uint32_t len;   /* of each */
    uint8_t buf[65536];
};

typedef void section(struct bench *b);

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_rings: %s\n", what);
    exit(1);
}

static uint64_t cpu_ns(int clock)
{
    int64_t now[2] = {0, 0}; /* struct timespec */

    if (lx_call3(CALL_CLOCK_GETTIME, clock, (intptr_t)now, 0) < 0) {
        die("this Wine does not let clock_gettime(2) pass");
    }
    return (uint64_t)now[0] * 1000000000u + (uint64_t)now[1];
}

/* ---- Sections: every packet of the ring once ------------------------------------------------------ */

static void recv_raw(struct bench *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        DWORD len;
        BYTE *packet = ring_model_table.receive_packet(b->session, &len);

        memcpy(b->buf, packet, len);
        ring_model_table.release_receive_packet(b->session, packet);
    }
    ring_rewind(b->adapter);
}

static void recv_vnic(struct bench *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        if (vnic_recv(b->dev, b->buf, sizeof b->buf) != (int)b->len) {
            die("a packet was lost or of another length");
        }
    }
    ring_rewind(b->adapter);
}

/* Packets are taken in batches by both, so that the memory they touch is the same. */
static void lend_raw(struct bench *b)
{
    for (uint32_t i = 0; i < b->count; i += BATCH) {
        BYTE *packets[BATCH];
        uint32_t n = b->count - i < BATCH ? b->count - i : BATCH;

        for (uint32_t k = 0; k < n; k++) {
            DWORD len;

            packets[k] = ring_model_table.receive_packet(b->session, &len);
        }
        for (uint32_t k = 0; k < n; k++) {
            ring_model_table.release_receive_packet(b->session, packets[k]);
        }
    }
    ring_rewind(b->adapter);
}

static void lend_vnic(struct bench *b)
{
    for (uint32_t i = 0; i < b->count;) {
        struct vnic_packet packets[BATCH];
        int n = vnic_acquire_many(b->dev, packets, BATCH, VNIC_NOWAIT);

        if (n <= 0 || vnic_release_many(b->dev, packets, n) < 0) {
            die("packets cannot be lent");
        }
        i += (uint32_t)n;
    }
    ring_rewind(b->adapter);
}

static void send_raw(struct bench *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        BYTE *packet = ring_model_table.allocate_send_packet(b->session, b->len);

        memcpy(packet, b->buf, b->len);
        ring_model_table.send_packet(b->session, packet);
    }
    ring_forget(b->adapter);
}

static void send_vnic(struct bench *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        if (vnic_send(b->dev, b->buf, b->len) != (int)b->len) {
            die("a packet was not taken");
        }
    }
    ring_forget(b->adapter);
}

/* ---- Measuring ------------------------------------------------------------------------------------ */

static uint64_t time_section(struct bench *b, section *run, int passes)
{
    uint64_t start = cpu_ns(CLOCK_OF_THREAD);

    for (int i = 0; i < passes; i++) {
        run(b);
    }
    return cpu_ns(CLOCK_OF_THREAD) - start;
}

static void compare(struct bench *b, const char *id, section *raw, section *ours, int rounds,
                    int passes)
{
    (void)time_section(b, raw, 1); /* caches and branch predictors are warm */
    (void)time_section(b, ours, 1);
    (void)printf("%s", id);
    for (int round = 0; round < rounds; round++) {
        uint64_t of_raw = time_section(b, raw, passes);
        uint64_t of_ours = time_section(b, ours, passes);

        of_ours += time_section(b, ours, passes);
        of_raw += time_section(b, raw, passes);
        (void)printf(" %.5f", (double)of_ours / (double)of_raw);
    }
    (void)printf("\n");
    (void)fflush(stdout);
}

/* A device whose ring is full of packets of one length. */
static void start(struct bench *b, uint32_t len)
{
    memset(b->buf, 0x45, sizeof b->buf);
    b->len = len;
    b->count = 0;
    b->adapter = ring_adapter_new();
    b->dev = ring_device_open(b->adapter, CAPACITY, NULL);
    if (b->dev == NULL) {
        die("cannot open the device");
    }
    b->session = ring_session_of(b->adapter);
    while (ring_push(b->adapter, b->buf, len)) {
        b->count++;
    }
}

static void end(struct bench *b)
{
    vnic_close(b->dev);
    ring_adapter_free(b->adapter);
}

static void measure(struct bench *b, uint32_t len, int rounds, int passes)
{
    char id[64];

    start(b, len);
    (void)snprintf(id, sizeof id, "T13.recv.%u", len);
    compare(b, id, recv_raw, recv_vnic, rounds, passes);
    (void)snprintf(id, sizeof id, "T13.send.%u", len);
    compare(b, id, send_raw, send_vnic, rounds, passes);
    (void)snprintf(id, sizeof id, "T13.lend.%u", len);
    compare(b, id, lend_raw, lend_vnic, rounds, passes);
    (void)snprintf(id, sizeof id, "T13.save.%u", len);
    compare(b, id, recv_vnic, lend_vnic, rounds, passes);
    end(b);
}

static DWORD WINAPI wait_for_a_packet(void *arg)
{
    struct bench *b = arg;

    return vnic_recv(b->dev, b->buf, sizeof b->buf) == 20 ? 0 : 1;
}

/* A thread waits in vnic_recv(), and with a handle the library's own waits too. */
static void measure_idle(struct bench *b, const char *id, int with_handle)
{
    uint64_t used;
    HANDLE thread;

    start(b, CAPACITY); /* too long for the ring, so it is empty */
    if (with_handle && vnic_wait_handle(b->dev) < 0) {
        die("no wait handle");
    }
    thread = CreateThread(NULL, 0, wait_for_a_packet, b, 0, NULL);
    Sleep(100);
    used = cpu_ns(CLOCK_OF_PROCESS);
    Sleep(IDLE_MS);
    used = cpu_ns(CLOCK_OF_PROCESS) - used;
    (void)ring_push(b->adapter, b->buf, 20);
    (void)WaitForSingleObject(thread, INFINITE);
    (void)CloseHandle(thread);
    (void)printf("%s %.3f\n", id, (double)used / 1e6 / (IDLE_MS / 1000.0));
    end(b);
}

/* ---- How large the ring should be ------------------------------------------------------------------ */

struct stream {
    struct ring_adapter *adapter;
    uint32_t packets;
};

/* A wake-up a burst, as drivers do; Wine's are far dearer than Windows', and would be all that is seen. */
static DWORD WINAPI push_stream(void *arg)
{
    const struct stream *s = arg;
    uint8_t packet[1400];

    memset(packet, 0x45, sizeof packet);
    for (uint32_t i = 1; i <= s->packets; i++) {
        int wakes = i % BATCH == 0 || i == s->packets;

        while (!(wakes ? ring_push : ring_push_quietly)(s->adapter, packet, sizeof packet)) {
            (void)SwitchToThread();
        }
    }
    return 0;
}

static uint64_t time_stream(uint32_t capacity, uint32_t count)
{
    static uint8_t room[BATCH][2048];
    struct stream s = {ring_adapter_new(), count};
    vnic *dev = ring_device_open(s.adapter, capacity, NULL);
    LARGE_INTEGER from, to;
    HANDLE thread;

    if (dev == NULL) {
        die("cannot open the device");
    }
    (void)QueryPerformanceCounter(&from);
    thread = CreateThread(NULL, 0, push_stream, &s, 0, NULL);
    for (uint32_t got = 0; got < count;) {
        struct vnic_packet packets[BATCH] = {0};
        int n;

        for (int i = 0; i < BATCH; i++) {
            packets[i].data = room[i];
            packets[i].cap = sizeof room[i];
        }
        n = vnic_recv_many(dev, packets, BATCH, 10000);
        if (n < 0) {
            die("the stream stopped");
        }
        got += (uint32_t)n;
    }
    (void)QueryPerformanceCounter(&to);
    (void)WaitForSingleObject(thread, INFINITE);
    (void)CloseHandle(thread);
    vnic_close(dev);
    ring_adapter_free(s.adapter);
    return (uint64_t)(to.QuadPart - from.QuadPart);
}

static void measure_sizes(int rounds, uint32_t count)
{
    double ratios[10][MAX_ROUNDS];

    for (int round = 0; round < rounds; round++) {
        uint64_t standard = time_stream(WINTUN_RING_DEFAULT, count);

        for (int i = 0; i < 10; i++) {
            ratios[i][round] = (double)time_stream(WINTUN_RING_MIN << i, count) / (double)standard;
        }
    }
    for (int i = 0; i < 10; i++) {
        (void)printf("curve.ring.time.%u", WINTUN_RING_MIN << i);
        for (int round = 0; round < rounds; round++) {
            (void)printf(" %.4f", ratios[i][round]);
        }
        (void)printf("\n");
    }
}

int main(int argc, char **argv)
{
    static const uint32_t lengths[] = {64, 1400, 65535};
    static struct bench b;
    int sizes = argc > 1 && strcmp(argv[1], "sizes") == 0;
    int rounds = argc > 1 + sizes ? atoi(argv[1 + sizes]) : 5;
    int passes = argc > 2 + sizes ? atoi(argv[2 + sizes]) : 5;

    if (rounds < 1 || rounds > MAX_ROUNDS || passes < 1) {
        die("usage: bench_rings [sizes] ROUNDS PASSES (1 … 64 rounds)");
    }
    if (sizes) {
        measure_sizes(rounds, (uint32_t)passes);
        return 0;
    }
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        measure(&b, lengths[i], rounds, lengths[i] < 1000 ? passes : passes * 10);
    }
    measure_idle(&b, "T13.idle", 0);
    measure_idle(&b, "T13.idle_handle", 1);
    return 0;
}
