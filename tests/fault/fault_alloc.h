/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator of the fault sweep: src/core/alloc.c with a counter, a planned failure and a count of
 * the blocks that nobody gave back. Part of the library vnic_fault.
 */
#ifndef VNIC_TESTS_FAULT_ALLOC_H
#define VNIC_TESTS_FAULT_ALLOC_H

#ifdef __cplusplus
extern "C" {
#endif

/* Starts counting anew; the nth allocation from now fails (1 is the first; 0: none fails). */
void fault_alloc_arm(unsigned nth);

/* Allocations asked for since fault_alloc_arm(). */
unsigned fault_alloc_count(void);

/* Blocks that are allocated now, over the whole life of the process. */
int fault_alloc_live(void);

/* Called with each block before it is freed; NULL: nobody is. */
extern void (*fault_alloc_freeing)(void *block);

#ifdef __cplusplus
}
#endif

#endif
