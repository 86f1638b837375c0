/* SPDX-License-Identifier: Apache-2.0 */
/* After a failure everything that was there is there, to the last attribute. */
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>

#include <functional>

#include "live/live_open.h"

using namespace live;

namespace
{

class LiveFailure : public NetnsTest
{
};

/* What a command prints; "" when it cannot run. */
std::string output_of(const std::string &command)
{
    std::string out;
    char part[512];
    FILE *pipe = popen(command.c_str(), "re");

    while (pipe != nullptr && fgets(part, sizeof part, pipe) != nullptr) {
        out += part;
    }
    if (pipe != nullptr) {
        pclose(pipe);
    }
    return out;
}

bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == static_cast<ssize_t>(strlen(text));

    close(fd);
    return ok;
}

TEST_F(LiveFailure, AdoptGivesTheSndbufBack)
{
    for (uint32_t flags : {0u, VNIC_BORROW}) {
        int fd = raw_tun("given", IFF_TUN | IFF_NO_PI, 0);
        Config cfg(nullptr, VNIC_UNSET, flags);
        struct vnic_error err = {};
        vnic *dev = nullptr;

        ASSERT_GE(fd, 0) << strerror(errno);
        int before = get_int(fd, TUNGETSNDBUF);
        cfg.sndbuf = 12345;
        cfg.mac = "02:00:5e:10:00:01"; /* a TUN has none, which is only known afterwards */
        EXPECT_EQ(VNIC_ENOTSUP, vnic_adopt(fd, &cfg, &dev, &err));
        EXPECT_EQ(before, get_int(fd, TUNGETSNDBUF));
        EXPECT_EQ(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
        close(fd);
    }
}

/* Attaching replaces the flags that the next user, and `ip -d link`, see. */
TEST_F(LiveFailure, OpenGivesTheFlagsBack)
{
    if (is_emulated()) {
        GTEST_SKIP() << "qemu-user does not implement NS_GET_NSTYPE";
    }
    int start = here();
    ASSERT_EQ("", enter_new_network());
    int there = here();
    for (unsigned flags : {IFF_TAP | IFF_VNET_HDR | 0u, IFF_TAP | IFF_NO_PI | 0u}) {
        ASSERT_TRUE(make_persistent("keep0", flags));
        auto before = tun_attributes("keep0");
        ASSERT_FALSE(before.empty());

        Config cfg("keep0", VNIC_TAP, flags & IFF_NO_PI ? VNIC_VNET_HDR | VNIC_KEEP_HEADER : 0u);
        cfg.mtu = 65535; /* more than a TAP takes: only the kernel says so */
        EXPECT_EQ(VNIC_EINVAL, must_fail(cfg).code);
        EXPECT_EQ(before, tun_attributes("keep0"));
        ASSERT_EQ(0, setns(start, CLONE_NEWNET)) << strerror(errno);
        cfg.netns_fd = there;
        EXPECT_EQ(VNIC_EINVAL, must_fail(cfg).code);
        EXPECT_FALSE(exists("keep0"));
        ASSERT_EQ(0, setns(there, CLONE_NEWNET)) << strerror(errno);
        EXPECT_EQ(before, tun_attributes("keep0"));
        EXPECT_EQ(0, delete_link("keep0"));
    }
    close(there);
    close(start);
}

/* IPv6 is off: the wish fails, and nothing of IPv4 was touched (a removed one loses its label). */
TEST_F(LiveFailure, Ipv6OffLeavesTheIpv4AddressesAlone)
{
    Config cfg("keep0", VNIC_TUN, 0);
    cfg.addresses = "10.9.0.1/24";
    cfg.persist = 1;
    vnic_close(must_open(cfg));
    ASSERT_EQ("", output_of("ip addr add 10.9.1.1/24 dev keep0 label keep0:x 2>&1"));
    if (!write_file("/proc/sys/net/ipv6/conf/keep0/disable_ipv6", "1")) {
        GTEST_SKIP() << "/proc/sys is read-only: IPv6 cannot be turned off";
    }
    std::string before = output_of("ip -4 addr show keep0 | grep inet");

    EXPECT_NE(std::string::npos, before.find("keep0:x"));
    Config other("keep0", VNIC_TUN, 0);
    other.addresses = "10.8.0.1/24 fd09::1/64";
    EXPECT_EQ(VNIC_ENOTSUP, must_fail(other).code);
    EXPECT_EQ(before, output_of("ip -4 addr show keep0 | grep inet"));

    vnic *dev = must_open(Config("keep0", VNIC_TUN, VNIC_KEEP_STATE));
    struct vnic_prefix wanted[2];
    ASSERT_EQ(0, vnic_prefix_parse("10.8.0.1/24", &wanted[0]));
    ASSERT_EQ(0, vnic_prefix_parse("fd09::1/64", &wanted[1]));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_set_addresses(dev, wanted, 2, nullptr));
    EXPECT_EQ(before, output_of("ip -4 addr show keep0 | grep inet"));
    EXPECT_EQ(0, vnic_set_persist(dev, 0, nullptr));
    vnic_close(dev);
}

