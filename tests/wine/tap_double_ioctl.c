/* SPDX-License-Identifier: Apache-2.0 */
/* The test TAP driver: control requests, and what point-to-point mode answers itself. */
#include "tap_double.h"

/* src/tap-windows.h */
#define TAP_REQUEST(n) CTL_CODE(FILE_DEVICE_UNKNOWN, (n), METHOD_BUFFERED, FILE_ANY_ACCESS)
#define TAP_GET_MAC TAP_REQUEST(1)
#define TAP_GET_VERSION TAP_REQUEST(2)
#define TAP_GET_MTU TAP_REQUEST(3)
#define TAP_POINT_TO_POINT TAP_REQUEST(5)
#define TAP_SET_MEDIA_STATUS TAP_REQUEST(6)
#define TAP_CONFIG_TUN TAP_REQUEST(10)
#define TAP_PRIORITY_BEHAVIOR TAP_REQUEST(11)

void tap_set_media(struct tap_adapter *a, uint32_t connected)
{
    a->connected = connected;
    (void)lx_if_set_up(a->ifname, connected != 0);
    if (!connected) {
        /* A read that waits does not outlive the medium (src/device.c, src/txpath.c). */
        tap_flush(a);
    }
}

/* src/device.c: the network must be one that the mask makes. */
static NTSTATUS tap_config_tun(struct tap_adapter *a, const uint8_t *addresses)
{
    for (int i = 0; i < 4; i++) {
        if ((addresses[4 + i] & addresses[8 + i]) != addresses[4 + i]) {
            return STATUS_INVALID_PARAMETER;
        }
    }
    RtlCopyMemory(a->local, addresses, 4);
    RtlCopyMemory(a->network, addresses + 4, 4);
    RtlCopyMemory(a->mask, addresses + 8, 4);
    /* src/macinfo.c GenerateRelatedMAC(). */
    RtlCopyMemory(a->tun_peer, a->mac, 6);
    a->tun_peer[2]++;
    a->tun = 1;
    return STATUS_SUCCESS;
}

/* Fills an answer of `len` bytes, if there is room for it. */
static NTSTATUS tap_tell(IRP *irp, ULONG room, const void *answer, uint32_t len)
{
    if (room < len) {
        return tap_done(irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    RtlCopyMemory(irp->AssociatedIrp.SystemBuffer, answer, len);
    return tap_done(irp, STATUS_SUCCESS, len);
}

static NTSTATUS tap_request(struct tap_adapter *a, IRP *irp, ULONG code, ULONG in, ULONG out)
{
    static const uint32_t version[3] = {TAP_VERSION_MAJOR, TAP_VERSION_MINOR, 0};
    uint8_t *data = irp->AssociatedIrp.SystemBuffer;
    uint8_t peer[12];
    NTSTATUS rc;

    switch (code) {
    case TAP_GET_MAC:
        return tap_tell(irp, out, a->mac, sizeof a->mac);
    case TAP_GET_VERSION:
        return tap_tell(irp, out, version, sizeof version);
    case TAP_GET_MTU:
        return tap_tell(irp, out, &a->mtu, sizeof a->mtu);
    case TAP_SET_MEDIA_STATUS:
        if (in < 4) {
            return tap_done(irp, STATUS_INVALID_PARAMETER, 0);
        }
        tap_set_media(a, data[0] != 0);
        return tap_done(irp, STATUS_SUCCESS, 1);
    case TAP_POINT_TO_POINT:
    case TAP_CONFIG_TUN:
        if (in < (code == TAP_CONFIG_TUN ? 12u : 8u)) {
            return tap_done(irp, STATUS_INVALID_PARAMETER, 0);
        }
        RtlFillMemory(peer, sizeof peer, 0xFF);
        RtlCopyMemory(peer, data, code == TAP_CONFIG_TUN ? 12 : 8);
        rc = tap_config_tun(a, peer);
        return tap_done(irp, rc, rc == STATUS_SUCCESS);
    case TAP_PRIORITY_BEHAVIOR:
        rc = in < 4 || data[0] > 2 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
        return tap_done(irp, rc, rc == STATUS_SUCCESS);
    default:
        return tap_done(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

NTSTATUS NTAPI tap_control(DEVICE_OBJECT *device, IRP *irp)
{
    struct tap_adapter *a = tap_adapter_of(device);
    IO_STACK_LOCATION *at = IoGetCurrentIrpStackLocation(irp);

    /* Windows refuses a second user when it opens the device; Wine 8 cannot, so it is refused here. */
    if (a->user != at->FileObject) {
        return tap_done(irp, STATUS_UNSUCCESSFUL, 0);
    }
    return tap_request(a, irp, at->Parameters.DeviceIoControl.IoControlCode,
                       at->Parameters.DeviceIoControl.InputBufferLength,
                       at->Parameters.DeviceIoControl.OutputBufferLength);
}

/* ---- Point-to-point mode ------------------------------------------------------------------------ */

static int tap_same(const uint8_t *a, const uint8_t *b, uint32_t len)
{
    return RtlCompareMemory(a, b, len) == len;
}

/* An ARP request for somebody in the network behind the adapter is answered by the driver itself
 * (src/txpath.c ProcessARP()). */
static void tap_answer_arp(struct tap_adapter *a, const uint8_t *frame)
{
    uint8_t answer[42];
    const uint8_t *wanted = frame + 38;

    if (frame[20] != 0 || frame[21] != 1 || tap_same(wanted, a->local, 4)) {
        return;
    }
    for (int i = 0; i < 4; i++) {
        if ((wanted[i] & a->mask[i]) != a->network[i]) {
            return;
        }
    }
    RtlCopyMemory(answer, frame + 6, 6);
    RtlCopyMemory(answer + 6, a->tun_peer, 6);
    RtlCopyMemory(answer + 12, frame + 12, 8);
    answer[20] = 0;
    answer[21] = 2;
    RtlCopyMemory(answer + 22, a->tun_peer, 6);
    RtlCopyMemory(answer + 28, wanted, 4);
    RtlCopyMemory(answer + 32, frame + 22, 10);
    (void)lx_write(a->tap, answer, sizeof answer);
}

int tap_tun_takes(struct tap_adapter *a, const uint8_t *frame, uint32_t len)
{
    uint32_t type = (uint32_t)frame[12] << 8 | frame[13];

    if (type == 0x0806 && len >= 42) {
        tap_answer_arp(a, frame);
        return 1;
    }
    /* Only packets for what is behind the adapter reach the program. */
    return !((type == LX_ETH_P_IP || type == LX_ETH_P_IPV6) && tap_same(frame, a->tun_peer, 6));
}
