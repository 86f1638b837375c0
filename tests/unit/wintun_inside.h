/* SPDX-License-Identifier: Apache-2.0 */
/* Adapters of the Wintun backend without core and without a session, for C++. */
#ifndef VNIC_TESTS_WINTUN_INSIDE_H
#define VNIC_TESTS_WINTUN_INSIDE_H

#include <stdint.h>

#include <windows.h>

#include "vnic/vnic.h"

#ifdef __cplusplus
extern "C" {
#endif

struct inside_adapter;

/* What is asked for; NULL and 0: nothing. */
struct inside_wish {
    const char *dll;
    const char *name;
    const char *guid;
    const char *description;
    uint32_t flags;
    uint32_t ring_capacity;
    void (*log)(void *user, int level, const char *text);
    void *log_user;
};

int inside_adapter_open(const struct inside_wish *wish, struct inside_adapter **ret,
                        struct vnic_error *err);
void inside_adapter_close(struct inside_adapter *a);

uint32_t inside_adapter_created(const struct inside_adapter *a);
uint64_t inside_adapter_luid(const struct inside_adapter *a);
GUID inside_adapter_guid(const struct inside_adapter *a);
uint32_t inside_adapter_ring(const struct inside_adapter *a);

#ifdef __cplusplus
}
#endif

#endif
