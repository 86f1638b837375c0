/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits that Linux has for what is written to it, from both sides: what is just within them goes in
 * one piece, what is beyond goes otherwise, and neither is taken for a kernel that breaks its word.
 */
#include "live/offload_fixture.h"
#include "support/stream_packets.h"

using namespace wire;
using live::PacketSocket;

static vnic *interrupted;       /* whom the next writes interrupt, before they happen */
static uint32_t interrupted_at; /* counts down to the one that does; 0: none */

/* Names that the linker makes (--wrap). */
extern "C" {
ssize_t __real_vnic__sys_writev(int fd, const struct iovec *iov, int n);
ssize_t __wrap_vnic__sys_writev(int fd, const struct iovec *iov, int n)
{
    if (interrupted_at > 0 && --interrupted_at == 0) {
        vnic_interrupt(interrupted);
    }
    return __real_vnic__sys_writev(fd, iov, n);
}
}

namespace
{

class OffloadLimits : public wire::OffloadTest
{
  protected:
    static vnic *open_one(uint32_t layer, uint32_t offload)
    {
        live::Config cfg("given", layer, VNIC_NO_LINK_LOCAL);

        cfg.offload = offload;
        cfg.engine = "plain";
        return live::must_open(cfg);
    }
    static void expect_no_blame(vnic *dev)
    {
        EXPECT_EQ(0u, info_of(dev).refused);
    }
    static Bytes framed(const Bytes &ip, int family)
    {
        return packets::mac_b + packets::mac_a + packets::hex(family == 4 ? "0800" : "86dd") + ip;
    }
};

/*
 * As many datagrams as a super-packet may have are merged, whatever headers there are: 128, which older
 * kernels take as two times 64.
 */
TEST_F(OffloadLimits, AsManyDatagramsAsThereMayBe)
{
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        for (const Flow &flow : {Flow{4, 17}, Flow{6, 17}}) {
            vnic *dev = open_one(layer, VNIC_OFFLOAD_SPLIT);
            std::vector<Bytes> bytes;
            std::vector<struct vnic_packet> pkts;

            for (size_t i = 0; i < 128; i++) {
                Bytes ip = packet_of(flow, i * 450, 450);
                bytes.push_back(layer == VNIC_TAP ? framed(ip, flow.family) : ip);
            }
            for (Bytes &packet : bytes) {
                struct vnic_packet p = {};
                p.data = packet.data();
                p.len = static_cast<uint32_t>(packet.size());
                pkts.push_back(p);
            }
            EXPECT_EQ(128, vnic_send_many(dev, pkts.data(), 128, VNIC_FOREVER));
            EXPECT_NEAR(1.5, static_cast<double>(stats_of(dev).queue_tx_super), 0.5)

                << "layer " << layer << ", IPv" << flow.family;
            EXPECT_EQ(128u, stats_of(dev).queue_tx_merged);
            expect_no_blame(dev);
            vnic_close(dev);
        }
    }
}

/*
 * A partial checksum that ends inside the Ethernet header: Linux takes where it ends for the length of the
 * headers, and refuses fewer than 14 bytes of them (drivers/net/tun.c tun_get_user()). That is the guest's
 * doing, and the packet goes with the checksum that it asked for.
 */
TEST_F(OffloadLimits, AChecksumInsideTheEthernetHeader)
{
    for (uint32_t offload : {VNIC_OFFLOAD_RAW, VNIC_OFFLOAD_SPLIT}) {
        vnic *dev = open_one(VNIC_TAP, offload);
        Bytes frame = framed(packet_of({4, 17}, 0, 100), 4);
        struct vnic_packet p = {};

        p.data = frame.data();
        p.len = static_cast<uint32_t>(frame.size());
        p.csum = VNIC_CSUM_PARTIAL;
        p.csum_start = 6;
        p.csum_offset = 4;
        EXPECT_EQ(1, vnic_send_many(dev, &p, 1, VNIC_FOREVER));
        EXPECT_EQ(0u, stats_of(dev).queue_tx_refused);
        expect_no_blame(dev);
        vnic_close(dev);
    }
}

/* An interrupt while a super-packet goes in parts ends the call behind it: it is sent whole or not at all. */
TEST_F(OffloadLimits, AnInterruptTearsNoPacketInTwo)
{
    for (uint32_t offload : {VNIC_OFFLOAD_RAW, VNIC_OFFLOAD_SPLIT}) {
        for (uint32_t at : {1u, 2u, 7u, 20u}) {
            const Flow udp4 = {4, 17};
            vnic *dev = open_one(VNIC_TUN, offload);
            PacketSocket kernel("given");
            StreamReader reader(udp4);
            /* Linux takes no super-packet of UDP whose checksum is complete. */
            Bytes bytes[2] = {packet_of(udp4, 0, 10000), packet_of(udp4, 10000, 10000)};
            struct vnic_packet pkts[2] = {};

            for (int i = 0; i < 2; i++) {
                set_fields(udp4, 500, &pkts[i]);
                pkts[i].csum = VNIC_CSUM_VALID;
                pkts[i].data = bytes[i].data();
                pkts[i].len = static_cast<uint32_t>(bytes[i].size());
            }
            interrupted = dev;
            interrupted_at = at;
            EXPECT_EQ(1, vnic_send_many(dev, pkts, 2, VNIC_FOREVER));
            EXPECT_EQ(0, pkts[0].status);
            EXPECT_EQ(VNIC_EINTERRUPTED, pkts[1].status);
            EXPECT_EQ(20u, stats_of(dev).queue_tx_packets);
            EXPECT_EQ(0, vnic_clear_interrupt(dev));
            EXPECT_EQ(1, vnic_send_many(dev, pkts + 1, 1, VNIC_FOREVER));
            while (reader.got() < 20000) {
                Bytes packet = kernel.recv(20000);
                ASSERT_FALSE(packet.empty()) << "lost behind " << reader.got() << " bytes";
                ASSERT_EQ("", reader.take(packet.data(), packet.size()));
            }
            vnic_close(dev);
        }
    }
}

}
