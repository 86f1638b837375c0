/* SPDX-License-Identifier: Apache-2.0 */
/* The far side of the Windows backends is a model of their drivers, in this process. */
#include "contract/contract.h"
#include "machine_fixture.h"

namespace contract
{
namespace
{

class ModelDriver : public Driver
{
  public:
    ~ModelDriver() override
    {
        EXPECT_EQ("", model::end_machine());
    }
    std::string begin() override
    {
        model::start_machine();
        return "";
    }
    void attach(vnic *dev) override
    {
        adapter = model::interface_of(dev);
        ASSERT_NE(nullptr, adapter);
    }
    void detach() override
    {
        adapter.reset();
    }
    bool is_real() const override
    {
        return false;
    }

  protected:
    model::InterfacePtr adapter;
};

class WintunModelDriver : public ModelDriver
{
  public:
    const char *backend() const override
    {
        return "wintun";
    }
    bool send(const Bytes &packet) override
    {
        return model::wintun_give(adapter, packet);
    }
    Bytes recv(int timeout_ms) override
    {
        return model::wintun_take(adapter, timeout_ms);
    }
    void remove(vnic *) override
    {
        model::wintun_pull(adapter);
    }
};

/* The driver holds the stack back while its queue is full (tapCheckFlowControl() of src/txpath.c). */
class TapModelDriver : public ModelDriver
{
  public:
    const char *backend() const override
    {
        return "tap-windows6";
    }
    bool send(const Bytes &packet) override
    {
        return give(packet);
    }
    Bytes recv(int timeout_ms) override
    {
        return model::tap_take(adapter, timeout_ms);
    }
    void remove(vnic *) override
    {
        model::tap_pull(adapter);
    }

  protected:
    bool give(const Bytes &frame)
    {
        int64_t end = now_ms() + 5000;

        while (!model::tap_give(adapter, frame)) {
            if (!adapter->connected || now_ms() > end) {
                return false;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }
};

/* The driver puts an Ethernet header before packets and takes it off. */
class TapTunModelDriver : public TapModelDriver
{
  public:
    bool send(const Bytes &packet) override
    {
        Bytes frame(12, 2);
        bool v6 = !packet.empty() && packet[0] >> 4 == 6;
        frame.push_back(v6 ? 0x86 : 0x08);
        frame.push_back(v6 ? 0xDD : 0x00);
        frame.insert(frame.end(), packet.begin(), packet.end());
        return give(frame);
    }
    Bytes recv(int timeout_ms) override
    {
        Bytes frame = model::tap_take(adapter, timeout_ms);
        return frame.size() < 14 ? Bytes() : Bytes(frame.begin() + 14, frame.end());
    }
};

}

std::unique_ptr<Driver> make_wintun_model_driver()
{
    return std::make_unique<WintunModelDriver>();
}

std::unique_ptr<Driver> make_tap_model_driver()
{
    return std::make_unique<TapModelDriver>();
}

std::unique_ptr<Driver> make_tap_tun_model_driver()
{
    return std::make_unique<TapTunModelDriver>();
}

} /* namespace contract */
