/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rings of Wintun inside the process: what wintun.dll and its driver do with packets, as a table of
 * functions, so that the library's side of a session is tested and measured without either. Rings,
 * locks and order are Wintun's (its api/session.c explains them): a packet is a word with its length and
 * its bytes, at a multiple of four; packets are given back in any order, their room is free in the
 * order of taking; the bit for "with the caller" is the highest of the length.
 */
#ifndef VNIC_TESTS_RING_MODEL_H
#define VNIC_TESTS_RING_MODEL_H

#include <stdint.h>

#include "os/windows/win_sys_wintun.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An adapter, and what is behind it. The library gets it as wintun_adapter. */
struct ring_adapter;

extern const struct wintun_table ring_model_table;

struct ring_adapter *ring_adapter_new(void);
void ring_adapter_free(struct ring_adapter *a);

/* The driver: sends a packet to the library. 0: no session, or the ring is full. */
int ring_push(struct ring_adapter *a, const void *data, uint32_t len);
/* The same, but nobody is woken. */
int ring_push_quietly(struct ring_adapter *a, const void *data, uint32_t len);
/* The next packet that the library sent: its bytes, at most cap are stored. 0: none. */
uint32_t ring_pop(struct ring_adapter *a, void *buf, uint32_t cap);
/* The driver sleeps until it is told that the library sent something. 0: it was not, in that time. */
int ring_sleep(struct ring_adapter *a, DWORD ms);
/* 1: it is told of what is sent from now on. */
int ring_sleeps(struct ring_adapter *a);
/* It is not told of the next packet: what happens with Wintun 0.14.1 at times. */
void ring_lose_wakeup(struct ring_adapter *a);
/* The adapter is removed, or disabled. */
void ring_remove(struct ring_adapter *a);
/* The ring to the library is damaged from now on. */
void ring_damage(struct ring_adapter *a);
/* Sets the ring to the library back to its first packet, with all that were pushed since the session
 * began; so a measurement reads them again. All were given back. */
void ring_rewind(struct ring_adapter *a);
/* The same for the other ring, whose packets are forgotten. */
void ring_forget(struct ring_adapter *a);

/* The session of now; NULL: none. */
wintun_session ring_session_of(struct ring_adapter *a);
int ring_has_session(struct ring_adapter *a);
/* Sessions that were started so far. */
unsigned ring_sessions(struct ring_adapter *a);
/* Packets of both rings that are with the caller. */
unsigned ring_out(struct ring_adapter *a);

#ifdef __cplusplus
}
#endif

#endif
