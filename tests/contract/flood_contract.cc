/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A far side that sends as fast as it can must not keep an interrupt, a shutdown or a timeout from
 * taking effect: at most 100 packets may come after it.
 */
#include <atomic>

#include "contract/contract.h"

namespace contract
{

/* Sends without end until it is told to stop. */
class Flood
{
  public:
    Flood(Driver *driver, const Bytes &p)
        : sender([this, driver, p] {
              while (!stop) {
                  (void)driver->send(p);
              }
          })
    {
    }
    ~Flood()
    {
        stop = true;
        sender.join();
    }

  private:
    std::atomic<bool> stop{false};
    Beside sender;
};

/* Receives until a code comes; counts what came after `armed` was seen set. */
static int drain(vnic *dev, const std::atomic<bool> &armed, int *ret_late, int how)
{
    uint8_t buf[2048];
    struct vnic_packet batch[16];
    uint8_t room[16][256];

    *ret_late = 0;
    for (;;) {
        bool was_armed = armed;
        int rc;

        if (how == 0) {
            rc = vnic_recv(dev, buf, sizeof buf);
            rc = rc > 0 ? 1 : rc;
        } else {
            for (int i = 0; i < 16; i++) {
                batch[i] = {};
                batch[i].data = room[i];
                batch[i].cap = sizeof room[i];
            }
            rc = vnic_recv_many(dev, batch, 16, VNIC_FOREVER);
        }
        if (rc < 0) {
            return rc;
        }
        *ret_late += was_armed ? rc : 0;
    }
}

TEST_P(Contract, FloodDoesNotDelayStopping)
{
    const struct {
        int (*stop)(vnic *);
        int code;
    } stops[] = {{vnic_interrupt, VNIC_EINTERRUPTED}, {vnic_shutdown, VNIC_ECLOSED}};

    open();
    Flood flood(driver.get(), packet(100));
    for (const auto &s : stops) {
        for (int how = 0; how < 2; how++) {
            std::atomic<bool> armed{false};
            int rc = 0, late = 0;
            Beside reader([&] { rc = drain(d(), armed, &late, how); });
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            EXPECT_EQ(0, s.stop(d()));
            armed = true;
            reader.join();
            EXPECT_EQ(s.code, rc);
            EXPECT_LE(late, 100);
            EXPECT_EQ(0, vnic_clear_interrupt(d()));
        }
    }
}

TEST_P(Contract, FloodDoesNotDelayTheWakeup)
{
    Wakeup w = make_wakeup();
    struct vnic_config cfg = config();
    cfg.wakeup = w.get();
    open(cfg);
    Flood flood(driver.get(), packet(100));
    std::atomic<bool> armed{false};
    int rc = 0, late = 0;
    Beside reader([&] { rc = drain(d(), armed, &late, 1); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(0, vnic_wakeup_trigger(w.get(), 9));
    armed = true;
    reader.join();
    EXPECT_EQ(VNIC_EINTERRUPTED, rc);
    EXPECT_LE(late, 100);
}

TEST_P(Contract, FloodDoesNotKeepRecvManyFromReturning)
{
    open();
    Flood flood(driver.get(), packet(100));
    std::vector<struct vnic_packet> batch(5000);
    std::vector<uint8_t> memory(5000 * 128);
    for (size_t i = 0; i < batch.size(); i++) {
        batch[i] = {};
        batch[i].data = &memory[i * 128];
        batch[i].cap = 128;
    }
    std::atomic<bool> armed{false};
    int rc = 0;
    Beside reader([&] {
        while (!armed) {
            rc = vnic_recv_many(d(), batch.data(), 5000, 20000);
            if (rc < 0) {
                return;
            }
        }
        rc = vnic_recv_many(d(), batch.data(), 5000, 20000);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(0, vnic_interrupt(d()));
    armed = true;
    reader.join();
    EXPECT_EQ(VNIC_EINTERRUPTED, rc);
}

} /* namespace contract */
