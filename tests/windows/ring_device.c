/* SPDX-License-Identifier: Apache-2.0 */
#include "ring_device.h"

#include "core/alloc.h"
#include "core/device.h"
#include "core/io.h"
#include "core/wakeup.h"
#include "os/windows/wintun.h"

static void ring_close(struct vnic *q, int keep)
{
    (void)keep;
    vnic__wintun_queue_end(q);
}

static const struct vnic__backend ring_backend = {
    .name = "ring",
    .queue_size = sizeof(struct wintun_queue),
    .iface_size = sizeof(struct wintun_iface),
    .close = ring_close,
    .read = vnic__wintun_read,
    .write = vnic__wintun_write,
    .acquire = vnic__wintun_acquire,
    .release = vnic__wintun_release,
    .reserve = vnic__wintun_reserve,
    .commit = vnic__wintun_commit,
    .cancel = vnic__wintun_cancel,
    .wait = vnic__wintun_wait,
    .wait_handle = vnic__wintun_wait_handle,
};

/* As core's own new_iface() and new_queue(), which know no backend from outside. */
static struct vnic *make_handle(vnic_wakeup *wakeup)
{
    struct vnic__iface *iface = vnic__alloc(sizeof *iface);
    struct vnic *q = vnic__alloc(sizeof *q + sizeof(struct wintun_queue) + 64);

    if (iface == NULL || q == NULL || vnic__signal_init(&q->signal) < 0) {
        return NULL;
    }
    iface->backend = &ring_backend;
    iface->layer = VNIC_TUN;
    iface->queues = q;
    iface->n_queues = 1;
    vnic__mutex_init(&iface->lock);
    q->backend = &ring_backend;
    q->priv = (char *)q + ((sizeof *q + 63) & ~(size_t)63);
    q->iface = iface;
    q->wakeup = wakeup;
    q->wait_handle = -1;
    q->direct = -1;
    q->layer = VNIC_TUN;
    q->max_len = 65535;
    atomic_init(&q->need, 65535u);
    vnic__mutex_init(&q->lock);
    vnic__cond_init(&q->idle);
    vnic__wakeup_ref(wakeup);
    return q;
}

vnic *ring_device_open(struct ring_adapter *a, uint32_t capacity, vnic_wakeup *wakeup)
{
    static struct wintun_iface ifaces[16];
    static LONG used;
    struct vnic *q = make_handle(wakeup);
    struct wintun_iface *wi = &ifaces[InterlockedIncrement(&used) % 16];

    if (q == NULL) {
        return NULL;
    }
    *wi = (struct wintun_iface){0};
    wi->adapter = (wintun_adapter)(void *)a;
    wi->ring_capacity = capacity;
    q->iface->priv = wi;
    wintun_queue_of(q)->table = &ring_model_table;
    if (vnic__wintun_queue_begin(q, NULL) < 0 || vnic__io_begin(q, NULL) < 0 ||
        vnic__wintun_set_up(q, 1, NULL) < 0) {
        return NULL;
    }
    return q;
}

int ring_device_set_up(vnic *dev, uint32_t up)
{
    int rc;

    vnic__mutex_lock(&dev->iface->lock);
    rc = vnic__wintun_set_up(dev, up, NULL);
    vnic__mutex_unlock(&dev->iface->lock);
    return rc;
}

void ring_device_lose_wakeups(vnic *dev)
{
    wintun_queue_of(dev)->sent_step = 1;
}

void ring_device_set_luid(vnic *dev, uint64_t luid)
{
    wintun_iface_of(dev)->win.luid = luid;
}
