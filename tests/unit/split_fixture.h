/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Super-packets for the tests of splitting, and what comes out of each form of it. The buffers are as long
 * as they must be, between bytes that nothing may change.
 */
#ifndef VNIC_TESTS_SPLIT_FIXTURE_H
#define VNIC_TESTS_SPLIT_FIXTURE_H

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "support/packets.h"
#include "vnic/packet.h"

namespace splitting
{

using packets::Bytes;

/* A packet and the fields that count; `data` is set by whoever splits it. */
struct Super {
    Bytes bytes;
    uint32_t layer = VNIC_TUN;
    vnic_packet fields = {};
};

inline Super super(Bytes bytes, uint32_t type, uint32_t size, uint32_t csum = VNIC_CSUM_VALID,
                   uint32_t start = 0, uint32_t offset = 0, uint32_t layer = VNIC_TUN)
{
    Super s;
    s.bytes = std::move(bytes);
    s.layer = layer;
    s.fields.len = static_cast<uint32_t>(s.bytes.size());
    s.fields.cap = s.fields.len;
    s.fields.gso_type = static_cast<uint8_t>(type);
    s.fields.gso_size = static_cast<uint16_t>(size);
    s.fields.csum = static_cast<uint8_t>(csum);
    s.fields.csum_start = static_cast<uint16_t>(start);
    s.fields.csum_offset = static_cast<uint16_t>(offset);
    return s;
}

struct Segment {
    Bytes bytes;
    vnic_packet fields = {};
};

/* Bytes between two zones of 64 others. */
class Guarded
{
  public:
    explicit Guarded(size_t len) : all_(len + 128, 0xE5)
    {
    }

    explicit Guarded(const Bytes &bytes) : Guarded(bytes.size())
    {
        std::copy(bytes.begin(), bytes.end(), all_.begin() + 64);
    }

    uint8_t *data()
    {
        return all_.data() + 64;
    }

    Bytes bytes() const
    {
        return Bytes(all_.begin() + 64, all_.end() - 64);
    }

    bool whole() const
    {
        auto guard = [](uint8_t b) { return b == 0xE5; };
        return std::all_of(all_.begin(), all_.begin() + 64, guard) &&
               std::all_of(all_.end() - 64, all_.end(), guard);
    }

