/* SPDX-License-Identifier: Apache-2.0 */
/* The list of backends, and listing interfaces through one of them. */
#include "backends.h"

#include <string.h>

#include "fail.h"

/* "fake" and "null" are in every build and never stand for a real interface unless they are named. */
static int is_systems_own(const struct vnic__backend *b)
{
    return b != &vnic__fake_backend && b != &vnic__null_backend;
}

static const struct vnic__backend *find_default(uint32_t layer)
{
    uint64_t option = layer == VNIC_TAP ? VNIC__OPT_TAP : VNIC__OPT_TUN;

    for (size_t i = 0; vnic__backends[i] != NULL; i++) {
        if (is_systems_own(vnic__backends[i]) && (vnic__backends[i]->options & option) != 0) {
            return vnic__backends[i];
        }
    }
    return vnic__backends[0];
}

const struct vnic__backend *vnic__find_backend(const char *name, uint32_t layer,
                                               struct vnic_error *err)
{
    if (name == NULL) {
        return find_default(layer);
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

void vnic__complete_info(const struct vnic__backend *b, struct vnic_info *info)
{
    if ((b->options & VNIC__OPT_METRIC) == 0) {
        info->metric = VNIC_UNSET;
    }
}

/* The caller's function, and whether it has had enough. */
struct list_state {
    const struct vnic__backend *backend;
    int (*fn)(void *user, const struct vnic_info *info);
    void *user;
    int stopped;
};

static int list_one(void *user, const struct vnic_info *info)
{
    struct list_state *state = user;
    struct vnic_info complete = *info;

    vnic__complete_info(state->backend, &complete);
    state->stopped = state->fn(state->user, &complete);
    return state->stopped;
}

static int list_of(const struct vnic__backend *b, struct list_state *state, struct vnic_error *err)
{
    if (b->list == NULL) {
        return vnic__fail_unsupported(err, "vnic_list", "list", b->name);
    }
    state->backend = b;
    return b->list(list_one, state, err);
}

/* Those of all the system's own backends. */
static int list_all(struct list_state *state, struct vnic_error *err)
{
    int total = 0;

    for (size_t i = 0; vnic__backends[i] != NULL && !state->stopped; i++) {
        int rc;

        if (!is_systems_own(vnic__backends[i])) {
            continue;
        }
        rc = list_of(vnic__backends[i], state, err);
        if (rc < 0) {
            return rc;
        }
        total += rc;
    }
    return total;
}

int vnic_list(const char *backend, int (*fn)(void *user, const struct vnic_info *info), void *user,
              struct vnic_error *ret_err)
{
    struct list_state state = {.fn = fn, .user = user};
    const struct vnic__backend *b;

    if (fn == NULL) {
        return vnic__fail_null(ret_err, "vnic_list", "fn");
    }
    if (backend == NULL && is_systems_own(vnic__backends[0])) {
        return list_all(&state, ret_err);
    }
    b = vnic__find_backend(backend, VNIC_UNSET, ret_err);
    return b == NULL ? VNIC_EINVAL : list_of(b, &state, ret_err);
}
