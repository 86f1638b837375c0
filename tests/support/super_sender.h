/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's side of an interface as a source of super-packets of any shape: a packet socket hands them
 * over with PACKET_VNET_HDR (linux/if_packet.h), so that the reader gets exactly those.
 */
#ifndef VNIC_TESTS_SUPER_SENDER_H
#define VNIC_TESTS_SUPER_SENDER_H

#include <errno.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "support/stream_packets.h"

namespace wire
{

/* A packet of the flow as it looks after splitting: number i of its super-packet. */
inline Bytes segment_of(const Flow &flow, size_t from, size_t len, size_t i)
{
    Bytes packet = packet_of(flow, from, len);

    if (flow.family == 4) {
        packets::put16(packet, 4, packets::get16(packet, 4) + static_cast<uint32_t>(i));
        packets::put16(packet, 10, 0);
        Bytes head(packet.begin(), packet.begin() + 20);
        packets::put16(packet, 10, packets::naive_checksum(head));
    }
    return packet;
}

class SuperSender
{
  public:
    explicit SuperSender(const std::string &name)
        : index_(static_cast<int>(if_nametoindex(name.c_str())))
    {
        const int packet_vnet_hdr = 15, on = 1;

        fd_ = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
        EXPECT_EQ(0, setsockopt(fd_, SOL_PACKET, packet_vnet_hdr, &on, sizeof on))
            << strerror(errno);
    }
    ~SuperSender()
    {
        close(fd_);
    }
    SuperSender(const SuperSender &) = delete;
    SuperSender &operator=(const SuperSender &) = delete;

    /*
     * Bytes [from, from + len) of the flow as one packet, whose segments have gso_size (0: no
     * super-packet). Its checksum is partial. Adds what a reader gets of it to `expected`.
     */
    void send(const Flow &flow, size_t from, size_t len, size_t gso_size,
              std::vector<Bytes> *expected = nullptr)
    {
        send_bytes(flow, packet_of(flow, from, len, true), gso_size, 0, type_of(flow));
        add_segments(flow, from, len, gso_size, expected);
    }

    /* The same in an Ethernet frame with VLAN tags, for a TAP. */
    void send_frame(const Flow &flow, const Bytes &tags, size_t from, size_t len, size_t gso_size,
                    std::vector<Bytes> *expected)
    {
        Bytes packet = packet_of(flow, from, len, true);
        size_t first = expected->size();

        send_bytes(flow, packets::ethernet(type_of(flow), packet, tags), gso_size, 14 + tags.size(),
                   tags.empty() ? type_of(flow) : ETH_P_8021Q);
        add_segments(flow, from, len, gso_size, expected);
        for (size_t i = first; i < expected->size(); i++) {
            (*expected)[i] = packets::ethernet(type_of(flow), (*expected)[i], tags);
        }
    }

  private:
    static uint16_t type_of(const Flow &flow)
    {
        return flow.family == 4 ? ETH_P_IP : ETH_P_IPV6;
    }
    static void add_segments(const Flow &flow, size_t from, size_t len, size_t gso_size,
                             std::vector<Bytes> *expected)
    {
        size_t step = gso_size == 0 ? len : gso_size;

        for (size_t i = 0; expected != nullptr && i * step < len; i++) {
            expected->push_back(
                segment_of(flow, from + i * step, std::min(step, len - i * step), i));
        }
    }
    /* struct virtio_net_hdr: flags (NEEDS_CSUM), gso_type, four numbers in the machine's order. */
    void send_bytes(const Flow &flow, const Bytes &packet, size_t gso_size, size_t link_len,
                    uint16_t type)
    {
        Bytes all(10);
        struct vnic_packet fields = {};
        struct sockaddr_ll to = {};

        set_fields(flow, gso_size, &fields);
        const uint16_t numbers[4] = {
            static_cast<uint16_t>(gso_size == 0 ? 0 : fields.hdr_len + link_len), fields.gso_size,
            static_cast<uint16_t>(fields.csum_start + link_len), fields.csum_offset};
        all[0] = 1;
        all[1] = fields.gso_type;
        memcpy(all.data() + 2, numbers, sizeof numbers);
        all.insert(all.end(), packet.begin(), packet.end());
        to.sll_family = AF_PACKET;
        to.sll_protocol = htons(type);
        to.sll_ifindex = index_;
        EXPECT_EQ(static_cast<ssize_t>(all.size()),
                  sendto(fd_, all.data(), all.size(), 0, reinterpret_cast<struct sockaddr *>(&to),
                         sizeof to))
            << strerror(errno);
    }

    int fd_ = -1;
    int index_;
};

}

#endif
