/* SPDX-License-Identifier: Apache-2.0 */
/* The errors of vnic_merge_…(). */
#include "merge_fixture.h"
#include "support/covers.h"

using namespace merging;

TEST(MergeErrors, WrongRules)
{
    VNIC_COVERS("vnic_merge_create", "VNIC_EINVAL");
    VNIC_COVERS("vnic_merge_set_rules", "VNIC_EINVAL");
    const vnic_merge_rules good = default_rules();
    std::vector<vnic_merge_rules> wrong(9, good);
    vnic_merge *merge = nullptr, *none = nullptr;
    wrong[0].layer = 0;
    wrong[1].layer = 77;
    wrong[2].features |= VNIC_F_CSUM;
    wrong[3].features = 0x80000000u;
    wrong[4].max_len = 1279;
    wrong[5].max_len = 65536;
    wrong[6].udp_segments = 1;
    wrong[7].udp_segments = 129;
    wrong[8].udp_segments = 0;
    ASSERT_EQ(0, vnic_merge_create(&good, &merge));
    for (size_t i = 0; i < wrong.size(); i++) {
        none = merge;
        EXPECT_EQ(VNIC_EINVAL, vnic_merge_create(&wrong[i], &none)) << i;
        EXPECT_EQ(nullptr, none) << i;
        EXPECT_EQ(VNIC_EINVAL, vnic_merge_set_rules(merge, &wrong[i])) << i;
    }
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_create(nullptr, &none));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_create(&good, nullptr));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_set_rules(merge, nullptr));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_set_rules(nullptr, &good));
    vnic_merge_destroy(merge);
}

TEST(MergeErrors, RulesOfAnotherVersion)
{
    VNIC_COVERS("vnic_merge_create", "VNIC_EVERSION");
    VNIC_COVERS("vnic_merge_set_rules", "VNIC_EVERSION");
    vnic_merge_rules rules = default_rules();
    vnic_merge *merge = nullptr, *none = nullptr;
    ASSERT_EQ(0, vnic_merge_create(&rules, &merge));
    for (size_t size : {size_t(0), sizeof rules - 4, sizeof rules + 4}) {
        rules.size = size;
        EXPECT_EQ(VNIC_EVERSION, vnic_merge_create(&rules, &none));
        EXPECT_EQ(VNIC_EVERSION, vnic_merge_set_rules(merge, &rules));
    }
    vnic_merge_destroy(merge);
}

TEST(MergeErrors, PlansThatCannotBe)
{
    VNIC_COVERS("vnic_merge_plan", "VNIC_EINVAL");
    Plan plan(default_rules());
    std::vector<vnic_packet> pkts(VNIC_MERGE_MAX + 1, vnic_packet());
    EXPECT_EQ(1, plan.run(train(TCP4, 2)));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_plan(nullptr, pkts.data(), 1));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_plan(plan.merge, nullptr, 1));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_plan(plan.merge, pkts.data(), -1));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_plan(plan.merge, pkts.data(), VNIC_MERGE_MAX + 1));
    EXPECT_EQ(0, vnic_merge_plan(plan.merge, pkts.data(), VNIC_MERGE_MAX));
    pkts[1].len = 1;
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_plan(plan.merge, pkts.data(), 2));
}

TEST(MergeErrors, OutputsThatAreNotThere)
{
    VNIC_COVERS("vnic_merge_members", "VNIC_EINVAL");
    VNIC_COVERS("vnic_merge_gather", "VNIC_EINVAL");
    VNIC_COVERS("vnic_merge_copy", "VNIC_EINVAL");
    Plan plan(default_rules());
    const uint16_t *index = nullptr;
    vnic_packet p = {};
    vnic_iovec iov[4];
    plan.run(train(TCP4, 2));
    for (int i : {-1, 1, VNIC_MERGE_MAX}) {
        EXPECT_EQ(VNIC_EINVAL, vnic_merge_members(plan.merge, i, &index));
        EXPECT_EQ(VNIC_EINVAL, vnic_merge_gather(plan.merge, i, &p, iov, 4));
        EXPECT_EQ(VNIC_EINVAL, vnic_merge_copy(plan.merge, i, &p));
    }
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_members(nullptr, 0, &index));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_members(plan.merge, 0, nullptr));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_gather(nullptr, 0, &p, iov, 4));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_gather(plan.merge, 0, nullptr, iov, 4));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_gather(plan.merge, 0, &p, nullptr, 4));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_copy(nullptr, 0, &p));
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_copy(plan.merge, 0, nullptr));
    p.cap = 70000;
    EXPECT_EQ(VNIC_EINVAL, vnic_merge_copy(plan.merge, 0, &p));
}

TEST(MergeErrors, TooLittleRoom)
{
    VNIC_COVERS("vnic_merge_gather", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_merge_copy", "VNIC_EMSGSIZE");
    std::vector<Seg> list = train(TCP4, 3);
    Plan plan(default_rules());
    vnic_packet p = {};
    vnic_iovec iov[4];
    Bytes room(65536);
    list[2].ack++;
    plan.run(list);
    EXPECT_EQ("0+1 2", plan.shape());
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_merge_gather(plan.merge, 0, &p, iov, 2));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_merge_gather(plan.merge, 0, &p, iov, -1));
    EXPECT_EQ(3, vnic_merge_gather(plan.twin, 0, &p, iov, 3));
    EXPECT_EQ(2, vnic_merge_gather(plan.merge, 0, &p, iov, 3));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_merge_gather(plan.merge, 1, &p, iov, 0));
    EXPECT_EQ(1, vnic_merge_gather(plan.merge, 1, &p, iov, 1));
    p.data = room.data();
    for (int i = 0; i < 2; i++) {
        const uint32_t need = i == 0 ? 252 : 152;
        p.cap = need - 1;
        EXPECT_EQ(VNIC_EMSGSIZE, vnic_merge_copy(plan.merge, i, &p));
        EXPECT_EQ(need, p.len);
        p.cap = need;
        EXPECT_EQ(static_cast<int>(need), vnic_merge_copy(plan.merge, i, &p));
    }
}
