/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over opening and adopting on Linux: all or nothing, whatever fails. */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fault_state.h"
#include "fault_sweep.h"
#include "support/covers.h"

using fault::Operation;

namespace
{

class OpenSweep : public fault::Namespaces
{
  protected:
    vnic_config config(uint32_t layer)
    {
        vnic_config cfg;
        vnic_config_init(&cfg);
        cfg.backend = "linux";
        cfg.name = "fault0";
        cfg.layer = layer;
        return cfg;
    }

    /* Everything that can be configured. */
    vnic_config everything(uint32_t layer)
    {
        vnic_config cfg = config(layer);
        cfg.addresses = "10.9.0.1/24 10.9.0.7/24 fd09::1/64 10.8.0.1/32 peer 10.8.0.2";
        cfg.alias = "sweep";
        cfg.mtu = 1400;
        cfg.tx_queue_len = 99;
        cfg.persist = 1;
        cfg.owner_uid = 0;
        cfg.group_gid = 0;
        cfg.if_index = 777;
        cfg.sndbuf = 100000;
        cfg.flags = VNIC_NO_LINK_LOCAL | VNIC_EXCLUSIVE;
        if (layer == VNIC_TAP)
            cfg.mac = "02:00:5e:10:00:01";
        return cfg;
    }

    /* Ends what a test opened, the persistent interface too. */
    void end()
    {
        if (dev_ != nullptr)
            (void)vnic_set_persist(dev_, 0, nullptr);
        vnic_close(dev_);
        vnic_close(other_);
        dev_ = other_ = nullptr;
        if (raw_ >= 0)
            ::close(raw_);
        raw_ = -1;
        vnic_wakeup_destroy(wakeup_);
        wakeup_ = nullptr;
    }

    void sweep_open(const char *name, const vnic_config &cfg)
    {
        fault::sweep_all({name, "vnic_open", [] {},
                          [this, cfg](vnic_error *err) { return vnic_open(&cfg, &dev_, err); },
                          [this] { end(); }, true, [this] { return links(); }});
    }

    /* A persistent interface that somebody else configured. */
    void make_existing(uint32_t layer, uint32_t flags, uint32_t up)
    {
        vnic_config cfg = config(layer);
        cfg.addresses = "10.7.0.1/24 10.9.0.7/24 fd07::1/64 fd09::1/64";
        cfg.alias = "before";
        cfg.mtu = 1300;
        cfg.tx_queue_len = 55;
        cfg.persist = 1;
        cfg.up = up;
        cfg.flags = flags;
        if (layer == VNIC_TAP)
            cfg.mac = "02:00:5e:10:00:99";
        ASSERT_EQ(vnic_open(&cfg, &dev_, nullptr), 0);
        vnic_close(dev_);
        dev_ = nullptr;
    }

    void end_existing(uint32_t layer, uint32_t flags)
    {
        if (dev_ == nullptr) {
            vnic_config cfg = config(layer);
            vnic_error err;
            cfg.flags = flags | VNIC_KEEP_STATE;
            ASSERT_EQ(vnic_open(&cfg, &dev_, &err), 0) << err.text;
        }
        end();
    }

    void sweep_attach(const char *name, const vnic_config &cfg, uint32_t was_up)
    {
        uint32_t layer = cfg.layer, flags = cfg.flags & VNIC_MULTI_QUEUE;
        fault::sweep_all({name, "vnic_open",
                          [this, layer, flags, was_up] { make_existing(layer, flags, was_up); },
                          [this, cfg](vnic_error *err) { return vnic_open(&cfg, &dev_, err); },
                          [this, layer, flags] { end_existing(layer, flags); }, true,
                          [this] { return links(); }});
    }

    /* Everything that can be configured of an interface that is there, and undone. */
    vnic_config other(uint32_t layer, uint32_t flags, uint32_t up)
    {
        vnic_config cfg = everything(layer);
        cfg.flags = VNIC_NO_LINK_LOCAL | flags;
        cfg.if_index = cfg.owner_uid = cfg.group_gid = VNIC_UNSET;
        cfg.persist = 0;
        cfg.up = up;
        return cfg;
    }

