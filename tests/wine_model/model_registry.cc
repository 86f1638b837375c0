/* SPDX-License-Identifier: Apache-2.0 */
#include "model_registry.h"

#include <algorithm>
#include <cstring>

#include "fault_models.h"

#include "model_setup.h"

namespace model
{
namespace
{

struct Value {
    DWORD type;
    Bytes data;
};

using Key = std::map<std::wstring, Value>;

std::map<std::wstring, Key> keys;

/* What an HKEY is: the path, and who is to be told of changes. */
struct Open {
    std::wstring path;
};

std::wstring small(std::wstring text)
{
    std::transform(text.begin(), text.end(), text.begin(), towlower);
    return text;
}

Key *key_of(HKEY handle)
{
    if (!is_held("key", handle)) {
        mistake("a key is used that is not open");
        return nullptr;
    }
    auto found = keys.find(reinterpret_cast<Open *>(handle)->path);
    return found == keys.end() ? nullptr : &found->second;
}

std::wstring connection_key(const std::wstring &guid)
{
    return L"SYSTEM\\CurrentControlSet\\Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}"
           L"\\" +
           guid + L"\\Connection";
}

/* The name of a connection is what its key says. */
void follow_name(const std::wstring &path)
{
    for (const auto &i : interfaces())
        if (path == small(connection_key(text_of(i->guid))))
            i->name = get_text(path, L"Name");
}

}

std::wstring class_key()
{
    return L"SYSTEM\\CurrentControlSet\\Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}";
}

void make_key(const std::wstring &path)
{
    (void)keys[small(path)];
}

void remove_key(const std::wstring &path)
{
    keys.erase(small(path));
}

void set_value(const std::wstring &path, const std::wstring &name, DWORD type, const void *data,
               size_t len)
{
    auto *bytes = static_cast<const uint8_t *>(data);
    keys[small(path)][small(name)] = {type, Bytes(bytes, bytes + len)};
}

void set_text(const std::wstring &path, const std::wstring &name, const std::wstring &value)
{
    set_value(path, name, REG_SZ, value.c_str(), (value.size() + 1) * sizeof(wchar_t));
}

void set_number(const std::wstring &path, const std::wstring &name, DWORD value)
{
    set_value(path, name, REG_DWORD, &value, sizeof value);
}

std::wstring get_text(const std::wstring &path, const std::wstring &name)
{
    auto key = keys.find(small(path));
    if (key == keys.end() || key->second.count(small(name)) == 0)
        return L"";
    const Bytes &data = key->second[small(name)].data;
    std::wstring text(data.size() / sizeof(wchar_t), L'\0');
    memcpy(&text[0], data.data(), text.size() * sizeof(wchar_t));
    return text.c_str();
}

void write_interface_keys(const Interface &i)
{
    std::wstring guid = text_of(i.guid);
    set_text(connection_key(guid), L"Name", i.name);
    set_text(connection_key(guid), L"PnpInstanceID", i.instance_id);
    make_key(L"SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\" + guid);
    make_key(L"SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters\\Interfaces\\" + guid);
}

void remove_keys(const std::wstring &guid)
{
    for (auto key = keys.begin(); key != keys.end();)
        key = key->first.find(small(guid)) != std::wstring::npos ? keys.erase(key) : ++key;
}

HKEY open_key(const std::wstring &path)
{
    auto *open = new Open{small(path)};
    hold("key", open);
    return reinterpret_cast<HKEY>(open);
}

void reset_registry()
{
    keys.clear();
}

std::string describe_registry()
{
    Hold guard(lock());
    std::string text;
    know_all_devices();
    for (const auto &key : keys) {
        text += "key " + narrow(key.first) + "\n";
        for (const auto &value : key.second) {
            text += "value " + narrow(key.first + L" " + value.first) + " =";
            for (uint8_t byte : value.second.data)
                text += byte >= 32 && byte < 127 ? std::string(1, static_cast<char>(byte)) : ".";
            text += "\n";
        }
    }
    return text;
}

}

using namespace model;

/* A path below HKEY_LOCAL_MACHINE, or below an open key. */
LSTATUS vnic__model_reg_open(HKEY parent, const wchar_t *path, DWORD access, HKEY *ret_key)
{
    Hold guard(lock());
    (void)access;
    std::wstring whole = small(path);
    if (parent != HKEY_LOCAL_MACHINE)
        whole = reinterpret_cast<Open *>(parent)->path + L"\\" + whole;
    know_all_devices();
    bool is_there = std::any_of(keys.begin(), keys.end(), [&whole](const auto &key) {
        return key.first == whole || key.first.compare(0, whole.size() + 1, whole + L"\\") == 0;
    });
    if (!is_there)
        return ERROR_FILE_NOT_FOUND;
    *ret_key = open_key(whole);
    return ERROR_SUCCESS;
}

void vnic__model_reg_close(HKEY key)
{
    Hold guard(lock());
    if (key_of(key) == nullptr && !is_held("key", key))
        return;
    drop("key", key);
    delete reinterpret_cast<Open *>(key);
}

LSTATUS vnic__model_reg_get(HKEY key, const wchar_t *name, DWORD *ret_type, void *ret_data,
                            DWORD *len)
{
    Hold guard(lock());
    Key *values = key_of(key);
    if (values == nullptr || values->count(small(name)) == 0)
        return ERROR_FILE_NOT_FOUND;
    const Value &value = (*values)[small(name)];
    DWORD cap = *len;
    *len = static_cast<DWORD>(value.data.size());
    if (ret_type != nullptr)
        *ret_type = value.type;
    if (ret_data == nullptr)
        return ERROR_SUCCESS;
    if (cap < value.data.size())
        return ERROR_MORE_DATA;
    memcpy(ret_data, value.data.data(), value.data.size());
    return ERROR_SUCCESS;
}

LSTATUS vnic__model_reg_set(HKEY key, const wchar_t *name, DWORD type, const void *data, DWORD len)
{
    Hold guard(lock());
    if (key_of(key) == nullptr)
        return ERROR_KEY_DELETED;
    const std::wstring &path = reinterpret_cast<Open *>(key)->path;
    set_value(path, name, type, data, len);
    if (small(name) == L"name")
        follow_name(path);
    return ERROR_SUCCESS;
}

LSTATUS vnic__model_reg_unset(HKEY key, const wchar_t *name)
{
    Hold guard(lock());
    Key *values = key_of(key);
    if (values == nullptr || values->erase(small(name)) == 0)
        return ERROR_FILE_NOT_FOUND;
    return ERROR_SUCCESS;
}

/* What the installation had left to do is done by now. */
LSTATUS vnic__model_reg_notify(HKEY key, HANDLE event)
{
    Hold guard(lock());
    (void)key_of(key);
    finish_installation();
    SetEvent(event);
    return ERROR_SUCCESS;
}
