/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of SetupAPI, the configuration manager and the registry as far as the TAP backend uses them:
 * devices of the class Net with their keys, one driver package, sets of devices. Rules: the functions'
 * pages in the Windows documentation (SetupDiCreateDeviceInfoW, SetupDiCallClassInstaller, …) and
 * src/OemVista.inf.in of tap-windows6, whose values a new device's keys get.
 */
#ifndef VNIC_TESTS_MODEL_SETUP_H
#define VNIC_TESTS_MODEL_SETUP_H

#include "model_machine.h"

namespace model
{

struct Setup {
    /* Hardware ids that the driver package in the driver store is for; none: it is not installed. */
    std::vector<std::wstring> packages = {L"tap0901"};
    /* A new device has its keys only after somebody asked to be told of changes. */
    bool slow = false;
    /* How many devices were removed with the words that it is from all hardware profiles. */
    int removals_said = 0;
    /* No device can be removed. */
    DWORD remove_error = 0;
};
Setup &setup();

/* A device that is there already, with its driver; as the installer of the driver makes it. */
InterfacePtr setup_install(const std::wstring &name, const std::wstring &hardware_id);

/* The registry, a value a line. */
std::string describe_registry();

void setup_reset();

}

#endif
