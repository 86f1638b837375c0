/* SPDX-License-Identifier: Apache-2.0 */
/* Receiving one packet: sizes, blocking and timeouts. */
#include "contract/contract.h"

namespace contract
{

TEST_P(Contract, RecvGivesTheBytesThatCame)
{
    open();
    for (size_t len : {min_len(), size_t{100}, size_t{1000}, max_len(1500)}) {
        Bytes p = packet(len, static_cast<uint32_t>(len));
        far_send(p);
        expect_recv(p);
    }
}

TEST_P(Contract, RecvKeepsOrder)
{
    open();
    for (uint32_t i = 0; i < 50; i++) {
        far_send(packet(60 + i, i));
    }
    for (uint32_t i = 0; i < 50; i++) {
        expect_recv(packet(60 + i, i));
    }
}

TEST_P(Contract, RecvExactBufferIsEnough)
{
    open();
    Bytes p = packet(500);
    far_send(p);
    EXPECT_EQ(p, recv(500));
}

TEST_P(Contract, RecvSmallBufferIsMsgsizeAndConsumes)
{
    VNIC_COVERS("vnic_recv", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_recv_timeout", "VNIC_EMSGSIZE");
    open();
    for (size_t cap : {size_t{499}, size_t{100}, size_t{7}, size_t{1}}) {
        Bytes buf(cap, 0xAA), next = packet(300, 9);
        far_send(packet(500));
        far_send(next);
        EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv(d(), buf.data(), cap)) << cap;
        expect_recv(next);
        far_send(packet(500));
        EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv_timeout(d(), buf.data(), cap, 20000)) << cap;
    }
}

TEST_P(Contract, RecvNeverWritesBehindTheBuffer)
{
    open();
    for (size_t cap : {size_t{1}, size_t{99}, size_t{499}, size_t{500}}) {
        Bytes buf(600, 0xAA);
        far_send(packet(500));
        (void)vnic_recv(d(), buf.data(), cap);
        EXPECT_EQ(Bytes(600 - cap, 0xAA), Bytes(buf.begin() + static_cast<long>(cap), buf.end()));
    }
}

TEST_P(Contract, RecvSizeIsEnoughAtAnyMtu)
{
    open();
    for (uint32_t mtu : {1280u, 1500u, 9000u, 576u}) {
        ASSERT_EQ(0, vnic_set_mtu(d(), mtu, &err)) << err.text;
        int size = vnic_recv_size(d());
        ASSERT_GE(size, static_cast<int>(max_len(mtu)));
        Bytes p = packet(max_len(mtu));
        far_send(p);
        EXPECT_EQ(p, recv(static_cast<size_t>(size)));
    }
}

TEST_P(Contract, RecvNonBlockingIsAgain)
{
    VNIC_COVERS("vnic_recv", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_recv_timeout", "VNIC_EAGAIN");
    struct vnic_config cfg = config();
    cfg.flags |= VNIC_NONBLOCK;
    open(cfg);
    uint8_t buf[2048];
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv(d(), buf, sizeof buf));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(d(), buf, sizeof buf, VNIC_NOWAIT));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(d(), buf, sizeof buf, VNIC_DEFAULT));
    far_send(packet(100));
    ASSERT_EQ(VNIC_READABLE, vnic_wait(d(), VNIC_READABLE, 20000));
    EXPECT_EQ(100, vnic_recv(d(), buf, sizeof buf));
}

TEST_P(Contract, SetNonblockChangesTheDefault)
{
    open();
    uint8_t buf[2048];
    EXPECT_EQ(0, vnic_set_nonblock(d(), 1));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv(d(), buf, sizeof buf));
    EXPECT_EQ(0, vnic_set_nonblock(d(), 0));
    int rc = 0;
    Beside reader([&] { rc = vnic_recv(d(), buf, sizeof buf); });
    ASSERT_TRUE(wait_for_waiters(d(), 1));
    far_send(packet(100));
    reader.join();
    EXPECT_EQ(100, rc);
}

TEST_P(Contract, RecvBlocksUntilAPacketComes)
{
    open();
    uint8_t buf[2048];
    int rc = 0;
    Beside reader([&] { rc = vnic_recv(d(), buf, sizeof buf); });
    ASSERT_TRUE(wait_for_waiters(d(), 1));
    far_send(packet(321));
    reader.join();
    EXPECT_EQ(321, rc);
}

TEST_P(Contract, RecvTimesOutNotBeforeTime)
{
    VNIC_COVERS("vnic_recv_timeout", "VNIC_ETIMEDOUT");
    open();
    uint8_t buf[2048];
    int64_t start = now_ms();
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(d(), buf, sizeof buf, 60));
    /* Two clocks that are rounded differently may disagree by a millisecond. */
    EXPECT_GE(now_ms() - start, 59);
}

