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
        Bytes packet = packet_of(flow, from, len, true), all(10);
        struct vnic_packet fields = {};
        struct sockaddr_ll to = {};

        set_fields(flow, gso_size, &fields);
        /* struct virtio_net_hdr: flags (NEEDS_CSUM), gso_type, four numbers in the machine's order. */
        const uint16_t numbers[4] = {fields.hdr_len, fields.gso_size, fields.csum_start,
                                     fields.csum_offset};
        all[0] = 1;
        all[1] = fields.gso_type;
        memcpy(all.data() + 2, numbers, sizeof numbers);
        all.insert(all.end(), packet.begin(), packet.end());
        to.sll_family = AF_PACKET;
        to.sll_protocol = htons(flow.family == 4 ? ETH_P_IP : ETH_P_IPV6);
        to.sll_ifindex = index_;
        EXPECT_EQ(static_cast<ssize_t>(all.size()),
                  sendto(fd_, all.data(), all.size(), 0, reinterpret_cast<struct sockaddr *>(&to),
                         sizeof to))
            << strerror(errno);
        size_t step = gso_size == 0 ? len : gso_size;
        for (size_t i = 0; expected != nullptr && i * step < len; i++) {
            expected->push_back(
                segment_of(flow, from + i * step, std::min(step, len - i * step), i));
        }
    }

  private:
    int fd_ = -1;
    int index_;
};

}

#endif
