/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of a Windows machine as far as the two backends see it: the interfaces with their addresses
 * and settings, and what a process holds of it. The models of the doors (model_*.cc) change it, tests
 * look at it and play the far side. Everything is in one process and behind one lock.
 */
#ifndef VNIC_TESTS_MODEL_MACHINE_H
#define VNIC_TESTS_MODEL_MACHINE_H

#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <iphlpapi.h>

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace model
{

using Bytes = std::vector<uint8_t>;

/* What the IP stack holds of an interface for one family. */
struct Family {
    bool present = true; /* the family is bound to the interface */
    uint32_t mtu = 1500;
    uint32_t metric = 0;
    bool automatic_metric = true;
    uint32_t dad_transmits = 1;
};

struct Address {
    std::string text; /* "10.9.0.1/24" */
    MIB_UNICASTIPADDRESS_ROW row;
    unsigned looks =
        0; /* at the table until the detection of duplicates begins, then until it ends */
    bool detecting = false;
};

/* DNS settings of one family. */
struct Dns {
    std::wstring servers, search;
};

/* One network adapter: the device, its driver's state and what the IP stack knows of it. */
struct Interface {
    enum class Driver { wintun, tap, other };

    Driver driver = Driver::other;
    std::wstring name;        /* the connection's: "tun0" */
    std::wstring description; /* the device's: "vnic Tunnel" */
    std::wstring hardware_id; /* "tap0901"; "Wintun" */
    std::wstring instance_id; /* "ROOT\\NET\\0000" */
    GUID guid = {};
    NET_LUID luid = {};
    uint32_t index = 0;
    uint8_t mac[6] = {};
    uint32_t driver_mtu = 1500; /* TAP: the most that the IP stack may use */
    bool enabled = true;        /* the device runs: not disabled by the device manager */
    bool up = true;             /* administrative state */
    bool connected = false;     /* the driver's media state */
    bool problem = false;       /* an orphan: its creator is gone */
    bool gone = false;          /* removed; kept alive by who still holds it */
    Family v4, v6;
    std::list<Address> addresses;
    Dns dns[2]; /* of IPv4 and IPv6, as SetInterfaceDnsSettings got them */
    uint64_t in_packets = 0, in_bytes = 0, out_packets = 0, out_bytes = 0;
};

using InterfacePtr = std::shared_ptr<Interface>;

/* The one lock of the model, and a condition that is broadcast after every change. */
std::recursive_mutex &lock();
using Hold = std::unique_lock<std::recursive_mutex>;
std::condition_variable_any &changed();

/* The interfaces that are there. Call with the lock held. */
std::list<InterfacePtr> &interfaces();
InterfacePtr find(const std::wstring &name);
InterfacePtr find(const GUID &guid);
InterfacePtr find(const NET_LUID &luid);

/* Adds an interface with what the system gives by itself: LUID, index, GUID when it is zero. */
InterfacePtr add(Interface::Driver driver, const std::wstring &name, const GUID &guid);
/* Takes it out of the machine; who holds it sees `gone`. */
void remove(const InterfacePtr &iface);

/* Everything that an operation which failed must leave as it was, a line each. */
std::string describe();

/* As after a start of the machine: no interface, no fault, no mistake. Holdings stay: they are checked. */
void reset();

std::string narrow(const std::wstring &text);
std::wstring widen(const std::string &text);
std::wstring text_of(const GUID &guid);

/* ---- What the process holds ---------------------------------------------------------------------- */

/* A door gave something out that has to be given back. */
void hold(const std::string &kind, const void *what);
/* It came back; a mistake when it was not out. */
void drop(const std::string &kind, const void *what);
bool is_held(const std::string &kind, const void *what);
/* How many are out, a kind a line. */
std::string holdings();

/* Notes a use of a door that no real system would survive: closed twice, used after its end, … */
void mistake(const std::string &what);
/* The mistakes since the last call, a line each; "" when there are none. */
std::string take_mistakes();

}

#endif
