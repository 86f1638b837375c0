/* SPDX-License-Identifier: Apache-2.0 */
/* Reserving and committing in the backend's memory: what the slots answer, and what core makes of it. */
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "support/covers.h"
#include "support/inside.h"
#include "vnic/vnic.h"

namespace
{

using Q = struct vnic *;

/* A ring of its own: memory, what was asked for, and what came back. */
struct Ring {
    uint8_t memory[64][2048];
    std::vector<uint32_t> lens;
    std::vector<uintptr_t> committed, cancelled;
    int reserve_answer; /* 0: all; else the answer */
    int commit_answer;
    int waits;
} ring;

int ring_reserve(Q, struct vnic__view *views, const uint32_t *lens, int n)
{
    if (ring.reserve_answer < 0) {
        return ring.reserve_answer;
    }
    n = ring.reserve_answer > 0 && ring.reserve_answer < n ? ring.reserve_answer : n;
    for (int i = 0; i < n; i++) {
        size_t at = ring.lens.size();
        ring.lens.push_back(lens[i]);
        views[i] = {ring.memory[at % 64], lens[i], lens[i], 0, 100 + at};
    }
    return n;
}

int ring_commit(Q, const uintptr_t *tokens, int n)
{
    if (ring.commit_answer < 0) {
        return ring.commit_answer;
    }
    n = ring.commit_answer > 0 && ring.commit_answer < n ? ring.commit_answer : n;
    ring.committed.insert(ring.committed.end(), tokens, tokens + n);
    return n;
}

void ring_cancel(Q, const uintptr_t *tokens, int n)
{
    ring.cancelled.insert(ring.cancelled.end(), tokens, tokens + n);
}

class Reserve : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        struct vnic_config cfg;

        ring = Ring();
        vnic_config_init(&cfg);
        cfg.backend = "fake";
        ASSERT_EQ(0, vnic_open(&cfg, &dev, nullptr));
        own = inside_backend(dev);
        table = *own;
        table.reserve = ring_reserve;
        table.commit = ring_commit;
        table.cancel = ring_cancel;
        inside_use_backend(dev, &table);
    }
    void TearDown() override
    {
        inside_use_backend(dev, own);
        vnic_close(dev);
    }
    static void wish(struct vnic_packet *v, int n, uint16_t flags = VNIC_PACKET_EXACT)
    {
        std::memset(v, 0, static_cast<size_t>(n) * sizeof *v);
        for (int i = 0; i < n; i++) {
            v[i].len = 100;
            v[i].flags = flags;
            v[i].user = static_cast<uint64_t>(i);
        }
    }

    vnic *dev = nullptr;
    const struct vnic__backend *own = nullptr;
    struct vnic__backend table;
};

using Tokens = std::vector<uintptr_t>;

TEST_F(Reserve, ExactPacketsLieInTheRing)
{
    struct vnic_packet v[3];
    wish(v, 3);
    ASSERT_EQ(3, vnic_reserve_many(dev, v, 3, 0));
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(ring.memory[i], v[i].data);
        EXPECT_EQ(100u, v[i].cap);
        EXPECT_EQ(0, v[i].headroom);
        EXPECT_EQ(static_cast<uint64_t>(i), v[i].user);
    }
    EXPECT_EQ(3, vnic_commit_many(dev, v, 3, 0));
    EXPECT_EQ((Tokens{100, 101, 102}), ring.committed);
    EXPECT_EQ(Tokens{}, ring.cancelled);
    EXPECT_FALSE(inside_views_are_out(dev));
    EXPECT_EQ(VNIC_EINVAL, vnic_release_many(dev, v, 1));
}

TEST_F(Reserve, ManyGoInPieces)
{
    struct vnic_packet v[70];
    wish(v, 70);
    ASSERT_EQ(70, vnic_reserve_many(dev, v, 70, 0));
    EXPECT_EQ(70, vnic_commit_many(dev, v, 70, 0));
    ASSERT_EQ(70u, ring.committed.size());
    for (uintptr_t i = 0; i < 70; i++) {
        EXPECT_EQ(100 + i, ring.committed[i]);
    }
}

TEST_F(Reserve, ThePoolServesTheOthers)
{
    struct vnic_packet v[2];
    wish(v, 2);
    v[1].flags = 0;
    ASSERT_EQ(2, vnic_reserve_many(dev, v, 2, 0));
    EXPECT_TRUE(ring.lens.empty());
    EXPECT_EQ(100u, v[0].cap);
    EXPECT_GT(v[1].cap, 100u);
    EXPECT_EQ(0, vnic_release_many(dev, v, 2));
    /* And whoever the ring has nothing for. */
    wish(v, 2);
    ring.reserve_answer = VNIC_ENOBUFS;
    ASSERT_EQ(2, vnic_reserve_many(dev, v, 2, 0));
    EXPECT_EQ(100u, v[0].cap);
    EXPECT_EQ(0, v[0].headroom);
    EXPECT_EQ(0, vnic_release_many(dev, v, 2));
    EXPECT_EQ(Tokens{}, ring.cancelled);
}

TEST_F(Reserve, WhatIsGivenBackIsCancelled)
{
    struct vnic_packet v[4];
    wish(v, 4);
    ASSERT_EQ(4, vnic_reserve_many(dev, v, 4, 0));
    EXPECT_EQ(0, vnic_release_many(dev, v + 3, 1));
    EXPECT_EQ(Tokens{103}, ring.cancelled);
    v[1].len = 0;
    EXPECT_EQ(3, vnic_commit_many(dev, v, 3, 0));
    EXPECT_EQ((Tokens{100, 102}), ring.committed);
    EXPECT_EQ((Tokens{103, 101}), ring.cancelled);
    EXPECT_FALSE(inside_views_are_out(dev));
}

