/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration on a system whose iphlpapi.dll lacks half of it, which Wine's own does: whatever cannot be
 * done is refused by name and says why; whatever can be, is.
 */
#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <gtest/gtest.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <objbase.h>

#include <string>

#include "support/netconf_handle.h"
#include "wine/linux_calls.h"

extern "C" {
#include "os/windows/win_sys_iphlp.h"
}

namespace
{

/* Of the test that runs. Each has another one: Wine remembers interfaces by name, also when they are gone. */
const char *ifname;

class NetconfAbsent : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        HMODULE dll = GetModuleHandleW(L"iphlpapi.dll");

        ASSERT_NE(nullptr, dll);
        ASSERT_EQ(nullptr, reinterpret_cast<void *>(GetProcAddress(dll, "SetIpInterfaceEntry")))
            << "this is not Wine's own iphlpapi.dll";
        static int number;
        name = "vnabsent" + std::to_string(number++);
        ifname = name.c_str();
        tun = lx_tun_open(ifname, LX_IFF_TUN);
        ASSERT_GE(tun, 0) << "a TUN is needed: run inside tools/wine.sh --inside";
        ASSERT_EQ(NO_ERROR, ConvertInterfaceAliasToLuid(
                                std::wstring(name.begin(), name.end()).c_str(), &luid));
        ASSERT_EQ(NO_ERROR, ConvertInterfaceLuidToGuid(&luid, &guid));
        dev = netconf_new(luid.Value, &guid, VNIC_TUN, 1, nullptr);
    }
    void TearDown() override
    {
        if (dev != nullptr)
            netconf_free(dev);
        if (tun >= 0)
            lx_close(tun);
    }
    /* The error is "not supported", and names what is missing and where. */
    void expect_absent(int rc, const char *field, const char *function)
    {
        EXPECT_EQ(VNIC_ENOTSUP, rc) << field;
        EXPECT_EQ(static_cast<int>(ERROR_PROC_NOT_FOUND), err.os_code) << field;
        EXPECT_EQ(VNIC_OS_WIN32, err.os_domain) << field;
        EXPECT_STREQ(field, err.field);
        EXPECT_EQ(0u, std::string(err.operation).find(function)) << err.operation;
        EXPECT_NE(std::string::npos, std::string(err.text).find("iphlpapi.dll")) << err.text;
        err = {};
    }

    std::string name;
    int tun = -1;
    NET_LUID luid = {};
    GUID guid = {};
    vnic *dev = nullptr;
    vnic_error err = {};
};

TEST_F(NetconfAbsent, WhatCannotBeDoneSaysSo)
{
    vnic_prefix p;
    uint32_t mode = 0;

    ASSERT_EQ(0, vnic_prefix_parse("10.9.7.1/24", &p));
    expect_absent(vnic_set_mtu(dev, 1400, &err), "mtu", "SetIpInterfaceEntry");
    expect_absent(vnic_set_metric(dev, 5, &err), "metric", "SetIpInterfaceEntry");
    expect_absent(vnic_add_address(dev, &p, &err), "addresses", "CreateUnicastIpAddressEntry");
    expect_absent(netconf_get_link_local(dev, &mode, &err), "flags", "SetIpInterfaceEntry");
}

TEST_F(NetconfAbsent, WhatCanBeDoneIs)
{
    vnic_info now = {};

    now.size = sizeof now;
    EXPECT_EQ(0, netconf_wait(dev, &err)) << err.text;
    ASSERT_EQ(0, vnic_get_info(dev, &now, &err)) << err.text;
    EXPECT_STREQ(ifname, now.name);
    EXPECT_EQ(1500u, now.mtu);
    EXPECT_EQ(0, vnic_set_mtu(dev, 1500, &err)) << "it is so already: " << err.text;
    EXPECT_EQ(0, vnic_get_addresses(dev, nullptr, 0, &err)) << err.text;
    EXPECT_EQ(0, vnic_set_up(dev, 1, &err)) << err.text;
}

