/* SPDX-License-Identifier: Apache-2.0 */
/* The same number of the system means something else in each operation, and a person is told what. */
#include "live/linux_error_shim.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <string.h>

namespace
{

void expect_told(int rc, int code, const struct vnic_error &err, int os_code, const char *words)
{
    EXPECT_EQ(code, rc) << err.text;
    EXPECT_EQ(code, err.code);
    EXPECT_EQ(os_code, err.os_code);
    EXPECT_EQ(VNIC_OS_ERRNO, err.os_domain);
    EXPECT_NE(nullptr, strstr(err.text, words)) << err.text;
}

TEST(LinuxError, OpeningTheNode)
{
    const struct {
        int os_code, code;
        const char *words;
    } cases[] = {
        {ENOENT, VNIC_ENODRIVER, "modprobe tun"},
        {ENOTDIR, VNIC_ENODRIVER, "--device /dev/net/tun"},
        {ENODEV, VNIC_ENODRIVER, "CONFIG_TUN"},
        {ENXIO, VNIC_ENODRIVER, "CONFIG_TUN"},
        {EACCES, VNIC_EPERM, "chmod 0666"},
        {EPERM, VNIC_EPERM, "c 10:200 rw"},
        {EMFILE, VNIC_EMFILE, "EMFILE"},
        {ENFILE, VNIC_EMFILE, "ENFILE"},
        {ENOMEM, VNIC_ENOMEM, "ENOMEM"},
        {EROFS, VNIC_EOS, "EROFS"},
    };
    for (const auto &c : cases) {
        struct vnic_error err = {};
        expect_told(shim_fail_node(&err, c.os_code), c.code, err, c.os_code, c.words);
        EXPECT_NE(nullptr, strstr(err.text, "/dev/net/tun"));
        EXPECT_EQ(c.code, shim_fail_node(nullptr, c.os_code)) << "details may be unwanted";
    }
}

TEST(LinuxError, TunSetIff)
{
    const uint32_t none = VNIC_UNSET;
    const struct {
        int os_code, attach;
        uint32_t owner, group, if_index;
        int code;
        const char *words, *field;
    } cases[] = {
        {EPERM, 0, none, none, none, VNIC_EPERM, "unshare -Urn", ""},
        {EPERM, 1, none, none, none, VNIC_EPERM, "has no owner", ""},
        {EPERM, 1, 1000, none, none, VNIC_EPERM, "user 1000:", ""},
        {EPERM, 1, 1000, 50, none, VNIC_EPERM, "both must match", ""},
        {EPERM, 1, none, 50, none, VNIC_EPERM, "group 50", ""},
        {EBUSY, 1, none, none, none, VNIC_EBUSY, "single queue", "name"},
        {EBUSY, 0, none, none, 4711, VNIC_EBUSY, "4711", "if_index"},
        {EBUSY, 0, none, none, none, VNIC_EBUSY, "try again", "name"},
        {E2BIG, 1, none, none, none, VNIC_ELIMIT, "256", ""},
        {ENFILE, 0, none, none, none, VNIC_ELIMIT, "pattern", "name"},
        {ENOTTY, 0, none, none, none, VNIC_ENODRIVER, "mknod", ""},
        {EINVAL, 0, none, none, none, VNIC_ENAME, "choose another", "name"},
        {EINVAL, 1, none, none, none, VNIC_EKIND, "flags", "name"},
        {ENOMEM, 0, none, none, none, VNIC_ENOMEM, "cannot create tun7", ""},
        {EIO, 1, none, none, none, VNIC_EOS, "cannot attach to tun7", ""},
    };
    for (const auto &c : cases) {
        struct vnic_error err = {};
        int rc = shim_fail_setiff(&err, c.os_code, c.attach, c.owner, c.group, c.if_index);
        expect_told(rc, c.code, err, c.os_code, c.words);
        EXPECT_STREQ("TUNSETIFF", err.operation);
        EXPECT_STREQ(c.field, err.field) << err.text;
    }
}

TEST(LinuxError, NumbersWithOneMeaning)
{
    const struct {
        int os_code, code;
    } cases[] = {
        {ENOMEM, VNIC_ENOMEM}, {ENOBUFS, VNIC_ENOMEM}, {ENOSPC, VNIC_ENOMEM},
        {EMFILE, VNIC_EMFILE}, {ENFILE, VNIC_EMFILE},  {EPERM, VNIC_EPERM},
        {EACCES, VNIC_EPERM},  {EBADFD, VNIC_ECLOSED}, {ENODEV, VNIC_ECLOSED},
        {EINVAL, VNIC_EOS},    {ELOOP, VNIC_EOS},
    };
    for (const auto &c : cases) {
        struct vnic_error err = {};
        expect_told(shim_fail(&err, c.os_code), c.code, err, c.os_code, "cannot set the sndbuf");
        EXPECT_STREQ("TUNSETSNDBUF", err.operation);
    }
}

TEST(LinuxError, OnlyWhatIsPromised)
{
    const int codes[] = {VNIC_EPERM, VNIC_ENOMEM, 0};
    struct vnic_error err = {};

    EXPECT_EQ(0, shim_promised(&err, 0, codes));
    EXPECT_EQ(7, shim_promised(&err, 7, codes));
    err.code = VNIC_ENOMEM;
    EXPECT_EQ(VNIC_ENOMEM, shim_promised(&err, VNIC_ENOMEM, codes));
    EXPECT_EQ(VNIC_ENOMEM, err.code);
    EXPECT_EQ(VNIC_EOS, shim_promised(&err, VNIC_EBUSY, codes));
    EXPECT_EQ(VNIC_EOS, err.code);
    EXPECT_EQ(VNIC_EOS, shim_promised(nullptr, VNIC_EBUSY, codes));
}

}
