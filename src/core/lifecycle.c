/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, adopting, releasing and closing handles. */
#include "alloc.h"
#include "apply.h"
#include "backends.h"
#include "config.h"
#include "device.h"
#include "io.h"
#include "offload.h"
#include "pool.h"
#include "wakeup.h"

/* The private state follows its object in one block, aligned for anything. */
#define ALIGNED(size) (((size) + 15u) & ~(size_t)15u)

/* 65535 bytes of IP (RFC 791), and for a frame its header and a VLAN tag (IEEE 802.3, 802.1Q). */
#define MAX_IP 65535u
#define MAX_FRAME (65535u + 14u + 4u)

static struct vnic__iface *new_iface(const struct vnic__backend *backend,
                                     const struct vnic_config *cfg)
{
    size_t head = ALIGNED(sizeof(struct vnic__iface));
    struct vnic__iface *iface = vnic__alloc(head + backend->iface_size);

    if (iface != NULL) {
        iface->backend = backend;
        iface->log = cfg->log;
        iface->log_user = cfg->log_user;
        iface->offload = vnic__has_offload(cfg->offload) ? cfg->offload : VNIC_OFFLOAD_NONE;
        iface->priv = (char *)iface + head;
        vnic__mutex_init(&iface->lock);
    }
    return iface;
}

static void free_iface(struct vnic__iface *iface)
{
    vnic__mutex_destroy(&iface->lock);
    vnic__free(iface);
}

static int new_queue(struct vnic__iface *iface, uint32_t flags, vnic_wakeup *wakeup,
                     struct vnic **ret, struct vnic_error *err)
{
    size_t head = ALIGNED(sizeof(struct vnic));
    struct vnic *q = vnic__alloc(head + iface->backend->queue_size);
    int rc;

    if (q == NULL) {
        return vnic__fail_memory(err, "open");
    }
    rc = vnic__signal_init(&q->signal);
    if (rc < 0) {
        vnic__free(q);
        return vnic__fail(err, rc, "open", NULL, "cannot make a signal to wait for: %s (%s)",
                          vnic_error_text(rc), vnic_error_advice(rc));
    }
    q->backend = iface->backend;
    q->priv = (char *)q + head;
    q->iface = iface;
    q->wakeup = wakeup;
    q->flags = flags;
    q->wait_handle = -1;
    q->direct = -1;
    atomic_init(&q->nonblock, (flags & VNIC_NONBLOCK) != 0);
    vnic__mutex_init(&q->lock);
    vnic__cond_init(&q->idle);
    vnic__wakeup_ref(wakeup);
    *ret = q;
    return 0;
}

static void free_queue(struct vnic *q)
{
    vnic__pool_free(q->pool);
    vnic__io_end(q);
    vnic__wakeup_unref(q->wakeup);
    vnic__cond_destroy(&q->idle);
    vnic__mutex_destroy(&q->lock);
    vnic__signal_destroy(&q->signal);
    vnic__free(q);
}

/* What follows from the backend's statements, once it has opened the queue. */
static int finish_queue(struct vnic *q, struct vnic_error *err)
{
    q->max_len = q->layer == VNIC_TAP ? MAX_FRAME : MAX_IP;
    q->max_len += q->flags & VNIC_KEEP_HEADER ? VNIC__PI_LEN : 0;
    return vnic__io_begin(q, err);
}

static void link_queue(struct vnic *q)
{
    struct vnic__iface *iface = q->iface;

    q->next = iface->queues;
    iface->queues = q;
    iface->n_queues++;
}

/* Returns how many queues are left. */
static unsigned unlink_queue(struct vnic *q)
{
    struct vnic__iface *iface = q->iface;

    for (struct vnic **at = &iface->queues; *at != NULL; at = &(*at)->next) {
        if (*at == q) {
            *at = q->next;
            return --iface->n_queues;
        }
    }
    return iface->n_queues;
}

