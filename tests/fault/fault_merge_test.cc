/* SPDX-License-Identifier: Apache-2.0 */
/* The planner of merges when memory runs out. It has one allocation; a plan has none. */
#include <gtest/gtest.h>

#include <vector>

#include "fault_alloc.h"
#include "support/covers.h"
#include "vnic/packet.h"

TEST(FaultMerge, NoMemoryLeaksNothingAndPlansNeedNone)
{
    int live = fault_alloc_live();
    vnic_merge *merge = nullptr;
    vnic_merge_rules rules = {sizeof rules, VNIC_TUN, VNIC_F_TSO4, 65535, 64};
    std::vector<uint8_t> bytes(64, 0x45);
    vnic_packet packet = {};

    VNIC_COVERS("vnic_merge_create", "VNIC_ENOMEM");
    fault_alloc_arm(1);
    EXPECT_EQ(VNIC_ENOMEM, vnic_merge_create(&rules, &merge));
    EXPECT_EQ(1u, fault_alloc_count());
    EXPECT_EQ(nullptr, merge);
    EXPECT_EQ(live, fault_alloc_live());
    fault_alloc_arm(0);
    EXPECT_EQ(0, vnic_merge_create(&rules, &merge));
    EXPECT_EQ(1u, fault_alloc_count());
    fault_alloc_arm(1);
    packet.data = bytes.data();
    packet.len = 64;
    EXPECT_EQ(1, vnic_merge_plan(merge, &packet, 1));
    EXPECT_EQ(0, vnic_merge_set_rules(merge, &rules));
    EXPECT_EQ(0u, fault_alloc_count());
    fault_alloc_arm(0);
    vnic_merge_destroy(merge);
    EXPECT_EQ(live, fault_alloc_live());
}
