/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listing adapters: devices as the drivers' installers make them, in Wine's registry, whose interfaces are
 * Linux TUNs and TAPs.
 */
#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <initguid.h>

#include <devguid.h>
#include <gtest/gtest.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <objbase.h>
#include <setupapi.h>

#include <string>
#include <vector>

#include "support/netconf_handle.h"
#include "wine/linux_calls.h"

namespace
{

/* A device of the class "net" that belongs to a Linux interface. */
class Device
{
  public:
    Device(const char *ifname, int kind, const std::wstring &hardware_id)
    {
        std::wstring ids = hardware_id + L'\0' + L"other" + L'\0';
        std::string name = ifname;
        wchar_t text[40] = L"";
        NET_LUID luid = {};
        GUID guid = {};

        fd = lx_tun_open(ifname, kind);
        EXPECT_GE(fd, 0);
        EXPECT_EQ(NO_ERROR, ConvertInterfaceAliasToLuid(
                                std::wstring(name.begin(), name.end()).c_str(), &luid));
        EXPECT_EQ(NO_ERROR, ConvertInterfaceLuidToGuid(&luid, &guid));
        EXPECT_EQ(39, StringFromGUID2(guid, text, 40));
        set = SetupDiCreateDeviceInfoList(&GUID_DEVCLASS_NET, nullptr);
        device.cbSize = sizeof device;
        EXPECT_TRUE(SetupDiCreateDeviceInfoW(set, L"Net", &GUID_DEVCLASS_NET, nullptr, nullptr,
                                             DICD_GENERATE_ID, &device));
        EXPECT_TRUE(SetupDiSetDeviceRegistryPropertyW(
            set, &device, SPDRP_HARDWAREID, reinterpret_cast<const BYTE *>(ids.c_str()),
            static_cast<DWORD>((ids.size() + 1) * sizeof(wchar_t))));
        EXPECT_TRUE(SetupDiCallClassInstaller(DIF_REGISTERDEVICE, set, &device));
        HKEY key =
            SetupDiCreateDevRegKeyW(set, &device, DICS_FLAG_GLOBAL, 0, DIREG_DRV, nullptr, nullptr);
        EXPECT_NE(INVALID_HANDLE_VALUE, key);
        EXPECT_EQ(ERROR_SUCCESS,
                  RegSetValueExW(key, L"NetCfgInstanceId", 0, REG_SZ,
                                 reinterpret_cast<const BYTE *>(text), sizeof(wchar_t) * 39));
        RegCloseKey(key);
    }
    ~Device()
    {
        EXPECT_TRUE(SetupDiCallClassInstaller(DIF_REMOVE, set, &device));
        SetupDiDestroyDeviceInfoList(set);
        unplug();
    }
    void unplug()
    {
        if (fd >= 0)
            lx_close(fd);
        fd = -1;
    }

  private:
    int fd = -1;
    HDEVINFO set = INVALID_HANDLE_VALUE;
    SP_DEVINFO_DATA device = {};
};

struct Listed {
    std::vector<std::string> names;
    size_t stop_after = 100;
};

int take(void *user, const vnic_info *info)
{
    auto *listed = static_cast<Listed *>(user);

    EXPECT_EQ(sizeof *info, info->size);
    EXPECT_NE(0u, info->if_index);
    EXPECT_EQ('{', info->guid[0]);
    listed->names.push_back(std::string(info->backend) + " " + info->name);
    return listed->names.size() == listed->stop_after;
}

std::vector<std::string> list(uint32_t layer, size_t stop_after = 100)
{
    vnic_error err = {};
    Listed listed;

    listed.stop_after = stop_after;
    int n = netconf_list(layer, take, &listed, &err);
    EXPECT_EQ(static_cast<int>(listed.names.size()), n) << err.text;
    return listed.names;
}

TEST(NetconfList, AdaptersAreFoundByTheirHardwareId)
{
    Device tun("vnlist0", LX_IFF_TUN, L"Wintun");
    Device tap("vnlist1", LX_IFF_TAP, L"tap0901");
    Device old("vnlist2", LX_IFF_TAP, L"ROOT\\TAP0901");
    Device other("vnlist3", LX_IFF_TAP, L"e1000");

    EXPECT_EQ(std::vector<std::string>{"wintun vnlist0"}, list(VNIC_TUN));
    std::vector<std::string> both = {"tap-windows6 vnlist1", "tap-windows6 vnlist2"};
    EXPECT_EQ(both, list(VNIC_TAP));
    EXPECT_EQ(std::vector<std::string>{both[0]}, list(VNIC_TAP, 1));

    tap.unplug();
    EXPECT_EQ(std::vector<std::string>{both[1]}, list(VNIC_TAP)) << "it has no interface";
}

}
