/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_ignored.h"

#include <cerrno>
#include <cstring>

namespace fault
{
namespace
{

struct Ignored {
    const char *call;     /* how "call detail" begins */
    int error;            /* 0: any */
    const char *function; /* only in this function; "": in all */
    const char *reason;
};

const Ignored ignored[] = {
    {"close", 0, "",
     "the descriptor is gone all the same (close(2)), and nothing was written to it"},
    {"setsockopt", 0, "",
     "kernels that lack the option answer with less text, or more than asked for"},
    {"write eventfd", EAGAIN, "", "the counter is full: the signal is set"},
    {"read eventfd", EAGAIN, "", "the counter is zero: the signal is clear"},
    {"ppoll", ENOMEM, "", "it passes (poll(2)): core looks again, with the same deadline"},
    {"alloc", 0, "vnic_acquire_many", "the packets got before it are a result"},
    {"alloc", 0, "vnic_reserve_many", "the buffers got before it are a result"},
};

}

const char *why_ignored(const Operation &op, const Hit &hit)
{
    for (const auto &entry : ignored)
        if (hit.call.compare(0, strlen(entry.call), entry.call) == 0 &&
            (entry.error == 0 || entry.error == hit.error) &&
            (*entry.function == 0 || strcmp(entry.function, op.function) == 0))
            return entry.reason;
    return nullptr;
}

}
