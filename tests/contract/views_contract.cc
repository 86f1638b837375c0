/* SPDX-License-Identifier: Apache-2.0 */
/* Views: acquire and release, reserve and commit. */
#include <algorithm>

#include "contract/contract.h"

namespace contract
{

static Bytes bytes_of(const struct vnic_packet &p)
{
    return {p.data, p.data + p.len};
}

TEST_P(Contract, AcquireGivesViews)
{
    open();
    for (uint32_t i = 0; i < 3; i++) {
        far_send(packet(100 + i, i));
    }
    struct vnic_packet v[8] = {};
    v[1].user = 42;
    ASSERT_EQ(3, acquire(v, 8, 3));
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_EQ(packet(100 + i, i), bytes_of(v[i]));
        EXPECT_EQ(0, v[i].status);
        EXPECT_GE(v[i].cap, v[i].len);
    }
    EXPECT_EQ(42u, v[1].user);
    /* Head- and tailroom may be written to; the neighbours stay as they are. */
    std::memset(v[1].data - v[1].headroom, 0xEE, v[1].headroom);
    std::memset(v[1].data + v[1].len, 0xEE, v[1].cap - v[1].len);
    EXPECT_EQ(packet(100, 0), bytes_of(v[0]));
    EXPECT_EQ(packet(102, 2), bytes_of(v[2]));
    /* A backend's own memory has what it has. */
    EXPECT_TRUE(v[1].headroom >= 64 || inside_backend(d())->acquire != nullptr);
    EXPECT_TRUE(inside_views_are_out(d()));
    EXPECT_EQ(0, vnic_release_many(d(), v, 3));
    EXPECT_FALSE(inside_views_are_out(d()));
}

TEST_P(Contract, ReleaseInAnyOrderAndGrouping)
{
    open();
    struct vnic_packet v[6] = {};
    for (uint32_t i = 0; i < 6; i++) {
        far_send(packet(100, i));
    }
    ASSERT_EQ(6, acquire(v, 6, 6));
    std::reverse(v, v + 6);
    EXPECT_EQ(0, vnic_release_many(d(), v + 1, 2));
    EXPECT_EQ(0, vnic_release_many(d(), v + 5, 1));
    EXPECT_EQ(0, vnic_release_many(d(), v, 0));
    struct vnic_packet rest[3] = {v[4], v[0], v[3]};
    EXPECT_EQ(0, vnic_release_many(d(), rest, 3));
    EXPECT_FALSE(inside_views_are_out(d()));
}

TEST_P(Contract, ReleaseOfWhatIsNotOutReleasesNothing)
{
    VNIC_COVERS("vnic_release_many", "VNIC_EINVAL");
    open();
    struct vnic_packet v[2] = {}, bad[2];
    EXPECT_EQ(VNIC_EINVAL, vnic_release_many(d(), v, 1));
    far_send(packet(100, 1));
    far_send(packet(100, 2));
    ASSERT_EQ(2, acquire(v, 2, 2));
    bad[0] = v[0];
    for (uintptr_t token : {uintptr_t{0}, v[0].token, uintptr_t{9999}, UINTPTR_MAX}) {
        bad[1] = v[1];
        bad[1].token = token;
        EXPECT_EQ(VNIC_EINVAL, vnic_release_many(d(), bad, 2)) << token;
    }
    EXPECT_EQ(VNIC_EINVAL, vnic_release_many(nullptr, v, 2));
    EXPECT_EQ(VNIC_EINVAL, vnic_release_many(d(), nullptr, 2));
    EXPECT_EQ(VNIC_EINVAL, vnic_release_many(d(), v, -1));
    EXPECT_EQ(0, vnic_release_many(d(), v, 2));
    EXPECT_EQ(VNIC_EINVAL, vnic_release_many(d(), v, 1));
}

