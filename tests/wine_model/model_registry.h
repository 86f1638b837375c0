/* SPDX-License-Identifier: Apache-2.0 */
/* The modelled registry: keys below HKEY_LOCAL_MACHINE by their path, in small letters. */
#ifndef VNIC_TESTS_MODEL_REGISTRY_H
#define VNIC_TESTS_MODEL_REGISTRY_H

#include "model_machine.h"

namespace model
{

/* …\Control\Class\{the class Net}; below it lies a key for each device's driver. */
std::wstring class_key();

void make_key(const std::wstring &path);
void remove_key(const std::wstring &path);
void set_value(const std::wstring &path, const std::wstring &name, DWORD type, const void *data,
               size_t len);
void set_text(const std::wstring &path, const std::wstring &name, const std::wstring &value);
void set_number(const std::wstring &path, const std::wstring &name, DWORD value);
std::wstring get_text(const std::wstring &path, const std::wstring &name);

/* The keys that Windows keeps for an interface: its connection, and its settings of TCP/IP. */
void write_interface_keys(const Interface &i);
/* All keys with this GUID in their path. */
void remove_keys(const std::wstring &guid);

/* A handle of a key that is there. */
HKEY open_key(const std::wstring &path);

void reset_registry();

/* What a slow installation does when somebody waits for it (model_setup.cc). */
void finish_installation();
/* Every interface has its keys, and is a device (model_setup.cc). */
void know_all_devices();

}

#endif
