/* SPDX-License-Identifier: Apache-2.0 */
/* Sending one packet. */
#include "contract/contract.h"

namespace contract
{

TEST_P(Contract, SendArrivesUnchanged)
{
    open();
    for (size_t len : {min_len(), size_t{100}, max_len(1500)}) {
        Bytes p = packet(len, static_cast<uint32_t>(len));
        EXPECT_EQ(static_cast<int>(len), vnic_send(d(), p.data(), p.size()));
        expect_far(p);
    }
}

TEST_P(Contract, SendKeepsOrder)
{
    open();
    for (uint32_t i = 0; i < 50; i++) {
        Bytes p = packet(60 + i, i);
        ASSERT_EQ(static_cast<int>(p.size()), vnic_send_timeout(d(), p.data(), p.size(), 20000));
    }
    for (uint32_t i = 0; i < 50; i++) {
        expect_far(packet(60 + i, i));
    }
}

TEST_P(Contract, SendRejectsBadArguments)
{
    VNIC_COVERS("vnic_send", "VNIC_EINVAL");
    VNIC_COVERS("vnic_send_timeout", "VNIC_EINVAL");
    open();
    Bytes p = packet(100);
    EXPECT_EQ(VNIC_EINVAL, vnic_send(nullptr, p.data(), p.size()));
    EXPECT_EQ(VNIC_EINVAL, vnic_send(d(), nullptr, 100));
    EXPECT_EQ(VNIC_EINVAL, vnic_send(d(), p.data(), 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_send_timeout(d(), p.data(), p.size(), -3));
    EXPECT_EQ(VNIC_EINVAL, vnic_send_timeout(d(), p.data(), 0, 0));
}

TEST_P(Contract, SendRejectsWhatIsNoPacketOfTheLayer)
{
    open();
    Bytes p(60, 0x00);
    if (is_tap()) {
        for (size_t len : {size_t{1}, size_t{13}}) {
            EXPECT_EQ(VNIC_EINVAL, vnic_send(d(), p.data(), len)) << len;
        }
    } else {
        for (uint8_t version : {0, 5, 7, 15}) {
            p[0] = static_cast<uint8_t>(version << 4);
            EXPECT_EQ(VNIC_EINVAL, vnic_send(d(), p.data(), p.size())) << int{version};
        }
    }
    /* And the handle goes on working. */
    Bytes good = packet(100);
    EXPECT_EQ(100, vnic_send(d(), good.data(), good.size()));
    expect_far(good);
}

TEST_P(Contract, SendOversizedIsMsgsize)
{
    VNIC_COVERS("vnic_send", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_send_timeout", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_sendv", "VNIC_EMSGSIZE");
    open();
    Bytes p = packet(1000);
    size_t limit = is_tap() ? 65553 : 65535;
    p.resize(limit + 100);
    const struct vnic_iovec iov[] = {{p.data(), limit}, {p.data(), 1}};
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_send(d(), p.data(), limit + 1));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_send_timeout(d(), p.data(), limit + 100, 0));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_send(d(), p.data(), SIZE_MAX));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_sendv(d(), iov, 2, 0));
}

TEST_P(Contract, SendLongestPacket)
{
    open();
    Bytes p = packet(is_tap() ? 65535 + 14 : 65535);
    EXPECT_EQ(static_cast<int>(p.size()), vnic_send_timeout(d(), p.data(), p.size(), 20000));
    expect_far(p);
}

