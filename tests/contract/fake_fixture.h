/* SPDX-License-Identifier: Apache-2.0 */
/* A fake device with a short queue, and its peer. */
#ifndef VNIC_TESTS_FAKE_FIXTURE_H
#define VNIC_TESTS_FAKE_FIXTURE_H

#include "contract/contract.h"
#include "vnic/fake.h"

namespace contract
{

class Fake : public ::testing::Test
{
  protected:
    void open(uint32_t flags = 0, uint32_t layer = VNIC_TUN)
    {
        struct vnic_config cfg;
        vnic *raw = nullptr;

        vnic_config_init(&cfg);
        cfg.backend = "fake";
        cfg.layer = layer;
        cfg.flags = flags;
        cfg.tx_queue_len = 5;
        ASSERT_EQ(0, vnic_open(&cfg, &raw, &err)) << err.text;
        dev.reset(raw);
    }
    void open_peer()
    {
        vnic *raw = nullptr;

        ASSERT_EQ(0, vnic_fake_peer(dev.get(), &raw, &err)) << err.text;
        peer.reset(raw);
    }
    static Bytes packet(uint8_t id = 0)
    {
        return packets::ipv4(17, packets::udp(Bytes(10, id)));
    }
    static int send(const Handle &h, const Bytes &p, int timeout_ms = 0)
    {
        return vnic_send_timeout(h.get(), p.data(), p.size(), timeout_ms);
    }
    static int recv(const Handle &h, int timeout_ms = 0)
    {
        uint8_t buf[2048];

        return vnic_recv_timeout(h.get(), buf, sizeof buf, timeout_ms);
    }
    struct vnic_stats stats(const Handle &h)
    {
        struct vnic_stats s;

        s.size = sizeof s;
        EXPECT_EQ(0, vnic_get_stats(h.get(), &s, &err)) << err.text;
        return s;
    }

    Handle dev, peer;
    struct vnic_error err;
};

/* Bytes of Fake::packet(). */
static const int size = 38;

} /* namespace contract */

#endif
