/* SPDX-License-Identifier: Apache-2.0 */
/* Release and adopt: a descriptor that changes hands. */
#include "contract/contract.h"
#include "vnic/fake.h"

namespace contract
{

/* Engines read ahead; a borrowed descriptor's packets are its lender's, so it has none. */
static struct vnic_config bare(const Driver *driver, uint32_t flags = 0)
{
    struct vnic_config cfg;

    vnic_config_init(&cfg);
    cfg.backend = driver->backend();
    cfg.engine = flags & VNIC_BORROW ? nullptr : driver->engine();
    cfg.flags = flags;
    return cfg;
}

TEST_P(Contract, ReleaseAndAdoptKeepTheInterface)
{
    need_adopt();
    struct vnic_config cfg = config();
    cfg.name = "passed0";
    cfg.addresses = "10.9.0.1/24";
    cfg.mtu = 1400;
    open(cfg);
    far_send(packet(100, 1));
    for (int round = 0; round < 3; round++) {
        intptr_t native = -1;
        ASSERT_EQ(0, vnic_release(dev.release(), &native));
        struct vnic_config take = bare(driver.get());
        vnic *raw = nullptr;
        ASSERT_EQ(0, vnic_adopt(native, &take, &raw, &err)) << err.text;
        dev.reset(raw);
        EXPECT_EQ(native, vnic_native_handle(d()));
    }
    /* What was queued meanwhile is there, and nothing of the interface has changed. */
    expect_recv(packet(100, 1));
    struct vnic_info info;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(d(), &info, &err)) << err.text;
    EXPECT_STREQ("passed0", info.name);
    EXPECT_EQ(layer(), info.layer);
    EXPECT_EQ(1400u, info.mtu);
    EXPECT_EQ(1, vnic_get_addresses(d(), nullptr, 0, &err));
    Bytes p = packet(300);
    EXPECT_EQ(300, vnic_send(d(), p.data(), p.size()));
    expect_far(p);
    EXPECT_GE(vnic_recv_size(d()), static_cast<int>(max_len(1400)));
}

TEST_P(Contract, BorrowedDescriptorStaysWithItsOwner)
{
    need_adopt();
    open();
    struct vnic_config take = bare(driver.get(), VNIC_BORROW);
    for (int how = 0; how < 2; how++) {
        vnic *raw = nullptr;
        ASSERT_EQ(0, vnic_adopt(vnic_native_handle(d()), &take, &raw, &err)) << err.text;
        Handle guest(raw);
        uint8_t buf[2048];
        Bytes p = packet(100);
        EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(guest.get(), buf, sizeof buf, 0));
        EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(guest.get(), buf, sizeof buf, 20));
        far_send(p);
        EXPECT_EQ(100, vnic_recv_timeout(guest.get(), buf, sizeof buf, 20000));
        EXPECT_EQ(100, vnic_send(guest.get(), p.data(), p.size()));
        expect_far(p);
        if (how == 1) {
            intptr_t native = -1;
            ASSERT_EQ(0, vnic_release(guest.release(), &native));
            EXPECT_EQ(vnic_native_handle(d()), native);
        }
    }
    far_send(packet(100));
    expect_recv(packet(100));
}

TEST_P(ContractPlain, AdoptUnderstandsTheHeadersOfTheDescriptor)
{
    need_adopt();
    for (uint32_t flags : {uint32_t{VNIC_KEEP_HEADER}, uint32_t{VNIC_VNET_HDR},
                           uint32_t{VNIC_KEEP_HEADER | VNIC_VNET_HDR}}) {
        struct vnic_config cfg = config();
        cfg.flags |= flags;
        open(cfg);
        intptr_t native = -1;
        ASSERT_EQ(0, vnic_release(dev.release(), &native));
        /* The new owner did not ask for headers, so it sees none. */
        struct vnic_config take = bare(driver.get());
        vnic *raw = nullptr;
        ASSERT_EQ(0, vnic_adopt(native, &take, &raw, &err)) << err.text;
        dev.reset(raw);
        Bytes p = packet(100);
        far_send(p);
        expect_recv(p);
        EXPECT_EQ(100, vnic_send(d(), p.data(), p.size()));
        expect_far(p);
        TearDown();
        SetUp();
    }
}

TEST_P(Contract, AdoptGivesHeadersThatTheDescriptorLacks)
{
    need_adopt();
    open();
    intptr_t native = -1;
    ASSERT_EQ(0, vnic_release(dev.release(), &native));
    struct vnic_config take = bare(driver.get(), VNIC_KEEP_HEADER);
    vnic *raw = nullptr;
    ASSERT_EQ(0, vnic_adopt(native, &take, &raw, &err)) << err.text;
    dev.reset(raw);
    Bytes p = packet(100), want = packets::operator+(Bytes{0, 0, 8, 0}, p), buf(200);
    far_send(p);
    EXPECT_EQ(want, recv());
    EXPECT_EQ(104, vnic_send(d(), want.data(), want.size()));
    expect_far(p);
    /* No room for anything but the header, or not even that: consumed all the same. */
    for (size_t cap : {size_t{4}, size_t{2}, size_t{5}}) {
        far_send(p);
        EXPECT_EQ(VNIC_EMSGSIZE, vnic_recv_timeout(d(), buf.data(), cap, 20000)) << cap;
        expect_quiet();
    }
}

