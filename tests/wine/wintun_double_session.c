/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of the test wintun.dll: two rings, lent packets, and two threads that do the driver's part.
 * The names are Wintun's: it sends to us, it receives from us.
 */
#include "wintun_double.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <wchar.h>

#define RING_MIN 0x20000u
#define RING_MAX 0x4000000u
#define PACKET_MAX 0xFFFFu
#define PACKET_HEAD ((uint32_t)sizeof(uint32_t))
/* In a packet's length: released by the program, or, when sending, not yet sent by it. */
#define PACKET_RELEASE 0x80000000u
#define RING_ENDED 0xFFFFFFFFu

struct double_ring {
    _Atomic uint32_t head;
    _Atomic uint32_t tail;
    _Atomic int32_t alertable;
    uint8_t data[];
};

/* One ring as its user sees it: what is lent stands between `mine` and `back`. */
struct double_side {
    struct double_ring *ring;
    HANDLE moved; /* auto-reset: the tail has moved */
    uint32_t mine;
    uint32_t back;
    uint32_t lent;
    CRITICAL_SECTION lock;
};

struct double_session {
    uint32_t capacity;
    struct double_side from_kernel;
    struct double_side to_kernel;
    int ifindex;
    int queue;     /* the TUN's queue of this session */
    int stop_fd;   /* ends the reading thread */
    HANDLE stop;   /* ends the writing thread */
    HANDLE single; /* exists while an adapter has a session */
    HANDLE reader;
    HANDLE writer;
    uint8_t packet[PACKET_MAX + 1];
};

static uint32_t ring_room(uint32_t size)
{
    return (PACKET_HEAD + size + 3u) & ~3u;
}

static uint32_t *ring_packet(struct double_ring *ring, uint32_t at)
{
    return (uint32_t *)(void *)(ring->data + at);
}

static uint32_t *ring_head_of(const BYTE *data)
{
    return (uint32_t *)(uintptr_t)(data - PACKET_HEAD);
}

/* ---- The driver's part -------------------------------------------------------------------------- */

/* The kernel's packet into the ring; dropped when there is no room, as the driver does. */
static void double_deliver(struct double_session *s, uint32_t size)
{
    struct double_ring *ring = s->from_kernel.ring;
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint32_t room = ring_room(size);

    if (head >= s->capacity || room > ((head - tail - 4u) & (s->capacity - 1))) {
        return;
    }
    *ring_packet(ring, tail) = size;
    memcpy(ring->data + tail + PACKET_HEAD, s->packet, size);
    atomic_store_explicit(&ring->tail, (tail + room) & (s->capacity - 1), memory_order_release);
    (void)SetEvent(s->from_kernel.moved);
}

static DWORD WINAPI double_read_kernel(void *arg)
{
    struct double_session *s = arg;
    struct lx_pollfd fds[2] = {{s->queue, LX_POLLIN, 0}, {s->stop_fd, LX_POLLIN, 0}};

    for (;;) {
        intptr_t got = lx_read(s->queue, s->packet, sizeof s->packet);

        if (got > 0) {
            double_deliver(s, (uint32_t)got);
            continue;
        }
        if (got != -LX_EAGAIN && got != -LX_EINTR) {
            break;
        }
        fds[0].revents = fds[1].revents = 0;
        if (got == -LX_EAGAIN && lx_poll(fds, 2, -1) > 0 && fds[1].revents != 0) {
            return 0;
        }
    }
    /* The interface is gone. */
    atomic_store(&s->from_kernel.ring->tail, RING_ENDED);
    (void)SetEvent(s->from_kernel.moved);
    return 0;
}

/* Whether there is something between head and tail; sleeps until there is, or the session ends. */
static BOOL double_wait_program(struct double_session *s, uint32_t head, uint32_t *ret_tail)
{
    struct double_ring *ring = s->to_kernel.ring;
    HANDLE both[2] = {s->stop, s->to_kernel.moved};

    while (WaitForSingleObject(s->stop, 0) != WAIT_OBJECT_0) {
        *ret_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        if (*ret_tail != head) {
            return TRUE;
        }
        /* 0.14.1 lacks a barrier between these two and can sleep through a packet; this does not. */
        atomic_store(&ring->alertable, 1);
        *ret_tail = atomic_load(&ring->tail);
        if (*ret_tail == head) {
            (void)WaitForMultipleObjects(2, both, FALSE, INFINITE);
        }
        atomic_store(&ring->alertable, 0);
    }
    return FALSE;
}

static BOOL double_is_ip(const uint8_t *data, uint32_t size)
{
    return (size >= 20 && data[0] >> 4 == 4) || (size >= 40 && data[0] >> 4 == 6);
}

