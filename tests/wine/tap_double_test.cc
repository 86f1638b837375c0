/* SPDX-License-Identifier: Apache-2.0 */
/* The test TAP driver keeps the rules of TAP-Windows6: what the library's tests rest on. */
#include <windows.h>

#include <gtest/gtest.h>
#include <winioctl.h>

#include <algorithm>

#include "support/packets.h"
#include "wine/linux_far_side.h"
#include "wine/tap_device.h"

namespace wine
{

using packets::operator+;

static DWORD request_code(DWORD n)
{
    return CTL_CODE(FILE_DEVICE_UNKNOWN, n, METHOD_BUFFERED, FILE_ANY_ACCESS);
}

class TapDouble : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        unsigned long error = 0;
        guid = tap_install(L"tap0901", &error);
        ASSERT_NE(L"", guid) << error;
        ifindex = tap_ifindex(guid);
        ASSERT_EQ(0, lx_if_name(ifindex, ifname));
    }
    void TearDown() override
    {
        if (file != INVALID_HANDLE_VALUE) {
            CloseHandle(file);
        }
        for (HANDLE event : {reading.hEvent, writing.hEvent}) {
            if (event != nullptr) {
                CloseHandle(event);
            }
        }
        if (!guid.empty() && !is_removed) {
            EXPECT_TRUE(tap_remove(guid));
        }
        EXPECT_LT(lx_if_name(ifindex, ifname), 0) << "the interface outlives its adapter";
    }
    HANDLE open_device()
    {
        return CreateFileW((L"\\\\.\\Global\\" + guid + L".tap").c_str(),
                           GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                           FILE_ATTRIBUTE_SYSTEM | FILE_FLAG_OVERLAPPED, nullptr);
    }
    void start()
    {
        file = open_device();
        ASSERT_NE(INVALID_HANDLE_VALUE, file) << GetLastError();
        reading.hEvent = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        writing.hEvent = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        connect(1);
        ASSERT_TRUE(far_side.begin(ifindex));
    }
    DWORD control(HANDLE of, DWORD n, void *data, DWORD in, DWORD out, DWORD *ret_len = nullptr)
    {
        OVERLAPPED o = {};
        DWORD len = 0;

        o.hEvent = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        BOOL ok = DeviceIoControl(of, request_code(n), data, in, data, out, nullptr, &o);
        if (!ok && GetLastError() == ERROR_IO_PENDING) {
            ok = GetOverlappedResult(of, &o, &len, TRUE);
        } else if (ok) {
            ok = GetOverlappedResult(of, &o, &len, FALSE);
        }
        DWORD error = ok ? 0 : GetLastError();
        CloseHandle(o.hEvent);
        if (ret_len != nullptr) {
            *ret_len = len;
        }
        return error;
    }
    void connect(ULONG on)
    {
        EXPECT_EQ(0u, control(file, 6, &on, 4, 4));
    }
    /* Asks for a frame: 0, ERROR_IO_PENDING or another number. */
    DWORD ask()
    {
        return ReadFile(file, buffer, room, nullptr, &reading) ? 0 : GetLastError();
    }
    /* What became of it, waited for. */
    DWORD answer(Bytes *ret)
    {
        DWORD len = 0;

        if (WaitForSingleObject(reading.hEvent, 5000) != WAIT_OBJECT_0) {
            return WAIT_TIMEOUT;
        }
        if (!GetOverlappedResult(file, &reading, &len, FALSE)) {
            return GetLastError();
        }
        *ret = Bytes(buffer, buffer + len);
        return 0;
    }
    DWORD put(const Bytes &frame)
    {
        DWORD len = 0;

        if (!WriteFile(file, frame.data(), static_cast<DWORD>(frame.size()), nullptr, &writing) &&
            GetLastError() != ERROR_IO_PENDING) {
            return GetLastError();
        }
        return GetOverlappedResult(file, &writing, &len, TRUE) ? 0 : GetLastError();
    }
    static Bytes frame(size_t payload, uint32_t seed)
    {
        Bytes body(payload, static_cast<uint8_t>(seed));
        return packets::ethernet(0x0800, packets::ipv4(17, packets::udp(body)));
    }

    std::wstring guid;
    int ifindex = -1;
    char ifname[LX_IFNAMSIZ] = "";
    bool is_removed = false;
    HANDLE file = INVALID_HANDLE_VALUE;
    OVERLAPPED reading = {}, writing = {};
    uint8_t buffer[65568];
    DWORD room = sizeof buffer;
    FarSide far_side;
};

TEST_F(TapDouble, IsFoundInTheRegistry)
{
    std::vector<std::wstring> all = tap_adapters();
    EXPECT_NE(all.end(), std::find(all.begin(), all.end(), guid));
    unsigned long error = 0;
    std::wstring second = tap_install(L"root\\tap0901", &error);
    ASSERT_NE(L"", second) << error;
    EXPECT_NE(guid, second);
    EXPECT_NE(ifindex, tap_ifindex(second));
    EXPECT_TRUE(tap_remove(second));
    EXPECT_EQ(-1, tap_ifindex(second));
    EXPECT_EQ(L"", tap_install(L"tap9999", &error));
}

