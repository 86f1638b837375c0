/* SPDX-License-Identifier: Apache-2.0 */
/* A TAP on the model, and what its tests do with it. */
#ifndef VNIC_TESTS_TAP_FIXTURE_H
#define VNIC_TESTS_TAP_FIXTURE_H

#include <stdexcept>

#include "contract/contract.h"
#include "machine_fixture.h"
#include "support/packets.h"

namespace model
{

class TapModel : public Modelled
{
  protected:
    void TearDown() override
    {
        dev_.reset();
        adapter_.reset();
        Modelled::TearDown();
    }

    vnic_config config()
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = "tap-windows6";
        cfg.layer = VNIC_TAP;
        cfg.name = "model0";
        return cfg;
    }

    int open(const vnic_config &cfg)
    {
        vnic *raw = nullptr;
        int rc = vnic_open(&cfg, &raw, &err_);
        dev_.reset(raw);
        adapter_ = rc == 0 ? model::interface_of(raw) : nullptr;
        return rc;
    }

    void must_open()
    {
        int rc = open(config());
        if (rc < 0)
            throw std::runtime_error(err_.text);
    }

    static Bytes numbered(uint32_t number)
    {
        Bytes data(64);
        for (int n = 0; n < 4; n++)
            data[static_cast<size_t>(n)] = static_cast<uint8_t>(number >> (8 * n));
        return packets::ethernet(0x800, packets::ipv4(17, packets::udp(data)));
    }
    static uint32_t number_of(const uint8_t *frame)
    {
        uint32_t number = 0;
        for (int n = 0; n < 4; n++)
            number |= static_cast<uint32_t>(frame[42 + n]) << (8 * n);
        return number;
    }

    contract::Handle dev_;
    model::InterfacePtr adapter_;
    vnic_error err_ = {};
    uint8_t buf_[65600];
};

}

#endif
