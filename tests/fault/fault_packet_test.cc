/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over packets and waiting on Linux. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "fault_state.h"
#include "fault_sweep.h"

namespace
{

/* 10.9.0.2 to 10.9.0.1, protocol 253 (RFC 3692): the kernel takes it and nobody answers. */
const uint8_t PACKET[24] = {0x45, 0,    0,  24, 0, 0, 0,  0, 64, 253,
                            0x66, 0xc9, 10, 9,  0, 2, 10, 9, 0,  1};

class PacketSweep : public fault::Namespaces
{
  protected:
    /* With `queued` packets that the kernel has for us. */
    void open(uint32_t flags, int queued)
    {
        vnic_config cfg;
        vnic_error err;
        vnic_config_init(&cfg);
        cfg.backend = "linux";
        cfg.name = "fault0";
        cfg.addresses = "10.9.0.1/24";
        cfg.flags = (flags & ~VNIC_BORROW) | VNIC_NO_LINK_LOCAL;
        ASSERT_EQ(vnic_open(&cfg, &dev_, &err), 0) << err.text;
        if (flags & VNIC_BORROW) {
            /* A lender's descriptor is blocking, as most are. */
            int fd = static_cast<int>(vnic_native_handle(dev_));
            fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
            vnic_config_init(&cfg);
            cfg.flags = VNIC_BORROW;
            lender_ = dev_;
            ASSERT_EQ(vnic_adopt(fd, &cfg, &dev_, &err), 0) << err.text;
        }
        int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        struct sockaddr_in to = {};
        to.sin_family = AF_INET;
        to.sin_port = htons(9);
        to.sin_addr.s_addr = htonl(0x0a090002);
        for (int i = 0; i < queued; i++)
            ASSERT_EQ(sendto(s, "abcd", 4, 0, reinterpret_cast<sockaddr *>(&to), sizeof to), 4);
        ::close(s);
    }

    void close()
    {
        vnic_close(dev_);
        vnic_close(lender_);
        dev_ = lender_ = nullptr;
    }

    void sweep(const char *name, const char *function, uint32_t flags, int queued,
               std::function<int()> act)
    {
        fault::sweep_all({name, function, [=] { open(flags, queued); },
                          [act](vnic_error *) { return act(); }, [this] { close(); }, false});
    }

    vnic *dev_ = nullptr, *lender_ = nullptr;
    uint8_t room_[4][2048];
};

TEST_F(PacketSweep, Recv)
{
    auto recv = [this] { return vnic_recv_timeout(dev_, room_[0], sizeof room_[0], 1000); };
    sweep("recv, queued", "vnic_recv_timeout", 0, 1, recv);
    sweep("recv, queued, with headers", "vnic_recv_timeout", VNIC_VNET_HDR | VNIC_KEEP_HEADER, 1,
          recv);
    sweep("recv, queued, borrowed", "vnic_recv_timeout", VNIC_BORROW, 1, recv);
    sweep("recv into small room", "vnic_recv_timeout", 0, 1, [this] {
        int rc = vnic_recv_timeout(dev_, room_[0], 20, 1000);
        return rc == VNIC_EMSGSIZE ? 0 : rc;
    });
    sweep("recv, nothing comes", "vnic_recv_timeout", 0, 0, [this] {
        int rc = vnic_recv_timeout(dev_, room_[0], sizeof room_[0], 2);
        return rc == VNIC_ETIMEDOUT ? 0 : rc;
    });
    sweep("recvv", "vnic_recvv", 0, 1, [this] {
        vnic_iovec iov[2] = {{room_[0], 20}, {room_[1], 2000}};
        return vnic_recvv(dev_, iov, 2, 1000);
    });
}

TEST_F(PacketSweep, RecvMany)
{
    sweep("recv_many", "vnic_recv_many", 0, 3, [this] {
        vnic_packet pkts[3] = {};
        for (int i = 0; i < 3; i++) {
            pkts[i].data = room_[i];
            pkts[i].cap = sizeof room_[i];
        }
        return vnic_recv_many(dev_, pkts, 3, 1000);
    });
    sweep("acquire_many and release_many", "vnic_acquire_many", 0, 2, [this] {
        vnic_packet pkts[2] = {};
        int n = vnic_acquire_many(dev_, pkts, 2, 1000);
        if (n > 0) {
            EXPECT_EQ(vnic_release_many(dev_, pkts, n), 0);
        }
        return n;
    });
}

TEST_F(PacketSweep, Send)
{
    auto send = [this] { return vnic_send_timeout(dev_, PACKET, sizeof PACKET, 1000); };
    sweep("send", "vnic_send_timeout", 0, 0, send);
    sweep("send, borrowed", "vnic_send_timeout", VNIC_BORROW, 0, send);
    sweep("send, with headers", "vnic_send_timeout", VNIC_VNET_HDR, 0, send);
    sweep("sendv", "vnic_sendv", 0, 0, [this] {
        vnic_iovec iov[2] = {{const_cast<uint8_t *>(PACKET), 20},
                             {const_cast<uint8_t *>(PACKET) + 20, 4}};
        return vnic_sendv(dev_, iov, 2, 1000);
    });
    sweep("send_many", "vnic_send_many", 0, 0, [this] {
        vnic_packet pkts[2] = {};
        for (auto &p : pkts) {
            p.data = const_cast<uint8_t *>(PACKET);
            p.len = sizeof PACKET;
        }
        return vnic_send_many(dev_, pkts, 2, 1000);
    });
    sweep("reserve_many and commit_many", "vnic_commit_many", 0, 0, [this] {
        vnic_packet pkts[2] = {};
        pkts[0].len = pkts[1].len = sizeof PACKET;
        int n = vnic_reserve_many(dev_, pkts, 2, VNIC_NOWAIT);
        for (int i = 0; i < n; i++)
            memcpy(pkts[i].data, PACKET, sizeof PACKET);
        return n < 0 ? n : vnic_commit_many(dev_, pkts, n, 1000);
    });
}

TEST_F(PacketSweep, Wait)
{
    sweep("wait, queued", "vnic_wait", 0, 1,
          [this] { return vnic_wait(dev_, VNIC_READABLE, 1000); });
    sweep("wait, nothing comes", "vnic_wait", 0, 0, [this] {
        int rc = vnic_wait(dev_, VNIC_READABLE, 2);
        return rc == VNIC_ETIMEDOUT ? 0 : rc;
    });
    sweep("wait to write", "vnic_wait", 0, 0,
          [this] { return vnic_wait(dev_, VNIC_WRITABLE, 1000); });
}

}
