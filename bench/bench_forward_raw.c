/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forwarder in raw system calls: one read, one write. `raw-plain` is the loop that every tutorial
 * shows; `raw-vnet` has virtio-net headers and every offload on, and passes what it reads as it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench_forward.h"

/* Linux include/uapi/linux/if_tun.h; since 6.2. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

/* virtio 1.2 section 5.1.6: without the field of merged buffers. */
#define RAW_VNET_HEADER 10

static int say(const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", what, strerror(errno));
    return -1;
}

static int turn_offload_on(int fd)
{
    unsigned tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    int header = RAW_VNET_HEADER;

    if (ioctl(fd, TUNSETVNETHDRSZ, &header) < 0) {
        return say("TUNSETVNETHDRSZ");
    }
    if (ioctl(fd, TUNSETOFFLOAD, (unsigned long)(tcp | TUN_F_USO4 | TUN_F_USO6)) == 0) {
        return 0;
    }
    return ioctl(fd, TUNSETOFFLOAD, (unsigned long)tcp) < 0 ? say("TUNSETOFFLOAD") : 0;
}

static int raw_open(const struct forward_way *way, const char *name, int blocking,
                    struct forward_end *ret_end)
{
    struct ifreq request;
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | (blocking ? 0 : O_NONBLOCK));

    memset(&request, 0, sizeof request);
    (void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    request.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | (way->offload != 0 ? IFF_VNET_HDR : 0));
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
        return say("/dev/net/tun");
    }
    ret_end->fd = fd;
    return way->offload != 0 ? turn_offload_on(fd) : 0;
}

/* syscall() rather than read(): the C library's functions are cancellation points, which cost something. */
static int raw_step(struct forward_direction *d, int wait)
{
    long n = syscall(SYS_read, d->from->fd, d->room, (size_t)d->way->slot);

    (void)wait;
    if (n <= 0) {
        return 0;
    }
    if (syscall(SYS_write, d->to->fd, d->room, (size_t)n) == n) {
        d->moved++;
    } else {
        d->lost++;
    }
    return 1;
}

const struct forward_way forward_raw_ways[] = {
    {.name = "raw-plain", .open = raw_open, .step = raw_step, .lot = 1, .slot = FORWARD_SLOT},
    {.name = "raw-vnet",
     .open = raw_open,
     .step = raw_step,
     .lot = 1,
     .slot = FORWARD_SUPER,
     .offload = VNIC_OFFLOAD_RAW},
    {.name = NULL},
};
