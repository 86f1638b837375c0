/* SPDX-License-Identifier: Apache-2.0 */
/* A TUN behind the door, and lots of packets that need offload, for tests of what is refused. */
#ifndef VNIC_TESTS_OFFLOAD_REFUSED_H
#define VNIC_TESTS_OFFLOAD_REFUSED_H

#include "live/offload_door.h"
#include "live/offload_fixture.h"
#include "support/stream_packets.h"
#include "support/two_networks.h"

namespace wire
{

const uint32_t all_features =
    VNIC_F_CSUM | VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_TSO_ECN | VNIC_F_USO4 | VNIC_F_USO6;
const uint32_t uso = VNIC_F_USO4 | VNIC_F_USO6;

const Flow tcp4 = {4, 6}, tcp6 = {6, 6}, udp4 = {4, 17}, udp6 = {6, 17};

/* What is sent: 8 segments at a time, merged by the library (SPLIT) or given as one (RAW). */
struct Kind {
    const char *name;
    uint32_t offload;
    Flow flow;
    uint32_t door;    /* what is refused: gso_type, or DOOR_PARTIAL */
    uint32_t feature; /* what is to blame */
};

const size_t segment = 500, segments = 8, lot = segment * segments;

const size_t flag_byte = 13; /* of a TCP header; RFC 9293 section 3.1 */
const uint8_t flag_cwr = 0x80;

/* The packets of lot number i, with what is known about them. */
class Lot
{
  public:
    Lot(const Kind &kind, size_t number)
    {
        size_t from = number * lot;
        bool is_super = kind.offload == VNIC_OFFLOAD_RAW && kind.door != DOOR_PARTIAL;

        if (is_super) {
            add(kind, from, lot, segment);
        } else {
            for (size_t i = 0; i < segments; i++) {
                add(kind, from + i * segment, segment, 0);
            }
        }
        for (size_t i = 0; i < bytes_.size(); i++) {
            pkts[i].data = bytes_[i].data();
            pkts[i].len = static_cast<uint32_t>(bytes_[i].size());
        }
    }

    std::vector<struct vnic_packet> pkts;

  private:
    void add(const Kind &kind, size_t from, size_t len, size_t gso_size)
    {
        bool is_partial = gso_size > 0 || kind.door == DOOR_PARTIAL;
        struct vnic_packet p = {};

        bytes_.push_back(packet_of(kind.flow, from, len, is_partial));
        if (is_partial) {
            set_fields(kind.flow, gso_size, &p);
        }
        if (kind.door == (VNIC_GSO_TCPV4 | VNIC_GSO_ECN)) {
            p.gso_type |= VNIC_GSO_ECN;
            bytes_.back()[kind.flow.ip_len() + flag_byte] |= flag_cwr;
        }
        pkts.push_back(p);
    }
    std::vector<Bytes> bytes_;
};

class OffloadRefused : public wire::OffloadTest
{
  protected:
    void TearDown() override
    {
        door_open();
        OffloadTest::TearDown();
    }
    vnic *open_tun(uint32_t offload, const char *engine, uint32_t features = VNIC_UNSET)
    {
        live::Config cfg("given", VNIC_TUN, VNIC_NO_LINK_LOCAL);

        lines.clear();
        cfg.offload = offload;
        cfg.features = features;
        cfg.engine = engine;
        cfg.log_user = &lines;
        cfg.log = [](void *user, int level, const char *text) {
            if (level == VNIC_LOG_WARNING) {
                static_cast<std::vector<std::string> *>(user)->emplace_back(text);
            }
        };
        return live::must_open(cfg);
    }

    std::vector<std::string> lines;
};

}

#endif
