/* SPDX-License-Identifier: Apache-2.0 */
/* Several packets in one call. */
#include "contract/contract.h"

namespace contract
{

/* A batch with room for `cap` bytes each. */
struct Batch {
    Batch(size_t n, size_t cap) : memory(n, Bytes(cap)), pkts(n)
    {
        for (size_t i = 0; i < n; i++) {
            pkts[i] = {};
            pkts[i].data = memory[i].data();
            pkts[i].cap = static_cast<uint32_t>(cap);
            pkts[i].user = 1000 + i;
        }
    }
    explicit Batch(const std::vector<Bytes> &packets) : memory(packets), pkts(packets.size())
    {
        for (size_t i = 0; i < packets.size(); i++) {
            pkts[i] = {};
            pkts[i].data = memory[i].data();
            pkts[i].len = static_cast<uint32_t>(memory[i].size());
            pkts[i].user = 1000 + i;
        }
    }
    Bytes at(size_t i) const
    {
        return {pkts[i].data, pkts[i].data + pkts[i].len};
    }
    struct vnic_packet *data()
    {
        return pkts.data();
    }

    std::vector<Bytes> memory;
    std::vector<struct vnic_packet> pkts;
};

TEST_P(Contract, RecvManyTakesWhatIsThere)
{
    open();
    for (uint32_t i = 0; i < 5; i++) {
        far_send(packet(100 + i, i));
    }
    Batch b(8, 2048);
    ASSERT_EQ(5, recv_many(b.data(), 8, 5));
    for (uint32_t i = 0; i < 5; i++) {
        EXPECT_EQ(packet(100 + i, i), b.at(i));
        EXPECT_EQ(0, b.pkts[i].status);
        EXPECT_EQ(1000u + i, b.pkts[i].user);
    }
    expect_quiet();
}

TEST_P(Contract, RecvManyStopsAtN)
{
    open();
    for (uint32_t i = 0; i < 5; i++) {
        far_send(packet(100, i));
    }
    Batch b(3, 2048);
    ASSERT_EQ(3, recv_many(b.data(), 3, 3));
    ASSERT_EQ(2, recv_many(b.data(), 3, 2));
    EXPECT_EQ(packet(100, 4), b.at(1));
}

TEST_P(Contract, RecvManyWaitsForTheFirstOnly)
{
    open();
    Batch b(4, 2048);
    int rc = 0;
    Beside reader([&] { rc = vnic_recv_many(d(), b.data(), 4, VNIC_FOREVER); });
    ASSERT_TRUE(wait_for_waiters(d(), 1));
    far_send(packet(100));
    reader.join();
    EXPECT_EQ(1, rc);
}

TEST_P(Contract, RecvManyTooSmallIsAStatus)
{
    open();
    far_send(packet(100, 1));
    far_send(packet(500, 2));
    far_send(packet(100, 3));
    Batch b(4, 200);
    ASSERT_EQ(3, recv_many(b.data(), 4, 3));
    EXPECT_EQ(0, b.pkts[0].status);
    EXPECT_EQ(VNIC_EMSGSIZE, b.pkts[1].status);
    EXPECT_EQ(0u, b.pkts[1].len);
    EXPECT_EQ(0, b.pkts[2].status);
    EXPECT_EQ(packet(100, 3), b.at(2));
}

TEST_P(Contract, RecvManyRejectsAndWaits)
{
    VNIC_COVERS("vnic_recv_many", "VNIC_EINVAL");
    VNIC_COVERS("vnic_recv_many", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_recv_many", "VNIC_ETIMEDOUT");
    open();
    Batch b(2, 200);
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_many(nullptr, b.data(), 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_many(d(), nullptr, 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_many(d(), b.data(), 0, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_many(d(), b.data(), 2, -3));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_many(d(), b.data(), 2, VNIC_NOWAIT));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_many(d(), b.data(), 2, 10));
    b.pkts[1].cap = 0;
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_many(d(), b.data(), 2, 0));
    b.pkts[1].cap = 10;
    b.pkts[1].data = nullptr;
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_many(d(), b.data(), 2, 0));
}

TEST_P(Contract, SendManySendsInOrder)
{
    open();
    std::vector<Bytes> all;
    for (uint32_t i = 0; i < 20; i++) {
        all.push_back(packet(100 + i, i));
    }
    Batch b(all);
    ASSERT_EQ(20, vnic_send_many(d(), b.data(), 20, 20000));
    for (size_t i = 0; i < 20; i++) {
        EXPECT_EQ(0, b.pkts[i].status);
        expect_far(all[i]);
    }
    EXPECT_EQ(0, vnic_packets_unsent(b.data(), 20));
}

