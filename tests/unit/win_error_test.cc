/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of Windows as codes, names and sentences. */
#include <cstring>
#include <string>

#include <windows.h>

#include <gtest/gtest.h>

extern "C" {
#include "os/windows/win_error.h"
}

static const struct win_reason some_reasons[] = {
    {ERROR_ACCESS_DENIED, VNIC_EBUSY, "it is Sunday: come back tomorrow"},
    {0, 0, nullptr},
};

TEST(WinError, GeneralMeaning)
{
    static const struct {
        uint32_t os_code;
        int code;
        const char *name;
    } cases[] = {
        {ERROR_ACCESS_DENIED, VNIC_EPERM, "ERROR_ACCESS_DENIED"},
        {ERROR_NOT_ENOUGH_MEMORY, VNIC_ENOMEM, "ERROR_NOT_ENOUGH_MEMORY"},
        {ERROR_NO_SYSTEM_RESOURCES, VNIC_ENOMEM, "ERROR_NO_SYSTEM_RESOURCES"},
        {ERROR_TOO_MANY_OPEN_FILES, VNIC_EMFILE, "ERROR_TOO_MANY_OPEN_FILES"},
        {ERROR_HANDLE_EOF, VNIC_ECLOSED, "ERROR_HANDLE_EOF"},
        {ERROR_ALREADY_INITIALIZED, VNIC_EBUSY, "ERROR_ALREADY_INITIALIZED"},
        {ERROR_OBJECT_ALREADY_EXISTS, VNIC_EEXIST, "ERROR_OBJECT_ALREADY_EXISTS"},
        {0xE000020Bu, VNIC_ECLOSED, "ERROR_NO_SUCH_DEVINST"},
        {0x80070005u, VNIC_EPERM, "ERROR_ACCESS_DENIED"}, /* an HRESULT */
        {0x80040154u, VNIC_ENOTSUP, "REGDB_E_CLASSNOTREG"},
        {0x80004001u, VNIC_ENOTSUP, "E_NOTIMPL"},
        {ERROR_ARENA_TRASHED, VNIC_EOS, "an error without a name here"},
    };

    for (const auto &c : cases) {
        EXPECT_EQ(vnic__win_code(c.os_code, nullptr), c.code) << c.os_code;
        EXPECT_STREQ(vnic__win_error_name(c.os_code), c.name);
    }
    EXPECT_EQ(vnic__win_plain_code(0x800700B7u), static_cast<uint32_t>(ERROR_ALREADY_EXISTS));
    EXPECT_EQ(vnic__win_plain_code(0xE000020Bu), 0xE000020Bu);
    EXPECT_EQ(vnic__win_plain_code(5), 5u);
}

TEST(WinError, AnOperationsOwnMeaningComesFirst)
{
    struct vnic_error err;

    EXPECT_EQ(vnic__win_code(ERROR_ACCESS_DENIED, some_reasons), VNIC_EBUSY);
    EXPECT_EQ(vnic__win_code(0x80070005u, some_reasons), VNIC_EBUSY);
    EXPECT_EQ(vnic__win_code(ERROR_HANDLE_EOF, some_reasons), VNIC_ECLOSED);
    EXPECT_EQ(vnic__win_fail(&err, 0x80070005u, "OpenShop", "hours", some_reasons,
                             "cannot buy \xc3\xa4pples"),
              VNIC_EBUSY);
    EXPECT_EQ(err.code, VNIC_EBUSY);
    EXPECT_EQ(err.os_code, ERROR_ACCESS_DENIED);
    EXPECT_EQ(err.os_domain, VNIC_OS_WIN32);
    EXPECT_STREQ(err.operation, "OpenShop");
    EXPECT_STREQ(err.field, "hours");
    EXPECT_STREQ(err.text, "cannot buy \xc3\xa4pples: it is Sunday: come back tomorrow "
                           "(ERROR_ACCESS_DENIED, Windows error 5)");
    EXPECT_EQ(vnic__win_fail(nullptr, 5, "OpenShop", nullptr, some_reasons, "x"), VNIC_EBUSY);
}

TEST(WinError, WithoutOneTheGeneralSentence)
{
    struct vnic_error err;

    EXPECT_EQ(vnic__win_fail(&err, ERROR_NOT_ENOUGH_MEMORY, "CreateThing", nullptr, some_reasons,
                             "cannot make a thing"),
              VNIC_ENOMEM);
    EXPECT_STREQ(err.field, "");
    EXPECT_STREQ(err.text, "cannot make a thing: out of memory (ERROR_NOT_ENOUGH_MEMORY, Windows "
                           "error 8): free memory and try again");
    /* As they are found in headers and on the web. */
    (void)vnic__win_fail(&err, 0x80040154u, "Rename", nullptr, nullptr, "cannot rename");
    EXPECT_NE(strstr(err.text, "(REGDB_E_CLASSNOTREG, Windows error 0x80040154)"), nullptr)
        << err.text;
    EXPECT_EQ(static_cast<uint32_t>(err.os_code), 0x80040154u);
}

TEST(WinError, OnlyWhatIsPromised)
{
    static const int promised[] = {VNIC_EPERM, 0};
    struct vnic_error err;

    memset(&err, 0, sizeof err);
    EXPECT_EQ(vnic__win_promised(&err, 7, promised), 7);
    EXPECT_EQ(vnic__win_promised(&err, VNIC_EPERM, promised), VNIC_EPERM);
    EXPECT_EQ(err.code, 0);
    EXPECT_EQ(vnic__win_promised(&err, VNIC_EBUSY, promised), VNIC_EOS);
    EXPECT_EQ(err.code, VNIC_EOS);
    EXPECT_EQ(vnic__win_promised(nullptr, VNIC_EBUSY, promised), VNIC_EOS);
}
