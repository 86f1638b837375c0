/* SPDX-License-Identifier: Apache-2.0 */
/* merge(split(x)) = x and split(merge(y)) = y, with the library on both sides. */
#include <gtest/gtest.h>

#include "../model/segment_library.h"
#include "../model/segment_seed.h"

using model::Form;
using model::Packet;

namespace
{

vnic_merge *make_planner(uint32_t layer)
{
    struct vnic_merge_rules r = {};
    vnic_merge *merge = nullptr;
    r.size = sizeof r;
    r.layer = layer;
    r.features = VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_USO4 | VNIC_F_USO6;
    r.max_len = 65535;
    r.udp_segments = 128;
    EXPECT_EQ(0, vnic_merge_create(&r, &merge));
    return merge;
}

TEST(SegmentRoundTrip, MergingUndoesSplitting)
{
    uint32_t cases = model::run_cases(250);
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::StreamMaker maker(model::run_seed() + i, layer);
        Packet super = maker.mergeable_super(128);
        uint32_t flags = maker.random.one_in(2) ? VNIC_SPLIT_PARTIAL : 0;
        model::LibrarySplit cut =
            model::library_split(super, layer, flags, Form::kMixed, maker.random);
        ASSERT_GE(cut.rc, 1) << model::describe(super);
        ASSERT_EQ("", cut.fault);
        vnic_merge *merge = make_planner(layer);
        model::LibraryMerge back = model::library_merge(merge, cut.packets, maker.random);
        vnic_merge_destroy(merge);
        SCOPED_TRACE("case " + std::to_string(i));
        ASSERT_EQ(1, back.rc) << model::describe(super);
        if (cut.rc == 1) { /* the limit of length left one segment */
            continue;
        }
        const Packet &p = back.packets[0];
        EXPECT_EQ(super.data, p.data) << model::describe(super) << "\n" << model::describe(p);
        EXPECT_EQ(super.gso_type, p.gso_type);
        EXPECT_EQ(super.gso_size, p.gso_size);
        EXPECT_EQ(super.hdr_len, p.hdr_len);
        EXPECT_EQ(super.csum, p.csum);
        EXPECT_EQ(super.csum_start, p.csum_start);
        EXPECT_EQ(super.csum_offset, p.csum_offset);
    }
}

TEST(SegmentRoundTrip, SplittingUndoesMerging)
{
    uint32_t cases = model::run_cases(100);
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::StreamMaker maker(model::run_seed() - i, layer);
        std::vector<Packet> in = maker.clean(maker.random.between(1, 60), 3);
        vnic_merge *merge = make_planner(layer);
        model::LibraryMerge merged = model::library_merge(merge, in, maker.random);
        vnic_merge_destroy(merge);
        SCOPED_TRACE("case " + std::to_string(i));
        ASSERT_EQ("", merged.fault);
        for (size_t k = 0; k < merged.packets.size(); k++) {
            model::LibrarySplit back =
                model::library_split(merged.packets[k], layer, 0, Form::kMixed, maker.random);
            const std::vector<int> &members = merged.groups[k];
            ASSERT_EQ(members.size(), back.packets.size());
            for (size_t m = 0; m < members.size(); m++) {
                ASSERT_EQ(model::completed(in[static_cast<size_t>(members[m])]),
                          back.packets[m].data)
                    << model::describe(in[static_cast<size_t>(members[m])]);
            }
        }
    }
}

}
