/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of offload have in common: a network of their own, and what a handle says of itself. */
#ifndef VNIC_TESTS_OFFLOAD_FIXTURE_H
#define VNIC_TESTS_OFFLOAD_FIXTURE_H

#include "live/live_open.h"
#include "support/two_networks.h"

namespace wire
{

class OffloadTest : public live::NetnsTest
{
  protected:
    void SetUp() override
    {
        NetnsTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        if (live::is_emulated()) {
            GTEST_SKIP() << "qemu-user does not implement PACKET_VNET_HDR and all of TUNSETOFFLOAD";
        }
        if (has_ipv6()) {
            live::allow_ipv6();
        }
    }
    /* Where only what was sent may come, the kernel's own packets of IPv6 are kept away. */
    virtual bool has_ipv6() const
    {
        return true;
    }
    static struct vnic_stats stats_of(vnic *dev)
    {
        struct vnic_stats stats = {};

        stats.size = sizeof stats;
        EXPECT_EQ(0, vnic_get_stats(dev, &stats, nullptr));
        return stats;
    }
    static struct vnic_info info_of(vnic *dev)
    {
        struct vnic_info info = {};

        info.size = sizeof info;
        EXPECT_EQ(0, vnic_get_info(dev, &info, nullptr));
        return info;
    }
};

} /* namespace wire */

#endif
