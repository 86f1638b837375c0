/* SPDX-License-Identifier: Apache-2.0 */
/* What a program may do that has no rights: bodies run in a child process. */
#ifndef VNIC_TESTS_DROP_RIGHTS_H
#define VNIC_TESTS_DROP_RIGHTS_H

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>

/* Runs `body` in a child process and returns what it returned, 0 … 255; -1 when it died. */
inline int in_child(const std::function<int()> &body)
{
    pid_t child = fork();
    if (child == 0) {
        _exit(body());
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Gives up every capability, but stays the same user. */
inline void drop_capabilities()
{
    struct {
        uint32_t version;
        int pid;
    } head = {0x20080522, 0}; /* _LINUX_CAPABILITY_VERSION_3, capget(2) */
    uint32_t none[6] = {};

    (void)syscall(SYS_capset, &head, none);
}

/* Becomes another user and group; false where the user namespace has no such ids. */
inline bool become_user(uid_t uid, gid_t gid)
{
    return syscall(SYS_setgroups, 0, nullptr) == 0 && setresgid(gid, gid, gid) == 0 &&
           setresuid(uid, uid, uid) == 0;
}

#endif
