/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The version of vnic, at compile time and at run time. The build reads the numbers from here.
 */
#ifndef VNIC_VERSION_H
#define VNIC_VERSION_H

#include <stdint.h>

#include "vnic/export.h"

VNIC_BEGIN_DECLS

/** Version of the header in use: incompatible changes, additions, corrections. */
#define VNIC_VERSION_MAJOR 0 /**< incompatible changes */
#define VNIC_VERSION_MINOR 3 /**< additions */
#define VNIC_VERSION_PATCH 0 /**< corrections */

/** The three numbers in one, for comparison: 0xMMmmpp. */
#define VNIC_VERSION ((VNIC_VERSION_MAJOR << 16) | (VNIC_VERSION_MINOR << 8) | VNIC_VERSION_PATCH)

/**
 * Version of the library that runs, to compare with VNIC_VERSION of the header that was compiled.
 *
 * @return           0xMMmmpp, like VNIC_VERSION
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API uint32_t vnic_version(void);

/**
 * Version of the library that runs, as text.
 *
 * @return           "0.3.0"; static, never freed
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API const char *vnic_version_string(void);

VNIC_END_DECLS

#endif
