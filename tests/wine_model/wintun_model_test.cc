/* SPDX-License-Identifier: Apache-2.0 */
/* What the Wintun backend does when the DLL, the driver or the ring does not do as it should. */
#include <atomic>

#include "device_fixture.h"
#include "support/covers.h"

using model::Bytes;

namespace
{

class WintunModel : public model::ModelDevice
{
  protected:
    WintunModel() : ModelDevice(model::wintun_kind)
    {
    }
};

TEST_F(WintunModel, FullRingIsBackPressure)
{
    must_open();
    Bytes packet = numbered(0, 8000);
    uint32_t sent = 0;
    int rc;
    while ((rc = vnic_send_timeout(dev_.get(), packet.data(), packet.size(), 0)) > 0)
        sent++;
    EXPECT_EQ(VNIC_EAGAIN, rc);
    EXPECT_GE(sent, 10u);
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_send_timeout(dev_.get(), packet.data(), packet.size(), 30));
    /* The driver makes room while a sender waits. */
    contract::Beside driver([this] { (void)model::wintun_take(adapter_, 5000); });
    EXPECT_EQ(static_cast<int>(packet.size()),
              vnic_send_timeout(dev_.get(), packet.data(), packet.size(), 5000));
    driver.join();
    for (uint32_t n = 0; n < sent; n++)
        ASSERT_EQ(packet, model::wintun_take(adapter_, 1000)) << n;
    EXPECT_TRUE(model::wintun_take(adapter_, 0).empty());
}

/* A ring that is corrupt is not recovered from: an error, and never a loop. */
TEST_F(WintunModel, InvalidDataIsAnError)
{
    must_open();
    ASSERT_TRUE(model::wintun_give(adapter_, numbered(0)));
    model::wintun_corrupt(adapter_);
    EXPECT_EQ(VNIC_EOS, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 5000));
    EXPECT_EQ(VNIC_EOS, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 5000));
}

/* A packet lies in the ring and the event is not set. */
TEST_F(WintunModel, LostWakeUpIsBounded)
{
    must_open();
    for (bool with_handle : {false, true}) {
        intptr_t handle = with_handle ? vnic_wait_handle(dev_.get()) : -1;
        std::atomic<int> got{0};
        contract::Beside receiver(
            [this, &got] { got = vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 60000); });
        ASSERT_TRUE(contract::wait_for_waiters(dev_.get(), 1));
        ASSERT_TRUE(model::wintun_give_silently(adapter_, numbered(1)));
        receiver.join();
        EXPECT_EQ(static_cast<int>(numbered(1).size()), got);
        if (with_handle) {
            ASSERT_TRUE(model::wintun_give_silently(adapter_, numbered(2)));
            EXPECT_TRUE(contract::is_signalled(handle, 60000));
            EXPECT_GT(vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 0), 0);
        }
    }
}

/* The lost wake-up of 0.14.1 is the driver's: what happens in the ring is windows_ring's to test. */
TEST_F(WintunModel, VersionsWhoseDriverMaySleepOnAreNudged)
{
    struct Version {
        const char *path;
        uint16_t number[4];
        bool is_told, is_nudged;
    };
    /* The last one stays loaded, for other tests. */
    static const Version versions[] = {{"C:\\a\\wintun.dll", {0, 14, 1, 0}, true, true},
                                       {"C:\\b\\wintun.dll", {0, 15, 0, 0}, false, true},
                                       {"C:\\c\\wintun.dll", {0, 14, 2, 0}, true, false},
                                       {"C:\\d\\wintun.dll", {1, 0, 0, 0}, true, false}};
    for (const Version &v : versions) {
        std::copy(std::begin(v.number), std::end(v.number), model::kernel().version);
        model::kernel().has_version = v.is_told;
        model::kernel().files.push_back(std::wstring(v.path, v.path + strlen(v.path)));
        vnic_config cfg = config();
        cfg.wintun_path = v.path;
        ASSERT_EQ(0, open(cfg)) << err_.text;
        Bytes packet = numbered(1);
        EXPECT_GT(vnic_send(dev_.get(), packet.data(), packet.size()), 0);
        EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 500));
        EXPECT_EQ(packet, model::wintun_take(adapter_, 0));
        EXPECT_EQ(v.is_nudged ? 20u : 0u, model::wintun_take(adapter_, 0).size()) << v.path;
        dev_.reset();
    }
}

TEST_F(WintunModel, OneSessionAnAdapter)
{
    model::InterfacePtr there = model::wintun_foreign(L"model0", true);
    vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24";
    cfg.mtu = 1400;
    unsigned before = model::ip_helper().changes;
    EXPECT_EQ(VNIC_EBUSY, open(cfg)) << err_.text;
    EXPECT_NE(nullptr, strstr(err_.text, "another program")) << err_.text;
    EXPECT_EQ(there, model::find(std::wstring(L"model0")));
    EXPECT_EQ(before, model::ip_helper().changes) << "not even for a moment";
    cfg = config();
    cfg.up = 0;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    VNIC_COVERS("vnic_set_up", "VNIC_EBUSY");
    EXPECT_EQ(VNIC_EBUSY, vnic_set_up(dev_.get(), 1, &err_)) << err_.text;
}

TEST_F(WintunModel, AnOrphanIsReplaced)
{
    model::wintun_orphan(L"model0", GUID{0x11111111, 1, 2, {3}});
    must_open();
    EXPECT_TRUE(model::wintun_has_session(adapter_));
    EXPECT_FALSE(adapter_->problem);
    EXPECT_EQ(L"model0", adapter_->name);
}

