/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, queues that are detached, lists and counters. */
#include <arpa/inet.h>
#include <dirent.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <linux/if_tun.h>
#include <map>
#include <string>
#include <thread>

#include "conf_fixture.h"
#include "drop_rights.h"
#include "live_device.h"
#include "support/covers.h"

extern "C" {
#include "os/linux/linux_netconf.h"
#include "os/linux/linux_netns.h"
}

namespace
{

class LiveWhere : public ConfTest
{
  protected:
    static std::string fd_path(int fd)
    {
        return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd);
    }

    static unsigned threads()
    {
        unsigned n = 0;
        DIR *dir = opendir("/proc/self/task");
        while (dir != nullptr && readdir(dir) != nullptr) {
            n++;
        }
        if (dir != nullptr) {
            closedir(dir);
        }
        return n - 2;
    }

    static struct linux_netns_id own_namespace()
    {
        struct linux_netns_id id = {};
        int fd = here();
        EXPECT_EQ(vnic__netns_id(fd, &id, nullptr), 0);
        close(fd);
        return id;
    }
};

void set_name_x(struct vnic_config *cfg)
{
    cfg->name = "vx";
}

/* ---- Namespaces --------------------------------------------------------------------------------- */

TEST_F(LiveWhere, CreatesInAnotherNamespaceByPathAndByDescriptor)
{
    if (live::is_emulated()) {
        GTEST_SKIP() << "qemu-user does not implement NS_GET_NSTYPE";
    }
    int there = new_namespace();
    std::string path = fd_path(there);
    unsigned threads_after_first = 0;

    for (int by_fd : {0, 1}) {
        LiveDevice dev([&](struct vnic_config *cfg) {
            cfg->name = "vx";
            cfg->addresses = "10.9.0.1/24 fd09::1/64";
            cfg->mtu = 1400;
            if (by_fd) {
                cfg->netns_fd = there;
            } else {
                cfg->netns = path.c_str();
            }
        });
        ASSERT_EQ(dev.code, 0) << dev.err.text;
        EXPECT_EQ(ip("link show vx"), 1) << "nothing of it here: " << output;
        ASSERT_EQ(run_in(there, "ip addr show vx"), 0) << output;
        EXPECT_NE(output.find("mtu 1400"), std::string::npos) << output;
        EXPECT_NE(output.find("10.9.0.1/24"), std::string::npos) << output;
        EXPECT_EQ(dev.info().mtu, 1400u);
        EXPECT_EQ(dev.addresses().at(0), "10.9.0.1/24");
        struct vnic_error err = {};
        EXPECT_EQ(vnic_set_name(dev, "vy", &err), 0) << err.text;
        EXPECT_EQ(dev.name(), "vy");
        dev.close();
        EXPECT_EQ(run_in(there, "ip link show vy"), 1) << output;
        /* ThreadSanitizer starts a thread of its own with the first one, so not before. */
        threads_after_first = by_fd ? threads_after_first : threads();
        EXPECT_EQ(threads(), threads_after_first) << "helper threads are gone";
    }
    close(there);
}

TEST_F(LiveWhere, NamespacesThatAreNone)
{
    if (live::is_emulated()) {
        GTEST_SKIP() << "qemu-user does not implement NS_GET_NSTYPE";
    }
    struct {
        const char *path;
        const char *hint;
    } cases[] = {{"/nonexistent/ns", "does not exist"},
                 {"/etc/passwd", "is not a network namespace"},
                 {"/proc/self/ns/uts", "not one of networks"},
                 {"/etc/passwd/x", "does not exist"}};

    for (const auto &c : cases) {
        SCOPED_TRACE(c.path);
        LiveDevice dev([&](struct vnic_config *cfg) { cfg->netns = c.path; });
        EXPECT_EQ(dev.code, VNIC_ENETNS);
        EXPECT_STREQ(dev.err.field, "netns");
        EXPECT_NE(std::string(dev.err.text).find(c.hint), std::string::npos) << dev.err.text;
        EXPECT_NE(std::string(dev.err.text).find(c.path), std::string::npos) << dev.err.text;
    }
    int not_ns = open("/dev/null", O_RDONLY | O_CLOEXEC);
    LiveDevice dev([&](struct vnic_config *cfg) { cfg->netns_fd = not_ns; });
    EXPECT_EQ(dev.code, VNIC_ENETNS);
    VNIC_COVERS("vnic_open", "VNIC_ENETNS");
    close(not_ns);
}