TEST_F(TapDouble, AnswersRequests)
{
    start();
    uint8_t mac[6];
    ULONG version[3], mtu = 0, len = 0;
    EXPECT_EQ(0u, control(file, 1, mac, 0, sizeof mac, &len));
    EXPECT_EQ(6u, len);
    EXPECT_EQ(0, mac[0]);
    EXPECT_EQ(0xFF, mac[1]);
    EXPECT_EQ(0u, control(file, 2, version, 0, sizeof version));
    EXPECT_EQ(9u, version[0]);
    EXPECT_EQ(27u, version[1]);
    EXPECT_EQ(0u, control(file, 3, &mtu, 0, sizeof mtu));
    EXPECT_EQ(1500u, mtu);
    EXPECT_EQ(static_cast<DWORD>(ERROR_INSUFFICIENT_BUFFER), control(file, 2, version, 0, 8));
    EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), control(file, 6, version, 2, 0));
    EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_FUNCTION), control(file, 99, version, 0, 0));
}

TEST_F(TapDouble, HasOneUser)
{
    start();
    HANDLE second = open_device();
    ULONG version[3];
    /* Windows refuses it at once; here nothing works on it. */
    if (second != INVALID_HANDLE_VALUE) {
        EXPECT_EQ(static_cast<DWORD>(ERROR_GEN_FAILURE), control(second, 2, version, 0, 12));
        CloseHandle(second);
    }
    EXPECT_EQ(0u, control(file, 2, version, 0, 12));
    CloseHandle(file);
    file = open_device();
    EXPECT_EQ(0u, control(file, 2, version, 0, 12));
}

TEST_F(TapDouble, FramesBothWays)
{
    start();
    Bytes got;
    for (uint32_t i = 0; i < 200; i++) {
        Bytes f = frame(1000 + i, i);
        /* Half of them find a read that waits, half are found by it. */
        DWORD asked = i % 2 ? ask() : 0;
        ASSERT_TRUE(far_side.send(f));
        asked = i % 2 ? asked : ask();
        ASSERT_TRUE(asked == 0 || asked == ERROR_IO_PENDING) << asked;
        ASSERT_EQ(0u, answer(&got));
        EXPECT_EQ(f, got);
        EXPECT_EQ(0u, put(f));
        EXPECT_EQ(f, far_side.recv(5000));
    }
    EXPECT_EQ(static_cast<DWORD>(ERROR_INSUFFICIENT_BUFFER), put(Bytes(13)));
    /* A frame that does not fit is lost with its read. */
    room = 100;
    ASSERT_TRUE(far_side.send(frame(1000, 1)));
    (void)ask();
    EXPECT_EQ(static_cast<DWORD>(ERROR_MORE_DATA), answer(&got));
}

TEST_F(TapDouble, ReadsAreCancelled)
{
    start();
    Bytes got;
    ASSERT_EQ(static_cast<DWORD>(ERROR_IO_PENDING), ask());
    EXPECT_TRUE(CancelIoEx(file, &reading));
    EXPECT_EQ(static_cast<DWORD>(ERROR_OPERATION_ABORTED), answer(&got));
    ASSERT_EQ(static_cast<DWORD>(ERROR_IO_PENDING), ask());
    connect(0);
    EXPECT_EQ(static_cast<DWORD>(ERROR_OPERATION_ABORTED), answer(&got));
    EXPECT_EQ(static_cast<DWORD>(ERROR_OPERATION_ABORTED), ask());
    EXPECT_EQ(static_cast<DWORD>(ERROR_OPERATION_ABORTED), put(frame(10, 0)));
    connect(1);
    ASSERT_EQ(static_cast<DWORD>(ERROR_IO_PENDING), ask());
    ASSERT_TRUE(far_side.send(frame(10, 7)));
    EXPECT_EQ(0u, answer(&got));
}

TEST_F(TapDouble, RemovalEndsReads)
{
    start();
    Bytes got;
    ASSERT_EQ(static_cast<DWORD>(ERROR_IO_PENDING), ask());
    ASSERT_TRUE(tap_remove(guid));
    is_removed = true;
    EXPECT_EQ(static_cast<DWORD>(ERROR_OPERATION_ABORTED), answer(&got));
    EXPECT_EQ(INVALID_HANDLE_VALUE, open_device());
    EXPECT_EQ(static_cast<DWORD>(ERROR_FILE_NOT_FOUND), GetLastError());
}

/* Point-to-point mode: no headers, and the driver answers ARP for what is behind the adapter. */
TEST_F(TapDouble, TunMode)
{
    start();
    uint8_t addresses[12] = {10, 9, 0, 1, 10, 9, 0, 0, 255, 255, 255, 0}, mac[6];
    ASSERT_EQ(0u, control(file, 10, addresses, 12, 12));
    ASSERT_EQ(0u, control(file, 1, mac, 0, sizeof mac));
    Bytes ours(mac, mac + 6), peer = ours, got;
    peer[2]++;
    Bytes arp = packets::hex("ffffffffffff") + ours + packets::hex("0806 0001 0800 06 04 0001") +
                ours + packets::hex("0a090001 000000000000 0a090002");
    ASSERT_TRUE(far_side.send(arp));
    Bytes reply = far_side.recv(5000);
    ASSERT_EQ(42u, reply.size());
    EXPECT_EQ(peer, Bytes(reply.begin() + 22, reply.begin() + 28));
    Bytes packet = packets::ipv4(17, packets::udp(Bytes(100)));
    ASSERT_EQ(static_cast<DWORD>(ERROR_IO_PENDING), ask());
    ASSERT_TRUE(far_side.send(peer + ours + packets::hex("0800") + packet));
    EXPECT_EQ(0u, answer(&got));
    EXPECT_EQ(packet, got);
    EXPECT_EQ(0u, put(packet));
    EXPECT_EQ(ours + peer + packets::hex("0800") + packet, far_side.recv(5000));
    addresses[7] = 1;
    EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), control(file, 10, addresses, 12, 12));
}

} /* namespace wine */
