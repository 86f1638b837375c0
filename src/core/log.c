/* SPDX-License-Identifier: Apache-2.0 */
/* One line to the log callback of an interface. */
#include <stdarg.h>
#include <stdio.h>

#include "device.h"

void vnic__log(const struct vnic__iface *iface, int level, const char *format, ...)
{
    char line[256];
    va_list args;

    if (iface->log == NULL) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    vnic__clean_text(line);
    iface->log(iface->log_user, level, line);
}
