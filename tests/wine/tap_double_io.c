/* SPDX-License-Identifier: Apache-2.0 */
/* The test TAP driver: packets. See tap_double.h. */
#include "tap_double.h"

/* ntifs.h, which mingw's ntddk.h does not bring. */
NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE handle, BOOLEAN alertable, LARGE_INTEGER *timeout);

#define TAP_TAG 0x63696e76 /* "vnic" */

/* ---- Towards the program ------------------------------------------------------------------------ */

/* One frame for one read: too little room is an error and the frame is lost (src/txpath.c). */
static void tap_answer(IRP *irp, const uint8_t *data, uint32_t len)
{
    IO_STACK_LOCATION *at = IoGetCurrentIrpStackLocation(irp);

    if (at->Parameters.Read.Length < len) {
        (void)tap_done(irp, STATUS_BUFFER_OVERFLOW, 0);
        return;
    }
    RtlCopyMemory(irp->AssociatedIrp.SystemBuffer, data, len);
    (void)tap_done(irp, STATUS_SUCCESS, len);
}

/* The oldest waiting read that nobody cancels, or NULL. With the lock. */
static IRP *tap_take_read(struct tap_adapter *a)
{
    while (!IsListEmpty(&a->reads)) {
        LIST_ENTRY *entry = RemoveHeadList(&a->reads);
        IRP *irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);

        /* Its cancel routine is running: that one ends it, and finds an entry that it can take out. */
        InitializeListHead(entry);
        if (IoSetCancelRoutine(irp, NULL) != NULL) {
            return irp;
        }
    }
    return NULL;
}

static void NTAPI tap_cancel(DEVICE_OBJECT *device, IRP *irp)
{
    struct tap_adapter *a = tap_adapter_of(device);
    KIRQL old;

    IoReleaseCancelSpinLock(irp->CancelIrql);
    KeAcquireSpinLock(&a->lock, &old);
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&a->lock, old);
    (void)tap_done(irp, STATUS_CANCELLED, 0);
}

void tap_deliver(struct tap_adapter *a, const uint8_t *data, uint32_t len)
{
    struct tap_frame *frame;
    KIRQL old;
    IRP *irp;

    KeAcquireSpinLock(&a->lock, &old);
    irp = a->user != NULL && a->connected ? tap_take_read(a) : NULL;
    if (irp == NULL && a->user != NULL && a->connected && a->n_frames < TAP_QUEUE_MAX) {
        frame = ExAllocatePoolWithTag(NonPagedPool, sizeof *frame + len, TAP_TAG);
        if (frame != NULL) {
            frame->len = len;
            RtlCopyMemory(frame->data, data, len);
            InsertTailList(&a->frames, &frame->entry);
            a->n_frames++;
        }
    }
    KeReleaseSpinLock(&a->lock, old);
    if (irp != NULL) {
        tap_answer(irp, data, len);
    }
}

/* The oldest frame, or NULL. With the lock. */
static struct tap_frame *tap_take_frame(struct tap_adapter *a)
{
    if (IsListEmpty(&a->frames)) {
        return NULL;
    }
    a->n_frames--;
    return CONTAINING_RECORD(RemoveHeadList(&a->frames), struct tap_frame, entry);
}

NTSTATUS NTAPI tap_read(DEVICE_OBJECT *device, IRP *irp)
{
    struct tap_adapter *a = tap_adapter_of(device);
    FILE_OBJECT *file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    struct tap_frame *frame = NULL;
    KIRQL old;

    KeAcquireSpinLock(&a->lock, &old);
    /* Not ready is cancelled (src/txpath.c TapDeviceRead()). */
    if (a->gone || !a->connected || a->user != file) {
        KeReleaseSpinLock(&a->lock, old);
        return tap_done(irp, STATUS_CANCELLED, 0);
    }
    frame = tap_take_frame(a);
    if (frame == NULL) {
        IoMarkIrpPending(irp);
        InsertTailList(&a->reads, &irp->Tail.Overlay.ListEntry);
        (void)IoSetCancelRoutine(irp, tap_cancel);
    }
    KeReleaseSpinLock(&a->lock, old);
    if (frame != NULL) {
        IoMarkIrpPending(irp);
        tap_answer(irp, frame->data, frame->len);
        ExFreePoolWithTag(frame, TAP_TAG);
    }
    return STATUS_PENDING;
}

