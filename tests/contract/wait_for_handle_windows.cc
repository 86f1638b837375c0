/* SPDX-License-Identifier: Apache-2.0 */
#include <windows.h>

#include "contract/wait_for_handle.h"

namespace contract
{

bool wait_for_handle(intptr_t handle, int timeout_ms)
{
    return WaitForSingleObject(reinterpret_cast<HANDLE>(handle), static_cast<DWORD>(timeout_ms)) ==
           WAIT_OBJECT_0;
}

} /* namespace contract */
