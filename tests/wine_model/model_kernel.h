/* SPDX-License-Identifier: Apache-2.0 */
/* What the modelled kernel32 knows: the files that are there, and who the process is. */
#ifndef VNIC_TESTS_MODEL_KERNEL_H
#define VNIC_TESTS_MODEL_KERNEL_H

#include "model_machine.h"

namespace model
{

struct Kernel {
    /* The files that LoadLibraryEx() can find; what is not here does not exist. */
    std::vector<std::wstring> files = {L"C:\\app\\wintun.dll"};
    std::wstring program = L"C:\\app\\program.exe";
    std::wstring system = L"C:\\windows\\system32";
    /* The version resource of wintun.dll: one whose driver is not nudged (wintun_nudge.c). */
    uint16_t version[4] = {0, 15, 0, 0};
    bool has_version = true;
    int elevated = 1;
};
Kernel &kernel();

}

#endif
