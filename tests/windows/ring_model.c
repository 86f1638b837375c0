/* SPDX-License-Identifier: Apache-2.0 */
#include "ring_model.h"

#include <stdlib.h>
#include <string.h>

#define WITH_CALLER 0x80000000u
/* Wintun's locks spin so often before they wait. */
#define SPINS 0x10000
/* A packet never wraps: behind the ring is room for the rest of the longest. */
#define SLACK 0x10000u

/* One direction. `tail` and `head` are what both sides see; the rest is the library's side of it. */
struct ring {
    uint8_t *data;
    uint32_t capacity;
    volatile LONG head;
    volatile LONG tail;
    uint32_t next;      /* where the library takes, or makes, the next packet */
    uint32_t published; /* what it has told the other side */
    uint32_t out;       /* packets with the caller, or waiting for those before them */
    CRITICAL_SECTION lock;
};

struct wintun_session_object {
    struct ring in;  /* to the library */
    struct ring out; /* from it */
    HANDLE event;
    volatile LONG over;      /* ERROR_HANDLE_EOF, ERROR_INVALID_DATA; 0 */
    volatile LONG alertable; /* the driver sleeps: it is to be told of packets */
    volatile LONG loses;     /* it is not told of the next one */
    HANDLE moved;            /* what tells it, auto-reset */
};

struct ring_adapter {
    CRITICAL_SECTION lock; /* the driver's side: one thread at a time */
    struct wintun_session_object *session;
    unsigned started;
    int removed;
};

static uint32_t room_of(uint32_t len)
{
    return (4 + len + 3) & ~3u;
}

static uint32_t *word_at(const struct ring *r, uint32_t offset)
{
    return (uint32_t *)(void *)(r->data + offset);
}

static uint32_t wrap(const struct ring *r, uint32_t offset)
{
    return offset & (r->capacity - 1);
}

static uint32_t load(volatile LONG *value)
{
    return (uint32_t)InterlockedCompareExchange(value, 0, 0);
}

static int ring_make(struct ring *r, uint32_t capacity)
{
    r->capacity = capacity;
    r->data = calloc(1, (size_t)capacity + SLACK);
    InitializeCriticalSectionAndSpinCount(&r->lock, SPINS);
    return r->data != NULL;
}

static void ring_end(struct ring *r)
{
    DeleteCriticalSection(&r->lock);
    free(r->data);
}

/* What is published moves over all packets in front that are not with the caller any more. */
static void publish(struct ring *r, volatile LONG *shared)
{
    while (r->out > 0) {
        uint32_t word = *word_at(r, r->published);

        if (word & WITH_CALLER) {
            break;
        }
        r->published = wrap(r, r->published + room_of(word));
        r->out--;
    }
    *shared = (LONG)r->published;
}

/* ---- The functions of the DLL -------------------------------------------------------------------- */

static wintun_session WINAPI start_session(wintun_adapter adapter, DWORD capacity)
{
    struct ring_adapter *a = (struct ring_adapter *)(void *)adapter;
    struct wintun_session_object *s;

    if (a->removed || a->session != NULL) {
        SetLastError(a->removed ? ERROR_FILE_NOT_FOUND : ERROR_ALREADY_INITIALIZED);
        return NULL;
    }
    s = calloc(1, sizeof *s);
    if (s == NULL || !ring_make(&s->in, capacity) || !ring_make(&s->out, capacity)) {
        abort();
    }
    s->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    s->moved = CreateEventW(NULL, FALSE, FALSE, NULL);
    EnterCriticalSection(&a->lock);
    a->session = s;
    a->started++;
    LeaveCriticalSection(&a->lock);
    return s;
}

/* The session does not know its adapter, so there is one in a process that ends sessions. */
static struct ring_adapter *adapters[64];

