/* SPDX-License-Identifier: Apache-2.0 */
/* What only Windows has says so elsewhere. */
#include <gtest/gtest.h>

#include "support/covers.h"
#include "vnic/windows.h"

namespace
{

TEST(WindowsAbsent, CallsSaySo)
{
    VNIC_COVERS("vnic_wintun_probe vnic_wintun_delete_driver", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_wintun_probe", "VNIC_EINVAL");
    struct vnic_wintun_info info;
    struct vnic_error err;

    info.size = sizeof info;
    EXPECT_EQ(VNIC_ENOTSUP, vnic_wintun_probe(nullptr, &info, &err));
    EXPECT_EQ(VNIC_ENOTSUP, err.code);
    EXPECT_STRNE("", err.text);
    EXPECT_EQ(VNIC_ENOTSUP, vnic_wintun_probe(nullptr, &info, nullptr));
    EXPECT_EQ(VNIC_EINVAL, vnic_wintun_probe(nullptr, nullptr, &err));
    EXPECT_STREQ("ret_info", err.field);
    EXPECT_EQ(VNIC_ENOTSUP, vnic_wintun_delete_driver(nullptr, &err));
    EXPECT_STRNE("", err.text);
}

} /* namespace */