int note_namespace(void *arg, struct vnic_error *)
{
    auto *ret = static_cast<struct linux_netns_id *>(arg);
    int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    int code = vnic__netns_id(fd, ret, nullptr);
    close(fd);
    return code == 0 ? 42 : code;
}

TEST_F(LiveWhere, TheCallersThreadNeverChangesItsNamespace)
{
    if (live::is_emulated()) {
        GTEST_SKIP() << "qemu-user does not implement threads as the kernel counts them";
    }
    struct linux_netns_id outside = own_namespace(), inside = {}, wanted = {};
    struct vnic_error err = {};
    int there = new_namespace();

    EXPECT_EQ(vnic__netns_run(there, note_namespace, &inside, &err), 42) << err.text;
    unsigned threads_after_first = threads();
    EXPECT_EQ(vnic__netns_run(there, note_namespace, &inside, &err), 42) << err.text;
    ASSERT_EQ(vnic__netns_id(there, &wanted, &err), 0);
    EXPECT_EQ(inside.ino, wanted.ino);
    EXPECT_NE(inside.ino, outside.ino);
    EXPECT_EQ(own_namespace().ino, outside.ino);
    EXPECT_EQ(threads(), threads_after_first);
    EXPECT_EQ(vnic__netns_run(-1, note_namespace, &inside, &err), VNIC_ENETNS);
    close(there);
}

TEST_F(LiveWhere, MovedIntoANamespaceThatIsGoneForEverybodyElse)
{
    if (live::is_emulated()) {
        GTEST_SKIP() << "qemu-user does not implement TUNGETDEVNETNS of a namespace that is gone";
    }
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    int there = new_namespace();

    ASSERT_EQ(ip("link set vx netns " + fd_path(there)), 0) << output;
    close(there);
    /* The namespace ends with its last reference, and the interface with it: when the kernel comes to it, which
     * ends those of all tests one after the other. */
    int code = vnic_set_mtu(dev, 1300, &err);
    for (int i = 0; i < 1000 && code == 0; i++) {
        usleep(20000);
        code = vnic_set_mtu(dev, 1300u + static_cast<uint32_t>(i % 100), &err);
    }
    EXPECT_EQ(code, VNIC_ECLOSED) << err.text;
}

/* Others rename it and move it while three threads configure it: it is always the right interface. */
TEST_F(LiveWhere, ConfiguredByManyThreadsWhileItIsRenamedAndMoved)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    int there = new_namespace(), home_fd = here();
    std::atomic<bool> stop{false};
    std::atomic<int> done{0}, failed{0};
    auto repeat = [&](const std::function<int(uint32_t, struct vnic_error *)> &step) {
        return std::thread([&, step] {
            struct vnic_error err = {};
            for (uint32_t i = 0; !stop; i++) {
                int code = step(i, &err);
                done += code == 0;
                if (code != 0 && ++failed < 5) {
                    fprintf(stderr, "%s\n", err.text);
                }
            }
        });
    };
    std::thread threads[] = {repeat([&](uint32_t i, struct vnic_error *err) {
                                 return vnic_set_mtu(dev, 1300 + i % 2, err);
                             }),
                             repeat([&](uint32_t i, struct vnic_error *err) {
                                 return vnic_set_alias(dev, i % 2 ? "odd" : "even", err);
                             }),
                             repeat([&](uint32_t, struct vnic_error *err) {
                                 struct vnic_info info = {};
                                 info.size = sizeof info;
                                 return vnic_get_info(dev, &info, err);
                             })};

    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(ip("link set vx name vy"), 0) << output;
        EXPECT_EQ(ip("tuntap add vx mode tun"), 0) << output;
        EXPECT_EQ(ip("link set vy netns " + fd_path(there)), 0) << output;
        EXPECT_EQ(ip("tuntap add vy mode tun"), 0) << output;
        EXPECT_EQ(run_in(there, "ip link set vy name vx"), 0) << output;
        for (const char *decoy : {"vx", "vy"}) {
            EXPECT_NE(ip_says(std::string("link show ") + decoy).find("mtu 1500"),
                      std::string::npos)
                << output;
            EXPECT_EQ(output.find("alias"), std::string::npos) << output;
            EXPECT_EQ(ip(std::string("link del ") + decoy), 0) << output;
        }
        EXPECT_EQ(run_in(there, "ip link set vx netns " + fd_path(home_fd)), 0) << output;
    }
    stop = true;
    for (std::thread &thread : threads) {
        thread.join();
    }
    EXPECT_GT(done, 20);
    EXPECT_EQ(failed, 0);
    close(home_fd);
    close(there);
}

