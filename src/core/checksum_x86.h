/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What this very x86 processor has, and the system lets programs use.
 */
#ifndef VNIC_CORE_CHECKSUM_X86_H
#define VNIC_CORE_CHECKSUM_X86_H

#define VNIC__X86_AVX2 0x1u
#define VNIC__X86_AVX512 0x2u /**< F and BW, on a processor that does not slow down for them */

/** Asks the processor, which takes a microsecond in a virtual machine: for a choice that is kept. */
unsigned vnic__x86_features(void);

#endif