    /* A descriptor that was made elsewhere. */
    void make_raw(unsigned flags)
    {
        struct ifreq ifr = {};
        raw_ = ::open("/dev/net/tun", O_RDWR);
        ASSERT_GE(raw_, 0);
        strcpy(ifr.ifr_name, "fault0");
        ifr.ifr_flags = static_cast<short>(flags);
        ASSERT_EQ(ioctl(raw_, TUNSETIFF, &ifr), 0);
    }

    /* What adopting must leave alone: the interface and the descriptor's flags. */
    std::string links_and_flags()
    {
        return links() + "status " + std::to_string(fcntl(raw_, F_GETFL)) + " descriptor " +
               std::to_string(fcntl(raw_, F_GETFD));
    }

    vnic *dev_ = nullptr, *other_ = nullptr;
    vnic_wakeup *wakeup_ = nullptr;
    int raw_ = -1;
};

TEST_F(OpenSweep, NothingConfigured)
{
    sweep_open("open, nothing set", [] {
        vnic_config cfg;
        vnic_config_init(&cfg);
        return cfg;
    }());
}

TEST_F(OpenSweep, Tun)
{
    sweep_open("open TUN, everything set", everything(VNIC_TUN));
    VNIC_COVERS("vnic_open", "VNIC_ECLOSED VNIC_ENOMEM VNIC_EOS");
    fault::expect_provoked("vnic_open", "VNIC_ECLOSED VNIC_ENOMEM VNIC_EOS");
}

TEST_F(OpenSweep, Tap)
{
    sweep_open("open TAP, everything set", everything(VNIC_TAP));
}

/* The node is made when it is missing. It stays when it works; what was made for nothing is gone. */
TEST_F(OpenSweep, MissingNode)
{
    if (unshare(CLONE_NEWNS) < 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0 ||
        mount("none", "/dev", "tmpfs", 0, nullptr) < 0)
        GTEST_SKIP() << "no right to hide /dev (needs root): " << strerror(errno);
    bool allowed = mknod("/dev/probe", S_IFCHR | 0600, makedev(10, 200)) == 0;
    if (allowed) {
        vnic_config cfg = config(VNIC_TUN);
        auto forget = [] {
            unlink("/dev/net/tun");
            rmdir("/dev/net");
        };
        fault::sweep_all({"open TUN without a node", "vnic_open", forget,
                          [this, cfg](vnic_error *err) { return vnic_open(&cfg, &dev_, err); },
                          [this, forget] {
                              end();
                              forget();
                          },
                          true,
                          [this] {
                              bool empty =
                                  access("/dev/net", F_OK) == 0 && access("/dev/net/tun", F_OK) < 0;
                              return links() + (empty ? "empty directory" : "");
                          }});
    }
    EXPECT_EQ(umount2("/dev", MNT_DETACH), 0);
    if (!allowed)
        GTEST_SKIP() << "no right to make device nodes (needs CAP_MKNOD)";
}

/* From some call on nothing works any more, not even undoing. */
TEST_F(OpenSweep, NothingWorksAnyMore)
{
    vnic_config cfg = everything(VNIC_TAP);
    cfg.persist = VNIC_UNSET;
    cfg.flags = 0;
    fault::sweep({"open TAP while the system fails", "vnic_open", [] {},
                  [this, cfg](vnic_error *err) { return vnic_open(&cfg, &dev_, err); },
                  [this] { end(); }},
                 fault::Kind::calls_from);
    cfg = other(VNIC_TUN, 0, 0);
    fault::sweep({"attach TUN while the system fails", "vnic_open",
                  [this] { make_existing(VNIC_TUN, 0, 1); },
                  [this, cfg](vnic_error *err) { return vnic_open(&cfg, &dev_, err); },
                  [this] { end_existing(VNIC_TUN, 0); }},
                 fault::Kind::calls_from);
}

TEST_F(OpenSweep, Headers)
{
    vnic_config cfg = config(VNIC_TAP);
    cfg.flags = VNIC_VNET_HDR | VNIC_KEEP_HEADER | VNIC_MULTI_QUEUE | VNIC_NO_CARRIER;
    sweep_open("open TAP with headers", cfg);
}

TEST_F(OpenSweep, OtherNamespace)
{
    vnic_config cfg = config(VNIC_TUN);
    cfg.addresses = "10.9.0.1/24";
    cfg.netns_fd = there_;
    sweep_open("open TUN in another namespace", cfg);
    std::string path = "/proc/self/fd/" + std::to_string(there_);
    cfg = config(VNIC_TUN);
    cfg.netns = path.c_str();
    cfg.mtu = 1400;
    sweep_open("open TUN in a namespace by path", cfg);
}

TEST_F(OpenSweep, AttachTunThatIsUp)
{
    sweep_attach("attach TUN, up", other(VNIC_TUN, VNIC_VNET_HDR | VNIC_KEEP_HEADER, 1), 1);
}

TEST_F(OpenSweep, AttachTunThatIsDown)
{
    vnic_config cfg = config(VNIC_TUN);
    cfg.flags = VNIC_KEEP_STATE;
    cfg.addresses = "10.9.0.1/24 fd09::2/64";
    cfg.up = 1;
    sweep_attach("attach TUN, down to up", cfg, 0);
}

TEST_F(OpenSweep, AttachTap)
{
    sweep_attach("attach TAP, up to down", other(VNIC_TAP, VNIC_MULTI_QUEUE, 0), 1);
}

TEST_F(OpenSweep, AttachAndKeep)
{
    vnic_config cfg = config(VNIC_TUN);
    cfg.flags = VNIC_KEEP_STATE;
    sweep_attach("attach TUN, keep state", cfg, 1);
}

TEST_F(OpenSweep, Adopt)
{
    for (uint32_t borrow : {0u, VNIC_BORROW}) {
        vnic_config cfg = config(VNIC_TUN);
        cfg.name = nullptr;
        cfg.flags = borrow;
        cfg.addresses = "10.9.0.1/24 fd09::1/64";
        cfg.mtu = 1400;
        cfg.up = 1;
        fault::sweep_all({borrow ? "borrow TUN and configure" : "adopt TUN and configure",
                          "vnic_adopt", [this] { make_raw(IFF_TUN | IFF_NO_PI); },
                          [this, cfg](vnic_error *err) {
                              int rc = vnic_adopt(raw_, &cfg, &dev_, err);
                              raw_ = rc == 0 && (cfg.flags & VNIC_BORROW) == 0 ? -1 : raw_;
                              return rc;
                          },
                          [this] { end(); }, true, [this] { return links_and_flags(); }});
        fault::sweep_all({borrow ? "borrow TAP with headers" : "adopt TAP with headers",
                          "vnic_adopt",
                          [this] { make_raw(IFF_TAP | IFF_VNET_HDR | IFF_MULTI_QUEUE); },
                          [this, borrow](vnic_error *err) {
                              vnic_config plain;
                              vnic_config_init(&plain);
                              plain.flags = borrow;
                              int rc = vnic_adopt(raw_, &plain, &dev_, err);
                              raw_ = rc == 0 && !borrow ? -1 : raw_;
                              return rc;
                          },
                          [this] { end(); }, true, [this] { return links_and_flags(); }});
    }
    VNIC_COVERS("vnic_adopt", "VNIC_ECLOSED VNIC_EMFILE VNIC_ENOMEM VNIC_EOS VNIC_EPERM");
    fault::expect_provoked("vnic_adopt",
                           "VNIC_ECLOSED VNIC_EMFILE VNIC_ENOMEM VNIC_EOS VNIC_EPERM");
}

}
