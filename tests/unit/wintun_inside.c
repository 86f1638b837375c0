/* SPDX-License-Identifier: Apache-2.0 */
#include "wintun_inside.h"

#include <stdlib.h>
#include <string.h>

#include "os/windows/wintun.h"

struct inside_adapter {
    struct vnic q;
    struct vnic__iface iface;
    struct wintun_iface wi;
};

int inside_adapter_open(const struct inside_wish *wish, struct inside_adapter **ret,
                        struct vnic_error *err)
{
    struct inside_adapter *a = calloc(1, sizeof *a);
    struct vnic__settings s;
    int rc;

    if (a == NULL) {
        abort();
    }
    memset(&s, 0, sizeof s);
    s.wintun_path = wish->dll;
    s.name = wish->name;
    s.adapter_guid = wish->guid;
    s.description = wish->description;
    s.flags = wish->flags;
    s.ring_capacity = wish->ring_capacity != 0 ? wish->ring_capacity : VNIC_UNSET;
    a->q.iface = &a->iface;
    a->iface.priv = &a->wi;
    a->iface.log = wish->log;
    a->iface.log_user = wish->log_user;
    rc = vnic__wintun_adapter_open(&a->q, &s, err);
    if (rc < 0) {
        free(a);
        return rc;
    }
    *ret = a;
    return rc;
}

void inside_adapter_close(struct inside_adapter *a)
{
    vnic__wintun_adapter_close(&a->q);
    free(a);
}

uint32_t inside_adapter_created(const struct inside_adapter *a)
{
    return a->iface.created;
}

uint64_t inside_adapter_luid(const struct inside_adapter *a)
{
    return a->wi.win.luid;
}

GUID inside_adapter_guid(const struct inside_adapter *a)
{
    return a->wi.win.guid;
}

uint32_t inside_adapter_ring(const struct inside_adapter *a)
{
    return a->wi.ring_capacity;
}
