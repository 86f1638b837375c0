/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels that do not take what they said they take. Each kind of super-packet is refused at the k-th
 * write; what reaches the other side is the same stream, and exactly the right feature is blamed once.
 * VNIC_WIRE=all tries every k up to 50.
 */
#include <stdlib.h>

#include "live/live_open.h"
#include "live/offload_door.h"
#include "support/stream_packets.h"
#include "support/two_networks.h"

using namespace wire;
using live::PacketSocket;

namespace
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

const Kind kinds[] = {
    {"split_tso4", VNIC_OFFLOAD_SPLIT, tcp4, VNIC_GSO_TCPV4, VNIC_F_TSO4},
    {"split_tso6", VNIC_OFFLOAD_SPLIT, tcp6, VNIC_GSO_TCPV6, VNIC_F_TSO6},
    {"split_uso4", VNIC_OFFLOAD_SPLIT, udp4, VNIC_GSO_UDP_L4, uso},
    {"split_uso6", VNIC_OFFLOAD_SPLIT, udp6, VNIC_GSO_UDP_L4, uso},
    {"split_csum", VNIC_OFFLOAD_SPLIT, tcp4, DOOR_PARTIAL, VNIC_F_CSUM},
    {"raw_tso4", VNIC_OFFLOAD_RAW, tcp4, VNIC_GSO_TCPV4, VNIC_F_TSO4},
    {"raw_tso6", VNIC_OFFLOAD_RAW, tcp6, VNIC_GSO_TCPV6, VNIC_F_TSO6},
    {"raw_uso4", VNIC_OFFLOAD_RAW, udp4, VNIC_GSO_UDP_L4, uso},
    {"raw_uso6", VNIC_OFFLOAD_RAW, udp6, VNIC_GSO_UDP_L4, uso},
    {"raw_ecn", VNIC_OFFLOAD_RAW, tcp4, VNIC_GSO_TCPV4 | VNIC_GSO_ECN, VNIC_F_TSO_ECN},
    {"raw_csum", VNIC_OFFLOAD_RAW, udp6, DOOR_PARTIAL, VNIC_F_CSUM},
};

struct RefusedCase {
    Kind kind;
    const char *engine;
};

std::vector<RefusedCase> refused_cases()
{
    std::vector<RefusedCase> out;

    for (const char *engine : engines()) {
        for (const Kind &kind : kinds) {
            out.push_back({kind, engine});
        }
    }
    return out;
}

std::vector<uint32_t> refused_writes()
{
    const char *wish = getenv("VNIC_WIRE");
    std::vector<uint32_t> out;

    if (wish == nullptr || std::string(wish) != "all") {
        return {1, 3, 50};
    }
    for (uint32_t k = 1; k <= 50; k++) {
        out.push_back(k);
    }
    return out;
}

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

class OffloadRefused : public live::NetnsTest
{
  protected:
    void SetUp() override
    {
        NetnsTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        if (live::is_emulated()) {
            GTEST_SKIP() << "qemu-user does not implement what this needs of TUNSETOFFLOAD";
        }
        live::allow_ipv6();
    }
    void TearDown() override
    {
        door_open();
        NetnsTest::TearDown();
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
    static struct vnic_info info_of(vnic *dev)
    {
        struct vnic_info info = {};

        info.size = sizeof info;
        EXPECT_EQ(0, vnic_get_info(dev, &info, nullptr));
        return info;
    }
    static struct vnic_stats stats_of(vnic *dev)
    {
        struct vnic_stats stats = {};

        stats.size = sizeof stats;
        EXPECT_EQ(0, vnic_get_stats(dev, &stats, nullptr));
        return stats;
    }

    std::vector<std::string> lines;
};

class OffloadRefusedWrite : public OffloadRefused, public ::testing::WithParamInterface<RefusedCase>
{
  protected:
    /* One by one what must not be merged. */
    static void send_lot(vnic *dev, std::vector<struct vnic_packet> *pkts)
    {
        int n = static_cast<int>(pkts->size());
        int step = GetParam().kind.door == DOOR_PARTIAL ? 1 : n;

        for (int at = 0; at < n; at += step) {
            EXPECT_EQ(step, vnic_send_many(dev, pkts->data() + at, step, VNIC_FOREVER));
        }
    }

