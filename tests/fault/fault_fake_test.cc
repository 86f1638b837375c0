/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over the in-memory backend: what core and that backend need of the system. */
#include <gtest/gtest.h>

#include <cstring>

#include "fault_sweep.h"
#include "support/covers.h"
#include "vnic/fake.h"

using fault::Operation;

namespace
{

const uint8_t PACKET[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 9, 0, 2, 10, 9, 0, 1};

class FakeSweep : public ::testing::Test
{
  protected:
    void open(uint32_t flags = 0)
    {
        vnic_config cfg = config(flags);
        ASSERT_EQ(vnic_open(&cfg, &dev_, nullptr), 0);
        ASSERT_EQ(vnic_fake_peer(dev_, &peer_, nullptr), 0);
        for (int i = 0; i < 2; i++)
            ASSERT_EQ(vnic_send(peer_, PACKET, sizeof PACKET), static_cast<int>(sizeof PACKET));
    }

    vnic_config config(uint32_t flags = 0)
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = "fake";
        cfg.name = "fault0";
        cfg.addresses = "10.9.0.1/24 fd09::1/64 10.8.0.1/32 peer 10.8.0.2";
        cfg.alias = "sweep";
        cfg.mtu = 1400;
        cfg.tx_queue_len = 8;
        cfg.metric = 5;
        cfg.dns = "10.9.0.53 search corp.example";
        cfg.flags = flags;
        cfg.wakeup = wakeup_;
        return cfg;
    }

    void close()
    {
        vnic_close(peer_);
        vnic_close(dev_);
        vnic_close(other_);
        vnic_wakeup_destroy(wakeup_);
        peer_ = dev_ = other_ = nullptr;
        wakeup_ = nullptr;
    }

    void sweep(const char *name, const char *function, std::function<int(vnic_error *)> act,
               uint32_t flags = 0, bool explains = true)
    {
        Operation op = {
            name,    function, [this, flags] { open(flags); }, std::move(act), [this] { close(); },
            explains};
        fault::sweep(op, fault::Kind::allocation);
        fault::sweep(op, fault::Kind::call);
    }

    vnic *dev_ = nullptr, *peer_ = nullptr, *other_ = nullptr;
    vnic_wakeup *wakeup_ = nullptr;
};

TEST_F(FakeSweep, Open)
{
    for (uint32_t flags : {0u, VNIC_VNET_HDR, VNIC_MULTI_QUEUE | VNIC_KEEP_HEADER}) {
        Operation op = {"fake open", "vnic_open",
                        [this] { ASSERT_EQ(vnic_wakeup_create(&wakeup_, nullptr), 0); },
                        [this, flags](vnic_error *err) {
                            vnic_config cfg = config(flags);
                            return vnic_open(&cfg, &dev_, err);
                        },
                        [this] { close(); }};
        fault::sweep(op, fault::Kind::allocation);
        fault::sweep(op, fault::Kind::call);
    }
}

TEST_F(FakeSweep, Check)
{
    sweep("config_check", "vnic_config_check", [this](vnic_error *err) {
        vnic_config cfg = config();
        return vnic_config_check(&cfg, err);
    });
    VNIC_COVERS("vnic_config_check", "VNIC_ENOMEM");
    fault::expect_provoked("vnic_config_check", "VNIC_ENOMEM");
}

TEST_F(FakeSweep, OpenQueueAndPeer)
{
    sweep(
        "fake open_queue", "vnic_open_queue",
        [this](vnic_error *err) { return vnic_open_queue(dev_, &other_, err); },
        VNIC_MULTI_QUEUE | VNIC_VNET_HDR);
    Operation op = {"fake peer", "vnic_fake_peer",
                    [this] {
                        vnic_config cfg = config();
                        ASSERT_EQ(vnic_open(&cfg, &dev_, nullptr), 0);
                    },
                    [this](vnic_error *err) { return vnic_fake_peer(dev_, &peer_, err); },
                    [this] { close(); }};
    fault::sweep(op, fault::Kind::allocation);
    fault::sweep(op, fault::Kind::call);
    VNIC_COVERS("vnic_fake_peer", "VNIC_EMFILE VNIC_ENOMEM VNIC_EOS");
    fault::expect_provoked("vnic_fake_peer", "VNIC_EMFILE VNIC_ENOMEM VNIC_EOS");
}

