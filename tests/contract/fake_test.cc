/* SPDX-License-Identifier: Apache-2.0 */
/* What vnic/fake.h promises beyond the contract of all backends. */
#include "contract/fake_fixture.h"

namespace contract
{

TEST_F(Fake, PeerErrors)
{
    VNIC_COVERS("vnic_fake_peer", "VNIC_EBUSY");
    VNIC_COVERS("vnic_fake_peer", "VNIC_ECLOSED");
    open();
    open_peer();
    vnic *raw = nullptr;
    EXPECT_EQ(VNIC_EBUSY, vnic_fake_peer(dev.get(), &raw, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_fake_peer(peer.get(), &raw, &err));
    EXPECT_STREQ("dev", err.field);
    peer.reset();
    open_peer();
    peer.reset();
    ASSERT_EQ(0, vnic_fake_remove(dev.get()));
    EXPECT_EQ(0, vnic_fake_remove(dev.get()));
    EXPECT_EQ(VNIC_ECLOSED, vnic_fake_peer(dev.get(), &raw, &err));
    EXPECT_EQ(nullptr, raw);
}

TEST_F(Fake, OtherBackendsHaveNoPeer)
{
    VNIC_COVERS("vnic_fake_peer", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_fake_remove", "VNIC_ENOTSUP");
    open();
    const struct vnic__backend *own = inside_backend(dev.get());
    struct vnic__backend other = *own;
    vnic *raw = nullptr;
    inside_use_backend(dev.get(), &other);
    EXPECT_EQ(VNIC_ENOTSUP, vnic_fake_peer(dev.get(), &raw, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_fake_remove(dev.get()));
    inside_use_backend(dev.get(), own);
}

TEST_F(Fake, PeerReceivesWhatWasOnItsWay)
{
    for (int how = 0; how < 2; how++) {
        open();
        open_peer();
        EXPECT_EQ(size, send(dev, packet()));
        EXPECT_EQ(size, send(dev, packet()));
        if (how == 0) {
            dev.reset();
        } else {
            EXPECT_EQ(0, vnic_fake_remove(peer.get()));
        }
        EXPECT_EQ(VNIC_READABLE, vnic_wait(peer.get(), VNIC_READABLE, 0));
        EXPECT_EQ(VNIC_EDOWN, send(peer, packet(), 1000));
        EXPECT_EQ(VNIC_WRITABLE, vnic_wait(peer.get(), VNIC_WRITABLE, 20000));
        EXPECT_EQ(size, recv(peer));
        EXPECT_EQ(size, recv(peer));
        EXPECT_EQ(VNIC_ECLOSED, recv(peer));
        EXPECT_EQ(VNIC_ECLOSED, vnic_wait(peer.get(), VNIC_READABLE, 20000));
        EXPECT_EQ(VNIC_ECLOSED, send(peer, packet()));
        peer.reset();
        dev.reset();
    }
}

TEST_F(Fake, PeerIsWokenWhenTheDeviceEnds)
{
    open();
    open_peer();
    int rc = 0;
    Beside reader([&] { rc = recv(peer, 20000); });
    ASSERT_TRUE(wait_for_waiters(peer.get(), 1));
    dev.reset();
    reader.join();
    EXPECT_EQ(VNIC_ECLOSED, rc);
}

TEST_F(Fake, PeerObeysTheMtu)
{
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        open(0, layer);
        open_peer();
        size_t head = layer == VNIC_TAP ? 14 : 0;
        Bytes ip = packets::ipv4(17, packets::udp(Bytes(1500 - 28)));
        Bytes fits = layer == VNIC_TAP ? packets::ethernet(0x0800, ip) : ip;
        Bytes longer = fits;
        longer.resize(fits.size() + (layer == VNIC_TAP ? 5 : 1));
        EXPECT_EQ(static_cast<int>(1500 + head), send(peer, fits));
        EXPECT_EQ(VNIC_EMSGSIZE, send(peer, longer));
        ASSERT_EQ(0, vnic_set_mtu(dev.get(), 9000, &err)) << err.text;
        EXPECT_EQ(static_cast<int>(longer.size()), send(peer, longer));
        peer.reset();
    }
}

TEST_F(Fake, PeerOfADownInterface)
{
    open();
    open_peer();
    EXPECT_EQ(size, send(peer, packet()));
    ASSERT_EQ(0, vnic_set_up(dev.get(), 0, &err)) << err.text;
    EXPECT_EQ(VNIC_EDOWN, send(peer, packet()));
    EXPECT_EQ(VNIC_EDOWN, send(dev, packet()));
    /* What was queued before is still there. */
    EXPECT_EQ(size, recv(dev));
    ASSERT_EQ(0, vnic_set_up(dev.get(), 1, &err)) << err.text;
    ASSERT_EQ(0, vnic_set_carrier(dev.get(), 0, &err)) << err.text;
    EXPECT_EQ(size, send(peer, packet()));
    EXPECT_EQ(VNIC_EAGAIN, recv(dev));
    EXPECT_EQ(1u, stats(dev).rx_dropped);
}

TEST_F(Fake, PeerLooksButDoesNotTouch)
{
    open();
    open_peer();
    struct vnic_prefix prefix;
    struct vnic_info info;
    vnic *raw = nullptr;
    ASSERT_EQ(0, vnic_prefix_parse("10.9.0.1/24", &prefix));
    EXPECT_EQ(size, send(dev, packet()));
    EXPECT_EQ(0, vnic_add_address(dev.get(), &prefix, &err)) << err.text;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(peer.get(), &info, &err)) << err.text;
    EXPECT_STREQ("fake0", info.name);
    EXPECT_EQ(1, vnic_get_addresses(peer.get(), nullptr, 0, &err));
    EXPECT_EQ(1u, stats(peer).rx_packets);
    EXPECT_EQ(0u, stats(peer).tx_packets);
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_up(peer.get(), 0, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_mtu(peer.get(), 1400, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_name(peer.get(), "x", &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_alias(peer.get(), "x", &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_carrier(peer.get(), 0, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_tx_queue_len(peer.get(), 1, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_remove_address(peer.get(), &prefix, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_open_queue(peer.get(), &raw, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_detach_queue(peer.get(), &err));
}

TEST_F(Fake, WhatItHasNotIsRefusedByName)
{
    VNIC_COVERS("vnic_set_persist", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_set_owner", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_set_group", "VNIC_ENOTSUP");
    const struct {
        const char *field;
        void (*set)(struct vnic_config &c);
    } options[] = {
        {"netns", [](struct vnic_config &c) { c.netns = "/x"; }},
        {"netns_fd", [](struct vnic_config &c) { c.netns_fd = 0; }},
        {"persist", [](struct vnic_config &c) { c.persist = 1; }},
        {"owner_uid", [](struct vnic_config &c) { c.owner_uid = 0; }},
        {"group_gid", [](struct vnic_config &c) { c.group_gid = 0; }},
        {"if_index", [](struct vnic_config &c) { c.if_index = 5; }},
        {"sndbuf", [](struct vnic_config &c) { c.sndbuf = 5; }},
    };
    for (const auto &option : options) {
        struct vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = "fake";
        option.set(cfg);
        EXPECT_EQ(VNIC_ENOTSUP, vnic_config_check(&cfg, &err)) << option.field;
        EXPECT_STREQ(option.field, err.field);
        EXPECT_NE(nullptr, std::strstr(err.text, "fake")) << err.text;
    }
    open();
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_persist(dev.get(), 1, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_owner(dev.get(), 1, &err));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_group(dev.get(), 1, &err));
    EXPECT_EQ(VNIC_ENOTSUP,
              vnic_list("fake", [](void *, const struct vnic_info *) { return 0; }, nullptr, &err));
}

TEST_F(Fake, NamesAreOfThePair)
{
    open();
    Handle first = std::move(dev);
    open();
    char a[VNIC_NAME_SIZE], b[VNIC_NAME_SIZE];
    EXPECT_EQ(5, vnic_get_name(first.get(), a, sizeof a));
    EXPECT_EQ(5, vnic_get_name(dev.get(), b, sizeof b));
    EXPECT_STREQ(a, b);
    open_peer();
    EXPECT_EQ(size, send(peer, packet()));
    EXPECT_EQ(VNIC_EAGAIN, recv(first));
    EXPECT_EQ(size, recv(dev));
}

TEST_F(Fake, NativeHandlesAreChecked)
{
    VNIC_COVERS("vnic_fake_end", "VNIC_EINVAL");
    open();
    open_peer();
    intptr_t native = vnic_native_handle(dev.get());
    uint32_t wrong[64] = {};
    struct vnic_config cfg;
    vnic *raw = nullptr;
    vnic_config_init(&cfg);
    cfg.backend = "fake";
    EXPECT_EQ(VNIC_EBADFD, vnic_adopt(0, &cfg, &raw, &err));
    EXPECT_EQ(VNIC_EBADFD, vnic_adopt(reinterpret_cast<intptr_t>(wrong), &cfg, &raw, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_adopt(native, &cfg, &raw, &err));
    EXPECT_NE(nullptr, std::strstr(err.text, "VNIC_BORROW")) << err.text;
    EXPECT_EQ(VNIC_EINVAL, vnic_fake_end(0));
    EXPECT_EQ(VNIC_EINVAL, vnic_fake_end(reinterpret_cast<intptr_t>(wrong)));
    EXPECT_EQ(VNIC_EINVAL, vnic_fake_end(native));
    ASSERT_EQ(0, vnic_release(dev.release(), &native));
    ASSERT_EQ(0, vnic_fake_end(native));
    EXPECT_EQ(VNIC_ECLOSED, recv(peer));
}

TEST_F(Fake, BorrowerOutlivesTheOwner)
{
    open();
    open_peer();
    struct vnic_config cfg;
    vnic *raw = nullptr;
    vnic_config_init(&cfg);
    cfg.backend = "fake";
    cfg.flags = VNIC_BORROW;
    ASSERT_EQ(0, vnic_adopt(vnic_native_handle(dev.get()), &cfg, &raw, &err)) << err.text;
    Handle guest(raw);
    int rc = 0;
    Beside reader([&] { rc = recv(guest, 20000); });
    ASSERT_TRUE(wait_for_waiters(guest.get(), 1));
    dev.reset();
    reader.join();
    EXPECT_EQ(VNIC_ECLOSED, rc);
    EXPECT_EQ(VNIC_ECLOSED, send(guest, packet()));
}

TEST_F(Fake, RemovedInterfaceIsNotAdopted)
{
    open();
    intptr_t native = -1;
    struct vnic_config cfg;
    vnic *raw = nullptr;
    ASSERT_EQ(0, vnic_fake_remove(dev.get()));
    ASSERT_EQ(0, vnic_release(dev.release(), &native));
    vnic_config_init(&cfg);
    cfg.backend = "fake";
    EXPECT_EQ(VNIC_EBADFD, vnic_adopt(native, &cfg, &raw, &err));
    EXPECT_EQ(0, vnic_fake_end(native));
}

} /* namespace contract */
