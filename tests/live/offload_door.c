/* SPDX-License-Identifier: Apache-2.0 */
#include "live/offload_door.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "os/linux/linux_sys.h"

/* Names that the linker makes. */
ssize_t __real_vnic__sys_writev(int fd, const struct iovec *iov, int n);
ssize_t __wrap_vnic__sys_writev(int fd, const struct iovec *iov, int n);
int __real_vnic__sys_ioctl_int(int fd, unsigned long request, unsigned long value);
int __wrap_vnic__sys_ioctl_int(int fd, unsigned long request, unsigned long value);
int __real_vnic__sys_uname(struct utsname *ret);
int __wrap_vnic__sys_uname(struct utsname *ret);

/* linux/virtio_net.h: the header begins with flags and gso_type. */
#define DOOR_NEEDS_CSUM 1u

static _Atomic uint32_t door_kind, door_from, door_times, door_n_seen, door_n_refused, door_bits;
static _Atomic int door_os_code;

/* Set before the writes begin, by their thread. */
static _Atomic uint32_t door_left;
static void (*door_act)(void *arg);
static void *door_arg;

static const char *door_release;

void door_refuse(uint32_t kind, uint32_t from, uint32_t times)
{
    door_kind = kind;
    door_from = from;
    door_times = times;
    door_n_seen = 0;
    door_n_refused = 0;
}

void door_refuse_offload(uint32_t bits)
{
    door_bits = bits;
}

void door_fail_offload(int os_code)
{
    door_os_code = os_code;
}

void door_call_before(uint32_t at, void (*act)(void *arg), void *arg)
{
    door_act = act;
    door_arg = arg;
    door_left = at;
}

void door_kernel(const char *release)
{
    door_release = release;
}

void door_open(void)
{
    door_release = NULL;
    door_os_code = 0;
    door_times = 0;
    door_bits = 0;
}

uint32_t door_seen(void)
{
    return door_n_seen;
}

uint32_t door_refused(void)
{
    return door_n_refused;
}

static int is_of_kind(const uint8_t *header)
{
    uint32_t kind = door_kind;

    if (kind == DOOR_ALL) {
        return 1;
    }
    if (kind == DOOR_PARTIAL) {
        return header[1] == 0 && (header[0] & DOOR_NEEDS_CSUM) != 0;
    }
    return header[1] == kind;
}

ssize_t __wrap_vnic__sys_writev(int fd, const struct iovec *iov, int n)
{
    if (door_left > 0 && atomic_fetch_sub(&door_left, 1) == 1) {
        door_act(door_arg);
    }
    if (door_times > 0 && n > 1 && is_of_kind(iov[0].iov_base)) {
        uint32_t number = atomic_fetch_add(&door_n_seen, 1) + 1;

        if (number >= door_from && number - door_from < door_times) {
            atomic_fetch_add(&door_n_refused, 1);
            errno = EINVAL;
            return -1;
        }
    }
    return __real_vnic__sys_writev(fd, iov, n);
}

int __wrap_vnic__sys_ioctl_int(int fd, unsigned long request, unsigned long value)
{
    if (request == TUNSETOFFLOAD && door_os_code != 0) {
        errno = door_os_code;
        return -1;
    }
    if (request == TUNSETOFFLOAD && (value & door_bits) != 0) {
        errno = EINVAL;
        return -1;
    }
    return __real_vnic__sys_ioctl_int(fd, request, value);
}

int __wrap_vnic__sys_uname(struct utsname *ret)
{
    int rc = __real_vnic__sys_uname(ret);

    if (door_release == NULL) {
        return rc;
    }
    if (door_release[0] == '\0') {
        errno = EPERM;
        return -1;
    }
    (void)snprintf(ret->release, sizeof ret->release, "%s", door_release);
    return rc;
}