  private:
    Bytes all_;
};

/* The forms. NextAndCopy and NextAndGather take turns. */
enum class Form { Next, Copy, Gather, CopyAndNext, GatherAndNext };

const Form all_forms[] = {Form::Next, Form::Copy, Form::Gather, Form::CopyAndNext,
                          Form::GatherAndNext};

inline int take_next(vnic_split *split, Segment *out)
{
    int rc = vnic_split_next(split, &out->fields);
    if (rc == 1) {
        EXPECT_EQ(out->fields.cap, out->fields.len);
        EXPECT_EQ(out->fields.headroom, 0);
        out->bytes.assign(out->fields.data, out->fields.data + out->fields.len);
    }
    return rc;
}

/* First into a buffer that is a byte too small. */
inline int take_copy(vnic_split *split, Segment *out)
{
    Guarded buffer(static_cast<size_t>(vnic_split_size(split)));
    out->fields.data = buffer.data();
    out->fields.headroom = 7;
    out->fields.cap = static_cast<uint32_t>(vnic_split_size(split));
    if (out->fields.cap > 0) {
        uint32_t cap = out->fields.cap--;
        EXPECT_EQ(vnic_split_copy(split, &out->fields), VNIC_EMSGSIZE);
        EXPECT_EQ(out->fields.len, cap);
        out->fields.cap = cap;
    }
    uint32_t cap = out->fields.cap;
    int rc = vnic_split_copy(split, &out->fields);
    EXPECT_TRUE(buffer.whole());
    EXPECT_EQ(out->fields.data, buffer.data());
    EXPECT_EQ(out->fields.cap, cap);
    EXPECT_EQ(out->fields.headroom, 7);
    if (rc == 1) {
        out->bytes = buffer.bytes();
        EXPECT_EQ(out->bytes.size(), out->fields.len);
    }
    return rc;
}

inline int take_gather(vnic_split *split, Segment *out)
{
    Guarded hdr(VNIC_SPLIT_HDR_MAX);
    vnic_iovec iov[2] = {};
    int rc = vnic_split_gather(split, &out->fields, hdr.data(), iov);
    if (rc != 1) {
        return rc;
    }
    EXPECT_TRUE(hdr.whole());
    EXPECT_EQ(iov[0].base, hdr.data());
    EXPECT_LE(iov[0].len, VNIC_SPLIT_HDR_MAX);
    if (out->fields.hdr_len != 0) {
        EXPECT_EQ(iov[0].len, out->fields.hdr_len);
    }
    EXPECT_EQ(iov[0].len + iov[1].len, out->fields.len);
    EXPECT_EQ(out->fields.data, nullptr);
    EXPECT_EQ(out->fields.cap, 0u);
    for (const vnic_iovec &piece : iov) {
        const uint8_t *p = static_cast<const uint8_t *>(piece.base);
        out->bytes.insert(out->bytes.end(), p, p + piece.len);
    }
    return rc;
}

inline int take(vnic_split *split, Form form, size_t i, Segment *out)
{
    memset(&out->fields, 0xA5, sizeof out->fields);
    if (form == Form::Copy || (form == Form::CopyAndNext && i % 2 == 0)) {
        return take_copy(split, out);
    }
    if (form == Form::Gather || (form == Form::GatherAndNext && i % 2 == 0)) {
        return take_gather(split, out);
    }
    return take_next(split, out);
}

/* What is said of each segment, beside its bytes. */
inline void check_fields(const Segment &segment, const Super &s, int longest)
{
    const vnic_packet &f = segment.fields;
    EXPECT_EQ(f.gso_type, VNIC_GSO_NONE);
    EXPECT_EQ(f.gso_size, 0);
    EXPECT_EQ(f.len, static_cast<uint32_t>(longest));
    EXPECT_EQ(f.hdr_len == 0, s.fields.gso_type == VNIC_GSO_NONE);
    EXPECT_EQ(f.user, 0xA5A5A5A5A5A5A5A5u);
    EXPECT_EQ(f.flags, 0xA5A5);
    EXPECT_EQ(f.vlan_tci, 0xA5A5);
    EXPECT_EQ(f.status, static_cast<int32_t>(0xA5A5A5A5));
}

inline std::vector<Segment> split_all(const Super &s, Form form, uint32_t flags = 0)
{
    std::vector<Segment> out;
    vnic_split split;
    vnic_packet packet = s.fields;
    Guarded data(s.bytes);
    packet.data = data.data();
    int n = vnic_split_begin(&split, &packet, s.layer, flags);
    EXPECT_GE(n, 1);
    for (int i = 0; i < n; i++) {
        Segment segment;
        int longest = vnic_split_size(&split);
        EXPECT_EQ(take(&split, form, static_cast<size_t>(i), &segment), 1);
        check_fields(segment, s, longest);
        out.push_back(segment);
    }
    Segment none;
    EXPECT_EQ(vnic_split_size(&split), 0);
    EXPECT_EQ(take(&split, form, 0, &none), 0);
    EXPECT_EQ(take(&split, form, 1, &none), 0);
    EXPECT_EQ(vnic_split_skip(&split), 0);
    EXPECT_TRUE(data.whole());
    if (form == Form::Copy || form == Form::Gather) {
        EXPECT_EQ(data.bytes(), s.bytes) << "the super-packet was changed";
    }
    return out;
}

/* Completes what is partial. */
inline Bytes complete(Segment segment)
{
    segment.fields.data = segment.bytes.data();
    EXPECT_EQ(vnic_packet_complete(&segment.fields), 0);
    EXPECT_NE(segment.fields.csum, VNIC_CSUM_PARTIAL);
    return segment.bytes;
}

/* In each form and with each kind of checksum the segments are these, byte by byte. */
inline void expect_segments(const Super &s, const std::vector<Bytes> &expected)
{
    for (Form form : all_forms) {
        SCOPED_TRACE(static_cast<int>(form));
        std::vector<Segment> full = split_all(s, form);
        std::vector<Segment> partial = split_all(s, form, VNIC_SPLIT_PARTIAL);
        ASSERT_EQ(full.size(), expected.size());
        ASSERT_EQ(partial.size(), expected.size());
        for (size_t i = 0; i < expected.size(); i++) {
            SCOPED_TRACE(i);
            EXPECT_EQ(full[i].bytes, expected[i]);
            EXPECT_NE(full[i].fields.csum, VNIC_CSUM_PARTIAL);
            EXPECT_EQ(complete(partial[i]), expected[i]);
        }
    }
}

/* How it is refused; then there are no segments. AddressSanitizer sees a read behind the end. */
inline int begin(const Super &s, uint32_t flags = 0)
{
    vnic_split split;
    vnic_packet packet = s.fields;
    std::unique_ptr<uint8_t[]> data(new uint8_t[s.bytes.size()]);
    std::copy(s.bytes.begin(), s.bytes.end(), data.get());
    packet.data = data.get();
    memset(&split, 0x5A, sizeof split);
    int rc = vnic_split_begin(&split, &packet, s.layer, flags);
    if (rc < 0) {
        EXPECT_EQ(vnic_split_size(&split), 0);
        EXPECT_EQ(vnic_split_skip(&split), 0);
    }
    EXPECT_TRUE(std::equal(s.bytes.begin(), s.bytes.end(), data.get()));
    return rc;
}

} /* namespace splitting */

#endif
