/* SPDX-License-Identifier: Apache-2.0 */
#include "alloc.h"

#include <stdlib.h>

void *vnic__alloc(size_t size)
{
    return calloc(1, size > 0 ? size : 1);
}

void vnic__free(void *ptr)
{
    free(ptr);
}