static void WINAPI end_session(wintun_session s)
{
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++) {
        struct ring_adapter *a = adapters[i];

        if (a != NULL && a->session == s) {
            EnterCriticalSection(&a->lock);
            a->session = NULL;
            LeaveCriticalSection(&a->lock);
        }
    }
    (void)CloseHandle(s->event);
    (void)CloseHandle(s->moved);
    ring_end(&s->in);
    ring_end(&s->out);
    free(s);
}

static HANDLE WINAPI get_read_wait_event(wintun_session s)
{
    return s->event;
}

static BYTE *WINAPI receive_packet(wintun_session s, DWORD *ret_size)
{
    struct ring *r = &s->in;
    DWORD code = ERROR_NO_MORE_ITEMS;
    BYTE *packet = NULL;

    EnterCriticalSection(&r->lock);
    if (s->over) {
        code = (DWORD)s->over;
    } else if (r->next != (uint32_t)r->tail) {
        uint32_t *word = word_at(r, r->next);

        *ret_size = *word;
        r->next = wrap(r, r->next + room_of(*word));
        r->out++;
        packet = (BYTE *)(word + 1);
        *word |= WITH_CALLER;
    }
    LeaveCriticalSection(&r->lock);
    if (packet == NULL) {
        SetLastError(code);
    }
    return packet;
}

static void WINAPI release_receive_packet(wintun_session s, const BYTE *packet)
{
    struct ring *r = &s->in;

    EnterCriticalSection(&r->lock);
    *word_at(r, (uint32_t)(packet - r->data) - 4) &= ~WITH_CALLER;
    publish(r, &r->head);
    LeaveCriticalSection(&r->lock);
}

static BYTE *WINAPI allocate_send_packet(wintun_session s, DWORD size)
{
    struct ring *r = &s->out;
    uint32_t need = room_of(size);
    DWORD code = ERROR_BUFFER_OVERFLOW;
    BYTE *packet = NULL;

    EnterCriticalSection(&r->lock);
    if (s->over == ERROR_HANDLE_EOF) {
        code = ERROR_HANDLE_EOF;
    } else if (need <= wrap(r, (uint32_t)r->head - r->next - 4)) {
        uint32_t *word = word_at(r, r->next);

        *word = size | WITH_CALLER;
        r->next = wrap(r, r->next + need);
        r->out++;
        packet = (BYTE *)(word + 1);
    }
    LeaveCriticalSection(&r->lock);
    if (packet == NULL) {
        SetLastError(code);
    }
    return packet;
}

static void WINAPI send_packet(wintun_session s, const BYTE *packet)
{
    struct ring *r = &s->out;

    EnterCriticalSection(&r->lock);
    *word_at(r, (uint32_t)(packet - r->data) - 4) &= ~WITH_CALLER;
    publish(r, &r->tail);
    /* As in 0.14.1, where a barrier in front of this is missing. */
    if (s->alertable && !InterlockedExchange(&s->loses, 0)) {
        (void)SetEvent(s->moved);
    }
    LeaveCriticalSection(&r->lock);
}

static void WINAPI close_adapter(wintun_adapter adapter)
{
    (void)adapter;
}

const struct wintun_table ring_model_table = {
    .close_adapter = close_adapter,
    .start_session = start_session,
    .end_session = end_session,
    .get_read_wait_event = get_read_wait_event,
    .receive_packet = receive_packet,
    .release_receive_packet = release_receive_packet,
    .allocate_send_packet = allocate_send_packet,
    .send_packet = send_packet,
};

/* ---- The driver ---------------------------------------------------------------------------------- */

struct ring_adapter *ring_adapter_new(void)
{
    struct ring_adapter *a = calloc(1, sizeof *a);

    if (a == NULL) {
        abort();
    }
    InitializeCriticalSection(&a->lock);
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++) {
        if (adapters[i] == NULL) {
            adapters[i] = a;
            return a;
        }
    }
    abort();
}

void ring_adapter_free(struct ring_adapter *a)
{
    for (size_t i = 0; i < sizeof adapters / sizeof adapters[0]; i++) {
        adapters[i] = adapters[i] == a ? NULL : adapters[i];
    }
    DeleteCriticalSection(&a->lock);
    free(a);
}

