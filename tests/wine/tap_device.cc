/* SPDX-License-Identifier: Apache-2.0 */
#include "wine/tap_device.h"

#include <windows.h>

#include <initguid.h>

#include <devguid.h>
#include <setupapi.h>

#include <functional>

namespace wine
{

/* A device's value below its driver's key. */
static bool read_value(HDEVINFO set, SP_DEVINFO_DATA *device, const wchar_t *name, DWORD type,
                       void *ret, DWORD size)
{
    HKEY key = SetupDiOpenDevRegKey(set, device, DICS_FLAG_GLOBAL, 0, DIREG_DRV, KEY_READ);

    if (key == INVALID_HANDLE_VALUE) {
        return false;
    }
    LSTATUS rc = RegGetValueW(key, nullptr, name, type, nullptr, ret, &size);
    RegCloseKey(key);
    return rc == ERROR_SUCCESS;
}

static std::wstring guid_of(HDEVINFO set, SP_DEVINFO_DATA *device)
{
    wchar_t text[64], component[64];

    return read_value(set, device, L"ComponentId", RRF_RT_REG_SZ, component, sizeof component) &&
                   wcscmp(component, L"tap0901") == 0 &&
                   read_value(set, device, L"NetCfgInstanceId", RRF_RT_REG_SZ, text, sizeof text)
               ? text
               : L"";
}

using Visit = std::function<bool(HDEVINFO, SP_DEVINFO_DATA *, const std::wstring &)>;

/* Calls fn for every adapter until it returns true; that is the result. */
static bool visit_adapters(const Visit &fn)
{
    HDEVINFO set = SetupDiGetClassDevsW(&GUID_DEVCLASS_NET, nullptr, nullptr, 0);
    SP_DEVINFO_DATA device = {};
    bool found = false;

    device.cbSize = sizeof device;
    for (DWORD i = 0; !found && SetupDiEnumDeviceInfo(set, i, &device); i++) {
        std::wstring guid = guid_of(set, &device);
        found = !guid.empty() && fn(set, &device, guid);
    }
    SetupDiDestroyDeviceInfoList(set);
    return found;
}

/* The steps of tapinstall and devcon: a node, its hardware id, the best driver, the installation. */
static bool install_steps(HDEVINFO set, SP_DEVINFO_DATA *device, const std::wstring &ids)
{
    return SetupDiCreateDeviceInfoW(set, L"NET", &GUID_DEVCLASS_NET, nullptr, nullptr,
                                    DICD_GENERATE_ID, device) &&
           SetupDiSetDeviceRegistryPropertyW(set, device, SPDRP_HARDWAREID,
                                             reinterpret_cast<const BYTE *>(ids.c_str()),
                                             static_cast<DWORD>(ids.size() * sizeof(wchar_t))) &&
           SetupDiBuildDriverInfoList(set, device, SPDIT_COMPATDRIVER) &&
           SetupDiCallClassInstaller(DIF_SELECTBESTCOMPATDRV, set, device) &&
           SetupDiCallClassInstaller(DIF_REGISTERDEVICE, set, device) &&
           SetupDiCallClassInstaller(DIF_INSTALLDEVICE, set, device);
}

std::wstring tap_install(const wchar_t *hardware_id, unsigned long *ret_error)
{
    HDEVINFO set = SetupDiCreateDeviceInfoList(&GUID_DEVCLASS_NET, nullptr);
    SP_DEVINFO_DATA device = {};
    std::wstring guid;

    device.cbSize = sizeof device;
    /* A list of texts: two zeros at its end. */
    bool done = install_steps(set, &device, std::wstring(hardware_id) + std::wstring(2, L'\0'));
    *ret_error = GetLastError();
    for (int i = 0; done && guid.empty() && i < 2000; i++) {
        guid = guid_of(set, &device);
        Sleep(guid.empty() ? 10 : 0);
    }
    SetupDiDestroyDeviceInfoList(set);
    return guid;
}

bool tap_remove(const std::wstring &guid)
{
    return visit_adapters([&](HDEVINFO set, SP_DEVINFO_DATA *device, const std::wstring &g) {
        return _wcsicmp(g.c_str(), guid.c_str()) == 0 &&
               SetupDiCallClassInstaller(DIF_REMOVE, set, device);
    });
}

std::vector<std::wstring> tap_adapters()
{
    std::vector<std::wstring> all;

    visit_adapters([&](HDEVINFO, SP_DEVINFO_DATA *, const std::wstring &g) {
        all.push_back(g);
        return false;
    });
    return all;
}

int tap_ifindex(const std::wstring &guid)
{
    DWORD index = 0;

    return visit_adapters([&](HDEVINFO set, SP_DEVINFO_DATA *device, const std::wstring &g) {
        return g == guid &&
               read_value(set, device, L"NetLuidIndex", RRF_RT_REG_DWORD, &index, sizeof index);
    })
               ? static_cast<int>(index)
               : -1;
}

} /* namespace wine */
