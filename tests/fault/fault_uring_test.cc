/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over the io_uring engine: what the ring cannot do is done without it, or refused with a reason. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "fault_state.h"
#include "fault_sweep.h"
#include "support/covers.h"
#include "support/uring_support.h"

namespace
{

/* 10.9.0.2 to 10.9.0.1, protocol 253 (RFC 3692): the kernel takes it and nobody answers. */
const uint8_t PACKET[24] = {0x45, 0,    0,  24, 0, 0, 0,  0, 64, 253,
                            0x66, 0xc9, 10, 9,  0, 2, 10, 9, 0,  1};

class UringSweep : public fault::Namespaces
{
  protected:
    void SetUp() override
    {
        fault::Namespaces::SetUp();
        std::string why = live::uring_problem();
        if (!IsSkipped() && !why.empty())
            GTEST_SKIP() << why;
    }

    static vnic_config config(uint32_t flags)
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = "linux";
        cfg.name = "fault0";
        cfg.addresses = "10.9.0.1/24";
        cfg.engine = "uring";
        cfg.flags = VNIC_NO_LINK_LOCAL | flags;
        return cfg;
    }

    void open(uint32_t flags, int queued)
    {
        vnic_config cfg = config(flags);
        vnic_error err;
        ASSERT_EQ(vnic_open(&cfg, &dev_, &err), 0) << err.text;
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
        vnic_close(other_);
        dev_ = other_ = nullptr;
    }

    void sweep(const char *name, const char *function, int queued, std::function<int()> act)
    {
        fault::sweep_all({name, function, [=] { open(0, queued); },
                          [act](vnic_error *) { return act(); }, [this] { close(); }, false});
    }

    vnic *dev_ = nullptr, *other_ = nullptr;
    uint8_t room_[4][2048];
};

TEST_F(UringSweep, Open)
{
    vnic_config cfg = config(0);
    fault::sweep_all({"open with io_uring", "vnic_open", [] {},
                      [this, cfg](vnic_error *err) { return vnic_open(&cfg, &dev_, err); },
                      [this] { close(); }, true, [this] { return links(); }});
    VNIC_COVERS("vnic_open", "VNIC_ENOTSUP");
    fault::expect_provoked("vnic_open", "VNIC_ENOTSUP");
    fault::sweep_all({"another queue with io_uring", "vnic_open_queue",
                      [this] { open(VNIC_MULTI_QUEUE, 0); },
                      [this](vnic_error *err) { return vnic_open_queue(dev_, &other_, err); },
                      [this] { close(); }});
}

TEST_F(UringSweep, Recv)
{
    sweep("recv, queued", "vnic_recv_timeout", 1,
          [this] { return vnic_recv_timeout(dev_, room_[0], sizeof room_[0], 1000); });
    sweep("recv, nothing comes", "vnic_recv_timeout", 0, [this] {
        int rc = vnic_recv_timeout(dev_, room_[0], sizeof room_[0], 2);
        return rc == VNIC_ETIMEDOUT ? 0 : rc;
    });
    sweep("wait, queued", "vnic_wait", 1, [this] { return vnic_wait(dev_, VNIC_READABLE, 1000); });
    sweep("wait to write", "vnic_wait", 0, [this] { return vnic_wait(dev_, VNIC_WRITABLE, 1000); });
    sweep("a wait handle", "vnic_wait_handle", 0,
          [this] { return static_cast<int>(vnic_wait_handle(dev_)); });
}

TEST_F(UringSweep, Views)
{
    sweep("acquire_many and release_many", "vnic_acquire_many", 2, [this] {
        vnic_packet pkts[2] = {};
        int n = vnic_acquire_many(dev_, pkts, 2, 1000);
        if (n > 0) {
            EXPECT_EQ(vnic_release_many(dev_, pkts, n), 0);
        }
        return n;
    });
}

TEST_F(UringSweep, SendMany)
{
    sweep("send_many", "vnic_send_many", 0, [this] {
        vnic_packet pkts[3] = {};
        for (auto &p : pkts) {
            p.data = const_cast<uint8_t *>(PACKET);
            p.len = sizeof PACKET;
        }
        int rc = vnic_send_many(dev_, pkts, 3, 1000);
        EXPECT_TRUE(rc < 0 || rc == 3) << "one by one if not together";
        return rc;
    });
}

}
