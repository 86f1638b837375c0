/* SPDX-License-Identifier: Apache-2.0 */
/* What the judge of the sweep knows of a system: its error numbers and its calls. */
#ifndef VNIC_TESTS_FAULT_JUDGE_H
#define VNIC_TESTS_FAULT_JUDGE_H

#include <string>
#include <vector>

#include "fault_door.h"

namespace fault
{

/* The domain in struct vnic_error of numbers that calls through the door fail with. */
extern const unsigned CALL_DOMAIN;

/* What a whole sweep makes fail. */
extern const std::vector<Kind> KINDS;

/* The code that an error number has wherever it comes from; 0: the operation decides. */
int general_code(const Hit &hit, Kind kind);

/* The number that struct vnic_error has for a failure: HRESULTs of Windows are unpacked. */
int told_number(const Hit &hit);

/* "ENOMEM", "error 8". */
std::string error_name(int error);

/* A failure that is handled below every operation, so that it never shows. */
bool is_never_seen(const Hit &hit);

/* A failure behind another one, which the error tells instead. */
bool is_behind_another(const Hit &hit);

/* The call changes something, and its failure leaves open whether it did. */
bool is_without_answer(const Hit &hit);

}

#endif
