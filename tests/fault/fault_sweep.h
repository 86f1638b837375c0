/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep: an operation is done again and again with its first, second, … allocation, call or
 * netlink request failing, until it comes through without meeting the failure. After each failure the
 * answer is judged and the machine is compared with what it was.
 */
#ifndef VNIC_TESTS_FAULT_SWEEP_H
#define VNIC_TESTS_FAULT_SWEEP_H

#include <functional>
#include <string>
#include <vector>

#include "fault_door.h"
#include "vnic/vnic.h"

namespace fault
{

/* One operation of the library. */
struct Operation {
    const char *name;     /* for the table */
    const char *function; /* the public function, whose @error lines say which codes it may give */
    /* Makes what the operation needs. */
    std::function<void()> before;
    /* The operation. err is empty before; functions without one leave it so. */
    std::function<int(vnic_error *err)> act;
    /* Ends what `before` and a successful `act` made. */
    std::function<void()> after;
    /* Whether the function fills a vnic_error. */
    bool explains = true;
    /* What must be the same before and after a failure; none: nothing is compared. */
    std::function<std::string()> observe = nullptr;
    /* Without an answer, or one that cannot be true, it is open whether a single change was made. */
    bool may_be_done = false;
};

/* Sweeps with failures of this kind, and notes n for the table. */
void sweep(const Operation &op, Kind kind);

/* Allocations, calls and, where netlink is used, refusals. */
void sweep_all(const Operation &op);

/* Expects that the sweeps of this process have got each of these codes ("VNIC_EOS VNIC_ENOMEM") of it. */
void expect_provoked(const char *function, const char *codes);

}

#endif
