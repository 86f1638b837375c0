/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over one Windows backend on its model. */
#ifndef VNIC_TESTS_MODEL_SWEEP_H
#define VNIC_TESTS_MODEL_SWEEP_H

#include <functional>
#include <string>

#include "fault_sweep.h"
#include "machine_fixture.h"
#include "support/covers.h"
#include "vnic/windows.h"

namespace model
{

vnic_prefix prefix(const char *text);

class ModelSweep : public Modelled
{
  protected:
    virtual vnic_config config() = 0;
    /* What only this backend has. */
    virtual vnic_config everything() = 0;
    /* The far side has sent something. */
    virtual void give(const Bytes &packet) = 0;
    /* The far side takes what is there. */
    virtual void drain() = 0;

    void open(const vnic_config &cfg)
    {
        vnic_error err;
        ASSERT_EQ(0, vnic_open(&cfg, &dev_, &err)) << err.text;
        adapter_ = interface_of(dev_);
        ASSERT_NE(nullptr, adapter_);
    }

    void end()
    {
        vnic_close(dev_);
        dev_ = nullptr;
        adapter_.reset();
        vnic_wakeup_destroy(wakeup_);
        wakeup_ = nullptr;
    }

    void sweep_open(const char *name, const vnic_config &cfg, std::function<void()> before = [] {})
    {
        fault::sweep_all({name, "vnic_open", before,
                          [this, cfg](vnic_error *err) { return vnic_open(&cfg, &dev_, err); },
                          [this] { end(); }, true, state_of_machine});
    }

    /* An operation on an open handle. `before` runs once it is open. */
    void sweep(const char *name, const char *function, std::function<void()> before,
               std::function<int(vnic_error *)> act, bool explains = true)
    {
        sweep_with(config(), name, function, before, act, explains);
    }

    void sweep_with(const vnic_config &cfg, const char *name, const char *function,
                    std::function<void()> before, std::function<int(vnic_error *)> act,
                    bool explains = true)
    {
        fault::sweep_all({name, function,
                          [this, cfg, before] {
                              open(cfg);
                              if (!HasFatalFailure())
                                  before();
                          },
                          act, [this] { end(); }, explains,
                          explains ? state_of_machine : std::function<std::string()>()});
    }

    /* Everything that is asked and set through IP Helper: the same for every backend. */
    void sweep_settings();
    void sweep_addresses();
    void sweep_waiting();
    void sweep_packets(const Bytes &packet);

    vnic *dev_ = nullptr;
    vnic_wakeup *wakeup_ = nullptr;
    InterfacePtr adapter_;
};

}

#endif
