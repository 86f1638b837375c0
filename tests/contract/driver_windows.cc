/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The far side of the Windows backends under Wine: the test drivers' packets are those of a Linux interface
 * (tests/wine), and behind that stands the Linux kernel, through a packet socket as in driver_linux.cc.
 */
#include <winsock2.h>

#include <windows.h>

#include "contract/contract.h"
#include "wine/linux_far_side.h"
#include "wine/tap_device.h"

namespace contract
{

class WindowsDriver : public Driver
{
  public:
    std::string begin() override
    {
        /* Adapters are made in the network that Wine was started in: never in that of the machine. */
        if (getenv("VNIC_WINE_INSIDE") == nullptr) {
            return "not in a network of its own: tools/wine.sh --inside COMMAND";
        }
        if (getenv("VNIC_WINE_REFUSES") != nullptr) {
            return "this Wine does not let raw system calls through";
        }
        int fd = lx_open("/dev/net/tun", LX_O_RDWR);
        if (fd < 0) {
            return "no TUN driver: /dev/net/tun";
        }
        lx_close(fd);
        return "";
    }
    void attach(vnic *dev) override
    {
        struct vnic_error err;

        info.size = sizeof info;
        ASSERT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
        /* Wine numbers interfaces as Linux does. */
        ASSERT_TRUE(far_side.begin(static_cast<int>(info.if_index))) << info.if_index;
    }
    void detach() override
    {
        far_side.end();
    }
    bool is_immediate() const override
    {
        return false;
    }
    bool send(const Bytes &packet) override
    {
        return far_side.send(packet);
    }
    Bytes recv(int timeout_ms) override
    {
        return far_side.recv(timeout_ms);
    }
    bool is_real() const override
    {
        return true;
    }

  protected:
    struct vnic_info info = {};
    wine::FarSide far_side;
};

class WintunDriver : public WindowsDriver
{
  public:
    const char *backend() const override
    {
        return "wintun";
    }
    /* Wintun names what it creates; only the folder of network connections, which Wine lacks, renames. */
    bool can_rename() const override
    {
        return false;
    }
    void remove(vnic *) override
    {
        ASSERT_EQ(0, lx_if_delete(static_cast<int>(info.if_index)));
    }
};

class WintapDriver : public WindowsDriver
{
  public:
    const char *backend() const override
    {
        return "tap-windows6";
    }
    bool can_name() const override
    {
        return false;
    }
    /* As the device manager does it: the driver is told, and the registry forgets the adapter. */
    void remove(vnic *) override
    {
        std::wstring guid(info.guid, info.guid + strlen(info.guid));

        ASSERT_TRUE(wine::tap_remove(guid)) << info.guid;
    }
};

/* In the driver's point-to-point mode Linux sees Ethernet all the same: its headers are put on here. */
class WintapTunDriver : public WintapDriver
{
  public:
    void attach(vnic *dev) override
    {
        char name[LX_IFNAMSIZ];

        WintapDriver::attach(dev);
        ASSERT_EQ(0, lx_if_name(static_cast<int>(info.if_index), name));
        struct lx_ifreq r = lx_request(name);
        ASSERT_EQ(0, lx_if_ioctl(LX_SIOCGIFHWADDR, &r));
        mac.assign(r.u.bytes + 2, r.u.bytes + 8);
    }
    bool send(const Bytes &packet) override
    {
        Bytes frame = mac;

        /* Everything behind the adapter has the adapter's MAC with one more in its third byte. */
        frame[2]++;
        frame.insert(frame.end(), mac.begin(), mac.end());
        frame.push_back(packet[0] >> 4 == 6 ? 0x86 : 0x08);
        frame.push_back(packet[0] >> 4 == 6 ? 0xDD : 0x00);
        frame.insert(frame.end(), packet.begin(), packet.end());
        return far_side.send(frame);
    }
    Bytes recv(int timeout_ms) override
    {
        Bytes frame = far_side.recv(timeout_ms);

        return frame.size() < 14 ? Bytes{} : Bytes(frame.begin() + 14, frame.end());
    }

  private:
    Bytes mac;
};

std::unique_ptr<Driver> make_wintun_driver()
{
    return std::make_unique<WintunDriver>();
}

std::unique_ptr<Driver> make_wintap_driver()
{
    return std::make_unique<WintapDriver>();
}

std::unique_ptr<Driver> make_wintap_tun_driver()
{
    return std::make_unique<WintapTunDriver>();
}

} /* namespace contract */