static int put(struct ring_adapter *a, const void *data, uint32_t len, int wake)
{
    int done = 0;

    EnterCriticalSection(&a->lock);
    if (a->session != NULL && !a->session->over) {
        struct ring *r = &a->session->in;
        uint32_t tail = (uint32_t)r->tail;

        if (room_of(len) <= wrap(r, load(&r->head) - tail - 4)) {
            *word_at(r, tail) = len;
            memcpy(r->data + tail + 4, data, len);
            (void)InterlockedExchange(&r->tail, (LONG)wrap(r, tail + room_of(len)));
            done = 1;
            if (wake) {
                (void)SetEvent(a->session->event);
            }
        }
    }
    LeaveCriticalSection(&a->lock);
    return done;
}

int ring_push(struct ring_adapter *a, const void *data, uint32_t len)
{
    return put(a, data, len, 1);
}

int ring_push_quietly(struct ring_adapter *a, const void *data, uint32_t len)
{
    return put(a, data, len, 0);
}

uint32_t ring_pop(struct ring_adapter *a, void *buf, uint32_t cap)
{
    uint32_t len = 0;

    EnterCriticalSection(&a->lock);
    if (a->session != NULL) {
        struct ring *r = &a->session->out;
        uint32_t head = (uint32_t)r->head;

        if (head != load(&r->tail)) {
            len = *word_at(r, head);
            memcpy(buf, r->data + head + 4, len < cap ? len : cap);
            (void)InterlockedExchange(&r->head, (LONG)wrap(r, head + room_of(len)));
        }
    }
    LeaveCriticalSection(&a->lock);
    return len;
}

int ring_sleep(struct ring_adapter *a, DWORD ms)
{
    struct wintun_session_object *s = a->session;
    DWORD rc = WAIT_OBJECT_0;

    (void)InterlockedExchange(&s->alertable, 1);
    if ((uint32_t)s->out.head == load(&s->out.tail)) {
        rc = WaitForSingleObject(s->moved, ms);
    }
    (void)InterlockedExchange(&s->alertable, 0);
    return rc == WAIT_OBJECT_0;
}

int ring_sleeps(struct ring_adapter *a)
{
    return load(&a->session->alertable) != 0;
}

void ring_lose_wakeup(struct ring_adapter *a)
{
    (void)InterlockedExchange(&a->session->loses, 1);
}

static void end_with(struct ring_adapter *a, DWORD code)
{
    EnterCriticalSection(&a->lock);
    if (a->session != NULL) {
        (void)InterlockedExchange(&a->session->over, (LONG)code);
        (void)SetEvent(a->session->event);
    }
    LeaveCriticalSection(&a->lock);
}

void ring_remove(struct ring_adapter *a)
{
    a->removed = 1;
    end_with(a, ERROR_HANDLE_EOF);
}

void ring_damage(struct ring_adapter *a)
{
    end_with(a, ERROR_INVALID_DATA);
}

void ring_rewind(struct ring_adapter *a)
{
    struct ring *r = &a->session->in;

    EnterCriticalSection(&r->lock);
    r->next = 0;
    r->published = 0;
    r->head = 0;
    LeaveCriticalSection(&r->lock);
}

void ring_forget(struct ring_adapter *a)
{
    struct ring *r = &a->session->out;

    EnterCriticalSection(&r->lock);
    r->head = r->tail;
    LeaveCriticalSection(&r->lock);
}

wintun_session ring_session_of(struct ring_adapter *a)
{
    return a->session;
}

int ring_has_session(struct ring_adapter *a)
{
    return a->session != NULL;
}

unsigned ring_sessions(struct ring_adapter *a)
{
    return a->started;
}

unsigned ring_out(struct ring_adapter *a)
{
    return a->session == NULL ? 0 : a->session->in.out + a->session->out.out;
}
