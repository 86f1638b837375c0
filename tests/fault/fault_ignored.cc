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
    {"ioctl_ptr SIOCGIFINDEX", ENODEV, "", "without the MTU every read looks one byte further"},
    {"ioctl_ptr SIOCGIFMTU", ENODEV, "", "without the MTU every read looks one byte further"},
    {"ioctl_ptr TUNGETIFF", EBADFD, "", "it is looked at again, or only the MTU is not learnt"},
    {"ioctl_ptr TUNGETVNETBE", EINVAL, "", "the kernel may lack it, and then it cannot be on"},
    {"ioctl_ptr SIOCETHTOOL", 0, "", "no driver without offloads has to know the question"},
    {"ioctl_ptr TUNGETVNETHDRSZ", EBADFD, "", "the size in vnic_info stays untold"},
    {"ioctl_int TUNGETDEVNETNS", EPERM, "", "it is told to those with a right only"},
    {"ioctl_int TUNGETDEVNETNS", ENOTTY, "", "kernels before 5.2 do not know it"},
    {"ioctl_int SIOCGSKNS", 0, "", "a socket that does not tell is made again in a helper thread"},
    {"fstat", EOVERFLOW, "", "a namespace that cannot be compared counts as another one"},
    {"stat /proc/thread-self/ns/net", 0, "",
     "/proc may be missing: then the namespace is not told"},
    {"socket", EACCES, "vnic_adopt", "a sandbox without rtnetlink: the header is taken to be none"},
    {"socket", EAFNOSUPPORT, "vnic_adopt", "the same"},
    {"sendmsg RTM_GETLINK", ECONNREFUSED, "vnic_adopt", "the same"},
    {"sendmsg RTM_GETLINK", EPERM, "vnic_adopt", "the same"},
    {"recvmsg", EIO, "vnic_adopt", "the same"},
    {"write eventfd", EAGAIN, "", "the counter is full: the signal is set"},
    {"read eventfd", EAGAIN, "", "the counter is zero: the signal is clear"},
    {"read ", EAGAIN, "", "nothing is there yet: it waits and tries again"},
    {"readv ", EAGAIN, "", "the same"},
    {"preadv2 ", EAGAIN, "", "the same"},
    {"write ", EAGAIN, "", "there is no room yet: it waits and tries again"},
    {"writev ", EAGAIN, "", "the same"},
    {"pwritev2 ", EAGAIN, "", "the same"},
    {"preadv2 ", EOPNOTSUPP, "", "the kernel lacks it: it polls before it reads"},
    {"pwritev2 ", EOPNOTSUPP, "", "the kernel lacks it: it polls before it writes"},
    {"read ", EBADFD, "", "the descriptor says that the interface is there: it tries again"},
    {"readv ", EBADFD, "", "the same"},
    {"preadv2 ", EBADFD, "", "the same"},
    {"write ", EBADFD, "", "the same"},
    {"writev ", EBADFD, "", "the same"},
    {"pwritev2 ", EBADFD, "", "the same"},
    {"read ", EIO, "vnic_recv_many", "the packets before it are a result; the next call tells"},
    {"read ", EIO, "vnic_acquire_many", "the same"},
    {"write ", 0, "vnic_send_many", "the packets before it are a result; each has its status"},
    {"write ", 0, "vnic_commit_many", "the same"},
    {"writev ", 0, "vnic_send_many", "the same"},
    {"ioctl_int TUNSETOFFLOAD", EINVAL, "", "the kernel lacks this one, and it is done without"},
    {"uring_add_file", 0, "", "the ring takes the descriptor instead"},
    {"uring_submit", 0, "", "without the ring packets are read and written one by one"},
    {"ioctl_ptr TUNGETSNDBUF", EBADFD, "vnic_send_many", "the packets are written one by one"},
    {"uring_get_events", 0, "", "it is looked at again"},
    {"sendmsg RTM_SETLINK", 0, "vnic_remove_address", "undone: promote_secondaries as it was"},
    {"sendmsg RTM_SETLINK", 0, "vnic_set_addresses", "the same"},
    {"recvmsg", 0, "vnic_remove_address", "the same"},
    {"recvmsg", 0, "vnic_set_addresses", "the same"},
    {"alloc", 0, "vnic_acquire_many", "the packets got before it are a result"},
    {"alloc", 0, "vnic_reserve_many", "the buffers got before it are a result"},
    {"alloc", 0, "vnic_commit_many", "the same, and they are committed"},
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
