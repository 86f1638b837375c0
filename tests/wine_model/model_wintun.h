/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of wintun.dll 0.14: its 14 functions, which the modelled GetProcAddress() hands out, and the
 * driver's side of the rings for tests. Rules: api/adapter.c, api/session.c, api/wintun.h and
 * driver/wintun.c of Wintun's source; each is cited where it is modelled.
 */
#ifndef VNIC_TESTS_MODEL_WINTUN_H
#define VNIC_TESTS_MODEL_WINTUN_H

#include <string>

#include "model_machine.h"

namespace model
{

/* The function of that name; NULL when there is none. */
FARPROC wintun_entry(const std::string &name);

/* What is wrong with the DLL or the driver. */
struct WintunFaults {
    std::string missing_entry; /* GetProcAddress does not find it */
    bool no_driver = false;    /* the driver cannot be installed: ERROR_FILE_NOT_FOUND */
    unsigned names_kept = 0;   /* so many adapters get their name with a number: a phantom has it */
    bool talks = false;        /* the logger is called in every function that can log */
    DWORD driver_version = 0;  /* of the loaded driver; 0: set by the first adapter */
};
WintunFaults &wintun_faults();

/* The driver sends a packet up; false: no session, or its ring is full (the packet is dropped). */
bool wintun_give(const InterfacePtr &i, const Bytes &packet);
/* The same, but the event is not set. */
bool wintun_give_silently(const InterfacePtr &i, const Bytes &packet);
/* The next packet that the program sent; empty when none comes in time. */
Bytes wintun_take(const InterfacePtr &i, int timeout_ms);
/* The length of the next packet in the ring becomes impossible: ERROR_INVALID_DATA from now on. */
void wintun_corrupt(const InterfacePtr &i);
/* The adapter is removed or disabled by somebody else: sessions find ERROR_HANDLE_EOF. */
void wintun_pull(const InterfacePtr &i);
/* An adapter whose creator is gone. */
InterfacePtr wintun_orphan(const std::wstring &name, const GUID &guid);
/* An adapter of another process, which may have a session too. */
InterfacePtr wintun_foreign(const std::wstring &name, bool in_session);

bool wintun_has_session(const InterfacePtr &i);
/* Bytes of each ring of the session; 0: none. */
uint32_t wintun_capacity(const InterfacePtr &i);

/* No adapter, no session, no fault. */
void wintun_reset();

}

#endif
