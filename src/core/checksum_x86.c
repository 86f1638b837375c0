/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPUID says what the processor has, XGETBV which registers the system saves when it changes from one
 * program to the next: both are needed. (Compilers have __builtin_cpu_supports for this, but not every
 * toolchain brings the library function behind it.) Intel, Software Developer's Manual, volume 1, chapters
 * 14.3 and 15.2; volume 2, CPUID.
 */
#include "checksum_x86.h"

#include <cpuid.h>
#include <immintrin.h>
#include <stdint.h>

/* CPUID leaf 1, ECX. */
#define X86_OSXSAVE (1u << 27)
/* CPUID leaf 7, EBX and ECX. */
#define X86_AVX2 (1u << 5)
#define X86_AVX512F (1u << 16)
#define X86_AVX512BW (1u << 30)
#define X86_AVX512VBMI2 (1u << 6)
/* XCR0: SSE and AVX registers; with them mask registers and both parts of the 512-bit ones. */
#define X86_YMM 0x06u
#define X86_ZMM 0xE6u

static __attribute__((target("xsave"))) uint64_t saved_registers(void)
{
    return (uint64_t)_xgetbv(0);
}

unsigned vnic__x86_features(void)
{
    unsigned a, b, c, d, found = 0;
    uint64_t saved;

    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & X86_OSXSAVE) == 0) {
        return 0;
    }
    saved = saved_registers();
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) {
        return 0;
    }
    if ((saved & X86_YMM) == X86_YMM && (b & X86_AVX2) != 0) {
        found |= VNIC__X86_AVX2;
    }
    /* Processors before VBMI2 (Ice Lake, Zen 4) lower their clock for 512 bits, for all that runs. */
    if ((saved & X86_ZMM) == X86_ZMM && (b & X86_AVX512F) != 0 && (b & X86_AVX512BW) != 0 &&
        (c & X86_AVX512VBMI2) != 0) {
        found |= VNIC__X86_AVX512;
    }
    return found;
}
