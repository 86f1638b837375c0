/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A forwarder between two handles, a thread a direction, which moves packets with each of the library's
 * ways and may behave like a bad network: this is how tests have one where the kernel has no netem.
 */
#ifndef VNIC_TESTS_FORWARDER_H
#define VNIC_TESTS_FORWARDER_H

#include <stdint.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "vnic/vnic.h"

namespace wire
{

/* The calls that move a packet. */
enum class Way {
    single, /* vnic_recv(), vnic_send(); not with VNIC_OFFLOAD_RAW */
    copied, /* vnic_recv_many(), vnic_send_many() */
    views,  /* vnic_acquire_many(), vnic_send_many(), vnic_release_many() */
};

/* What the network does to packets: of a thousand so many. */
struct Trouble {
    uint32_t seed = 1;
    uint32_t lost = 0;
    uint32_t swapped = 0; /* change places with one of the next three */
    uint32_t damaged = 0; /* the last byte changes; not where the checksum is partial */
    uint32_t marked = 0;  /* ECN-capable packets of IPv6 get "congestion experienced" */
};

struct Moved {
    uint64_t packets = 0; /* received and meant to be sent */
    uint64_t lost = 0, swapped = 0, damaged = 0, marked = 0;
    uint64_t failed = 0; /* not received or not sent, in spite of all */
    std::string why;     /* the last failure */
};

class Direction;

class Forwarder
{
  public:
    /* Looks at each packet before it is sent, in the thread of its direction (0: A to B; 1: back). */
    using Look = std::function<void(int direction, const struct vnic_packet &packet)>;

    Forwarder(vnic *a, vnic *b, Way way, const Trouble &trouble = {}, const Look &look = nullptr,
              int lot = 128);
    /* Shuts both handles down and waits for the threads. */
    ~Forwarder();
    Forwarder(const Forwarder &) = delete;
    Forwarder &operator=(const Forwarder &) = delete;

    /* The same as the destructor; afterwards the counts are complete. */
    void stop();
    const Moved &there() const;
    const Moved &back() const;

  private:
    vnic *a_, *b_;
    std::vector<std::unique_ptr<Direction>> directions_;
    std::vector<std::thread> threads_;
};

}

#endif
