/* SPDX-License-Identifier: Apache-2.0 */
#include "wintun_stub.h"

#include <string.h>

#define STUB_EXPORT __declspec(dllexport)

typedef void(CALLBACK *stub_logger)(int level, uint64_t time, const wchar_t *text);

STUB_EXPORT struct wintun_stub_state wintun_stub_state;

static stub_logger logger;
static int adapter_objects[2 * STUB_SCRIPT];

static uint32_t at(uint32_t call)
{
    return call < STUB_SCRIPT ? call : STUB_SCRIPT - 1;
}

static void speak(void)
{
    if (logger != NULL && wintun_stub_state.says != NULL) {
        logger(wintun_stub_state.says_level, 0, wintun_stub_state.says);
    }
}

/* A pointer to one of the objects; its place tells which adapter it is. */
static void *answer(uint32_t error)
{
    speak();
    if (error != 0) {
        SetLastError(error);
        return NULL;
    }
    return &adapter_objects[wintun_stub_state.adapters++];
}

STUB_EXPORT void *WINAPI WintunCreateAdapter(const wchar_t *name, const wchar_t *type,
                                             const GUID *guid)
{
    struct wintun_stub_state *s = &wintun_stub_state;
    uint32_t call = s->creates++;

    wcsncpy(s->name[at(call)], name, 127);
    wcsncpy(s->type, type, 127);
    s->has_guid[at(call)] = guid != NULL;
    if (guid != NULL) {
        s->guid[at(call)] = *guid;
    }
    if (s->create_fails_silently) {
        return NULL;
    }
    return answer(s->create_errors[at(call)]);
}

STUB_EXPORT void *WINAPI WintunOpenAdapter(const wchar_t *name)
{
    uint32_t call = wintun_stub_state.opens++;

    (void)name;
    return answer(wintun_stub_state.open_errors[at(call)]);
}

STUB_EXPORT void WINAPI WintunCloseAdapter(void *adapter)
{
    wintun_stub_state.closes += adapter != NULL;
}

STUB_EXPORT BOOL WINAPI WintunDeleteDriver(void)
{
    wintun_stub_state.deletes++;
    SetLastError(wintun_stub_state.delete_error);
    return wintun_stub_state.delete_error == 0;
}

STUB_EXPORT void WINAPI WintunGetAdapterLUID(void *adapter, uint64_t *luid)
{
    *luid = wintun_stub_state.luid[at((uint32_t)((int *)adapter - adapter_objects))];
}

STUB_EXPORT DWORD WINAPI WintunGetRunningDriverVersion(void)
{
    SetLastError(ERROR_FILE_NOT_FOUND);
    return wintun_stub_state.driver_version;
}

STUB_EXPORT void WINAPI WintunSetLogger(stub_logger to)
{
    logger = to;
    wintun_stub_state.has_logger = to != NULL;
}

/* Of the rest only the names are wanted: no test here has a session. */
STUB_EXPORT void WintunStartSession(void)
{
}

STUB_EXPORT void WintunEndSession(void)
{
}

STUB_EXPORT void WintunGetReadWaitEvent(void)
{
}

STUB_EXPORT void WintunReceivePacket(void)
{
}

STUB_EXPORT void WintunReleaseReceivePacket(void)
{
}

STUB_EXPORT void WintunAllocateSendPacket(void)
{
}

#ifndef STUB_IS_TOO_OLD
STUB_EXPORT void WintunSendPacket(void)
{
}
#endif

#ifdef STUB_DOES_NOT_START
BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, void *reserved)
{
    (void)module;
    (void)reserved;
    return reason != DLL_PROCESS_ATTACH;
}
#endif
