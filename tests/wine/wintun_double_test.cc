/* SPDX-License-Identifier: Apache-2.0 */
/* The test wintun.dll keeps Wintun's rules: what the library's tests rest on. */
#include <winsock2.h>

#include <windows.h>

#include <gtest/gtest.h>
#include <iphlpapi.h>
#include <netioapi.h>

#include <string>

#include "support/packets.h"
#include "wine/linux_far_side.h"

namespace wine
{

struct Adapter;
struct Session;
using Logger = BOOL(CALLBACK *)(int, DWORD64, LPCWSTR);

/* The 14 functions, found as a program finds them. */
static struct Functions {
    Adapter *(WINAPI *WintunCreateAdapter)(LPCWSTR, LPCWSTR, const GUID *);
    Adapter *(WINAPI *WintunOpenAdapter)(LPCWSTR);
    void(WINAPI *WintunCloseAdapter)(Adapter *);
    BOOL(WINAPI *WintunDeleteDriver)();
    void(WINAPI *WintunGetAdapterLUID)(Adapter *, NET_LUID *);
    DWORD(WINAPI *WintunGetRunningDriverVersion)();
    void(WINAPI *WintunSetLogger)(Logger);
    Session *(WINAPI *WintunStartSession)(Adapter *, DWORD);
    void(WINAPI *WintunEndSession)(Session *);
    HANDLE(WINAPI *WintunGetReadWaitEvent)(Session *);
    BYTE *(WINAPI *WintunReceivePacket)(Session *, DWORD *);
    void(WINAPI *WintunReleaseReceivePacket)(Session *, const BYTE *);
    BYTE *(WINAPI *WintunAllocateSendPacket)(Session *, DWORD);
    void(WINAPI *WintunSendPacket)(Session *, const BYTE *);
} w;

static const wchar_t *const plain = L"wtdouble0";
static const char *const plain_linux = "wtdouble0";

template <typename T> static void find(HMODULE dll, const char *name, T *ret)
{
    *ret = reinterpret_cast<T>(reinterpret_cast<void *>(GetProcAddress(dll, name)));
    EXPECT_NE(nullptr, *ret) << name;
}

class WintunDouble : public ::testing::Test
{
  protected:
    static void SetUpTestSuite()
    {
        HMODULE dll =
            LoadLibraryExW(L"wintun.dll", nullptr,
                           LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
        ASSERT_NE(nullptr, dll) << GetLastError();
#define FIND(name) find(dll, #name, &w.name)
        FIND(WintunCreateAdapter);
        FIND(WintunOpenAdapter);
        FIND(WintunCloseAdapter);
        FIND(WintunDeleteDriver);
        FIND(WintunGetAdapterLUID);
        FIND(WintunGetRunningDriverVersion);
        FIND(WintunSetLogger);
        FIND(WintunStartSession);
        FIND(WintunEndSession);
        FIND(WintunGetReadWaitEvent);
        FIND(WintunReceivePacket);
        FIND(WintunReleaseReceivePacket);
        FIND(WintunAllocateSendPacket);
        FIND(WintunSendPacket);
#undef FIND
    }
    void TearDown() override
    {
        if (session != nullptr) {
            w.WintunEndSession(session);
        }
        w.WintunCloseAdapter(adapter);
        EXPECT_LT(lx_if_index(plain_linux), 0) << "an adapter outlives its creator's handle";
    }
    void create()
    {
        adapter = w.WintunCreateAdapter(plain, L"Test", nullptr);
        ASSERT_NE(nullptr, adapter) << GetLastError();
    }
    void start(DWORD capacity = 0x20000)
    {
        create();
        session = w.WintunStartSession(adapter, capacity);
        ASSERT_NE(nullptr, session) << GetLastError();
        ASSERT_TRUE(far_side.begin(lx_if_index(plain_linux)));
    }
    /* A packet from the kernel, waited for. */
    BYTE *receive(DWORD *size)
    {
        for (;;) {
            BYTE *data = w.WintunReceivePacket(session, size);
            if (data != nullptr || GetLastError() != ERROR_NO_MORE_ITEMS ||
                WaitForSingleObject(w.WintunGetReadWaitEvent(session), 5000) != WAIT_OBJECT_0) {
                return data;
            }
        }
    }
    static Bytes packet(size_t payload, uint32_t seed)
    {
        Bytes body(payload, static_cast<uint8_t>(seed));
        return packets::ipv4(17, packets::udp(body));
    }

    Adapter *adapter = nullptr;
    Session *session = nullptr;
    FarSide far_side;
};

TEST_F(WintunDouble, AdapterIsALinuxInterface)
{
    create();
    NET_LUID luid, by_name;
    w.WintunGetAdapterLUID(adapter, &luid);
    ASSERT_EQ(0u, ConvertInterfaceAliasToLuid(plain, &by_name));
    EXPECT_EQ(by_name.Value, luid.Value);
    EXPECT_EQ(14u, w.WintunGetRunningDriverVersion());
    EXPECT_FALSE(w.WintunDeleteDriver());
    /* Another handle to it forgets it and does not end it. */
    Adapter *other = w.WintunOpenAdapter(L"WTDOUBLE0");
    ASSERT_NE(nullptr, other);
    w.WintunGetAdapterLUID(other, &by_name);
    EXPECT_EQ(by_name.Value, luid.Value);
    w.WintunCloseAdapter(other);
    EXPECT_GT(lx_if_index(plain_linux), 0);
    EXPECT_EQ(nullptr, w.WintunOpenAdapter(L"another name"));
    EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_FOUND), GetLastError());
}