/* ---- Rights ------------------------------------------------------------------------------------- */

TEST_F(LiveWhere, SettingWithoutRightsNamesTheRight)
{
    LiveDevice dev([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->layer = VNIC_TAP;
        cfg->addresses = "10.9.0.1/24";
    });
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    EXPECT_EQ(in_child([&] {
                  struct vnic_error err = {};
                  struct vnic_prefix other = prefix_of("10.9.1.1/24"),
                                     same = prefix_of("10.9.0.1/24");
                  const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
                  drop_capabilities();
                  int bad = 0;
                  auto refused = [&](int code) {
                      bool ok = code == VNIC_EPERM &&
                                std::string(err.text).find("CAP_NET_ADMIN") != std::string::npos;
                      if (!ok) {
                          fprintf(stderr, "%d: %s\n", code, err.text);
                      }
                      bad += !ok;
                  };
                  refused(vnic_set_up(dev, 0, &err));
                  refused(vnic_set_mtu(dev, 1300, &err));
                  refused(vnic_set_name(dev, "vy", &err));
                  refused(vnic_set_mac(dev, mac, &err));
                  refused(vnic_set_tx_queue_len(dev, 9, &err));
                  refused(vnic_set_alias(dev, "x", &err));
                  refused(vnic_add_address(dev, &other, &err));
                  refused(vnic_remove_address(dev, &same, &err));
                  refused(vnic_set_addresses(dev, &other, 1, &err));
                  /* What is so already, and looking, need no right. */
                  struct vnic_info info = {};
                  info.size = sizeof info;
                  bad += vnic_set_up(dev, 1, &err) != 0;
                  bad += vnic_set_mtu(dev, 1500, &err) != 0;
                  bad += vnic_set_addresses(dev, &same, 1, &err) != 0;
                  bad += vnic_get_info(dev, &info, &err) != 0;
                  return bad;
              }),
              0);
    VNIC_COVERS("vnic_set_up", "VNIC_EPERM");
    VNIC_COVERS("vnic_set_mtu", "VNIC_EPERM");
    VNIC_COVERS("vnic_set_name", "VNIC_EPERM");
    VNIC_COVERS("vnic_set_mac", "VNIC_EPERM");
    VNIC_COVERS("vnic_set_tx_queue_len", "VNIC_EPERM");
    VNIC_COVERS("vnic_set_alias", "VNIC_EPERM");
    VNIC_COVERS("vnic_add_address", "VNIC_EPERM");
    VNIC_COVERS("vnic_remove_address", "VNIC_EPERM");
    VNIC_COVERS("vnic_set_addresses", "VNIC_EPERM");
}

TEST_F(LiveWhere, MovedOutOfSightOfTheUnprivileged)
{
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    int there = new_namespace();

    ASSERT_EQ(ip("link set vx netns " + fd_path(there)), 0) << output;
    /* A namesake of the same kind that was not there before must not be taken for it. */
    ASSERT_EQ(ip("tuntap add vx mode tun"), 0) << output;
    EXPECT_EQ(in_child([&] {
                  struct vnic_error err = {};
                  struct vnic_info info = {};
                  struct vnic_stats stats = {};
                  struct vnic_prefix prefix;
                  info.size = sizeof info;
                  stats.size = sizeof stats;
                  drop_capabilities();
                  int bad = vnic_get_info(dev, &info, &err) != VNIC_EPERM;
                  bad += std::string(err.text).find("namespace") == std::string::npos;
                  bad += vnic_get_stats(dev, &stats, &err) != VNIC_EPERM;
                  bad += vnic_get_addresses(dev, &prefix, 1, &err) != VNIC_EPERM;
                  char name[VNIC_NAME_SIZE];
                  bad += vnic_get_name(dev, name, sizeof name) != 2;
                  return bad;
              }),
              0);
    VNIC_COVERS("vnic_get_info", "VNIC_EPERM");
    VNIC_COVERS("vnic_get_stats", "VNIC_EPERM");
    VNIC_COVERS("vnic_get_addresses", "VNIC_EPERM");
    close(there);
}

