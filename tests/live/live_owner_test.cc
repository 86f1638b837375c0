/* SPDX-License-Identifier: Apache-2.0 */
/* Use without privileges: somebody with rights makes a persistent interface, its owner opens it. */
#include <cstdlib>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "conf_fixture.h"
#include "drop_rights.h"
#include "live_device.h"
#include "support/covers.h"

namespace
{

class LiveOwner : public ConfTest
{
  protected:
    /* A TUN named vx that is set up completely, for the user of this id. */
    void make_ready(const std::string &who)
    {
        ASSERT_EQ(ip("tuntap add vx mode tun " + who), 0) << output;
        ASSERT_EQ(ip("link set vx up mtu 1400 txqueuelen 600 alias hello"), 0) << output;
        ASSERT_EQ(ip("addr add 10.9.0.1/24 brd + dev vx"), 0) << output;
        ASSERT_EQ(ip("addr add fd09::1/64 dev vx"), 0) << output;
    }
};

/* 0, or how many of the things that an owner may do did not work. */
int use_as_owner()
{
    int bad = 0;
    auto expect = [&](bool ok, const char *what, const char *text) {
        if (!ok) {
            fprintf(stderr, "%s: %s\n", what, text);
        }
        bad += !ok;
    };
    {
        LiveDevice dev([](struct vnic_config *cfg) {
            cfg->name = "vx";
            cfg->flags |= VNIC_KEEP_STATE;
        });
        expect(dev.code == 0, "VNIC_KEEP_STATE", dev.err.text);
    }
    LiveDevice dev([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->addresses = "10.9.0.1/24 fd09::1/64";
        cfg->mtu = 1400;
        cfg->tx_queue_len = 600;
        cfg->alias = "hello";
        cfg->up = 1;
        cfg->persist = 1;
    });
    expect(dev.code == 0, "all is as asked", dev.err.text);
    if (dev.code != 0) {
        return bad;
    }
    struct vnic_error err = {};
    struct vnic_stats stats = {};
    stats.size = sizeof stats;
    expect(dev.info().mtu == 1400, "info", "");
    expect(vnic_get_stats(dev, &stats, &err) == 0, "stats", err.text);
    expect(dev.addresses().size() >= 2, "addresses", "");
    expect(vnic_set_mtu(dev, 1400, &err) == 0, "the same MTU", err.text);
    expect(vnic_set_mtu(dev, 1300, &err) == VNIC_EPERM, "another MTU", err.text);
    expect(vnic_set_carrier(dev, 1, &err) == 0, "carrier", err.text);
    return bad;
}

TEST_F(LiveOwner, NeedsNoRightWhenAllIsAsAsked)
{
    make_ready("user 0");
    EXPECT_EQ(in_child([] {
                  drop_capabilities();
                  return use_as_owner();
              }),
              0);
    EXPECT_EQ(in_child([] {
                  drop_capabilities();
                  LiveDevice dev([](struct vnic_config *cfg) {
                      cfg->name = "vx";
                      cfg->mtu = 1300;
                  });
                  return dev.code == VNIC_EPERM &&
                                 std::string(dev.err.text).find("CAP_NET_ADMIN") !=
                                     std::string::npos
                             ? 0
                             : 1;
              }),
              0);
    EXPECT_NE(ip_says("link show vx").find("mtu 1400"), std::string::npos)
        << "as before: " << output;
}

/* A device node that everybody may open, where the machine's own is not. In a mount namespace. */
std::string open_node_for_all()
{
    struct stat st = {};
    if (stat("/dev/net/tun", &st) == 0 && (st.st_mode & 0006) == 0006) {
        return "";
    }
    char path[] = "/tmp/vnic-node-XXXXXX";
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0 ||
        mkdtemp(path) == nullptr || mount("none", path, "tmpfs", 0, nullptr) < 0) {
        return std::string("mount namespace: ") + strerror(errno);
    }
    std::string node = std::string(path) + "/tun";
    /* 10:200 is /dev/net/tun: Linux Documentation/admin-guide/devices.txt. */
    bool made = mknod(node.c_str(), S_IFCHR | 0666, makedev(10, 200)) == 0 &&
                chmod(node.c_str(), 0666) == 0 &&
                mount(node.c_str(), "/dev/net/tun", nullptr, MS_BIND, nullptr) == 0;
    std::string problem = made ? "" : std::string("device node: ") + strerror(errno);
    umount2(path, MNT_DETACH);
    rmdir(path);
    return problem;
}

constexpr int kNoNode = 77;

/* Runs as user 1000 of group 1000, with no right at all. */
int as_user(const std::function<int()> &body)
{
    return in_child([&] {
        std::string problem = open_node_for_all();
        if (!problem.empty()) {
            fprintf(stderr, "%s\n", problem.c_str());
            return kNoNode;
        }
        if (!become_user(1000, 1000)) {
            fprintf(stderr, "no user 1000 in this user namespace\n");
            return kNoNode;
        }
        return body();
    });
}

TEST_F(LiveOwner, AnotherUserAttachesToHisOwnOnly)
{
    if (as_user([] { return 0; }) == kNoNode) {
        GTEST_SKIP() << "needs root outside a user namespace, with device nodes and a second user";
    }
    make_ready("user 1000");
    EXPECT_EQ(as_user(use_as_owner), 0);
    ASSERT_EQ(ip("tuntap add vo mode tun user 1001"), 0) << output;
    ASSERT_EQ(ip("tuntap add vg mode tun group 1000"), 0) << output;
    ASSERT_EQ(ip("tuntap add vh mode tun group 1001"), 0) << output;
    auto attaches_to = [](const char *name) {
        return as_user([=] {
            LiveDevice dev([=](struct vnic_config *cfg) {
                cfg->name = name;
                cfg->flags |= VNIC_KEEP_STATE;
            });
            if (dev.code != 0) {
                fprintf(stderr, "%s\n", dev.err.text);
            }
            return -dev.code;
        });
    };
    EXPECT_EQ(attaches_to("vg"), 0);
    EXPECT_EQ(attaches_to("vo"), -VNIC_EPERM);
    EXPECT_EQ(attaches_to("vh"), -VNIC_EPERM);
    EXPECT_EQ(attaches_to("new"), -VNIC_EPERM);
    VNIC_COVERS("vnic_open", "VNIC_EPERM");
}

TEST_F(LiveOwner, WhatTheLibrarySetsIsWhatTheKernelChecks)
{
    if (as_user([] { return 0; }) == kNoNode) {
        GTEST_SKIP() << "needs root outside a user namespace, with device nodes and a second user";
    }
    {
        LiveDevice dev([](struct vnic_config *cfg) {
            cfg->name = "vx";
            cfg->persist = 1;
            cfg->owner_uid = 1000;
            cfg->mtu = 1400;
            cfg->tx_queue_len = 600;
            cfg->alias = "hello";
            cfg->addresses = "10.9.0.1/24 fd09::1/64";
        });
        ASSERT_EQ(dev.code, 0) << dev.err.text;
        EXPECT_EQ(dev.info().owner_uid, 1000u);
    }
    EXPECT_EQ(as_user(use_as_owner), 0);
}

}
