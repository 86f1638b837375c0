/* SPDX-License-Identifier: Apache-2.0 */
#include <cerrno>
#include <cstring>

#include "fault_judge.h"
#include "vnic/error.h"

namespace fault
{

const unsigned CALL_DOMAIN = VNIC_OS_ERRNO;
const std::vector<Kind> KINDS = {Kind::allocation, Kind::call, Kind::refusal};

/* That the device node is missing matters more than why it cannot be made. */
bool is_behind_another(const Hit &hit)
{
    return hit.call.compare(0, 2, "mk") == 0;
}

int general_code(const Hit &hit, Kind kind)
{
    if (kind == Kind::allocation)
        return VNIC_ENOMEM;
    if (kind == Kind::refusal)
        return VNIC_EPERM;
    if (is_behind_another(hit))
        return 0;
    switch (hit.error) {
    case EMFILE:
    case ENFILE:
        return VNIC_EMFILE;
    case ENOMEM:
    case ENOBUFS:
        return VNIC_ENOMEM;
    case EPERM:
    case EACCES:
        return hit.call == "thread_create" ? 0 : VNIC_EPERM;
    default:
        return 0;
    }
}

int told_number(const Hit &hit)
{
    return hit.error;
}

std::string error_name(int error)
{
    const char *name = strerrorname_np(error);
    return name != nullptr ? name : std::to_string(error);
}

bool is_never_seen(const Hit &hit)
{
    return hit.error == EINTR;
}

bool is_without_answer(const Hit &hit)
{
    return hit.call == "recvmsg" || hit.call == "ioctl_ptr TUNGETIFF";
}

}
