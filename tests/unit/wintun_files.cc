/* SPDX-License-Identifier: Apache-2.0 */
#include "wintun_files.h"

#include <cstring>

#include <gtest/gtest.h>

std::string host_path(const std::string &path)
{
    return path[0] == '/' ? "Z:" + path : path;
}

std::wstring wide_of(const std::string &utf8)
{
    wchar_t wide[1024];

    EXPECT_GT(MultiByteToWideChar(CP_UTF8, 0, utf8.c_str(), -1, wide, 1024), 0);
    return wide;
}

std::string narrow_of(const std::wstring &utf16)
{
    char narrow[3072];

    EXPECT_GT(
        WideCharToMultiByte(CP_UTF8, 0, utf16.c_str(), -1, narrow, sizeof narrow, nullptr, nullptr),
        0);
    return narrow;
}

std::string stub_path(const std::string &which)
{
    return host_path(VNIC_BINARY_DIR "/tests/wintun_stub/" + which + "/wintun.dll");
}

TempDir::TempDir(const std::wstring &name)
{
    wchar_t temp[MAX_PATH];

    EXPECT_GT(GetTempPathW(MAX_PATH, temp), 0u);
    path_ = std::wstring(L"\\\\?\\") + temp + L"vnic-" + std::to_wstring(GetCurrentProcessId()) +
            L"-" + name;
    EXPECT_TRUE(CreateDirectoryW(path_.c_str(), nullptr)) << GetLastError();
}

TempDir::~TempDir()
{
    EXPECT_TRUE(RemoveDirectoryW(path_.c_str())) << GetLastError();
}

FileCopy::FileCopy(const std::string &from, const std::wstring &to) : to_(to)
{
    EXPECT_TRUE(CopyFileW(wide_of(from).c_str(), to.c_str(), TRUE)) << GetLastError();
}

FileCopy::~FileCopy()
{
    EXPECT_TRUE(DeleteFileW(to_.c_str())) << GetLastError();
}

std::wstring program_directory()
{
    wchar_t path[1024];

    EXPECT_GT(GetModuleFileNameW(nullptr, path, 1024), 0u);
    *wcsrchr(path, L'\\') = L'\0';
    return path;
}

std::wstring system_directory()
{
    wchar_t path[MAX_PATH];

    EXPECT_GT(GetSystemDirectoryW(path, MAX_PATH), 0u);
    return path;
}

struct wintun_stub_state *fresh_stub(const std::string &path)
{
    HMODULE module = LoadLibraryW(wide_of(path).c_str());
    void *symbol = module != nullptr
                       ? reinterpret_cast<void *>(GetProcAddress(module, "wintun_stub_state"))
                       : nullptr;

    if (symbol != nullptr) {
        memset(symbol, 0, sizeof(struct wintun_stub_state));
    }
    return static_cast<struct wintun_stub_state *>(symbol);
}
