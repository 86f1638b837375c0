/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel with a fault, played at the door to the system (os/linux/linux_sys.h): writes of one kind of
 * super-packet, or TUNSETOFFLOAD, are refused as if by it. The linker puts these calls before the real
 * ones (--wrap); all is shared by the threads of the program.
 */
#ifndef VNIC_TESTS_OFFLOAD_DOOR_H
#define VNIC_TESTS_OFFLOAD_DOOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds besides VNIC_GSO_…: a packet that is no super-packet with a partial checksum, and any packet. */
#define DOOR_PARTIAL 254u
#define DOOR_ALL 255u

/* Writes of that kind are counted, and from the from-th on `times` of them get EINVAL. */
void door_refuse(uint32_t kind, uint32_t from, uint32_t times);

/* TUNSETOFFLOAD with any of these bits gets EINVAL. */
void door_refuse_offload(uint32_t bits);

/* TUNSETOFFLOAD fails with this, whatever is asked. */
void door_fail_offload(int os_code);

/* Before the at-th write from now on, of any kind, something else happens. */
void door_call_before(uint32_t at, void (*act)(void *arg), void *arg);

/* uname(2) tells this release from now on; "" and it fails; NULL: that of this machine. */
void door_kernel(const char *release);

/* Nothing is refused any more. */
void door_open(void);

/* Writes of the kind since door_refuse(), and how many of them were refused. */
uint32_t door_seen(void);
uint32_t door_refused(void);

#ifdef __cplusplus
}
#endif

#endif
