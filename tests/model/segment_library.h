/* SPDX-License-Identifier: Apache-2.0 */
/* The library's splitting and merging, run on the model's packets in every form that it has. */
#ifndef VNIC_TESTS_SEGMENT_LIBRARY_H
#define VNIC_TESTS_SEGMENT_LIBRARY_H

#include <memory>
#include <string>
#include <vector>

#include "segment_model.h"
#include "stream_maker.h"
#include "vnic/packet.h"

namespace model
{

/* A packet's bytes at an address of any alignment, in memory that ends where they end. */
class Buffer
{
  public:
    Buffer(const Bytes &b, size_t offset);
    Buffer(size_t len, size_t offset) : Buffer(Bytes(len, 0xA5), offset)
    {
    }
    uint8_t *data() const
    {
        return memory.get() + offset_;
    }

  private:
    std::unique_ptr<uint8_t[]> memory;
    size_t offset_;
};

struct vnic_packet library_packet(const Packet &p, uint8_t *data);

enum class Form { kNext, kCopy, kGather, kMixed };

struct LibrarySplit {
    int rc = 0; /* of vnic_split_begin() */
    std::vector<Packet> packets;
    std::string fault; /* of the calls themselves: sizes, the end, a super-packet that changed */
};

LibrarySplit library_split(const Packet &super, uint32_t layer, uint32_t flags, Form form,
                           Random &random);

struct LibraryMerge {
    int rc = 0; /* of vnic_merge_plan() */
    Groups groups;
    std::vector<Packet> packets;
    std::string fault;
};

LibraryMerge library_merge(vnic_merge *merge, const std::vector<Packet> &in, Random &random);

/* "form copy, 3 segments of 1448, type 0x1, …" and the bytes, for who looks for the mistake. */
std::string describe(const Packet &p);

}

#endif
