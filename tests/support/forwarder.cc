/* SPDX-License-Identifier: Apache-2.0 */
#include "support/forwarder.h"

#include <string.h>

#include <utility>

namespace wire
{

/* One direction, used by its thread only until that has ended. */
class Direction
{
  public:
    Direction(vnic *from, vnic *to, Way way, const Trouble &trouble, const Forwarder::Look &look,
              int number, int lot)
        : from_(from), to_(to), way_(way), trouble_(trouble), look_(look), number_(number),
          dice_(trouble.seed * 2 + static_cast<uint32_t>(number))
    {
        pkts_.resize(way == Way::single ? 1 : static_cast<size_t>(lot));
        if (way != Way::views) {
            room_.resize(pkts_.size() * VNIC_MAX_PACKET);
        }
    }

    void run()
    {
        int n;

        do {
            n = receive();
            if (n > 0) {
                disturb(n);
                n = send(n);
            } else if (n != VNIC_ECLOSED) {
                fail("received", n);
            }
        } while (n != VNIC_ECLOSED);
    }

    Moved moved;

  private:
    void fail(const char *what, int code)
    {
        moved.failed++;
        moved.why = std::string(what) + ": " + vnic_error_name(code);
    }

    int receive()
    {
        int size = static_cast<int>(pkts_.size());

        if (way_ == Way::views) {
            return vnic_acquire_many(from_, pkts_.data(), size, VNIC_FOREVER);
        }
        for (size_t i = 0; i < pkts_.size(); i++) {
            pkts_[i] = {};
            pkts_[i].data = room_.data() + i * VNIC_MAX_PACKET;
            pkts_[i].cap = VNIC_MAX_PACKET;
        }
        if (way_ == Way::copied) {
            return vnic_recv_many(from_, pkts_.data(), size, VNIC_FOREVER);
        }
        int len = vnic_recv(from_, pkts_[0].data, pkts_[0].cap);
        pkts_[0].len = len > 0 ? static_cast<uint32_t>(len) : 0;
        return len > 0 ? 1 : len;
    }

    bool happens(uint32_t of_thousand)
    {
        return of_thousand > 0 && dice_() % 1000 < of_thousand;
    }

    /* A checksum that is complete and right does not fit any more: so nothing is known of it. */
    void damage(struct vnic_packet *p)
    {
        if (p->csum != VNIC_CSUM_PARTIAL && p->len > 200) {
            p->data[p->len - 1] ^= 0x55;
            p->csum = VNIC_CSUM_UNKNOWN;
            moved.damaged++;
        }
    }

    /* RFC 3168: ECT(0) becomes CE. No checksum covers the traffic class of IPv6. */
    void mark(struct vnic_packet *p)
    {
        if (p->len > 200 && p->data[0] >> 4 == 6 && (p->data[1] & 0x30) == 0x20) {
            p->data[1] |= 0x30;
            moved.marked++;
        }
    }

    void disturb(int n)
    {
        for (int i = 0; i < n; i++) {
            if (happens(trouble_.damaged)) {
                damage(&pkts_[static_cast<size_t>(i)]);
            }
            if (happens(trouble_.marked)) {
                mark(&pkts_[static_cast<size_t>(i)]);
            }
            if (happens(trouble_.lost)) {
                pkts_[static_cast<size_t>(i)].len = 0;
                moved.lost++;
            }
            int other = i + 1 + static_cast<int>(dice_() % 3);
            if (other < n && happens(trouble_.swapped)) {
                std::swap(pkts_[static_cast<size_t>(i)], pkts_[static_cast<size_t>(other)]);
                moved.swapped++;
            }
        }
    }

    int send_lot(int n)
    {
        int rc = vnic_send_many(to_, pkts_.data(), n, VNIC_FOREVER);

        for (int i = 0; i < n && rc != VNIC_ECLOSED; i++) {
            int status = pkts_[static_cast<size_t>(i)].status;
            /* The end may come in the middle of a lot. */
            if (status != 0 && vnic_wait(to_, VNIC_WRITABLE, VNIC_NOWAIT) != VNIC_ECLOSED) {
                fail("sent", status);
            }
        }
        return rc;
    }

    int send_bytes(const uint8_t *data, size_t len)
    {
        int rc = vnic_send(to_, data, len);

        if (rc < 0 && rc != VNIC_ECLOSED) {
            fail("sent", rc);
        }
        return rc;
    }

    /* Packets come one at a time, so one that changes places waits here for the next. */
    int send_single()
    {
        const struct vnic_packet &p = pkts_[0];
        int rc = 0;

        if (p.len == 0) {
            return 0;
        }
        if (held_.empty() && happens(trouble_.swapped)) {
            held_.assign(p.data, p.data + p.len);
            moved.swapped++;
            return 0;
        }
        rc = send_bytes(p.data, p.len);
        if (!held_.empty() && rc >= 0) {
            rc = send_bytes(held_.data(), held_.size());
            held_.clear();
        }
        return rc;
    }

    int send(int n)
    {
        int rc;

        for (int i = 0; i < n; i++) {
            const struct vnic_packet &p = pkts_[static_cast<size_t>(i)];
            if (p.status != 0) {
                fail("received", p.status);
            } else if (p.len > 0) {
                moved.packets++;
                if (look_) {
                    look_(number_, p);
                }
            }
        }
        rc = way_ == Way::single ? send_single() : send_lot(n);
        if (way_ == Way::views && vnic_release_many(from_, pkts_.data(), n) < 0) {
            fail("released", VNIC_EINVAL);
        }
        return rc;
    }

    vnic *from_, *to_;
    Way way_;
    Trouble trouble_;
    Forwarder::Look look_;
    int number_;
    std::minstd_rand dice_;
    std::vector<struct vnic_packet> pkts_;
    std::vector<uint8_t> room_;
    std::vector<uint8_t> held_;
};

Forwarder::Forwarder(vnic *a, vnic *b, Way way, const Trouble &trouble, const Look &look, int lot)
    : a_(a), b_(b)
{
    directions_.push_back(std::make_unique<Direction>(a, b, way, trouble, look, 0, lot));
    directions_.push_back(std::make_unique<Direction>(b, a, way, trouble, look, 1, lot));
    for (auto &direction : directions_) {
        threads_.emplace_back(&Direction::run, direction.get());
    }
}

void Forwarder::stop()
{
    if (threads_.empty()) {
        return;
    }
    (void)vnic_shutdown(a_);
    (void)vnic_shutdown(b_);
    for (std::thread &thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

Forwarder::~Forwarder()
{
    stop();
}

const Moved &Forwarder::there() const
{
    return directions_[0]->moved;
}

const Moved &Forwarder::back() const
{
    return directions_[1]->moved;
}

}
