/* SPDX-License-Identifier: Apache-2.0 */
/* What the TAP-Windows6 backend does with adapters, and with a device that does as it should. */
#include <atomic>
#include <string>
#include <thread>

#include "tap_fixture.h"

using namespace model;

namespace
{

TEST_F(TapModel, ADeviceInUseIsBusy)
{
    auto there = model::setup_install(L"model0", L"tap0901");
    model::tap_occupy(there, true);
    EXPECT_EQ(VNIC_EBUSY, open(config())) << err_.text;
    model::tap_occupy(there, false);
    EXPECT_EQ(0, open(config())) << err_.text;
}

TEST_F(TapModel, AFoundAdapterStays)
{
    auto there = model::setup_install(L"model0", L"tap0901");
    std::string before = model::state_of_machine();
    must_open();
    EXPECT_EQ(there, adapter_);
    dev_.reset();
    EXPECT_EQ(before, model::state_of_machine());
}

TEST_F(TapModel, AnInstalledAdapterGoes)
{
    std::string before = model::state_of_machine();
    must_open();
    EXPECT_EQ(L"tap0901", adapter_->hardware_id);
    EXPECT_EQ(L"model0", adapter_->name);
    dev_.reset();
    EXPECT_EQ(before, model::state_of_machine());
    EXPECT_EQ(1, model::setup().removals_said);
}

/* What is left behind all the same is told; one that is gone already is no news. */
TEST_F(TapModel, AnAdapterThatCannotBeRemovedIsLogged)
{
    static std::string lines;
    vnic_config cfg = config();
    cfg.log = [](void *, int level, const char *text) {
        lines += level == VNIC_LOG_WARNING ? std::string(text) + "\n" : "";
    };
    lines.clear();
    ASSERT_EQ(0, open(cfg)) << err_.text;
    model::setup().remove_error = ERROR_ACCESS_DENIED;
    dev_.reset();
    EXPECT_NE(std::string::npos, lines.find("cannot remove the TAP adapter")) << lines;
    lines.clear();
    model::tap_faults().major = 8;
    cfg.name = "model1";
    EXPECT_EQ(VNIC_EVERSION, open(cfg)) << err_.text;
    EXPECT_NE(std::string::npos, lines.find("cannot remove the TAP adapter")) << lines;
    lines.clear();
    model::tap_faults().major = 9;
    model::setup().remove_error = 0;
    cfg.name = "model2";
    ASSERT_EQ(0, open(cfg)) << err_.text;
    model::tap_pull(adapter_);
    dev_.reset();
    EXPECT_EQ(std::string::npos, lines.find("cannot remove")) << lines;
}

TEST_F(TapModel, AnInstalledAdapterStaysWhenPersistent)
{
    vnic_config cfg = config();
    cfg.persist = 1;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    dev_.reset();
    EXPECT_NE(nullptr, model::find(std::wstring(L"model0")));
}

TEST_F(TapModel, TheOtherHardwareId)
{
    model::setup().packages = {L"root\\tap0901"};
    must_open();
    EXPECT_EQ(L"root\\tap0901", adapter_->hardware_id);
}

TEST_F(TapModel, NoDriver)
{
    model::setup().packages.clear();
    std::string before = model::state_of_machine();
    EXPECT_EQ(VNIC_ENODRIVER, open(config())) << err_.text;
    EXPECT_EQ(before, model::state_of_machine());
}

TEST_F(TapModel, AnOldDriverIsRefused)
{
    model::tap_faults().major = 8;
    EXPECT_EQ(VNIC_EVERSION, open(config())) << err_.text;
}

TEST_F(TapModel, WritesThatPendAreBackPressure)
{
    must_open();
    model::tap_faults().slow_writes = true;
    uint32_t sent = 0;
    int rc;
    for (;; sent++) {
        Bytes frame = numbered(sent);
        rc = vnic_send_timeout(dev_.get(), frame.data(), frame.size(), 0);
        if (rc < 0)
            break;
    }
    EXPECT_EQ(VNIC_EAGAIN, rc);
    EXPECT_GT(sent, 1u) << "only one write is in flight";
    EXPECT_EQ(sent, model::tap_pending_writes(adapter_));
    Bytes frame = numbered(sent);
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_send_timeout(dev_.get(), frame.data(), frame.size(), 30));
    contract::Beside driver([this] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        model::tap_faults().slow_writes = false;
        model::tap_finish_writes(adapter_);
    });
    EXPECT_EQ(static_cast<int>(frame.size()),
              vnic_send_timeout(dev_.get(), frame.data(), frame.size(), 10000));
    driver.join();
    for (uint32_t n = 0; n <= sent; n++) {
        Bytes got = model::tap_take(adapter_, 5000);
        ASSERT_FALSE(got.empty()) << n;
        EXPECT_EQ(n, number_of(got.data()));
    }
}

TEST_F(TapModel, DownDisconnectsTheMedium)
{
    must_open();
    Bytes frame = numbered(0);
    EXPECT_TRUE(adapter_->connected);
    ASSERT_EQ(0, vnic_set_up(dev_.get(), 0, &err_)) << err_.text;
    EXPECT_FALSE(adapter_->connected);
    EXPECT_EQ(VNIC_EDOWN, vnic_send_timeout(dev_.get(), frame.data(), frame.size(), 0));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 0));
    ASSERT_EQ(0, vnic_set_up(dev_.get(), 1, &err_)) << err_.text;
    ASSERT_TRUE(model::tap_give(adapter_, frame));
    EXPECT_EQ(static_cast<int>(frame.size()),
              vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 5000));
}

