/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is planned to fail, and what was hit: the side of the failing door (gen_fault.py) and of the
 * failing allocator (fault_alloc.h) that the sweep steers.
 */
#ifndef VNIC_TESTS_FAULT_DOOR_H
#define VNIC_TESTS_FAULT_DOOR_H

#include <string>

namespace fault
{

/* What fails. */
enum class Kind {
    allocation, /* the n-th request for memory gets none */
    call,       /* the n-th call through the door fails with an errno that suits it */
    calls_from, /* the n-th call and all that follow fail, so that undoing fails too */
    refusal,    /* the n-th netlink request is sent without rights, so that the kernel refuses it */
};

/* What came of a plan. */
struct Hit {
    bool hit = false;      /* the operation got as far as the planned failure */
    unsigned reached = 0;  /* allocations, calls or requests that it made */
    std::string call;      /* "ioctl_int TUNSETPERSIST", "alloc", … */
    int error = 0;         /* the errno; 0 for an allocation or a refusal */
    unsigned variants = 1; /* errnos that suit the call */
};

/* From now on the nth (1 …) fails, with the variant-th (0 …) errno that suits the call. 0: none. */
void arm(Kind kind, unsigned nth, unsigned variant);

/* Ends the plan and tells what it did. */
Hit disarm();

}

#endif
