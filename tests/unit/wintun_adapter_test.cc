/* SPDX-License-Identifier: Apache-2.0 */
/* Creating and opening adapters, against a DLL without a driver. */
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <netioapi.h>

#include <gtest/gtest.h>

extern "C" {
#include "os/windows/win_text.h"
}
#include "wintun_files.h"
#include "wintun_inside.h"

/* An interface that every machine with a network stack has; under Wine it has this name. */
#define LOOPBACK "lo"
/* NET_LUID: IfType 53, an index that no interface has. */
#define NO_LUID ((53ull << 48) | (0xFFFFEEull << 24))

static std::string guid_text(const GUID &guid)
{
    char text[WIN_GUID_SIZE];

    vnic__win_guid_text(&guid, text);
    return text;
}

/* LUID and GUID of the loopback interface. */
static std::pair<uint64_t, std::string> loopback()
{
    NET_LUID luid;
    GUID guid;

    luid.Value = 0;
    EXPECT_EQ(ConvertInterfaceAliasToLuid(L"" LOOPBACK, &luid), static_cast<DWORD>(NO_ERROR));
    EXPECT_EQ(ConvertInterfaceLuidToGuid(&luid, &guid), static_cast<DWORD>(NO_ERROR));
    return {luid.Value, guid_text(guid)};
}

static std::string guid_of(const char *name)
{
    GUID guid;

    vnic__win_guid_of_name(name, &guid);
    return guid_text(guid);
}

using Lines = std::vector<std::pair<int, std::string>>;

static void keep_line(void *user, int level, const char *text)
{
    static_cast<Lines *>(user)->emplace_back(level, text);
}

class WintunAdapter : public testing::Test
{
  protected:
    void SetUp() override
    {
        dll = stub_path("new");
        stub = fresh_stub(dll);
        ASSERT_NE(stub, nullptr);
        for (uint32_t i = 0; i < STUB_SCRIPT; i++) {
            stub->luid[i] = NO_LUID;
            stub->open_errors[i] = ERROR_NOT_FOUND;
        }
        wish.dll = dll.c_str();
        wish.name = "vnictest0";
        wish.log = keep_line;
        wish.log_user = &lines;
    }
    int open()
    {
        adapter = nullptr;
        memset(&err, 0, sizeof err);
        return inside_adapter_open(&wish, &adapter, &err);
    }
    /* After every test: what was opened is closed, and nobody calls us any more. */
    void TearDown() override
    {
        if (adapter != nullptr) {
            inside_adapter_close(adapter);
        }
        EXPECT_EQ(stub->closes, stub->adapters);
        EXPECT_EQ(stub->has_logger, 0u);
    }
    std::string created_name(uint32_t n) const
    {
        return narrow_of(stub->name[n]);
    }

    std::string dll;
    struct wintun_stub_state *stub = nullptr;
    struct inside_wish wish = {};
    struct inside_adapter *adapter = nullptr;
    struct vnic_error err;
    Lines lines;
};

TEST_F(WintunAdapter, IsCreated)
{
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(inside_adapter_created(adapter), 1u);
    EXPECT_EQ(inside_adapter_luid(adapter), NO_LUID);
    EXPECT_EQ(stub->opens, 1u);
    EXPECT_EQ(stub->creates, 1u);
    EXPECT_EQ(created_name(0), "vnictest0");
    EXPECT_EQ(narrow_of(stub->type), "vnic");
    EXPECT_EQ(guid_text(stub->guid[0]), guid_of("vnictest0"));
    EXPECT_EQ(guid_text(inside_adapter_guid(adapter)), guid_of("vnictest0"));
    EXPECT_EQ(inside_adapter_ring(adapter), 0x400000u);
    EXPECT_EQ(stub->has_logger, 1u);
}

TEST_F(WintunAdapter, IsCreatedAsAsked)
{
    wish.name = "B\xc3\xbcro \xf0\x9f\x99\x82";
    wish.guid = "{6BA7B810-9dad-11d1-80b4-00c04fd430c8}";
    wish.description = "Fern\xc3\xa4mter";
    wish.ring_capacity = 0x20000;
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(created_name(0), wish.name);
    EXPECT_EQ(narrow_of(stub->type), wish.description);
    EXPECT_EQ(guid_text(stub->guid[0]), "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}");
    EXPECT_EQ(inside_adapter_ring(adapter), 0x20000u);
}

TEST_F(WintunAdapter, LongestName)
{
    std::string longest;

    for (int i = 0; i < 127; i++) {
        longest += "\xc3\xbc";
    }
    wish.name = longest.c_str();
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(created_name(0), longest);
    inside_adapter_close(adapter);
    adapter = nullptr;
    longest += "u";
    wish.name = longest.c_str();
    EXPECT_EQ(open(), VNIC_ENAME);
    longest = std::string(200, 'x') + "%d";
    wish.name = longest.c_str();
    EXPECT_EQ(open(), VNIC_ENAME);
    longest = std::string(600, 'x');
    wish.name = longest.c_str();
    EXPECT_EQ(open(), VNIC_ENAME);
}

