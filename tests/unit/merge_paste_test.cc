/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads that are copied behind each other, so that the system is given few pieces. That they are the
 * right bytes is checked by every test of this program: each plan copies, and has a twin that does not.
 */
#include "merge_fixture.h"

using namespace merging;

static int pieces_of(const Plan &plan, int i)
{
    vnic_packet p;
    int pieces = 0;

    (void)Plan::gather_of(plan.merge, i, &p, &pieces);
    return pieces;
}

/* Headers and all payloads: two pieces, whether the checksums are verified on the way or not. */
TEST(MergePaste, OnePieceOfPayloads)
{
    for (Kind kind : {TCP4, TCP6, UDP4, UDP6}) {
        for (int csum :
             {VNIC_CSUM_UNKNOWN, VNIC_CSUM_VALID, VNIC_CSUM_TRUSTED, VNIC_CSUM_PARTIAL}) {
            Seg like;
            like.csum = csum;
            like.payload = 999;
            Plan plan(default_rules());
            EXPECT_EQ(1, plan.run(train(kind, 44, like)));
            EXPECT_EQ(2, pieces_of(plan, 0));
            plan.check();
        }
    }
}

/* A wrong checksum was copied before it was seen: nothing of it stays. */
TEST(MergePaste, NothingOfABadOne)
{
    for (Kind kind : {TCP4, TCP6, UDP4, UDP6}) {
        Seg like;
        like.csum = VNIC_CSUM_UNKNOWN;
        std::vector<Seg> list = train(kind, 9, like);
        list[5].wrong = static_cast<int>(list[5].header()) + 3;
        Plan plan(default_rules());
        EXPECT_EQ(3, plan.run(list));
        EXPECT_EQ("0+1+2+3+4 5 6+7+8", plan.shape());
        EXPECT_EQ(2, pieces_of(plan, 0));
        EXPECT_EQ(2, pieces_of(plan, 2));
        plan.check();
    }
}

/* A packet that comes late but belongs in front: what was copied is not the beginning any more. */
TEST(MergePaste, InFront)
{
    std::vector<Seg> list = train(TCP6, 6);
    std::rotate(list.begin(), list.begin() + 1, list.begin() + 4);
    Plan plan(default_rules());
    EXPECT_EQ(1, plan.run(list));
    EXPECT_EQ("3+0+1+2+4+5", plan.shape());
    EXPECT_EQ(7, pieces_of(plan, 0));
    plan.check();
}

/* Only one flow at a time is copied; the others have what they began with. */
TEST(MergePaste, TwoFlowsByTurns)
{
    std::vector<Seg> a = train(TCP4, 6), b = train(TCP4, 6), list;
    for (size_t i = 0; i < a.size(); i++) {
        b[i].sport = 4321;
        list.push_back(a[i]);
        list.push_back(b[i]);
    }
    Plan plan(default_rules());
    EXPECT_EQ(2, plan.run(list));
    EXPECT_EQ(1 + 1 + 4, pieces_of(plan, 0));
    EXPECT_EQ(2, pieces_of(plan, 1));
    plan.check();
}

/* More flows than there is memory for, one after the other; and the next plan has all of it again. */
TEST(MergePaste, MemoryIsUsedUp)
{
    std::vector<Seg> list;
    for (uint32_t flow = 0; flow < 4; flow++) {
        Seg like;
        like.payload = 1900;
        like.sport = 5000 + flow;
        for (const Seg &s : train(TCP4, 32, like)) {
            list.push_back(s);
        }
    }
    Plan plan(default_rules());
    for (int again = 0; again < 2; again++) {
        EXPECT_EQ(4, plan.run(list));
        for (int i = 0; i < 4; i++) {
            EXPECT_EQ(i < 2 ? 2 : 33, pieces_of(plan, i)) << i;
        }
        plan.check();
    }
}

/* Large payloads are few: they stay where they are. */
TEST(MergePaste, LargePayloadsStay)
{
    Seg like;
    like.payload = 2049;
    Plan plan(default_rules());
    EXPECT_EQ(1, plan.run(train(TCP4, 20, like)));
    EXPECT_EQ(21, pieces_of(plan, 0));
    like.payload = 2048;
    EXPECT_EQ(1, plan.run(train(TCP4, 20, like)));
    EXPECT_EQ(2, pieces_of(plan, 0));
    plan.check();
}
