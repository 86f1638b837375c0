/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random packets for the tests of splitting and merging: flows of TCP and UDP over IPv4 and IPv6 with
 * whatever such packets may have, as they should be or with every kind of noise. All comes from one
 * seed.
 */
#ifndef VNIC_TESTS_STREAM_MAKER_H
#define VNIC_TESTS_STREAM_MAKER_H

#include <stdint.h>

#include <random>
#include <vector>

#include "segment_model.h"

namespace model
{

class Random
{
  public:
    explicit Random(uint32_t seed) : engine(seed)
    {
    }
    /* 0 … n - 1 */
    uint32_t below(uint32_t n)
    {
        return static_cast<uint32_t>(static_cast<uint64_t>(next()) * n >> 32);
    }
    /* low … high */
    uint32_t between(uint32_t low, uint32_t high)
    {
        return low + below(high - low + 1);
    }
    bool one_in(uint32_t n)
    {
        return below(n) == 0;
    }
    uint32_t next()
    {
        return static_cast<uint32_t>(engine());
    }

  private:
    std::mt19937 engine;
};

/* The state of one direction of a connection, and the headers that its packets have. */
struct Flow {
    Bytes link; /* Ethernet header with its tags; empty for TUN */
    Bytes src, dst;
    Bytes ext;        /* IPv4 options, or IPv6 extension headers */
    Bytes l4_options; /* of TCP */
    int version = 4;
    uint8_t proto = 17;
    uint8_t first_ext = 0; /* IPv6: type of the first extension header */
    uint8_t tos = 0, ttl = 64, flags = 0x10, low_nibble = 0;
    uint16_t sport = 0, dport = 0, id = 0, frag = 0x4000, window = 0, urgent = 0;
    uint32_t label = 0, seq = 0, ack = 0;
    uint32_t mss = 1448;
    uint8_t csum = 0; /* VNIC_CSUM_… of its packets */
};

class StreamMaker
{
  public:
    StreamMaker(uint32_t seed, uint32_t layer_) : random(seed), layer(layer_)
    {
    }
    Random random;

    Flow flow(uint32_t longest_mss);
    Bytes payload(size_t len);
    /* A packet of the flow as it stands, with right lengths and checksums. */
    Packet packet(const Flow &f, size_t payload_len);

    /* A super-packet that is as it should be. */
    Packet super();
    /* One that can also be had by merging. */
    Packet mergeable_super(uint32_t most_segments);
    /* One with contradictions. */
    Packet hostile_super();

    /* Packets of several flows in order, of one size each, all of which can be merged. */
    std::vector<Packet> clean(size_t n, size_t flows);
    /* Anything. */
    std::vector<Packet> noisy(size_t n, size_t flows);

  private:
    const uint32_t layer;

    Packet make_super(Flow f, uint32_t gso_size, size_t payload_len);
    Packet next_packet(Flow &f);
    void change_packet(Flow &f, size_t &len);
    void change_flow(Flow &f);
    void spoil(Packet &p);
    void spoil_headers(Packet &p, const Head &h);
    Packet stranger();
};

}

#endif
