/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over offload: opening with it, super-packets received, merged and sent. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "fault_state.h"
#include "fault_sweep.h"
#include "support/covers.h"
#include "support/packets.h"
#include "vnic/packet.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* linux/udp.h since 4.18 */
#endif

namespace
{

constexpr int kDatagrams = 3;
constexpr int kPayload = 1000;

class OffloadSweep : public fault::Namespaces
{
  protected:
    vnic_config config(uint32_t offload)
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = "linux";
        cfg.name = "fault0";
        cfg.addresses = "10.9.0.1/24";
        cfg.offload = offload;
        cfg.flags = VNIC_NO_LINK_LOCAL;
        return cfg;
    }

    /* With a train of datagrams that the kernel has for us, as one super-packet. */
    void open(uint32_t offload)
    {
        vnic_config cfg = config(offload);
        vnic_error err;
        ASSERT_EQ(vnic_open(&cfg, &dev_, &err), 0) << err.text;
        int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        int size = kPayload;
        ASSERT_EQ(setsockopt(s, SOL_UDP, UDP_SEGMENT, &size, sizeof size), 0);
        struct sockaddr_in to = {};
        to.sin_family = AF_INET;
        to.sin_port = htons(9);
        to.sin_addr.s_addr = htonl(0x0a090002);
        std::vector<char> data(kDatagrams * kPayload, 'x');
        ASSERT_EQ(
            sendto(s, data.data(), data.size(), 0, reinterpret_cast<sockaddr *>(&to), sizeof to),
            static_cast<ssize_t>(data.size()));
        ::close(s);
    }

    void close()
    {
        vnic_close(dev_);
        dev_ = nullptr;
    }

    void sweep(const char *name, const char *function, uint32_t offload, std::function<int()> act)
    {
        fault::sweep_all({name, function, [=] { open(offload); },
                          [act](vnic_error *) { return act(); }, [this] { close(); }, false});
    }

    /* Datagrams of one flow from 10.9.0.2, that can be merged. */
    std::vector<packets::Bytes> train()
    {
        std::vector<packets::Bytes> all;
        const packets::Bytes src = {10, 9, 0, 2}, dst = {10, 9, 0, 1};
        for (int i = 0; i < kDatagrams; i++) {
            auto udp = packets::udp(packets::Bytes(kPayload, 'y'), src, dst);
            all.push_back(packets::ipv4(17, udp, src, dst, {}, 0x4000));
        }
        return all;
    }

    vnic *dev_ = nullptr;
    uint8_t room_[4][VNIC_MAX_PACKET];
};

TEST_F(OffloadSweep, Open)
{
    for (uint32_t offload : {VNIC_OFFLOAD_SPLIT, VNIC_OFFLOAD_RAW}) {
        vnic_config cfg = config(offload);
        fault::sweep_all({"open with offload", "vnic_open", [] {},
                          [this, cfg](vnic_error *err) { return vnic_open(&cfg, &dev_, err); },
                          [this] { close(); }, true, [this] { return links(); }});
    }
}

TEST_F(OffloadSweep, Receive)
{
    sweep("recv of a segment", "vnic_recv_timeout", VNIC_OFFLOAD_SPLIT,
          [this] { return vnic_recv_timeout(dev_, room_[0], sizeof room_[0], 1000); });
    for (uint32_t offload : {VNIC_OFFLOAD_SPLIT, VNIC_OFFLOAD_RAW}) {
        sweep("recv_many with offload", "vnic_recv_many", offload, [this] {
            vnic_packet pkts[kDatagrams] = {};
            for (int i = 0; i < kDatagrams; i++) {
                pkts[i].data = room_[i];
                pkts[i].cap = sizeof room_[i];
            }
            return vnic_recv_many(dev_, pkts, kDatagrams, 1000);
        });
        sweep("acquire_many with offload", "vnic_acquire_many", offload, [this] {
            vnic_packet pkts[kDatagrams] = {};
            int n = vnic_acquire_many(dev_, pkts, kDatagrams, 1000);
            if (n > 0) {
                EXPECT_EQ(vnic_release_many(dev_, pkts, n), 0);
            }
            return n;
        });
    }
}

TEST_F(OffloadSweep, Send)
{
    for (uint32_t offload : {VNIC_OFFLOAD_SPLIT, VNIC_OFFLOAD_RAW}) {
        sweep("send_many with offload", "vnic_send_many", offload, [this] {
            auto data = train();
            vnic_packet pkts[kDatagrams] = {};
            for (int i = 0; i < kDatagrams; i++) {
                pkts[i].data = data[static_cast<size_t>(i)].data();
                pkts[i].len = static_cast<uint32_t>(data[static_cast<size_t>(i)].size());
            }
            return vnic_send_many(dev_, pkts, kDatagrams, 1000);
        });
    }
}

TEST_F(OffloadSweep, Planner)
{
    VNIC_COVERS("vnic_merge_create", "VNIC_ENOMEM");
    vnic_merge *merge = nullptr;
    fault::sweep_all({"merge_create", "vnic_merge_create", [] {},
                      [&merge](vnic_error *) {
                          vnic_merge_rules rules = {sizeof rules, VNIC_TUN, VNIC_F_TSO4, 65535, 64};
                          return vnic_merge_create(&rules, &merge);
                      },
                      [&merge] {
                          vnic_merge_destroy(merge);
                          merge = nullptr;
                      },
                      false});
}

TEST_F(OffloadSweep, WaitHandle)
{
    sweep("wait handle with offload", "vnic_wait_handle", VNIC_OFFLOAD_SPLIT, [this] {
        intptr_t handle = vnic_wait_handle(dev_);
        return handle < 0 ? static_cast<int>(handle) : 0;
    });
}

}
