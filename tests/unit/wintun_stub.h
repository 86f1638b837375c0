/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wintun.dll for tests of finding, loading and of adapters: it has the entry points and no packets. What
 * its functions answer, and what they were asked, is in a structure that the test reaches by the
 * symbol "wintun_stub_state".
 */
#ifndef VNIC_TESTS_WINTUN_STUB_H
#define VNIC_TESTS_WINTUN_STUB_H

#include <stdint.h>

#include <windows.h>

#define STUB_SCRIPT 16

struct wintun_stub_state {
    /* Answers of the n-th call: 0 is success, else the last error; behind the end the last one counts. */
    uint32_t create_errors[STUB_SCRIPT];
    uint32_t open_errors[STUB_SCRIPT];
    uint64_t luid[STUB_SCRIPT];     /* of the n-th adapter that is created or opened */
    uint32_t create_fails_silently; /* 1: without a last error */
    uint32_t delete_error;
    uint32_t driver_version;
    const wchar_t *says; /* given to the logger by create and open */
    int says_level;
    /* Questions. */
    uint32_t adapters; /* made and opened so far */
    uint32_t creates;
    uint32_t opens;
    uint32_t closes;
    uint32_t deletes;
    uint32_t has_logger;
    wchar_t name[STUB_SCRIPT][128]; /* of the n-th create */
    wchar_t type[128];
    GUID guid[STUB_SCRIPT];
    uint32_t has_guid[STUB_SCRIPT];
};

#endif
