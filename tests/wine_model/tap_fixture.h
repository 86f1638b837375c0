/* SPDX-License-Identifier: Apache-2.0 */
/* A TAP on the model. */
#ifndef VNIC_TESTS_TAP_FIXTURE_H
#define VNIC_TESTS_TAP_FIXTURE_H

#include "device_fixture.h"

namespace model
{

class TapModel : public ModelDevice
{
  protected:
    TapModel() : ModelDevice(tap_kind)
    {
    }
};

}

#endif