/* The door says of each of them that it is not there, and touches nothing. */
TEST_F(NetconfAbsent, EachFunctionThatMayBeAbsent)
{
    MIB_IPINTERFACE_ROW ip = {};
    MIB_UNICASTIPADDRESS_ROW address = {};
    win_dns_settings dns = {};
    WCHAR servers[] = L"1.1.1.1";
    const DWORD absent = ERROR_PROC_NOT_FOUND;

    for (const char *function :
         {"GetIpInterfaceEntry", "SetIpInterfaceEntry", "InitializeUnicastIpAddressEntry",
          "CreateUnicastIpAddressEntry", "DeleteUnicastIpAddressEntry", "SetInterfaceDnsSettings",
          "GetInterfaceDnsSettings", "FreeInterfaceDnsSettings"})
        ASSERT_EQ(nullptr, reinterpret_cast<void *>(
                               GetProcAddress(GetModuleHandleW(L"iphlpapi.dll"), function)))
            << function;
    ip.Family = AF_INET;
    ip.InterfaceLuid = luid;
    ip.NlMtu = 77;
    EXPECT_EQ(absent, vnic__sys_get_ip_interface(&ip));
    EXPECT_EQ(77u, ip.NlMtu);
    EXPECT_EQ(absent, vnic__sys_set_ip_interface(&ip));
    EXPECT_EQ(absent, vnic__sys_init_unicast(&address));
    EXPECT_EQ(absent, vnic__sys_create_unicast(&address));
    EXPECT_EQ(absent, vnic__sys_delete_unicast(&address));
    dns.version = WIN_DNS_VERSION;
    dns.name_server = servers;
    EXPECT_EQ(absent, vnic__sys_set_dns(&guid, &dns));
    EXPECT_EQ(absent, vnic__sys_get_dns(&guid, &dns));
    vnic__sys_free_dns(&dns);
    EXPECT_EQ(servers, dns.name_server);
}

/* ---- DNS by the registry ------------------------------------------------------------------------ */

class NetconfOldDns : public NetconfAbsent
{
  protected:
    /* What the IP stack of Windows makes for each interface, and Wine does not. */
    void make_keys()
    {
        wchar_t text[40] = L"";

        ASSERT_EQ(39, StringFromGUID2(guid, text, 40));
        for (int i = 0; i < 2; i++) {
            path[i] = std::wstring(L"SYSTEM\\CurrentControlSet\\Services\\Tcpip") +
                      (i == 0 ? L"" : L"6") + L"\\Parameters\\Interfaces\\" + text;
            HKEY key;
            ASSERT_EQ(ERROR_SUCCESS,
                      RegCreateKeyExW(HKEY_LOCAL_MACHINE, path[i].c_str(), 0, nullptr,
                                      REG_OPTION_VOLATILE, KEY_ALL_ACCESS, nullptr, &key, nullptr));
            RegCloseKey(key);
        }
    }
    void TearDown() override
    {
        for (const std::wstring &p : path)
            if (!p.empty())
                EXPECT_EQ(ERROR_SUCCESS, RegDeleteKeyW(HKEY_LOCAL_MACHINE, p.c_str()));
        NetconfAbsent::TearDown();
    }
    std::wstring value(int family, const wchar_t *name)
    {
        wchar_t text[512] = L"";
        DWORD len = sizeof text;

        EXPECT_EQ(ERROR_SUCCESS, RegGetValueW(HKEY_LOCAL_MACHINE, path[family].c_str(), name,
                                              RRF_RT_REG_SZ, nullptr, text, &len));
        return text;
    }

    std::wstring path[2];
};

TEST_F(NetconfOldDns, ServersAndOneDomainGoIntoTheRegistry)
{
    char text[512];

    make_keys();
    ASSERT_EQ(0, vnic_set_dns(dev, "1.1.1.1 fd00::53 9.9.9.9 search corp.example", &err))
        << err.text;
    EXPECT_EQ(L"1.1.1.1,9.9.9.9", value(0, L"NameServer"));
    EXPECT_EQ(L"fd00::53", value(1, L"NameServer"));
    EXPECT_EQ(L"corp.example", value(0, L"Domain"));
    ASSERT_EQ(0, netconf_get_dns(dev, text, sizeof text, &err)) << err.text;
    EXPECT_STREQ("1.1.1.1 9.9.9.9 fd00::53 search corp.example", text);
    ASSERT_EQ(0, vnic_set_dns(dev, "", &err)) << err.text;
    EXPECT_EQ(L"", value(0, L"NameServer"));
    EXPECT_EQ(L"", value(0, L"Domain"));
}

TEST_F(NetconfOldDns, SeveralDomainsAreRefusedAndNothingIsChanged)
{
    make_keys();
    ASSERT_EQ(0, vnic_set_dns(dev, "1.1.1.1 search corp.example", &err)) << err.text;
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_dns(dev, "9.9.9.9 search a.example b.example", &err));
    EXPECT_NE(std::string::npos, std::string(err.text).find("one search domain")) << err.text;
    EXPECT_EQ(L"1.1.1.1", value(0, L"NameServer"));
    EXPECT_EQ(L"corp.example", value(0, L"Domain"));
}

TEST_F(NetconfOldDns, WithoutTheKeysOfTheStackThereIsNothingToSet)
{
    EXPECT_EQ(VNIC_EOS, vnic_set_dns(dev, "1.1.1.1", &err));
    EXPECT_NE(std::string::npos, std::string(err.text).find("no settings of this interface"))
        << err.text;
    EXPECT_EQ(static_cast<int>(ERROR_FILE_NOT_FOUND), err.os_code);
}

}
