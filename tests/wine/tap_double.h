/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the test TAP driver: what TAP-Windows6 9.27 does, as far as a program can see it, over a Linux
 * TAP. Wine's driver host loads it when tap_double.inf is installed for a device, as Windows would.
 *
 * tap_double.c        the driver and its adapters: plug and play, the registry, the device's name
 * tap_double_io.c     reads that wait, writes, the queue of frames, the thread that reads from Linux
 * tap_double_ioctl.c  control requests; point-to-point ("TUN") mode
 *
 * The rules are those of OpenVPN/tap-windows6 at release 9.27.0 (src/device.c, src/txpath.c, src/rxpath.c),
 * each named where it is followed. This code is our own.
 */
#ifndef VNIC_TESTS_TAP_DOUBLE_H
#define VNIC_TESTS_TAP_DOUBLE_H

#include <ntddk.h>

#include <stdint.h>

#include "double_ifname.h"
#include "linux_calls.h"

#define TAP_VERSION_MAJOR 9
#define TAP_VERSION_MINOR 27
#define TAP_FRAME_MAX 65568
#define TAP_ETH_HEADER 14
/* Frames that wait for a read; more are dropped. The driver itself sets no limit (src/mem.c). */
#define TAP_QUEUE_MAX 4096

struct tap_frame {
    LIST_ENTRY entry;
    uint32_t len;
    uint8_t data[];
};

/* An adapter. Everything but what is set once at the start is guarded by the lock. */
struct tap_adapter {
    DEVICE_OBJECT *below;   /* the next device of the stack */
    DEVICE_OBJECT *pdo;     /* the bus's device, which names the registry keys */
    DEVICE_OBJECT *control; /* \Device\{GUID}.tap; NULL: not started */
    UNICODE_STRING link;
    WCHAR guid[40]; /* "{…}" */
    char ifname[DOUBLE_IFNAME_SIZE];
    int ifindex;
    int tap;     /* the Linux descriptor; -1: none */
    int stop_fd; /* ends the thread */
    void *thread;
    uint8_t mac[6];
    uint32_t mtu;

    KSPIN_LOCK lock;
    LIST_ENTRY reads;  /* IRPs that wait for a frame */
    LIST_ENTRY frames; /* frames that wait for an IRP */
    uint32_t n_frames;
    uint32_t gone;       /* 1: the interface was deleted, or the adapter is going */
    uint32_t connected;  /* media status */
    FILE_OBJECT *user;   /* who has it open: one at a time */
    uint32_t tun;        /* 1: point-to-point mode */
    uint8_t local[4];    /* of that mode: the adapter's address, */
    uint8_t network[4];  /* the network behind it, */
    uint8_t mask[4];     /* and its mask */
    uint8_t tun_peer[6]; /* the MAC that stands for everything behind the adapter */
};

/* What a device object is: an adapter in its stack, or its named device. Both point to the adapter. */
struct tap_extension {
    struct tap_adapter *adapter;
    uint32_t is_control;
};

static inline struct tap_adapter *tap_adapter_of(DEVICE_OBJECT *device)
{
    return ((struct tap_extension *)device->DeviceExtension)->adapter;
}

static inline NTSTATUS tap_done(IRP *irp, NTSTATUS status, ULONG_PTR information)
{
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/* ---- tap_double_io.c ---------------------------------------------------------------------------- */

NTSTATUS NTAPI tap_read(DEVICE_OBJECT *device, IRP *irp);
NTSTATUS NTAPI tap_write(DEVICE_OBJECT *device, IRP *irp);
/* Ends all waiting reads with STATUS_CANCELLED and forgets all frames. */
void tap_flush(struct tap_adapter *a);
/* A frame for the program: to a waiting read, or into the queue. */
void tap_deliver(struct tap_adapter *a, const uint8_t *data, uint32_t len);
int tap_start_thread(struct tap_adapter *a);
void tap_stop_thread(struct tap_adapter *a);

/* ---- tap_double_ioctl.c ------------------------------------------------------------------------- */

NTSTATUS NTAPI tap_control(DEVICE_OBJECT *device, IRP *irp);
/* Connects or disconnects the medium. */
void tap_set_media(struct tap_adapter *a, uint32_t connected);
/* Point-to-point mode: what becomes of a frame from Linux. Returns 1 when it has been dealt with. */
int tap_tun_takes(struct tap_adapter *a, const uint8_t *frame, uint32_t len);

#endif
