/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which super-packets the kernel gives and takes. TUNSETOFFLOAD says what it may give; its answer also
 * tells what it takes, because both came with the same versions (Linux drivers/net/tun.c set_offload()).
 * An unknown or impossible mask is EINVAL and changes nothing, so asking is safe.
 */
#include <errno.h>
#include <stdlib.h>

#include "linux_sys.h"
#include "linux_tun.h"

/* Linux include/linux/udp.h UDP_MAX_SEGMENTS, before 6.9 and since (commit 1382e3b6a350). */
#define UDP_SEGMENTS_OLD 64u
#define UDP_SEGMENTS_NEW 128u

/* A version as one number, so that versions compare. */
#define KERNEL(major, minor, patch)                                                                \
    ((uint32_t)(major) << 24 | (uint32_t)(minor) << 16 | (uint32_t)(patch))

/*
 * Kernels that spoil what they take without a word, so that no refusal would ever tell. Kernels that
 * refuse need no row: sending in parts finds out.
 */
static const struct kernel_quirk {
    uint32_t from, before; /* versions from … to before … */
    uint32_t features;     /* not to be sent */
    const char *why;
} kernel_quirks[] = {
    {0, KERNEL(6, 2, 0), VNIC_F_USO4 | VNIC_F_USO6,
     "before Linux 6.2 a TUN takes no super-packets of UDP"},
    /* Commit b10b446, in 7.0-rc1; mended by 78effd8 and 5f17ae0, in 7.1.5. */
    {KERNEL(7, 0, 0), KERNEL(7, 1, 5), VNIC_F_USO4 | VNIC_F_USO6,
     "Linux 7.0 to 7.1.4 spoils super-packets of UDP on their way to a network card"},
};

/* A number and the dot behind it, if there is one; at most `limit`. */
static uint32_t next_number(char **text, unsigned long limit)
{
    unsigned long n = strtoul(*text, text, 10);

    *text += **text == '.';
    return (uint32_t)(n < limit ? n : limit);
}

/* The version of now, of a release such as "6.12.3-amd64"; 0 when it cannot be read: very old. */
static uint32_t kernel_version(void)
{
    uint32_t major, minor;
    struct utsname name;
    char *text = name.release;

    if (vnic__sys_uname(&name) < 0) {
        return 0;
    }
    major = next_number(&text, 255);
    minor = next_number(&text, 255);
    return KERNEL(major, minor, next_number(&text, 65535));
}

static uint32_t without_quirks(const struct vnic *q, uint32_t features, uint32_t version)
{
    for (size_t i = 0; i < sizeof kernel_quirks / sizeof kernel_quirks[0]; i++) {
        const struct kernel_quirk *quirk = &kernel_quirks[i];

        if (version >= quirk->from && version < quirk->before && (features & quirk->features)) {
            vnic__log(q->iface, VNIC_LOG_INFO, "%s: they are not used", quirk->why);
            features &= ~quirk->features;
        }
    }
    return features;
}

/* What may be sent, from what the kernel knows. */
static void state_features(struct vnic *q, uint32_t features)
{
    uint32_t version = kernel_version();

    q->iface->udp_segments = version >= KERNEL(6, 9, 0) ? UDP_SEGMENTS_NEW : UDP_SEGMENTS_OLD;
    atomic_store(&q->iface->features, without_quirks(q, features, version));
}

/* Adds bits to the mask if they are wanted and the kernel takes them. 0 or a code. */
static int add_features(int fd, uint32_t wanted, uint32_t bits, uint32_t *mask,
                        struct vnic_error *err)
{
    if ((wanted & bits) != bits) {
        return 0;
    }
    if (vnic__sys_ioctl_int(fd, TUNSETOFFLOAD, *mask | bits) == 0) {
        *mask |= bits;
        return 0;
    }
    if (errno == EINVAL) {
        return 0;
    }
    return vnic__linux_fail(err, errno, "TUNSETOFFLOAD",
                            "cannot turn on the offloads of the interface");
}

/*
 * Each bit by itself: every one needs TUN_F_CSUM, ECN needs a TSO, and those of UDP go together (Linux
 * drivers/net/tun.c set_offload()).
 */
static int ask_features(int fd, uint32_t wanted, uint32_t *ret_mask, struct vnic_error *err)
{
    static const uint32_t steps[] = {VNIC_F_CSUM, VNIC_F_TSO4, VNIC_F_TSO6, VNIC_F_TSO_ECN,
                                     VNIC_F_USO4 | VNIC_F_USO6};
    int rc = 0;

    *ret_mask = 0;
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof steps[0]; i++) {
        if (i == 0 || (*ret_mask & VNIC_F_CSUM) != 0) {
            rc = add_features(fd, wanted, steps[i], ret_mask, err);
        }
    }
    return rc;
}

int vnic__linux_offload_begin(struct vnic *q, int fd, const struct vnic__settings *s, int others,
                              struct vnic_error *err)
{
    uint32_t mask = s->features;
    int rc = 0;

    if (s->offload == VNIC_OFFLOAD_NONE) {
        return 0;
    }
    if (!others) {
        rc = ask_features(fd, s->features, &mask, err);
        linux_queue_of(q)->offload_on = mask != 0;
    }
    if (rc == 0) {
        state_features(q, mask);
    }
    return rc;
}

void vnic__linux_offload_adopt(struct vnic *q, const struct vnic__settings *s)
{
    if (s->offload != VNIC_OFFLOAD_NONE) {
        state_features(q, s->features);
    }
}

void vnic__linux_offload_end(const struct linux_queue *lq)
{
    if (lq->offload_on) {
        (void)vnic__sys_ioctl_int(lq->fd, TUNSETOFFLOAD, 0);
    }
}
