/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_ignored.h"

#include <winsock2.h>

#include <windows.h>

#include <cstring>

namespace fault
{
namespace
{

struct Ignored {
    const char *call;     /* the call, whole */
    int error;            /* 0: any */
    const char *function; /* only in this function; "": in all */
    const char *reason;
};

const Ignored ignored[] = {
    {"version_resource", 0, "", "a file that tells no version is taken by its functions alone"},
    {"is_elevated", 0, "", "it only makes the text of an error better"},
    {"wintun_driver_version", ERROR_FILE_NOT_FOUND, "", "no driver is loaded, so none is told"},
    {"wintun_receive", ERROR_NO_MORE_ITEMS, "", "it waits and tries again"},
    {"wintun_allocate", ERROR_BUFFER_OVERFLOW, "", "it waits and tries again"},
    {"read_device", 0, "", "the read is asked for again, or the device opened anew"},
    {"device_control", 0, "vnic_open", "without the driver's MAC that of the IP stack is told"},
    {"create_event", 0, "vnic_open", "the same: a control request has an event"},
    {"device_request", 0, "vnic_open",
     "a driver without co-installers and interfaces needs neither"},
    {"reg_notify", 0, "vnic_open", "it looks again after a while"},
    {"create_timer", ERROR_INVALID_PARAMETER, "", "the timer is made without high resolution"},
};

}

const char *why_ignored(const Operation &op, const Hit &hit)
{
    for (const auto &entry : ignored)
        if (hit.call == entry.call && (entry.error == 0 || entry.error == hit.error) &&
            (*entry.function == 0 || strcmp(entry.function, op.function) == 0))
            return entry.reason;
    return nullptr;
}

}
