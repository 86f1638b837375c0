/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The prefix parser with a reason, for error texts that tell a person what is wrong.
 */
#ifndef VNIC_CORE_PREFIX_TEXT_H
#define VNIC_CORE_PREFIX_TEXT_H

#include <stddef.h>

#include "vnic/prefix.h"

/** What is wrong with a text; set on failure only. */
struct vnic__text_fault {
    size_t offset;      /**< where the offending word starts */
    size_t len;         /**< how long it is */
    const char *reason; /**< static, to follow the quoted word: "has a prefix length above 32" */
};

/** vnic_prefix_list_parse() with the reason; fault is never NULL. */
int vnic__prefix_list_parse(const char *text, struct vnic_prefix *ret, int cap,
                            struct vnic__text_fault *fault);

/** Whether an interface could have both only by mistake, see vnic_prefix_list_parse(). */
int vnic__prefix_is_duplicate(const struct vnic_prefix *a, const struct vnic_prefix *b);

#endif
