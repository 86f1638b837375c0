/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rights and the device node: users who own an interface, users who do not, and containers without a
 * /dev/net/tun. Every case runs in a child process, which may give up its rights and have a /dev of
 * its own.
 */
#include "live/live_open.h"

#include <grp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <functional>

using namespace live;

namespace
{

/* Runs fn in a child; the text that it returns is its complaint, "" for none. */
std::string in_child(const std::function<std::string()> &fn)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return "no pipe";
    }
    fflush(nullptr);
    pid_t pid = fork();
    if (pid == 0) {
        std::string text = fn();
        ssize_t put = write(ends[1], text.data(), text.size());
        int status = put == static_cast<ssize_t>(text.size()) ? 0 : 1;
        /* exit() writes the record of the lines that ran, where this user may write it. */
        if (geteuid() == 0) {
            exit(status);
        }
        _exit(status);
    }
    close(ends[1]);
    std::string text;
    char buf[1024];
    ssize_t got;
    while ((got = read(ends[0], buf, sizeof buf)) > 0) {
        text.append(buf, static_cast<size_t>(got));
    }
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : text + " (the child died)";
}

/* Opens and returns the code and the text. */
std::string opened(const Config &cfg)
{
    struct vnic_error err = {};
    vnic *dev = nullptr;
    int rc = vnic_open(&cfg, &dev, &err);

    vnic_close(dev);
    return rc == 0 ? "open" : std::string(vnic_error_name(rc)) + " " + err.text;
}

/* A /dev/net of the child's own: empty, or with a node of these numbers and mode. */
std::string private_dev_net(bool with_node, unsigned minor_nr = 200, mode_t mode = 0666)
{
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0 ||
        mount("tmpfs", "/dev/net", "tmpfs", 0, nullptr) < 0) {
        return std::string("no private /dev/net: ") + strerror(errno);
    }
    if (with_node) {
        if (mknod("/dev/net/tun", S_IFCHR | mode, makedev(10, minor_nr)) < 0) {
            return std::string("mknod: ") + strerror(errno);
        }
        (void)chmod("/dev/net/tun", mode);
    }
    return "";
}

std::string become(uid_t uid, gid_t gid)
{
    if (setgroups(0, nullptr) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0) {
        return std::string("cannot become another user: ") + strerror(errno);
    }
    return "";
}

class LiveRights : public NetnsTest
{
  protected:
    void SetUp() override
    {
        NetnsTest::SetUp();
        if (!IsSkipped()) {
            std::string problem = in_child([] {
                std::string text = private_dev_net(true);
                return text.empty() ? become(12345, 12345) : text;
            });
            if (!problem.empty()) {
                GTEST_SKIP() << "needs root outside a user namespace: " << problem;
            }
        }
    }

    /* What a user with these ids gets who opens with cfg. */
    static std::string opened_as(uid_t uid, gid_t gid, const Config &cfg)
    {
        return in_child([&] {
            std::string text = private_dev_net(true);
            text = text.empty() ? become(uid, gid) : text;
            return text.empty() ? opened(cfg) : text;
        });
    }
};

Config attaching(const char *name)
{
    return Config(name, VNIC_TUN, VNIC_KEEP_STATE);
}

TEST_F(LiveRights, TheOwnerAttachesWithoutPrivileges)
{
    Config cfg("mine");
    cfg.persist = 1;
    cfg.owner_uid = 12345;
    vnic_close(must_open(cfg));
    EXPECT_EQ(12345u, tun_attributes("mine")[IFLA_TUN_OWNER]);
    EXPECT_EQ("open", opened_as(12345, 12345, attaching("mine")));

    /* All that is already as asked needs no privilege. */
    Config same("mine");
    same.mtu = 1500;
    same.persist = 1;
    EXPECT_EQ("open", opened_as(12345, 12345, same)) << "the interface is up already";

    VNIC_COVERS("vnic_open", "VNIC_EPERM");
    std::string refused = opened_as(12346, 12345, attaching("mine"));
    EXPECT_EQ(0u, refused.find("VNIC_EPERM")) << refused;
    EXPECT_NE(std::string::npos, refused.find("user 12345")) << refused;
}