/* An adapter of Wintun that is there already: the loopback interface plays it. */
TEST_F(WintunAdapter, ThatIsThereIsOpened)
{
    stub->open_errors[0] = 0;
    stub->luid[0] = loopback().first;
    wish.name = LOOPBACK;
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(inside_adapter_created(adapter), 0u);
    EXPECT_EQ(inside_adapter_luid(adapter), stub->luid[0]);
    EXPECT_EQ(guid_text(inside_adapter_guid(adapter)), loopback().second);
    EXPECT_EQ(stub->creates, 0u);
}

TEST_F(WintunAdapter, ThatIsThereWithTheWantedGuid)
{
    std::string guid = loopback().second;

    stub->open_errors[0] = 0;
    stub->luid[0] = loopback().first;
    wish.name = LOOPBACK;
    wish.guid = guid.c_str();
    EXPECT_EQ(open(), 0) << err.text;
}

TEST_F(WintunAdapter, ThatIsThereWithAnotherGuid)
{
    stub->open_errors[0] = 0;
    stub->luid[0] = loopback().first;
    wish.name = LOOPBACK;
    wish.guid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    EXPECT_EQ(open(), VNIC_EKIND);
    EXPECT_STREQ(err.field, "adapter_guid");
}

TEST_F(WintunAdapter, ThatIsThereAndExclusive)
{
    stub->open_errors[0] = 0;
    wish.flags = VNIC_EXCLUSIVE;
    EXPECT_EQ(open(), VNIC_EEXIST);
    EXPECT_STREQ(err.field, "name");
    EXPECT_EQ(stub->creates, 0u);
}

/* Wintun would rename the other interface. */
TEST_F(WintunAdapter, NeverTakesTheNameOfAnotherInterface)
{
    wish.name = LOOPBACK;
    EXPECT_EQ(open(), VNIC_EKIND);
    EXPECT_STREQ(err.field, "name");
    wish.flags = VNIC_EXCLUSIVE;
    EXPECT_EQ(open(), VNIC_EEXIST);
    EXPECT_EQ(stub->creates, 0u);
}

TEST_F(WintunAdapter, TakesTheFirstFreeNumber)
{
    wish.name = "vnictest%dx";
    stub->open_errors[0] = 0; /* numbers 0 and 1 are taken */
    stub->open_errors[1] = 0;
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(created_name(0), "vnictest2x");
    EXPECT_EQ(guid_text(stub->guid[0]), guid_of("vnictest2x"));
    EXPECT_EQ(stub->closes, 2u);
}

TEST_F(WintunAdapter, WithoutANameItChoosesOne)
{
    wish.name = nullptr;
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(created_name(0).substr(0, 3), "tun");
}

TEST_F(WintunAdapter, AllNumbersTaken)
{
    wish.name = "vnictest%d";
    stub->open_errors[0] = ERROR_NOT_FOUND;
    for (uint32_t i = 0; i < STUB_SCRIPT; i++) {
        stub->open_errors[i] = 0;
    }
    EXPECT_EQ(open(), VNIC_ELIMIT);
    EXPECT_STREQ(err.field, "name");
    EXPECT_EQ(stub->opens, 1000u);
}

TEST_F(WintunAdapter, Refusals)
{
    static const struct {
        uint32_t os_code;
        int code;
        const char *says;
    } cases[] = {
        {ERROR_ACCESS_DENIED, VNIC_EPERM, "Run as administrator"},
        {ERROR_FILE_NOT_FOUND, VNIC_ENODRIVER, "no Wintun driver"},
        {ERROR_MOD_NOT_FOUND, VNIC_ENODRIVER, "no Wintun driver"},
        {ERROR_NOT_SUPPORTED, VNIC_ENODRIVER, "processor of this machine"},
        {577 /* ERROR_INVALID_IMAGE_HASH */, VNIC_ENODRIVER, "signature"},
        {ERROR_DEVICE_NOT_AVAILABLE, VNIC_ENODRIVER, "Device Manager"},
        {WAIT_TIMEOUT, VNIC_ENODRIVER, "15 seconds"},
        {ERROR_INVALID_NAME, VNIC_ENAME, "choose another one"},
        {ERROR_NOT_ENOUGH_MEMORY, VNIC_ENOMEM, "out of memory"},
        {0x8007000Eu, VNIC_ENOMEM, "out of memory"}, /* an HRESULT */
        {ERROR_GEN_FAILURE, VNIC_EOS, "the operating system refused"},
    };

    stub->driver_version = 14;
    for (const auto &c : cases) {
        stub->create_errors[stub->creates] = c.os_code;
        EXPECT_EQ(open(), c.code) << c.os_code;
        EXPECT_EQ(static_cast<uint32_t>(err.os_code), c.os_code & 0xFFFF);
        EXPECT_EQ(err.os_domain, VNIC_OS_WIN32);
        EXPECT_STREQ(err.operation, "WintunCreateAdapter");
        EXPECT_NE(strstr(err.text, c.says), nullptr) << err.text;
        EXPECT_NE(strstr(err.text, "vnictest0"), nullptr) << err.text;
    }
}

