/* SPDX-License-Identifier: Apache-2.0 */
/* The list of backends, and listing interfaces through one of them. */
#include "backends.h"

#include <string.h>

#include "fail.h"

const struct vnic__backend *vnic__find_backend(const char *name, struct vnic_error *err)
{
    if (name == NULL) {
        return vnic__backends[0];
    }
    for (size_t i = 0; vnic__backends[i] != NULL; i++) {
        if (strcmp(vnic__backends[i]->name, name) == 0) {
            return vnic__backends[i];
        }
    }
    (void)vnic__fail(err, VNIC_EINVAL, "find backend", "backend",
                     "there is no backend \"%.64s\" in this build: vnic_backends() lists them",
                     name);
    return NULL;
}

const char *const *vnic_backends(void)
{
    return vnic__backend_names;
}

int vnic_list(const char *backend, int (*fn)(void *user, const struct vnic_info *info), void *user,
              struct vnic_error *ret_err)
{
    const struct vnic__backend *b;

    if (fn == NULL) {
        return vnic__fail_null(ret_err, "vnic_list", "fn");
    }
    b = vnic__find_backend(backend, ret_err);
    if (b == NULL) {
        return VNIC_EINVAL;
    }
    if (b->list == NULL) {
        return vnic__fail_unsupported(ret_err, "vnic_list", "list", b->name);
    }
    return b->list(fn, user, ret_err);
}
