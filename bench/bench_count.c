/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T11: what a packet takes of the system, counted and not timed.
 *
 *     bench_count
 *
 * The program runs itself under ptrace(2), and its parent counts the system calls of its main thread
 * between marks. Allocations are counted by functions that stand before those of the C library. A line is
 * an id and the highest count of one packet, over all packets of that kind.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench_net.h"

#define NET 72u
#define PACKETS 2000
#define WAITS 100
#define BATCH 32
#define LEN 400u

/* ---- Allocations ---------------------------------------------------------------------------------- */

/* The C library's own functions under their second names (glibc malloc/malloc.c). */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static atomic_uint allocations;
static atomic_int counting; /* 1: between marks */

static void count_allocation(void)
{
    if (atomic_load(&counting)) {
        (void)atomic_fetch_add(&allocations, 1u);
    }
}

void *malloc(size_t size)
{
    count_allocation();
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    count_allocation();
    return __libc_calloc(n, size);
}

void *realloc(void *block, size_t size)
{
    count_allocation();
    return __libc_realloc(block, size);
}

/* ---- Marks ---------------------------------------------------------------------------------------- */

/* A system call that exists nowhere, so that the parent cannot take it for another. */
#define MARK 0x766e6963L

enum mark {
    MARK_RECV = 1,
    MARK_RECV_MANY,
    MARK_ACQUIRE,
    MARK_SEND,
    MARK_SEND_MANY,
    MARK_WAIT,
    MARK_STOP
};

static const char *const mark_names[] = {
    NULL,       "T11.recv",      "T11.recv_many", "T11.acquire_many",
    "T11.send", "T11.send_many", "T11.wait",      NULL};

static void mark(enum mark what)
{
    atomic_store(&counting, what != MARK_STOP);
    (void)syscall(MARK, (long)what);
}

/* ---- The program that is counted ------------------------------------------------------------------- */

static void expect(int got, int wanted)
{
    if (got != wanted) {
        errno = 0;
        bench_die("a call did not do what it should");
    }
}

/* Every packet that is queued takes one system call; so does each of a batch. */
static void count_receiving(vnic *dev, int source)
{
    static uint8_t room[BATCH][2048];
    struct vnic_packet pkts[BATCH];

    memset(pkts, 0, sizeof pkts);
    for (int i = 0; i < BATCH; i++) {
        pkts[i].data = room[i];
        pkts[i].cap = sizeof room[i];
    }
    bench_fill(source, PACKETS, LEN);
    for (int i = 0; i < PACKETS; i++) {
        mark(MARK_RECV);
        expect(vnic_recv(dev, room[0], sizeof room[0]), (int)LEN);
        mark(MARK_STOP);
    }
    bench_fill(source, PACKETS / BATCH * BATCH, LEN);
    for (int i = 0; i < PACKETS / BATCH; i++) {
        mark(MARK_RECV_MANY);
        expect(vnic_recv_many(dev, pkts, BATCH, VNIC_DEFAULT), BATCH);
        mark(MARK_STOP);
    }
    /* The pool makes its buffers when they are needed for the first time. */
    bench_fill(source, BATCH, LEN);
    expect(vnic_acquire_many(dev, pkts, BATCH, VNIC_DEFAULT), BATCH);
    expect(vnic_release_many(dev, pkts, BATCH), 0);
    bench_fill(source, PACKETS / BATCH * BATCH, LEN);
    for (int i = 0; i < PACKETS / BATCH; i++) {
        mark(MARK_ACQUIRE);
        expect(vnic_acquire_many(dev, pkts, BATCH, VNIC_DEFAULT), BATCH);
        expect(vnic_release_many(dev, pkts, BATCH), 0);
        mark(MARK_STOP);
    }
}

static void count_sending(vnic *dev)
{
    static uint8_t packet[LEN];
    struct vnic_packet pkts[BATCH];

    bench_make_dropped(packet, sizeof packet, NET);
    memset(pkts, 0, sizeof pkts);
    for (int i = 0; i < BATCH; i++) {
        pkts[i].data = packet;
        pkts[i].len = sizeof packet;
    }
    for (int i = 0; i < PACKETS; i++) {
        mark(MARK_SEND);
        expect(vnic_send(dev, packet, sizeof packet), (int)sizeof packet);
        mark(MARK_STOP);
    }
    for (int i = 0; i < PACKETS / BATCH; i++) {
        mark(MARK_SEND_MANY);
        expect(vnic_send_many(dev, pkts, BATCH, VNIC_DEFAULT), BATCH);
        mark(MARK_STOP);
    }
}

