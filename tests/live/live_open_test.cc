/* SPDX-License-Identifier: Apache-2.0 */
/* Creating interfaces and attaching to them: names, kinds, flags, and each way to be refused. */
#include "live/live_open.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <functional>

using namespace live;

namespace
{

class LiveOpen : public NetnsTest
{
};

TEST_F(LiveOpen, TunHasExactlyTheFlagsAskedFor)
{
    vnic *dev = must_open(Config("one"));

    ASSERT_NE(nullptr, dev);
    EXPECT_EQ("one", name_of(dev));
    EXPECT_EQ(static_cast<unsigned>(IFF_TUN | IFF_NO_PI), kernel_flags(dev));
    auto tun = tun_attributes("one");
    EXPECT_EQ(static_cast<uint32_t>(IFF_TUN), tun[IFLA_TUN_TYPE]);
    EXPECT_EQ(0u, tun[IFLA_TUN_PI]);
    EXPECT_EQ(0u, tun[IFLA_TUN_VNET_HDR]);
    EXPECT_EQ(0u, tun[IFLA_TUN_PERSIST]);
    EXPECT_EQ(0u, tun[IFLA_TUN_MULTI_QUEUE]);
    EXPECT_TRUE(flags_of("one") & IFF_UP);
    vnic_close(dev);
    EXPECT_FALSE(exists("one"));
}

TEST_F(LiveOpen, TapWithEveryFlag)
{
    uint32_t flags = VNIC_MULTI_QUEUE | VNIC_KEEP_HEADER | VNIC_VNET_HDR | VNIC_NONBLOCK;
    vnic *dev = must_open(Config("two", VNIC_TAP, flags));

    ASSERT_NE(nullptr, dev);
    auto tun = tun_attributes("two");
    EXPECT_EQ(static_cast<uint32_t>(IFF_TAP), tun[IFLA_TUN_TYPE]);
    EXPECT_EQ(1u, tun[IFLA_TUN_PI]);
    EXPECT_EQ(1u, tun[IFLA_TUN_VNET_HDR]);
    EXPECT_EQ(1u, tun[IFLA_TUN_MULTI_QUEUE]);
    EXPECT_EQ(1u, tun[IFLA_TUN_NUM_QUEUES]);
    vnic_close(dev);
}

TEST_F(LiveOpen, TheDescriptorIsNonBlockingAndCloseOnExec)
{
    vnic *dev = must_open(Config());
    int fd = static_cast<int>(vnic_native_handle(dev));

    EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    EXPECT_TRUE(fcntl(static_cast<int>(vnic_wait_handle(dev)), F_GETFD) & FD_CLOEXEC);
    vnic_close(dev);
}

TEST_F(LiveOpen, NamesByPatternAndByTheKernel)
{
    vnic *a = must_open(Config("vpn%d"));
    vnic *b = must_open(Config("vpn%d"));
    vnic *c = must_open(Config());
    vnic *d = must_open(Config(nullptr, VNIC_TAP));
    vnic *e = must_open(Config("abcdefghijklmno"));

    EXPECT_EQ("vpn0", name_of(a));
    EXPECT_EQ("vpn1", name_of(b));
    EXPECT_EQ("tun0", name_of(c));
    EXPECT_EQ("tap0", name_of(d));
    EXPECT_EQ("abcdefghijklmno", name_of(e));
    for (vnic *dev : {a, b, c, d, e}) {
        vnic_close(dev);
    }
}

TEST_F(LiveOpen, BadNamesCreateNothing)
{
    VNIC_COVERS("vnic_open", "VNIC_ENAME");
    for (const char *name :
         {"", "abcdefghijklmnop", "a/b", ".", "..", "a b", "a:b", "%d%d", "%s", "x%"}) {
        EXPECT_EQ(VNIC_ENAME, must_fail(Config(name)).code) << name;
    }
    for (int i = 2; i < 64; i++) {
        char name[IF_NAMESIZE];
        EXPECT_EQ(nullptr, if_indextoname(static_cast<unsigned>(i), name));
    }
}

TEST_F(LiveOpen, ChosenIndex)
{
    Config cfg("idx");
    cfg.if_index = 4711;
    vnic *dev = must_open(cfg);
    ASSERT_NE(nullptr, dev);
    EXPECT_EQ(4711u, if_nametoindex("idx"));

    VNIC_COVERS("vnic_open", "VNIC_EBUSY");
    Config again("idy");
    again.if_index = 4711;
    struct vnic_error err = must_fail(again);
    EXPECT_EQ(VNIC_EBUSY, err.code) << err.text;
    EXPECT_STREQ("if_index", err.field);
    EXPECT_FALSE(exists("idy"));
    again.name = nullptr;
    EXPECT_EQ(VNIC_EBUSY, must_fail(again).code);
    vnic_close(dev);
}

TEST_F(LiveOpen, IndexOfAnInterfaceThatIsThere)
{
    ASSERT_TRUE(make_persistent("keep", IFF_TUN | IFF_NO_PI));
    Config cfg("keep");
    cfg.if_index = 4711;
    struct vnic_error err = must_fail(cfg);
    EXPECT_EQ(VNIC_EBUSY, err.code);
    EXPECT_STREQ("if_index", err.field);
    cfg.if_index = if_nametoindex("keep");
    vnic_close(must_open(cfg));
}

TEST_F(LiveOpen, ExclusiveRefusesWhatIsThere)
{
    VNIC_COVERS("vnic_open", "VNIC_EEXIST");
    ASSERT_TRUE(make_persistent("keep", IFF_TUN | IFF_NO_PI));
    EXPECT_EQ(VNIC_EEXIST, must_fail(Config("keep", VNIC_TUN, VNIC_EXCLUSIVE)).code);
    EXPECT_EQ(VNIC_EEXIST, must_fail(Config("lo", VNIC_TUN, VNIC_EXCLUSIVE)).code);
    vnic *dev = must_open(Config("fresh", VNIC_TUN, VNIC_EXCLUSIVE));
    EXPECT_EQ("fresh", name_of(dev));
    vnic_close(dev);
}

TEST_F(LiveOpen, NamesOfOtherKinds)
{
    VNIC_COVERS("vnic_open", "VNIC_EKIND");
    ASSERT_TRUE(make_persistent("keep", IFF_TUN | IFF_NO_PI));
    ASSERT_TRUE(make_persistent("many", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE));
    struct vnic_error err = must_fail(Config("lo"));
    EXPECT_EQ(VNIC_EKIND, err.code) << err.text;
    EXPECT_STREQ("name", err.field);
    err = must_fail(Config("keep", VNIC_TAP));
    EXPECT_EQ(VNIC_EKIND, err.code) << err.text;
    EXPECT_STREQ("layer", err.field);
    err = must_fail(Config("keep", VNIC_TUN, VNIC_MULTI_QUEUE));
    EXPECT_EQ(VNIC_EKIND, err.code) << err.text;
    EXPECT_STREQ("flags", err.field);
    EXPECT_EQ(VNIC_EKIND, must_fail(Config("many")).code);
    EXPECT_TRUE(exists("keep") && exists("many"));
}

TEST_F(LiveOpen, SingleQueueThatIsOpenAlready)
{
    VNIC_COVERS("vnic_open", "VNIC_EBUSY");
    vnic *dev = must_open(Config("busy"));
    struct vnic_error err = must_fail(Config("busy"));

    EXPECT_EQ(VNIC_EBUSY, err.code) << err.text;
    EXPECT_STREQ("TUNSETIFF", err.operation);
    EXPECT_EQ(EBUSY, err.os_code);
    EXPECT_EQ(VNIC_OS_ERRNO, err.os_domain);
    vnic_close(dev);
}

TEST_F(LiveOpen, NoCarrier)
{
    vnic *off = must_open(Config("off", VNIC_TUN, VNIC_NO_CARRIER));
    vnic *on = must_open(Config("on"));

    ASSERT_TRUE(off != nullptr && on != nullptr);
    EXPECT_FALSE(flags_of("off") & IFF_RUNNING);
    EXPECT_TRUE(flags_of("on") & IFF_RUNNING);
    EXPECT_EQ(0, vnic_set_carrier(off, 1, nullptr));
    /* The kernel tells of a change of carrier within a second (net/core/link_watch.c). */
    for (int i = 0; i < 200 && !(flags_of("off") & IFF_RUNNING); i++) {
        usleep(100000);
    }
    EXPECT_TRUE(flags_of("off") & IFF_RUNNING);
    vnic_close(off);
    vnic_close(on);
}

TEST_F(LiveOpen, PersistOnAttachAndOff)
{
    Config cfg("keep");
    cfg.persist = 1;
    vnic_close(must_open(cfg));
    ASSERT_TRUE(exists("keep"));
    EXPECT_EQ(1u, tun_attributes("keep")[IFLA_TUN_PERSIST]);
    unsigned index = if_nametoindex("keep");

    vnic_close(must_open(Config("keep")));
    EXPECT_EQ(index, if_nametoindex("keep")) << "attaching alone changes nothing about it";

    cfg.persist = 0;
    vnic_close(must_open(cfg));
    EXPECT_FALSE(exists("keep"));
}

TEST_F(LiveOpen, OwnerAndGroupByValue)
{
    Config cfg("mine");
    cfg.owner_uid = 0;
    vnic *dev = must_open(cfg);
    EXPECT_EQ(0u, tun_attributes("mine")[IFLA_TUN_OWNER]) << "zero is a value";
    EXPECT_EQ(0u, tun_attributes("mine").count(IFLA_TUN_GROUP));
    vnic_close(dev);

    cfg.owner_uid = VNIC_UNSET;
    cfg.group_gid = 0;
    dev = must_open(cfg);
    EXPECT_EQ(0u, tun_attributes("mine").count(IFLA_TUN_OWNER));
    EXPECT_EQ(1u, tun_attributes("mine").count(IFLA_TUN_GROUP));
    vnic_close(dev);
}

TEST_F(LiveOpen, OutOfDescriptors)
{
    VNIC_COVERS("vnic_open", "VNIC_EMFILE");
    struct rlimit old, low;
    ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
    int lowest = dup(0);
    ASSERT_GE(lowest, 0);
    close(lowest);
    /* Each number of descriptors that is too small fails in another place, and leaves nothing. */
    for (int spare = 0;; spare++) {
        low = old;
        low.rlim_cur = static_cast<rlim_t>(lowest + spare);
        ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &low));
        struct vnic_error err = {};
        Config cfg("few");
        vnic *dev = nullptr;
        int rc = vnic_open(&cfg, &dev, &err);
        ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));
        if (rc == 0) {
            EXPECT_GT(spare, 2);
            vnic_close(dev);
            break;
        }
        EXPECT_EQ(VNIC_EMFILE, rc) << spare << ": " << err.text;
        EXPECT_FALSE(exists("few"));
        ASSERT_LT(spare, 20);
    }
}

}