TEST_P(Contract, SendManyBadPacketsDoNotStopTheOthers)
{
    open();
    Bytes bad = is_tap() ? Bytes(5, 1) : Bytes(40, 0);
    Bytes huge(70000, 0x45);
    Batch b({packet(100, 1), bad, packet(100, 2), huge, packet(100, 3)});
    ASSERT_EQ(3, vnic_send_many(d(), b.data(), 5, 20000));
    const int want[] = {0, VNIC_EINVAL, 0, VNIC_EMSGSIZE, 0};
    for (size_t i = 0; i < 5; i++) {
        EXPECT_EQ(want[i], b.pkts[i].status) << i;
    }
    for (uint32_t i = 1; i <= 3; i++) {
        expect_far(packet(100, i));
    }
    /* They can never be sent, so there is nothing to try again. */
    EXPECT_EQ(0, vnic_packets_unsent(b.data(), 5));
}

TEST_P(Contract, SendManyWithNothingAcceptedGivesTheFirstCode)
{
    VNIC_COVERS("vnic_send_many", "VNIC_EINVAL");
    VNIC_COVERS("vnic_send_many", "VNIC_EMSGSIZE");
    open();
    Bytes bad = is_tap() ? Bytes(5, 1) : Bytes(40, 0);
    Bytes huge(70000, 0x45);
    Batch first({bad, huge}), second({huge, bad}), empty({packet(100), {}});
    EXPECT_EQ(VNIC_EINVAL, vnic_send_many(d(), first.data(), 2, 0));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_send_many(d(), second.data(), 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_send_many(d(), empty.data(), 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_send_many(nullptr, first.data(), 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_send_many(d(), nullptr, 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_send_many(d(), first.data(), 0, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_send_many(d(), first.data(), 2, -3));
    EXPECT_TRUE(driver->recv(20).empty());
}

TEST_P(Contract, SendManyNotTriedIsAgain)
{
    open();
    Batch b({packet(100, 1), packet(100, 2), packet(100, 3)});
    EXPECT_EQ(0, vnic_interrupt(d()));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_send_many(d(), b.data(), 3, 0));
    EXPECT_EQ(VNIC_EINTERRUPTED, b.pkts[0].status);
    EXPECT_EQ(VNIC_EAGAIN, b.pkts[1].status);
    EXPECT_EQ(VNIC_EAGAIN, b.pkts[2].status);
    EXPECT_EQ(3, vnic_packets_unsent(b.data(), 3));
    EXPECT_EQ(0, vnic_clear_interrupt(d()));
    ASSERT_EQ(3, vnic_send_many(d(), b.data(), 3, 20000));
    for (uint32_t i = 1; i <= 3; i++) {
        expect_far(packet(100, i));
    }
}

TEST(PacketsUnsent, MovesTheRestToTheFrontInOrder)
{
    VNIC_COVERS("vnic_packets_unsent", "VNIC_EINVAL");
    const int status[] = {
        0,          VNIC_EINVAL,    VNIC_EAGAIN, VNIC_EMSGSIZE, VNIC_EINTERRUPTED, 0,
        VNIC_EDOWN, VNIC_ETIMEDOUT, VNIC_ENOMEM, VNIC_ENOBUFS,  VNIC_ECLOSED,      VNIC_EDETACHED};
    const uint64_t again[] = {2, 4, 6, 7, 8, 9, 11};
    std::vector<struct vnic_packet> pkts(12);
    for (size_t i = 0; i < 12; i++) {
        pkts[i] = {};
        pkts[i].status = status[i];
        pkts[i].user = i;
    }
    ASSERT_EQ(7, vnic_packets_unsent(pkts.data(), 12));
    uint64_t seen = 0;
    for (size_t i = 0; i < 7; i++) {
        EXPECT_EQ(again[i], pkts[i].user);
    }
    for (const struct vnic_packet &p : pkts) {
        seen |= uint64_t{1} << p.user;
    }
    EXPECT_EQ((uint64_t{1} << 12) - 1, seen);
    EXPECT_EQ(0, vnic_packets_unsent(pkts.data(), 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_packets_unsent(nullptr, 1));
    EXPECT_EQ(VNIC_EINVAL, vnic_packets_unsent(pkts.data(), -1));
}

} /* namespace contract */