TEST_F(WintunDouble, DriverGoesWithoutAdapters)
{
    create();
    w.WintunCloseAdapter(adapter);
    adapter = nullptr;
    EXPECT_TRUE(w.WintunDeleteDriver());
    EXPECT_EQ(0u, w.WintunGetRunningDriverVersion());
    EXPECT_EQ(static_cast<DWORD>(ERROR_FILE_NOT_FOUND), GetLastError());
}

TEST_F(WintunDouble, TakenNamesAndGuids)
{
    const GUID guid = {0x11223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}};
    adapter = w.WintunCreateAdapter(plain, L"Test", &guid);
    ASSERT_NE(nullptr, adapter) << GetLastError();
    int first = lx_if_index(plain_linux);
    EXPECT_EQ(nullptr, w.WintunCreateAdapter(L"unlike", L"Test", &guid));
    EXPECT_EQ(static_cast<DWORD>(HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS)), GetLastError());
    /* The name is taken from who has it. */
    Adapter *second = w.WintunCreateAdapter(plain, L"Test", nullptr);
    ASSERT_NE(nullptr, second) << GetLastError();
    EXPECT_NE(first, lx_if_index(plain_linux));
    Adapter *renamed = w.WintunOpenAdapter(L"wtdouble0 1");
    EXPECT_NE(nullptr, renamed);
    w.WintunCloseAdapter(renamed);
    w.WintunCloseAdapter(second);
    EXPECT_EQ(nullptr, w.WintunCreateAdapter(std::wstring(128, L'x').c_str(), L"Test", nullptr));
    EXPECT_EQ(static_cast<DWORD>(ERROR_BUFFER_OVERFLOW), GetLastError());
}

TEST_F(WintunDouble, NamesThatLinuxLacks)
{
    const std::wstring name = std::wstring(100, L'\x00e4') + L" 7";
    adapter = w.WintunCreateAdapter(name.c_str(), L"Test", nullptr);
    ASSERT_NE(nullptr, adapter) << GetLastError();
    Adapter *other = w.WintunOpenAdapter(name.c_str());
    EXPECT_NE(nullptr, other);
    w.WintunCloseAdapter(other);
}

TEST_F(WintunDouble, SessionsAreChecked)
{
    create();
    for (DWORD capacity : {0u, 0x10000u, 0x20001u, 0x30000u, 0x8000000u}) {
        EXPECT_EQ(nullptr, w.WintunStartSession(adapter, capacity)) << capacity;
        EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
    }
    session = w.WintunStartSession(adapter, 0x4000000);
    ASSERT_NE(nullptr, session) << GetLastError();
    Adapter *other = w.WintunOpenAdapter(plain);
    ASSERT_NE(nullptr, other);
    EXPECT_EQ(nullptr, w.WintunStartSession(other, 0x20000));
    EXPECT_EQ(static_cast<DWORD>(ERROR_ALREADY_INITIALIZED), GetLastError());
    w.WintunEndSession(session);
    session = w.WintunStartSession(other, 0x20000);
    EXPECT_NE(nullptr, session) << GetLastError();
    w.WintunCloseAdapter(other);
}

TEST_F(WintunDouble, PacketsBothWays)
{
    start();
    DWORD size = 0;
    EXPECT_EQ(nullptr, w.WintunReceivePacket(session, &size));
    EXPECT_EQ(static_cast<DWORD>(ERROR_NO_MORE_ITEMS), GetLastError());
    for (uint32_t i = 0; i < 300; i++) {
        Bytes p = packet(1000 + i, i);
        ASSERT_TRUE(far_side.send(p));
        BYTE *data = receive(&size);
        ASSERT_NE(nullptr, data) << GetLastError();
        EXPECT_EQ(p, Bytes(data, data + size));
        w.WintunReleaseReceivePacket(session, data);
        data = w.WintunAllocateSendPacket(session, static_cast<DWORD>(p.size()));
        ASSERT_NE(nullptr, data) << GetLastError();
        memcpy(data, p.data(), p.size());
        w.WintunSendPacket(session, data);
        EXPECT_EQ(p, far_side.recv(5000));
    }
}