TEST_F(FakeSweep, AdoptAndBorrow)
{
    sweep("fake borrow", "vnic_adopt", [this](vnic_error *err) {
        vnic_config cfg = config(VNIC_BORROW);
        cfg.name = nullptr;
        return vnic_adopt(vnic_native_handle(dev_), &cfg, &other_, err);
    });
}

TEST_F(FakeSweep, DetachAndAttach)
{
    sweep(
        "fake detach", "vnic_detach_queue",
        [this](vnic_error *err) { return vnic_detach_queue(dev_, err); }, VNIC_MULTI_QUEUE);
    Operation op = {"fake attach", "vnic_attach_queue",
                    [this] {
                        open(VNIC_MULTI_QUEUE);
                        ASSERT_EQ(vnic_detach_queue(dev_, nullptr), 0);
                    },
                    [this](vnic_error *err) { return vnic_attach_queue(dev_, err); },
                    [this] { close(); }};
    fault::sweep(op, fault::Kind::allocation);
    fault::sweep(op, fault::Kind::call);
}

TEST_F(FakeSweep, Configuration)
{
    static const char *const texts[] = {"10.9.0.1/24", "10.9.0.3/24", "fd09::3/64"};
    static vnic_prefix prefixes[3];
    for (int i = 0; i < 3; i++)
        ASSERT_EQ(vnic_prefix_parse(texts[i], &prefixes[i]), 0);
    sweep("fake set_addresses", "vnic_set_addresses",
          [this](vnic_error *err) { return vnic_set_addresses(dev_, prefixes, 3, err); });
    sweep("fake add_address", "vnic_add_address",
          [this](vnic_error *err) { return vnic_add_address(dev_, &prefixes[2], err); });
    sweep("fake remove_address", "vnic_remove_address",
          [this](vnic_error *err) { return vnic_remove_address(dev_, &prefixes[0], err); });
    sweep("fake get_addresses", "vnic_get_addresses", [this](vnic_error *err) {
        vnic_prefix got[8];
        return vnic_get_addresses(dev_, got, 8, err);
    });
    sweep("fake set_mtu", "vnic_set_mtu",
          [this](vnic_error *err) { return vnic_set_mtu(dev_, 1300, err); });
    sweep("fake set_up", "vnic_set_up",
          [this](vnic_error *err) { return vnic_set_up(dev_, 0, err); });
    sweep("fake set_tx_queue_len", "vnic_set_tx_queue_len",
          [this](vnic_error *err) { return vnic_set_tx_queue_len(dev_, 99, err); });
    sweep("fake set_alias", "vnic_set_alias",
          [this](vnic_error *err) { return vnic_set_alias(dev_, "other", err); });
    sweep("fake set_name", "vnic_set_name",
          [this](vnic_error *err) { return vnic_set_name(dev_, "fault1", err); });
    sweep("fake set_metric", "vnic_set_metric",
          [this](vnic_error *err) { return vnic_set_metric(dev_, 7, err); });
    sweep("fake set_dns", "vnic_set_dns",
          [this](vnic_error *err) { return vnic_set_dns(dev_, "10.9.0.53", err); });
}