    /* Sends lots, each of which must arrive before the next; how many packets came. */
    static void send_lots(vnic *dev, size_t n, StreamReader *reader)
    {
        PacketSocket kernel("given");

        for (size_t i = 0; i < n; i++) {
            Lot packets(GetParam().kind, i);
            send_lot(dev, &packets.pkts);
            while (reader->got() < (i + 1) * lot) {
                Bytes packet = kernel.recv(5000);
                ASSERT_FALSE(packet.empty()) << "lost behind " << reader->got() << " bytes";
                ASSERT_EQ("", reader->take(packet.data(), packet.size()));
                check_sum(packet);
            }
        }
        EXPECT_EQ(Bytes(), kernel.recv(0)) << "more came than was sent";
    }

    /* What goes in parts has complete checksums; super-packets have the kernel's word. */
    static void check_sum(const Bytes &packet)
    {
        const Kind &kind = GetParam().kind;

        if (packet.size() == kind.flow.headers() + segment && kind.door != DOOR_PARTIAL) {
            EXPECT_EQ(0, vnic_checksum_verify(packet.data(), packet.size(), VNIC_TUN) &
                             (VNIC_SUM_IP_BAD | VNIC_SUM_L4_BAD));
        }
    }

    void refuse_from(uint32_t k, uint32_t times)
    {
        const Kind &kind = GetParam().kind;
        StreamReader reader(kind.flow);
        vnic *dev = open_tun(kind.offload, GetParam().engine);

        SCOPED_TRACE("write " + std::to_string(k));
        EXPECT_EQ(kind.feature, info_of(dev).features & kind.feature);
        EXPECT_EQ(0u, info_of(dev).refused);
        uint32_t before = info_of(dev).features;
        door_refuse(kind.door, k, times);
        send_lots(dev, 51, &reader);
        EXPECT_EQ(51 * lot, reader.got());
        EXPECT_EQ(kind.feature, info_of(dev).refused);
        EXPECT_EQ(before & ~kind.feature, info_of(dev).features);
        EXPECT_EQ(1u, stats_of(dev).queue_tx_refused);
        EXPECT_EQ(1u, door_refused());
        EXPECT_EQ(k, door_seen()) << "it was tried again";
        EXPECT_EQ(1u, lines.size()) << (lines.empty() ? "" : lines.back());
        if (kind.door != DOOR_PARTIAL) {
            EXPECT_EQ(k - 1, stats_of(dev).queue_tx_super);
            EXPECT_EQ(k - 1 + (52 - k) * segments, reader.packets());
        }
        vnic_close(dev);
    }
};

TEST_P(OffloadRefusedWrite, TheStreamStaysWholeAndTheFeatureIsBlamedOnce)
{
    for (uint32_t k : refused_writes()) {
        refuse_from(k, UINT32_MAX);
    }
}

std::string name_of(const ::testing::TestParamInfo<RefusedCase> &info)
{
    return std::string(info.param.kind.name) + "_" + info.param.engine;
}

void PrintTo(const RefusedCase &c, std::ostream *out)
{
    *out << c.kind.name;
}

INSTANTIATE_TEST_SUITE_P(kind, OffloadRefusedWrite, ::testing::ValuesIn(refused_cases()), name_of);

/* ---- Several in one call ------------------------------------------------------------------------- */

/* The second merged packet of the same call is not tried any more. */
TEST_F(OffloadRefused, OthersOfTheSameCallGoInPartsAtOnce)
{
    for (const char *engine : engines()) {
        vnic *dev = open_tun(VNIC_OFFLOAD_SPLIT, engine);
        PacketSocket kernel("given");
        StreamReader reader(tcp4);
        std::vector<Bytes> bytes;
        std::vector<struct vnic_packet> pkts;

        /* 70 segments of 1000 bytes are two merged packets. */
        for (size_t i = 0; i < 70; i++) {
            bytes.push_back(packet_of(tcp4, i * 1000, 1000));
        }
        for (Bytes &packet : bytes) {
            struct vnic_packet p = {};
            p.data = packet.data();
            p.len = static_cast<uint32_t>(packet.size());
            pkts.push_back(p);
        }
        door_refuse(VNIC_GSO_TCPV4, 1, UINT32_MAX);
        EXPECT_EQ(70, vnic_send_many(dev, pkts.data(), 70, VNIC_FOREVER));
        EXPECT_EQ(1u, stats_of(dev).queue_tx_refused);
        EXPECT_EQ(1u, door_refused());
        EXPECT_EQ(1u, lines.size());
        EXPECT_EQ(70u, stats_of(dev).queue_tx_packets);
        while (reader.packets() < 70) {
            Bytes packet = kernel.recv(5000);
            ASSERT_FALSE(packet.empty()) << reader.packets();
            ASSERT_EQ("", reader.take(packet.data(), packet.size()));
        }
        vnic_close(dev);
    }
}

/* ---- Interrupted between parts -------------------------------------------------------------------- */

/* Parts of a super-packet all go, for nobody could say which are missing; parts of a merge are told. */
TEST_F(OffloadRefused, AnInterruptBetweenPartsLosesNone)
{
    for (const char *engine : engines()) {
        for (uint32_t offload : {VNIC_OFFLOAD_RAW, VNIC_OFFLOAD_SPLIT}) {
            Kind kind = {"", offload, tcp4, VNIC_GSO_TCPV4, VNIC_F_TSO4};
            Lot packets(kind, 0);
            int left = static_cast<int>(packets.pkts.size());
            vnic *dev = open_tun(offload, engine);
            PacketSocket kernel("given");
            StreamReader reader(tcp4);

            door_refuse(kind.door, 1, UINT32_MAX);
            /* The first write is refused, and three parts go. */
            door_call_before(
                5, [](void *arg) { (void)vnic_interrupt(static_cast<vnic *>(arg)); }, dev);
            EXPECT_GT(vnic_send_many(dev, packets.pkts.data(), left, VNIC_FOREVER), 0);
            left = vnic_packets_unsent(packets.pkts.data(), left);
            EXPECT_EQ(offload == VNIC_OFFLOAD_RAW, left == 0);
            EXPECT_EQ(VNIC_EINTERRUPTED, vnic_wait(dev, VNIC_WRITABLE, VNIC_FOREVER));
            ASSERT_EQ(0, vnic_clear_interrupt(dev));
            door_open();
            if (left > 0) {
                EXPECT_EQ(left, vnic_send_many(dev, packets.pkts.data(), left, VNIC_FOREVER));
            }
            while (reader.got() < lot) {
                Bytes packet = kernel.recv(5000);
                ASSERT_FALSE(packet.empty()) << "lost behind " << reader.got() << " bytes";
                ASSERT_EQ("", reader.take(packet.data(), packet.size()));
            }
            EXPECT_EQ(Bytes(), kernel.recv(0));
            vnic_close(dev);
        }
    }
}

/* ---- What blames nothing ------------------------------------------------------------------------- */

class OffloadBlamesNothing : public OffloadRefused
{
  protected:
    void expect_no_blame(vnic *dev)
    {
        EXPECT_EQ(0u, info_of(dev).refused);
        EXPECT_EQ(all_features, info_of(dev).features);
        for (const std::string &line : lines) {
            ADD_FAILURE() << line;
        }
    }
    static struct vnic_packet super_of(const Flow &flow, Bytes *bytes, size_t len = 4000,
                                       size_t gso_size = 1000)
    {
        struct vnic_packet p = {};

        *bytes = packet_of(flow, 0, len, true);
        p.data = bytes->data();
        p.len = static_cast<uint32_t>(bytes->size());
        set_fields(flow, gso_size, &p);
        return p;
    }
};

/* A guest's header that is wrong is answered for that packet alone; the next one goes. */
TEST_F(OffloadBlamesNothing, AHeaderThatIsWrong)
{
    VNIC_COVERS("vnic_send_many", "VNIC_EINVAL");
    using Spoil = void (*)(struct vnic_packet *p);
    const std::pair<const char *, Spoil> spoils[] = {
        {"gso_size 0", [](struct vnic_packet *p) { p->gso_size = 0; }},
        {"checksum begins beyond the end",
         [](struct vnic_packet *p) { p->csum_start = static_cast<uint16_t>(p->len + 10); }},
        {"checksum goes beyond the end",
         [](struct vnic_packet *p) { p->csum_offset = static_cast<uint16_t>(p->len); }},
        {"another checksum field", [](struct vnic_packet *p) { p->csum_offset = 2; }},
        {"headers longer than the packet",
         [](struct vnic_packet *p) { p->hdr_len = static_cast<uint16_t>(p->len + 1); }},
        {"another protocol",
         [](struct vnic_packet *p) {
             p->gso_type = p->gso_type == VNIC_GSO_UDP_L4 ? VNIC_GSO_TCPV4 : VNIC_GSO_UDP_L4;
         }},
        {"a kind that nobody knows", [](struct vnic_packet *p) { p->gso_type = 7; }},
    };

    for (const char *engine : engines()) {
        for (uint32_t offload : {VNIC_OFFLOAD_RAW, VNIC_OFFLOAD_SPLIT}) {
            vnic *dev = open_tun(offload, engine);
            for (const auto &[what, spoil] : spoils) {
                for (const Flow &flow : {tcp4, tcp6, udp4, udp6}) {
                    SCOPED_TRACE(what);
                    PacketSocket kernel("given");
                    Bytes bad, good;
                    struct vnic_packet pkts[2] = {super_of(flow, &bad), super_of(flow, &good)};
                    spoil(&pkts[0]);
                    EXPECT_EQ(1, vnic_send_many(dev, pkts, 2, VNIC_FOREVER));
                    EXPECT_EQ(VNIC_EINVAL, pkts[0].status);
                    EXPECT_EQ(0, pkts[1].status);
                    EXPECT_EQ(good.size(), kernel.recv(5000).size());
                    EXPECT_EQ(Bytes(), kernel.recv(0));
                    EXPECT_EQ(VNIC_EINVAL, vnic_send_many(dev, pkts, 1, VNIC_FOREVER));
                }
            }
            EXPECT_EQ(0u, stats_of(dev).queue_tx_refused);
            expect_no_blame(dev);
            vnic_close(dev);
        }
    }
}

/*
 * What Linux never takes as a super-packet, though it can be split: sizes that mean something else,
 * complete checksums of UDP, too many datagrams (include/linux/virtio_net.h virtio_net_hdr_to_skb()).
 */
TEST_F(OffloadBlamesNothing, WhatTheKernelNeverTakes)
{
    for (const char *engine : engines()) {
        for (uint32_t offload : {VNIC_OFFLOAD_RAW, VNIC_OFFLOAD_SPLIT}) {
            vnic *dev = open_tun(offload, engine);
            PacketSocket kernel("given");
            Bytes all, complete, many;
            struct vnic_packet pkts[3] = {super_of(tcp4, &all), super_of(udp4, &complete),
                                          super_of(udp6, &many, 20000, 100)};

            pkts[0].gso_size = 65535;
            complete = packet_of(udp4, 0, 4000);
            pkts[1].data = complete.data();
            pkts[1].csum = VNIC_CSUM_VALID;
            EXPECT_EQ(3, vnic_send_many(dev, pkts, 3, VNIC_FOREVER));
            const std::pair<Flow, std::pair<size_t, size_t>> expected[] = {
                {tcp4, {1, 4000}}, {udp4, {4, 4000}}, {udp6, {200, 20000}}};
            for (const auto &[flow, counts] : expected) {
                StreamReader reader(flow);
                while (reader.got() < counts.second) {
                    Bytes packet = kernel.recv(5000);
                    ASSERT_FALSE(packet.empty());
                    ASSERT_EQ("", reader.take(packet.data(), packet.size()));
                }
                EXPECT_EQ(counts.first, reader.packets());
            }
            EXPECT_EQ(Bytes(), kernel.recv(0));
            expect_no_blame(dev);
            vnic_close(dev);
        }
    }
}

TEST_F(OffloadBlamesNothing, AnInterfaceThatIsDown)
{
    VNIC_COVERS("vnic_send_many", "VNIC_EDOWN");
    for (const char *engine : engines()) {
        for (uint32_t offload : {VNIC_OFFLOAD_RAW, VNIC_OFFLOAD_SPLIT}) {
            vnic *dev = open_tun(offload, engine);
            Kind merged = {"", VNIC_OFFLOAD_SPLIT, tcp4, VNIC_GSO_TCPV4, VNIC_F_TSO4};
            Lot parts(merged, 0);
            Bytes bytes;
            struct vnic_packet p = super_of(tcp6, &bytes);

            ASSERT_EQ(0, vnic_set_up(dev, 0, nullptr));
            EXPECT_EQ(VNIC_EDOWN, vnic_send_many(dev, &p, 1, VNIC_FOREVER));
            EXPECT_EQ(VNIC_EDOWN, vnic_send_many(dev, parts.pkts.data(), segments, VNIC_FOREVER));
            for (const struct vnic_packet &part : parts.pkts) {
                EXPECT_TRUE(part.status == VNIC_EDOWN || part.status == VNIC_EAGAIN);
            }
            EXPECT_EQ(static_cast<int>(segments), vnic_packets_unsent(parts.pkts.data(), segments));
            ASSERT_EQ(0, vnic_set_up(dev, 1, nullptr));
            EXPECT_EQ(static_cast<int>(segments),
                      vnic_send_many(dev, parts.pkts.data(), segments, VNIC_FOREVER));
            EXPECT_EQ(1, vnic_send_many(dev, &p, 1, VNIC_FOREVER));
            EXPECT_EQ(0u, stats_of(dev).queue_tx_refused);
            expect_no_blame(dev);
            vnic_close(dev);
        }
    }
}

/* When the parts are refused too it was not the super-packet. */
TEST_F(OffloadBlamesNothing, AKernelThatTakesNothing)
{
    for (const char *engine : engines()) {
        for (uint32_t offload : {VNIC_OFFLOAD_RAW, VNIC_OFFLOAD_SPLIT}) {
            vnic *dev = open_tun(offload, engine);
            Kind merged = {"", VNIC_OFFLOAD_SPLIT, tcp4, VNIC_GSO_TCPV4, VNIC_F_TSO4};
            Lot parts(merged, 0);
            Bytes bytes;
            struct vnic_packet p = super_of(tcp4, &bytes);

            door_refuse(DOOR_ALL, 1, UINT32_MAX);
            EXPECT_EQ(VNIC_EINVAL, vnic_send_many(dev, &p, 1, VNIC_FOREVER));
            EXPECT_EQ(VNIC_EINVAL, vnic_send_many(dev, parts.pkts.data(), segments, VNIC_FOREVER));
            EXPECT_GT(door_refused(), 2u);
            door_open();
            expect_no_blame(dev);
            EXPECT_EQ(1, vnic_send_many(dev, &p, 1, VNIC_FOREVER));
            EXPECT_EQ(1u, stats_of(dev).queue_tx_super);
            vnic_close(dev);
        }
    }
}

}
