/* SPDX-License-Identifier: Apache-2.0 */
/* Members of the configuration about offload and the way that packets move. */
#include <string.h>

#include "config.h"
#include "fail.h"

static int check_offload(const struct vnic_config *c, struct vnic_error *err)
{
    int has_offload = vnic__has_offload(c->offload);

    if (has_offload && c->offload > VNIC_OFFLOAD_RAW) {
        return vnic__check_range("offload", c->offload, VNIC_OFFLOAD_NONE, VNIC_OFFLOAD_RAW, err);
    }
    if (c->features != VNIC_UNSET && (c->features & ~VNIC__KNOWN_FEATURES) != 0) {
        return vnic__fail(err, VNIC_EINVAL, "check", "features",
                          "features has unknown bits 0x%x: use VNIC_F_CSUM and its neighbours",
                          (unsigned)(c->features & ~VNIC__KNOWN_FEATURES));
    }
    if (c->features != VNIC_UNSET && !has_offload) {
        return vnic__fail(err, VNIC_EINVAL, "check", "features",
                          "features are those of offload: set offload too, or leave them unset");
    }
    if ((c->flags & VNIC_PARTIAL_CHECKSUMS) && c->offload != VNIC_OFFLOAD_SPLIT) {
        return vnic__fail(err, VNIC_EINVAL, "check", "VNIC_PARTIAL_CHECKSUMS",
                          "VNIC_PARTIAL_CHECKSUMS goes with VNIC_OFFLOAD_SPLIT: set offload too");
    }
    if ((c->flags & VNIC_KEEP_HEADER) && has_offload) {
        return vnic__fail(err, VNIC_ENOTSUP, "check", "VNIC_KEEP_HEADER",
                          "VNIC_KEEP_HEADER and offload do not go together: leave one out");
    }
    return 0;
}

static int is_engine(const char *text)
{
    return strcmp(text, "auto") == 0 || strcmp(text, "plain") == 0 || strcmp(text, "uring") == 0;
}

static int check_engine(const struct vnic_config *c, struct vnic_error *err)
{
    if (c->engine == NULL || is_engine(c->engine)) {
        return 0;
    }
    return vnic__fail(err, VNIC_EINVAL, "check", "engine",
                      "\"%.32s\" is not an engine: use \"auto\", \"plain\" or \"uring\"",
                      c->engine);
}

int vnic__config_offload(const struct vnic_config *c, struct vnic_error *err)
{
    int rc = check_offload(c, err);

    return rc < 0 ? rc : check_engine(c, err);
}
