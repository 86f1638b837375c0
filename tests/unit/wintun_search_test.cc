/* SPDX-License-Identifier: Apache-2.0 */
/* Where wintun.dll is looked for, and what is said when it is not there or is another one. */
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/covers.h"
#include "vnic/windows.h"
#include "wintun_files.h"

static int probe(const char *path, struct vnic_wintun_info *info, struct vnic_error *err)
{
    memset(info, 0, sizeof *info);
    memset(err, 0, sizeof *err);
    info->size = sizeof *info;
    return vnic_wintun_probe(path, info, err);
}

class WintunSearch : public testing::Test
{
  protected:
    struct vnic_wintun_info info;
    struct vnic_error err;
};

TEST_F(WintunSearch, NothingThere)
{
    VNIC_COVERS("vnic_wintun_probe", "VNIC_ENODRIVER");
    VNIC_COVERS("vnic_wintun_delete_driver", "VNIC_ENODRIVER");
    ASSERT_EQ(probe(nullptr, &info, &err), VNIC_ENODRIVER);
    EXPECT_STREQ(err.field, "wintun_path");
    EXPECT_NE(strstr(err.text, "www.wintun.net"), nullptr) << err.text;
    EXPECT_NE(strstr(err.text, "System32"), nullptr) << err.text;
    EXPECT_EQ(vnic_wintun_delete_driver(nullptr, &err), VNIC_ENODRIVER);
    EXPECT_EQ(probe(stub_path("nowhere").c_str(), &info, &err), VNIC_ENODRIVER);
    EXPECT_NE(strstr(err.text, "nowhere"), nullptr) << err.text;
    /* A directory is no file. */
    EXPECT_EQ(probe(narrow_of(system_directory()).c_str(), &info, &err), VNIC_ENODRIVER);
}

TEST_F(WintunSearch, NeverInTheCurrentDirectoryNorAlongPath)
{
    TempDir here(L"here");
    FileCopy copy(stub_path("new"), here.path() + L"\\wintun.dll");
    std::wstring plain = here.path().substr(4);
    wchar_t old_directory[1024];
    wchar_t old_path[8192];

    ASSERT_GT(GetCurrentDirectoryW(1024, old_directory), 0u);
    ASSERT_GT(GetEnvironmentVariableW(L"PATH", old_path, 8192), 0u);
    ASSERT_TRUE(SetCurrentDirectoryW(plain.c_str()));
    ASSERT_TRUE(SetEnvironmentVariableW(L"PATH", plain.c_str()));
    /* The system itself would take it; the other tests, which load it, come later. */
    ASSERT_EQ(GetModuleHandleW(L"wintun.dll"), nullptr);
    HMODULE module = LoadLibraryW(L"wintun.dll");
    EXPECT_NE(module, nullptr);
    FreeLibrary(module);
    EXPECT_EQ(probe(nullptr, &info, &err), VNIC_ENODRIVER);
    ASSERT_TRUE(SetCurrentDirectoryW(old_directory));
    ASSERT_TRUE(SetEnvironmentVariableW(L"PATH", old_path));
}

TEST_F(WintunSearch, BadArguments)
{
    VNIC_COVERS("vnic_wintun_probe", "VNIC_EINVAL");
    VNIC_COVERS("vnic_wintun_probe", "VNIC_EVERSION");
    VNIC_COVERS("vnic_wintun_delete_driver", "VNIC_EINVAL");
    EXPECT_EQ(vnic_wintun_probe(nullptr, nullptr, &err), VNIC_EINVAL);
    info.size = 4;
    EXPECT_EQ(vnic_wintun_probe(nullptr, &info, &err), VNIC_EVERSION);
    for (const char *path : {"", "wintun.dll", ".\\wintun.dll", "..\\wintun.dll", "\\wintun.dll",
                             "C:wintun.dll", "C:\\a\\..\\wintun.dll", "C:\\a\\.\\wintun.dll",
                             "C:/a/../wintun.dll", "1:\\wintun.dll", "C:\\\xff\\wintun.dll"}) {
        EXPECT_EQ(probe(path, &info, &err), VNIC_EINVAL) << path;
        EXPECT_STREQ(err.field, "wintun_path");
        EXPECT_EQ(vnic_wintun_delete_driver(path, nullptr), VNIC_EINVAL) << path;
    }
}

