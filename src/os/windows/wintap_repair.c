/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do when the driver refuses an operation.
 *
 * ERROR_OPERATION_ABORTED has four causes that look alike: the thread that asked has ended, and the
 * system took its operations with it; the machine goes to sleep, or wakes up; somebody unplugged the
 * medium; the adapter goes away. So it is asked again at once, which is all that the first cause needs;
 * then with the medium plugged in anew; then the device is opened anew. A device whose name is gone
 * was removed or disabled, and that is the end. Anything else that the driver says goes straight to
 * opening anew.
 *
 * Nothing here waits: until it is time for the next attempt packet calls say VNIC_EAGAIN, and waiting
 * calls wait no longer than that.
 */
#include "win_error.h"
#include "win_sys.h"
#include "win_sys_file.h"
#include "wintap.h"

#define REPAIR_PAUSE_NS 20000000
#define REPAIR_REOPEN_NS 200000000
#define REPAIR_GIVE_UP_NS 10000000000
/* Refusals that are further apart than this have nothing to do with each other. */
#define REPAIR_FORGET_NS 1000000000

/* One for each operation that an ending thread may have taken with it; then a few with pauses. */
#define REPAIR_AT_ONCE WINTAP_OPS
#define REPAIR_ASK_AGAIN (WINTAP_OPS + 4u)

void vnic__wintap_wake_locked(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    (void)vnic__sys_set_event(tq->rx.event);
    (void)vnic__sys_set_event(tq->tx.event);
}

static int give_up(struct vnic *q, const char *why)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    tq->state = WINTAP_GONE;
    vnic__log(q->iface, VNIC_LOG_WARNING, "the TAP device is lost: %s (%s, Windows error %lu)", why,
              vnic__win_error_name(tq->last_error), (unsigned long)tq->last_error);
    vnic__wintap_wake_locked(q);
    return VNIC_ECLOSED;
}

static int try_later(struct vnic *q, int64_t after_ns)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    tq->retry_ns = vnic__now_ns() + after_ns;
    return VNIC_EAGAIN;
}

void vnic__wintap_refused_locked(struct vnic *q, uint32_t os_code)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    int64_t now = vnic__now_ns();

    if (tq->state != WINTAP_FINE && tq->state != WINTAP_TROUBLE) {
        return;
    }
    /* That is what the driver says while the interface is down. */
    if (os_code == ERROR_OPERATION_ABORTED && !atomic_load(&win_iface_of(q)->up)) {
        return;
    }
    if (tq->state == WINTAP_FINE && (tq->tries == 0 || now - tq->trouble_ns > REPAIR_FORGET_NS)) {
        tq->trouble_ns = now;
        tq->tries = 0;
    }
    tq->state = WINTAP_TROUBLE;
    tq->last_error = os_code;
    tq->tries++;
    tq->retry_ns = tq->tries <= REPAIR_AT_ONCE ? now : now + REPAIR_PAUSE_NS;
}

static int recovered(struct vnic *q)
{
    wintap_queue_of(q)->state = WINTAP_FINE;
    vnic__wintap_wake_locked(q);
    return 0;
}

static int ask_again(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t os_code = 0;

    if (tq->tries > 1) {
        (void)vnic__wintap_set_media(tq->file, 1);
    }
    if (tq->rx.n < WINTAP_OPS) {
        os_code = vnic__wintap_ring_read(&tq->rx, tq->file);
    }
    if (os_code == 0) {
        return recovered(q);
    }
    tq->last_error = os_code;
    tq->tries++;
    return try_later(q, REPAIR_PAUSE_NS);
}

/* The device is there, and ours again. */
static int take_device(struct vnic *q, HANDLE file)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t os_code = vnic__wintap_device_setup(q, file);

    if (os_code != 0) {
        vnic__sys_close_device(file);
        tq->last_error = os_code;
        return try_later(q, REPAIR_REOPEN_NS);
    }
    tq->file = file;
    tq->tries = 1;
    vnic__log(q->iface, VNIC_LOG_INFO, "the TAP device was opened anew");
    return recovered(q);
}

static int open_anew(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    struct vnic_error why;
    HANDLE file = NULL;
    int rc;

    vnic__wintap_drop_file_locked(q);
    if (tq->state == WINTAP_GONE) {
        return give_up(q, "it does not let go of our buffers");
    }
    rc = vnic__wintap_device_open(&wintap_iface_of(q)->adapter, 0, &file, &why);
    if (rc == 0) {
        return take_device(q, file);
    }
    tq->last_error = (uint32_t)why.os_code;
    if (rc == VNIC_ENODRIVER) {
        return give_up(q, "the adapter was removed or disabled");
    }
    if (vnic__now_ns() - tq->trouble_ns > REPAIR_GIVE_UP_NS) {
        return give_up(q, "it cannot be opened again");
    }
    return try_later(q, REPAIR_REOPEN_NS);
}

int vnic__wintap_repair_locked(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    switch (tq->state) {
    case WINTAP_FINE:
        return 0;
    case WINTAP_PAUSED:
        return VNIC_EAGAIN;
    case WINTAP_GONE:
        return VNIC_ECLOSED;
    default:
        break;
    }
    if (vnic__now_ns() < tq->retry_ns) {
        return VNIC_EAGAIN;
    }
    if (tq->file != NULL && tq->last_error == ERROR_OPERATION_ABORTED &&
        tq->tries <= REPAIR_ASK_AGAIN) {
        return ask_again(q);
    }
    return open_anew(q);
}

/* ---- Restarts ----------------------------------------------------------------------------------- */

void vnic__wintap_pause(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    vnic__mutex_lock(&tq->lock);
    vnic__wintap_drop_file_locked(q);
    if (tq->state != WINTAP_GONE) {
        tq->state = WINTAP_PAUSED;
    }
    vnic__mutex_unlock(&tq->lock);
}

void vnic__wintap_resume(struct vnic *q, HANDLE file)
{
    struct wintap_queue *tq = wintap_queue_of(q);

    vnic__mutex_lock(&tq->lock);
    tq->tries = 0;
    tq->last_error = ERROR_FILE_NOT_FOUND;
    if (tq->state != WINTAP_PAUSED || file == NULL) {
        if (file != NULL) {
            vnic__sys_close_device(file);
        }
        (void)give_up(q, "it did not come back after a restart");
    } else {
        tq->file = file;
        (void)recovered(q);
        vnic__wintap_fill_locked(q);
    }
    vnic__wintap_tell_locked(q);
    vnic__mutex_unlock(&tq->lock);
}
