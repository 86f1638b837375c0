/* SPDX-License-Identifier: Apache-2.0 */
#include "model_wintun.h"

#include <atomic>
#include <chrono>
#include <cstring>

#include "model_ring.h"

namespace model
{
namespace
{

/* wintun.h: WINTUN_MIN_RING_CAPACITY, WINTUN_MAX_RING_CAPACITY; api/adapter.h: MAX_ADAPTER_NAME. */
constexpr DWORD MIN_CAPACITY = 0x20000;
constexpr DWORD MAX_CAPACITY = 0x4000000;
constexpr size_t MAX_NAME = 128;

/* 0.14, as major << 16 | minor. */
constexpr DWORD VERSION = 14;

struct Session {
    explicit Session(DWORD size) : capacity(size), up(size), down(size)
    {
        event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    }
    ~Session()
    {
        CloseHandle(event);
    }
    DWORD capacity;
    Ring up, down;               /* driver to program, program to driver */
    HANDLE event;                /* api/session.c: auto-reset, not set */
    std::atomic<int> senders{0}; /* threads inside the functions for sending */
    std::atomic<int> inside{0};  /* threads inside any function of packets */
    InterfacePtr iface;
};

struct Adapter {
    InterfacePtr iface;
    bool creator;
};

using Logger = void(CALLBACK *)(int level, uint64_t time, const wchar_t *text);

std::map<const Interface *, std::shared_ptr<Session>> sessions;
Logger logger;
WintunFaults faults;

void say(int level, const wchar_t *text)
{
    Logger to;
    {
        Hold hold(lock());
        to = faults.talks ? logger : nullptr;
    }
    if (to != nullptr)
        to(level, 0, text);
}

/* Fails as the DLL does: NULL and the last error. */
template <typename T> T *fail(DWORD error, const wchar_t *text)
{
    say(2, text);
    SetLastError(error);
    return nullptr;
}

std::shared_ptr<Session> session_of(const InterfacePtr &i)
{
    auto found = sessions.find(i.get());
    return found == sessions.end() ? nullptr : found->second;
}

/* The session a handle stands for; one that has ended is a mistake nobody survives. */
Session *checked(void *handle, const char *function)
{
    if (!is_held("wintun session", handle))
        mistake(std::string(function) + " on a session that is not there");
    return static_cast<Session *>(handle);
}

/* A call of the packet functions: the session must outlive it, and 0.14.1 wants one sender at a time. */
class Inside
{
  public:
    Inside(Session *session, bool sends) : session_(session), sends_(sends)
    {
        session_->inside++;
        if (sends_ && session_->senders++ > 0)
            mistake("two threads send on one session at once");
    }
    ~Inside()
    {
        if (sends_)
            session_->senders--;
        session_->inside--;
    }

