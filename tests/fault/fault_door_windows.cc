/* SPDX-License-Identifier: Apache-2.0 */
/* The failing door of Windows: which call fails, and with which numbers. */
#include <winsock2.h>

#include <windows.h>

#include <cfgmgr32.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "fault_alloc.h"
#include "fault_door.h"

extern "C" int vnic__fault_hit(const char *call, uintptr_t detail);

namespace fault
{
namespace
{

using Numbers = std::vector<int>;

std::mutex lock;
Kind kind;
unsigned planned;
unsigned chosen;
Hit state;

const Numbers memory = {ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_SYSTEM_RESOURCES};
const Numbers device = {ERROR_GEN_FAILURE, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY};
const Numbers setup = {ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY, ERROR_GEN_FAILURE};
const Numbers registry = {ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY};
const Numbers com = {E_ACCESSDENIED, E_OUTOFMEMORY, E_FAIL};
const Numbers absent = {ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY, ERROR_PROC_NOT_FOUND};

/* The numbers that suit a call: each one stands for another thing that can go wrong there. None: what
 * it says is about something that happened, so that a made-up answer would be a lie. */
const std::map<std::string, Numbers> suits = {
    {"create_event", memory},
    {"create_timer", {ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_PARAMETER}},
    {"create_thread", {ERROR_NOT_ENOUGH_MEMORY, ERROR_MAX_THRDS_REACHED}},
    {"wait_any", {ERROR_INVALID_HANDLE}},
    {"program_path", {ERROR_NOT_ENOUGH_MEMORY}},
    {"system_directory", {ERROR_NOT_ENOUGH_MEMORY}},
    {"file_attributes", {ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND}},
    {"load_library",
     {ERROR_MOD_NOT_FOUND, ERROR_BAD_EXE_FORMAT, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY}},
    {"get_proc", {ERROR_PROC_NOT_FOUND}},
    {"version_resource", {ERROR_RESOURCE_DATA_NOT_FOUND, ERROR_NOT_ENOUGH_MEMORY}},
    {"is_elevated", {ERROR_ACCESS_DENIED}},
    {"wintun_create_adapter",
     {ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_NOT_ENOUGH_MEMORY,
      ERROR_DEVICE_NOT_AVAILABLE, ERROR_GEN_FAILURE}},
    {"wintun_open_adapter", {ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY, ERROR_GEN_FAILURE}},
    {"wintun_delete_driver", {ERROR_ACCESS_DENIED, ERROR_DEVICE_IN_USE}},
    {"wintun_driver_version", {ERROR_FILE_NOT_FOUND}},
    {"wintun_start_session",
     {ERROR_ALREADY_INITIALIZED, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY,
      ERROR_FILE_NOT_FOUND}},
    {"wintun_receive", {ERROR_NO_MORE_ITEMS, ERROR_HANDLE_EOF, ERROR_INVALID_DATA}},
    {"wintun_allocate", {ERROR_BUFFER_OVERFLOW, ERROR_HANDLE_EOF}},
    {"open_device", device},
    {"device_control", {ERROR_GEN_FAILURE, ERROR_DEVICE_NOT_CONNECTED, ERROR_NOT_ENOUGH_MEMORY}},
    {"read_device", {ERROR_OPERATION_ABORTED, ERROR_DEVICE_NOT_CONNECTED, ERROR_NOT_ENOUGH_MEMORY}},
    {"write_device",
     {ERROR_OPERATION_ABORTED, ERROR_DEVICE_NOT_CONNECTED, ERROR_NOT_ENOUGH_MEMORY}},
    {"overlapped_result", {}},
    {"cancel_io", {ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_HANDLE}},
    {"device_status", {CR_NO_SUCH_DEVNODE, CR_FAILURE}},
    {"get_ip_interface", absent},
    {"set_ip_interface", absent},
    {"init_unicast", {ERROR_PROC_NOT_FOUND}},
    {"create_unicast", absent},
    {"delete_unicast", absent},
    {"set_dns", absent},
    {"get_dns", absent},
    {"get_if_entry", {ERROR_NOT_ENOUGH_MEMORY, ERROR_FILE_NOT_FOUND}},
    {"set_if_entry", {ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED}},
    {"get_unicast_table", {ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_SUPPORTED}},
    {"luid_to_index", {ERROR_FILE_NOT_FOUND}},
    {"luid_to_guid", {ERROR_FILE_NOT_FOUND}},
    {"guid_to_luid", {ERROR_FILE_NOT_FOUND}},
    {"alias_to_luid", {ERROR_NOT_ENOUGH_MEMORY}},
};

const Numbers &errors_of(const std::string &name)
{
    auto found = suits.find(name);
    if (found != suits.end())
        return found->second;
    if (name.compare(0, 10, "connection") == 0 || name.compare(0, 4, "com_") == 0)
        return com;
    return name.compare(0, 4, "reg_") == 0 ? registry : setup;
}

}

void arm(Kind what, unsigned nth, unsigned variant)
{
    std::lock_guard<std::mutex> hold(lock);
    kind = what;
    planned = nth;
    chosen = variant;
    state = Hit();
    fault_alloc_arm(what == Kind::allocation ? nth : 0);
}

Hit disarm()
{
    std::lock_guard<std::mutex> hold(lock);
    if (kind == Kind::allocation) {
        state.reached = fault_alloc_count();
        state.hit = planned != 0 && state.reached >= planned;
        state.call = "alloc";
    }
    fault_alloc_arm(0);
    planned = 0;
    return state;
}

}

extern "C" int vnic__fault_hit(const char *call, uintptr_t detail)
{
    using namespace fault;
    std::lock_guard<std::mutex> hold(fault::lock);
    (void)detail;
    if (planned == 0 || kind == Kind::allocation)
        return 0;
    const Numbers &errors = errors_of(call);
    if (errors.empty())
        return 0;
    state.reached++;
    if (kind == Kind::calls_from ? state.reached < planned : state.reached != planned)
        return 0;
    state.hit = true;
    state.call = call;
    state.variants = static_cast<unsigned>(errors.size());
    state.error = errors[chosen % errors.size()];
    return state.error;
}