/* One that is gone keeps its name registered: the new adapter gets another one and is made once more. */
TEST_F(WintunModel, AnOrphanThatHasTheNameLosesIt)
{
    model::wintun_faults().names_kept = 2;
    must_open();
    EXPECT_EQ(L"model0", adapter_->name);
    EXPECT_EQ(1u, model::interfaces().size());
    dev_.reset();
    model::wintun_faults().names_kept = 1000;
    EXPECT_EQ(VNIC_EEXIST, open(config()));
    EXPECT_STREQ("name", err_.field);
    EXPECT_TRUE(model::interfaces().empty());
}

TEST_F(WintunModel, ExclusiveWantsANewOne)
{
    model::wintun_foreign(L"model0", false);
    vnic_config cfg = config();
    cfg.flags = VNIC_EXCLUSIVE;
    EXPECT_EQ(VNIC_EEXIST, open(cfg)) << err_.text;
}

TEST_F(WintunModel, SameNameSameGuid)
{
    must_open();
    GUID first = adapter_->guid;
    dev_.reset();
    must_open();
    EXPECT_TRUE(IsEqualGUID(first, adapter_->guid));
}

TEST_F(WintunModel, TheRingIsAsBigAsAsked)
{
    vnic_config cfg = config();
    cfg.ring_capacity = 1 << 20;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(1u << 20, model::wintun_capacity(adapter_));
}

TEST_F(WintunModel, DownEndsTheSession)
{
    must_open();
    Bytes packet = numbered(0);
    ASSERT_EQ(0, vnic_set_up(dev_.get(), 0, &err_)) << err_.text;
    EXPECT_FALSE(model::wintun_has_session(adapter_));
    EXPECT_EQ(VNIC_EDOWN, vnic_send_timeout(dev_.get(), packet.data(), packet.size(), 0));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 0));
    ASSERT_EQ(0, vnic_set_up(dev_.get(), 1, &err_)) << err_.text;
    ASSERT_TRUE(model::wintun_give(adapter_, packet));
    EXPECT_EQ(static_cast<int>(packet.size()),
              vnic_recv_timeout(dev_.get(), buf_, sizeof buf_, 5000));
}

TEST_F(WintunModel, NoDllTellsWhatToDo)
{
    model::kernel().files.clear();
    vnic_config cfg = config();
    cfg.wintun_path = "C:\\nowhere\\wintun.dll";
    EXPECT_EQ(VNIC_ENODRIVER, open(cfg)) << err_.text;
    EXPECT_NE(nullptr, strstr(err_.text, "wintun.dll")) << err_.text;
}

TEST_F(WintunModel, AnOldDllIsRefused)
{
    model::kernel().files.push_back(L"C:\\old\\wintun.dll");
    model::wintun_faults().missing_entry = "WintunGetRunningDriverVersion";
    vnic_config cfg = config();
    cfg.wintun_path = "C:\\old\\wintun.dll";
    EXPECT_EQ(VNIC_EVERSION, open(cfg)) << err_.text;
}

TEST_F(WintunModel, NoDriver)
{
    model::wintun_faults().no_driver = true;
    EXPECT_EQ(VNIC_ENODRIVER, open(config())) << err_.text;
}

/* The IP stack learns of a new adapter after a while. */
TEST_F(WintunModel, TheIpStackIsWaitedFor)
{
    model::ip_helper().late = 6;
    vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24 fd09::1/64";
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(2u, adapter_->addresses.size());
    for (const auto &address : adapter_->addresses)
        EXPECT_EQ(IpDadStatePreferred, address.row.DadState) << address.text;
}

TEST_F(WintunModel, DisabledIpv6IsNoErrorUnlessItIsAskedFor)
{
    model::ip_helper().no_ipv6 = true;
    vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24";
    cfg.mtu = 1400;
    cfg.metric = 7;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(1400u, adapter_->v4.mtu);
    vnic_prefix p;
    ASSERT_EQ(0, vnic_prefix_parse("fd09::1/64", &p));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_add_address(dev_.get(), &p, &err_)) << err_.text;
}

/* As in Wine, and in Windows before Vista: packets all the same. */
TEST_F(WintunModel, AbsentFunctionsAreTold)
{
    model::ip_helper().no_setters = true;
    must_open();
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_mtu(dev_.get(), 1400, &err_)) << err_.text;
    dev_.reset();
    vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24";
    EXPECT_EQ(VNIC_ENOTSUP, open(cfg)) << err_.text;
    EXPECT_EQ(nullptr, model::find(std::wstring(L"model0")));
}

/* Before Windows 10 2004 the servers are kept in the registry. */
TEST_F(WintunModel, DnsOfOlderSystems)
{
    model::ip_helper().no_dns = true;
    must_open();
    ASSERT_EQ(0, vnic_set_dns(dev_.get(), "1.1.1.1 search corp.example", &err_)) << err_.text;
    std::string registry = model::describe_registry();
    EXPECT_NE(std::string::npos, registry.find("1...1...1...1")) << registry;
}

/* What the logger says during a call reaches the log of the handle. */
TEST_F(WintunModel, TheLoggerIsHeard)
{
    static int lines;
    lines = 0;
    model::wintun_faults().talks = true;
    vnic_config cfg = config();
    cfg.log = [](void *, int, const char *text) { lines += strstr(text, "Creating") != nullptr; };
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(1, lines);
}

}