  private:
    Session *session_;
    bool sends_;
};

/* api/adapter.c, NciSetAdapterName: who has the name is renamed to "NAME 1", "NAME 2", … */
void take_name_from_others(const std::wstring &name)
{
    InterfacePtr other = find(name);
    for (int n = 1; other != nullptr; n++) {
        std::wstring proposal = name + L" " + std::to_wstring(n);
        if (find(proposal) == nullptr) {
            other->name = proposal;
            return;
        }
    }
}

/* api/adapter.c, AdapterCleanupOrphanedDevices: every call of create, open and close starts it. */
void clean_orphans()
{
    for (auto i = interfaces().begin(); i != interfaces().end();) {
        InterfacePtr it = *i++;
        if (it->driver == Interface::Driver::wintun && it->problem)
            remove(it);
    }
}

void *WINAPI create_adapter(const wchar_t *name, const wchar_t *type, const GUID *guid)
{
    static const GUID none = {};
    Hold hold(lock());
    if (wcslen(name) >= MAX_NAME || wcslen(type) >= MAX_NAME)
        return fail<void>(ERROR_BUFFER_OVERFLOW, L"the name is too long");
    if (faults.no_driver)
        return fail<void>(ERROR_FILE_NOT_FOUND, L"Failed to install the driver");
    clean_orphans();
    /* SwDeviceCreate: an instance id that is in use already. */
    if (guid != nullptr && find(*guid) != nullptr)
        return fail<void>(ERROR_ALREADY_EXISTS, L"Failed to initiate device creation");
    take_name_from_others(name);
    /* The same function: who has the name may be a device that is not there, and cannot be renamed. */
    std::wstring given = name;
    if (faults.names_kept > 0) {
        faults.names_kept--;
        given += L" 1";
    }
    InterfacePtr i = add(Interface::Driver::wintun, given, guid != nullptr ? *guid : none);
    i->description = std::wstring(type) + L" Tunnel";
    i->hardware_id = L"Wintun";
    i->instance_id = L"SWD\\Wintun\\" + text_of(i->guid);
    i->v4.mtu = i->v6.mtu = 65535;
    if (faults.driver_version == 0)
        faults.driver_version = VERSION;
    auto *adapter = new Adapter{i, true};
    model::hold("wintun adapter", adapter);
    hold.unlock();
    say(0, L"Creating adapter");
    return adapter;
}

void *WINAPI open_adapter(const wchar_t *name)
{
    Hold hold(lock());
    InterfacePtr i = find(std::wstring(name));
    if (i == nullptr || i->driver != Interface::Driver::wintun || i->problem)
        return fail<void>(ERROR_NOT_FOUND, L"Failed to find matching adapter name");
    auto *adapter = new Adapter{i, false};
    model::hold("wintun adapter", adapter);
    return adapter;
}

void WINAPI close_adapter(void *handle)
{
    Hold hold(lock());
    auto *adapter = static_cast<Adapter *>(handle);
    if (adapter == nullptr)
        return;
    drop("wintun adapter", adapter);
    if (adapter->creator) {
        if (session_of(adapter->iface) != nullptr)
            session_of(adapter->iface)->up.end();
        remove(adapter->iface);
    }
    delete adapter;
}

BOOL WINAPI delete_driver(void)
{
    Hold hold(lock());
    clean_orphans();
    for (const auto &i : interfaces())
        if (i->driver == Interface::Driver::wintun) {
            SetLastError(ERROR_DEVICE_IN_USE);
            return FALSE;
        }
    faults.driver_version = 0;
    return TRUE;
}

void WINAPI get_adapter_luid(void *handle, uint64_t *ret_luid)
{
    *ret_luid = static_cast<Adapter *>(handle)->iface->luid.Value;
}

DWORD WINAPI get_running_driver_version(void)
{
    Hold hold(lock());
    if (faults.driver_version == 0)
        SetLastError(ERROR_FILE_NOT_FOUND);
    return faults.driver_version;
}

void WINAPI set_logger(Logger to)
{
    Hold hold(lock());
    logger = to;
}

/* driver/wintun.c, TunRegisterBuffers: the size is checked there, and there is one owner. */
void *WINAPI start_session(void *handle, DWORD capacity)
{
    Hold hold(lock());
    InterfacePtr i = static_cast<Adapter *>(handle)->iface;
    if (i->gone || !i->enabled)
        return fail<void>(ERROR_FILE_NOT_FOUND, L"Failed to connect to adapter interface");
    if (session_of(i) != nullptr)
        return fail<void>(ERROR_ALREADY_INITIALIZED, L"Failed to register rings");
    if (capacity < MIN_CAPACITY || capacity > MAX_CAPACITY || (capacity & (capacity - 1)) != 0)
        return fail<void>(ERROR_INVALID_PARAMETER, L"Failed to register rings");
    auto session = std::make_shared<Session>(capacity);
    session->iface = i;
    sessions[i.get()] = session;
    i->connected = true;
    model::hold("wintun session", session.get());
    changed().notify_all();
    return session.get();
}

void WINAPI end_session(void *handle)
{
    Session *session = checked(handle, "WintunEndSession");
    Hold hold(lock());
    if (session->inside != 0)
        mistake("a session ends while a thread is inside it");
    drop("wintun session", session);
    InterfacePtr i = session->iface;
    i->connected = false;
    sessions.erase(i.get());
    changed().notify_all();
}

HANDLE WINAPI get_read_wait_event(void *handle)
{
    return checked(handle, "WintunGetReadWaitEvent")->event;
}

BYTE *WINAPI receive_packet(void *handle, DWORD *ret_size)
{
    Session *session = checked(handle, "WintunReceivePacket");
    Inside inside(session, false);
    Hold hold(lock());
    uint32_t size = 0;
    DWORD error = 0;
    uint8_t *packet = session->up.receive(&size, &error);
    *ret_size = size;
    if (packet == nullptr)
        SetLastError(error);
    return packet;
}

void WINAPI release_receive_packet(void *handle, const BYTE *packet)
{
    Session *session = checked(handle, "WintunReleaseReceivePacket");
    Inside inside(session, false);
    Hold hold(lock());
    session->up.release(packet);
}

BYTE *WINAPI allocate_send_packet(void *handle, DWORD size)
{
    Session *session = checked(handle, "WintunAllocateSendPacket");
    Inside inside(session, true);
    Hold hold(lock());
    DWORD error = 0;
    uint8_t *packet = session->down.allocate(size, &error);
    if (packet == nullptr)
        SetLastError(error);
    return packet;
}

void WINAPI send_packet(void *handle, const BYTE *packet)
{
    Session *session = checked(handle, "WintunSendPacket");
    Inside inside(session, true);
    Hold hold(lock());
    if (session->down.send(packet))
        changed().notify_all();
    session->iface->out_packets++;
    session->iface->out_bytes += Ring::size_of(packet);
}

bool give(const InterfacePtr &i, const Bytes &packet, bool with_event)
{
    Hold hold(lock());
    auto session = session_of(i);
    DWORD error;
    uint8_t *room = session == nullptr
                        ? nullptr
                        : session->up.allocate(static_cast<uint32_t>(packet.size()), &error);
    if (room == nullptr)
        return false;
    memcpy(room, packet.data(), packet.size());
    (void)session->up.send(room);
    i->in_packets++;
    i->in_bytes += packet.size();
    if (with_event)
        SetEvent(session->event);
    return true;
}

}

FARPROC wintun_entry(const std::string &name)
{
    static const std::map<std::string, FARPROC> entries = {
#define ENTRY(name, function) {name, reinterpret_cast<FARPROC>(reinterpret_cast<void *>(function))}
        ENTRY("WintunCreateAdapter", create_adapter),
        ENTRY("WintunOpenAdapter", open_adapter),
        ENTRY("WintunCloseAdapter", close_adapter),
        ENTRY("WintunDeleteDriver", delete_driver),
        ENTRY("WintunGetAdapterLUID", get_adapter_luid),
        ENTRY("WintunGetRunningDriverVersion", get_running_driver_version),
        ENTRY("WintunSetLogger", set_logger),
        ENTRY("WintunStartSession", start_session),
        ENTRY("WintunEndSession", end_session),
        ENTRY("WintunGetReadWaitEvent", get_read_wait_event),
        ENTRY("WintunReceivePacket", receive_packet),
        ENTRY("WintunReleaseReceivePacket", release_receive_packet),
        ENTRY("WintunAllocateSendPacket", allocate_send_packet),
        ENTRY("WintunSendPacket", send_packet),
#undef ENTRY
    };
    auto found = entries.find(name);
    return found == entries.end() || name == faults.missing_entry ? nullptr : found->second;
}

WintunFaults &wintun_faults()
{
    return faults;
}

bool wintun_give(const InterfacePtr &i, const Bytes &packet)
{
    return give(i, packet, true);
}

bool wintun_give_silently(const InterfacePtr &i, const Bytes &packet)
{
    return give(i, packet, false);
}

Bytes wintun_take(const InterfacePtr &i, int timeout_ms)
{
    auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    Hold hold(lock());
    for (;;) {
        auto session = session_of(i);
        uint32_t size;
        DWORD error;
        uint8_t *packet = session != nullptr ? session->down.receive(&size, &error) : nullptr;
        if (packet != nullptr) {
            Bytes copy(packet, packet + size);
            session->down.release(packet);
            return copy;
        }
        if (changed().wait_until(hold, end) == std::cv_status::timeout)
            return {};
    }
}

void wintun_corrupt(const InterfacePtr &i)
{
    Hold hold(lock());
    auto session = session_of(i);
    if (session == nullptr)
        return;
    session->up.corrupt();
    SetEvent(session->event);
}

/* driver/wintun.c, TunUnregisterBuffers: both rings' ends become invalid and the event is set. */
void wintun_pull(const InterfacePtr &i)
{
    Hold hold(lock());
    auto session = session_of(i);
    remove(i);
    i->connected = false;
    if (session == nullptr)
        return;
    session->up.end();
    session->down.end();
    SetEvent(session->event);
}

InterfacePtr wintun_orphan(const std::wstring &name, const GUID &guid)
{
    InterfacePtr i = add(Interface::Driver::wintun, name, guid);
    i->hardware_id = L"Wintun";
    i->instance_id = L"SWD\\Wintun\\" + text_of(i->guid);
    i->problem = true;
    return i;
}

InterfacePtr wintun_foreign(const std::wstring &name, bool in_session)
{
    Hold hold(lock());
    InterfacePtr i = add(Interface::Driver::wintun, name, GUID{});
    i->hardware_id = L"Wintun";
    i->instance_id = L"SWD\\Wintun\\" + text_of(i->guid);
    i->v4.mtu = i->v6.mtu = 65535;
    if (in_session) {
        sessions[i.get()] = std::make_shared<Session>(MIN_CAPACITY);
        i->connected = true;
    }
    return i;
}

bool wintun_has_session(const InterfacePtr &i)
{
    Hold hold(lock());
    return session_of(i) != nullptr;
}

uint32_t wintun_capacity(const InterfacePtr &i)
{
    Hold hold(lock());
    auto session = session_of(i);
    return session != nullptr ? session->capacity : 0;
}

void wintun_reset()
{
    Hold hold(lock());
    sessions.clear();
    faults = WintunFaults();
}

}
