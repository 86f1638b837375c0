/* SPDX-License-Identifier: Apache-2.0 */
/* A modelled machine for each test, and what a test has to leave behind of it: nothing. */
#ifndef VNIC_TESTS_MACHINE_FIXTURE_H
#define VNIC_TESTS_MACHINE_FIXTURE_H

#include <gtest/gtest.h>

#include <string>

#include "model_iphlp.h"
#include "model_kernel.h"
#include "model_machine.h"
#include "model_setup.h"
#include "model_tap.h"
#include "model_wintun.h"
#include "vnic/vnic.h"

namespace model
{

/* All models as after a start of the machine. */
void start_machine();

/* What a failed operation must leave as it was. */
std::string state_of_machine();

/*
 * What is wrong after a test: handles that nobody closed, memory that nobody freed, impossible calls.
 * wintun.dll stays loaded for good (wintun_library.c says why) and does not count, nor does its path.
 */
std::string end_machine();

/* The interface of a handle, by its name. */
InterfacePtr interface_of(vnic *dev);

class Modelled : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        start_machine();
    }
    void TearDown() override
    {
        EXPECT_EQ("", end_machine());
    }
};

}

#endif
