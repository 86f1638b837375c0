/* SPDX-License-Identifier: Apache-2.0 */
#include "model_setup.h"

#include <setupapi.h>

#include <algorithm>
#include <cstring>

#include "fault_models.h"
#include "model_iphlp.h"
#include "model_registry.h"
#include "model_tap.h"

namespace model
{
namespace
{

/* src/OemVista.inf.in: *IfType 53 and what the class installer adds. */
constexpr DWORD IF_TYPE = 53;

struct Device {
    Bytes own_mac; /* before any value of the registry; empty: not restarted yet */
    DWORD number = 0;
    std::wstring instance_id, description, hardware_ids; /* the last with its zeros between */
    std::wstring key;                                    /* of the driver; "": none yet */
    bool registered = false;
    DWORD state_change = 0; /* of the class install parameters */
    bool goes_globally = false;
    std::wstring selected; /* the driver package */
    InterfacePtr iface;    /* NULL: no driver runs */
};

using DevicePtr = std::shared_ptr<Device>;
using Set = std::vector<DevicePtr>;

Setup faults;
std::map<DWORD, DevicePtr> devices;
DWORD next_device = 1;

Set *checked(HDEVINFO set)
{
    if (!is_held("device set", set))
        mistake("a set of devices is used that is not there");
    return static_cast<Set *>(set);
}

DevicePtr device_of(HDEVINFO set, const SP_DEVINFO_DATA *data)
{
    for (const auto &d : *checked(set))
        if (d->number == data->DevInst)
            return d;
    mistake("a device is used that is not in this set");
    return std::make_shared<Device>();
}

int refuse(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

HDEVINFO new_set(const Set &content)
{
    auto *set = new Set(content);
    hold("device set", set);
    return set;
}

void fill(const DevicePtr &d, SP_DEVINFO_DATA *ret)
{
    if (ret->cbSize != sizeof *ret)
        mistake("cbSize of SP_DEVINFO_DATA is wrong");
    ret->DevInst = d->number;
}

DevicePtr new_device(const std::wstring &instance_id)
{
    auto d = std::make_shared<Device>();
    d->number = next_device++;
    d->instance_id = instance_id;
    devices[d->number] = d;
    return d;
}

/* Interfaces that came another way are devices too; those that went are none any more. */
void adopt_interfaces()
{
    for (auto d = devices.begin(); d != devices.end();) {
        DevicePtr device = (d++)->second;
        if (device->iface != nullptr && device->iface->gone) {
            remove_key(device->key);
            devices.erase(device->number);
        }
    }
    for (const auto &i : interfaces()) {
        bool known = std::any_of(devices.begin(), devices.end(),
                                 [&i](const auto &d) { return d.second->iface == i; });
        if (known)
            continue;
        DevicePtr d = new_device(i->instance_id);
        d->iface = i;
        d->description = i->description;
        d->hardware_ids = i->hardware_id + L'\0';
        d->registered = true;
        d->key = class_key() + L"\\" + std::to_wstring(1000 + d->number);
        set_text(d->key, L"NetCfgInstanceId", text_of(i->guid));
    }
}

bool has_id(const Device &d, const std::wstring &wanted)
{
    for (const wchar_t *id = d.hardware_ids.c_str(); *id != 0; id += wcslen(id) + 1)
        if (_wcsicmp(id, wanted.c_str()) == 0)
            return true;
    return false;
}

std::vector<std::wstring> drivers_for(const Device &d)
{
    std::vector<std::wstring> found;
    for (const auto &package : faults.packages)
        if (has_id(d, package))
            found.push_back(package);
    return found;
}

/* What the class installer writes when the driver is there: the device's keys. */
void write_keys(const Device &d)
{
    set_text(d.key, L"NetCfgInstanceId", text_of(d.iface->guid));
    set_text(d.key, L"ComponentId", d.selected);
    set_text(d.key, L"DriverDesc", d.description);
    set_number(d.key, L"*IfType", IF_TYPE);
    set_number(d.key, L"NetLuidIndex", static_cast<DWORD>(d.iface->luid.Value >> 24 & 0xFFFFFF));
}

/* DIF_SELECTBESTCOMPATDRV: ERROR_NO_COMPAT_DRIVERS when no package is for one of the device's ids. */
int select_driver(const DevicePtr &d)
{
    auto found = drivers_for(*d);
    if (found.empty())
        return refuse(ERROR_NO_COMPAT_DRIVERS);
    d->selected = found.front();
    return TRUE;
}

int install(const DevicePtr &d)
{
    if (d->selected.empty())
        return refuse(ERROR_NO_DRIVER_SELECTED);
    std::wstring name = L"Ethernet " + std::to_wstring(d->number + 1);
    d->iface = add(Interface::Driver::tap, name, GUID{});
    d->iface->description = d->description;
    d->iface->hardware_id = d->selected;
    d->iface->instance_id = d->instance_id;
    const uint8_t mac[6] = {0x00, 0xFF, 0x4D, 0x6F, 0x64, static_cast<uint8_t>(d->number)};
    memcpy(d->iface->mac, mac, sizeof mac);
    d->key = class_key() + L"\\" + std::to_wstring(1000 + d->number);
    make_key(d->key);
    write_interface_keys(*d->iface);
    if (!faults.slow)
        write_keys(*d);
    return TRUE;
}

/* DICS_DISABLE and DICS_ENABLE: the driver stops, and reads its registry when it starts again. */
int change_state(const DevicePtr &d)
{
    bool enable = d->state_change == DICS_ENABLE;
    if (d->iface == nullptr)
        return refuse(ERROR_NO_SUCH_DEVINST);
    d->iface->enabled = enable;
    d->iface->connected = false;
    if (!enable) {
        tap_abort_all(d->iface);
        lose_addresses(d->iface);
    }
    std::wstring address = get_text(d->key, L"NetworkAddress");
    /* src/adapter.c: without the value the driver's own address counts. */
    if (d->own_mac.empty())
        d->own_mac.assign(d->iface->mac, d->iface->mac + 6);
    if (enable && address.empty())
        memcpy(d->iface->mac, d->own_mac.data(), 6);
    for (size_t n = 0; enable && n < 6 && address.size() == 12; n++)
        d->iface->mac[n] =
            static_cast<uint8_t>(wcstoul(address.substr(2 * n, 2).c_str(), nullptr, 16));
    /* src/adapter.c, tapReadConfiguration(): MINIMUM_MTU and MAXIMUM_MTU of src/constants.h. */
    std::wstring mtu = get_text(d->key, L"MTU");
    if (enable)
        d->iface->driver_mtu =
            mtu.empty() ? 1500
                        : std::clamp<uint32_t>(wcstoul(mtu.c_str(), nullptr, 10), 576, 65536);
    changed().notify_all();
    return TRUE;
}

void take_away(const DevicePtr &d)
{
    if (d->iface != nullptr && !d->iface->gone)
        tap_pull(d->iface);
    if (!d->key.empty())
        remove_key(d->key);
    d->registered = false;
    devices.erase(d->number);
}

}

Setup &setup()
{
    return faults;
}

InterfacePtr setup_install(const std::wstring &name, const std::wstring &hardware_id)
{
    Hold guard(lock());
    DevicePtr d = new_device(L"ROOT\\NET\\" + std::to_wstring(1000 + next_device));
    d->hardware_ids = hardware_id + L'\0';
    d->description = L"TAP-Windows Adapter V9";
    d->selected = hardware_id;
    d->registered = true;
    (void)install(d);
    write_keys(*d);
    d->iface->name = name;
    write_interface_keys(*d->iface);
    return d->iface;
}

void setup_reset()
{
    Hold guard(lock());
    devices.clear();
    reset_registry();
    faults = Setup();
}

void know_all_devices()
{
    adopt_interfaces();
    for (const auto &i : interfaces())
        write_interface_keys(*i);
}

/* For RegNotifyChangeKeyValue(): what a slow installation had left to do. */
void finish_installation()
{
    for (const auto &d : devices)
        if (d.second->iface != nullptr && d.second->iface->driver == Interface::Driver::tap)
            write_keys(*d.second);
}

}

using namespace model;

/* ---- Sets of devices ----------------------------------------------------------------------------- */

HDEVINFO vnic__model_class_devices(const GUID *class_guid, DWORD flags)
{
    Hold guard(lock());
    Set found;
    (void)class_guid;
    adopt_interfaces();
    for (const auto &d : devices) {
        bool present = d.second->iface == nullptr || !d.second->iface->problem;
        if (d.second->registered && (present || (flags & DIGCF_PRESENT) == 0))
            found.push_back(d.second);
    }
    return new_set(found);
}

HDEVINFO vnic__model_device_set_create(const GUID *class_guid)
{
    (void)class_guid;
    return new_set({});
}

/* A device that was created and not registered goes with its set. */
void vnic__model_device_set_destroy(HDEVINFO set)
{
    Hold guard(lock());
    Set *content = checked(set);
    drop("device set", set);
    for (const auto &d : *content)
        if (!d->registered)
            devices.erase(d->number);
    delete content;
}

int vnic__model_device_enum(HDEVINFO set, DWORD index, SP_DEVINFO_DATA *ret_device)
{
    Set *content = checked(set);
    if (index >= content->size())
        return refuse(ERROR_NO_MORE_ITEMS);
    fill((*content)[index], ret_device);
    return TRUE;
}

/* ---- One device ---------------------------------------------------------------------------------- */

int vnic__model_device_create(HDEVINFO set, const wchar_t *name, const GUID *class_guid,
                              const wchar_t *description, SP_DEVINFO_DATA *ret_device)
{
    Hold guard(lock());
    (void)class_guid;
    DevicePtr d =
        new_device(L"ROOT\\" + std::wstring(name) + L"\\" + std::to_wstring(1000 + next_device));
    d->description = description != nullptr ? description : L"TAP-Windows Adapter V9";
    checked(set)->push_back(d);
    fill(d, ret_device);
    return TRUE;
}

int vnic__model_device_open(HDEVINFO set, const wchar_t *instance_id, SP_DEVINFO_DATA *ret_device)
{
    Hold guard(lock());
    adopt_interfaces();
    for (const auto &d : devices)
        if (d.second->registered && _wcsicmp(d.second->instance_id.c_str(), instance_id) == 0) {
            checked(set)->push_back(d.second);
            fill(d.second, ret_device);
            return TRUE;
        }
    return refuse(ERROR_NO_SUCH_DEVINST);
}

int vnic__model_device_instance_id(HDEVINFO set, SP_DEVINFO_DATA *device, wchar_t *ret_id,
                                   DWORD cap)
{
    DevicePtr d = device_of(set, device);
    if (d->instance_id.size() + 1 > cap)
        return refuse(ERROR_INSUFFICIENT_BUFFER);
    wcscpy(ret_id, d->instance_id.c_str());
    return TRUE;
}

int vnic__model_device_get_property(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD property,
                                    DWORD *ret_type, void *ret_data, DWORD cap)
{
    DevicePtr d = device_of(set, device);
    std::wstring value;
    DWORD type = REG_SZ;
    if (property == SPDRP_HARDWAREID) {
        value = d->hardware_ids;
        type = REG_MULTI_SZ;
    } else if (property == SPDRP_DEVICEDESC) {
        value = d->description;
    } else if (property == SPDRP_DRIVER) {
        value = d->key.substr(d->key.rfind(L'\\') + 1);
    }
    if (value.empty())
        return refuse(ERROR_INVALID_DATA);
    if ((value.size() + 1) * sizeof(wchar_t) > cap)
        return refuse(ERROR_INSUFFICIENT_BUFFER);
    memcpy(ret_data, value.c_str(), (value.size() + 1) * sizeof(wchar_t));
    if (ret_type != nullptr)
        *ret_type = type;
    return TRUE;
}

int vnic__model_device_set_property(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD property,
                                    const void *data, DWORD len)
{
    DevicePtr d = device_of(set, device);
    std::wstring value(static_cast<const wchar_t *>(data), len / sizeof(wchar_t));
    if (property == SPDRP_HARDWAREID)
        d->hardware_ids = value;
    else if (property == SPDRP_DEVICEDESC || property == SPDRP_FRIENDLYNAME)
        d->description = value.c_str();
    return TRUE;
}

int vnic__model_device_get_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                   SP_DEVINSTALL_PARAMS_W *ret_params)
{
    (void)device_of(set, device);
    if (ret_params->cbSize != sizeof *ret_params)
        return refuse(ERROR_INVALID_USER_BUFFER);
    ret_params->Flags = 0;
    return TRUE;
}

