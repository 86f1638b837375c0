/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a wait handle is readable or signalled; one implementation a family of systems. */
#ifndef VNIC_TESTS_WAIT_FOR_HANDLE_H
#define VNIC_TESTS_WAIT_FOR_HANDLE_H

#include <cstdint>

namespace contract
{

bool wait_for_handle(intptr_t handle, int timeout_ms);

} /* namespace contract */

#endif