/* Sends one packet each time the receiver says that it is about to wait. */
struct late_sender {
    int source;
    atomic_int turn;
};

static void *send_late(void *arg)
{
    const struct timespec pause = {.tv_nsec = 3000000};
    struct late_sender *late = arg;

    for (int i = 1; i <= WAITS; i++) {
        while (atomic_load(&late->turn) < i) {
            (void)nanosleep(&pause, NULL);
        }
        (void)nanosleep(&pause, NULL);
        bench_fill(late->source, 1, LEN);
    }
    return NULL;
}

static void count_waiting(vnic *dev, struct late_sender *late)
{
    uint8_t room[2048];

    for (int i = 1; i <= WAITS; i++) {
        atomic_store(&late->turn, i);
        mark(MARK_WAIT);
        expect(vnic_recv(dev, room, sizeof room), (int)LEN);
        mark(MARK_STOP);
    }
}

static int run_counted(void)
{
    struct late_sender late;
    pthread_t thread;
    vnic *dev;

    bench_enter_network();
    dev = bench_open(NET, 0);
    late.source = bench_source(NET);
    atomic_init(&late.turn, 0);
    if (pthread_create(&thread, NULL, send_late, &late) != 0) {
        bench_die("cannot start a thread");
    }
    count_receiving(dev, late.source);
    count_sending(dev);
    count_waiting(dev, &late);
    (void)pthread_join(thread, NULL);
    vnic_close(dev);
    (void)printf("T11.alloc %u\n", atomic_load(&allocations));
    return 0;
}

/* ---- The one who counts ---------------------------------------------------------------------------- */

struct tally {
    enum mark current; /* 0: not between marks */
    unsigned calls;
    unsigned worst[MARK_STOP];
    unsigned seen[MARK_STOP];
};

/* How many packets the calls between two marks carry. */
static unsigned packets_of(enum mark what)
{
    return what == MARK_RECV_MANY || what == MARK_ACQUIRE || what == MARK_SEND_MANY ? BATCH : 1;
}

static void take_mark(struct tally *t, enum mark what)
{
    if (what == MARK_STOP && t->current != 0) {
        unsigned n = packets_of(t->current);
        unsigned each = (t->calls + n - 1) / n;

        t->seen[t->current]++;
        if (each > t->worst[t->current]) {
            t->worst[t->current] = each;
        }
        t->current = 0;
    } else if (what > 0 && what < MARK_STOP) {
        t->current = what;
        t->calls = 0;
    }
}

static void look_at_call(pid_t child, struct tally *t)
{
    struct __ptrace_syscall_info info;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) < 0) {
        bench_die("PTRACE_GET_SYSCALL_INFO (needs Linux 5.3)");
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) {
        return;
    }
    if (info.entry.nr == (uint64_t)MARK) {
        take_mark(t, (enum mark)info.entry.args[0]);
    } else if (t->current != 0) {
        t->calls++;
    }
}

/* Follows the child to its end. Returns its exit code. */
static int follow(pid_t child, struct tally *t)
{
    int status = 0;

    if (waitpid(child, &status, __WALL) < 0 ||
        ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0) {
        bench_die("cannot trace");
    }
    for (int signal_to_pass = 0;;) {
        if (ptrace(PTRACE_SYSCALL, child, NULL, (long)signal_to_pass) < 0 ||
            waitpid(child, &status, __WALL) < 0) {
            bench_die("lost the traced process");
        }
        if (!WIFSTOPPED(status)) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        }
        signal_to_pass = 0;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            look_at_call(child, t);
        } else {
            signal_to_pass = WSTOPSIG(status);
        }
    }
}

int main(void)
{
    struct tally t = {0};
    pid_t child = fork();
    int code;

    if (child < 0) {
        bench_die("fork");
    }
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0) {
            bench_die("PTRACE_TRACEME");
        }
        return run_counted();
    }
    code = follow(child, &t);
    for (int what = MARK_RECV; code == 0 && what < MARK_STOP; what++) {
        if (t.seen[what] > 0) {
            (void)printf("%s %u\n", mark_names[what], t.worst[what]);
        }
    }
    return code;
}
