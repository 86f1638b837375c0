/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals that say nothing about the kernel: bad headers, what no kernel takes, an interface that is down. */
#include "live/offload_refused.h"

using namespace wire;
using live::PacketSocket;

namespace
{

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
                    EXPECT_EQ(good.size(), kernel.recv(20000).size());
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
                    Bytes packet = kernel.recv(20000);
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
