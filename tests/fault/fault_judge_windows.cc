/* SPDX-License-Identifier: Apache-2.0 */
#include <windows.h>

#include <cstdio>
#include <map>

#include "fault_judge.h"
#include "vnic/error.h"

namespace fault
{

const unsigned CALL_DOMAIN = VNIC_OS_WIN32;
const std::vector<Kind> KINDS = {Kind::allocation, Kind::call};

int general_code(const Hit &hit, Kind kind)
{
    if (kind == Kind::allocation)
        return VNIC_ENOMEM;
    switch (told_number(hit)) {
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
        return VNIC_ENOMEM;
    case ERROR_ACCESS_DENIED:
        return VNIC_EPERM;
    default:
        return 0;
    }
}

/* winerror.h: HRESULT_FROM_WIN32 makes 0x8007XXXX of a number. */
int told_number(const Hit &hit)
{
    auto bits = static_cast<unsigned>(hit.error);
    return bits >> 16 == 0x8007 ? static_cast<int>(bits & 0xFFFF) : hit.error;
}

std::string error_name(int error)
{
    return "error " + std::to_string(error);
}

bool is_never_seen(const Hit &hit)
{
    (void)hit;
    return false;
}

bool is_behind_another(const Hit &hit)
{
    (void)hit;
    return false;
}

bool is_without_answer(const Hit &hit)
{
    (void)hit;
    return false;
}

}