/* What is lent keeps the ring full until the oldest comes back; what does not fit is dropped. */
TEST_F(WintunDouble, LentPacketsKeepTheirRoom)
{
    start();
    BYTE *lent[4];
    DWORD size = 0;
    for (uint32_t i = 0; i < 4; i++) {
        ASSERT_TRUE(far_side.send(packet(30000, i)));
        lent[i] = receive(&size);
        ASSERT_NE(nullptr, lent[i]) << GetLastError();
    }
    ASSERT_TRUE(far_side.send(packet(30000, 4)));
    /* A small one still fits; once it is here, the one before it has been dropped. */
    ASSERT_TRUE(far_side.send(packet(10, 9)));
    BYTE *small = receive(&size);
    ASSERT_NE(nullptr, small) << GetLastError();
    EXPECT_EQ(38u, size);
    w.WintunReleaseReceivePacket(session, small);
    for (int i = 3; i >= 0; i--) {
        EXPECT_EQ(nullptr, w.WintunReceivePacket(session, &size));
        EXPECT_EQ(i, lent[i][100]);
        w.WintunReleaseReceivePacket(session, lent[i]);
    }
    ASSERT_TRUE(far_side.send(packet(30000, 5)));
    BYTE *data = receive(&size);
    ASSERT_NE(nullptr, data) << GetLastError();
    EXPECT_EQ(5, data[100]);
}

/* They go out in the order of their allocation, and a full ring says so. */
TEST_F(WintunDouble, SendingInOrder)
{
    start();
    const Bytes p[] = {packet(30000, 0), packet(30000, 1), packet(30000, 2), packet(30000, 3)};
    BYTE *data[4];
    for (int i = 0; i < 4; i++) {
        data[i] = w.WintunAllocateSendPacket(session, static_cast<DWORD>(p[i].size()));
        ASSERT_NE(nullptr, data[i]) << GetLastError();
        memcpy(data[i], p[i].data(), p[i].size());
    }
    EXPECT_EQ(nullptr, w.WintunAllocateSendPacket(session, 30000));
    EXPECT_EQ(static_cast<DWORD>(ERROR_BUFFER_OVERFLOW), GetLastError());
    for (int i : {3, 2, 1}) {
        w.WintunSendPacket(session, data[i]);
    }
    EXPECT_EQ(Bytes{}, far_side.recv(50));
    w.WintunSendPacket(session, data[0]);
    for (const Bytes &want : p) {
        EXPECT_EQ(want, far_side.recv(5000));
    }
}

TEST_F(WintunDouble, RemovalEndsBothDirections)
{
    start();
    DWORD size = 0;
    ASSERT_EQ(0, lx_if_delete(lx_if_index(plain_linux)));
    EXPECT_EQ(WAIT_OBJECT_0, WaitForSingleObject(w.WintunGetReadWaitEvent(session), 5000));
    EXPECT_EQ(nullptr, w.WintunReceivePacket(session, &size));
    EXPECT_EQ(static_cast<DWORD>(ERROR_HANDLE_EOF), GetLastError());
    /* The driver finds out when it has something to send. */
    for (int i = 0; i < 500; i++) {
        BYTE *data = w.WintunAllocateSendPacket(session, 28);
        if (data == nullptr) {
            break;
        }
        memcpy(data, packet(0, 0).data(), 28);
        w.WintunSendPacket(session, data);
        Sleep(1);
    }
    EXPECT_EQ(nullptr, w.WintunAllocateSendPacket(session, 28));
    EXPECT_EQ(static_cast<DWORD>(ERROR_HANDLE_EOF), GetLastError());
    EXPECT_EQ(nullptr, w.WintunOpenAdapter(plain));
}

static int logged;
static DWORD64 logged_at;

TEST_F(WintunDouble, LoggerIsTold)
{
    w.WintunSetLogger([](int, DWORD64 timestamp, LPCWSTR text) -> BOOL {
        logged += text[0] != 0;
        logged_at = timestamp;
        return TRUE;
    });
    create();
    w.WintunSetLogger(nullptr);
    int before = logged;
    EXPECT_GT(before, 0);
    EXPECT_GT(logged_at, 130000000000000000ull);
    EXPECT_EQ(nullptr, w.WintunOpenAdapter(L"another name"));
    EXPECT_EQ(before, logged);
}

} /* namespace wine */
