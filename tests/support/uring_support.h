/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the io_uring engine can be expected here, found out without the library. */
#ifndef VNIC_TESTS_URING_SUPPORT_H
#define VNIC_TESTS_URING_SUPPORT_H

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "support/netns_fixture.h"

namespace live
{

/* Why it cannot run; "" if it can. */
inline std::string uring_problem()
{
    if (is_emulated()) {
        return "qemu-user does not implement io_uring";
    }
#ifndef VNIC_TESTS_URING
    return "this build has no liburing";
#else
    char params[256] = {};
    struct utsname os;
    int major = 0, minor = 0;
    long fd = syscall(SYS_io_uring_setup, 1, params);

    if (fd < 0) {
        return std::string("the kernel of this machine lacks io_uring: ") + strerror(errno);
    }
    close(static_cast<int>(fd));
    if (uname(&os) == 0 && std::sscanf(os.release, "%d.%d", &major, &minor) == 2 &&
        (major < 6 || (major == 6 && minor < 7))) {
        return std::string("the kernel of this machine lacks multishot reads: ") + os.release;
    }
    return "";
#endif
}

} /* namespace live */

#endif
