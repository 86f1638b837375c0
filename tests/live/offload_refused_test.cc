/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels that do not take what they said they take. Each kind of super-packet is refused at the k-th
 * write; what reaches the other side is the same stream, and exactly the right feature is blamed once.
 * VNIC_WIRE=all tries every k up to 50.
 */
#include <stdlib.h>

#include "live/offload_refused.h"

using namespace wire;
using live::PacketSocket;

namespace
{

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
                Bytes packet = kernel.recv(20000);
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
            Bytes packet = kernel.recv(20000);
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
                Bytes packet = kernel.recv(20000);
                ASSERT_FALSE(packet.empty()) << "lost behind " << reader.got() << " bytes";
                ASSERT_EQ("", reader.take(packet.data(), packet.size()));
            }
            EXPECT_EQ(Bytes(), kernel.recv(0));
            vnic_close(dev);
        }
    }
}

}
