/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over the TAP-Windows6 backend: each call and each allocation fails in turn. */
#include "support/packets.h"
#include "support_sweep.h"

using model::Bytes;

namespace
{

class TapSweep : public model::ModelSweep
{
  protected:
    vnic_config config() override
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = "tap-windows6";
        cfg.name = "fault0";
        cfg.layer = VNIC_TAP;
        return cfg;
    }

    vnic_config everything() override
    {
        vnic_config cfg = config();
        cfg.addresses = "10.9.0.1/24 10.9.0.7/24 fd09::1/64";
        cfg.hardware_id = "tap0901";
        cfg.mac = "02:00:5e:10:00:01";
        cfg.mtu = 1400;
        cfg.metric = 7;
        cfg.dns = "1.1.1.1 fd00::53 search corp.example";
        return cfg;
    }

    void give(const Bytes &packet) override
    {
        ASSERT_TRUE(model::tap_give(adapter_, packet));
    }

    void drain() override
    {
        while (!model::tap_take(adapter_, 0).empty()) {
        }
    }
};

TEST_F(TapSweep, OpenWithNothing)
{
    vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.backend = "tap-windows6";
    cfg.layer = VNIC_TAP;
    sweep_open("open TAP, nothing set", cfg);
}

TEST_F(TapSweep, InstallWithEverything)
{
    sweep_open("install TAP, everything set", everything());
}

TEST_F(TapSweep, InstallSlowly)
{
    model::setup().slow = true;
    sweep_open("install TAP, slowly", config());
}

TEST_F(TapSweep, OpenOneThatExists)
{
    model::setup_install(L"fault0", L"tap0901");
    vnic_config cfg = everything();
    cfg.mtu = 3000;
    sweep_open("open TAP, the adapter exists", cfg);
}

TEST_F(TapSweep, OpenAsTun)
{
    vnic_config cfg = config();
    cfg.layer = VNIC_TUN;
    cfg.addresses = "10.9.0.1/24";
    sweep_open("open TAP as TUN", cfg);
}

TEST_F(TapSweep, Settings)
{
    sweep_settings();
}

TEST_F(TapSweep, Mac)
{
    sweep(
        "set_mac", "vnic_set_mac", [] {},
        [this](vnic_error *err) {
            static const uint8_t mac[6] = {2, 0, 0x5e, 0x10, 0, 7};
            return vnic_set_mac(dev_, mac, err);
        });
}

/* The registry has it. Off, as it is already, so that the next round finds nothing. */
TEST_F(TapSweep, Persistence)
{
    VNIC_COVERS("vnic_set_persist", "VNIC_EPERM VNIC_ENOMEM");
    sweep(
        "set_persist", "vnic_set_persist", [] {},
        [this](vnic_error *err) { return vnic_set_persist(dev_, 0, err); });
}

/* More than the driver lets through: its parameter is set, and the adapter restarted. */
TEST_F(TapSweep, LargeMtu)
{
    sweep(
        "set_mtu, large", "vnic_set_mtu",
        [this] {
            const vnic_prefix some[] = {model::prefix("10.9.0.1/24"), model::prefix("fd09::1/64")};
            ASSERT_EQ(0, vnic_set_addresses(dev_, some, 2, nullptr));
        },
        [this](vnic_error *err) { return vnic_set_mtu(dev_, 3000, err); });
}

TEST_F(TapSweep, Addresses)
{
    sweep_addresses();
}

TEST_F(TapSweep, Waiting)
{
    sweep_waiting();
}

TEST_F(TapSweep, Packets)
{
    sweep_packets(packets::ethernet(0x800, packets::ipv4(17, packets::udp(Bytes(100)))));
}

TEST_F(TapSweep, List)
{
    model::setup_install(L"there", L"tap0901");
    fault::sweep_all({"list", "vnic_list", [] {},
                      [](vnic_error *err) {
                          auto count = [](void *, const vnic_info *) { return 0; };
                          int rc = vnic_list("tap-windows6", count, nullptr, err);
                          return rc < 0 ? rc : 0;
                      },
                      [] {}, true, model::state_of_machine});
}

}
