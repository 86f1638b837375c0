/* SPDX-License-Identifier: Apache-2.0 */
/* Files for the tests of finding and loading wintun.dll. */
#ifndef VNIC_TESTS_WINTUN_FILES_H
#define VNIC_TESTS_WINTUN_FILES_H

#include <string>

#include <windows.h>

#include "wintun_stub.h"

/* A path of the machine that builds, as Windows sees it: Wine shows / as Z:. */
std::string host_path(const std::string &path);

std::wstring wide_of(const std::string &utf8);
std::string narrow_of(const std::wstring &utf16);

/* The stubs, see CMakeLists.txt: "new", "again", "minor", "old", "broken". */
std::string stub_path(const std::string &which);

/* A new directory below the directory for temporary files, removed with its files at the end. */
class TempDir
{
  public:
    explicit TempDir(const std::wstring &name);
    ~TempDir();
    TempDir(const TempDir &) = delete;
    TempDir &operator=(const TempDir &) = delete;
    const std::wstring &path() const
    {
        return path_;
    }

  private:
    std::wstring path_;
};

/* A copy of a file, removed at the end. */
class FileCopy
{
  public:
    FileCopy(const std::string &from, const std::wstring &to);
    ~FileCopy();
    FileCopy(const FileCopy &) = delete;
    FileCopy &operator=(const FileCopy &) = delete;

  private:
    std::wstring to_;
};

/* Where the test program lies, and System32; without a backslash at the end. */
std::wstring program_directory();
std::wstring system_directory();

/* The state of the stub that is loaded from this file, cleared. */
struct wintun_stub_state *fresh_stub(const std::string &path);

#endif