/* What would be an error of Windows is one of the driver when there is none, with or without a number. */
TEST_F(WintunAdapter, WithoutADriver)
{
    stub->create_errors[0] = ERROR_GEN_FAILURE;
    EXPECT_EQ(open(), VNIC_ENODRIVER);
    EXPECT_EQ(err.os_code, ERROR_GEN_FAILURE);
    EXPECT_NE(strstr(err.text, "no Wintun driver is loaded"), nullptr) << err.text;
    stub->create_fails_silently = 1;
    SetLastError(ERROR_ACCESS_DENIED); /* of something else */
    EXPECT_EQ(open(), VNIC_ENODRIVER);
    EXPECT_EQ(err.os_code, 0);
    stub->driver_version = 14;
    EXPECT_EQ(open(), VNIC_EOS);
}

/* Not even looked for: the DLL's lock is for administrators. */
TEST_F(WintunAdapter, NotElevated)
{
    stub->open_errors[0] = ERROR_ACCESS_DENIED;
    EXPECT_EQ(open(), VNIC_EPERM);
    EXPECT_STREQ(err.operation, "WintunOpenAdapter");
    EXPECT_NE(strstr(err.text, "Run as administrator"), nullptr) << err.text;
    EXPECT_EQ(stub->creates, 0u);
}

/* There, but no longer working: a new one takes its place. */
TEST_F(WintunAdapter, OrphanThatCannotBeOpened)
{
    stub->open_errors[0] = ERROR_DEVICE_NOT_AVAILABLE;
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(inside_adapter_created(adapter), 1u);
    ASSERT_FALSE(lines.empty());
    EXPECT_NE(lines[0].second.find("ERROR_DEVICE_NOT_AVAILABLE"), std::string::npos);
}

/* Its removal is going on: creating is tried again. */
TEST_F(WintunAdapter, OrphanThatIsBeingRemoved)
{
    stub->create_errors[0] = 0xE000020Bu; /* ERROR_NO_SUCH_DEVINST */
    stub->create_errors[1] = ERROR_NOT_READY;
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(stub->creates, 3u);
    EXPECT_EQ(guid_text(inside_adapter_guid(adapter)), guid_of("vnictest0"));
}

/* IP Helper may tell the name that the device had when it was made; names with a number are the model's. */
TEST_F(WintunAdapter, WhoseNameIsNotYetToldIsTaken)
{
    stub->luid[0] = loopback().first; /* whose name is not the wanted one */
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(stub->creates, 1u);
    EXPECT_EQ(stub->closes, 0u);
    EXPECT_EQ(inside_adapter_luid(adapter), stub->luid[0]);
}

/*
 * An adapter that was renamed has the GUID of its first name: the new one gets another, which Windows is
 * asked for. That fails here, where no interface is behind the adapter, and nothing is left.
 */
TEST_F(WintunAdapter, GuidOfTheNameIsTaken)
{
    stub->create_errors[0] = 0x800700B7u; /* ERROR_ALREADY_EXISTS as an HRESULT */
    EXPECT_EQ(open(), VNIC_EOS);
    EXPECT_STREQ(err.operation, "ConvertInterfaceLuidToGuid");
    EXPECT_EQ(stub->creates, 2u);
    EXPECT_EQ(stub->has_guid[0], 1u);
    EXPECT_EQ(stub->has_guid[1], 0u);
    EXPECT_EQ(stub->closes, 1u);
}

TEST_F(WintunAdapter, WantedGuidIsTaken)
{
    wish.guid = "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}";
    for (uint32_t &error : stub->create_errors) {
        error = ERROR_ALREADY_EXISTS;
    }
    EXPECT_EQ(open(), VNIC_EEXIST);
    EXPECT_STREQ(err.field, "adapter_guid");
    EXPECT_EQ(stub->creates, 5u);
    EXPECT_EQ(stub->has_guid[4], 1u);
}

/* ---- One DLL for all ---------------------------------------------------------------------------- */

