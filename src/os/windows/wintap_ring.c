/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlapped operations and their buffers. While one is in flight the system writes into its OVERLAPPED
 * and its buffer, whatever becomes of the file or of the thread that asked; so they are given back
 * only when the system has said that it is done with them.
 */
#include "win_sys_file.h"

#include "core/alloc.h"
#include "core/os.h"
#include "vnic/error.h"
#include "win_error.h"
#include "win_sys.h"
#include "win_sys_module.h"
#include "wintap.h"

#define RING_LOOK_MS 10u

int vnic__wintap_ring_begin(struct wintap_ring *ring)
{
    size_t head = WINTAP_OPS * sizeof(struct wintap_op);
    uint8_t *block = vnic__alloc(head + (size_t)WINTAP_OPS * WINTAP_BUFFER_SIZE);

    if (block == NULL) {
        return VNIC_ENOMEM;
    }
    ring->event = vnic__sys_create_event(FALSE, FALSE);
    if (ring->event == NULL) {
        int code = vnic__win_code(GetLastError(), NULL);

        vnic__free(block);
        return code;
    }
    ring->ops = (struct wintap_op *)block;
    for (uint32_t i = 0; i < WINTAP_OPS; i++) {
        ring->ops[i].buf = block + head + (size_t)i * WINTAP_BUFFER_SIZE;
    }
    return 0;
}

void vnic__wintap_ring_end(struct wintap_ring *ring)
{
    if (ring->event != NULL) {
        (void)vnic__sys_close_handle(ring->event);
        ring->event = NULL;
    }
    vnic__free(ring->ops);
    ring->ops = NULL;
}

/* What both directions do after asking: the operation counts unless the system refused it at once. */
static uint32_t note_asked(struct wintap_ring *ring, int asked)
{
    uint32_t os_code = asked ? 0 : GetLastError();

    /* A frame that is longer than the buffer is a result like others, for whoever looks at it. */
    if (os_code == ERROR_IO_PENDING || os_code == ERROR_MORE_DATA) {
        os_code = 0;
    }
    if (os_code == 0) {
        ring->n++;
    }
    return os_code;
}

static OVERLAPPED *prepare_next(struct wintap_ring *ring)
{
    struct wintap_op *op = wintap_next_free(ring);
    const OVERLAPPED fresh = {.hEvent = ring->event};

    op->overlapped = fresh;
    op->thread = vnic__sys_thread_id();
    return &op->overlapped;
}

uint32_t vnic__wintap_ring_read(struct wintap_ring *ring, HANDLE file)
{
    OVERLAPPED *overlapped = prepare_next(ring);

    return note_asked(ring, vnic__sys_read_device(file, wintap_next_free(ring)->buf,
                                                  WINTAP_BUFFER_SIZE, overlapped));
}

uint32_t vnic__wintap_ring_write(struct wintap_ring *ring, HANDLE file, uint32_t len)
{
    OVERLAPPED *overlapped = prepare_next(ring);

    return note_asked(ring,
                      vnic__sys_write_device(file, wintap_next_free(ring)->buf, len, overlapped));
}

uint32_t vnic__wintap_ring_peek(struct wintap_ring *ring, HANDLE file, uint32_t *ret_len)
{
    DWORD len = 0;

    *ret_len = 0;
    if (ring->n == 0) {
        return ERROR_IO_INCOMPLETE;
    }
    if (!vnic__sys_overlapped_result(file, &wintap_oldest(ring)->overlapped, &len)) {
        return GetLastError();
    }
    *ret_len = len;
    return 0;
}

void vnic__wintap_ring_pop(struct wintap_ring *ring)
{
    ring->first++;
    ring->n--;
}

/* What is done meanwhile, packets that came too, is dropped: the device is being closed. */
int vnic__wintap_ring_await(struct wintap_ring *ring, int64_t deadline_ns)
{
    while (ring->n > 0) {
        if (HasOverlappedIoCompleted(&wintap_oldest(ring)->overlapped)) {
            vnic__wintap_ring_pop(ring);
        } else if (vnic__now_ns() < deadline_ns) {
            /* One event stands for all operations: it says only that it is worth looking. */
            (void)vnic__sys_wait_any(1, &ring->event, RING_LOOK_MS);
        } else {
            return VNIC_EBUSY;
        }
    }
    return 0;
}
