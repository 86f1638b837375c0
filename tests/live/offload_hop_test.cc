/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What offload does to packets, seen on the way: every packet that leaves it for a hop without offload is
 * whole and right, wrong ones are passed on as they are, and congestion marks keep their meaning.
 */
#include <stdio.h>
#include <sys/socket.h>

#include <atomic>
#include <mutex>

#include "support/forwarder.h"
#include "support/transfer.h"
#include "support/two_networks.h"
#include "vnic/capture.h"
#include "vnic/packet.h"

using namespace wire;

namespace
{

/* Packets of a hop, verified by the library and written for another program to verify. */
class Hop
{
  public:
    Hop(uint32_t layer, uint32_t mtu, std::string file)
        : layer_(layer), most_(mtu + (layer == VNIC_TAP ? 14 : 0)), file_(std::move(file)),
          out_(fopen(file_.c_str(), "wb"))
    {
        struct vnic_capture_config cfg = {};
        struct vnic_capture_interface desc = {};

        cfg.size = sizeof cfg;
        cfg.write = [](void *user, const void *data, size_t len) {
            return fwrite(data, 1, len, static_cast<FILE *>(user)) == len ? 0 : VNIC_EOS;
        };
        cfg.user = out_;
        EXPECT_EQ(0, vnic_capture_create(&cfg, &capture_, nullptr));
        desc.size = sizeof desc;
        desc.layer = layer;
        EXPECT_EQ(0, vnic_capture_add_interface(capture_, &desc, nullptr));
    }
    ~Hop()
    {
        close();
        (void)remove(file_.c_str());
    }
    Hop(const Hop &) = delete;
    Hop &operator=(const Hop &) = delete;

    void take(const struct vnic_packet &packet)
    {
        std::lock_guard<std::mutex> guard(lock_);
        int sums = vnic_checksum_verify(packet.data, packet.len, layer_);
        struct vnic_capture_packet p = {};

        wrong += sums < 0 || (sums & (VNIC_SUM_IP_BAD | VNIC_SUM_L4_BAD)) != 0;
        right += (sums & VNIC_SUM_L4_GOOD) != 0;
        long_ones += packet.len > most_ || packet.gso_type != VNIC_GSO_NONE;
        p.size = sizeof p;
        p.data = packet.data;
        p.len = packet.len;
        p.time_ns = 1700000000000000000u + right;
        EXPECT_EQ(0, vnic_capture_write(capture_, &p));
    }
    void close()
    {
        vnic_capture_destroy(capture_);
        capture_ = nullptr;
        if (out_ != nullptr) {
            EXPECT_EQ(0, fclose(out_));
            out_ = nullptr;
        }
    }

    unsigned wrong = 0, right = 0, long_ones = 0;

  private:
    std::mutex lock_;
    uint32_t layer_, most_;
    std::string file_;
    FILE *out_;
    vnic_capture *capture_ = nullptr;
};

/* Lines of a command's output. */
std::vector<std::string> lines_of(const std::string &command)
{
    std::vector<std::string> out;
    FILE *pipe = popen((command + " 2>/dev/null").c_str(), "r");
    char line[512];

    while (pipe != nullptr && fgets(line, sizeof line, pipe) != nullptr) {
        out.emplace_back(line);
    }
    if (pipe != nullptr) {
        (void)pclose(pipe);
    }
    return out;
}

class OffloadHop : public TwoNetworks
{
  protected:
    void exchange(const Datagrams &plan = {}) const
    {
        for (int family : {AF_INET, AF_INET6}) {
            Route route = {ns_a, ns_b, family};
            Arrived arrived;
            ASSERT_EQ("", wait_for_route(route));
            ASSERT_EQ("", exchange_tcp(route, 400000, 200000));
            ASSERT_EQ("", send_udp(route, plan, &arrived));
        }
    }
};

/* wireshark's verdict, when it is installed: 0 is bad. */
void expect_no_bad_sums(const std::string &file, size_t packets)
{
    const std::string options = " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE"
                                " -o udp.check_checksum:TRUE -T fields -e frame.number"
                                " -e ip.checksum.status -e tcp.checksum.status"
                                " -e udp.checksum.status";
    if (lines_of("tshark --version").empty()) {
        printf("tshark is not installed: the library's own verdict has to do\n");
        return;
    }
    std::vector<std::string> all = lines_of("tshark -n -r " + file + options);
    size_t good = 0;
    for (const std::string &line : all) {
        std::string status = line.substr(line.find('\t'));
        EXPECT_EQ(std::string::npos, status.find('0')) << line;
        good += status.find('1') != std::string::npos;
    }
    EXPECT_EQ(packets, all.size());
    EXPECT_GT(good, packets / 2) << "it has verified something";
}

TEST_F(OffloadHop, WithoutOffloadEveryPacketIsWholeAndRight)
{
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        std::string file = testing::TempDir() + "vnic_hop_" + std::to_string(getpid()) + ".pcapng";
        End a, b;
        a.layer = b.layer = layer;
        a.offload = VNIC_OFFLOAD_SPLIT;
        open_ends(a, b);
        ASSERT_FALSE(HasFatalFailure());
        Hop hop(layer, a.mtu, file);
        Forwarder forwarder(dev_a, dev_b, Way::views, {},
                            [&hop](int, const struct vnic_packet &p) { hop.take(p); });

        exchange();
        EXPECT_GT(stats_of(dev_a).queue_rx_super, 0u);
        forwarder.stop();
        EXPECT_EQ(0u, hop.wrong);
        EXPECT_EQ(0u, hop.long_ones);
        EXPECT_GT(hop.right, 1000u);
        hop.close();
        expect_no_bad_sums(file, forwarder.there().packets + forwarder.back().packets);
        EXPECT_EQ("", kernel_complaints(ns_b));
        vnic_close(dev_a);
        vnic_close(dev_b);
        dev_a = dev_b = nullptr;
    }
}