TEST_P(Contract, RecvTimeoutEndsEarlyWithAPacket)
{
    open();
    uint8_t buf[2048];
    int rc = 0;
    int64_t start = now_ms();
    Beside reader([&] { rc = vnic_recv_timeout(d(), buf, sizeof buf, 60000); });
    ASSERT_TRUE(wait_for_waiters(d(), 1));
    far_send(packet(100));
    reader.join();
    EXPECT_EQ(100, rc);
    EXPECT_LT(now_ms() - start, 50000);
}

TEST_P(Contract, RecvRejectsBadArguments)
{
    VNIC_COVERS("vnic_recv", "VNIC_EINVAL");
    VNIC_COVERS("vnic_recv_timeout", "VNIC_EINVAL");
    open();
    uint8_t buf[100];
    EXPECT_EQ(VNIC_EINVAL, vnic_recv(d(), nullptr, 100));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv(d(), buf, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv(nullptr, buf, 100));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_timeout(d(), buf, sizeof buf, -3));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_timeout(d(), buf, sizeof buf, INT32_MIN));
    EXPECT_EQ(VNIC_EINVAL, vnic_recv_timeout(d(), nullptr, 1, 0));
}

TEST_P(Contract, RecvvFillsPiecesInOrder)
{
    open();
    Bytes p = packet(300), a(14, 0), b(1, 0), c(285, 0);
    const struct vnic_iovec iov[] = {
        {a.data(), a.size()}, {nullptr, 0}, {b.data(), 1}, {c.data(), 285}};
    far_send(p);
    ASSERT_EQ(300, vnic_recvv(d(), iov, 4, 20000));
    EXPECT_EQ(p, packets::operator+(packets::operator+(a, b), c));
}

TEST_P(Contract, RecvvShortPacketLeavesTheRestAlone)
{
    open();
    Bytes p = packet(100), a(60, 0xAA), b(600, 0xAA);
    const struct vnic_iovec iov[] = {{a.data(), a.size()}, {b.data(), b.size()}};
    far_send(p);
    ASSERT_EQ(100, vnic_recvv(d(), iov, 2, 20000));
    EXPECT_EQ(Bytes(560, 0xAA), Bytes(b.begin() + 40, b.end()));
}

TEST_P(Contract, RecvvTooSmallIsMsgsizeAndConsumes)
{
    VNIC_COVERS("vnic_recvv", "VNIC_EMSGSIZE");
    open();
    Bytes a(100), b(199), next = packet(90, 3);
    const struct vnic_iovec iov[] = {{a.data(), a.size()}, {b.data(), b.size()}};
    far_send(packet(300));
    far_send(next);
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recvv(d(), iov, 2, 20000));
    expect_recv(next);
}

TEST_P(Contract, RecvvWithTheMostPieces)
{
    open();
    Bytes p = packet(640), all(640, 0);
    struct vnic_iovec iov[VNIC_MAX_IOV];
    for (int i = 0; i < VNIC_MAX_IOV; i++) {
        iov[i].base = all.data() + 10 * i;
        iov[i].len = 10;
    }
    far_send(p);
    ASSERT_EQ(640, vnic_recvv(d(), iov, VNIC_MAX_IOV, 20000));
    EXPECT_EQ(p, all);
}

TEST_P(Contract, RecvvRejectsBadArgumentsAndWaits)
{
    VNIC_COVERS("vnic_recvv", "VNIC_EINVAL");
    VNIC_COVERS("vnic_recvv", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_recvv", "VNIC_ETIMEDOUT");
    open();
    uint8_t buf[100];
    struct vnic_iovec iov[VNIC_MAX_IOV + 1] = {{buf, sizeof buf}};
    const struct vnic_iovec empty[] = {{buf, 0}, {nullptr, 0}}, hole[] = {{nullptr, 5}};
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(d(), iov, 0, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(d(), iov, -1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(d(), iov, VNIC_MAX_IOV + 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(d(), nullptr, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(d(), empty, 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(d(), hole, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_recvv(d(), iov, 1, -3));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recvv(d(), iov, 1, VNIC_NOWAIT));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recvv(d(), iov, 1, 10));
}

TEST_P(Contract, CutPacketsAreCounted)
{
    open();
    uint8_t buf[50];
    struct vnic_stats stats;
    far_send(packet(200));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv(d(), buf, sizeof buf));
    stats.size = sizeof stats;
    ASSERT_EQ(0, vnic_get_stats(d(), &stats, &err)) << err.text;
    EXPECT_EQ(1u, stats.queue_rx_cut);
    EXPECT_EQ(0u, stats.queue_rx_packets);
}

VNIC_CONTRACT(Contract, all_params);
VNIC_CONTRACT(ContractPlain, plain_params);

} /* namespace contract */
