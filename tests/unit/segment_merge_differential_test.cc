/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merging against the model: whatever comes out must be permitted and split into what came in, and
 * what can be merged is.
 */
#include <gtest/gtest.h>

#include <memory>

#include "../model/segment_library.h"
#include "../model/segment_seed.h"

using model::Packet;
using model::Rules;

namespace
{

const uint32_t kAllKinds = VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_USO4 | VNIC_F_USO6;

struct Planner {
    explicit Planner(const Rules &rules)
    {
        struct vnic_merge_rules r = {};
        r.size = sizeof r;
        r.layer = rules.layer;
        r.features = rules.features;
        r.max_len = rules.max_len;
        r.udp_segments = rules.udp_segments;
        EXPECT_EQ(0, vnic_merge_create(&r, &merge));
    }
    ~Planner()
    {
        vnic_merge_destroy(merge);
    }
    Planner(const Planner &) = delete;
    Planner &operator=(const Planner &) = delete;

    vnic_merge *merge = nullptr;
};

std::string text(const model::Groups &groups)
{
    std::string s;
    for (const std::vector<int> &g : groups) {
        s += "[";
        for (int i : g) {
            s += " " + std::to_string(i);
        }
        s += " ] ";
    }
    return s;
}

std::string text(const std::vector<Packet> &in)
{
    std::string s;
    for (size_t i = 0; i < in.size(); i++) {
        s += "\n " + std::to_string(i) + ": " + model::describe(in[i]);
    }
    return s;
}

/* One plan against the model. */
void compare(const Planner &planner, const std::vector<Packet> &in, const Rules &rules,
             model::Random &random)
{
    model::LibraryMerge got = model::library_merge(planner.merge, in, random);
    ASSERT_GE(got.rc, 0);
    ASSERT_EQ("", got.fault);
    ASSERT_EQ("", model::merge_fault(in, rules, got.groups, got.packets))
        << text(got.groups) << text(in);
    ASSERT_EQ(text(model::merge_expected(in, rules)), text(got.groups)) << text(in);
}

TEST(SegmentMergeDifferential, FlowsInOrderBecomeAsFewPacketsAsCanBe)
{
    uint32_t cases = model::run_cases(120);
    size_t in_all = 0, out_all = 0;
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::StreamMaker maker(model::run_seed() + i, layer);
        Rules rules = {layer, kAllKinds, 65535, 64};
        size_t n = maker.random.between(2, 48);
        std::vector<Packet> in = maker.clean(n, maker.random.between(1, 4));
        Planner planner(rules);
        SCOPED_TRACE("case " + std::to_string(i));
        compare(planner, in, rules, maker.random);
        in_all += n;
        out_all += model::merge_expected(in, rules).size();
    }
    EXPECT_GT(in_all, 4 * out_all) << "the streams are not such that merging shows";
}

TEST(SegmentMergeDifferential, NoisyStreamsComeOutWhole)
{
    uint32_t cases = model::run_cases(250);
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::StreamMaker maker(model::run_seed() ^ (i * 2654435761u), layer);
        Rules rules = {layer, kAllKinds, 65535, 64};
        if (maker.random.one_in(3)) {
            rules.features = maker.random.next() & kAllKinds;
            rules.max_len = maker.random.between(1280, 65535);
            rules.udp_segments = maker.random.between(2, 128);
        }
        Planner planner(rules);
        SCOPED_TRACE("case " + std::to_string(i));
        for (int plan = 0; plan < 3 && !HasFatalFailure(); plan++) {
            size_t n = maker.random.one_in(20) ? maker.random.below(200) : maker.random.below(40);
            compare(planner, maker.noisy(n, maker.random.between(1, 4)), rules, maker.random);
        }
    }
}

/* A full plan of one flow: the limits of length and of segments are reached and not passed. */
TEST(SegmentMergeDifferential, LimitsAreReachedExactly)
{
    const uint32_t sizes[] = {1, 254, 255, 256, 257, 1448, 8900};
    uint32_t cases = model::run_cases(1);
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        for (uint32_t size : sizes) {
            for (uint32_t segments : {2u, 64u, 128u}) {
                uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
                model::StreamMaker maker(model::run_seed() + i * 31 + size, layer);
                Rules rules = {layer, kAllKinds, segments == 64 ? 65535u : 20000u, segments};
                model::Flow f = maker.flow(8900);
                std::vector<Packet> in;
                for (uint32_t k = 0; k < std::min(size < 300 ? 140u : 60u, 150000u / size); k++) {
                    in.push_back(maker.packet(f, size));
                    f.seq += size;
                    f.id++;
                }
                Planner planner(rules);
                SCOPED_TRACE("size " + std::to_string(size));
                compare(planner, in, rules, maker.random);
            }
        }
    }
}

/* max_len is the length from the IP header on, to the byte. */
TEST(SegmentMergeDifferential, TheLongestIsTheLongest)
{
    for (uint32_t i = 0; i < 40 && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::StreamMaker maker(model::run_seed() + i, layer);
        model::Flow f = maker.flow(8900);
        std::vector<Packet> in;
        for (uint32_t k = 0; k < 6; k++) {
            in.push_back(maker.packet(f, 700));
            f.seq += 700;
            f.id++;
        }
        model::Head h = model::read_head(in[0].data, layer);
        uint32_t four = static_cast<uint32_t>(h.payload_at - h.l3_at) + 4 * 700;
        for (uint32_t less : {0u, 1u}) {
            Rules rules = {layer, kAllKinds, four - less, 64};
            Planner planner(rules);
            compare(planner, in, rules, maker.random);
            EXPECT_EQ(4u - less, model::merge_expected(in, rules)[0].size());
        }
    }
}

}
