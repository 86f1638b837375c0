/* SPDX-License-Identifier: Apache-2.0 */
/* A device on the model, and the driver's side of it, for tests of one backend or of both. */
#ifndef VNIC_TESTS_DEVICE_FIXTURE_H
#define VNIC_TESTS_DEVICE_FIXTURE_H

#include <stdexcept>

#include "contract/contract.h"
#include "machine_fixture.h"
#include "support/packets.h"

namespace model
{

/* A backend in its own layer. */
struct Kind {
    const char *backend;
    uint32_t layer;
    bool (*give)(const InterfacePtr &i, const Bytes &packet);
    Bytes (*take)(const InterfacePtr &i, int timeout_ms);
    void (*pull)(const InterfacePtr &i);
};

const Kind wintun_kind = {"wintun", VNIC_TUN, wintun_give, wintun_take, wintun_pull};
const Kind tap_kind = {"tap-windows6", VNIC_TAP, tap_give, tap_take, tap_pull};

class ModelDevice : public Modelled
{
  protected:
    explicit ModelDevice(const Kind &kind) : kind_(kind)
    {
    }

    void TearDown() override
    {
        dev_.reset();
        adapter_.reset();
        Modelled::TearDown();
    }

    vnic_config config(const char *name = "model0") const
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = kind_.backend;
        cfg.layer = kind_.layer;
        cfg.name = name;
        if (kind_.layer == VNIC_TUN)
            cfg.ring_capacity = 1 << 17;
        return cfg;
    }

    int open(const vnic_config &cfg)
    {
        vnic *raw = nullptr;
        int rc = vnic_open(&cfg, &raw, &err_);
        dev_.reset(raw);
        adapter_ = rc == 0 ? interface_of(raw) : nullptr;
        return rc;
    }

    void must_open()
    {
        int rc = open(config());
        if (rc < 0)
            throw std::runtime_error(err_.text);
    }

    /* A packet that tells its number. */
    Bytes numbered(uint32_t number, size_t payload = 64) const
    {
        Bytes data(payload);
        for (int n = 0; n < 4; n++)
            data[static_cast<size_t>(n)] = static_cast<uint8_t>(number >> (8 * n));
        Bytes packet = packets::ipv4(17, packets::udp(data));
        return kind_.layer == VNIC_TUN ? packet : packets::ethernet(0x800, packet);
    }

    uint32_t number_of(const uint8_t *packet) const
    {
        const uint8_t *data = packet + 28 + (kind_.layer == VNIC_TUN ? 0 : 14);
        uint32_t number = 0;
        for (int n = 0; n < 4; n++)
            number |= static_cast<uint32_t>(data[n]) << (8 * n);
        return number;
    }

    const Kind &kind_;
    contract::Handle dev_;
    InterfacePtr adapter_;
    vnic_error err_ = {};
    uint8_t buf_[65600];
};

}

#endif
