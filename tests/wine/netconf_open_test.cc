/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a configured adapter: the library's own way through the test wintun.dll and the test iphlpapi.dll,
 * seen from Linux.
 */
#include <winsock2.h>

#include <windows.h>

#include <gtest/gtest.h>

#include <string>

#include "vnic/vnic.h"
#include "wine/linux_calls.h"

namespace
{

class NetconfOpen : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        static int number;

        name = "vnopen" + std::to_string(number++);
        vnic_config_init(&cfg);
        cfg.backend = "wintun";
        cfg.name = name.c_str();
        cfg.flags = VNIC_NO_LINK_LOCAL;
    }
    void TearDown() override
    {
        vnic_close(dev);
        EXPECT_LT(lx_if_index(name.c_str()), 0) << "it goes with its handle";
    }
    std::string addresses()
    {
        vnic_prefix list[8];
        std::string text;
        int n = vnic_get_addresses(dev, list, 8, &err);

        EXPECT_GE(n, 0) << err.text;
        for (int i = 0; i < n; i++) {
            char one[VNIC_PREFIX_TEXT_MAX] = "";
            EXPECT_GE(vnic_prefix_format(&list[i], one, sizeof one), 0);
            text += (text.empty() ? "" : " ") + std::string(one);
        }
        return text;
    }
    int linux_mtu()
    {
        lx_ifreq r = lx_request(name.c_str());

        return lx_if_ioctl(LX_SIOCGIFMTU, &r) < 0 ? -1 : r.u.number;
    }

    std::string name;
    vnic_config cfg;
    vnic *dev = nullptr;
    vnic_error err = {};
};

TEST_F(NetconfOpen, EverythingIsSetAndUp)
{
    vnic_info info = {};

    cfg.addresses = "10.77.1.1/24 fd77::1/64";
    cfg.mtu = 1412;
    cfg.metric = 11;
    cfg.dns = "10.77.1.53 search corp.example";
    ASSERT_EQ(0, vnic_open(&cfg, &dev, &err)) << err.text;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    EXPECT_EQ(name, info.name);
    EXPECT_STREQ("wintun", info.backend);
    EXPECT_STREQ("0.14", info.driver_version);
    EXPECT_EQ(1412u, info.mtu);
    EXPECT_EQ(11u, info.metric);
    EXPECT_EQ(VNIC_IF_UP | VNIC_IF_RUNNING, info.flags & (VNIC_IF_UP | VNIC_IF_RUNNING));
    EXPECT_EQ(1412, linux_mtu());
    EXPECT_EQ("10.77.1.1/24 fd77::1/64", addresses());

    ASSERT_EQ(0, vnic_set_up(dev, 0, &err)) << err.text;
    ASSERT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    EXPECT_EQ(0u, info.flags & (VNIC_IF_UP | VNIC_IF_RUNNING));
}

/* Whatever fails last, nothing is left: TearDown() looks. */
TEST_F(NetconfOpen, WhatFailsLeavesNothing)
{
    cfg.addresses = "10.77.2.1/32 peer 10.77.2.2";
    EXPECT_EQ(VNIC_ENOTSUP, vnic_open(&cfg, &dev, &err));
    EXPECT_STREQ("addresses", err.field);
    EXPECT_EQ(nullptr, dev);
    EXPECT_LT(lx_if_index(name.c_str()), 0);

    cfg.addresses = "10.77.2.1/24";
    cfg.up = 0;
    ASSERT_EQ(0, vnic_open(&cfg, &dev, &err)) << err.text;
    EXPECT_EQ("10.77.2.1/24", addresses());
}

}