TEST_F(Reserve, ExactMeansExact)
{
    for (int pooled = 0; pooled < 2; pooled++) {
        struct vnic_packet v;
        ring.reserve_answer = pooled ? VNIC_ENOBUFS : 0;
        wish(&v, 1);
        ASSERT_EQ(1, vnic_reserve_many(dev, &v, 1, 0));
        struct vnic_packet shorter = v, longer = v, moved = v;
        shorter.len--;
        longer.len++;
        moved.data++;
        moved.len--;
        for (struct vnic_packet *p : {&shorter, &longer, &moved}) {
            EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(dev, p, 1, 0)) << pooled;
        }
        /* It is still reserved, for what was promised. */
        EXPECT_EQ(0, vnic_release_many(dev, &v, 1));
    }
    EXPECT_EQ(Tokens{}, ring.committed);
}

TEST_F(Reserve, AMixtureGoesInOrder)
{
    struct vnic_packet v[5];
    wish(v, 2);
    wish(v + 2, 2, 0);
    ASSERT_EQ(2, vnic_reserve_many(dev, v, 2, 0));
    ASSERT_EQ(2, vnic_reserve_many(dev, v + 2, 2, 0));
    wish(v + 4, 1);
    ASSERT_EQ(1, vnic_reserve_many(dev, v + 4, 1, 0));
    static Tokens order;
    order.clear();
    table.commit = [](Q, const uintptr_t *tokens, int n) {
        order.insert(order.end(), tokens, tokens + n);
        return n;
    };
    table.write = [](Q, const struct vnic_iovec *iov, int) {
        order.push_back(1);
        return static_cast<int>(iov[0].len);
    };
    EXPECT_EQ(5, vnic_commit_many(dev, v, 5, 0));
    EXPECT_EQ((Tokens{100, 101, 1, 1, 102}), order);
    EXPECT_FALSE(inside_views_are_out(dev));
}

TEST_F(Reserve, CodesOfReserving)
{
    VNIC_COVERS("vnic_reserve_many", "VNIC_EAGAIN VNIC_EDOWN VNIC_EOS");
    struct vnic_packet v[2];
    for (int code : {VNIC_EAGAIN, VNIC_EDOWN, VNIC_EOS, VNIC_ENOMEM}) {
        wish(v, 2);
        ring.reserve_answer = code;
        EXPECT_EQ(code, vnic_reserve_many(dev, v, 2, 0));
        EXPECT_EQ(0u, v[0].token);
    }
    /* Room comes while the call waits. */
    ring.reserve_answer = VNIC_EAGAIN;
    table.wait = [](Q, int events, int64_t) {
        EXPECT_EQ(VNIC_WRITABLE, events);
        ring.reserve_answer = ++ring.waits < 3 ? VNIC_EAGAIN : 1;
        return ring.waits % 2;
    };
    wish(v, 2);
    /* One at a time: the first waited, the second was there. */
    EXPECT_EQ(2, vnic_reserve_many(dev, v, 2, 1000));
    EXPECT_EQ(3, ring.waits);
    EXPECT_EQ(2, vnic_commit_many(dev, v, 2, 0));
}

TEST_F(Reserve, CodesOfCommitting)
{
    struct vnic_packet v[3];
    wish(v, 3);
    ASSERT_EQ(3, vnic_reserve_many(dev, v, 3, 0));
    for (int code : {VNIC_EDOWN, VNIC_EOS}) {
        ring.commit_answer = code;
        EXPECT_EQ(code, vnic_commit_many(dev, v, 3, 0));
        EXPECT_EQ(code, v[0].status);
        EXPECT_EQ(VNIC_EAGAIN, v[1].status);
        EXPECT_EQ(VNIC_EAGAIN, v[2].status);
    }
    /* What is bad in itself does not keep the next from being sent. */
    table.commit = [](Q, const uintptr_t *tokens, int n) {
        return tokens[0] == 101 ? VNIC_EINVAL + 0 : tokens[n - 1] >= 101 && n > 1 ? 1 : n;
    };
    EXPECT_EQ(2, vnic_commit_many(dev, v, 3, 0));
    EXPECT_EQ(0, v[0].status);
    EXPECT_EQ(VNIC_EINVAL, v[1].status);
    EXPECT_EQ(0, v[2].status);
    EXPECT_EQ(0u, v[0].token);
    EXPECT_NE(0u, v[1].token);
    /* A packet that asks for work on it goes nowhere without offload. */
    table.commit = ring_commit;
    ring.commit_answer = 0;
    v[1].csum = VNIC_CSUM_PARTIAL;
    EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(dev, v + 1, 1, 0));
    v[1].csum = VNIC_CSUM_UNKNOWN;
    EXPECT_EQ(1, vnic_commit_many(dev, v + 1, 1, 0));
}

TEST_F(Reserve, StopsAreSeen)
{
    struct vnic_packet v[2];
    wish(v, 2);
    ASSERT_EQ(1, vnic_reserve_many(dev, v, 1, 0));
    EXPECT_EQ(0, vnic_interrupt(dev));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_reserve_many(dev, v + 1, 1, 0));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_commit_many(dev, v, 1, 0));
    EXPECT_EQ(VNIC_EINTERRUPTED, v[0].status);
    EXPECT_EQ(Tokens{}, ring.committed);
    EXPECT_EQ(0, vnic_clear_interrupt(dev));
    EXPECT_EQ(1, vnic_commit_many(dev, v, 1, 0));
}

} /* namespace */