TEST_P(Contract, AdoptConfiguresWhatIsAsked)
{
    need_adopt();
    open();
    intptr_t native = -1;
    ASSERT_EQ(0, vnic_release(dev.release(), &native));
    struct vnic_config take = bare(driver.get(), VNIC_NONBLOCK);
    take.mtu = 1300;
    take.addresses = "10.9.0.1/24";
    take.layer = layer();
    vnic *raw = nullptr;
    ASSERT_EQ(0, vnic_adopt(native, &take, &raw, &err)) << err.text;
    dev.reset(raw);
    uint8_t buf[100];
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv(d(), buf, sizeof buf));
    EXPECT_EQ(1, vnic_get_addresses(d(), nullptr, 0, &err));
    struct vnic_info info;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(d(), &info, &err)) << err.text;
    EXPECT_EQ(1300u, info.mtu);
}

TEST_P(Contract, AdoptRefusesAndLeavesTheDescriptor)
{
    need_adopt();
    VNIC_COVERS("vnic_adopt", "VNIC_EINVAL");
    VNIC_COVERS("vnic_adopt", "VNIC_EBADFD");
    VNIC_COVERS("vnic_adopt", "VNIC_EKIND");
    VNIC_COVERS("vnic_adopt", "VNIC_EADDR");
    VNIC_COVERS("vnic_adopt", "VNIC_EEXIST");
    VNIC_COVERS("vnic_adopt", "VNIC_EVERSION");
    open();
    intptr_t native = -1;
    ASSERT_EQ(0, vnic_release(dev.release(), &native));
    const struct {
        const char *what;
        std::function<void(struct vnic_config &)> set;
        int code;
    } bad[] = {
        {"another layer",
         [this](struct vnic_config &c) { c.layer = is_tap() ? VNIC_TUN : VNIC_TAP; }, VNIC_EKIND},
        {"name", [](struct vnic_config &c) { c.name = "x"; }, VNIC_EINVAL},
        {"exclusive", [](struct vnic_config &c) { c.flags = VNIC_EXCLUSIVE; }, VNIC_EINVAL},
        {"multi queue", [](struct vnic_config &c) { c.flags = VNIC_MULTI_QUEUE; }, VNIC_EINVAL},
        {"vnet header", [](struct vnic_config &c) { c.flags = VNIC_VNET_HDR; }, VNIC_EINVAL},
        {"no carrier", [](struct vnic_config &c) { c.flags = VNIC_NO_CARRIER; }, VNIC_EINVAL},
        {"backend", [](struct vnic_config &c) { c.backend = "none"; }, VNIC_EINVAL},
        {"address", [](struct vnic_config &c) { c.addresses = "1.2.3"; }, VNIC_EADDR},
        {"twice", [](struct vnic_config &c) { c.addresses = "10.0.0.1/8 10.0.0.1/8"; },
         VNIC_EEXIST},
        {"size", [](struct vnic_config &c) { c.size = 1; }, VNIC_EVERSION},
    };
    vnic *raw = nullptr;
    for (const auto &b : bad) {
        struct vnic_config take = bare(driver.get());
        b.set(take);
        raw = reinterpret_cast<vnic *>(&take);
        EXPECT_EQ(b.code, vnic_adopt(native, &take, &raw, &err)) << b.what << ": " << err.text;
        EXPECT_EQ(b.code, err.code);
        EXPECT_STRNE("", err.text);
        EXPECT_EQ(nullptr, raw);
    }
    struct vnic_config take = bare(driver.get());
    EXPECT_EQ(VNIC_EINVAL, vnic_adopt(native, &take, nullptr, &err));
    EXPECT_EQ(VNIC_EBADFD, vnic_adopt(-1, &take, &raw, &err));
    ASSERT_EQ(0, vnic_adopt(native, &take, &raw, &err)) << err.text;
    dev.reset(raw);
    far_send(packet(100));
    expect_recv(packet(100));
}

TEST_P(Contract, AdoptOfADetachedQueue)
{
    need_adopt();
    VNIC_COVERS("vnic_adopt", "VNIC_EDETACHED");
    struct vnic_config cfg = config();
    cfg.flags |= VNIC_MULTI_QUEUE;
    open(cfg);
    vnic *second = nullptr;
    ASSERT_EQ(0, vnic_open_queue(d(), &second, &err)) << err.text;
    Handle lender(second);
    ASSERT_EQ(0, vnic_detach_queue(second, &err)) << err.text;
    struct vnic_config take = bare(driver.get(), VNIC_BORROW);
    vnic *raw = nullptr;
    EXPECT_EQ(VNIC_EDETACHED, vnic_adopt(vnic_native_handle(second), &take, &raw, &err))
        << err.text;
    ASSERT_EQ(0, vnic_attach_queue(second, &err)) << err.text;
    ASSERT_EQ(0, vnic_adopt(vnic_native_handle(second), &take, &raw, &err)) << err.text;
    vnic_close(raw);
}

} /* namespace contract */
