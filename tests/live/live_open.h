/* SPDX-License-Identifier: Apache-2.0 */
/* Short ways to open handles in live tests, with the reason when it fails. */
#ifndef VNIC_TESTS_LIVE_OPEN_H
#define VNIC_TESTS_LIVE_OPEN_H

#include "support/covers.h"
#include "support/live_net.h"
#include "support/netns_fixture.h"
#include "support/packets.h"
#include "vnic/vnic.h"

namespace live
{

/* A configuration for one test; every member unset but those given. */
struct Config : vnic_config {
    explicit Config(const char *wanted = nullptr, uint32_t wanted_layer = VNIC_TUN,
                    uint32_t wanted_flags = VNIC_UNSET)
    {
        vnic_config_init(this);
        name = wanted;
        layer = wanted_layer;
        flags = wanted_flags;
    }
};

/* Opens and expects success. */
inline vnic *must_open(const Config &cfg)
{
    struct vnic_error err = {};
    vnic *dev = nullptr;

    EXPECT_EQ(0, vnic_open(&cfg, &dev, &err)) << err.text;
    return dev;
}

/* Opens and expects a failure, whose details are returned; nothing may be left. */
inline struct vnic_error must_fail(const Config &cfg)
{
    struct vnic_error err = {};
    vnic *dev = nullptr;
    int rc = vnic_open(&cfg, &dev, &err);

    EXPECT_LT(rc, 0);
    EXPECT_EQ(rc, err.code);
    EXPECT_EQ(nullptr, dev);
    EXPECT_NE('\0', err.text[0]);
    EXPECT_NE('\0', err.operation[0]);
    vnic_close(dev);
    return err;
}

inline vnic *must_adopt(int fd, uint32_t flags = VNIC_UNSET)
{
    Config cfg(nullptr, VNIC_UNSET, flags);
    struct vnic_error err = {};
    vnic *dev = nullptr;

    EXPECT_EQ(0, vnic_adopt(fd, &cfg, &dev, &err)) << err.text;
    return dev;
}

inline std::string name_of(vnic *dev)
{
    char name[VNIC_NAME_SIZE] = "";

    EXPECT_GT(vnic_get_name(dev, name, sizeof name), 0);
    return name;
}

inline unsigned kernel_flags(vnic *dev)
{
    struct ifreq ifr = {};

    EXPECT_EQ(0, ioctl(static_cast<int>(vnic_native_handle(dev)), TUNGETIFF, &ifr));
    return static_cast<unsigned short>(ifr.ifr_flags);
}

}

#endif
