/* SPDX-License-Identifier: Apache-2.0 */
/* The failures that an operation may rightly survive: the one table of them. */
#ifndef VNIC_TESTS_FAULT_IGNORED_H
#define VNIC_TESTS_FAULT_IGNORED_H

#include "fault_sweep.h"

namespace fault
{

/* Why this operation may succeed although this failed; NULL: it may not. */
const char *why_ignored(const Operation &op, const Hit &hit);

}

#endif