int vnic__model_device_set_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                   SP_DEVINSTALL_PARAMS_W *params)
{
    (void)device_of(set, device);
    return params->cbSize == sizeof *params ? TRUE : refuse(ERROR_INVALID_USER_BUFFER);
}

int vnic__model_device_class_install(HDEVINFO set, SP_DEVINFO_DATA *device,
                                     SP_CLASSINSTALL_HEADER *params, DWORD len)
{
    DevicePtr d = device_of(set, device);
    if (params->InstallFunction == DIF_REMOVE && len >= sizeof(SP_REMOVEDEVICE_PARAMS))
        d->goes_globally =
            reinterpret_cast<SP_REMOVEDEVICE_PARAMS *>(params)->Scope == DI_REMOVEDEVICE_GLOBAL;
    if (params->InstallFunction == DIF_PROPERTYCHANGE && len >= sizeof(SP_PROPCHANGE_PARAMS))
        d->state_change = reinterpret_cast<SP_PROPCHANGE_PARAMS *>(params)->StateChange;
    return TRUE;
}

int vnic__model_device_request(DWORD request, HDEVINFO set, SP_DEVINFO_DATA *device)
{
    Hold guard(lock());
    DevicePtr d = device_of(set, device);
    switch (request) {
    case DIF_REGISTERDEVICE:
        d->registered = true;
        return TRUE;
    case DIF_SELECTBESTCOMPATDRV:
        return select_driver(d);
    case DIF_INSTALLDEVICE:
        return install(d);
    case DIF_PROPERTYCHANGE:
        return change_state(d);
    case DIF_REMOVE:
        if (faults.remove_error != 0)
            return refuse(faults.remove_error);
        faults.removals_said += d->goes_globally ? 1 : 0;
        take_away(d);
        return TRUE;
    default:
        return TRUE;
    }
}

HKEY vnic__model_device_open_key(HDEVINFO set, SP_DEVINFO_DATA *device, DWORD type, DWORD access)
{
    Hold guard(lock());
    DevicePtr d = device_of(set, device);
    (void)access;
    if (type != DIREG_DRV || d->key.empty()) {
        SetLastError(ERROR_KEY_DOES_NOT_EXIST);
        return static_cast<HKEY>(INVALID_HANDLE_VALUE);
    }
    return open_key(d->key);
}

/* ---- Drivers for a device ------------------------------------------------------------------------ */

int vnic__model_drivers_build(HDEVINFO set, SP_DEVINFO_DATA *device)
{
    (void)device_of(set, device);
    return TRUE;
}

void vnic__model_drivers_destroy(HDEVINFO set, SP_DEVINFO_DATA *device)
{
    (void)device_of(set, device);
}
