/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_door.h"

#include <linux/capability.h>
#include <linux/if_tun.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "fault_alloc.h"

extern "C" int vnic__fault_hit(const char *call, uintptr_t detail);

namespace fault
{
namespace
{

std::mutex lock;
Kind kind;
unsigned planned;
unsigned chosen;
bool lowered;
Hit state;

/* The errnos that suit a call: each one stands for another thing that can go wrong there. */
const std::map<std::string, std::vector<int>> suits = {
    {"open", {EMFILE, ENFILE, ENOMEM, EACCES, EIO}},
    {"close", {EIO, EINTR}},
    {"fcntl_int", {EINVAL}},
    {"stat", {EACCES, ENOMEM}},
    {"fstat", {EOVERFLOW}},
    {"mkdir", {EACCES, ENOSPC, ENOMEM}},
    {"mknod_char", {EPERM, ENOSPC, ENOMEM}},
    {"unlink", {EPERM}},
    {"rmdir", {EPERM}},
    {"ioctl_int", {EPERM, ENOMEM, EINVAL}},
    {"ioctl_ptr", {EPERM, ENOMEM, EIO}},
    {"ioctl_ptr TUNSETIFF", {EPERM, EBUSY, EINVAL, ENOMEM, E2BIG, EIO}},
    {"ioctl_ptr TUNSETQUEUE", {EPERM, EINVAL}},
    {"ioctl_ptr TUNSETCARRIER", {EBADFD, EINVAL}},
    {"ioctl_int TUNSETPERSIST", {EBADFD, EINVAL}},
    {"ioctl_int TUNSETOWNER", {EBADFD, EINVAL}},
    {"ioctl_int TUNSETGROUP", {EBADFD, EINVAL}},
    {"ioctl_ptr TUNGETIFF", {EBADFD}},
    {"ioctl_ptr SIOCGIFMTU", {ENODEV}},
    {"ioctl_ptr SIOCGIFINDEX", {ENODEV}},
    {"ioctl_int NS_GET_NSTYPE", {ENOTTY}},
    {"ioctl_ptr TUNGETVNETHDRSZ", {EBADFD}},
    {"ioctl_ptr TUNGETVNETLE", {EBADFD, EINVAL}},
    {"ioctl_ptr TUNGETVNETBE", {EBADFD, EINVAL}},
    {"ioctl_ptr TUNGETSNDBUF", {EBADFD}},
    {"ioctl_ptr SIOCETHTOOL", {ENODEV, EOPNOTSUPP}},
    {"ioctl_int TUNGETDEVNETNS", {EPERM, EMFILE, ENOMEM, ENOTTY}},
    {"ioctl_int SIOCGSKNS", {EPERM, EMFILE, ENOMEM, ENOTTY}},
    {"socket", {EMFILE, ENOBUFS, EACCES, EAFNOSUPPORT}},
    {"setsockopt", {ENOPROTOOPT}},
    {"sendmsg", {EINTR, ENOBUFS, ECONNREFUSED, EPERM}},
    {"recvmsg", {EINTR, ENOBUFS, ENOMEM, EIO}},
    {"setns", {EPERM, EINVAL, ENOMEM}},
    {"thread_create", {EAGAIN, EPERM}},
    {"eventfd", {EMFILE, ENFILE, ENOMEM, ENODEV}},
    {"epoll_create", {EMFILE, ENFILE, ENOMEM}},
    {"epoll_add", {ENOMEM, ENOSPC}},
    {"epoll_del", {ENOENT}},
    {"read", {EINTR, EAGAIN, EBADFD, EIO}},
    {"readv", {EINTR, EAGAIN, EBADFD, EIO}},
    {"preadv2", {EINTR, EAGAIN, EBADFD, EIO, EOPNOTSUPP}},
    {"write", {EINTR, EAGAIN, EBADFD, EIO, ENOMEM}},
    {"writev", {EINTR, EAGAIN, EBADFD, EIO, ENOMEM}},
    {"pwritev2", {EINTR, EAGAIN, EBADFD, EIO, ENOMEM, EOPNOTSUPP}},
    /* eventfd(2): a counter that is full, or empty, and nothing else can be wrong. */
    {"write eventfd", {EINTR, EAGAIN}},
    {"read eventfd", {EINTR, EAGAIN}},
    {"ppoll", {EINTR, EINVAL}},
    {"uring_init", {ENOSYS, EINVAL, ENOMEM, EMFILE}},
    {"uring_probe", {EINVAL}},
    {"uring_add_buffers", {ENOMEM, EINVAL}},
    {"uring_add_file", {EMFILE}},
    {"uring_submit", {EINTR, EAGAIN, ENOMEM}},
    {"uring_submit_and_wait", {EINTR, EAGAIN, ENOMEM}},
    {"uring_get_events", {EINTR}},
    {"pages_map", {ENOMEM}},
};

const std::map<uintptr_t, const char *> requests = {
#define NAMED(request) {request, #request}
    NAMED(TUNSETIFF),        NAMED(TUNGETIFF),       NAMED(TUNSETPERSIST),
    NAMED(TUNSETOWNER),      NAMED(TUNSETGROUP),     NAMED(TUNSETOFFLOAD),
    NAMED(TUNGETFEATURES),   NAMED(TUNSETQUEUE),     NAMED(TUNGETSNDBUF),
    NAMED(TUNSETSNDBUF),     NAMED(TUNGETVNETHDRSZ), NAMED(TUNSETVNETHDRSZ),
    NAMED(TUNGETVNETLE),     NAMED(TUNSETVNETLE),    NAMED(TUNGETVNETBE),
    NAMED(TUNSETVNETBE),     NAMED(TUNSETCARRIER),   NAMED(TUNGETDEVNETNS),
    NAMED(TUNSETIFINDEX),    NAMED(TUNSETTXFILTER),  NAMED(TUNATTACHFILTER),
    NAMED(TUNDETACHFILTER),  NAMED(TUNGETFILTER),    NAMED(TUNSETSTEERINGEBPF),
    NAMED(TUNSETFILTEREBPF), NAMED(TUNSETLINK),      NAMED(TUNSETNOCSUM),
    NAMED(SIOCGSKNS),        NAMED(SIOCGIFMTU),      NAMED(SIOCGIFINDEX),
    NAMED(SIOCGIFNAME),      NAMED(SIOCGIFFLAGS),    NAMED(SIOCETHTOOL),
    NAMED(NS_GET_NSTYPE),
#undef NAMED
};

const std::map<unsigned, const char *> messages = {
    {RTM_GETLINK, "RTM_GETLINK"}, {RTM_SETLINK, "RTM_SETLINK"}, {RTM_NEWLINK, "RTM_NEWLINK"},
    {RTM_GETADDR, "RTM_GETADDR"}, {RTM_NEWADDR, "RTM_NEWADDR"}, {RTM_DELADDR, "RTM_DELADDR"},
};

/* "eventfd", "/dev/net/tun", … */
std::string file_of(int fd)
{
    char target[256] = "";
    ssize_t len = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, 255);
    std::string file = len > 0 ? target : "?";
    return file == "anon_inode:[eventfd]" ? "eventfd" : file;
}

std::string name_of(const char *call, uintptr_t detail)
{
    std::string name = call;
    if (detail == 0)
        return name;
    if (name == "sendmsg") {
        auto *msg = reinterpret_cast<const struct msghdr *>(detail);
        uint16_t type = 0;
        memcpy(&type,
               static_cast<const char *>(msg->msg_iov[0].iov_base) + offsetof(nlmsghdr, nlmsg_type),
               sizeof type);
        auto found = messages.find(type);
        return name + " " + (found == messages.end() ? std::to_string(type) : found->second);
    }
    if (name == "open" || name == "stat" || name == "mkdir" || name == "mknod_char" ||
        name == "unlink" || name == "rmdir")
        return name + " " + reinterpret_cast<const char *>(detail);
    if (name.find("read") != name.npos || name.find("write") != name.npos)
        return name + " " + file_of(static_cast<int>(detail));
    if (name.compare(0, 5, "ioctl") != 0)
        return name;
    auto found = requests.find(detail);
    return name + " " + (found == requests.end() ? std::to_string(detail) : found->second);
}

const std::vector<int> &errors_of(const std::string &name)
{
    static const std::vector<int> other = {EIO};
    auto found = suits.find(name);
    if (found == suits.end())
        found = suits.find(name.substr(0, name.find(' ')));
    return found == suits.end() ? other : found->second;
}

/*
 * Takes CAP_NET_ADMIN of this thread away, or gives it back. The kernel asks for it while it handles a
 * netlink request, and that is inside sendmsg().
 */
void lower_rights(bool lower)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (lower == lowered || syscall(SYS_capget, &head, data) < 0)
        return;
    if (lower)
        data[0].effective &= ~(1u << CAP_NET_ADMIN);
    else
        data[0].effective |= 1u << CAP_NET_ADMIN;
    if (syscall(SYS_capset, &head, data) == 0)
        lowered = lower;
}

