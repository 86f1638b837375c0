/* SPDX-License-Identifier: Apache-2.0 */
/* A device for a test: opened by text, closed by itself. */
#ifndef VNIC_TESTS_LIVE_DEVICE_H
#define VNIC_TESTS_LIVE_DEVICE_H

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "vnic/vnic.h"

class LiveDevice
{
  public:
    using Setup = std::function<void(struct vnic_config *)>;

    /* Opens with VNIC_NONBLOCK and what `setup` sets. */
    explicit LiveDevice(const Setup &setup = nullptr)
    {
        struct vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.flags = VNIC_NONBLOCK;
        if (setup) {
            setup(&cfg);
        }
        code = vnic_open(&cfg, &dev, &err);
        if (code == 0) {
            err = {};
        }
    }
    ~LiveDevice()
    {
        close();
    }
    LiveDevice(const LiveDevice &) = delete;
    LiveDevice &operator=(const LiveDevice &) = delete;

    void close()
    {
        vnic_close(dev);
        dev = nullptr;
    }
    operator vnic *() const
    {
        return dev;
    }
    std::string name() const
    {
        char buf[VNIC_NAME_SIZE] = "";
        EXPECT_GE(vnic_get_name(dev, buf, sizeof buf), 0);
        return buf;
    }
    struct vnic_info info() const
    {
        struct vnic_info info = {};
        struct vnic_error e = {};
        info.size = sizeof info;
        EXPECT_EQ(vnic_get_info(dev, &info, &e), 0) << e.text;
        return info;
    }
    /* All addresses as text, with "kernel " before those of the kernel. */
    std::vector<std::string> addresses() const
    {
        struct vnic_prefix list[64];
        struct vnic_error e = {};
        std::vector<std::string> out;
        int n = vnic_get_addresses(dev, list, 64, &e);
        EXPECT_GE(n, 0) << e.text;
        for (int i = 0; i < n; i++) {
            char text[VNIC_PREFIX_TEXT_MAX];
            EXPECT_GE(vnic_prefix_format(&list[i], text, sizeof text), 0);
            out.push_back((list[i].flags & VNIC_PREFIX_KERNEL ? "kernel " : "") +
                          std::string(text));
        }
        return out;
    }

    vnic *dev = nullptr;
    int code = 0;
    struct vnic_error err = {};
};

inline struct vnic_prefix prefix_of(const char *text)
{
    struct vnic_prefix prefix = {};
    EXPECT_EQ(vnic_prefix_parse(text, &prefix), 0) << text;
    return prefix;
}

#endif
