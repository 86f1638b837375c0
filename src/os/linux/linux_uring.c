/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which engine moves the packets of a queue. "auto" is the plain one: it cannot know whether packets will
 * be taken one by one, which costs less without a ring, or in batches, which cost less with one; and
 * reading ahead changes what a release and a detach leave behind (docs/engines.md).
 */
#include <errno.h>
#include <string.h>

#include "core/alloc.h"
#include "linux_backend.h"
#include "linux_sys_uring.h"
#include "linux_uring.h"

const struct vnic__backend vnic__linux_uring_backend = {
    LINUX_SHARED_SLOTS,
    .read = vnic__uring_read,
    .write = vnic__linux_write,
    .acquire = vnic__uring_acquire,
    .release = vnic__uring_release,
    .write_many = vnic__uring_write_many,
    .wait = vnic__uring_wait,
    .wait_handle = vnic__uring_wait_handle,
    .detach = vnic__uring_detach,
};

/* ---- What the kernel has ------------------------------------------------------------------------ */

/* The operation is asked for by itself: distributions take features into older kernels. */
static int has_multishot(struct io_uring *ring)
{
    union {
        struct io_uring_probe head;
        uint8_t room[sizeof(struct io_uring_probe) +
                     (URING_OP_READ_MULTISHOT + 1) * sizeof(struct io_uring_probe_op)];
    } answer;
    int rc;

    memset(&answer, 0, sizeof answer);
    rc = vnic__sys_uring_probe(ring, &answer.head, URING_OP_READ_MULTISHOT + 1);
    if (rc < 0) {
        return rc;
    }
    return answer.head.last_op >= URING_OP_READ_MULTISHOT ? 0 : -EINVAL;
}

static int make_rings(struct linux_uring *u, uint32_t n)
{
    int rc = vnic__uring_tx_begin(&u->tx);

    if (rc < 0) {
        return rc;
    }
    rc = has_multishot(&u->tx.ring);
    if (rc == 0) {
        rc = vnic__uring_rx_begin(&u->rx, n);
    }
    if (rc < 0) {
        vnic__uring_tx_end(&u->tx, 1);
    }
    return rc;
}

static int fail_rings(struct vnic_error *err, int os_code)
{
    const char *why;
    int rc = vnic__linux_code(os_code);

    switch (os_code) {
    case ENOSYS:
        why = "this kernel has no io_uring";
        break;
    case EPERM:
    case EACCES:
        why = "io_uring is forbidden here, by kernel.io_uring_disabled (sysctl) or a filter of "
              "system calls";
        break;
    case EINVAL:
        why = "this kernel is older than 6.7, which brought multishot reads";
        break;
    case ENOMEM:
    case EMFILE:
        (void)vnic__linux_fail(err, os_code, "io_uring_setup", "cannot make the rings of io_uring");
        return rc;
    default:
        why = "this kernel refuses it";
        break;
    }
    (void)vnic__fail(err, VNIC_ENOTSUP, "io_uring_setup", "engine",
                     "engine \"uring\" cannot be had: %s; \"plain\" and \"auto\" can", why);
    vnic__fail_os(err, VNIC_OS_ERRNO, os_code);
    return VNIC_ENOTSUP;
}

/* ---- Choosing ----------------------------------------------------------------------------------- */

int vnic__linux_engine_begin(struct vnic *q, const char *engine, int super, struct vnic_error *err)
{
    struct linux_queue *lq = linux_queue_of(q);
    struct linux_uring *u;
    int rc;

    lq->engine_reason = strcmp(engine, "auto") == 0
                            ? "auto: single packets cost least so; a ring is for batches"
                            : "asked for";
    if (strcmp(engine, "uring") != 0) {
        return 0;
    }
    if (q->flags & VNIC_BORROW) {
        return vnic__fail(err, VNIC_ENOTSUP, "adopt", "engine",
                          "engine \"uring\" reads ahead, and a borrowed descriptor's packets are "
                          "its lender's: use \"plain\"");
    }
    u = vnic__alloc(sizeof *u);
    if (u == NULL) {
        return vnic__fail_memory(err, "open");
    }
    rc = make_rings(u, super ? 0 : URING_BUFFERS);
    if (rc < 0) {
        vnic__free(u);
        return fail_rings(err, -rc);
    }
    if (super) {
        lq->engine_reason = "asked for; super-packets are read one by one, a ring would copy each";
    }
    u->pid = vnic__sys_getpid();
    lq->uring = u;
    return 0;
}

void vnic__linux_engine_bind(struct vnic *q)
{
    struct linux_queue *lq = linux_queue_of(q);

    if (lq->uring != NULL) {
        vnic__uring_tx_bind(&lq->uring->tx, lq->fd);
        q->backend = &vnic__linux_uring_backend;
    }
}

void vnic__linux_engine_end(struct vnic *q)
{
    struct linux_queue *lq = linux_queue_of(q);
    struct linux_uring *u = lq->uring;
    uint32_t dropped;
    int ours;

    if (u == NULL) {
        return;
    }
    ours = u->pid == vnic__sys_getpid();
    vnic__uring_tx_end(&u->tx, ours);
    dropped = vnic__uring_rx_end(&u->rx, ours);
    if (dropped > 0) {
        vnic__log(q->iface, VNIC_LOG_DEBUG,
                  "%u packets that were read ahead are dropped with the handle", dropped);
    }
    lq->uring = NULL;
    vnic__free(u);
}
