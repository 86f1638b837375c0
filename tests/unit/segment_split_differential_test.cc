/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splitting against the model: random super-packets, right and hostile, in every form that the library
 * has, must become what the model makes of them.
 */
#include <gtest/gtest.h>

#include "../model/segment_library.h"
#include "../model/segment_seed.h"

using model::Form;
using model::Packet;
using model::Verdict;

namespace
{

const Form kForms[] = {Form::kNext, Form::kCopy, Form::kGather, Form::kMixed};

/* What is wrong with a segment, or "". */
std::string segment_fault(const Packet &got, const model::SplitResult &want, size_t i,
                          const Packet &super, uint32_t flags)
{
    bool keep = (flags & VNIC_SPLIT_PARTIAL) != 0 && !want.absent &&
                (want.super || super.csum == VNIC_CSUM_PARTIAL);
    if ((got.csum == VNIC_CSUM_PARTIAL) != keep) {
        return "csum is " + std::to_string(got.csum);
    }
    if (keep) {
        size_t at = static_cast<size_t>(got.csum_start) + got.csum_offset;
        if (at + 2 > got.data.size() || model::get16(got.data, at) != want.partial.at(i)) {
            return "another partial checksum";
        }
    }
    if (got.hdr_len != (want.super ? want.hdr_len : 0)) {
        return "hdr_len is " + std::to_string(got.hdr_len);
    }
    return model::completed(got) == want.packets.at(i) ? "" : "other bytes";
}

std::string split_fault(const model::LibrarySplit &got, const model::SplitResult &want,
                        const Packet &super, uint32_t flags)
{
    if (got.rc == 0 || (got.rc < 0 && got.rc != VNIC_EINVAL && got.rc != VNIC_ENOTSUP)) {
        return "begin returns " + std::to_string(got.rc);
    }
    if (got.rc < 0) {
        return want.verdict == Verdict::kMust ? "is refused: " + std::to_string(got.rc) : "";
    }
    if (want.verdict == Verdict::kRefuse) {
        return "is taken";
    }
    if (!got.fault.empty() || want.verdict == Verdict::kAnything) {
        return got.fault;
    }
    if (got.packets.size() != want.packets.size() ||
        static_cast<size_t>(got.rc) != want.packets.size()) {
        return std::to_string(got.packets.size()) + " segments, not " +
               std::to_string(want.packets.size());
    }
    for (size_t i = 0; i < got.packets.size(); i++) {
        std::string fault = segment_fault(got.packets[i], want, i, super, flags);
        if (!fault.empty()) {
            return "segment " + std::to_string(i) + ": " + fault + "\n got  " +
                   model::describe(got.packets[i]);
        }
    }
    return "";
}

/* One super-packet in all forms; true if it was split. */
bool compare(const Packet &super, uint32_t layer, model::Random &random)
{
    model::SplitResult want = model::split(super, layer);
    bool taken = false;
    for (Form form : kForms) {
        uint32_t flags = random.one_in(3) ? VNIC_SPLIT_PARTIAL : 0;
        model::LibrarySplit got = model::library_split(super, layer, flags, form, random);
        EXPECT_EQ("", split_fault(got, want, super, flags))
            << "layer " << layer << ", flags " << flags << ", form " << static_cast<int>(form)
            << "\n super " << model::describe(super);
        taken = got.rc > 0;
    }
    return taken;
}

TEST(SegmentSplitDifferential, SuperPacketsBecomeWhatTheModelSays)
{
    uint32_t cases = model::run_cases(500);
    uint32_t taken = 0;
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::StreamMaker maker(model::run_seed() + i, layer);
        SCOPED_TRACE("case " + std::to_string(i));
        taken += compare(maker.super(), layer, maker.random);
    }
    EXPECT_EQ(cases, taken) << "a super-packet that is as it should be was refused";
}

TEST(SegmentSplitDifferential, HostileFieldsAreRefusedOrHarmless)
{
    uint32_t cases = model::run_cases(2000);
    uint32_t taken = 0;
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::StreamMaker maker(model::run_seed() ^ (i * 2654435761u), layer);
        SCOPED_TRACE("case " + std::to_string(i));
        taken += compare(maker.hostile_super(), layer, maker.random);
    }
    EXPECT_LT(cases / 50, taken) << "too few are taken for the comparison to say anything";
    EXPECT_LT(taken, cases - cases / 50);
}

TEST(SegmentSplitDifferential, PacketsThatAreNoSuperPacketsPass)
{
    uint32_t cases = model::run_cases(60);
    for (uint32_t i = 0; i < cases && !HasFailure(); i++) {
        uint32_t layer = i % 2 == 0 ? VNIC_TUN : VNIC_TAP;
        model::StreamMaker maker(model::run_seed() + i, layer);
        SCOPED_TRACE("case " + std::to_string(i));
        for (const Packet &p : maker.noisy(20, 3)) {
            if (!p.data.empty() && p.gso_type == VNIC_GSO_NONE) {
                compare(p, layer, maker.random);
            }
        }
    }
}

/* 65,495 segments of a byte: nothing overflows, none is left out. */
TEST(SegmentSplitDifferential, TheMostSegments)
{
    model::StreamMaker maker(model::run_seed(), VNIC_TUN);
    model::Flow f = maker.flow(1);
    f.version = 4;
    f.proto = VNIC_IPPROTO_TCP;
    f.src = {10, 0, 0, 1};
    f.dst = {10, 0, 0, 2};
    f.ext.clear();
    f.l4_options.clear();
    f.csum = VNIC_CSUM_PARTIAL;
    Packet super = maker.packet(f, 65535 - 40);
    super.gso_type = VNIC_GSO_TCPV4;
    super.gso_size = 1;
    model::SplitResult want = model::split(super, VNIC_TUN);
    ASSERT_EQ(65535u - 40u, want.packets.size());
    model::LibrarySplit got = model::library_split(super, VNIC_TUN, 0, Form::kMixed, maker.random);
    EXPECT_EQ("", split_fault(got, want, super, 0));
}

}
