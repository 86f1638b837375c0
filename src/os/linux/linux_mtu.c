/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much room a packet needs. The kernel cuts a packet to the reader's buffer without a word
 * (Linux drivers/net/tun.c tun_put_user()), and anybody with the right may raise the MTU at any time.
 * So a packet that fills its buffer exactly makes linux_io.c ask here again.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <string.h>

#include "linux_sys.h"
#include "linux_tun.h"

/* What a frame adds to the MTU: Ethernet header and VLAN tag (IEEE 802.3, 802.1Q). */
#define MTU_ETHERNET (14u + 4u)

/* SIOCGIFMTU works on every socket (Linux net/socket.c sock_do_ioctl()); this kind exists everywhere. */
int vnic__linux_query_socket(struct vnic_error *err)
{
    int fd = vnic__sys_socket(AF_UNIX, SOCK_DGRAM, 0);

    if (fd >= 0) {
        return fd;
    }
    return vnic__linux_fail(err, errno, "socket", "cannot make a socket to ask for the MTU");
}

uint32_t vnic__linux_index_of(int query_fd, const char *name)
{
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    memcpy(ifr.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
    if (query_fd < 0 || vnic__sys_ioctl_ptr(query_fd, SIOCGIFINDEX, &ifr) < 0) {
        return 0;
    }
    return (uint32_t)ifr.ifr_ifindex;
}

/*
 * The MTU of now; 0 when it cannot be known. The name is the descriptor's, which follows renaming; the
 * index makes sure that the name means the same interface in the socket's namespace.
 */
static uint32_t ask_mtu(const struct vnic *q)
{
    const struct linux_iface *li = linux_iface_of(q);
    struct ifreq ifr;
    int state = vnic__linux_fd_state(linux_queue_of(q)->fd, &ifr);

    if (state != LINUX_FD_ATTACHED && state != LINUX_FD_DETACHED) {
        return 0;
    }
    if (li->if_index == 0 || vnic__linux_index_of(li->query_fd, ifr.ifr_name) != li->if_index) {
        return 0;
    }
    if (vnic__sys_ioctl_ptr(li->query_fd, SIOCGIFMTU, &ifr) < 0 || ifr.ifr_mtu <= 0) {
        return 0;
    }
    return (uint32_t)ifr.ifr_mtu;
}

static uint32_t need_of(const struct vnic *q, uint32_t mtu)
{
    uint32_t need;

    if (mtu == 0) {
        return LINUX_NEED_UNKNOWN;
    }
    need = mtu + (q->layer == VNIC_TAP ? MTU_ETHERNET : 0) + linux_queue_of(q)->link_len;
    return need < LINUX_NEED_UNKNOWN ? need : LINUX_NEED_UNKNOWN;
}

/*
 * direct_from is the most that a packet ever needed, since packets of an MTU that was larger may be queued
 * still. It only grows; it has one writer at a time but may be read by the receiver meanwhile.
 */
static void note_need(struct vnic *q, uint32_t need)
{
    size_t from = need < LINUX_NEED_UNKNOWN ? need : SIZE_MAX;
    size_t seen = atomic_load_explicit(&q->direct_from, memory_order_relaxed);

    while (from > seen &&
           !atomic_compare_exchange_weak_explicit(&q->direct_from, &seen, from,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
    atomic_store_explicit(&q->need, need, memory_order_relaxed);
}

uint32_t vnic__linux_learn_need(struct vnic *q)
{
    uint32_t need = need_of(q, ask_mtu(q));

    note_need(q, need);
    return need;
}

int vnic__linux_refresh_need(struct vnic *q)
{
    int state = vnic__linux_fd_state(linux_queue_of(q)->fd, NULL);

    if (state == LINUX_FD_NONE || state == VNIC_EBADFD) {
        return VNIC_ECLOSED;
    }
    (void)vnic__linux_learn_need(q);
    return 0;
}

void vnic__linux_mtu_changed(struct vnic *q, uint32_t mtu)
{
    note_need(q, need_of(q, mtu));
    for (struct vnic *other = q->iface->queues; other != NULL; other = other->next) {
        note_need(other, need_of(other, mtu));
    }
}