TEST_P(Contract, AcquireRejectsAndWaits)
{
    VNIC_COVERS("vnic_acquire_many", "VNIC_EINVAL");
    VNIC_COVERS("vnic_acquire_many", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_acquire_many", "VNIC_ETIMEDOUT");
    open();
    struct vnic_packet v[2] = {};
    EXPECT_EQ(VNIC_EINVAL, vnic_acquire_many(nullptr, v, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_acquire_many(d(), nullptr, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_acquire_many(d(), v, 0, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_acquire_many(d(), v, 1, -3));
    EXPECT_EQ(VNIC_EAGAIN, vnic_acquire_many(d(), v, 2, VNIC_NOWAIT));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_acquire_many(d(), v, 2, 10));
    /* A call that got nothing keeps no buffer. */
    EXPECT_FALSE(inside_views_are_out(d()));
}

TEST_P(Contract, ViewsEndAndComeBack)
{
    VNIC_COVERS("vnic_acquire_many", "VNIC_ENOBUFS");
    VNIC_COVERS("vnic_reserve_many", "VNIC_ENOBUFS");
    open();
    std::vector<struct vnic_packet> all(400);
    for (struct vnic_packet &p : all) {
        p = {};
        p.len = 100;
    }
    int got = vnic_reserve_many(d(), all.data(), 400, 0);
    ASSERT_GE(got, 1);
    ASSERT_LT(got, 400);
    struct vnic_packet one = {};
    one.len = 100;
    EXPECT_EQ(VNIC_ENOBUFS, vnic_reserve_many(d(), &one, 1, 0));
    /* An engine may have more for what it receives, which ends too; a driver's ring lends all that it
     * has, and what finds no room is lost in the driver. */
    std::vector<struct vnic_packet> more(400);
    uint32_t n = 0;
    int rc;
    do {
        far_send(packet(100, n));
        rc = vnic_acquire_many(d(), &more[n], 1, 20000);
    } while (rc == 1 && ++n < 400);
    EXPECT_EQ(0, vnic_release_many(d(), all.data(), 1));
    if (n < 400 || inside_backend(d())->acquire == nullptr) {
        EXPECT_EQ(VNIC_ENOBUFS, rc);
        /* The packet was not lost. */
        ASSERT_EQ(1, vnic_acquire_many(d(), &one, 1, 20000));
        EXPECT_EQ(packet(100, n), bytes_of(one));
        EXPECT_EQ(0, vnic_release_many(d(), &one, 1));
    }
    EXPECT_EQ(0, vnic_release_many(d(), all.data() + 1, got - 1));
    EXPECT_EQ(0, vnic_release_many(d(), more.data(), static_cast<int>(n)));
}

TEST_P(Contract, CommitSendsWhatWasReserved)
{
    open();
    struct vnic_packet v[3] = {};
    for (uint32_t i = 0; i < 3; i++) {
        v[i].len = 500;
        v[i].user = i;
        v[i].flags = VNIC_PACKET_EXACT;
    }
    ASSERT_EQ(3, vnic_reserve_many(d(), v, 3, 0));
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_GE(v[i].cap, 500u);
        EXPECT_EQ(500u, v[i].len);
        EXPECT_EQ(i, v[i].user);
        std::memcpy(v[i].data, packet(500, i).data(), 500);
    }
    EXPECT_EQ(3, vnic_commit_many(d(), v, 3, 20000));
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_EQ(0, v[i].status);
        expect_far(packet(500, i));
    }
    EXPECT_FALSE(inside_views_are_out(d()));
    /* They are gone: neither to be sent again nor to be released. */
    EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(d(), v, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_release_many(d(), v, 1));
}

TEST_P(Contract, CommitShorterMovedOrNotAtAll)
{
    open();
    struct vnic_packet v[3] = {};
    for (struct vnic_packet &p : v) {
        p.len = 1000;
    }
    Bytes shorter = packet(200, 1), moved = packet(300, 2);
    ASSERT_EQ(3, vnic_reserve_many(d(), v, 3, 0));
    std::memcpy(v[0].data, shorter.data(), 200);
    v[0].len = 200;
    v[1].len = 0;
    v[2].data -= v[2].headroom;
    std::memcpy(v[2].data, moved.data(), 300);
    v[2].len = 300;
    EXPECT_EQ(3, vnic_commit_many(d(), v, 3, 20000));
    expect_far(shorter);
    expect_far(moved);
    EXPECT_FALSE(inside_views_are_out(d()));
    EXPECT_TRUE(driver->recv(20).empty());
}

TEST_P(Contract, CommitForwardsAnAcquiredView)
{
    open();
    Bytes p = packet(400, 5);
    struct vnic_packet v = {};
    far_send(p);
    ASSERT_EQ(1, vnic_acquire_many(d(), &v, 1, 20000));
    ASSERT_EQ(1, vnic_commit_many(d(), &v, 1, 20000));
    expect_far(p);
    EXPECT_FALSE(inside_views_are_out(d()));
}

TEST_P(Contract, CommitKeepsBuffersOfWhatWasRefused)
{
    VNIC_COVERS("vnic_commit_many", "VNIC_EINVAL");
    VNIC_COVERS("vnic_commit_many", "VNIC_EMSGSIZE");
    open();
    struct vnic_packet v[2] = {};
    v[0].len = v[1].len = 100;
    ASSERT_EQ(2, vnic_reserve_many(d(), v, 2, 0));
    Bytes good = packet(100);
    std::memset(v[0].data, 0, 100);
    std::memcpy(v[1].data, good.data(), 100);
    if (is_tap()) {
        v[0].len = 5;
    }
    EXPECT_EQ(1, vnic_commit_many(d(), v, 2, 20000));
    EXPECT_EQ(VNIC_EINVAL, v[0].status);
    EXPECT_EQ(0, v[1].status);
    expect_far(good);
    /* Still there: too long now, then right. */
    v[0].len = v[0].cap;
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_commit_many(d(), v, 1, 0));
    v[0].len = 100;
    std::memcpy(v[0].data, good.data(), 100);
    EXPECT_EQ(1, vnic_commit_many(d(), v, 1, 20000));
    expect_far(good);
}

