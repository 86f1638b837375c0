/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum variants of processors without a variant of their own. */
#include "checksum.h"

const struct vnic__checksum_variant *const vnic__checksum_variants[] = {
    &vnic__checksum_portable,
    NULL,
};
