/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_alloc.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/alloc.h"

static atomic_uint fault_alloc_seen;
static atomic_uint fault_alloc_failing;
static atomic_int fault_alloc_blocks;

void (*fault_alloc_freeing)(void *block);

void fault_alloc_arm(unsigned nth)
{
    atomic_store(&fault_alloc_seen, 0);
    atomic_store(&fault_alloc_failing, nth);
}

unsigned fault_alloc_count(void)
{
    return atomic_load(&fault_alloc_seen);
}

int fault_alloc_live(void)
{
    return atomic_load(&fault_alloc_blocks);
}

void *vnic__alloc(size_t size)
{
    unsigned nth = atomic_fetch_add(&fault_alloc_seen, 1) + 1;
    if (nth == atomic_load(&fault_alloc_failing))
        return NULL;
    void *block = calloc(1, size > 0 ? size : 1);
    if (block != NULL)
        atomic_fetch_add(&fault_alloc_blocks, 1);
    return block;
}

void vnic__free(void *ptr)
{
    if (ptr != NULL && fault_alloc_freeing != NULL)
        fault_alloc_freeing(ptr);
    if (ptr != NULL)
        atomic_fetch_sub(&fault_alloc_blocks, 1);
    free(ptr);
}
