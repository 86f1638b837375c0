/* SPDX-License-Identifier: Apache-2.0 */
#include "model_machine.h"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "model_registry.h"

namespace model
{
namespace
{

/* IF_TYPE_PROP_VIRTUAL (ipifcons.h), the type of both drivers' interfaces. */
constexpr uint64_t PROP_VIRTUAL = 53;

std::list<InterfacePtr> list;
uint32_t next_number = 1;
std::map<std::string, std::multiset<const void *>> held;
std::string mistakes;
/* DNS settings of adapters that are gone, by GUID: the next one of that GUID has them. */
std::map<std::wstring, std::array<Dns, 2>> left_dns;

}

std::recursive_mutex &lock()
{
    static std::recursive_mutex mutex;
    return mutex;
}

std::condition_variable_any &changed()
{
    static std::condition_variable_any condition;
    return condition;
}

std::list<InterfacePtr> &interfaces()
{
    return list;
}

/* Names of connections do not distinguish case. */
InterfacePtr find(const std::wstring &name)
{
    for (const auto &i : list)
        if (_wcsicmp(i->name.c_str(), name.c_str()) == 0)
            return i;
    return nullptr;
}

InterfacePtr find(const GUID &guid)
{
    for (const auto &i : list)
        if (IsEqualGUID(i->guid, guid))
            return i;
    return nullptr;
}

InterfacePtr find(const NET_LUID &luid)
{
    for (const auto &i : list)
        if (i->luid.Value == luid.Value)
            return i;
    return nullptr;
}

InterfacePtr add(Interface::Driver driver, const std::wstring &name, const GUID &guid)
{
    Hold hold(lock());
    static const GUID none = {};
    auto i = std::make_shared<Interface>();
    uint32_t number = next_number++;
    i->driver = driver;
    i->name = name;
    i->guid = guid;
    if (IsEqualGUID(guid, none)) {
        i->guid.Data1 = number;
        i->guid.Data2 = 0x4d6f;
    }
    /* ifdef.h: the type in bits 48 … 63, the number in bits 24 … 47. */
    i->luid.Value = PROP_VIRTUAL << 48 | static_cast<uint64_t>(number) << 24;
    i->index = number + 10;
    auto left = left_dns.find(text_of(i->guid));
    if (left != left_dns.end()) {
        std::copy(left->second.begin(), left->second.end(), i->dns);
        left_dns.erase(left);
    }
    list.push_back(i);
    changed().notify_all();
    return i;
}

void remove(const InterfacePtr &iface)
{
    Hold hold(lock());
    iface->gone = true;
    list.remove(iface);
    for (const Dns &d : iface->dns)
        if (!d.servers.empty() || !d.search.empty())
            left_dns[text_of(iface->guid)] = {iface->dns[0], iface->dns[1]};
    remove_keys(text_of(iface->guid));
    changed().notify_all();
}

std::string describe()
{
    Hold hold(lock());
    std::multiset<std::string> lines;
    for (const auto &i : list) {
        std::ostringstream line;
        line << "interface " << narrow(i->name) << " «" << narrow(i->description) << "» "
             << narrow(text_of(i->guid)) << " " << narrow(i->hardware_id) << " enabled "
             << i->enabled << " up " << i->up << " connected " << i->connected << " problem "
             << i->problem << " mac";
        for (uint8_t byte : i->mac)
            line << " " << static_cast<unsigned>(byte);
        for (const Family *f : {&i->v4, &i->v6})
            line << " | present " << f->present << " mtu " << f->mtu << " metric " << f->metric
                 << " automatic " << f->automatic_metric << " dad " << f->dad_transmits;
        for (const Dns &d : i->dns)
            line << " | dns " << narrow(d.servers) << " search " << narrow(d.search);
        for (const auto &a : i->addresses)
            lines.insert("address " + narrow(i->name) + " " + a.text);
        lines.insert(line.str());
    }
    for (const auto &left : left_dns)
        lines.insert("DNS settings of an adapter that is gone, " + narrow(left.first));
    std::string text;
    for (const auto &line : lines)
        text += line + "\n";
    return text;
}

void reset()
{
    Hold hold(lock());
    for (const auto &i : list)
        i->gone = true;
    list.clear();
    left_dns.clear();
    mistakes.clear();
    changed().notify_all();
}

std::string narrow(const std::wstring &text)
{
    int len = WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr,
                                  0, nullptr, nullptr);
    std::string out(static_cast<size_t>(len), '\0');
    WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), &out[0], len,
                        nullptr, nullptr);
    return out;
}

std::wstring widen(const std::string &text)
{
    int len =
        MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0);
    std::wstring out(static_cast<size_t>(len), L'\0');
    MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), &out[0], len);
    return out;
}

std::wstring text_of(const GUID &g)
{
    wchar_t text[40];
    swprintf(text, 40, L"{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", g.Data1, g.Data2,
             g.Data3, g.Data4[0], g.Data4[1], g.Data4[2], g.Data4[3], g.Data4[4], g.Data4[5],
             g.Data4[6], g.Data4[7]);
    return text;
}

/* ---- What the process holds ---------------------------------------------------------------------- */

void hold(const std::string &kind, const void *what)
{
    Hold guard(lock());
    held[kind].insert(what);
}

void drop(const std::string &kind, const void *what)
{
    Hold guard(lock());
    auto &all = held[kind];
    auto found = all.find(what);
    if (found == all.end())
        mistake("a " + kind + " is given back that is not out");
    else
        all.erase(found);
}

bool is_held(const std::string &kind, const void *what)
{
    Hold guard(lock());
    return held[kind].count(what) != 0;
}

std::string holdings()
{
    Hold guard(lock());
    std::string text;
    for (const auto &kind : held)
        if (!kind.second.empty())
            text += kind.first + " " + std::to_string(kind.second.size()) + "\n";
    return text;
}

void mistake(const std::string &what)
{
    Hold guard(lock());
    mistakes += what + "\n";
}

std::string take_mistakes()
{
    Hold guard(lock());
    std::string all;
    all.swap(mistakes);
    return all;
}

}