/* The backend has opened the first queue: finish, configure, publish. */
static int start_interface(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err)
{
    int rc = finish_queue(q, err);

    q->iface->layer = q->layer;
    if (rc == 0) {
        vnic__mutex_lock(&q->iface->lock);
        rc = vnic__apply(q, s, err);
        if (rc == 0) {
            link_queue(q);
        }
        vnic__mutex_unlock(&q->iface->lock);
    }
    return rc;
}

static int open_interface(const struct vnic__backend *backend, const struct vnic_config *cfg,
                          const struct vnic__settings *s, vnic **ret_dev, struct vnic_error *err)
{
    struct vnic__iface *iface = new_iface(backend, cfg);
    struct vnic *q;
    int rc;

    if (iface == NULL) {
        return vnic__fail_memory(err, "open");
    }
    rc = new_queue(iface, s->flags, cfg->wakeup, &q, err);
    if (rc < 0) {
        goto free_interface;
    }
    rc = backend->open == NULL ? vnic__fail_unsupported(err, "open", "open", backend->name)
                               : backend->open(q, s, err);
    if (rc < 0) {
        goto free_handle;
    }
    rc = start_interface(q, s, err);
    if (rc < 0) {
        goto close_backend;
    }
    *ret_dev = q;
    return 0;

close_backend:
    backend->close(q, VNIC__CLOSE_FAILED);
free_handle:
    free_queue(q);
free_interface:
    free_iface(iface);
    return rc;
}

static int adopt_interface(const struct vnic__backend *backend, intptr_t native,
                           const struct vnic_config *cfg, const struct vnic__settings *s,
                           vnic **ret_dev, struct vnic_error *err)
{
    struct vnic__iface *iface = new_iface(backend, cfg);
    struct vnic *q;
    int rc;

    if (iface == NULL) {
        return vnic__fail_memory(err, "adopt");
    }
    rc = new_queue(iface, s->flags, cfg->wakeup, &q, err);
    if (rc < 0) {
        goto free_interface;
    }
    rc = backend->adopt == NULL ? vnic__fail_unsupported(err, "adopt", "adopt", backend->name)
                                : backend->adopt(q, native, s, err);
    if (rc < 0) {
        goto free_handle;
    }
    rc = start_interface(q, s, err);
    if (rc < 0) {
        goto keep_native;
    }
    *ret_dev = q;
    return 0;

keep_native:
    backend->close(q, VNIC__CLOSE_UNDO);
free_handle:
    free_queue(q);
free_interface:
    free_iface(iface);
    return rc;
}

/* Checks what vnic_open and vnic_adopt have in common. On success the settings must be freed. */
static int prepare(const struct vnic_config *cfg, int what, struct vnic_config *copy,
                   const struct vnic__backend **ret_backend, struct vnic__settings *ret_settings,
                   struct vnic_error *err)
{
    int rc = vnic__config_copy(cfg, copy, err);

    if (rc < 0) {
        return rc;
    }
    *ret_backend = vnic__find_backend(copy->backend, copy->layer, err);
    if (*ret_backend == NULL) {
        return VNIC_EINVAL;
    }
    return vnic__settings_make(copy, *ret_backend, what, ret_settings, err);
}

int vnic_open(const struct vnic_config *cfg, vnic **ret_dev, struct vnic_error *ret_err)
{
    const struct vnic__backend *backend = NULL;
    struct vnic__settings settings;
    struct vnic_config copy;
    int rc;

    if (ret_dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_open", "ret_dev");
    }
    *ret_dev = NULL;
    rc = prepare(cfg, VNIC__FOR_OPEN, &copy, &backend, &settings, ret_err);
    if (rc == 0) {
        rc = open_interface(backend, &copy, &settings, ret_dev, ret_err);
        vnic__settings_free(&settings);
    }
    return rc;
}

int vnic_adopt(intptr_t native, const struct vnic_config *cfg, vnic **ret_dev,
               struct vnic_error *ret_err)
{
    const struct vnic__backend *backend = NULL;
    struct vnic__settings settings;
    struct vnic_config copy;
    int rc;