TEST_P(Contract, CommitRejectsBadArguments)
{
    open();
    struct vnic_packet v = {};
    v.len = 100;
    ASSERT_EQ(1, vnic_reserve_many(d(), &v, 1, 0));
    struct vnic_packet outside = v, before = v, longer = v, twice[2] = {v, v};
    outside.data = v.data + v.cap;
    outside.len = 1;
    before.data = v.data - v.headroom - 1;
    longer.len = v.cap + 1;
    for (struct vnic_packet *p : {&outside, &before, &longer}) {
        EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(d(), p, 1, 0));
    }
    EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(d(), twice, 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(nullptr, &v, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(d(), nullptr, 1, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(d(), &v, 0, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_commit_many(d(), &v, 1, -3));
    EXPECT_EQ(0, vnic_release_many(d(), &v, 1));
}

TEST_P(Contract, ReserveRejectsBadArguments)
{
    VNIC_COVERS("vnic_reserve_many", "VNIC_EINVAL");
    VNIC_COVERS("vnic_reserve_many", "VNIC_EMSGSIZE");
    open();
    struct vnic_packet v[2] = {};
    v[0].len = 100;
    EXPECT_EQ(VNIC_EINVAL, vnic_reserve_many(d(), v, 2, 0));
    v[1].len = 70000;
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_reserve_many(d(), v, 2, 0));
    v[1].len = 100;
    EXPECT_EQ(VNIC_EINVAL, vnic_reserve_many(nullptr, v, 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_reserve_many(d(), nullptr, 2, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_reserve_many(d(), v, 0, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_reserve_many(d(), v, 2, -3));
    EXPECT_FALSE(inside_views_are_out(d()));
}

TEST_P(Contract, CloseTakesViewsBack)
{
    open();
    struct vnic_packet v[3] = {};
    for (struct vnic_packet &p : v) {
        p.len = 10;
    }
    ASSERT_EQ(3, vnic_reserve_many(d(), v, 3, 0));
    dev.reset();
}

TEST_P(Contract, ReleaseHandleWithViewsOutIsBusy)
{
    need_adopt();
    VNIC_COVERS("vnic_release", "VNIC_EBUSY");
    VNIC_COVERS("vnic_release", "VNIC_EINVAL");
    open();
    struct vnic_packet v = {};
    intptr_t native = 0;
    v.len = 10;
    ASSERT_EQ(1, vnic_reserve_many(d(), &v, 1, 0));
    EXPECT_EQ(VNIC_EBUSY, vnic_release(d(), &native));
    EXPECT_EQ(VNIC_EINVAL, vnic_release(nullptr, &native));
    EXPECT_EQ(VNIC_EINVAL, vnic_release(d(), nullptr));
    EXPECT_EQ(0, vnic_release_many(d(), &v, 1));
    far_send(packet(100));
    expect_recv(packet(100));
}

} /* namespace contract */
