/* SPDX-License-Identifier: Apache-2.0 */
/* In a build without liburing every queue has the plain engine. */
#include <string.h>

#include "linux_tun.h"

int vnic__linux_engine_begin(struct vnic *q, const char *engine, int super, struct vnic_error *err)
{
    (void)super;
    linux_queue_of(q)->engine_reason =
        strcmp(engine, "auto") == 0 ? "auto: this build has no other" : "asked for";
    if (strcmp(engine, "uring") != 0) {
        return 0;
    }
    return vnic__fail(err, VNIC_ENOTSUP, "open", "engine",
                      "engine \"uring\" is not in this build, which was made without liburing: use "
                      "\"plain\" or \"auto\"");
}

void vnic__linux_engine_bind(struct vnic *q)
{
    (void)q;
}

void vnic__linux_engine_end(struct vnic *q)
{
    (void)q;
}
