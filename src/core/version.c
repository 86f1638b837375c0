/* SPDX-License-Identifier: Apache-2.0 */
/* The version of the library that runs. */
#include "vnic/version.h"

#define VERSION_TEXT(major, minor, patch) VERSION_JOIN(major, minor, patch)
#define VERSION_JOIN(major, minor, patch) #major "." #minor "." #patch

uint32_t vnic_version(void)
{
    return VNIC_VERSION;
}

const char *vnic_version_string(void)
{
    return VERSION_TEXT(VNIC_VERSION_MAJOR, VNIC_VERSION_MINOR, VNIC_VERSION_PATCH);
}
