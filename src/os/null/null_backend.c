/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backend of a system that has none: it builds everywhere and answers "not supported" to all. It
 * is also the template of a port: copy it, and fill in one slot after the other. What each slot must
 * do is said in core/backend.h; the comments here say in which order a port grows.
 */
#include "core/device.h"

/*
 * Step 1: make an interface and its first queue. State q->layer and q->frame (the link header that
 * the system puts before a packet), q->iface->created and q->iface->multi_queue.
 */
static int null_open(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err)
{
    (void)q;
    (void)s;
    return vnic__fail(
        err, VNIC_ENOTSUP, "open", "backend",
        "the backend \"null\" makes no interfaces: choose another one, vnic_backends() "
        "lists those of this build");
}

/* Step 5: take a descriptor that was made elsewhere; ask it what it is. */
static int null_adopt(struct vnic *q, intptr_t native, const struct vnic__settings *s,
                      struct vnic_error *err)
{
    (void)q;
    (void)native;
    (void)s;
    return vnic__fail(err, VNIC_ENOTSUP, "adopt", "backend",
                      "the backend \"null\" takes no descriptors: choose another one, "
                      "vnic_backends() lists those of this build");
}

/* Step 1, too: give back all that open took. */
static void null_close(struct vnic *q, int keep)
{
    (void)q;
    (void)keep;
}

/* Step 2: one packet from the system into iov[n], never blocking; never a cut packet as a whole one. */
static int null_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags)
{
    (void)q;
    (void)iov;
    (void)n;
    *ret_flags = 0;
    return VNIC_ENOTSUP;
}

/* Step 2: one packet from iov[n] to the system, never blocking. */
static int null_write(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    (void)q;
    (void)iov;
    (void)n;
    return VNIC_ENOTSUP;
}

/* Step 3: wait for events, q->signal, the wakeup's signal or the deadline. */
static int null_wait(struct vnic *q, int events, int64_t deadline_ns)
{
    (void)q;
    (void)events;
    (void)deadline_ns;
    return VNIC_ENOTSUP;
}

/* Step 4: one handle for foreign event loops, signalled by all that ends a wait. */
static int null_wait_handle(struct vnic *q, intptr_t *ret_handle)
{
    (void)q;
    (void)ret_handle;
    return VNIC_ENOTSUP;
}

const struct vnic__backend vnic__null_backend = {
    .name = "null",
    .options = 0,        /* the options that open and adopt honour; core refuses the others */
    .queue_size = 0,     /* bytes of the port's own state for a queue … */
    .iface_size = 0,     /* … and for an interface; core makes and frees both */
    .open = null_open,   /* step 1 */
    .open_queue = NULL,  /* step 7: several queues, if the system knows them */
    .adopt = null_adopt, /* step 5 */
    .close = null_close, /* step 1 */
    .read = null_read,   /* step 2 */
    .write = null_write, /* step 2 */
    .wait = null_wait,   /* step 3 */
    .wait_handle = null_wait_handle, /* step 4 */
    .native_handle = NULL,           /* step 5: the descriptor, if there is one */
    .detach = NULL,                  /* step 7 */
    .attach = NULL,                  /* step 7 */
    .list = NULL,                    /* step 6: the interfaces that are there */
    .netconf = NULL,                 /* step 6: addresses, MTU, up and down; packets work without */
};
