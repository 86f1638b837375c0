/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The only door to the heap. Everything in the library allocates here, so that a test can link
 * another alloc.c and make the n-th allocation fail.
 */
#ifndef VNIC_CORE_ALLOC_H
#define VNIC_CORE_ALLOC_H

#include <stddef.h>

/**
 * Allocate memory that is all zeros and aligned for any object.
 *
 * @param size  bytes; 0 is treated as 1, so that NULL always means failure
 * @return      the memory, to be given to vnic__free(); NULL if there is none
 */
void *vnic__alloc(size_t size);

/** Give memory of vnic__alloc() back; NULL is allowed. */
void vnic__free(void *ptr);

#endif
