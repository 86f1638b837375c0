/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration through the public API, the same on both backends: what only a model can tell or be made to do. */
#include "machine_fixture.h"

namespace
{

class ConfigModel : public model::Modelled, public ::testing::WithParamInterface<const char *>
{
  protected:
    void TearDown() override
    {
        end();
        Modelled::TearDown();
    }

    static bool is_wintun()
    {
        return std::string(GetParam()) == "wintun";
    }

    static vnic_config config()
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = GetParam();
        cfg.layer = is_wintun() ? VNIC_TUN : VNIC_TAP;
        cfg.name = "model0";
        return cfg;
    }

    /* An adapter that somebody else made, and does not use. */
    static model::InterfacePtr found()
    {
        return is_wintun() ? model::wintun_foreign(L"model0", false)
                           : model::setup_install(L"model0", L"tap0901");
    }

    int open(const vnic_config &cfg)
    {
        int rc = vnic_open(&cfg, &dev_, &err_);
        adapter_ = rc == 0 ? model::interface_of(dev_) : nullptr;
        return rc;
    }

    void end()
    {
        vnic_close(dev_);
        dev_ = nullptr;
        adapter_.reset();
    }

    static vnic_prefix prefix(const char *text)
    {
        vnic_prefix p = {};
        EXPECT_EQ(0, vnic_prefix_parse(text, &p)) << text;
        return p;
    }

    /* The addresses that cannot be used yet. */
    static std::string tentative(const model::InterfacePtr &i)
    {
        std::string text;
        for (const auto &a : i->addresses)
            text += a.row.DadState == IpDadStatePreferred ? "" : a.text + " ";
        return text;
    }

    vnic *dev_ = nullptr;
    model::InterfacePtr adapter_;
    vnic_error err_ = {};
};

/* ---- Addresses ----------------------------------------------------------------------------------- */

TEST_P(ConfigModel, AddressesCanBeUsedAtOnce)
{
    for (bool is_found : {false, true}) {
        model::InterfacePtr other = is_found ? found() : nullptr;
        vnic_config cfg = config();
        cfg.addresses = "10.9.0.1/24 fd09::1/64";
        ASSERT_EQ(0, open(cfg)) << err_.text;
        EXPECT_EQ("", tentative(adapter_));
        vnic_prefix third = prefix("10.9.1.1/24"), fourth = prefix("fd09:1::1/64");
        ASSERT_EQ(0, vnic_add_address(dev_, &third, &err_)) << err_.text;
        ASSERT_EQ(0, vnic_add_address(dev_, &fourth, &err_)) << err_.text;
        EXPECT_EQ("", tentative(adapter_));
        ASSERT_EQ(0, vnic_set_up(dev_, 0, &err_)) << err_.text;
        vnic_prefix fifth = prefix("10.9.2.1/24");
        ASSERT_EQ(0, vnic_add_address(dev_, &fifth, &err_)) << err_.text;
        ASSERT_EQ(0, vnic_set_up(dev_, 1, &err_)) << err_.text;
        EXPECT_EQ(5u, adapter_->addresses.size());
        EXPECT_EQ("", tentative(adapter_)) << "is_found " << is_found;
        end();
    }
}

/* Detection of duplicates is off for moments only where somebody else made the adapter. */
TEST_P(ConfigModel, AFoundAdapterKeepsItsDetectionOfDuplicates)
{
    model::InterfacePtr there = found();
    vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24 fd09::1/64";
    cfg.up = 0;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(1u, there->v4.dad_transmits);
    EXPECT_EQ(1u, there->v6.dad_transmits);
    ASSERT_EQ(0, vnic_set_up(dev_, 1, &err_)) << err_.text;
    EXPECT_EQ(1u, there->v4.dad_transmits);
    EXPECT_EQ(1u, there->v6.dad_transmits);
    end();
    std::string before = model::state_of_machine();
    cfg.addresses = "10.8.0.1/24 10.9.0.1/32 peer 10.9.0.2"; /* which Windows does not keep */
    EXPECT_EQ(VNIC_ENOTSUP, open(cfg));
    EXPECT_EQ(before, model::state_of_machine());
}

/* An address that never gets usable does not keep open from ending. */
TEST_P(ConfigModel, AWaitForAddressesEnds)
{
    static int warnings;
    warnings = 0;
    model::ip_helper().never_usable = true;
    vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24";
    cfg.log = [](void *, int level, const char *) { warnings += level == VNIC_LOG_WARNING; };
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(1, warnings);
}

INSTANTIATE_TEST_SUITE_P(Windows, ConfigModel, ::testing::Values("wintun", "tap-windows6"),
                         [](const ::testing::TestParamInfo<const char *> &info) {
                             return std::string(info.param) == "wintun" ? "wintun" : "tap";
                         });

}
