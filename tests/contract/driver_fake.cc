/* SPDX-License-Identifier: Apache-2.0 */
/* The far side of the fake backend is its peer. */
#include "contract/contract.h"
#include "vnic/fake.h"

namespace contract
{

class FakeDriver : public Driver
{
  public:
    std::string begin() override
    {
        return "";
    }
    const char *backend() const override
    {
        return "fake";
    }
    void attach(vnic *dev) override
    {
        vnic *raw = nullptr;
        struct vnic_error err;

        ASSERT_EQ(0, vnic_fake_peer(dev, &raw, &err)) << err.text;
        peer.reset(raw);
    }
    void detach() override
    {
        peer.reset();
    }
    bool send(const Bytes &packet) override
    {
        return vnic_send(peer.get(), packet.data(), packet.size()) ==
               static_cast<int>(packet.size());
    }
    Bytes recv(int timeout_ms) override
    {
        Bytes buf(VNIC_MAX_PACKET);
        int rc = vnic_recv_timeout(peer.get(), buf.data(), buf.size(), timeout_ms);

        buf.resize(rc > 0 ? static_cast<size_t>(rc) : 0);
        return buf;
    }
    void remove(vnic *dev) override
    {
        EXPECT_EQ(0, vnic_fake_remove(dev));
    }
    bool is_real() const override
    {
        return false;
    }

  private:
    Handle peer;
};

std::unique_ptr<Driver> make_fake_driver()
{
    return std::make_unique<FakeDriver>();
}

} /* namespace contract */