void tap_flush(struct tap_adapter *a)
{
    struct tap_frame *frame;
    KIRQL old;
    IRP *irp;

    do {
        KeAcquireSpinLock(&a->lock, &old);
        irp = tap_take_read(a);
        frame = tap_take_frame(a);
        KeReleaseSpinLock(&a->lock, old);
        if (irp != NULL) {
            (void)tap_done(irp, STATUS_CANCELLED, 0);
        }
        if (frame != NULL) {
            ExFreePoolWithTag(frame, TAP_TAG);
        }
    } while (irp != NULL || frame != NULL);
}

/* ---- Towards Linux ------------------------------------------------------------------------------ */

/* In point-to-point mode the driver puts an Ethernet header before the packet (src/rxpath.c). */
static intptr_t tap_write_tun(struct tap_adapter *a, const uint8_t *data, uint32_t len)
{
    uint8_t *frame = ExAllocatePoolWithTag(NonPagedPool, TAP_ETH_HEADER + len, TAP_TAG);
    intptr_t put;

    if (frame == NULL) {
        return -1;
    }
    RtlCopyMemory(frame, a->mac, 6);
    RtlCopyMemory(frame + 6, a->tun_peer, 6);
    frame[12] = data[0] >> 4 == 6 ? 0x86 : 0x08;
    frame[13] = data[0] >> 4 == 6 ? 0xDD : 0x00;
    RtlCopyMemory(frame + TAP_ETH_HEADER, data, len);
    put = lx_write(a->tap, frame, TAP_ETH_HEADER + len);
    ExFreePoolWithTag(frame, TAP_TAG);
    return put;
}

NTSTATUS NTAPI tap_write(DEVICE_OBJECT *device, IRP *irp)
{
    struct tap_adapter *a = tap_adapter_of(device);
    IO_STACK_LOCATION *at = IoGetCurrentIrpStackLocation(irp);
    uint32_t len = at->Parameters.Write.Length;
    const uint8_t *data = irp->AssociatedIrp.SystemBuffer;
    intptr_t put;

    if (a->gone || !a->connected || a->user != at->FileObject) {
        return tap_done(irp, STATUS_CANCELLED, 0);
    }
    /* The shortest that are taken (src/rxpath.c TapDeviceWrite()). */
    if (len < (a->tun ? 20u : TAP_ETH_HEADER)) {
        return tap_done(irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    put = a->tun ? tap_write_tun(a, data, len) : lx_write(a->tap, data, len);
    if (put == -LX_EBADFD) {
        return tap_done(irp, STATUS_CANCELLED, 0);
    }
    /* What the system does not want is taken all the same, as a frame on a wire is. */
    return tap_done(irp, STATUS_SUCCESS, len);
}

/* ---- From Linux --------------------------------------------------------------------------------- */

static void NTAPI tap_thread(void *arg)
{
    struct tap_adapter *a = arg;
    uint8_t *frame = ExAllocatePoolWithTag(NonPagedPool, TAP_FRAME_MAX, TAP_TAG);

    while (frame != NULL) {
        struct lx_pollfd fds[2] = {{a->tap, LX_POLLIN, 0}, {a->stop_fd, LX_POLLIN, 0}};
        intptr_t got = lx_read(a->tap, frame, TAP_FRAME_MAX);

        if (got > 0) {
            if (!a->tun) {
                tap_deliver(a, frame, (uint32_t)got);
            } else if (got > TAP_ETH_HEADER && !tap_tun_takes(a, frame, (uint32_t)got)) {
                tap_deliver(a, frame + TAP_ETH_HEADER, (uint32_t)got - TAP_ETH_HEADER);
            }
        } else if (got != -LX_EAGAIN && got != -LX_EINTR) {
            break;
        } else if (lx_poll(fds, 2, -1) > 0 && fds[1].revents != 0) {
            break;
        }
    }
    a->gone = 1;
    tap_flush(a);
    if (frame != NULL) {
        ExFreePoolWithTag(frame, TAP_TAG);
    }
    (void)PsTerminateSystemThread(STATUS_SUCCESS);
}

int tap_start_thread(struct tap_adapter *a)
{
    HANDLE handle;
    NTSTATUS rc = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, tap_thread, a);

    if (rc != STATUS_SUCCESS) {
        return 0;
    }
    a->thread = handle;
    return 1;
}

void tap_stop_thread(struct tap_adapter *a)
{
    uint64_t one = 1;

    if (a->thread != NULL) {
        (void)lx_write(a->stop_fd, &one, sizeof one);
        (void)ZwWaitForSingleObject(a->thread, FALSE, NULL);
        (void)ZwClose(a->thread);
        a->thread = NULL;
    }
}
