/* SPDX-License-Identifier: Apache-2.0 */
/* Link headers: invisible, or the same four bytes everywhere. */
#include "contract/contract.h"

namespace contract
{

static const uint32_t header_flags[] = {VNIC_KEEP_HEADER, VNIC_KEEP_HEADER | VNIC_VNET_HDR};

static Bytes with_header(const Bytes &p, uint16_t type = 0x0800)
{
    return packets::operator+(
        Bytes{0, 0, static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type)}, p);
}

TEST_P(ContractPlain, KeptHeaderIsTheSameEverywhere)
{
    for (uint32_t flags : header_flags) {
        struct vnic_config cfg = config();
        cfg.flags |= flags;
        open(cfg);
        Bytes p = packet(200);
        far_send(p);
        EXPECT_EQ(with_header(p), recv());
        if (!is_tap()) {
            static const Bytes a = packets::hex("2001 0db8 0000 0000 0000 0000 0000 0001");
            Bytes six = packets::ipv6(59, Bytes(20), a, a);
            far_send(six);
            EXPECT_EQ(with_header(six, 0x86dd), recv());
        }
        Bytes out = with_header(p);
        EXPECT_EQ(204, vnic_send(d(), out.data(), out.size()));
        expect_far(p);
        TearDown();
        SetUp();
    }
}

TEST_P(ContractPlain, KeptHeaderNeedsRoom)
{
    for (uint32_t flags : header_flags) {
        struct vnic_config cfg = config();
        cfg.flags |= flags;
        open(cfg);
        Bytes p = packet(200), next = packet(90, 2), buf(300);
        for (size_t cap : {size_t{203}, size_t{200}, size_t{5}, size_t{4}, size_t{3}}) {
            far_send(p);
            far_send(next);
            EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv_timeout(d(), buf.data(), cap, 20000)) << cap;
            EXPECT_EQ(with_header(next), recv());
        }
        far_send(p);
        EXPECT_EQ(204, vnic_recv_timeout(d(), buf.data(), 204, 20000));
        EXPECT_GE(vnic_recv_size(d()), static_cast<int>(max_len(1500)) + 4);
        TearDown();
        SetUp();
    }
}

TEST_P(ContractPlain, KeptHeaderAcrossPieces)
{
    struct vnic_config cfg = config();
    cfg.flags |= VNIC_KEEP_HEADER | VNIC_VNET_HDR;
    open(cfg);
    Bytes p = packet(200), all(204);
    const struct vnic_iovec iov[] = {
        {all.data(), 1}, {all.data() + 1, 2}, {all.data() + 3, 10}, {all.data() + 13, 191}};
    far_send(p);
    ASSERT_EQ(204, vnic_recvv(d(), iov, 4, 20000));
    EXPECT_EQ(with_header(p), all);
    EXPECT_EQ(204, vnic_sendv(d(), iov, 4, 20000));
    expect_far(p);
}

TEST_P(ContractPlain, KeptHeaderWithoutAPacketIsRefused)
{
    struct vnic_config cfg = config();
    cfg.flags |= VNIC_KEEP_HEADER;
    open(cfg);
    const uint8_t header[4] = {0, 0, 8, 0};
    for (size_t len = 1; len <= 4; len++) {
        EXPECT_EQ(VNIC_EINVAL, vnic_send(d(), header, len)) << len;
    }
    Bytes longest = with_header(packet(is_tap() ? 65535 + 14 : 65535));
    EXPECT_EQ(static_cast<int>(longest.size()), vnic_send(d(), longest.data(), longest.size()));
    longest.resize(65535 + 18 + 5);
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_send(d(), longest.data(), longest.size()));
}

TEST_P(ContractPlain, VnetHeaderIsInvisible)
{
    struct vnic_config cfg = config();
    cfg.flags |= VNIC_VNET_HDR;
    open(cfg);
    struct vnic_info info;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(d(), &info, &err)) << err.text;
    EXPECT_GE(info.vnet_hdr_len, 10u);
    EXPECT_TRUE(info.flags & VNIC_IF_VNET_HDR);
    Bytes p = packet(200), a(50), b(150), small(199);
    far_send(p);
    EXPECT_EQ(p, recv(200));
    const struct vnic_iovec iov[] = {{a.data(), a.size()}, {b.data(), b.size()}};
    far_send(p);
    ASSERT_EQ(200, vnic_recvv(d(), iov, 2, 20000));
    EXPECT_EQ(p, packets::operator+(a, b));
    EXPECT_EQ(200, vnic_sendv(d(), iov, 2, 20000));
    expect_far(p);
    far_send(p);
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv_timeout(d(), small.data(), small.size(), 20000));
    const struct vnic_iovec few[] = {{a.data(), a.size()}, {b.data(), b.size() - 1}};
    far_send(p);
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_recvv(d(), few, 2, 20000));
    EXPECT_EQ(200, vnic_send(d(), p.data(), p.size()));
    expect_far(p);
    expect_quiet();
}

TEST_P(ContractPlain, HeadersWorkWithViewsAndBatches)
{
    for (uint32_t flags : {uint32_t{VNIC_VNET_HDR}, uint32_t{VNIC_KEEP_HEADER}}) {
        struct vnic_config cfg = config();
        cfg.flags |= flags;
        open(cfg);
        Bytes p = packet(200), want = flags == VNIC_KEEP_HEADER ? with_header(p) : p;
        struct vnic_packet v = {};
        far_send(p);
        ASSERT_EQ(1, vnic_acquire_many(d(), &v, 1, 20000));
        EXPECT_EQ(want, Bytes(v.data, v.data + v.len));
        ASSERT_EQ(1, vnic_commit_many(d(), &v, 1, 20000));
        expect_far(p);
        TearDown();
        SetUp();
    }
}

} /* namespace contract */