TEST_F(WintunSearch, AtAGivenPath)
{
    fresh_stub(stub_path("new"))->driver_version = 14;
    ASSERT_EQ(probe(stub_path("new").c_str(), &info, &err), 0) << err.text;
    EXPECT_STREQ(info.dll_version, "0.14.7");
    EXPECT_STREQ(info.driver_version, "0.14");
    EXPECT_EQ(wide_of(info.path).back(), L'l');
    EXPECT_EQ(strchr(info.path, '/'), nullptr) << info.path;
    fresh_stub(stub_path("new"));
    ASSERT_EQ(probe(stub_path("new").c_str(), &info, &err), 0) << err.text;
    EXPECT_STREQ(info.driver_version, "");
    /* A smaller structure of an older header is filled as far as it goes. */
    info.size = offsetof(struct vnic_wintun_info, reserved);
    info.reserved = 77;
    ASSERT_EQ(vnic_wintun_probe(stub_path("new").c_str(), &info, &err), 0);
    EXPECT_EQ(info.reserved, 77u);
}

TEST_F(WintunSearch, UnicodeAndLongPaths)
{
    TempDir unicode(L"\x3bb\xd83d\xde42");
    FileCopy in_unicode(stub_path("new"), unicode.path() + L"\\wintun.dll");
    TempDir first(std::wstring(150, L'a'));
    std::wstring deep = first.path() + L"\\" + std::wstring(200, L'b');

    ASSERT_EQ(probe(narrow_of(unicode.path() + L"\\wintun.dll").c_str(), &info, &err), 0)
        << err.text;
    EXPECT_EQ(info.path, narrow_of(unicode.path() + L"\\wintun.dll"));
    ASSERT_TRUE(CreateDirectoryW(deep.c_str(), nullptr));
    {
        FileCopy in_deep(stub_path("new"), deep + L"\\wintun.dll");

        /* Without the \\?\ that makes it possible, which the library puts before it. */
        ASSERT_EQ(probe(narrow_of(deep.substr(4) + L"\\wintun.dll").c_str(), &info, &err), 0)
            << err.text;
        EXPECT_EQ(info.path, narrow_of(deep + L"\\wintun.dll"));
    }
    EXPECT_TRUE(RemoveDirectoryW(deep.c_str()));
}

TEST_F(WintunSearch, ProgramsDirectoryBeforeSystem32)
{
    std::wstring in_system = system_directory() + L"\\wintun.dll";
    std::wstring in_program = program_directory() + L"\\wintun.dll";
    FileCopy system_copy(stub_path("new"), in_system);

    ASSERT_EQ(probe(nullptr, &info, &err), 0) << err.text;
    EXPECT_EQ(_wcsicmp(wide_of(info.path).c_str(), in_system.c_str()), 0) << info.path;
    FileCopy program_copy(stub_path("new"), in_program);
    ASSERT_EQ(probe(nullptr, &info, &err), 0) << err.text;
    EXPECT_EQ(_wcsicmp(wide_of(info.path).c_str(), in_program.c_str()), 0) << info.path;
}

TEST_F(WintunSearch, ABadFileIsNotPassedOverInSilence)
{
    FileCopy system_copy(stub_path("new"), system_directory() + L"\\wintun.dll");
    FileCopy program_copy(stub_path("old"), program_directory() + L"\\wintun.dll");

    EXPECT_EQ(probe(nullptr, &info, &err), VNIC_EVERSION);
}

TEST_F(WintunSearch, TooOld)
{
    VNIC_COVERS("vnic_wintun_delete_driver", "VNIC_EVERSION");
    ASSERT_EQ(probe(stub_path("old").c_str(), &info, &err), VNIC_EVERSION);
    EXPECT_NE(strstr(err.text, "WintunSendPacket"), nullptr) << err.text;
    EXPECT_EQ(err.os_code, ERROR_PROC_NOT_FOUND);
    ASSERT_EQ(probe(stub_path("minor").c_str(), &info, &err), VNIC_EVERSION);
    EXPECT_NE(strstr(err.text, "0.13.7"), nullptr) << err.text;
    EXPECT_EQ(vnic_wintun_delete_driver(stub_path("old").c_str(), &err), VNIC_EVERSION);
}

