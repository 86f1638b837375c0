/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets where they lie in the rings.
 *
 * Received ones are given back from any thread and in any order: the DLL notes which are back. One to be
 * sent has its place in the ring from its reservation on; it cannot be shortened or taken back, and what
 * is reserved later leaves later.
 */
#include "win_sys.h"
#include "wintun.h"

int vnic__wintun_reserve(struct vnic *q, struct vnic__view *ret_views, const uint32_t *lens, int n)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    int count = 0, rc = 0;
    uint8_t *packet;

    win_gate_enter(&wq->send_gate);
    while (count < n) {
        rc = lens[count] < WINTUN_EXACT_MIN ? VNIC_ENOBUFS
                                            : vnic__wintun_allocate(wq, lens[count], &packet);
        if (rc < 0) {
            break;
        }
        ret_views[count] = (struct vnic__view){
            .data = packet, .len = lens[count], .cap = lens[count], .token = (uintptr_t)packet};
        count++;
    }
    (void)atomic_fetch_add_explicit(&wq->out, (uint32_t)count, memory_order_relaxed);
    win_gate_leave(&wq->send_gate);
    return count > 0 ? count : rc;
}

int vnic__wintun_commit(struct vnic *q, const uintptr_t *tokens, int n)
{
    struct wintun_queue *wq = wintun_queue_of(q);
    int count = 0;
    int rc = VNIC_EINVAL;

    win_gate_enter(&wq->send_gate);
    if (atomic_load_explicit(&wq->gone, memory_order_relaxed)) {
        rc = VNIC_ECLOSED;
    } else if (!atomic_load_explicit(&wq->is_open, memory_order_relaxed)) {
        rc = VNIC_EDOWN;
    }
    while (rc == VNIC_EINVAL && count < n &&
           wintun_is_ip(*(const uint8_t *)tokens[count], WINTUN_EXACT_MIN)) {
        vnic__sys_wintun_send(wq->table, wq->session, (const BYTE *)tokens[count]);
        count++;
    }
    wintun_note_sent(wq);
    win_gate_leave(&wq->send_gate);
    if (count > 0) {
        vnic__wintun_back(q, (uint32_t)count);
        return count;
    }
    return rc;
}

/* The ring takes nothing back, so something goes out that every stack drops. */
void vnic__wintun_cancel(struct vnic *q, const uintptr_t *tokens, int n)
{
    struct wintun_queue *wq = wintun_queue_of(q);

    win_gate_enter(&wq->send_gate);
    for (int i = 0; i < n; i++) {
        uint8_t *packet = (uint8_t *)tokens[i];

        vnic__wintun_fill(packet);
        vnic__sys_wintun_send(wq->table, wq->session, packet);
    }
    wintun_note_sent(wq);
    win_gate_leave(&wq->send_gate);
    vnic__wintun_back(q, (uint32_t)n);
}
