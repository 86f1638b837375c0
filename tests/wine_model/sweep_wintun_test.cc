/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over the Wintun backend: each call and each allocation fails in turn. */
#include "support/covers.h"
#include "support/packets.h"
#include "support_sweep.h"

using model::Bytes;

namespace
{

const wchar_t other_dll[] = L"C:\\other\\wintun.dll";

class WintunSweep : public model::ModelSweep
{
  protected:
    vnic_config config() override
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = "wintun";
        cfg.name = "fault0";
        return cfg;
    }

    vnic_config everything() override
    {
        vnic_config cfg = config();
        cfg.addresses = "10.9.0.1/24 10.9.0.7/24 fd09::1/64";
        cfg.description = "sweep";
        cfg.adapter_guid = "{00112233-4455-6677-8899-aabbccddeeff}";
        cfg.ring_capacity = 1 << 17;
        cfg.mtu = 1400;
        cfg.metric = 7;
        cfg.dns = "1.1.1.1 fd00::53 search corp.example";
        return cfg;
    }

    void give(const Bytes &packet) override
    {
        ASSERT_TRUE(model::wintun_give(adapter_, packet));
    }

    void drain() override
    {
        while (!model::wintun_take(adapter_, 0).empty()) {
        }
    }
};

TEST_F(WintunSweep, OpenWithNothing)
{
    vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.backend = "wintun";
    sweep_open("open Wintun, nothing set", cfg);
}

TEST_F(WintunSweep, OpenWithEverything)
{
    sweep_open("open Wintun, everything set", everything());
}

/* The DLL that another path names is loaded anew, because nobody uses the one that is loaded. */
TEST_F(WintunSweep, OpenAndLoad)
{
    vnic_config cfg = config();
    model::kernel().files.push_back(other_dll);
    cfg.wintun_path = "C:\\other\\wintun.dll";
    sweep_open("open Wintun, load the DLL", cfg, [this] {
        vnic_config first = config();
        first.wintun_path = "C:\\app\\wintun.dll";
        open(first);
        end();
    });
}

TEST_F(WintunSweep, OpenOneThatExists)
{
    model::wintun_foreign(L"fault0", false);
    vnic_config cfg = everything();
    cfg.adapter_guid = nullptr;
    sweep_open("open Wintun, the adapter exists", cfg);
}

TEST_F(WintunSweep, Settings)
{
    sweep_settings();
}

TEST_F(WintunSweep, Addresses)
{
    sweep_addresses();
}

TEST_F(WintunSweep, Waiting)
{
    sweep_waiting();
}

TEST_F(WintunSweep, Packets)
{
    sweep_packets(packets::ipv4(17, packets::udp(Bytes(100))));
}

TEST_F(WintunSweep, Probe)
{
    VNIC_COVERS("vnic_wintun_probe", "VNIC_ENOMEM");
    fault::sweep_all({"probe", "vnic_wintun_probe", [] {},
                      [](vnic_error *err) {
                          vnic_wintun_info info;
                          info.size = sizeof info;
                          return vnic_wintun_probe(nullptr, &info, err);
                      },
                      [] {}, true, model::state_of_machine});
}

TEST_F(WintunSweep, DeleteDriver)
{
    VNIC_COVERS("vnic_wintun_delete_driver", "VNIC_ENOMEM");
    fault::sweep_all({"delete_driver", "vnic_wintun_delete_driver", [] {},
                      [](vnic_error *err) { return vnic_wintun_delete_driver(nullptr, err); },
                      [] {}, true, model::state_of_machine});
}

TEST_F(WintunSweep, List)
{
    model::wintun_foreign(L"there", true);
    fault::sweep_all({"list", "vnic_list", [] {},
                      [](vnic_error *err) {
                          auto count = [](void *, const vnic_info *) { return 0; };
                          int rc = vnic_list("wintun", count, nullptr, err);
                          return rc < 0 ? rc : 0;
                      },
                      [] {}, true, model::state_of_machine});
}

}