#if defined(__SANITIZE_THREAD__)
constexpr bool has_thread_of_sanitizer = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr bool has_thread_of_sanitizer = true;
#else
constexpr bool has_thread_of_sanitizer = false;
#endif
#else
constexpr bool has_thread_of_sanitizer = false;
#endif

/* In a child without an id map no owner exists, so that asking for one fails as the last step. */
int fail_at_the_owner(uint32_t up_before, uint32_t up_wanted)
{
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return 77;
    }
    vnic_config cfg;
    vnic *dev = nullptr;
    struct vnic_prefix found[4];

    vnic_config_init(&cfg);
    cfg.name = "keep0";
    cfg.persist = 1;
    cfg.up = up_before;
    cfg.addresses = "fd09::1/64";
    cfg.flags = VNIC_NO_LINK_LOCAL;
    if (vnic_open(&cfg, &dev, nullptr) != 0) {
        return 78;
    }
    vnic_close(dev);
    vnic_config_init(&cfg);
    cfg.name = "keep0";
    cfg.up = up_wanted;
    cfg.owner_uid = 5555;
    if (vnic_open(&cfg, &dev, nullptr) != VNIC_EINVAL) {
        return 79;
    }
    vnic_config_init(&cfg);
    cfg.name = "keep0";
    cfg.flags = VNIC_KEEP_STATE;
    if (vnic_open(&cfg, &dev, nullptr) != 0) {
        return 80;
    }
    int n = vnic_get_addresses(dev, found, 4, nullptr);
    vnic_close(dev);
    return n;
}

int in_child(const std::function<int()> &act)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(act());
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(LiveFailure, GoingDownAndUpKeepsTheIpv6Addresses)
{
    if (is_emulated()) {
        GTEST_SKIP()
            << "qemu-user does not implement unshare(CLONE_NEWUSER), it has threads of its own";
    }
    if (has_thread_of_sanitizer) {
        GTEST_SKIP() << "ThreadSanitizer has a thread of its own, so unshare(CLONE_NEWUSER) is "
                        "refused";
    }
    EXPECT_EQ(1, in_child([] { return fail_at_the_owner(1, 0); }));
    EXPECT_EQ(1, in_child([] { return fail_at_the_owner(0, 1); }));
}

/* A descriptor for one direction: the other one is an error, not a wait that never ends. */
TEST_F(LiveFailure, ADescriptorForOneDirection)
{
    uint8_t packet[20] = {0x45, 0, 0, 20};
    uint8_t buf[2048];

    for (int mode : {O_RDONLY, O_WRONLY}) {
        int fd = open("/dev/net/tun", mode | O_CLOEXEC);
        struct ifreq ifr = request_for("given");
        ifr.ifr_flags = IFF_TUN | IFF_NO_PI;
        ASSERT_EQ(0, ioctl(fd, TUNSETIFF, &ifr)) << strerror(errno);
        ASSERT_TRUE(set_up("given", true));
        PacketSocket kernel("given");
        vnic *dev = must_adopt(fd, 0);
        if (mode == O_RDONLY) {
            EXPECT_EQ(VNIC_EOS, vnic_send_timeout(dev, packet, sizeof packet, 500));
        } else {
            ASSERT_TRUE(kernel.send(packets::ipv4(17, packets::udp({1}))));
            EXPECT_EQ(VNIC_EOS, vnic_recv_timeout(dev, buf, sizeof buf, 500));
        }
        vnic_close(dev);
    }
}

}