TEST_F(TapModel, TheMacIsTheDriversAndCanBeSet)
{
    vnic_config cfg = config();
    cfg.mac = "02:00:5e:10:00:01";
    ASSERT_EQ(0, open(cfg)) << err_.text;
    const uint8_t wanted[6] = {2, 0, 0x5e, 0x10, 0, 1};
    EXPECT_EQ(0, memcmp(wanted, adapter_->mac, 6));
    vnic_info info;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(dev_.get(), &info, &err_)) << err_.text;
    EXPECT_EQ(0, memcmp(wanted, info.mac, 6));
}

/* A restart takes from Windows whatever it was told of the interface, which nobody asked for. */
TEST_F(TapModel, ANewMacKeepsTheConfiguration)
{
    for (bool found : {false, true}) {
        if (found)
            model::setup_install(L"model0", L"tap0901");
        vnic_config cfg = config();
        cfg.addresses = "10.9.0.1/24 10.9.1.1/16 fd09::1/64";
        cfg.mtu = 1400;
        cfg.metric = 7;
        cfg.dns = "1.1.1.1 search corp.example";
        ASSERT_EQ(0, open(cfg)) << err_.text;
        std::string before = model::describe();
        const uint8_t mac[6] = {2, 0, 0x5e, 0x10, 0, 9};
        uint8_t first[6];
        memcpy(first, adapter_->mac, 6);
        ASSERT_EQ(0, vnic_set_mac(dev_.get(), mac, &err_)) << err_.text;
        EXPECT_EQ(0, memcmp(mac, adapter_->mac, 6));
        EXPECT_EQ(3u, adapter_->addresses.size());
        ASSERT_EQ(0, vnic_set_mac(dev_.get(), first, &err_)) << err_.text;
        EXPECT_EQ(before, model::describe());
        /* The larger MTU of the driver is another restart. */
        ASSERT_EQ(0, vnic_set_mtu(dev_.get(), 3000, &err_)) << err_.text;
        EXPECT_EQ(3000u, adapter_->driver_mtu);
        ASSERT_EQ(0, vnic_set_mtu(dev_.get(), 1400, &err_)) << err_.text;
        EXPECT_EQ(before, model::describe());
        dev_.reset();
    }
}

/* What is refused later leaves nothing in the driver's key, and the driver as it was. */
TEST_F(TapModel, AnOpenThatFailsLeavesTheParametersOfTheDriver)
{
    auto there = model::setup_install(L"model0", L"tap0901");
    model::ip_helper().mtu_limit = 2000;
    vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24";
    cfg.mac = "02:00:5e:10:00:01";
    cfg.mtu = 3000;
    std::string before = model::state_of_machine();
    EXPECT_GT(0, open(cfg));
    EXPECT_EQ(before, model::state_of_machine());
    EXPECT_EQ(1500u, there->driver_mtu);
    /* The same of a handle. */
    cfg.mac = nullptr;
    cfg.mtu = VNIC_UNSET;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    before = model::state_of_machine();
    EXPECT_GT(0, vnic_set_mtu(dev_.get(), 3000, &err_));
    EXPECT_EQ(before, model::state_of_machine());
    EXPECT_EQ(1500u, there->driver_mtu);
}

/* Close leaves an adapter that was found with what it was given, as on other systems. */
TEST_F(TapModel, AFoundAdapterKeepsWhatItWasGiven)
{
    auto there = model::setup_install(L"model0", L"tap0901");
    vnic_config cfg = config();
    cfg.mac = "02:00:5e:10:00:01";
    cfg.mtu = 3000;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_TRUE(there->connected);
    dev_.reset();
    EXPECT_FALSE(there->connected);
    EXPECT_EQ(3000u, there->driver_mtu);
    const uint8_t mac[6] = {2, 0, 0x5e, 0x10, 0, 1};
    EXPECT_EQ(0, memcmp(mac, there->mac, 6));
}

TEST_F(TapModel, TunModeIsAskedOfTheDriver)
{
    vnic_config cfg = config();
    cfg.layer = VNIC_TUN;
    cfg.addresses = "10.9.0.1/24";
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_TRUE(model::tap_is_tun(adapter_));
}

/* The driver answers ARP requests that come from its address; without one it must answer none. */
TEST_F(TapModel, TunModeKnowsTheFirstAddress)
{
    vnic_config cfg = config();
    cfg.layer = VNIC_TUN;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ("0.0.0.0 0.0.0.0 255.255.255.255", model::tap_tun_config(adapter_));
    vnic_prefix p[2];
    ASSERT_EQ(0, vnic_prefix_parse("10.9.0.1/24", &p[0]));
    ASSERT_EQ(0, vnic_prefix_parse("10.9.1.1/24", &p[1]));
    for (const auto &each : p)
        ASSERT_EQ(0, vnic_add_address(dev_.get(), &each, &err_)) << err_.text;
    EXPECT_EQ("10.9.0.1 0.0.0.0 0.0.0.0", model::tap_tun_config(adapter_));
    ASSERT_EQ(0, vnic_remove_address(dev_.get(), &p[0], &err_)) << err_.text;
    EXPECT_EQ("10.9.1.1 0.0.0.0 0.0.0.0", model::tap_tun_config(adapter_));
    ASSERT_EQ(0, vnic_remove_address(dev_.get(), &p[1], &err_)) << err_.text;
    EXPECT_EQ("0.0.0.0 0.0.0.0 255.255.255.255", model::tap_tun_config(adapter_));
    EXPECT_TRUE(model::tap_is_tun(adapter_));
}

TEST_F(TapModel, ReadsThatCompleteAtOnce)
{
    model::tap_faults().at_once = true;
    must_open();
    for (uint32_t n = 0; n < 100; n++) {
        ASSERT_TRUE(model::tap_give(adapter_, numbered(n)));
        ASSERT_GT(vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 5000), 0);
        EXPECT_EQ(n, number_of(buf_));
    }
}

}
