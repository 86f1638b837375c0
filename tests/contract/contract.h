/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract suite: rules that every backend obeys, run on each of them in both layers. A driver
 * stands for what is behind the interface: the fake backend's peer, or the kernel.
 */
#ifndef VNIC_TESTS_CONTRACT_H
#define VNIC_TESTS_CONTRACT_H

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/covers.h"
#include "support/inside.h"
#include "support/packets.h"
#include "vnic/vnic.h"

namespace contract
{

using packets::Bytes;

/* What is behind the interface. Each test has its own driver, and with it its own network. */
class Driver
{
  public:
    virtual ~Driver() = default;
    /* Why this driver cannot run here; "" if it can. Called once, before anything else. */
    virtual std::string begin() = 0;
    virtual const char *backend() const = 0;
    /* What every handle of the test asks for; NULL: nothing. */
    virtual const char *engine() const
    {
        return nullptr;
    }
    /* Makes the far side ready, once the interface is there. */
    virtual void attach(vnic *dev) = 0;
    /* Ends the far side, so that another interface can be attached. */
    virtual void detach() = 0;
    /* Whether what was sent is there when send() returns, and not on its way through another thread. */
    virtual bool is_immediate() const
    {
        return true;
    }
    /* Sends to the interface; false: the far side refused. */
    virtual bool send(const Bytes &packet) = 0;
    /* The next packet that the interface sent; empty when none came in time. */
    virtual Bytes recv(int timeout_ms) = 0;
    /* Deletes the interface from outside. */
    virtual void remove(vnic *dev) = 0;
    /* Whether the library's configuration can really name namespaces, owners, … */
    virtual bool is_real() const = 0;
    /* Whether interfaces can have the name that one asks for, and another one later. */
    virtual bool can_name() const
    {
        return true;
    }
    virtual bool can_rename() const
    {
        return can_name();
    }
};

std::unique_ptr<Driver> make_fake_driver();
std::unique_ptr<Driver> make_linux_driver();
std::unique_ptr<Driver> make_linux_uring_driver();
std::unique_ptr<Driver> make_wintun_driver();
std::unique_ptr<Driver> make_wintap_driver();
std::unique_ptr<Driver> make_wintap_tun_driver();
std::unique_ptr<Driver> make_wintun_model_driver();
std::unique_ptr<Driver> make_tap_model_driver();
std::unique_ptr<Driver> make_tap_tun_model_driver();

struct Param {
    const char *name;
    std::unique_ptr<Driver> (*make)();
    uint32_t layer;
    uint32_t offload;   /* VNIC_OFFLOAD_…; VNIC_UNSET: what the backend does by itself */
    const char *engine; /* NULL: the same */
};

/* The drivers of this system, in both layers. */
std::vector<Param> all_params();
/* Only the TUN ones: rules that do not depend on the layer. */
std::vector<Param> tun_params();
/* Those without offload: rules about link headers, which offload keeps to itself. */
std::vector<Param> plain_params();
std::string param_name(const ::testing::TestParamInfo<Param> &info);

/* A handle that closes itself. */
struct Closer {
    void operator()(vnic *dev) const
    {
        vnic_close(dev);
    }
};
using Handle = std::unique_ptr<vnic, Closer>;

struct WakeupCloser {
    void operator()(vnic_wakeup *wakeup) const
    {
        vnic_wakeup_destroy(wakeup);
    }
};
using Wakeup = std::unique_ptr<vnic_wakeup, WakeupCloser>;

Wakeup make_wakeup();

/* Whether a wait handle is signalled, within a time. */
bool is_signalled(intptr_t wait_handle, int timeout_ms);
/* Whether it is no longer so, within five seconds: on some systems the level follows a moment later. */
bool becomes_quiet(intptr_t wait_handle);

/* A thread that is joined when it goes out of scope. */
class Beside
{
  public:
    explicit Beside(std::function<void()> run) : thread(std::move(run))
    {
    }
    ~Beside()
    {
        join();
    }
    void join()
    {
        if (thread.joinable()) {
            thread.join();
        }
    }

  private:
    std::thread thread;
};

/* Returns once so many calls wait inside the handle, or false after ten seconds. */
bool wait_for_waiters(vnic *dev, unsigned count);

int64_t now_ms();

class Contract : public ::testing::TestWithParam<Param>
{
  protected:
    void SetUp() override;
    void TearDown() override;

    uint32_t layer() const
    {
        return GetParam().layer;
    }
    bool is_tap() const
    {
        return layer() == VNIC_TAP;
    }
    bool is_fake() const
    {
        return std::string(driver->backend()) == "fake";
    }

    /* One of the backends of Windows, whatever is behind it. */
    bool is_windows() const
    {
        return !is_fake() && std::string(driver->backend()) != "linux";
    }

    /* Skips a test about names unless there are some to have: driver->can_name() or can_rename(). */
    void need_names(bool there) const;

    /* Whether the backend honours an option, VNIC__OPT_…. */
    bool has(uint64_t option) const;
    /* Ends the test, as skipped, when the backend lacks what it is about. */
    void need(bool there, const char *what) const;
    void need_adopt() const;

    /* A configuration for this driver and layer: quiet, which means no packets of the kernel's own. */
    struct vnic_config config() const;
    /* Opens it as `dev` and attaches the far side. What the backend lacks is refused by name, and then
     * there is nothing more to be tested. */
    void open();
    void open(const struct vnic_config &cfg);
    int open_as(const struct vnic_config &cfg, Handle *ret);
    vnic *d() const
    {
        return dev.get();
    }

    /* A packet of the layer with that many bytes in all; `seed` makes it different from others. */
    Bytes packet(size_t len, uint32_t seed = 0) const;
    /* The smallest length that packet() makes. */
    size_t min_len() const
    {
        return is_tap() ? 42 : 28;
    }
    /* Bytes of the longest packet at an MTU. */
    size_t max_len(size_t mtu) const
    {
        return is_tap() ? mtu + 14 : mtu;
    }
    void far_send(const Bytes &p);
    /* Receives one and compares. */
    void expect_recv(const Bytes &p);
    void expect_far(const Bytes &p);
    /* Takes what was sent, `want` packets, into v[room]: in one call if it is all there at once. */
    int acquire(struct vnic_packet *v, int room, int want);
    int recv_many(struct vnic_packet *v, int room, int want);
    /* Receives from the far side what is equal to p, skipping what else the kernel says. */
    Bytes recv(size_t cap = 2048, int timeout_ms = 20000);
    /* Nothing is there to be received. */
    void expect_quiet();

    std::unique_ptr<Driver> driver;
    Handle dev;
    struct vnic_error err;
};

/* The same rules where the layer makes no difference. */
class ContractTun : public Contract
{
};

/* Rules about link headers that a caller chooses, and about what goes together with them. */
class ContractPlain : public Contract
{
};

} /* namespace contract */

#define VNIC_CONTRACT(suite, params)                                                               \
    INSTANTIATE_TEST_SUITE_P(All, suite, ::testing::ValuesIn(params()), contract::param_name)

#endif
