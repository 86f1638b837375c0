/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VNIC_COVERS(function, code): written inside a test that provokes this error of this public
 * function. `./run lint` compares these marks with the @error lines of the headers, so that no
 * promised error is without a test; the mark also lands in the test's XML report.
 */
#ifndef VNIC_TESTS_COVERS_H
#define VNIC_TESTS_COVERS_H

#include <gtest/gtest.h>

#define VNIC_COVERS(function, code) ::testing::Test::RecordProperty("covers_" function, code)

#endif