int plan_call(const char *call, uintptr_t detail)
{
    state.reached++;
    if (kind == Kind::calls_from ? state.reached < planned : state.reached != planned)
        return 0;
    state.hit = true;
    state.call = name_of(call, detail);
    const auto &errors = errors_of(state.call);
    state.variants = static_cast<unsigned>(errors.size());
    state.error = errors[chosen % errors.size()];
    /* A call that is interrupted for ever is tried again for ever. */
    if (kind == Kind::calls_from && state.error == EINTR)
        state.error = EIO;
    return state.error;
}

void plan_refusal(const char *call, uintptr_t detail)
{
    lower_rights(false);
    if (strcmp(call, "sendmsg") != 0 || ++state.reached != planned)
        return;
    state.hit = true;
    state.call = name_of(call, detail);
    lower_rights(true);
}

}

void arm(Kind what, unsigned nth, unsigned variant)
{
    std::lock_guard<std::mutex> hold(lock);
    kind = what;
    planned = nth;
    chosen = variant;
    state = Hit();
    fault_alloc_arm(what == Kind::allocation ? nth : 0);
}

Hit disarm()
{
    std::lock_guard<std::mutex> hold(lock);
    lower_rights(false);
    if (kind == Kind::allocation) {
        state.reached = fault_alloc_count();
        state.hit = planned != 0 && state.reached >= planned;
        state.call = "alloc";
    }
    fault_alloc_arm(0);
    planned = 0;
    return state;
}

}

extern "C" int vnic__fault_hit(const char *call, uintptr_t detail)
{
    std::lock_guard<std::mutex> hold(fault::lock);
    if (fault::planned == 0 || fault::kind == fault::Kind::allocation)
        return 0;
    if (fault::kind != fault::Kind::refusal)
        return fault::plan_call(call, detail);
    fault::plan_refusal(call, detail);
    return 0;
}
