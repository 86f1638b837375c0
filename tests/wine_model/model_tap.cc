/* SPDX-License-Identifier: Apache-2.0 */
#include "model_tap.h"

#include <winioctl.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>

namespace model
{
namespace
{

/* src/tap-windows.h, "TAP IOCTLs". */
constexpr DWORD tap_code(DWORD function)
{
    return CTL_CODE(FILE_DEVICE_UNKNOWN, function, METHOD_BUFFERED, FILE_ANY_ACCESS);
}
constexpr DWORD GET_MAC = tap_code(1), GET_VERSION = tap_code(2), GET_MTU = tap_code(3);
constexpr DWORD SET_MEDIA_STATUS = tap_code(6), CONFIG_TUN = tap_code(10);

/* The driver itself sets no limit (src/mem.c); src/constants.h: ETHERNET_HEADER_SIZE. */
constexpr size_t QUEUE = 4096;
constexpr size_t HEADER = 14;

/* ntstatus.h; what GetOverlappedResult() makes of them is ntdll's RtlNtStatusToDosError(). */
constexpr ULONG_PTR SUCCESS = 0, PENDING = 0x103, CANCELLED = 0xC0000120;
constexpr ULONG_PTR TOO_LONG = 0x80000005; /* STATUS_BUFFER_OVERFLOW */

struct Operation {
    uint8_t *buf;
    DWORD len;
    OVERLAPPED *overlapped;
    DWORD thread;
};

struct Device {
    HANDLE handle = nullptr; /* NULL: not open; an event, so that waiting for it is allowed */
    bool occupied = false;
    int opened = 0;
    bool tun = false;
    uint8_t tun_config[12] = {};
    std::deque<Operation> reads, writes;
    std::deque<Bytes> waiting; /* for the program */
    std::deque<Bytes> written; /* by the program */
};

std::map<const Interface *, Device> devices;
std::map<HANDLE, InterfacePtr> open_ones;
TapFaults faults;

DWORD error_of(ULONG_PTR status)
{
    switch (status) {
    case SUCCESS:
        return ERROR_SUCCESS;
    case CANCELLED:
        return ERROR_OPERATION_ABORTED;
    case TOO_LONG:
        return ERROR_MORE_DATA;
    default:
        return ERROR_GEN_FAILURE;
    }
}

BOOL refuse(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

void complete(const Operation &op, ULONG_PTR status, size_t len)
{
    op.overlapped->InternalHigh = len;
    op.overlapped->Internal = status;
    if (op.overlapped->hEvent != nullptr)
        SetEvent(op.overlapped->hEvent);
    changed().notify_all();
}

void start(OVERLAPPED *overlapped)
{
    overlapped->Internal = PENDING;
    overlapped->InternalHigh = 0;
    /* The I/O manager clears the event when an operation begins. */
    if (overlapped->hEvent != nullptr)
        ResetEvent(overlapped->hEvent);
}

/* src/adapter.c, tapAdapterReadAndWriteReady(): open, the medium is connected, and there is power. */
bool is_ready(const InterfacePtr &i)
{
    return !i->gone && i->enabled && i->connected && !faults.asleep;
}

/* src/txpath.c, tapCompletePendingReadIrp(): a frame that does not fit is dropped. */
void deliver(Device *device, const InterfacePtr &i)
{
    while (!device->reads.empty() && !device->waiting.empty()) {
        Operation op = device->reads.front();
        Bytes frame = device->waiting.front();
        device->reads.pop_front();
        device->waiting.pop_front();
        size_t skip = device->tun ? HEADER : 0;
        if (frame.size() < skip || frame.size() - skip > op.len) {
            complete(op, TOO_LONG, 0);
            continue;
        }
        memcpy(op.buf, frame.data() + skip, frame.size() - skip);
        i->in_packets++;
        i->in_bytes += frame.size();
        complete(op, SUCCESS, frame.size() - skip);
    }
}

/* src/device.c, tapFlushIrpQueues(). */
void abort_all(Device *device)
{
    for (auto *queue : {&device->reads, &device->writes}) {
        for (const auto &op : *queue)
            complete(op, CANCELLED, 0);
        queue->clear();
    }
}

/* src/device.c, tapResetAdapterState() and TapDeviceCleanup(). */
void clean_up(const InterfacePtr &i)
{
    Device &device = devices[i.get()];
    device.tun = false;
    device.waiting.clear();
    i->connected = false;
    abort_all(&device);
}

/* src/device.c, TAP_WIN_IOCTL_CONFIG_TUN: address, network and mask; the network must be within the mask. */
bool config_tun(Device *device, const void *in, DWORD len)
{
    uint32_t numbers[3];
    device->tun = false;
    if (len < sizeof numbers)
        return false;
    memcpy(numbers, in, sizeof numbers);
    memcpy(device->tun_config, in, sizeof numbers);
    device->tun = (numbers[1] & numbers[2]) == numbers[1];
    return device->tun;
}

/* What the far side sees of a write: in TUN mode the driver puts an Ethernet header before it. */
Bytes frame_of(const Device &device, const InterfacePtr &i, const Operation &op)
{
    Bytes frame;
    if (device.tun) {
        frame.insert(frame.end(), i->mac, i->mac + 6);
        frame.insert(frame.end(), i->mac, i->mac + 6);
        bool v6 = op.buf[0] >> 4 == 6;
        frame.push_back(v6 ? 0x86 : 0x08);
        frame.push_back(v6 ? 0xDD : 0x00);
    }
    frame.insert(frame.end(), op.buf, op.buf + op.len);
    return frame;
}

void finish_write(Device *device, const InterfacePtr &i, const Operation &op)
{
    device->written.push_back(frame_of(*device, i, op));
    i->out_packets++;
    i->out_bytes += device->written.back().size();
    complete(op, SUCCESS, op.len);
}

InterfacePtr interface_of(HANDLE handle, const char *function)
{
    auto found = open_ones.find(handle);
    if (found != open_ones.end())
        return found->second;
    mistake(std::string(function) + " on a device that is not open");
    return std::make_shared<Interface>();
}

}

bool is_device(HANDLE handle)
{
    Hold hold(lock());
    return open_ones.count(handle) != 0;
}

/* src/device.c, TapDeviceCreate(): one opener at a time, STATUS_UNSUCCESSFUL for the next. */
HANDLE device_open(const std::wstring &path)
{
    Hold hold(lock());
    for (const auto &i : interfaces()) {
        std::wstring own = L"\\\\.\\Global\\" + text_of(i->guid) + L".tap";
        if (i->driver != Interface::Driver::tap || _wcsicmp(own.c_str(), path.c_str()) != 0)
            continue;
        Device &device = devices[i.get()];
        if (!i->enabled)
            break;
        if (device.handle != nullptr || device.occupied) {
            SetLastError(ERROR_GEN_FAILURE);
            return INVALID_HANDLE_VALUE;
        }
        device.handle = CreateEventW(nullptr, TRUE, FALSE, nullptr);
        device.opened++;
        device.tun = false;
        open_ones[device.handle] = i;
        model::hold("device", device.handle);
        return device.handle;
    }
    SetLastError(ERROR_FILE_NOT_FOUND);
    return INVALID_HANDLE_VALUE;
}

void device_close(HANDLE handle)
{
    Hold hold(lock());
    InterfacePtr i = interface_of(handle, "CloseHandle");
    Device &device = devices[i.get()];
    /* The driver of an adapter that was started anew knows nothing of this one. */
    if (device.handle == handle) {
        clean_up(i);
        device.handle = nullptr;
    }
    open_ones.erase(handle);
    drop("device", handle);
    CloseHandle(handle);
}

BOOL device_control(HANDLE handle, DWORD code, const void *in, DWORD in_len, void *out,
                    DWORD out_len, DWORD *ret_len, OVERLAPPED *overlapped)
{
    Hold hold(lock());
    InterfacePtr i = interface_of(handle, "DeviceIoControl");
    Device &device = devices[i.get()];
    const DWORD version[3] = {faults.major, faults.minor, 0};
    const void *answer = nullptr;
    DWORD len = 0;
    /* One that is gone answers all the same: src/device.c looks at what the file points to. */
    if (code == GET_MAC) {
        answer = i->mac;
        len = sizeof i->mac;
    } else if (code == GET_VERSION) {
        answer = version;
        len = sizeof version;
    } else if (code == GET_MTU) {
        answer = &i->driver_mtu;
        len = sizeof i->driver_mtu;
    } else if (code == SET_MEDIA_STATUS && in_len >= sizeof(ULONG)) {
        ULONG on;
        memcpy(&on, in, sizeof on);
        if (device.handle == handle)
            i->connected = on != 0;
        if (on == 0)
            device.waiting.clear();
        changed().notify_all();
    } else if (code == CONFIG_TUN) {
        if (!config_tun(&device, in, in_len))
            return refuse(ERROR_INVALID_PARAMETER);
    } else {
        return refuse(ERROR_INVALID_FUNCTION);
    }
    /* STATUS_BUFFER_TOO_SMALL */
    if (out_len < len)
        return refuse(ERROR_INSUFFICIENT_BUFFER);
    if (len > 0)
        memcpy(out, answer, len);
    if (ret_len != nullptr)
        *ret_len = len;
    if (overlapped != nullptr)
        complete({nullptr, 0, overlapped, 0}, SUCCESS, len);
    return TRUE;
}

/* src/txpath.c, TapDeviceRead(): queued, and STATUS_PENDING whatever comes of it. */
BOOL device_read(HANDLE handle, void *buf, DWORD len, OVERLAPPED *overlapped)
{
    Hold hold(lock());
    InterfacePtr i = interface_of(handle, "ReadFile");
    Device &device = devices[i.get()];
    if (!is_ready(i) || device.handle != handle)
        return refuse(ERROR_OPERATION_ABORTED);
    if (faults.read_error != 0)
        return refuse(faults.read_error);
    start(overlapped);
    device.reads.push_back({static_cast<uint8_t *>(buf), len, overlapped, GetCurrentThreadId()});
    deliver(&device, i);
    if (faults.at_once && overlapped->Internal == SUCCESS)
        return TRUE;
    return refuse(ERROR_IO_PENDING);
}

/* src/rxpath.c, TapDeviceWrite(). */
BOOL device_write(HANDLE handle, const void *data, DWORD len, OVERLAPPED *overlapped)
{
    Hold hold(lock());
    InterfacePtr i = interface_of(handle, "WriteFile");
    Device &device = devices[i.get()];
    Operation op = {static_cast<uint8_t *>(const_cast<void *>(data)), len, overlapped,
                    GetCurrentThreadId()};
    if (!is_ready(i) || device.handle != handle)
        return refuse(ERROR_OPERATION_ABORTED);
    if (faults.write_error != 0)
        return refuse(faults.write_error);
    if (len < (device.tun ? 20u : HEADER))
        return refuse(ERROR_INSUFFICIENT_BUFFER);
    start(overlapped);
    if (faults.slow_writes) {
        device.writes.push_back(op);
        return refuse(ERROR_IO_PENDING);
    }
    finish_write(&device, i, op);
    return TRUE;
}

BOOL device_cancel(HANDLE handle, OVERLAPPED *overlapped)
{
    Hold hold(lock());
    InterfacePtr i = interface_of(handle, "CancelIoEx");
    Device &device = devices[i.get()];
    bool found = false;
    if (faults.cancel_error != 0)
        return refuse(faults.cancel_error);
    for (auto *queue : {&device.reads, &device.writes})
        for (auto op = queue->begin(); op != queue->end();) {
            if (overlapped != nullptr && op->overlapped != overlapped) {
                ++op;
                continue;
            }
            complete(*op, CANCELLED, 0);
            op = queue->erase(op);
            found = true;
        }
    return found ? TRUE : refuse(ERROR_NOT_FOUND);
}

BOOL device_result(HANDLE handle, OVERLAPPED *overlapped, DWORD *ret_len, BOOL wait)
{
    Hold hold(lock());
    (void)interface_of(handle, "GetOverlappedResult");
    while (overlapped->Internal == PENDING) {
        if (!wait)
            return refuse(ERROR_IO_INCOMPLETE);
        changed().wait(hold);
    }
    *ret_len = static_cast<DWORD>(overlapped->InternalHigh);
    DWORD error = error_of(overlapped->Internal);
    return error == ERROR_SUCCESS ? TRUE : refuse(error);
}

TapFaults &tap_faults()
{
    return faults;
}

bool tap_give(const InterfacePtr &i, const Bytes &frame)
{
    Hold hold(lock());
    Device &device = devices[i.get()];
    if (device.handle == nullptr || !is_ready(i) || device.waiting.size() >= QUEUE)
        return false;
    device.waiting.push_back(frame);
    deliver(&device, i);
    return true;
}

Bytes tap_take(const InterfacePtr &i, int timeout_ms)
{
    auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    Hold hold(lock());
    Device &device = devices[i.get()];
    while (device.written.empty())
        if (changed().wait_until(hold, end) == std::cv_status::timeout && device.written.empty())
            return {};
    Bytes frame = device.written.front();
    device.written.pop_front();
    return frame;
}

void tap_finish_writes(const InterfacePtr &i)
{
    Hold hold(lock());
    Device &device = devices[i.get()];
    for (const auto &op : device.writes)
        finish_write(&device, i, op);
    device.writes.clear();
}

void tap_abort_all(const InterfacePtr &i)
{
    Hold hold(lock());
    abort_all(&devices[i.get()]);
}

void tap_end_thread(const InterfacePtr &i, DWORD thread)
{
    Hold hold(lock());
    std::deque<Operation> others;
    Device &device = devices[i.get()];
    for (const auto &op : device.reads) {
        if (op.thread == thread)
            complete(op, CANCELLED, 0);
        else
            others.push_back(op);
    }
    device.reads = others;
}

void tap_start_anew(const InterfacePtr &i)
{
    Hold hold(lock());
    clean_up(i);
    devices[i.get()].handle = nullptr;
}

int tap_opened(const InterfacePtr &i)
{
    Hold hold(lock());
    return devices[i.get()].opened;
}

/* src/device.c, DestroyTapDevice(): pending operations end with STATUS_CANCELLED, the queue is flushed. */
void tap_pull(const InterfacePtr &i)
{
    Hold hold(lock());
    remove(i);
    clean_up(i);
}

void tap_occupy(const InterfacePtr &i, bool occupied)
{
    Hold hold(lock());
    devices[i.get()].occupied = occupied;
}

bool tap_is_open(const InterfacePtr &i)
{
    Hold hold(lock());
    return devices[i.get()].handle != nullptr;
}

bool tap_is_tun(const InterfacePtr &i)
{
    Hold hold(lock());
    return devices[i.get()].tun;
}

std::string tap_tun_config(const InterfacePtr &i)
{
    Hold hold(lock());
    std::string text;
    for (int n = 0; n < 12; n++)
        text += (n == 0       ? ""
                 : n % 4 == 0 ? " "
                              : ".") +
                std::to_string(devices[i.get()].tun_config[n]);
    return text;
}

size_t tap_pending_reads(const InterfacePtr &i)
{
    Hold hold(lock());
    return devices[i.get()].reads.size();
}

size_t tap_pending_writes(const InterfacePtr &i)
{
    Hold hold(lock());
    return devices[i.get()].writes.size();
}

void tap_freed(const void *block, size_t size)
{
    Hold hold(lock());
    auto from = reinterpret_cast<uintptr_t>(block), to = from + size;
    auto is_inside = [from, to](const void *p) {
        auto at = reinterpret_cast<uintptr_t>(p);
        return at >= from && at < to;
    };
    for (const auto &device : devices)
        for (const auto *queue : {&device.second.reads, &device.second.writes})
            for (const auto &op : *queue)
                if (is_inside(op.buf) || is_inside(op.overlapped))
                    mistake("memory is freed that the device still has an operation in");
}

void tap_reset()
{
    Hold hold(lock());
    for (auto &device : devices)
        abort_all(&device.second);
    devices.clear();
    faults = TapFaults();
}

}