static DWORD WINAPI double_write_kernel(void *arg)
{
    struct double_session *s = arg;
    struct double_ring *ring = s->to_kernel.ring;
    uint32_t head = 0, tail = 0;

    while (double_wait_program(s, head, &tail)) {
        uint32_t filled = (tail - head) & (s->capacity - 1), size;

        if (tail >= s->capacity || filled < PACKET_HEAD) {
            break;
        }
        size = *ring_packet(ring, head);
        if (size > PACKET_MAX || ring_room(size) > filled) {
            break;
        }
        /* The driver ends here too: driver/wintun.c, TunProcessReceiveData(). */
        if (!double_is_ip(ring->data + head + PACKET_HEAD, size)) {
            break;
        }
        if (lx_write(s->queue, ring->data + head + PACKET_HEAD, size) == -LX_EBADFD) {
            break;
        }
        head = (head + ring_room(size)) & (s->capacity - 1);
        atomic_store_explicit(&ring->head, head, memory_order_release);
    }
    atomic_store(&ring->head, RING_ENDED);
    return 0;
}

/* ---- Start and end ------------------------------------------------------------------------------ */

static BOOL double_side_init(struct double_side *side, uint32_t capacity)
{
    InitializeCriticalSection(&side->lock);
    side->moved = CreateEventW(NULL, FALSE, FALSE, NULL);
    /* Behind the ring there is room for one packet, so that none is ever in two pieces. */
    side->ring = VirtualAlloc(NULL, sizeof *side->ring + capacity + ring_room(PACKET_MAX),
                              MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    return side->moved != NULL && side->ring != NULL;
}

static void double_side_end(struct double_side *side)
{
    DeleteCriticalSection(&side->lock);
    if (side->moved != NULL) {
        (void)CloseHandle(side->moved);
    }
    if (side->ring != NULL) {
        (void)VirtualFree(side->ring, 0, MEM_RELEASE);
    }
}

/* One session an adapter, in all processes. */
static DWORD double_take_adapter(struct double_session *s)
{
    WCHAR name[64];

    (void)swprintf(name, 64, L"vnic-test-wintun-session-%d", s->ifindex);
    s->single = CreateEventW(NULL, TRUE, FALSE, name);
    if (s->single == NULL) {
        return GetLastError();
    }
    return GetLastError() == ERROR_ALREADY_EXISTS ? ERROR_ALREADY_INITIALIZED : ERROR_SUCCESS;
}

static DWORD double_connect(struct double_session *s)
{
    char ifname[LX_IFNAMSIZ];
    uint32_t capacity = s->capacity;
    DWORD rc;

    if (lx_if_name(s->ifindex, ifname) < 0) {
        return ERROR_FILE_NOT_FOUND;
    }
    rc = double_take_adapter(s);
    if (rc != ERROR_SUCCESS) {
        return rc;
    }
    if (capacity < RING_MIN || capacity > RING_MAX || (capacity & (capacity - 1)) != 0) {
        return ERROR_INVALID_PARAMETER;
    }
    s->queue = lx_tun_open(ifname, LX_IFF_TUN | LX_IFF_MULTI_QUEUE);
    s->stop_fd = lx_eventfd();
    s->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (s->queue < 0 || s->stop_fd < 0 || s->stop == NULL) {
        return ERROR_GEN_FAILURE;
    }
    /* Windows shows an adapter without a session as a cable that is not plugged in. */
    if (lx_if_set_up(ifname, 1) < 0) {
        return ERROR_GEN_FAILURE;
    }
    s->reader = CreateThread(NULL, 0, double_read_kernel, s, 0, NULL);
    s->writer = CreateThread(NULL, 0, double_write_kernel, s, 0, NULL);
    return s->reader != NULL && s->writer != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

static void double_join(HANDLE thread)
{
    if (thread != NULL) {
        (void)WaitForSingleObject(thread, INFINITE);
        (void)CloseHandle(thread);
    }
}

static void double_end(struct double_session *s)
{
    char ifname[LX_IFNAMSIZ];
    uint64_t one = 1;

    if (s->stop_fd >= 0) {
        (void)lx_write(s->stop_fd, &one, sizeof one);
    }
    if (s->stop != NULL) {
        (void)SetEvent(s->stop);
    }
    double_join(s->reader);
    double_join(s->writer);
    if (s->queue >= 0) {
        if (lx_if_name(s->ifindex, ifname) >= 0) {
            (void)lx_if_set_up(ifname, 0);
        }
        lx_close(s->queue);
    }
    if (s->stop_fd >= 0) {
        lx_close(s->stop_fd);
    }
    if (s->stop != NULL) {
        (void)CloseHandle(s->stop);
    }
    if (s->single != NULL) {
        (void)CloseHandle(s->single);
    }
    double_side_end(&s->from_kernel);
    double_side_end(&s->to_kernel);
    free(s);
}

DOUBLE_EXPORT struct double_session *WINAPI WintunStartSession(struct double_adapter *a,
                                                               DWORD capacity)
{
    struct double_session *s = calloc(1, sizeof *s);
    DWORD rc = ERROR_NOT_ENOUGH_MEMORY;

    if (s == NULL) {
        SetLastError(rc);
        return NULL;
    }
    s->queue = s->stop_fd = -1;
    s->ifindex = a->ifindex;
    s->capacity = capacity;
    /* Both are initialised, whatever becomes of the first. */
    if (double_side_init(&s->from_kernel, capacity) & double_side_init(&s->to_kernel, capacity)) {
        rc = double_connect(s);
    }
    if (rc != ERROR_SUCCESS) {
        double_end(s);
        (void)double_log(DOUBLE_LOG_ERR, rc, L"Failed to register rings");
        return NULL;
    }
    return s;
}

DOUBLE_EXPORT void WINAPI WintunEndSession(struct double_session *s)
{
    double_end(s);
}

/* ---- Packets ------------------------------------------------------------------------------------ */

DOUBLE_EXPORT HANDLE WINAPI WintunGetReadWaitEvent(struct double_session *s)
{
    return s->from_kernel.moved;
}

/* The next packet's room in the ring, or 0 with the reason. */
static uint32_t double_next(struct double_session *s, DWORD *ret_error)
{
    struct double_side *side = &s->from_kernel;
    uint32_t tail = atomic_load_explicit(&side->ring->tail, memory_order_acquire);
    uint32_t filled = (tail - side->mine) & (s->capacity - 1);
    uint32_t size;

    if (tail >= s->capacity) {
        *ret_error = ERROR_HANDLE_EOF;
        return 0;
    }
    if (filled == 0) {
        *ret_error = ERROR_NO_MORE_ITEMS;
        return 0;
    }
    size = *ring_packet(side->ring, side->mine);
    if (filled < PACKET_HEAD || size > PACKET_MAX || ring_room(size) > filled) {
        *ret_error = ERROR_INVALID_DATA;
        return 0;
    }
    return ring_room(size);
}

DOUBLE_EXPORT BYTE *WINAPI WintunReceivePacket(struct double_session *s, DWORD *ret_size)
{
    struct double_side *side = &s->from_kernel;
    BYTE *data = NULL;
    DWORD error = ERROR_SUCCESS;
    uint32_t room;

    EnterCriticalSection(&side->lock);
    room = double_next(s, &error);
    if (room > 0) {
        *ret_size = *ring_packet(side->ring, side->mine);
        data = side->ring->data + side->mine + PACKET_HEAD;
        side->mine = (side->mine + room) & (s->capacity - 1);
        side->lent++;
    }
    LeaveCriticalSection(&side->lock);
    if (data == NULL) {
        SetLastError(error);
    }
    return data;
}

/* In any order; the ring's room comes back in the order of the packets. */
DOUBLE_EXPORT void WINAPI WintunReleaseReceivePacket(struct double_session *s, const BYTE *data)
{
    struct double_side *side = &s->from_kernel;

    EnterCriticalSection(&side->lock);
    *ring_head_of(data) |= PACKET_RELEASE;
    while (side->lent > 0) {
        uint32_t size = *ring_packet(side->ring, side->back);

        if ((size & PACKET_RELEASE) == 0) {
            break;
        }
        side->back = (side->back + ring_room(size & ~PACKET_RELEASE)) & (s->capacity - 1);
        side->lent--;
    }
    atomic_store_explicit(&side->ring->head, side->back, memory_order_release);
    LeaveCriticalSection(&side->lock);
}

DOUBLE_EXPORT BYTE *WINAPI WintunAllocateSendPacket(struct double_session *s, DWORD size)
{
    struct double_side *side = &s->to_kernel;
    BYTE *data = NULL;
    DWORD error = ERROR_SUCCESS;
    uint32_t head, room = ring_room(size);

    EnterCriticalSection(&side->lock);
    head = atomic_load_explicit(&side->ring->head, memory_order_acquire);
    if (head >= s->capacity) {
        error = ERROR_HANDLE_EOF;
    } else if (room > ((head - side->mine - 4u) & (s->capacity - 1))) {
        error = ERROR_BUFFER_OVERFLOW;
    } else {
        *ring_packet(side->ring, side->mine) = size | PACKET_RELEASE;
        data = side->ring->data + side->mine + PACKET_HEAD;
        side->mine = (side->mine + room) & (s->capacity - 1);
        side->lent++;
    }
    LeaveCriticalSection(&side->lock);
    if (data == NULL) {
        SetLastError(error);
    }
    return data;
}

/* Packets go out in the order in which they were allocated. */
DOUBLE_EXPORT void WINAPI WintunSendPacket(struct double_session *s, const BYTE *data)
{
    struct double_side *side = &s->to_kernel;

    EnterCriticalSection(&side->lock);
    *ring_head_of(data) &= ~PACKET_RELEASE;
    while (side->lent > 0) {
        uint32_t size = *ring_packet(side->ring, side->back);

        if ((size & PACKET_RELEASE) != 0) {
            break;
        }
        side->back = (side->back + ring_room(size)) & (s->capacity - 1);
        side->lent--;
    }
    if (atomic_load(&side->ring->tail) != side->back) {
        atomic_store(&side->ring->tail, side->back);
        if (atomic_load(&side->ring->alertable) != 0) {
            (void)SetEvent(side->moved);
        }
    }
    LeaveCriticalSection(&side->lock);
}