    if (ret_dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_adopt", "ret_dev");
    }
    *ret_dev = NULL;
    rc = prepare(cfg, VNIC__FOR_ADOPT, &copy, &backend, &settings, ret_err);
    if (rc == 0) {
        rc = adopt_interface(backend, native, &copy, &settings, ret_dev, ret_err);
        vnic__settings_free(&settings);
    }
    return rc;
}

static int open_second(struct vnic *first, struct vnic *q, struct vnic_error *err)
{
    int rc = q->backend->open_queue(q, first, err);

    if (rc == 0) {
        rc = finish_queue(q, err);
        if (rc == 0) {
            link_queue(q);
        } else {
            q->backend->close(q, VNIC__CLOSE_END);
        }
    }
    return rc;
}

int vnic_open_queue(vnic *dev, vnic **ret_dev, struct vnic_error *ret_err)
{
    struct vnic *q;
    int rc;

    if (dev == NULL || ret_dev == NULL) {
        return vnic__fail_null(ret_err, "vnic_open_queue", dev == NULL ? "dev" : "ret_dev");
    }
    *ret_dev = NULL;
    if (dev->backend->open_queue == NULL || !dev->iface->multi_queue) {
        return vnic__fail(ret_err, VNIC_ENOTSUP, "vnic_open_queue", "VNIC_MULTI_QUEUE",
                          "the interface has a single queue: open it with VNIC_MULTI_QUEUE");
    }
    if (atomic_load(&dev->stop) & (VNIC__STOP_SHUTDOWN | VNIC__STOP_GONE)) {
        return vnic__fail(ret_err, VNIC_ECLOSED, "vnic_open_queue", NULL,
                          "the handle was shut down or its interface removed");
    }
    rc = new_queue(dev->iface, dev->flags & ~VNIC_BORROW, dev->wakeup, &q, ret_err);
    if (rc < 0) {
        return rc;
    }
    vnic__mutex_lock(&dev->iface->lock);
    rc = open_second(dev, q, ret_err);
    vnic__mutex_unlock(&dev->iface->lock);
    if (rc < 0) {
        free_queue(q);
        return rc;
    }
    *ret_dev = q;
    return 0;
}

/*
 * Ends the calls that are blocked in the handle and waits for them. The signal is set for them only: a
 * forked child that closes its copy shares it with its parent, whose event loop it would wake for good.
 */
static void drain_callers(struct vnic *q)
{
    (void)atomic_fetch_or(&q->stop, VNIC__STOP_SHUTDOWN);
    vnic__mutex_lock(&q->lock);
    if (q->waiters > 0) {
        vnic__signal_follow(&q->signal, &q->stop);
    }
    while (q->waiters > 0) {
        vnic__cond_wait(&q->idle, &q->lock, -1);
    }
    vnic__mutex_unlock(&q->lock);
}

static void end_handle(struct vnic *q, int keep)
{
    struct vnic__iface *iface = q->iface;
    unsigned left;

    drain_callers(q);
    vnic__mutex_lock(&iface->lock);
    left = unlink_queue(q);
    q->backend->close(q, keep);
    vnic__mutex_unlock(&iface->lock);
    free_queue(q);
    if (left == 0) {
        free_iface(iface);
    }
}

void vnic_close(vnic *dev)
{
    if (dev != NULL) {
        end_handle(dev, VNIC__CLOSE_END);
    }
}

int vnic_release(vnic *dev, intptr_t *ret_native)
{
    if (dev == NULL || ret_native == NULL) {
        return VNIC_EINVAL;
    }
    if (dev->backend->native_handle == NULL) {
        return VNIC_ENOTSUP;
    }
    if (vnic__pool_is_lent(dev)) {
        return VNIC_EBUSY;
    }
    *ret_native = dev->backend->native_handle(dev);
    end_handle(dev, VNIC__CLOSE_RELEASE);
    return 0;
}
