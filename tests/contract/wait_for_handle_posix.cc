/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>

#include "contract/wait_for_handle.h"

namespace contract
{

bool wait_for_handle(intptr_t handle, int timeout_ms)
{
    struct pollfd fd = {static_cast<int>(handle), POLLIN, 0};

    return poll(&fd, 1, timeout_ms) == 1 && (fd.revents & POLLIN) != 0;
}

} /* namespace contract */
