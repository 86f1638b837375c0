/* SPDX-License-Identifier: Apache-2.0 */
/* Adapters of the test TAP driver, by SetupAPI as an installer does it: not with the library's code. */
#ifndef VNIC_TESTS_TAP_DEVICE_H
#define VNIC_TESTS_TAP_DEVICE_H

#include <string>
#include <vector>

namespace wine
{

/* Installs an adapter: its GUID "{…}" as the registry has it, or "" with the number that went wrong. */
std::wstring tap_install(const wchar_t *hardware_id, unsigned long *ret_error);
/* Uninstalls the adapter of a GUID, whoever made it: what the device manager does. */
bool tap_remove(const std::wstring &guid);
/* The GUIDs of all adapters of the driver. */
std::vector<std::wstring> tap_adapters();
/* The Linux interface of one, or a negative number. */
int tap_ifindex(const std::wstring &guid);

} /* namespace wine */

#endif
