/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/contract.h"

#include <chrono>

#include "contract/wait_for_handle.h"

namespace contract
{

static const Param every_param[] = {
#ifndef VNIC_CONTRACT_MODEL
    {"fake_tun", make_fake_driver, VNIC_TUN, VNIC_UNSET, nullptr},
    {"fake_tap", make_fake_driver, VNIC_TAP, VNIC_UNSET, nullptr},
#endif
#ifdef VNIC_CONTRACT_LINUX
    {"linux_tun", make_linux_driver, VNIC_TUN, VNIC_UNSET, nullptr},
    {"linux_tap", make_linux_driver, VNIC_TAP, VNIC_UNSET, nullptr},
    {"linux_tun_split", make_linux_driver, VNIC_TUN, VNIC_OFFLOAD_SPLIT, nullptr},
    {"linux_tap_split", make_linux_driver, VNIC_TAP, VNIC_OFFLOAD_SPLIT, nullptr},
    {"linux_uring_tun", make_linux_uring_driver, VNIC_TUN, VNIC_UNSET, "uring"},
    {"linux_uring_tap", make_linux_uring_driver, VNIC_TAP, VNIC_UNSET, "uring"},
#endif
#ifdef VNIC_CONTRACT_MODEL
    {"model_wintun_tun", make_wintun_model_driver, VNIC_TUN, VNIC_UNSET, nullptr},
    {"model_tap_tap", make_tap_model_driver, VNIC_TAP, VNIC_UNSET, nullptr},
    {"model_tap_tun", make_tap_tun_model_driver, VNIC_TUN, VNIC_UNSET, nullptr},
#endif
#ifdef VNIC_CONTRACT_WINDOWS
    {"wintun", make_wintun_driver, VNIC_TUN, VNIC_UNSET, nullptr},
    {"tap_windows6", make_wintap_driver, VNIC_TAP, VNIC_UNSET, nullptr},
    {"tap_windows6_tun", make_wintap_tun_driver, VNIC_TUN, VNIC_UNSET, nullptr},
#endif
};

std::vector<Param> all_params()
{
    return {std::begin(every_param), std::end(every_param)};
}

static std::vector<Param> params_that(bool (*match)(const Param &p))
{
    std::vector<Param> some;

    for (const Param &p : every_param) {
        if (match(p)) {
            some.push_back(p);
        }
    }
    return some;
}

std::vector<Param> tun_params()
{
    return params_that([](const Param &p) { return p.layer == VNIC_TUN; });
}

std::vector<Param> plain_params()
{
    return params_that([](const Param &p) { return p.offload == VNIC_UNSET; });
}

std::string param_name(const ::testing::TestParamInfo<Param> &info)
{
    return info.param.name;
}

Wakeup make_wakeup()
{
    vnic_wakeup *w = nullptr;

    EXPECT_EQ(0, vnic_wakeup_create(&w, nullptr));
    return Wakeup(w);
}

bool is_signalled(intptr_t wait_handle, int timeout_ms)
{
    return wait_for_handle(wait_handle, timeout_ms);
}

bool becomes_quiet(intptr_t wait_handle)
{
    int64_t end = now_ms() + 20000;

    while (is_signalled(wait_handle, 0)) {
        if (now_ms() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

int64_t now_ms()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

bool wait_for_waiters(vnic *dev, unsigned count)
{
    int64_t end = now_ms() + 10000;

    while (inside_waiters(dev) < count) {
        if (now_ms() > end) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

void Contract::SetUp()
{
    std::memset(&err, 0, sizeof err);
    driver = GetParam().make();
    std::string why = driver->begin();
    if (!why.empty()) {
        GTEST_SKIP() << why;
    }
}

void Contract::TearDown()
{
    dev.reset();
    driver.reset();
}

bool Contract::has(uint64_t option) const
{
    return (inside_find_backend(driver->backend())->options & option) != 0;
}

/* The exception is googletest's own way out of a test from a function that it calls. */
static void skip_test(const std::string &why)
{
    [&why] { GTEST_SKIP() << why; }();
    throw ::testing::AssertionException(::testing::TestPartResult(::testing::TestPartResult::kSkip,
                                                                  __FILE__, __LINE__, why.c_str()));
}

void Contract::need(bool there, const char *what) const
{
    if (!there) {
        skip_test(std::string("this backend does not support ") + what);
    }
}

void Contract::need_names(bool there) const
{
    if (!there) {
        skip_test("this Wine has no folder of network connections, which names adapters");
    }
}

void Contract::need_adopt() const
{
    need(inside_find_backend(driver->backend())->adopt != nullptr, "descriptors");
}

/* A member of the configuration that tests set and that not every backend has. */
struct Wish {
    uint64_t option;
    const char *field;
    bool is_set;
};

static std::vector<Wish> wishes_of(const struct vnic_config &cfg)
{
    return {
        {VNIC__OPT_ALIAS, "alias", cfg.alias != nullptr},
        {VNIC__OPT_TX_QUEUE_LEN, "tx_queue_len", cfg.tx_queue_len != VNIC_UNSET},
        {VNIC__OPT_MULTI_QUEUE, "VNIC_MULTI_QUEUE", (cfg.flags & VNIC_MULTI_QUEUE) != 0},
        {VNIC__OPT_KEEP_HEADER, "VNIC_KEEP_HEADER", (cfg.flags & VNIC_KEEP_HEADER) != 0},
        {VNIC__OPT_VNET_HDR, "VNIC_VNET_HDR", (cfg.flags & VNIC_VNET_HDR) != 0},
        {VNIC__OPT_NO_CARRIER, "VNIC_NO_CARRIER", (cfg.flags & VNIC_NO_CARRIER) != 0},
    };
}

struct vnic_config Contract::config() const
{
    struct vnic_config cfg;

    vnic_config_init(&cfg);
    cfg.backend = driver->backend();
    cfg.layer = layer();
    cfg.flags = has(VNIC__OPT_NO_LINK_LOCAL) ? VNIC_NO_LINK_LOCAL : 0;
    cfg.offload = GetParam().offload;
    cfg.engine = GetParam().engine;
    return cfg;
}

int Contract::open_as(const struct vnic_config &cfg, Handle *ret)
{
    vnic *raw = nullptr;
    int rc = vnic_open(&cfg, &raw, &err);

    ret->reset(raw);
    return rc;
}

void Contract::open(const struct vnic_config &cfg)
{
    for (const Wish &wish : wishes_of(cfg)) {
        if (wish.is_set && !has(wish.option)) {
            ASSERT_EQ(VNIC_ENOTSUP, open_as(cfg, &dev));
            EXPECT_STREQ(wish.field, err.field);
            need(false, wish.field);
        }
    }
    ASSERT_EQ(0, open_as(cfg, &dev)) << err.text;
    driver->attach(d());
}

void Contract::open()
{
    open(config());
}

Bytes Contract::packet(size_t len, uint32_t seed) const
{
    Bytes payload(len - min_len());

    for (size_t i = 0; i < payload.size(); i++) {
        payload[i] = static_cast<uint8_t>(seed + i * 7);
    }
    /* Documentation addresses (RFC 5737): nobody answers. */
    static const Bytes from = {192, 0, 2, 1}, to = {192, 0, 2, 2};
    Bytes ip = packets::ipv4(17, packets::udp(payload, from, to, 1000 + seed % 20000, 9), from, to);
    return is_tap() ? packets::ethernet(0x0800, ip) : ip;
}

void Contract::far_send(const Bytes &p)
{
    ASSERT_TRUE(driver->send(p));
}

Bytes Contract::recv(size_t cap, int timeout_ms)
{
    Bytes buf(cap);
    int rc = vnic_recv_timeout(d(), buf.data(), cap, timeout_ms);

    EXPECT_GE(rc, 1) << vnic_error_name(rc);
    buf.resize(rc > 0 ? static_cast<size_t>(rc) : 0);
    return buf;
}

void Contract::expect_recv(const Bytes &p)
{
    EXPECT_EQ(p, recv(VNIC_MAX_PACKET));
}

void Contract::expect_far(const Bytes &p)
{
    EXPECT_EQ(p, driver->recv(20000));
}

using Take = int (*)(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms);

static int take(vnic *dev, Take call, struct vnic_packet *v, int room, int want, bool at_once)
{
    int got = call(dev, v, room, 20000);

    while (!at_once && got > 0 && got < want) {
        int rc = call(dev, v + got, room - got, 20000);

        EXPECT_GE(rc, 1) << vnic_error_name(rc);
        if (rc < 1) {
            break;
        }
        got += rc;
    }
    return got;
}

int Contract::acquire(struct vnic_packet *v, int room, int want)
{
    return take(d(), vnic_acquire_many, v, room, want, driver->is_immediate());
}

int Contract::recv_many(struct vnic_packet *v, int room, int want)
{
    return take(d(), vnic_recv_many, v, room, want, driver->is_immediate());
}

void Contract::expect_quiet()
{
    uint8_t buf[2048];

    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(d(), buf, sizeof buf, VNIC_NOWAIT));
}

} /* namespace contract */
