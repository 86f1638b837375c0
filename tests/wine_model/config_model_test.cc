/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration through the public API, the same on both backends: what only a model can tell or be made to do. */
#include "machine_fixture.h"
#include "model_registry.h"

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

    /* Open fails after MTU, metric and DNS were set: Windows keeps no peer. */
    int open_too_far(vnic_config cfg)
    {
        cfg.addresses = "10.9.0.1/32 peer 10.9.0.2";
        return open(cfg);
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

/* Replacing touches only what is not wanted, or missing; link-local addresses of the system's own stay. */
TEST_P(ConfigModel, ReplacingTouchesNothingThatStays)
{
    ASSERT_EQ(0, open(config())) << err_.text;
    vnic_prefix own = prefix("fe80::77/64");
    own.flags |= VNIC_PREFIX_KERNEL;
    ASSERT_EQ(0, vnic_add_address(dev_, &own, &err_)) << err_.text;
    own = prefix("fe80::77/64");
    vnic_prefix first[] = {prefix("10.9.0.1/32"), prefix("10.8.0.1/1"), prefix("fd09::1/128"),
                           prefix("fd09::2/64")};
    ASSERT_EQ(0, vnic_set_addresses(dev_, first, 4, &err_)) << err_.text;
    EXPECT_EQ(5u, adapter_->addresses.size());
    unsigned changes = model::ip_helper().changes;
    ASSERT_EQ(0, vnic_set_addresses(dev_, first, 4, &err_)) << err_.text;
    EXPECT_EQ(changes, model::ip_helper().changes);
    /* Another length is another address: one goes, one comes. */
    first[0].prefix_len = 24;
    ASSERT_EQ(0, vnic_set_addresses(dev_, first, 4, &err_)) << err_.text;
    EXPECT_EQ(changes + 2, model::ip_helper().changes);
    first[2].prefix_len = 1;
    ASSERT_EQ(0, vnic_set_addresses(dev_, first, 4, &err_)) << err_.text;
    EXPECT_EQ(5u, adapter_->addresses.size());
    vnic_prefix twice[] = {first[0], first[0]};
    EXPECT_EQ(VNIC_EEXIST, vnic_set_addresses(dev_, twice, 2, &err_)) << err_.text;
    EXPECT_EQ(5u, adapter_->addresses.size());
    ASSERT_EQ(0, vnic_set_addresses(dev_, nullptr, 0, &err_)) << err_.text;
    ASSERT_EQ(1u, adapter_->addresses.size());
    EXPECT_EQ("fe80:0000:0000:0000:0000:0000:0000:0077/64", adapter_->addresses.front().text);
    EXPECT_EQ(VNIC_EADDR, vnic_remove_address(dev_, &first[1], &err_)) << err_.text;
    ASSERT_EQ(0, vnic_remove_address(dev_, &own, &err_)) << err_.text;
    EXPECT_EQ(VNIC_EADDR, vnic_remove_address(dev_, &own, &err_)) << err_.text;
}

/* ---- What each family has of its own ------------------------------------------------------------- */

TEST_P(ConfigModel, AValueIsThatOfBothFamilies)
{
    model::InterfacePtr there = found();
    there->v4.mtu = 1400;
    there->v4.metric = 5;
    there->v4.automatic_metric = false;
    vnic_config cfg = config();
    cfg.mtu = 1400;
    cfg.metric = 5;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(1400u, there->v6.mtu);
    EXPECT_EQ(5u, there->v6.metric);
    EXPECT_FALSE(there->v6.automatic_metric);
}

TEST_P(ConfigModel, WhatDifferedComesBackAfterAFailure)
{
    model::InterfacePtr there = found();
    there->v4.mtu = 1400;
    there->v4.metric = 5;
    there->v4.automatic_metric = false;
    there->dns[0] = {L"1.1.1.1,printer.local", L"a.example"};
    there->dns[1] = {L"fe80::1%7", L"b.example"};
    std::string before = model::state_of_machine();
    vnic_config cfg = config();
    cfg.dns = "9.9.9.9 fd00::53 search c.example";
    for (uint32_t mtu : {1300u, 1400u})
        for (uint32_t metric : {5u, 6u}) {
            cfg.mtu = mtu;
            cfg.metric = metric;
            EXPECT_EQ(VNIC_ENOTSUP, open_too_far(cfg)) << err_.text;
            EXPECT_EQ(before, model::state_of_machine());
        }
}

/* ---- DNS ----------------------------------------------------------------------------------------- */

/* That it says more than core can read is no reason to take it for what is wanted. */
TEST_P(ConfigModel, OnlyTheServersAskedFor)
{
    model::InterfacePtr there = found();
    there->dns[0] = {L"1.1.1.1 fe80::1%7", L""};
    there->dns[1] = {L"", L"c.example"};
    vnic_config cfg = config();
    cfg.dns = "1.1.1.1 search c.example";
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(L"1.1.1.1", there->dns[0].servers);
    EXPECT_EQ(L"c.example", there->dns[0].search);
}

TEST_P(ConfigModel, DnsOfTheRegistryComesBack)
{
    const std::wstring path = L"SYSTEM\\CurrentControlSet\\Services\\Tcpip";
    model::ip_helper().no_dns = true;
    model::InterfacePtr there = found();
    const std::wstring tail = L"\\Parameters\\Interfaces\\" + model::text_of(there->guid);
    vnic_config cfg = config();
    cfg.dns = "9.9.9.9 fd00::53 search c.example";
    for (bool has_values : {false, true}) {
        if (has_values) {
            static const wchar_t odd[] = L"fe80::1%7,1.1.1.1";
            static const DWORD number = 7;
            model::set_value(path + tail, L"NameServer", REG_EXPAND_SZ, odd, sizeof odd);
            model::set_value(path + tail, L"Domain", REG_DWORD, &number, sizeof number);
            model::set_value(path + L"6" + tail, L"NameServer", REG_SZ, L"", 0);
        }
        std::string before = model::state_of_machine();
        EXPECT_EQ(VNIC_ENOTSUP, open_too_far(cfg)) << err_.text;
        EXPECT_EQ(before, model::state_of_machine());
    }
}

/* Windows keeps them by GUID, which the next adapter of the name has too. */
TEST_P(ConfigModel, DnsGoesWithItsAdapter)
{
    std::string before = model::state_of_machine();
    vnic_config cfg = config();
    cfg.dns = "9.9.9.9 search c.example";
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(L"9.9.9.9", adapter_->dns[0].servers);
    end();
    EXPECT_EQ(before, model::state_of_machine());
    cfg.dns = nullptr;
    ASSERT_EQ(0, open(cfg)) << err_.text;
    EXPECT_EQ(L"", adapter_->dns[0].servers);
}

/* ---- Names --------------------------------------------------------------------------------------- */

std::string repeated(const char *text, int n)
{
    std::string all;
    while (n-- > 0)
        all += text;
    return all;
}

/* The names that vnic_list() tells, in a row. */
std::string listed(const char *backend)
{
    std::string names;
    auto take = [](void *user, const vnic_info *info) {
        *static_cast<std::string *>(user) += std::string(info->name) + "\n";
        return 0;
    };
    EXPECT_GE(vnic_list(backend, take, &names, nullptr), 0);
    return names;
}

TEST_P(ConfigModel, NamesInAnyScript)
{
    /* Diacritics, Cyrillic, Arabic, Chinese, beyond the BMP; and as long as can be in UTF-16 units: 127. */
    const std::string names[] = {
        "Gr\u00fc\u00dfe 0",      "\u0442\u0443\u043d\u043d\u0435\u043b\u044c",
        "\u0646\u0641\u0642",     "\u96a7\u9053",
        "\U0001F427\U00020000 x", std::string(127, 'n'),
        repeated("\u0431", 127),  repeated("\U0001F427", 63) + "y"};
    for (const std::string &name : names) {
        vnic_config cfg = config();
        char told[VNIC_NAME_SIZE] = "";
        vnic_info info = {};
        info.size = sizeof info;
        cfg.name = name.c_str();
        ASSERT_EQ(0, open(cfg)) << name << ": " << err_.text;
        ASSERT_NE(nullptr, adapter_) << name;
        EXPECT_EQ(model::widen(name), adapter_->name);
        EXPECT_EQ(static_cast<int>(name.size()), vnic_get_name(dev_, told, sizeof told));
        EXPECT_EQ(name, told);
        ASSERT_EQ(0, vnic_get_info(dev_, &info, &err_)) << err_.text;
        EXPECT_EQ(name, info.name);
        EXPECT_EQ(name + "\n", listed(GetParam()));
        ASSERT_EQ(0, vnic_set_name(dev_, "other", &err_)) << err_.text;
        ASSERT_EQ(0, vnic_set_name(dev_, name.c_str(), &err_)) << err_.text;
        EXPECT_EQ(model::widen(name), adapter_->name);
        end();
        /* It is found by its name. */
        model::InterfacePtr there = found();
        there->name = model::widen(name);
        model::write_interface_keys(*there);
        ASSERT_EQ(0, open(cfg)) << name << ": " << err_.text;
        EXPECT_EQ(there, adapter_);
        end();
        model::remove(there);
    }
}

TEST_P(ConfigModel, NamesThatAreNone)
{
    const std::string names[] = {"",
                                 std::string(128, 'n'),
                                 repeated("\U0001F427", 63) + "yz", /* 128 units */
                                 repeated("\u96a7", 86),            /* 258 bytes */
                                 "\xff",
                                 "a\xc3",
                                 "\xed\xa0\x80", /* a surrogate */
                                 "\xc0\xaf",     /* overlong */
                                 "a/b",
                                 "a\nb"};
    ASSERT_EQ(0, open(config())) << err_.text;
    for (const std::string &name : names) {
        vnic_config cfg = config();
        vnic *other = nullptr;
        cfg.name = name.c_str();
        EXPECT_EQ(VNIC_ENAME, vnic_open(&cfg, &other, &err_)) << name;
        EXPECT_EQ(VNIC_ENAME, vnic_set_name(dev_, name.c_str(), &err_)) << name;
        EXPECT_STREQ("name", err_.field);
    }
    EXPECT_EQ(L"model0", adapter_->name);
}

/* Who has the name of another connection is told so, whatever its case. */
TEST_P(ConfigModel, ANameThatIsTaken)
{
    model::add(model::Interface::Driver::other, L"\u0442\u0443\u043d", GUID());
    ASSERT_EQ(0, open(config())) << err_.text;
    EXPECT_EQ(VNIC_EEXIST, vnic_set_name(dev_, "\u0442\u0443\u043d", &err_)) << err_.text;
    EXPECT_EQ(L"model0", adapter_->name);
    end();
    vnic_config cfg = config();
    cfg.name = "\u0442\u0443\u043d";
    EXPECT_EQ(VNIC_EKIND, open(cfg)) << err_.text;
}

INSTANTIATE_TEST_SUITE_P(Windows, ConfigModel, ::testing::Values("wintun", "tap-windows6"),
                         [](const ::testing::TestParamInfo<const char *> &info) {
                             return std::string(info.param) == "wintun" ? "wintun" : "tap";
                         });

}