/* Merged packets leave the kernel no way to find a wrong checksum: so none may hide in one. */
TEST_F(OffloadHop, AWrongChecksumIsNeverMended)
{
    End end;
    Trouble trouble;

    end.offload = VNIC_OFFLOAD_SPLIT;
    trouble.damaged = 15;
    open_ends(end, end);
    ASSERT_FALSE(HasFatalFailure());
    Forwarder forwarder(dev_a, dev_b, Way::copied, trouble);
    Datagrams plan;
    plan.may_be_lost = true;
    exchange(plan);
    EXPECT_GT(stats_of(dev_b).queue_tx_merged, 0u);
    forwarder.stop();
    std::map<std::string, uint64_t> counters = kernel_counters(ns_b);
    uint64_t found =
        counters["TcpInCsumErrors"] + counters["UdpInCsumErrors"] + counters["Udp6InCsumErrors"];
    EXPECT_GT(forwarder.there().damaged, 10u);
    EXPECT_EQ(forwarder.there().damaged, found);
}

/* Congestion is answered with CWR, which only the first segment has; a super-packet must say so. */
TEST_F(OffloadHop, CongestionMarks)
{
    for (uint32_t offload : {VNIC_OFFLOAD_RAW, VNIC_OFFLOAD_SPLIT}) {
        std::atomic<unsigned> with_ecn{0}, with_cwr{0};
        End end;
        Trouble trouble;
        Route route = {ns_a, ns_b, AF_INET6};
        end.offload = offload;
        trouble.marked = 100;
        open_ends(end, end);
        ASSERT_FALSE(HasFatalFailure());
        Forwarder forwarder(dev_a, dev_b, Way::views, trouble,
                            [&](int direction, const struct vnic_packet &p) {
                                bool is_data = p.len > 200 && p.data[6] == 6 && direction == 0;
                                with_ecn += is_data && (p.gso_type & VNIC_GSO_ECN) != 0;
                                with_cwr += is_data && (p.data[40 + 13] & 0x80) != 0;
                            });

        ASSERT_EQ("", wait_for_route(route));
        ASSERT_EQ("", exchange_tcp(route, 3000000, 0, true));
        EXPECT_EQ(0u, stats_of(dev_b).queue_tx_refused);
        forwarder.stop();
        EXPECT_GT(forwarder.there().marked, 0u);
        EXPECT_GT(with_cwr, 0u);
        if (offload == VNIC_OFFLOAD_RAW) {
            EXPECT_GT(with_ecn, 0u);
        } else {
            EXPECT_EQ(0u, with_ecn);
        }
        EXPECT_EQ("", kernel_complaints(ns_b));
        vnic_close(dev_a);
        vnic_close(dev_b);
        dev_a = dev_b = nullptr;
    }
}

}