/* A copy of a file with other bytes at its beginning; `machine` replaces the field of the PE header. */
static void spoil(const std::wstring &to, uint16_t machine)
{
    std::vector<char> bytes(1 << 20);
    FILE *file = _wfopen(wide_of(stub_path("new")).c_str(), L"rb");
    uint32_t header;

    ASSERT_NE(file, nullptr);
    bytes.resize(fread(bytes.data(), 1, bytes.size(), file));
    fclose(file);
    memcpy(&header, &bytes[0x3C], sizeof header);
    if (machine != 0) {
        memcpy(&bytes[header + 4], &machine, sizeof machine);
    } else {
        bytes.assign(100, 'x');
    }
    file = _wfopen(to.c_str(), L"wb");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
    fclose(file);
}

TEST_F(WintunSearch, AnotherProcessorAndNoDll)
{
    TempDir dir(L"bad");
    std::wstring file = dir.path() + L"\\wintun.dll";

    for (uint16_t machine : {static_cast<uint16_t>(IMAGE_FILE_MACHINE_ARM64), uint16_t{0}}) {
        spoil(file, machine);
        EXPECT_EQ(probe(narrow_of(file).c_str(), &info, &err), VNIC_ENODRIVER) << machine;
        EXPECT_EQ(err.os_code, ERROR_BAD_EXE_FORMAT);
        EXPECT_NE(strstr(err.text, "built for another processor"), nullptr) << err.text;
        EXPECT_TRUE(DeleteFileW(file.c_str()));
    }
}

TEST_F(WintunSearch, ThatRefusesToStart)
{
    VNIC_COVERS("vnic_wintun_probe", "VNIC_EOS");
    EXPECT_EQ(probe(stub_path("broken").c_str(), &info, &err), VNIC_EOS);
    EXPECT_EQ(err.os_code, ERROR_DLL_INIT_FAILED);
    EXPECT_STREQ(err.operation, "LoadLibraryEx");
}

TEST_F(WintunSearch, ThatMayNotBeRead)
{
    VNIC_COVERS("vnic_wintun_probe", "VNIC_EPERM");
    TempDir dir(L"locked");
    std::wstring file = dir.path() + L"\\wintun.dll";
    FileCopy copy(stub_path("new"), file);
    HANDLE alone = CreateFileW(file.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                               OPEN_EXISTING, 0, nullptr);

    ASSERT_NE(alone, INVALID_HANDLE_VALUE);
    EXPECT_EQ(probe(narrow_of(file).c_str(), &info, &err), VNIC_EPERM) << err.text;
    EXPECT_EQ(err.os_code, ERROR_SHARING_VIOLATION) << err.text;
    CloseHandle(alone);
}

TEST_F(WintunSearch, DeletingTheDriver)
{
    VNIC_COVERS("vnic_wintun_delete_driver", "VNIC_EPERM");
    VNIC_COVERS("vnic_wintun_delete_driver", "VNIC_EBUSY");
    VNIC_COVERS("vnic_wintun_delete_driver", "VNIC_EOS");
    static const struct {
        uint32_t os_code;
        int code;
    } cases[] = {
        {0, 0},
        {ERROR_ACCESS_DENIED, VNIC_EPERM},
        {0xE000023Du, VNIC_EBUSY}, /* ERROR_INF_IN_USE_BY_DEVICES */
        {ERROR_GEN_FAILURE, VNIC_EOS},
    };
    struct wintun_stub_state *stub = fresh_stub(stub_path("new"));

    for (const auto &c : cases) {
        stub->delete_error = c.os_code;
        EXPECT_EQ(vnic_wintun_delete_driver(stub_path("new").c_str(), &err), c.code) << c.os_code;
        if (c.code != 0) {
            EXPECT_EQ(static_cast<uint32_t>(err.os_code), c.os_code);
            EXPECT_STREQ(err.operation, "WintunDeleteDriver");
        }
    }
    EXPECT_EQ(stub->deletes, 4u);
    EXPECT_EQ(stub->has_logger, 0u);
}