TEST_P(Contract, SendOnADownInterfaceIsDown)
{
    VNIC_COVERS("vnic_send", "VNIC_EDOWN");
    VNIC_COVERS("vnic_send_timeout", "VNIC_EDOWN");
    VNIC_COVERS("vnic_sendv", "VNIC_EDOWN");
    VNIC_COVERS("vnic_send_many", "VNIC_EDOWN");
    VNIC_COVERS("vnic_commit_many", "VNIC_EDOWN");
    struct vnic_config cfg = config();
    cfg.up = 0;
    open(cfg);
    Bytes p = packet(100);
    const struct vnic_iovec iov[] = {{p.data(), p.size()}};
    struct vnic_packet batch[2] = {};
    EXPECT_EQ(VNIC_EDOWN, vnic_send(d(), p.data(), p.size()));
    EXPECT_EQ(VNIC_EDOWN, vnic_send_timeout(d(), p.data(), p.size(), 0));
    EXPECT_EQ(VNIC_EDOWN, vnic_sendv(d(), iov, 1, 0));
    for (struct vnic_packet &b : batch) {
        b.data = p.data();
        b.len = 100;
    }
    EXPECT_EQ(VNIC_EDOWN, vnic_send_many(d(), batch, 2, 0));
    EXPECT_EQ(VNIC_EDOWN, batch[0].status);
    EXPECT_EQ(VNIC_EAGAIN, batch[1].status);
    ASSERT_EQ(1, vnic_reserve_many(d(), batch, 1, 0));
    std::memcpy(batch[0].data, p.data(), 100);
    EXPECT_EQ(VNIC_EDOWN, vnic_commit_many(d(), batch, 1, 0));
    EXPECT_EQ(VNIC_EDOWN, batch[0].status);
    ASSERT_EQ(0, vnic_set_up(d(), 1, &err)) << err.text;
    EXPECT_EQ(1, vnic_commit_many(d(), batch, 1, 20000));
    expect_far(p);
}

TEST_P(Contract, SendvJoinsPieces)
{
    open();
    Bytes p = packet(200);
    const struct vnic_iovec iov[] = {
        {p.data(), 1}, {p.data() + 1, 30}, {nullptr, 0}, {p.data() + 31, 169}};
    EXPECT_EQ(200, vnic_sendv(d(), iov, 4, 20000));
    expect_far(p);
}

TEST_P(Contract, SendvRejectsBadArguments)
{
    VNIC_COVERS("vnic_sendv", "VNIC_EINVAL");
    open();
    Bytes p = packet(100);
    struct vnic_iovec iov[VNIC_MAX_IOV + 1] = {{p.data(), p.size()}};
    const struct vnic_iovec empty[] = {{p.data(), 0}}, hole[] = {{nullptr, 9}};
    const struct vnic_iovec huge[] = {{p.data(), SIZE_MAX}, {p.data(), 2}};
    EXPECT_EQ(VNIC_EINVAL, vnic_sendv(d(), iov, 0, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_sendv(d(), iov, VNIC_MAX_IOV + 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_sendv(d(), nullptr, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_sendv(d(), empty, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_sendv(d(), hole, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_sendv(d(), iov, 1, -3));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_sendv(d(), huge, 2, 0));
    expect_quiet();
}

TEST_P(Contract, BothWaysAtOnce)
{
    open();
    const int count = 150;
    int sent = 0, received = 0;
    Beside sender([&] {
        for (int i = 0; i < count; i++) {
            Bytes p = packet(100, static_cast<uint32_t>(i));
            sent += vnic_send_timeout(d(), p.data(), p.size(), 20000) == 100;
        }
    });
    Beside far([&] {
        for (int i = 0; i < count; i++) {
            EXPECT_TRUE(driver->send(packet(120, static_cast<uint32_t>(i))));
        }
    });
    Beside listener([&] {
        uint8_t buf[2048];
        while (received < count && vnic_recv_timeout(d(), buf, sizeof buf, 20000) == 120) {
            received++;
        }
    });
    for (int i = 0; i < count; i++) {
        EXPECT_EQ(100u, driver->recv(20000).size());
    }
    sender.join();
    far.join();
    listener.join();
    EXPECT_EQ(count, sent);
    EXPECT_EQ(count, received);
}

TEST_P(Contract, CountersCountWhatWentThrough)
{
    open();
    struct vnic_stats stats;
    Bytes p = packet(100), q = packet(222);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(100, vnic_send(d(), p.data(), p.size()));
        /* A driver with a ring counts what it has taken out of it. */
        expect_far(p);
        far_send(q);
        expect_recv(q);
    }
    stats.size = sizeof stats;
    ASSERT_EQ(0, vnic_get_stats(d(), &stats, &err)) << err.text;
    EXPECT_EQ(3u, stats.queue_tx_packets);
    EXPECT_EQ(300u, stats.queue_tx_bytes);
    EXPECT_EQ(3u, stats.queue_rx_packets);
    EXPECT_EQ(666u, stats.queue_rx_bytes);
    EXPECT_EQ(3u, stats.tx_packets);
    EXPECT_EQ(3u, stats.rx_packets);
    EXPECT_EQ(300u, stats.tx_bytes);
    EXPECT_EQ(666u, stats.rx_bytes);
    EXPECT_EQ(0u, stats.rx_dropped);
}

} /* namespace contract */