TEST_F(FakeSweep, Packets)
{
    static uint8_t room[2][2048];
    sweep(
        "fake send", "vnic_send",
        [this](vnic_error *) { return vnic_send(peer_, PACKET, sizeof PACKET); }, 0, false);
    sweep(
        "fake send to the peer", "vnic_send",
        [this](vnic_error *) { return vnic_send(dev_, PACKET, sizeof PACKET); }, 0, false);
    sweep(
        "fake recv", "vnic_recv",
        [this](vnic_error *) { return vnic_recv(dev_, room[0], sizeof room[0]); }, 0, false);
    sweep(
        "fake recv with a header", "vnic_recv",
        [this](vnic_error *) { return vnic_recv(dev_, room[0], sizeof room[0]); },
        VNIC_VNET_HDR | VNIC_KEEP_HEADER, false);
    sweep(
        "fake recv_many", "vnic_recv_many",
        [this](vnic_error *) {
            vnic_packet pkts[2] = {};
            for (int i = 0; i < 2; i++) {
                pkts[i].data = room[i];
                pkts[i].cap = sizeof room[i];
            }
            return vnic_recv_many(dev_, pkts, 2, VNIC_NOWAIT);
        },
        0, false);
    sweep(
        "fake interrupt", "vnic_recv",
        [this](vnic_error *) {
            vnic_interrupt(dev_);
            EXPECT_EQ(vnic_recv(dev_, room[0], sizeof room[0]), VNIC_EINTERRUPTED);
            vnic_clear_interrupt(dev_);
            return vnic_recv(dev_, room[0], sizeof room[0]);
        },
        0, false);
    sweep(
        "fake acquire_many", "vnic_acquire_many",
        [this](vnic_error *) {
            vnic_packet pkts[2] = {};
            int rc = vnic_acquire_many(dev_, pkts, 2, VNIC_NOWAIT);
            if (rc > 0) {
                EXPECT_EQ(vnic_release_many(dev_, pkts, rc), 0);
            }
            return rc;
        },
        0, false);
    sweep(
        "fake reserve_many", "vnic_reserve_many",
        [this](vnic_error *) {
            vnic_packet pkts[2] = {};
            pkts[0].len = pkts[1].len = sizeof PACKET;
            int rc = vnic_reserve_many(peer_, pkts, 2, VNIC_NOWAIT);
            if (rc > 0) {
                EXPECT_EQ(vnic_release_many(peer_, pkts, rc), 0);
            }
            return rc;
        },
        0, false);
    sweep(
        "fake exact packets", "vnic_reserve_many",
        [this](vnic_error *) {
            vnic_packet pkts[2] = {};
            for (vnic_packet &p : pkts) {
                p.len = sizeof PACKET;
                p.flags = VNIC_PACKET_EXACT;
            }
            int rc = vnic_reserve_many(dev_, pkts, 2, VNIC_NOWAIT);
            for (int i = 0; i < rc; i++)
                std::memcpy(pkts[i].data, PACKET, sizeof PACKET);
            return rc > 0 ? vnic_commit_many(dev_, pkts, rc, VNIC_NOWAIT) : rc;
        },
        0, false);
    sweep(
        "fake wait", "vnic_wait",
        [this](vnic_error *) {
            int rc = vnic_wait(peer_, VNIC_READABLE, 1);
            return rc == VNIC_ETIMEDOUT ? 0 : rc;
        },
        0, false);
    sweep(
        "fake wait_handle", "vnic_wait_handle",
        [this](vnic_error *) { return static_cast<int>(vnic_wait_handle(dev_)); }, 0, false);
    VNIC_COVERS("vnic_acquire_many vnic_reserve_many", "VNIC_ENOMEM");
    fault::expect_provoked("vnic_acquire_many", "VNIC_ENOMEM");
    fault::expect_provoked("vnic_reserve_many", "VNIC_ENOMEM");
}

TEST_F(FakeSweep, Wakeup)
{
    sweep("wakeup_create", "vnic_wakeup_create",
          [this](vnic_error *err) { return vnic_wakeup_create(&wakeup_, err); });
    VNIC_COVERS("vnic_wakeup_create", "VNIC_EMFILE VNIC_ENOMEM VNIC_EOS");
    fault::expect_provoked("vnic_wakeup_create", "VNIC_EMFILE VNIC_ENOMEM VNIC_EOS");
}

}
