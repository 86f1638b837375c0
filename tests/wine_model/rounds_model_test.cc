/* SPDX-License-Identifier: Apache-2.0 */
/* A thousand times open, use and close: what the process holds does not grow. */
#include "fault_state.h"
#include "machine_fixture.h"
#include "support/packets.h"

namespace
{

constexpr int ROUNDS = 1000;

class Rounds : public model::Modelled
{
  protected:
    /* One round; every other one with a wait handle, which has a thread and events of its own. */
    void round(const vnic_config &cfg, int n, const model::Bytes &packet,
               bool (*give)(const model::InterfacePtr &, const model::Bytes &))
    {
        vnic *dev = nullptr;
        vnic_error err;
        uint8_t buf[2000];
        ASSERT_EQ(0, vnic_open(&cfg, &dev, &err)) << err.text;
        if (n % 2 == 0) {
            EXPECT_GE(vnic_wait_handle(dev), 0);
        }
        model::InterfacePtr adapter = model::interface_of(dev);
        ASSERT_NE(nullptr, adapter);
        EXPECT_TRUE(give(adapter, packet));
        EXPECT_EQ(static_cast<int>(packet.size()), vnic_recv_timeout(dev, buf, sizeof buf, 5000));
        EXPECT_EQ(static_cast<int>(packet.size()), vnic_send(dev, packet.data(), packet.size()));
        vnic_close(dev);
    }

    void run(const vnic_config &cfg, const model::Bytes &packet,
             bool (*give)(const model::InterfacePtr &, const model::Bytes &))
    {
        round(cfg, 0, packet, give);
        std::string held = fault::list_holdings(), state = model::state_of_machine();
        for (int n = 1; n <= ROUNDS && !HasFailure(); n++) {
            round(cfg, n, packet, give);
            ASSERT_EQ(held, fault::list_holdings()) << "after round " << n;
        }
        EXPECT_EQ(state, model::state_of_machine());
    }
};

TEST_F(Rounds, Wintun)
{
    vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.backend = "wintun";
    cfg.name = "round0";
    cfg.addresses = "10.9.0.1/24";
    cfg.ring_capacity = 1 << 17;
    run(cfg, packets::ipv4(17, packets::udp(model::Bytes(100))), model::wintun_give);
}

TEST_F(Rounds, TapThatStays)
{
    vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.backend = "tap-windows6";
    cfg.layer = VNIC_TAP;
    cfg.name = "round0";
    cfg.addresses = "10.9.0.1/24";
    model::setup_install(L"round0", L"tap0901");
    run(cfg, packets::ethernet(0x800, packets::ipv4(17, packets::udp(model::Bytes(100)))),
        model::tap_give);
}

TEST_F(Rounds, TapThatIsInstalledEachTime)
{
    vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.backend = "tap-windows6";
    cfg.layer = VNIC_TAP;
    cfg.name = "round0";
    run(cfg, packets::ethernet(0x800, packets::ipv4(17, packets::udp(model::Bytes(100)))),
        model::tap_give);
}

}
