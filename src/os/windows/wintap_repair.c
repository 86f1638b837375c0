/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do when the driver refuses an operation.
 *
 * ERROR_OPERATION_ABORTED has several causes that look alike: the machine goes to sleep or wakes up (the
 * driver refuses everything until it has power, and keeps what is pending: src/adapter.c
 * tapAdapterReadAndWriteReady()); somebody unplugged the medium; the adapter was stopped, removed or
 * started anew behind our back. (The end of the thread that asked is none of them: see
 * take_failed_read_locked().) So the driver is asked again, at once at first, then with the medium plugged
 * in anew; the name of the device tells meanwhile whether it is still ours. Only when that has not helped
 * for a while is the device opened anew, because that unplugs the medium and loses packets. A device whose
 * name is gone was removed or disabled, and that is the end. Anything else that the driver says goes
 * straight to opening anew, but not again and again.
 *
 * Nothing here waits: until it is time for the next attempt packet calls say VNIC_EAGAIN, and waiting
 * calls wait no longer than that.
 */
#include "win_error.h"
#include "win_sys.h"
#include "win_sys_file.h"
#include "wintap.h"

#define REPAIR_PAUSE_NS 20000000
/* Attempts in a row to open a device that somebody else seems to have: five seconds. Not a time, which goes
 * on while the machine sleeps. */
#define REPAIR_GIVE_UP 25u
/* How long the driver is asked again, and how long a device that was opened anew is given. */
#define REPAIR_PATIENCE_NS 2000000000
#define REPAIR_REOPEN_NS 200000000
/* Refusals that are further apart than this have nothing to do with each other. */
#define REPAIR_FORGET_NS 1000000000
/* How often a device that is down is looked for. */
#define REPAIR_PROBE_NS 200000000

/* An ended thread whose number another one has got may have taken all reads with it. */
#define REPAIR_AT_ONCE WINTAP_OPS

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
    if (tq->state == WINTAP_FINE && (tq->tries == 0 || now - tq->refused_ns > REPAIR_FORGET_NS)) {
        tq->trouble_ns = now;
        tq->tries = 0;
    }
    tq->refused_ns = now;
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

/* ---- Looking at the name ------------------------------------------------------------------------ */

#define LOOK_OURS 0
#define LOOK_GONE 1
#define LOOK_ANOTHER 2 /* a device that is not the one we have open has the name now */

/*
 * Where the device's name leads. The driver lets nobody open a device that we have open (src/device.c
 * TapDeviceCreate()), so the refusal says that it is there and ours. One that is opened all the same and
 * answers belongs to an adapter that was started anew; it is kept in *ret_file.
 */
static int look_for_device(struct vnic *q, HANDLE *ret_file)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t version[3];
    struct vnic_error why;
    int rc = vnic__wintap_device_open(&wintap_iface_of(q)->adapter, 0, ret_file, &why);

    if (rc < 0) {
        if (rc == VNIC_ENODRIVER) {
            tq->last_error = (uint32_t)why.os_code;
        }
        return rc == VNIC_ENODRIVER ? LOOK_GONE : LOOK_OURS;
    }
    if (vnic__wintap_control(*ret_file, WINTAP_GET_VERSION, NULL, 0, version, sizeof version) ==
        0) {
        return LOOK_ANOTHER;
    }
    vnic__sys_close_device(*ret_file);
    return LOOK_OURS;
}

/* The device is there, and ours again. */
static int take_device(struct vnic *q, HANDLE file)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    uint32_t os_code = vnic__wintap_device_setup(q, file);
    int64_t now = vnic__now_ns();

    tq->tries = 1;
    if (os_code != 0) {
        vnic__sys_close_device(file);
        tq->state = WINTAP_TROUBLE;
        tq->last_error = os_code;
        return try_later(q, REPAIR_REOPEN_NS);
    }
    tq->file = file;
    tq->failed_opens = 0;
    tq->trouble_ns = now;
    tq->reopen_ns = now + REPAIR_PATIENCE_NS;
    vnic__log(q->iface, VNIC_LOG_INFO, "the TAP device was opened anew");
    return recovered(q);
}

static int lose_device(struct vnic *q, const char *why)
{
    vnic__wintap_drop_file_locked(q);
    return give_up(q, why);
}

/* Lets go of the device that we have. 0, or VNIC_ECLOSED. */
static int let_go(struct vnic *q)
{
    vnic__wintap_drop_file_locked(q);
    return wintap_queue_of(q)->state == WINTAP_GONE
               ? give_up(q, "it does not let go of our buffers")
               : 0;
}

/* Acts on what the name says: VNIC_ECLOSED, what became of taking another device, or 0: it is ours. */
static int follow_name(struct vnic *q)
{
    HANDLE file = NULL;
    int found = look_for_device(q, &file);

    if (found == LOOK_GONE) {
        return lose_device(q, "the adapter was removed or disabled");
    }
    if (found == LOOK_OURS) {
        return 0;
    }
    if (let_go(q) < 0) {
        vnic__sys_close_device(file);
        return VNIC_ECLOSED;
    }
    return take_device(q, file);
}

static int open_anew(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    struct vnic_error why;
    HANDLE file = NULL;
    int rc = let_go(q);

    if (rc < 0) {
        return rc;
    }
    rc = vnic__wintap_device_open(&wintap_iface_of(q)->adapter, 0, &file, &why);
    if (rc == 0) {
        return take_device(q, file);
    }
    tq->last_error = (uint32_t)why.os_code;
    if (rc == VNIC_ENODRIVER) {
        return give_up(q, "the adapter was removed or disabled");
    }
    if (++tq->failed_opens >= REPAIR_GIVE_UP) {
        return give_up(q, "it cannot be opened again");
    }
    return try_later(q, REPAIR_REOPEN_NS);
}

void vnic__wintap_probe_locked(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    int64_t now;

    /* Whatever is in flight ends with the adapter. */
    if (atomic_load(&win_iface_of(q)->up) || tq->state != WINTAP_FINE || tq->rx.n > 0) {
        return;
    }
    now = vnic__now_ns();
    if (now >= tq->probe_ns) {
        tq->probe_ns = now + REPAIR_PROBE_NS;
        (void)follow_name(q);
    }
}

/* ---- Repairing ---------------------------------------------------------------------------------- */

/* What passes by itself, most of the time. */
static int is_passing(uint32_t os_code)
{
    return os_code == ERROR_OPERATION_ABORTED || vnic__win_code(os_code, NULL) == VNIC_ENOMEM;
}

static int repair_open_device(struct vnic *q)
{
    struct wintap_queue *tq = wintap_queue_of(q);
    int64_t now = vnic__now_ns();

    if (tq->tries > REPAIR_AT_ONCE || !is_passing(tq->last_error)) {
        HANDLE before = tq->file;
        int rc = follow_name(q);

        if (rc < 0 || tq->file != before) {
            return rc;
        }
    }
    if (is_passing(tq->last_error) && now - tq->trouble_ns <= REPAIR_PATIENCE_NS) {
        return ask_again(q);
    }
    return now < tq->reopen_ns ? try_later(q, REPAIR_PAUSE_NS) : open_anew(q);
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
    return tq->file != NULL ? repair_open_device(q) : open_anew(q);
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
