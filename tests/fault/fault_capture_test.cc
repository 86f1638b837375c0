/* SPDX-License-Identifier: Apache-2.0 */
/* The pcapng writer when memory runs out. It has one allocation, and asks the system for nothing. */
#include <gtest/gtest.h>

#include "fault_alloc.h"
#include "support/covers.h"
#include "vnic/capture.h"

static int count_bytes(void *user, const void *, size_t len)
{
    *static_cast<size_t *>(user) += len;
    return 0;
}

TEST(FaultCapture, NoMemoryWritesNothingAndLeaksNothing)
{
    size_t written = 0;
    int live = fault_alloc_live();
    vnic_capture *capture = nullptr;
    vnic_capture_config cfg = {};
    vnic_error err = {};

    VNIC_COVERS("vnic_capture_create", "VNIC_ENOMEM");
    cfg.size = sizeof cfg;
    cfg.write = count_bytes;
    cfg.user = &written;
    fault_alloc_arm(1);
    EXPECT_EQ(VNIC_ENOMEM, vnic_capture_create(&cfg, &capture, &err));
    EXPECT_EQ(1u, fault_alloc_count());
    EXPECT_EQ(nullptr, capture);
    EXPECT_EQ(0u, written);
    EXPECT_EQ(live, fault_alloc_live());
    fault_alloc_arm(0);
    EXPECT_EQ(0, vnic_capture_create(&cfg, &capture, &err));
    EXPECT_EQ(1u, fault_alloc_count());
    vnic_capture_destroy(capture);
    EXPECT_EQ(live, fault_alloc_live());
}
