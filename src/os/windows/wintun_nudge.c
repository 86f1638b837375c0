/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets that the driver sleeps through, and what is sent in place of a packet that is taken back.
 *
 * Up to 0.14.1 a packet that is sent just when the driver goes to sleep may leave it asleep: neither
 * WintunSendPacket() nor the driver's thread has a barrier between telling the other side and looking at
 * what that tells (ec0a6b9 of Wintun's source, after 0.14.1, puts them in). The packet lies in the ring
 * until the next one is sent, which may be seconds: until the sender's TCP sends it again.
 *
 * Nothing outside the DLL can set the driver's event but another packet. So when nothing was sent for a
 * while, and the last packet was not a nudge already, one goes out that every stack drops. Nobody has a thread
 * for this: calls that find nothing to receive do it, calls that wait, which look every WIN_WATCH_LOOK_MS,
 * and the thread behind a wait handle.
 */
#include <string.h>

#include "win_sys.h"
#include "wintun.h"

/* How long nothing must have been sent; a fifth of a second passes with the looks of those who wait. */
#define WINTUN_NUDGE_NS 50000000

/* Nothing but IP may get to the driver. So this is a header with a wrong checksum, which every host
 * discards silently (RFC 1122 section 3.2.1.2), and to nobody. */
static const uint8_t wintun_filler[WINTUN_FILLER_LEN] = {0x45, 0, 0,  WINTUN_FILLER_LEN, 0, 0, 0,
                                                         0,    0, 255};

void vnic__wintun_fill(uint8_t *packet)
{
    memcpy(packet, wintun_filler, sizeof wintun_filler);
}

/* The first version after 0.14.1 is taken to have the barriers; a file that tells none, not to. */
int vnic__wintun_loses_wakeups(const struct wintun_library *library)
{
    const uint32_t *v = library->file_version;

    return v[0] == 0 && (v[1] < 14 || (v[1] == 14 && v[2] <= 1));
}

/* Sends it, unless something else was sent meanwhile. */
static void wintun_nudge(struct wintun_queue *wq, uint32_t sent, int64_t now)
{
    BYTE *packet = NULL;

    win_gate_enter(&wq->send_gate);
    if (atomic_load_explicit(&wq->sent, memory_order_relaxed) == sent &&
        atomic_load_explicit(&wq->is_open, memory_order_relaxed)) {
        packet = vnic__sys_wintun_allocate(wq->table, wq->session, WINTUN_FILLER_LEN);
    }
    if (packet != NULL) {
        vnic__wintun_fill(packet);
        vnic__sys_wintun_send(wq->table, wq->session, packet);
        wq->nudged = sent;
    }
    win_gate_leave(&wq->send_gate);
    wq->noticed_at = now; /* a ring without room is tried again after a while */
}

void vnic__wintun_nudge(struct wintun_queue *wq)
{
    uint32_t sent = atomic_load_explicit(&wq->sent, memory_order_relaxed);
    int64_t now;

    if (sent == wq->nudged) {
        return;
    }
    now = vnic__now_ns();
    if (sent != wq->noticed) {
        wq->noticed = sent;
        wq->noticed_at = now;
    } else if (now - wq->noticed_at >= WINTUN_NUDGE_NS) {
        wintun_nudge(wq, sent, now);
    }
}
