/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum variants of 64-bit x86. */
#include "checksum.h"

const struct vnic__checksum_variant *const vnic__checksum_variants[] = {
    &vnic__checksum_avx512,
    &vnic__checksum_avx2,
    &vnic__checksum_sse2,
    &vnic__checksum_portable,
    NULL,
};