TEST_F(LiveRights, TheGroupAttachesWithoutPrivileges)
{
    Config cfg("ours");
    cfg.persist = 1;
    cfg.group_gid = 23456;
    vnic_close(must_open(cfg));
    EXPECT_EQ(23456u, tun_attributes("ours")[IFLA_TUN_GROUP]);
    EXPECT_EQ("open", opened_as(12345, 23456, attaching("ours")));
    std::string refused = opened_as(12345, 12345, attaching("ours"));
    EXPECT_EQ(0u, refused.find("VNIC_EPERM")) << refused;
    EXPECT_NE(std::string::npos, refused.find("group 23456")) << refused;
}

TEST_F(LiveRights, WithoutPrivilegesNothingIsCreated)
{
    VNIC_COVERS("vnic_open", "VNIC_EPERM");
    ASSERT_TRUE(make_persistent("free", IFF_TUN | IFF_NO_PI));
    std::string refused = opened_as(12345, 12345, Config("fresh"));
    EXPECT_EQ(0u, refused.find("VNIC_EPERM")) << refused;
    EXPECT_NE(std::string::npos, refused.find("CAP_NET_ADMIN")) << refused;
    EXPECT_FALSE(exists("fresh"));
    /* Linux lets anybody with the node attach to an interface that has neither owner nor group only
     * with the right. */
    refused = opened_as(12345, 12345, attaching("free"));
    EXPECT_TRUE(refused == "open" || refused.find("VNIC_EPERM") == 0) << refused;
}

TEST_F(LiveRights, ANodeThatOthersMayNotOpen)
{
    std::string refused = in_child([] {
        std::string text = private_dev_net(true, 200, 0600);
        text = text.empty() ? become(12345, 12345) : text;
        return text.empty() ? opened(Config("fresh")) : text;
    });
    EXPECT_EQ(0u, refused.find("VNIC_EPERM")) << refused;
    EXPECT_NE(std::string::npos, refused.find("chmod 0666")) << refused;
}

TEST_F(LiveRights, AMissingNodeIsMadeWhereThatIsPermitted)
{
    EXPECT_EQ("open", in_child([] {
                  std::string text = private_dev_net(false);
                  text = text.empty() ? opened(Config("fresh")) : text;
                  struct stat made;
                  bool right = stat("/dev/net/tun", &made) == 0 && S_ISCHR(made.st_mode) &&
                               made.st_rdev == makedev(10, 200);
                  return right ? text : text + " but the node is wrong";
              }));
}

TEST_F(LiveRights, AMissingNodeIsExplainedWhereItCannotBeMade)
{
    VNIC_COVERS("vnic_open", "VNIC_ENODRIVER");
    std::string refused = in_child([] {
        std::string text = private_dev_net(false);
        text = text.empty() ? become(12345, 12345) : text;
        return text.empty() ? opened(Config("fresh")) : text;
    });
    EXPECT_EQ(0u, refused.find("VNIC_ENODRIVER")) << refused;
    EXPECT_NE(std::string::npos, refused.find("modprobe tun")) << refused;
    EXPECT_NE(std::string::npos, refused.find("--device /dev/net/tun")) << refused;
}

TEST_F(LiveRights, ANodeOfAnotherDriver)
{
    VNIC_COVERS("vnic_open", "VNIC_ENODRIVER");
    /* 10:1 is no device that this machine has; 1:3 is /dev/null. */
    std::string refused = in_child([] {
        std::string text = private_dev_net(true, 1);
        return text.empty() ? opened(Config("fresh")) : text;
    });
    EXPECT_EQ(0u, refused.find("VNIC_ENODRIVER")) << refused;
    refused = in_child([] {
        std::string text = private_dev_net(false);
        if (text.empty() && mknod("/dev/net/tun", S_IFCHR | 0666, makedev(1, 3)) < 0) {
            text = "mknod";
        }
        return text.empty() ? opened(Config("fresh")) : text;
    });
    EXPECT_EQ(0u, refused.find("VNIC_ENODRIVER")) << refused;
    EXPECT_NE(std::string::npos, refused.find("mknod /dev/net/tun")) << refused;
}

}
