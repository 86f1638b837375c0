/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the measurements share: a network of their own, a device in it, packets for it, and clocks.
 * Whatever fails ends the program with a sentence: a measurement that is half done is none.
 */
#ifndef VNIC_BENCH_NET_H
#define VNIC_BENCH_NET_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/vnic.h"

/* Ends the program with a sentence (and errno, if it is not 0). */
void bench_die(const char *what);

/* Enters a fresh network namespace, as root or through a user namespace; it goes with the process. */
void bench_enter_network(void);

/* A TUN with 10.NET.0.1/24 that holds many packets for its reader. */
vnic *bench_open(unsigned net, uint32_t flags);

/* A socket whose packets to anywhere go to the reader of the device 10.NET.0.1/24. */
int bench_source(unsigned net);

/* Sends n UDP packets of `len` bytes (IP header included) to the device's reader. */
void bench_fill(int source, int n, size_t len);

/* Writes an IPv4 packet of `len` bytes that the kernel drops at once: its header checksum is wrong. */
void bench_make_dropped(uint8_t *packet, size_t len, unsigned net);

/* Nanoseconds of CPU time that this thread has used; of a monotonic clock. */
uint64_t bench_cpu_ns(void);
uint64_t bench_now_ns(void);

#endif