TEST_F(WintunAdapter, ShareOneDll)
{
    struct inside_adapter *second = nullptr;
    struct inside_wish other = wish;
    TempDir dir(L"other");
    std::wstring file = dir.path() + L"\\wintun.dll";
    std::string elsewhere = narrow_of(file);

    ASSERT_EQ(open(), 0) << err.text;
    other.dll = nullptr; /* whatever is loaded will do */
    ASSERT_EQ(inside_adapter_open(&other, &second, &err), 0) << err.text;
    inside_adapter_close(second);
    EXPECT_EQ(stub->has_logger, 1u);
    {
        FileCopy copy(dll, file);

        other.dll = elsewhere.c_str();
        EXPECT_EQ(inside_adapter_open(&other, &second, &err), VNIC_EBUSY);
        EXPECT_STREQ(err.field, "wintun_path");
        EXPECT_NE(strstr(err.text, "wintun_stub"), nullptr) << err.text;
    }
    other.dll = elsewhere.c_str(); /* that is gone now */
    EXPECT_EQ(inside_adapter_open(&other, &second, &err), VNIC_ENODRIVER);
}

TEST_F(WintunAdapter, AnotherDllAfterTheLastOne)
{
    std::string again = stub_path("again");
    struct wintun_stub_state *other = fresh_stub(again);

    ASSERT_EQ(open(), 0) << err.text;
    inside_adapter_close(adapter);
    adapter = nullptr;
    other->open_errors[0] = ERROR_NOT_FOUND;
    other->luid[0] = NO_LUID;
    wish.dll = again.c_str();
    ASSERT_EQ(open(), 0) << err.text;
    EXPECT_EQ(other->creates, 1u);
    EXPECT_EQ(other->has_logger, 1u);
    EXPECT_EQ(stub->creates, 1u);
    inside_adapter_close(adapter);
    adapter = nullptr;
    EXPECT_EQ(other->closes, 1u);
    EXPECT_EQ(other->has_logger, 0u);
}

TEST_F(WintunAdapter, ThousandTimes)
{
    uint32_t before = 0;

    for (int i = 0; i < 1000; i++) {
        ASSERT_EQ(open(), 0) << err.text;
        inside_adapter_close(adapter);
        adapter = nullptr;
        before += stub->has_logger;
    }
    EXPECT_EQ(before, 0u);
    EXPECT_EQ(stub->adapters, 1000u);
}

/* ---- The logger --------------------------------------------------------------------------------- */

TEST_F(WintunAdapter, WhatTheDllSaysGoesToTheDeviceThatItSpeaksOf)
{
    struct inside_adapter *second = nullptr;
    struct inside_wish other = wish;
    Lines others;

    stub->says = L"Gr\xfc\xdf\x65 \xd83d\xde42";
    stub->says_level = 1;
    ASSERT_EQ(open(), 0) << err.text;
    /* Opening is only a look and its complaint no warning; creating is meant. */
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].first, VNIC_LOG_DEBUG);
    EXPECT_EQ(lines[1].first, VNIC_LOG_WARNING);
    EXPECT_EQ(lines[1].second, "wintun.dll: Gr\xc3\xbc\xc3\x9f\x65 \xf0\x9f\x99\x82");
    stub->says_level = 0;
    other.name = "vnictest1";
    other.log_user = &others;
    ASSERT_EQ(inside_adapter_open(&other, &second, &err), 0) << err.text;
    EXPECT_EQ(lines.size(), 2u);
    ASSERT_EQ(others.size(), 2u);
    EXPECT_EQ(others[1].first, VNIC_LOG_INFO);
    inside_adapter_close(second);
    other.log = nullptr;
    ASSERT_EQ(inside_adapter_open(&other, &second, &err), 0) << err.text;
    inside_adapter_close(second);
}

TEST_F(WintunAdapter, WhatItSaysInThreadsOfItsOwnGoesNowhere)
{
    ASSERT_EQ(open(), 0) << err.text;
    lines.clear();
    std::thread([this] {
        HMODULE module = LoadLibraryW(wide_of(dll).c_str());
        using Create = void *(WINAPI *)(const wchar_t *, const wchar_t *, const GUID *);
        auto create = reinterpret_cast<Create>(
            reinterpret_cast<void *>(GetProcAddress(module, "WintunOpenAdapter")));

        stub->says = L"cleaning up";
        stub->open_errors[1] = ERROR_NOT_FOUND;
        EXPECT_EQ(create(L"x", nullptr, nullptr), nullptr);
        FreeLibrary(module);
    }).join();
    EXPECT_TRUE(lines.empty());
}

TEST_F(WintunAdapter, LongLinesAreCutBetweenCharacters)
{
    std::wstring text(300, L'\x20ac');

    stub->says = text.c_str();
    ASSERT_EQ(open(), 0) << err.text;
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[1].second.find('?'), std::string::npos);
    EXPECT_EQ(lines[1].second.substr(lines[1].second.size() - 3), "\xe2\x82\xac");
}