/* ---- Detached queues ---------------------------------------------------------------------------- */

TEST_F(LiveWhere, ConfiguresThroughADetachedQueue)
{
    LiveDevice first([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->flags |= VNIC_MULTI_QUEUE;
    });
    ASSERT_EQ(first.code, 0) << first.err.text;
    vnic *second = nullptr;
    struct vnic_error err = {};

    ASSERT_EQ(vnic_open_queue(first, &second, &err), 0) << err.text;
    EXPECT_EQ(first.info().n_queues, 2u);
    ASSERT_EQ(vnic_detach_queue(first, &err), 0) << err.text;
    struct vnic_info info = first.info();
    EXPECT_EQ(info.n_queues, 1u);
    EXPECT_EQ(info.n_detached, 1u);
    EXPECT_EQ(vnic_set_mtu(first, 1300, &err), 0) << err.text;
    EXPECT_EQ(vnic_set_name(first, "vy", &err), 0) << err.text;
    EXPECT_EQ(first.name(), "vy");
    ASSERT_EQ(vnic_detach_queue(second, &err), 0) << err.text;
    EXPECT_EQ(first.name(), "vy");
    EXPECT_EQ(first.info().n_detached, 2u);
    EXPECT_EQ(vnic_set_mtu(first, 1301, &err), 0) << err.text;
    EXPECT_NE(ip_says("link show vy").find("mtu 1301"), std::string::npos) << output;
    EXPECT_EQ(vnic_set_carrier(first, 1, &err), VNIC_EDETACHED) << "that needs a queue in service";
    EXPECT_EQ(vnic_set_persist(first, 1, &err), VNIC_EDETACHED);
    EXPECT_EQ(vnic_set_owner(first, 0, &err), VNIC_EDETACHED);
    EXPECT_EQ(vnic_set_group(first, 0, &err), VNIC_EDETACHED);
    VNIC_COVERS("vnic_set_carrier", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_set_persist", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_set_owner", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_set_group", "VNIC_EDETACHED");
    ASSERT_EQ(ip("link del vy"), 0) << output;
    EXPECT_EQ(vnic_set_mtu(first, 1302, &err), VNIC_ECLOSED);
    vnic_close(second);
}

/* ---- Lists -------------------------------------------------------------------------------------- */

TEST_F(LiveWhere, ListsEveryTunAndTap)
{
    ASSERT_EQ(ip("tuntap add va mode tun user 0"), 0) << output;
    ASSERT_EQ(ip("tuntap add vb mode tap group 0 multi_queue"), 0) << output;
    ASSERT_EQ(ip("link add vc type bridge"), 0) << output;
    LiveDevice dev(set_name_x);
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_error err = {};
    std::map<std::string, struct vnic_info> seen;
    auto note = [](void *user, const struct vnic_info *info) {
        (*static_cast<std::map<std::string, struct vnic_info> *>(user))[info->name] = *info;
        return 0;
    };

    ASSERT_EQ(vnic_list(nullptr, note, &seen, &err), 3) << err.text;
    EXPECT_EQ(seen.count("vc"), 0u) << "a bridge is none";
    EXPECT_EQ(seen.count("lo"), 0u);
    EXPECT_EQ(seen["va"].layer, VNIC_TUN);
    EXPECT_EQ(seen["va"].owner_uid, 0u);
    EXPECT_EQ(seen["va"].group_gid, VNIC_UNSET);
    EXPECT_EQ(seen["va"].flags & VNIC_IF_PERSIST, VNIC_IF_PERSIST);
    EXPECT_EQ(seen["vb"].layer, VNIC_TAP);
    EXPECT_EQ(seen["vb"].group_gid, 0u);
    EXPECT_EQ(seen["vb"].flags & VNIC_IF_MULTI_QUEUE, VNIC_IF_MULTI_QUEUE);
    EXPECT_EQ(seen["vb"].n_queues, 0u);
    EXPECT_EQ(seen["vx"].flags & (VNIC_IF_UP | VNIC_IF_PERSIST), VNIC_IF_UP);
    EXPECT_EQ(seen["vx"].if_index, dev.info().if_index);
    EXPECT_STREQ(seen["vx"].backend, "linux");
    auto stop = [](void *, const struct vnic_info *) { return 1; };
    EXPECT_EQ(vnic_list(nullptr, stop, nullptr, &err), 1);
}

TEST_F(LiveWhere, ListsManyWithoutLosingOne)
{
    std::string batch;
    for (int i = 0; i < 200; i++) {
        batch += "tuntap add w" + std::to_string(i) + " mode tun\n";
    }
    ASSERT_EQ(run_command("printf '" + batch + "' | ip -batch -", &output), 0) << output;
    struct vnic_error err = {};
    auto count = [](void *user, const struct vnic_info *) {
        ++*static_cast<int *>(user);
        return 0;
    };
    int n = 0;
    EXPECT_EQ(vnic_list(nullptr, count, &n, &err), 200) << err.text;
    EXPECT_EQ(n, 200);
}

TEST_F(LiveWhere, QueryTellsWhatANameIs)
{
    ASSERT_EQ(ip("tuntap add va mode tap user 0 multi_queue vnet_hdr pi"), 0) << output;
    struct linux_tun_facts facts = {};
    struct vnic_error err = {};

    ASSERT_EQ(vnic__linux_query("va", &facts, &err), 0) << err.text;
    EXPECT_STREQ(facts.name, "va");
    EXPECT_STREQ(facts.kind, "tun");
    EXPECT_EQ(facts.layer, VNIC_TAP);
    EXPECT_EQ(facts.multi_queue, 1u);
    EXPECT_EQ(facts.vnet_hdr, 1u);
    EXPECT_EQ(facts.pi, 1u);
    EXPECT_EQ(facts.persist, 1u);
    EXPECT_EQ(facts.owner, 0u);
    EXPECT_EQ(facts.group, VNIC_UNSET);
    ASSERT_EQ(vnic__linux_query("lo", &facts, &err), 0) << err.text;
    EXPECT_STREQ(facts.kind, "");
    EXPECT_EQ(vnic__linux_query("nosuch", &facts, &err), VNIC_ENODEV);
    EXPECT_NE(std::string(err.text).find("nosuch"), std::string::npos) << err.text;
}

/* ---- Counters ----------------------------------------------------------------------------------- */

TEST_F(LiveWhere, CountsWhatNobodyReads)
{
    LiveDevice dev([](struct vnic_config *cfg) {
        cfg->name = "vx";
        cfg->addresses = "10.9.0.1/24";
        cfg->tx_queue_len = 10;
        cfg->flags |= VNIC_NO_LINK_LOCAL;
    });
    ASSERT_EQ(dev.code, 0) << dev.err.text;
    struct vnic_stats stats = {};
    struct vnic_error err = {};
    struct sockaddr_in to = {};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    to.sin_family = AF_INET;
    to.sin_port = htons(9);
    to.sin_addr.s_addr = htonl(0x0a090002);
    stats.size = sizeof stats;
    for (int i = 0; i < 40; i++) {
        (void)!sendto(fd, "x", 1, 0, reinterpret_cast<struct sockaddr *>(&to), sizeof to);
    }
    close(fd);
    ASSERT_EQ(vnic_get_stats(dev, &stats, &err), 0) << err.text;
    EXPECT_GE(stats.rx_dropped, 20u) << "the queue holds 10";
    EXPECT_LE(stats.rx_dropped, 32u);
    uint8_t buf[2048];
    uint64_t got = 0;
    while (vnic_recv(dev, buf, sizeof buf) > 0) {
        got++;
    }
    ASSERT_EQ(vnic_get_stats(dev, &stats, &err), 0) << err.text;
    EXPECT_EQ(stats.queue_rx_packets, got);
    EXPECT_EQ(stats.rx_packets, got);
    EXPECT_EQ(stats.tx_packets, 0u);
    /* A UDP packet from outside: the kernel counts it as received, we as sent. */
    const uint8_t packet[29] = {0x45, 0,  0, 29, 0, 0, 0, 0, 64, 17, 0x66, 0xbb, 10, 9,  0,
                                2,    10, 9, 0,  1, 0, 9, 0, 9,  0,  9,    0,    0,  'x'};
    ASSERT_EQ(vnic_send(dev, packet, sizeof packet), static_cast<int>(sizeof packet));
    ASSERT_EQ(vnic_get_stats(dev, &stats, &err), 0) << err.text;
    EXPECT_EQ(stats.tx_packets, 1u);
    EXPECT_EQ(stats.tx_bytes, sizeof packet);
    EXPECT_EQ(stats.queue_tx_packets, 1u);
}

}
