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
    {"file_attributes", ERROR_FILE_NOT_FOUND, "", "the next place is looked at"},
    {"file_attributes", ERROR_ACCESS_DENIED, "", "loading the file tells whether it may be read"},
    {"wintun_driver_version", ERROR_FILE_NOT_FOUND, "", "no driver is loaded, so none is told"},
    {"wintun_open_adapter", ERROR_GEN_FAILURE, "vnic_open",
     "one is made instead, and it is logged"},
    {"alias_to_luid", 0, "vnic_open", "that the name is in use is found after making the adapter"},
    {"wintun_receive", ERROR_NO_MORE_ITEMS, "", "it waits and tries again"},
    {"wintun_receive", ERROR_HANDLE_EOF, "",
     "the end is looked at once more before it is believed"},
    {"wintun_receive", ERROR_INVALID_DATA, "vnic_wait", "only a look: whoever receives is told"},
    {"wintun_receive", ERROR_INVALID_DATA, "vnic_wait_handle", "the same"},
    {"wintun_receive", ERROR_INVALID_DATA, "vnic_recv_many",
     "the packets before it are a result; the next call tells"},
    {"wintun_allocate", ERROR_BUFFER_OVERFLOW, "", "it waits and tries again"},
    {"read_device", 0, "", "the read is asked for again, or the device opened anew"},
    {"write_device", 0, "", "the packet is written again, when the trouble is over"},
    {"device_control", 0, "", "without the driver's MAC that of the IP stack is told"},
    {"create_event", 0, "", "the same: a control request has an event"},
    {"device_request", 0, "vnic_open",
     "a driver without co-installers and interfaces needs neither"},
    {"device_get_install", 0, "vnic_set_mac", "the driver's answer tells whether it restarted"},
    {"device_set_create", 0, "vnic_shutdown", "closing: the adapter is removed by another try"},
    {"device_open", 0, "vnic_shutdown", "the same"},
    {"device_class_install", 0, "vnic_shutdown", "a removal is global where nothing else is said"},
    {"device_request", 0, "vnic_shutdown", "the same"},
    {"cancel_io", 0, "", "closing the device ends what is in flight"},
    {"open_device", 0, "vnic_open", "an adapter that was just made is tried again for a while"},
    {"open_device", 0, "vnic_set_mac", "an adapter that was restarted is tried again for a while"},
    {"device_class_install", 0, "vnic_set_mac", "the adapter is enabled by another try"},
    {"device_request", 0, "vnic_set_mac", "the same"},
    {"device_get_install", 0, "vnic_set_mtu", "the driver's answer tells whether it restarted"},
    {"open_device", 0, "vnic_set_mtu", "an adapter that was restarted is tried again for a while"},
    {"device_class_install", 0, "vnic_set_mtu", "the adapter is enabled by another try"},
    {"device_request", 0, "vnic_set_mtu", "the same"},
    {"reg_notify", 0, "vnic_open", "it looks again after a while"},
    {"device_get_install", 0, "vnic_open", "it only asks whether the machine has to restart"},
    {"device_class_install", 0, "vnic_open", "the adapter is restarted once more"},
    {"wait_any", 0, "vnic_open", "it looks again without having waited"},
    {"create_timer", 0, "", "waits are then by the millisecond"},
    {"wait_any", 0, "vnic_wait_handle", "the event is then signalled for good: busy, and no hang"},
    {"wait_any", 0, "vnic_shutdown", "the same"},
    {"get_if_entry", 0, "vnic_open", "an adapter that was made has its name unless told otherwise"},
    {"get_ip_interface", 0, "",
     "the family's MTU and metric stay untold; duplicates are looked for"},
    {"set_ip_interface", 0, "vnic_open", "duplicates are looked for, so the address comes later"},
    {"set_ip_interface", 0, "vnic_add_address", "the same"},
    {"set_ip_interface", 0, "vnic_set_addresses", "the same"},
    {"get_dns", ERROR_PROC_NOT_FOUND, "", "older systems keep it in the registry"},
    {"set_dns", ERROR_PROC_NOT_FOUND, "", "older systems keep it in the registry"},
    {"get_if_entry", 0, "vnic_list", "an adapter that does not tell is left out"},
    {"get_ip_interface", 0, "vnic_list", "the same"},
    {"guid_to_luid", 0, "vnic_list", "the same"},
    {"device_get_property", 0, "vnic_list", "the same"},
    {"device_open_key", 0, "vnic_list", "the same"},
    {"reg_get", 0, "vnic_list", "the same"},
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
