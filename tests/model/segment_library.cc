/* SPDX-License-Identifier: Apache-2.0 */
#include "segment_library.h"

#include <stdio.h>
#include <string.h>

#include <algorithm>

extern "C" {
#include "core/merge.h"
}

namespace model
{

Buffer::Buffer(const Bytes &b, size_t offset)
    : memory(new uint8_t[std::max<size_t>(b.size() + offset, 1)]), offset_(offset)
{
    if (!b.empty()) {
        memcpy(memory.get() + offset, b.data(), b.size());
    }
}

struct vnic_packet library_packet(const Packet &p, uint8_t *data)
{
    struct vnic_packet v;
    memset(&v, 0, sizeof v);
    v.data = data;
    v.len = static_cast<uint32_t>(p.data.size());
    v.cap = v.len;
    v.gso_size = p.gso_size;
    v.hdr_len = p.hdr_len;
    v.csum_start = p.csum_start;
    v.csum_offset = p.csum_offset;
    v.gso_type = p.gso_type;
    v.csum = p.csum;
    return v;
}

namespace
{

Packet from_library(const struct vnic_packet &v, const Bytes &data)
{
    Packet p;
    p.data = data;
    p.gso_size = v.gso_size;
    p.hdr_len = v.hdr_len;
    p.csum_start = v.csum_start;
    p.csum_offset = v.csum_offset;
    p.gso_type = v.gso_type;
    p.csum = v.csum;
    return p;
}

Bytes join(const struct vnic_iovec *iov, int n)
{
    Bytes b;
    for (int i = 0; i < n; i++) {
        const uint8_t *p = static_cast<const uint8_t *>(iov[i].base);
        b.insert(b.end(), p, p + iov[i].len);
    }
    return b;
}

/* One segment in one form; returns what the call returned. */
int take(struct vnic_split *split, Form form, Random &random, struct vnic_packet *seg, Bytes *bytes)
{
    memset(seg, 0, sizeof *seg);
    seg->user = 77;
    int rc = 0;
    if (form == Form::kNext) {
        rc = vnic_split_next(split, seg);
        if (rc == 1) {
            bytes->assign(seg->data, seg->data + seg->len);
        }
    } else if (form == Form::kCopy) {
        Buffer room(static_cast<size_t>(vnic_split_size(split)), random.below(16));
        seg->data = room.data();
        seg->cap = static_cast<uint32_t>(vnic_split_size(split));
        seg->headroom = 5;
        rc = vnic_split_copy(split, seg);
        if (rc == 1) {
            bytes->assign(seg->data, seg->data + seg->len);
        }
    } else {
        Buffer hdr(VNIC_SPLIT_HDR_MAX, random.below(16));
        struct vnic_iovec iov[2];
        rc = vnic_split_gather(split, seg, hdr.data(), iov);
        if (rc == 1) {
            *bytes = join(iov, 2);
        }
    }
    return rc;
}

std::string segment_fault(const struct vnic_packet &seg, const Bytes &bytes, Form form,
                          int announced)
{
    if (seg.len != bytes.size() || seg.user != 77 || seg.gso_type != VNIC_GSO_NONE ||
        seg.gso_size != 0) {
        return "len, user, gso_type or gso_size of a segment";
    }
    if (static_cast<int>(seg.len) > announced) {
        return "a segment longer than vnic_split_size() said";
    }
    if (form == Form::kGather && seg.data != nullptr) {
        return "data of a gathered segment";
    }
    if (form == Form::kNext && (seg.cap != seg.len || seg.headroom != 0)) {
        return "cap or headroom of a segment in place";
    }
    return form == Form::kCopy && seg.headroom != 5 ? "headroom of a copy" : "";
}

/* With too little room nothing is lost and the room needed is told. */
std::string small_room_fault(struct vnic_split *split, Random &random)
{
    struct vnic_packet seg;
    memset(&seg, 0, sizeof seg);
    uint32_t most = static_cast<uint32_t>(vnic_split_size(split));
    uint32_t cap = random.below(most);
    Buffer room(cap, 0);
    seg.data = room.data();
    seg.cap = cap;
    int rc = vnic_split_copy(split, &seg);
    if (rc == 1) { /* it was the short last one */
        return seg.len <= cap ? "taken" : "written beyond cap";
    }
    return rc == VNIC_EMSGSIZE && seg.len > cap && seg.len <= most ? "" : "small room";
}

}

LibrarySplit library_split(const Packet &super, uint32_t layer, uint32_t flags, Form form,
                           Random &random)
{
    LibrarySplit r;
    Buffer buffer(super.data, random.below(16));
    struct vnic_packet v = library_packet(super, buffer.data());
    const struct vnic_packet before = v;
    struct vnic_split split;
    memset(&split, 0xEE, sizeof split);
    r.rc = vnic_split_begin(&split, &v, layer, flags);
    if (memcmp(&v, &before, sizeof v) != 0) {
        r.fault = "the packet structure was changed";
    }
    if (r.rc <= 0) {
        return r;
    }
    bool in_place = false;
    for (int left = r.rc; left > 0 && r.fault.empty(); left--) {
        int announced = vnic_split_size(&split);
        Form now = form == Form::kMixed ? static_cast<Form>(random.below(3)) : form;
        if (now == Form::kCopy && left > 1 && random.one_in(20)) {
            r.fault = small_room_fault(&split, random);
        }
        struct vnic_packet seg;
        Bytes bytes;
        int rc = take(&split, now, random, &seg, &bytes);
        if (rc != 1) {
            r.fault = "a segment is missing";
            break;
        }
        in_place = in_place || now == Form::kNext;
        if (r.fault.empty()) {
            r.fault = segment_fault(seg, bytes, now, announced);
        }
        r.packets.push_back(from_library(seg, bytes));
    }
    struct vnic_packet end;
    if (r.fault.empty() && (vnic_split_size(&split) != 0 || vnic_split_next(&split, &end) != 0 ||
                            vnic_split_skip(&split) != 0)) {
        r.fault = "more segments than were announced";
    }
    if (r.fault.empty() && !in_place && !super.data.empty() &&
        memcmp(buffer.data(), super.data.data(), super.data.size()) != 0) {
        r.fault = "the super-packet was changed";
    }
    return r;
}

namespace
{

std::string take_output(vnic_merge *merge, int i, Random &random, LibraryMerge *r)
{
    const uint16_t *index = nullptr;
    struct vnic_iovec iov[VNIC_MERGE_IOV_MAX];
    struct vnic_packet v;
    int n = vnic_merge_members(merge, i, &index);
    if (n < 1 || n > VNIC_MERGE_MAX) {
        return "members";
    }
    r->groups.emplace_back(index, index + n);
    memset(&v, 0, sizeof v);
    int pieces = vnic_merge_gather(merge, i, &v, iov, n + 1);
    if (pieces < 1 || pieces > n + 1 || v.data != nullptr || (n == 1 && pieces != 1)) {
        return "gather";
    }
    Packet p = from_library(v, join(iov, pieces));
    if (v.len != p.data.size()) {
        return "len";
    }
    Buffer room(p.data.size(), random.below(16));
    memset(&v, 0, sizeof v);
    v.data = room.data();
    v.cap = static_cast<uint32_t>(p.data.size()) - 1;
    if (vnic_merge_copy(merge, i, &v) != VNIC_EMSGSIZE || v.len != p.data.size()) {
        return "copy with too little room";
    }
    v.cap++;
    if (vnic_merge_copy(merge, i, &v) != static_cast<int>(p.data.size())) {
        return "copy";
    }
    Packet copy = from_library(v, Bytes(v.data, v.data + v.len));
    r->packets.push_back(p);
    return copy.data == p.data && copy.csum == p.csum && copy.gso_type == p.gso_type &&
                   copy.gso_size == p.gso_size && copy.csum_start == p.csum_start &&
                   copy.csum_offset == p.csum_offset && copy.hdr_len == p.hdr_len
               ? ""
               : "copy and gather differ";
}

}

LibraryMerge library_merge(vnic_merge *merge, const std::vector<Packet> &in, Random &random)
{
    LibraryMerge r;
    std::vector<Buffer> buffers;
    std::vector<struct vnic_packet> packets;
    /* A planner that may copy payloads does not go back; the first plans of each are without. */
    if (random.one_in(20) && vnic__merge_allow_paste(merge) != 0) {
        r.fault = "no memory";
        return r;
    }
    for (const Packet &p : in) {
        buffers.emplace_back(p.data, random.below(16));
        packets.push_back(library_packet(p, buffers.back().data()));
    }
    const std::vector<struct vnic_packet> before = packets;
    r.rc = vnic_merge_plan(merge, packets.data(), static_cast<int>(packets.size()));
    for (int i = 0; i < r.rc && r.fault.empty(); i++) {
        r.fault = take_output(merge, i, random, &r);
    }
    for (size_t i = 0; i < in.size(); i++) {
        if (memcmp(&packets[i], &before[i], sizeof packets[i]) != 0 ||
            Bytes(packets[i].data, packets[i].data + in[i].data.size()) != in[i].data) {
            r.fault = "an input was changed";
        }
    }
    return r;
}

std::string describe(const Packet &p)
{
    char text[200];
    snprintf(text, sizeof text,
             "%zu bytes, gso_type 0x%x size %u, hdr_len %u, csum %u start %u offset %u:",
             p.data.size(), p.gso_type, p.gso_size, p.hdr_len, p.csum, p.csum_start, p.csum_offset);
    std::string s = text;
    for (size_t i = 0; i < p.data.size() && i < 120; i++) {
        snprintf(text, sizeof text, i % 4 == 0 ? " %02x" : "%02x", p.data[i]);
        s += text;
    }
    return s;
}

}
